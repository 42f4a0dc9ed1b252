//! Both eras of the protocol, against rmcp's own server.

use std::sync::atomic::{AtomicUsize, Ordering};

use axum::http::StatusCode;
use axum::response::IntoResponse;
use patchbay_model::{Content, ToolEffect};
use rmcp::ServerHandler;
use rmcp::model::{
    CallToolRequestParams, CallToolResponse, CallToolResult, ContentBlock, ErrorData,
    Implementation, ListToolsResult, PaginatedRequestParams, ServerCapabilities, ServerConfig,
    Tool, ToolAnnotations,
};
use rmcp::service::{RequestContext, RoleServer};
use rmcp::transport::streamable_http_server::session::local::LocalSessionManager;
use rmcp::transport::streamable_http_server::{StreamableHttpServerConfig, StreamableHttpService};
use serde_json::json;
use tokio_util::sync::CancellationToken;

use super::hand_made::{self, ReceivedRequest};
use super::*;

#[derive(Clone)]
struct Echo;

impl ServerHandler for Echo {
    fn get_info(&self) -> ServerConfig {
        let capabilities = ServerCapabilities::builder().enable_tools().build();
        ServerConfig::new(capabilities)
            .with_server_info(Implementation::new("echo", "3.1"))
            .with_instructions("say something")
    }

    async fn list_tools(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        let schema = json!({"type": "object", "properties": {"say": {"type": "string"}}});
        let tool = Tool::new("echo", "says it again", schema.as_object().unwrap().clone())
            .with_annotations(ToolAnnotations::new().read_only(true));
        Ok(ListToolsResult::with_all_items(vec![tool]))
    }

    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        _: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        let said = request.arguments.unwrap_or_default()["say"].to_string();
        Ok(CallToolResult::success(vec![ContentBlock::text(said)]).into())
    }
}

fn echo() -> Router {
    let service = StreamableHttpService::new(
        || Ok(Echo),
        Arc::new(LocalSessionManager::default()),
        StreamableHttpServerConfig::default(),
    );
    Router::new().nest_service("/mcp", service)
}

#[tokio::test]
async fn both_eras_list_and_call() {
    let server = Server::start(echo()).await;
    for (server_facts, version) in [(None, "2026-07-28"), (Some("2025-11-25"), "2025-11-25")] {
        let target = McpTarget {
            server_facts: server_facts.map(facts),
            ..target(&server.url)
        };
        let cancel = CancellationToken::new();
        let session = connect(&http(), target, McpLimits::DEFAULT, &cancel)
            .await
            .unwrap();
        assert_eq!(session.facts().protocol_version, version);
        assert_eq!(session.facts().name, "echo");
        assert_eq!(session.facts().version, "3.1");
        assert_eq!(
            session.facts().instructions.as_deref(),
            Some("say something")
        );

        let tools = session.list_tools(&cancel).await.unwrap();
        assert_eq!(tools[0].name, "echo");
        assert_eq!(tools[0].effect, ToolEffect::Read);

        let mut call = call("echo");
        call.arguments.insert("say".to_owned(), json!("hi"));
        let capture = call.capture.clone();
        let outcome = session.call_tool(call, &cancel).await.unwrap();
        let text = Content::Text {
            text: "\"hi\"".to_owned(),
        };
        assert_eq!(outcome.result.content, [text]);
        let came = came(&capture).1.body.unwrap();
        assert_eq!(json_of(came)["jsonrpc"], "2.0");

        session.ping(&cancel).await.unwrap();
        assert!(!session.is_closed());
        session.close().await;
        assert!(session.is_closed());
        assert!(session.ping(&cancel).await.is_err());
    }
}

#[tokio::test]
async fn words_of_the_server_are_cleaned() {
    let server = Server::start(hand_made::server(|_: ReceivedRequest| async {
        hand_made::accepted()
    }))
    .await;
    let session = connected(&server.url).await;
    assert_eq!(session.facts().name, "handmade");
    assert_eq!(session.facts().instructions.as_deref(), Some("be kind"));
    let icon = session.facts().icon.as_deref();
    assert_eq!(icon, Some("https://mcp.example/x.png"));
    assert_eq!(session.facts().protocol_version, "2025-06-18");
}

/// R2: whatever is wrong with the response to the probe, plain `initialize` is tried on a new transport.
#[tokio::test]
async fn a_server_that_stumbles_over_the_probe_is_asked_in_the_old_way() {
    let odd: [fn(&ReceivedRequest) -> axum::response::Response; 4] = [
        |_| StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        |_| axum::Json(json!({})).into_response(),
        |asked| hand_made::result(&asked.id, json!({})),
        |_| "what?".into_response(),
    ];
    for answer in odd {
        let server = Server::start(hand_made::raw(move |asked: ReceivedRequest| async move {
            match asked.method.as_str() {
                "server/discover" => answer(&asked),
                "initialize" => hand_made::result(&asked.id, hand_made::welcome()),
                "tools/list" => hand_made::result(&asked.id, json!({"tools": []})),
                _ => hand_made::accepted(),
            }
        }))
        .await;
        let session = connected(&server.url).await;
        assert!(tools_of(&session).await.unwrap().is_empty());
    }
}

