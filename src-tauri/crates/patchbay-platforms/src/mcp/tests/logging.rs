//! Log notifications over HTTP in both eras, against rmcp's own server.

#![expect(deprecated, reason = "servers still log in this way")]

use std::sync::Mutex;

use rmcp::ServerHandler;
use rmcp::model::{
    CallToolRequestParams, CallToolResponse, CallToolResult, ErrorData, LoggingLevel,
    LoggingMessageNotificationParam, ServerCapabilities, ServerConfig, SetLevelRequestParams,
};
use rmcp::service::{RequestContext, RoleServer};
use rmcp::transport::streamable_http_server::session::local::LocalSessionManager;
use rmcp::transport::streamable_http_server::{StreamableHttpServerConfig, StreamableHttpService};
use serde_json::json;

use super::hand_made::{self, ReceivedRequest};
use super::*;
use crate::mcp::LineSink;

/// Logs the requested level with each call.
#[derive(Clone, Default)]
struct Logs {
    level: Arc<Mutex<Option<LoggingLevel>>>,
}

impl ServerHandler for Logs {
    fn get_info(&self) -> ServerConfig {
        let capabilities = ServerCapabilities::builder()
            .enable_tools()
            .enable_logging()
            .build();
        ServerConfig::new(capabilities)
    }

    async fn set_level(
        &self,
        request: SetLevelRequestParams,
        _: RequestContext<RoleServer>,
    ) -> Result<(), ErrorData> {
        *self.level.lock().unwrap() = Some(request.level);
        Ok(())
    }

    async fn call_tool(
        &self,
        _: CallToolRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        let set = *self.level.lock().unwrap();
        let sent = context.meta.log_level();
        let message = LoggingMessageNotificationParam::new(
            LoggingLevel::Warning,
            json!({ "set": set, "sent": sent }),
        );
        let told = context
            .peer
            .notify_logging_message(message.with_logger("db"));
        told.await.unwrap();
        Ok(CallToolResult::success(Vec::new()).into())
    }
}

/// The lines of a log.
fn heard() -> (LineSink, Arc<Mutex<Vec<String>>>) {
    let heard = Arc::new(Mutex::new(Vec::new()));
    let hearing = Arc::clone(&heard);
    let log: LineSink = Arc::new(move |line| hearing.lock().unwrap().push(line.to_owned()));
    (log, heard)
}

async fn logged(url: &Url, version: &str) -> Vec<String> {
    let (log, heard) = heard();
    let target = McpTarget {
        server_facts: Some(facts(version)),
        log: Some(log),
        ..target(url)
    };
    let cancel = CancellationToken::new();
    let session = connect(&http(), target, McpLimits::DEFAULT, &cancel)
        .await
        .unwrap();
    assert_eq!(session.facts().protocol_version, version);
    // The level may arrive after the first call.
    let began = std::time::Instant::now();
    loop {
        session.call_tool(call("log"), &cancel).await.unwrap();
        let lines = heard.lock().unwrap().clone();
        if lines.last().is_some_and(|line| line.contains("info")) || began.elapsed().as_secs() > 5 {
            session.close().await;
            return lines;
        }
    }
}

#[tokio::test]
async fn servers_of_both_eras_are_asked_to_log_and_heard() {
    let service = StreamableHttpService::new(
        || Ok(Logs::default()),
        Arc::new(LocalSessionManager::default()),
        StreamableHttpServerConfig::default(),
    );
    let server = Server::start(Router::new().nest_service("/mcp", service)).await;
    let legacy = logged(&server.url, "2025-11-25").await;
    let line = r#"[warning] db: {"set":"info","sent":null}"#;
    assert_eq!(legacy.last().unwrap(), line, "{legacy:?}");
    let modern = logged(&server.url, "2026-07-28").await;
    let line = r#"[warning] db: {"set":null,"sent":"info"}"#;
    assert_eq!(modern.last().unwrap(), line, "{modern:?}");
}

#[tokio::test]
async fn a_credential_that_a_server_logs_is_not_written_down_and_one_that_cannot_be_asked_works() {
    let server = Server::start(hand_made::raw(|asked: ReceivedRequest| async move {
        match asked.method.as_str() {
            "initialize" => {
                let mut welcome = hand_made::welcome();
                welcome["capabilities"]["logging"] = json!({});
                hand_made::result(&asked.id, welcome)
            }
            "tools/call" => {
                let sent = asked.headers["authorization"].to_str().unwrap();
                let message = json!({ "jsonrpc": "2.0", "method": "notifications/message",
                    "params": { "level": "debug", "data": format!("was sent {sent}") } });
                let answer =
                    json!({ "jsonrpc": "2.0", "id": asked.id, "result": { "content": [] } });
                let pieces = [&message, &answer].map(|piece| Ok(hand_made::event(piece)));
                hand_made::events(futures::stream::iter(pieces))
            }
            method if method.starts_with("notifications/") => hand_made::accepted(),
            _ => hand_made::failure(&asked.id, -32601, "Method not found"),
        }
    }))
    .await;
    let (log, heard) = heard();
    let target = McpTarget {
        tokens: Counting::new(false),
        log: Some(log),
        ..target(&server.url)
    };
    let cancel = CancellationToken::new();
    let session = connect(&http(), target, McpLimits::DEFAULT, &cancel)
        .await
        .unwrap();
    session.call_tool(call("log"), &cancel).await.unwrap();
    session.call_tool(call("log"), &cancel).await.unwrap();
    assert_eq!(*heard.lock().unwrap(), ["[debug] was sent <redacted>"; 2]);
}
