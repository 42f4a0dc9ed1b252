//! A server of the era that begins with a handshake, which remembers something of each session.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use axum::http::request::Parts;
use rmcp::model::{
    CallToolRequestParams, CallToolResponse, CallToolResult, ContentBlock, DiscoverResult,
    ErrorCode, Implementation, ListToolsResult, PaginatedRequestParams, PingRequest,
    ServerCapabilities, ServerConfig, ServerRequest, Tool, ToolAnnotations,
};
use rmcp::service::RequestContext;
use rmcp::transport::streamable_http_server::session::local::LocalSessionManager;
use rmcp::transport::streamable_http_server::{
    SessionId, SessionManager as _, StreamableHttpServerConfig, StreamableHttpService,
};
use rmcp::{ErrorData, RoleServer, ServerHandler};
use serde_json::json;

use crate::shared::Shared;

/// How long a session waits for its client's answer before it ends: longer than two programs take to start on a slow
/// machine, one of which answers between commands.
const PATIENCE: Duration = Duration::from_secs(15);

/// A name that nobody resolves: only by a proxy, the Playground itself, is it reached by that.
const PROXIED_HOST: &str = "mcp.invalid";

#[derive(Clone)]
pub(crate) struct Counter {
    shared: Arc<Shared>,
    calls: Arc<AtomicU32>,
}

/// A streamable HTTP service with a session for each client.
pub(crate) fn service(shared: &Arc<Shared>) -> StreamableHttpService<Counter, LocalSessionManager> {
    let config = StreamableHttpServerConfig::default()
        .with_cancellation_token(shared.stopping.clone())
        .with_allowed_hosts([shared.base.authority(), PROXIED_HOST]);
    let manager = Arc::clone(&shared.sessions);
    let shared = Arc::clone(shared);
    let counter = move || Counter {
        shared: Arc::clone(&shared),
        calls: Arc::default(),
    };
    StreamableHttpService::new(move || Ok(counter()), manager, config)
}

impl ServerHandler for Counter {
    fn get_info(&self) -> ServerConfig {
        let offered = ServerCapabilities::builder().enable_tools().build();
        let server = Implementation::new("patchbay-sessions", env!("CARGO_PKG_VERSION"));
        ServerConfig::new(offered).with_server_info(server)
    }

    async fn discover(&self, _: RequestContext<RoleServer>) -> Result<DiscoverResult, ErrorData> {
        let code = ErrorCode::METHOD_NOT_FOUND;
        Err(ErrorData::new(code, "server/discover", None))
    }

    async fn list_tools(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        let schema = json!({ "type": "object" });
        let schema = schema.as_object().cloned().unwrap_or_default();
        let tool = Tool::new("count", "How often it was called in this session", schema)
            .with_annotations(ToolAnnotations::new().read_only(true));
        Ok(ListToolsResult::with_all_items(vec![tool]))
    }

    async fn call_tool(
        &self,
        _: CallToolRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        let calls = self.calls.fetch_add(1, Ordering::Relaxed) + 1;
        if let (1, Some(every)) = (calls, self.shared.switches().session_pings) {
            // As a tool that takes long: the client learns that there are pings before it detaches.
            ping(&context).await;
            tokio::spawn(look_after(Arc::clone(&self.shared), context, every));
        }
        Ok(CallToolResult::success(vec![ContentBlock::text(calls.to_string())]).into())
    }
}

/// Ends the session of a client that does not say that it is there.
async fn look_after(shared: Arc<Shared>, context: RequestContext<RoleServer>, every: Duration) {
    let parts = context.extensions.get::<Parts>();
    let id = parts.and_then(|parts| parts.headers.get("mcp-session-id")?.to_str().ok());
    let Some(id) = id.map(SessionId::from) else {
        return;
    };
    while ping(&context).await {
        tokio::time::sleep(every).await;
    }
    drop(shared.sessions.close_session(&id).await);
}

/// Sends a ping; `false` if the client doesn't answer.
async fn ping(context: &RequestContext<RoleServer>) -> bool {
    let ping = ServerRequest::PingRequest(PingRequest::default());
    let answer = context.peer.send_request(ping);
    matches!(tokio::time::timeout(PATIENCE, answer).await, Ok(Ok(_)))
}
