//! The MCP server: one handler, its tools in a file for each group.

mod failures;
mod identity;
mod notes;
mod pictures;
mod resources;
pub(crate) mod sessions;
mod shapes;
mod text;
mod time;

use std::sync::Arc;
use std::time::Duration;

use rmcp::handler::server::router::tool::ToolRouter;
use rmcp::handler::server::tool::ToolCallContext;
use rmcp::model::{
    CacheScope, CallToolRequestParams, CallToolResponse, GetPromptRequestParams, GetPromptResponse,
    Implementation, ListPromptsResult, ListResourceTemplatesResult, ListResourcesResult,
    ListToolsResult, PaginatedRequestParams, ProtocolVersion, ReadResourceRequestParams,
    ReadResourceResponse, ServerCapabilities, ServerConfig, SubscriptionFilter, Tool,
};
use rmcp::service::{RequestContext, SubscriptionContext};
use rmcp::transport::streamable_http_server::session::local::LocalSessionManager;
use rmcp::transport::streamable_http_server::{StreamableHttpServerConfig, StreamableHttpService};
use rmcp::{ErrorData, RoleServer, ServerHandler};

use crate::authorization::merge;
use crate::shared::Shared;
use crate::switches::Switches;

/// How often it is looked whether somebody changed the notes.
const POLL_INTERVAL: Duration = Duration::from_millis(50);

/// The handler of one session, or of one request when there are no sessions.
#[derive(Clone, Debug)]
pub(crate) struct Tools {
    shared: Arc<Shared>,
    router: Arc<ToolRouter<Self>>,
}

impl Tools {
    fn new(shared: Arc<Shared>, router: Arc<ToolRouter<Self>>) -> Self {
        Self { shared, router }
    }

    fn all() -> ToolRouter<Self> {
        Self::text_tools()
            + Self::picture_tools()
            + Self::time_tools()
            + Self::failure_tools()
            + Self::note_tools()
            + Self::shape_tools()
            + Self::identity_tools()
    }
}

/// A streamable HTTP service over the tools, for both eras of the protocol.
pub(crate) fn service(shared: &Arc<Shared>) -> StreamableHttpService<Tools, LocalSessionManager> {
    let port = shared.base.port().unwrap_or_default();
    let config = StreamableHttpServerConfig::default()
        .with_cancellation_token(shared.stopping.clone())
        .with_allowed_hosts([format!("127.0.0.1:{port}"), format!("localhost:{port}")])
        .with_allowed_origins([
            format!("http://127.0.0.1:{port}"),
            format!("http://localhost:{port}"),
        ]);
    let shared = Arc::clone(shared);
    let router = Arc::new(Tools::all());
    StreamableHttpService::new(
        move || Ok(Tools::new(Arc::clone(&shared), Arc::clone(&router))),
        Arc::default(),
        config,
    )
}

/// Marks an answer as not to be cached, where the client's revision has members for that.
macro_rules! uncached {
    ($answer:expr, $context:expr) => {{
        let answer = $answer;
        if is_modern($context) {
            answer.with_ttl_ms(0).with_cache_scope(CacheScope::Private)
        } else {
            answer
        }
    }};
}

