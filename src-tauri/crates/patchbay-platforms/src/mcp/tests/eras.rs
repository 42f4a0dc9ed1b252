//! Both eras of the protocol, against rmcp's own server.

use std::sync::atomic::{AtomicUsize, Ordering};

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use patchbay_model::ToolEffect;
use rmcp::model::{
    CallToolRequestParams, CallToolResponse, CallToolResult, ContentBlock, ErrorData,
    Implementation, ListToolsResult, PaginatedRequestParams, ServerCapabilities, ServerConfig,
    Tool, ToolAnnotations,
};
use rmcp::service::{RequestContext, RoleServer};
use serde_json::json;
use tokio_util::sync::CancellationToken;

use super::hand_made::{self, ReceivedMessage};
use super::*;

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

/// As written by servers that send every member, and by those of an earlier draft.
#[tokio::test]
async fn a_loosely_written_answer_prevents_no_connection() {
    let loose = |message: &ReceivedMessage, result: Value| {
        let mut response = message.response(result);
        response["error"] = Value::Null;
        axum::Json(response).into_response()
    };
    let legacy = hand_made::raw(move |message| match message.method.as_str() {
        "initialize" => {
            let mut welcome = hand_made::welcome();
            welcome["serverInfo"]["icons"][1]["sizes"] = json!("48x48");
            welcome["capabilities"]["logging"] = Value::Null;
            loose(&message, welcome)
        }
        "notifications/initialized" => hand_made::accepted(),
        "tools/list" => loose(&message, json!({"tools": []})),
        method => {
            let words = format!("no {method}");
            let error = json!({"code": "E_METHOD", "message": words});
            let mut response = message.error_response(error);
            response["result"] = Value::Null;
            axum::Json(response).into_response()
        }
    });
    let (_server, session) = serve(legacy).await;
    let icon = session.facts().icon.as_deref();
    assert_eq!(icon, Some("https://mcp.example/x.png"));
    assert_eq!(tools_of(&session).await.unwrap(), []);
    let error = run_tool(&session, call("a")).await.err().unwrap();
    let Error::ServerError { message, .. } = error else {
        panic!("{error:?}")
    };
    assert_eq!(message, "no tools/call");

    let modern = hand_made::raw(|message| match message.method.as_str() {
        "server/discover" => {
            let facts =
                json!({"supportedVersions": ["2026-07-28"], "capabilities": {"tools": true}});
            message.respond(facts)
        }
        "tools/list" => message.respond(json!({"tools": []})),
        _ => message.refuse_method(),
    });
    let (_server, session) = serve(modern).await;
    assert_eq!(session.facts().protocol_version, "2026-07-28");
    assert_eq!(tools_of(&session).await.unwrap(), []);
}

#[tokio::test]
async fn both_eras_list_and_call() {
    let server = Server::with_handler(|| Echo).await;
    for (target, protocol) in [
        (
            target(&server.url),
            "MCP 2026-07-28, because it is the newest that both know",
        ),
        (
            known_target(&server.url, "2025-11-25"),
            "MCP 2025-11-25, because it worked the last time",
        ),
    ] {
        let cancel = CancellationToken::new();
        let session = connect_to(target).await.unwrap();
        assert_eq!(session.facts().protocol(), protocol);
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
        assert_eq!(text_of(&outcome), "\"hi\"");
        let body = captured(&capture).1.body.unwrap();
        assert_eq!(json_of(body)["jsonrpc"], "2.0");

        session.ping(&cancel).await.unwrap();
        assert!(!session.is_closed());
        session.close().await;
        assert!(session.is_closed());
        assert!(session.ping(&cancel).await.is_err());
    }
}

#[tokio::test]
async fn a_server_is_called_by_its_title() {
    let router = hand_made::raw(|message| match message.method.as_str() {
        "server/discover" => message.refuse_method(),
        "initialize" => {
            let mut welcome = hand_made::welcome();
            welcome["serverInfo"]["title"] = json!("Made by\u{202e} hand");
            message.respond(welcome)
        }
        _ => hand_made::accepted(),
    });
    let (_server, session) = serve(router).await;
    assert_eq!(session.facts().name, "Made by hand");
}

#[tokio::test]
async fn words_of_the_server_are_cleaned() {
    let (_server, session) = serve(hand_made::legacy(|_| hand_made::accepted())).await;
    assert_eq!(session.facts().name, "handmade");
    assert_eq!(session.facts().instructions.as_deref(), Some("be kind"));
    let icon = session.facts().icon.as_deref();
    assert_eq!(icon, Some("https://mcp.example/x.png"));
    assert_eq!(
        session.facts().protocol(),
        "MCP 2025-06-18, because the server refused 2026-07-28"
    );
}

/// R2: whatever is wrong with the response to the probe, plain `initialize` is tried on a new transport.
#[tokio::test]
async fn a_server_that_stumbles_over_the_probe_is_asked_in_the_old_way() {
    let responses: [fn(&ReceivedMessage) -> Response; 4] = [
        |_| StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        |_| axum::Json(json!({})).into_response(),
        |probe| probe.respond(json!({})),
        |_| "what?".into_response(),
    ];
    for respond in responses {
        let router = hand_made::raw(move |message| match message.method.as_str() {
            "server/discover" => respond(&message),
            "initialize" => message.respond(hand_made::welcome()),
            "tools/list" => message.respond(json!({"tools": []})),
            _ => hand_made::accepted(),
        });
        let (_server, session) = serve(router).await;
        assert!(tools_of(&session).await.unwrap().is_empty());
    }
}

