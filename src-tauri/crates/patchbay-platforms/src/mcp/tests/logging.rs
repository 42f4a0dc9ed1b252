//! Log notifications over HTTP in both eras, against rmcp's own server.

#![expect(deprecated, reason = "servers still log in this way")]

use patchbay_model::LogLevel;
use rmcp::model::{
    CallToolRequestParams, CallToolResponse, CallToolResult, ErrorData, LoggingLevel,
    LoggingMessageNotificationParam, ServerCapabilities, ServerConfig, SetLevelRequestParams,
};
use rmcp::service::{RequestContext, RoleServer};
use serde_json::json;

use super::hand_made;
use super::*;

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
        let message = message.with_logger("db");
        context.peer.notify_logging_message(message).await.unwrap();
        Ok(CallToolResult::success(Vec::new()).into())
    }
}

async fn logged(url: &Url, version: &str, level: LogLevel) -> Vec<String> {
    let (log, lines) = recorded_log();
    let target = McpTarget {
        log: Some(log),
        client_features: ClientFeatures {
            log_level: level,
            ..ClientFeatures::default()
        },
        ..known_target(url, version)
    };
    let session = connect_to(target).await.unwrap();
    assert_eq!(session.facts().protocol_version, version);
    // The level may arrive after the first call.
    let began = std::time::Instant::now();
    loop {
        run_tool(&session, call("log")).await.unwrap();
        let lines = lines.lock().unwrap().clone();
        let is_set = |line: &String| line.contains(level.as_str());
        if lines.last().is_some_and(is_set) || began.elapsed().as_secs() > 5 {
            session.close().await;
            return lines;
        }
    }
}

#[tokio::test]
async fn servers_of_both_eras_are_asked_to_log_and_heard() {
    let server = Server::with_handler(Logs::default).await;
    assert_eq!(ClientFeatures::default().log_level, LogLevel::Info);
    for level in [LogLevel::Info, LogLevel::Debug] {
        let word = level.as_str();
        let legacy = logged(&server.url, "2025-11-25", level).await;
        let line = format!(r#"[warning] db: {{"set":"{word}","sent":null}}"#);
        assert_eq!(*legacy.last().unwrap(), line, "{legacy:?}");
        let modern = logged(&server.url, "2026-07-28", level).await;
        let line = format!(r#"[warning] db: {{"set":null,"sent":"{word}"}}"#);
        assert_eq!(*modern.last().unwrap(), line, "{modern:?}");
    }
}

#[tokio::test]
async fn a_credential_that_a_server_logs_is_not_written_down_and_one_that_cannot_be_asked_works() {
    let capabilities = json!({ "tools": {}, "logging": {} });
    let router = hand_made::legacy_with(capabilities, |message| match message.method.as_str() {
        "tools/call" => {
            let sent = message.headers["authorization"].to_str().unwrap();
            let logged = json!({ "jsonrpc": "2.0", "method": "notifications/message",
                "params": { "level": "debug", "data": format!("was sent {sent}") } });
            let events = [
                hand_made::event(&logged),
                message.event(json!({ "content": [] })),
            ];
            hand_made::events(futures::stream::iter(events.map(Ok)))
        }
        method if method.starts_with("notifications/") => hand_made::accepted(),
        _ => message.refuse_method(),
    });
    let server = Server::start(router).await;
    let (log, lines) = recorded_log();
    let target = McpTarget {
        tokens: CountingTokens::new(false),
        log: Some(log),
        ..target(&server.url)
    };
    let session = connect_to(target).await.unwrap();
    for _ in 0..2 {
        run_tool(&session, call("log")).await.unwrap();
    }
    assert_eq!(*lines.lock().unwrap(), ["[debug] was sent <redacted>"; 2]);
}