impl ServerHandler for Tools {
    fn get_info(&self) -> ServerConfig {
        let server = Implementation::new("patchbay-playground", env!("CARGO_PKG_VERSION"))
            .with_title("Patchbay Playground")
            .with_description("Tools to try Patchbay with");
        ServerConfig::new(offered())
            .with_server_info(server)
            .with_instructions(
                "Tools to try a client with. Nothing here reaches beyond this computer.",
            )
    }

    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        if self.shared.switches().hidden_tools.contains(&*request.name) {
            return Err(ErrorData::invalid_params("tool not found", None));
        }
        let context = ToolCallContext::new(self, request, context);
        self.router.call(context).await
    }

    async fn list_tools(
        &self,
        _request: Option<PaginatedRequestParams>,
        context: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        let switches = self.shared.switches();
        let tools = self
            .router
            .list_all()
            .into_iter()
            .filter(|tool| !switches.hidden_tools.contains(&*tool.name))
            .map(|tool| changed(tool, &switches))
            .collect::<Result<Vec<_>, _>>()?;
        Ok(uncached!(ListToolsResult::with_all_items(tools), &context))
    }

    async fn list_resources(
        &self,
        _request: Option<PaginatedRequestParams>,
        context: RequestContext<RoleServer>,
    ) -> Result<ListResourcesResult, ErrorData> {
        Ok(uncached!(
            ListResourcesResult::with_all_items(resources::resources()),
            &context
        ))
    }

    async fn list_resource_templates(
        &self,
        _request: Option<PaginatedRequestParams>,
        context: RequestContext<RoleServer>,
    ) -> Result<ListResourceTemplatesResult, ErrorData> {
        Ok(uncached!(
            ListResourceTemplatesResult::with_all_items(resources::templates()),
            &context
        ))
    }

    async fn read_resource(
        &self,
        request: ReadResourceRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<ReadResourceResponse, ErrorData> {
        let read = match request.uri.as_str() {
            resources::NOTES => resources::text(&self.all_notes(), resources::NOTES),
            uri => resources::read(uri)?,
        };
        Ok(uncached!(read, &context).into())
    }

    async fn list_prompts(
        &self,
        _request: Option<PaginatedRequestParams>,
        context: RequestContext<RoleServer>,
    ) -> Result<ListPromptsResult, ErrorData> {
        Ok(uncached!(
            ListPromptsResult::with_all_items(resources::prompts()),
            &context
        ))
    }

    async fn get_prompt(
        &self,
        request: GetPromptRequestParams,
        _context: RequestContext<RoleServer>,
    ) -> Result<GetPromptResponse, ErrorData> {
        Ok(resources::fill(&request)?.into())
    }

    fn accepted_subscription_filter(
        &self,
        requested: &SubscriptionFilter,
    ) -> Option<SubscriptionFilter> {
        let notes = SubscriptionFilter::builder().resource_subscription(resources::NOTES);
        Some(requested.intersection(&notes.build()))
    }

    async fn listen(&self, context: SubscriptionContext) -> Result<(), ErrorData> {
        let mut known = self.all_notes();
        loop {
            tokio::select! {
                () = context.cancelled() => return Ok(()),
                () = self.shared.stopping.cancelled() => return Ok(()),
                () = tokio::time::sleep(POLL_INTERVAL) => {}
            }
            let now = self.all_notes();
            if std::mem::replace(&mut known, now) != known {
                let told = context.sink().notify_resource_updated(resources::NOTES);
                drop(told.await);
            }
        }
    }

    fn get_tool(&self, name: &str) -> Option<Tool> {
        self.router.get(name).cloned()
    }
}

/// What the server says that it has.
fn offered() -> ServerCapabilities {
    ServerCapabilities::builder()
        .enable_tools()
        .enable_resources()
        .enable_resources_subscribe()
        .enable_prompts()
        .build()
}

/// Whether the client speaks the revision that wants to hear how long an answer is good.
fn is_modern(context: &RequestContext<RoleServer>) -> bool {
    context
        .protocol_version()
        .is_some_and(|version| version >= ProtocolVersion::V_2026_07_28)
}

/// The definition of a tool with the change the switches lay over it.
fn changed(tool: Tool, switches: &Switches) -> Result<Tool, ErrorData> {
    let Some(patch) = switches.tool_changes.get(&*tool.name) else {
        return Ok(tool);
    };
    let broken = |error: serde_json::Error| {
        ErrorData::internal_error(format!("the changed tool is none: {error}"), None)
    };
    let mut value = serde_json::to_value(tool).map_err(broken)?;
    merge(&mut value, patch);
    serde_json::from_value(value).map_err(broken)
}
