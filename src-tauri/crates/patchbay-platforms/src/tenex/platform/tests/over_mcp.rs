//! The three operations that 10ex's MCP server covers.

use std::sync::Mutex;

use axum::Router;
use axum::body::Bytes;
use axum::http::{HeaderMap, StatusCode};
use axum::response::IntoResponse;
use axum::routing::post;
use tokio::net::TcpListener;

use super::*;

/// Tool calls as they arrived: name, arguments, and the headers that count.
type Calls = Arc<Mutex<Vec<(Value, Value, String, String)>>>;

/// An MCP server of the older era whose tools give what `answers` says, by name.
async fn server(answers: Value) -> (String, Calls) {
    let calls = Calls::default();
    let kept = Arc::clone(&calls);
    let handler = move |headers: HeaderMap, body: Bytes| {
        let asked: Value = serde_json::from_slice(&body).unwrap();
        let result = match asked["method"].as_str().unwrap_or_default() {
            "initialize" => value!({
                "protocolVersion": "2025-06-18", "capabilities": {"tools": {}},
                "serverInfo": {"name": "10ex", "version": "1"}
            }),
            "tools/call" => {
                let header = |name: &str| headers[name].to_str().unwrap().to_owned();
                let params = &asked["params"];
                kept.lock().unwrap().push((
                    params["name"].clone(),
                    params["arguments"].clone(),
                    header("authorization"),
                    header("x-workspace-id"),
                ));
                answers[params["name"].as_str().unwrap()].clone()
            }
            _ => Value::Null,
        };
        let answer = if asked["id"].is_null() {
            StatusCode::ACCEPTED.into_response()
        } else if result.is_null() {
            let error = value!({"code": -32601, "message": "Method not found"});
            axum::Json(value!({"jsonrpc": "2.0", "id": asked["id"], "error": error}))
                .into_response()
        } else {
            axum::Json(value!({"jsonrpc": "2.0", "id": asked["id"], "result": result}))
                .into_response()
        };
        async { answer }
    };
    let router = Router::new().route("/mcp", post(handler));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    (base, calls)
}

async fn over_mcp(answers: Value) -> (Arc<dyn Platform>, Calls) {
    let (base, calls) = server(answers).await;
    let settings = value!({
        "base_url": base, "use_mcp": true, "workspace_header": "X-Workspace-Id: ws_9"
    });
    let account = account(&settings, &[("api_key", "tnx_a_b")], JumpingClock::new());
    ((TENEX.sign_in)(account).unwrap(), calls)
}

#[tokio::test]
async fn the_same_operations_go_over_mcp() {
    let connectors = value!([{"id": 1, "provider": "gmail", "status": "connected"}]);
    let started = value!({"connector_id": "con_7", "redirect_url": "https://p.example/o"});
    let (tenex, calls) = over_mcp(value!({
        "list_connectors": {"content": [], "structuredContent": {"result": connectors}},
        "start_connector_oauth": {"content": [{"type": "text", "text": started.to_string()}]},
        "get_connector_status": {"content": [], "structuredContent": {"status": "pending"}},
    }))
    .await;
    let page = value!({"provider": "gmail", "limit": 5});
    let page = call(&*tenex, "list", page).await.unwrap();
    assert_eq!(page["items"][0]["id"], "1");
    let which = value!({"provider": "gmail"});
    let page = call(&*tenex, "start_oauth", which).await.unwrap();
    assert_eq!(page["redirect_url"], "https://p.example/o");
    let grant = call(&*tenex, "get_status", value!({"id": "con_7"}))
        .await
        .unwrap();
    assert_eq!(
        grant,
        value!({"connector_id": "con_7", "status": "pending"})
    );
    let calls: Vec<_> = std::mem::take(&mut *calls.lock().unwrap());
    let expected = [
        ("list_connectors", value!({"provider": "gmail", "limit": 5})),
        ("start_connector_oauth", value!({"provider": "gmail"})),
        ("get_connector_status", value!({"connector_id": "con_7"})),
    ];
    for ((name, arguments, key, workspace), (tool, given)) in calls.iter().zip(&expected) {
        assert_eq!((name, arguments), (&value!(tool), given));
        assert_eq!(
            (key.as_str(), workspace.as_str()),
            ("Bearer tnx_a_b", "ws_9")
        );
    }
    assert_eq!(calls.len(), expected.len());
}

#[tokio::test]
async fn a_tool_that_fails_is_told_in_its_words() {
    let failure =
        value!({"content": [{"type": "text", "text": "no such provider"}], "isError": true});
    let words = value!({"content": [{"type": "text", "text": "Connected!"}]});
    let answers = value!({"start_connector_oauth": failure, "list_connectors": words});
    let (tenex, _) = over_mcp(answers).await;
    let which = value!({"provider": "nope"});
    let error = call(&*tenex, "start_oauth", which).await.unwrap_err();
    assert_eq!(error.kind(), "platform");
    assert!(error.to_string().ends_with("no such provider"), "{error}");
    let error = call(&*tenex, "list", value!({})).await.unwrap_err();
    assert_eq!(error.kind(), "decode");
}