#[tokio::test]
async fn a_remembered_era_saves_the_probe() {
    let probes = Arc::new(AtomicUsize::new(0));
    let count = probes.clone();
    let server = Server::start(hand_made::raw(move |asked: ReceivedRequest| {
        if asked.method == "server/discover" {
            count.fetch_add(1, Ordering::SeqCst);
        }
        std::future::ready(match asked.method.as_str() {
            "initialize" => hand_made::result(&asked.id, hand_made::welcome()),
            _ => hand_made::accepted(),
        })
    }))
    .await;
    let target = McpTarget {
        server_facts: Some(facts("2025-06-18")),
        ..target(&server.url)
    };
    let cancel = CancellationToken::new();
    connect(&http(), target, McpLimits::DEFAULT, &cancel)
        .await
        .unwrap();
    assert_eq!(probes.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn a_server_without_tools_has_an_empty_list() {
    let server = Server::start(hand_made::raw(|asked: ReceivedRequest| async move {
        match asked.method.as_str() {
            "initialize" => {
                let mut welcome = hand_made::welcome();
                welcome["capabilities"] = json!({});
                hand_made::result(&asked.id, welcome)
            }
            "server/discover" | "tools/list" => hand_made::failure(&asked.id, -32601, "no"),
            _ => hand_made::accepted(),
        }
    }))
    .await;
    let session = connected(&server.url).await;
    assert!(tools_of(&session).await.unwrap().is_empty());
}

/// A server of the newer era whose tool has a parameter in a header, called without listing tools first.
#[tokio::test]
async fn arguments_that_belong_into_headers_are_found_out() {
    let calls = Arc::new(AtomicUsize::new(0));
    let count = calls.clone();
    let server = Server::start(hand_made::raw(move |asked: ReceivedRequest| {
        let region = asked
            .headers
            .get("mcp-param-region")
            .is_some_and(|it| it == "eu");
        if asked.method == "tools/call" {
            count.fetch_add(1, Ordering::SeqCst);
        }
        std::future::ready(match asked.method.as_str() {
            "server/discover" => hand_made::result(
                &asked.id,
                json!({
                    "supportedVersions": ["2026-07-28"], "capabilities": {"tools": {}},
                    "resultType": "complete", "ttlMs": 0, "cacheScope": "private"
                }),
            ),
            "tools/list" => hand_made::result(
                &asked.id,
                json!({"tools": [
                    {"name": "broken"},
                    {"name": "a", "inputSchema": {"type": "object", "properties": {
                        "region": {"type": "string", "x-mcp-header": "Region"}
                    }}}
                ]}),
            ),
            "tools/call" if region => hand_made::result(&asked.id, json!({"content": []})),
            _ => {
                let error = json!({"code": -32020, "message": "header mismatch"});
                let body = json!({"jsonrpc": "2.0", "id": asked.id, "error": error});
                (StatusCode::BAD_REQUEST, axum::Json(body)).into_response()
            }
        })
    }))
    .await;
    let session = connected(&server.url).await;
    assert_eq!(session.facts().protocol_version, "2026-07-28");
    let mut call = call("a");
    call.arguments.insert("region".to_owned(), json!("eu"));
    run_tool(&session, call).await.unwrap();
    assert_eq!(calls.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn a_tool_whose_headers_break_the_rules_hides_itself_only() {
    let tool = |name: &str, property: Value| json!({"name": name, "inputSchema": {"type": "object", "properties": {"a": property}}});
    let tools = json!([
        tool("plain", json!({"type": "string"})),
        tool("empty", json!({"type": "string", "x-mcp-header": ""})),
        tool(
            "of-an-object",
            json!({"type": "object", "x-mcp-header": "A"})
        ),
        tool("fine", json!({"type": "string", "x-mcp-header": "A"})),
        tool(
            "not-a-token",
            json!({"type": "string", "x-mcp-header": "A: b"})
        ),
        tool("fine", json!({"type": "string", "x-mcp-header": ""})),
    ]);
    let listed = async |version: &'static str| {
        let tools = tools.clone();
        let server = Server::start(hand_made::raw(move |asked: ReceivedRequest| {
            std::future::ready(match asked.method.as_str() {
                "server/discover" if version >= "2026" => hand_made::result(
                    &asked.id,
                    json!({
                        "supportedVersions": [version], "capabilities": {"tools": {}},
                        "resultType": "complete", "ttlMs": 0, "cacheScope": "private"
                    }),
                ),
                "initialize" => hand_made::result(&asked.id, hand_made::welcome()),
                "tools/list" => hand_made::result(&asked.id, json!({ "tools": tools })),
                "server/discover" => hand_made::failure(&asked.id, -32601, "Method not found"),
                _ => hand_made::accepted(),
            })
        }))
        .await;
        let session = connected(&server.url).await;
        let listed = tools_of(&session).await;
        let names = listed.unwrap().into_iter().map(|tool| tool.name);
        names.collect::<Vec<_>>()
    };
    assert_eq!(listed("2026-07-28").await, ["plain", "fine"]);
    // The older era has no such headers, so the tools are not rejected there.
    assert_eq!(listed("2025-06-18").await.len(), 5);
}