#[tokio::test]
async fn a_server_that_echoes_the_version_is_one_of_the_older_era() {
    let router = hand_made::raw(|message| match message.method.as_str() {
        "server/discover" => message.refuse_method(),
        "initialize" => {
            let mut welcome = hand_made::welcome();
            welcome["protocolVersion"] = message.params["protocolVersion"].clone();
            message.respond(welcome)
        }
        _ => hand_made::accepted(),
    });
    let (_server, session) = serve(router).await;
    assert_eq!(
        session.facts().protocol(),
        "MCP 2025-11-25, because the server refused 2026-07-28"
    );
}

/// Source: MCP 2025-11-25, "Lifecycle", "Version Negotiation".
#[tokio::test]
async fn a_server_of_an_unknown_version_is_left() {
    let router = hand_made::raw(|message| match message.method.as_str() {
        "server/discover" => message.refuse_method(),
        "initialize" => {
            let mut welcome = hand_made::welcome();
            welcome["protocolVersion"] = json!("2099-01-01\u{1b}");
            message.respond(welcome)
        }
        _ => hand_made::accepted(),
    });
    let server = Server::start(router).await;
    for target in [target(&server.url), known_target(&server.url, "2025-06-18")] {
        let error = connect_to(target).await.err().unwrap();
        let Error::UnsupportedVersion(version) = &error else {
            panic!("{error:?}")
        };
        assert_eq!(version, "2099-01-01");
    }
}

#[tokio::test]
async fn a_remembered_era_saves_the_probe() {
    let probes = Arc::new(AtomicUsize::new(0));
    let count = probes.clone();
    let router = hand_made::raw(move |message| match message.method.as_str() {
        "server/discover" => {
            count.fetch_add(1, Ordering::SeqCst);
            message.refuse_method()
        }
        "initialize" => message.respond(hand_made::welcome()),
        _ => hand_made::accepted(),
    });
    let server = Server::start(router).await;
    connect_to(known_target(&server.url, "2025-06-18"))
        .await
        .unwrap();
    assert_eq!(probes.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn a_server_without_tools_has_an_empty_list() {
    let router = hand_made::legacy_with(json!({}), |message| message.refuse_method());
    let (_server, session) = serve(router).await;
    assert!(tools_of(&session).await.unwrap().is_empty());
}

/// A server of the newer era whose tool has a parameter in a header, called without listing tools first.
#[tokio::test]
async fn arguments_that_belong_into_headers_are_found_out() {
    let calls = Arc::new(AtomicUsize::new(0));
    let count = calls.clone();
    let router = hand_made::modern(move |message| {
        let region = message.headers.get("mcp-param-region");
        if message.method == "tools/call" {
            count.fetch_add(1, Ordering::SeqCst);
        }
        match message.method.as_str() {
            "tools/list" => message.respond(json!({"tools": [
                {"name": "broken"},
                {"name": "a", "inputSchema": {"type": "object", "properties": {
                    "region": {"type": "string", "x-mcp-header": "Region"}
                }}}
            ]})),
            "tools/call" if region.is_some_and(|it| it == "eu") => {
                message.respond(json!({"content": []}))
            }
            _ => {
                let error = json!({"code": -32020, "message": "header mismatch"});
                let body = message.error_response(error);
                (StatusCode::BAD_REQUEST, axum::Json(body)).into_response()
            }
        }
    });
    let (_server, session) = serve(router).await;
    assert_eq!(session.facts().protocol_version, "2026-07-28");
    let mut call = call("a");
    call.arguments.insert("region".to_owned(), json!("eu"));
    run_tool(&session, call).await.unwrap();
    assert_eq!(calls.load(Ordering::SeqCst), 2);
}

/// A server need not refuse a call without the headers, though a client must send them.
#[tokio::test]
async fn arguments_that_are_known_to_belong_into_headers_are_sent_there() {
    let router = hand_made::modern(move |message| match message.method.as_str() {
        "tools/list" => message.respond(json!({"tools": [
            {"name": "a", "inputSchema": {"type": "object", "properties": {
                "region": {"type": "string", "x-mcp-header": "Region"}
            }}}
        ]})),
        _ => {
            let region = message.headers.get("mcp-param-region");
            let region = region.map_or("none", |region| region.to_str().unwrap());
            message.respond(hand_made::result_of(region))
        }
    });
    let (_server, session) = serve(router).await;
    let mut call = ToolCall {
        names_headers: true,
        ..call("a")
    };
    call.arguments.insert("region".to_owned(), json!("eu"));
    assert!(session.must_list_before(&call));
    let outcome = run_tool(&session, call.clone()).await.unwrap();
    assert_eq!(text_of(&outcome), "eu");
    assert!(!session.must_list_before(&call));
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
    let respond = move |message: ReceivedMessage| match message.method.as_str() {
        "tools/list" => message.respond(json!({ "tools": tools })),
        _ => hand_made::accepted(),
    };
    let names = async |router: Router| {
        let (_server, session) = serve(router).await;
        let listed = tools_of(&session).await.unwrap();
        listed.into_iter().map(|tool| tool.name).collect::<Vec<_>>()
    };
    let modern = names(hand_made::modern(respond.clone())).await;
    assert_eq!(modern, ["plain", "fine"]);
    // The older era has no such headers, so the tools are not rejected there.
    assert_eq!(names(hand_made::legacy(respond)).await.len(), 5);
}
