//! Addresses at which something else than a good MCP server answers.
//!
//! The ones that speak MCP at all speak only as much of it as leads a client to the trap: a handshake
//! of 2025-11-25, then a tool list. They are written on plain HTTP because rmcp would not send such answers.

use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::{MethodRouter, any, post};
use axum::{Json, Router};
use futures::stream;
use serde_json::{Value, json};

use crate::faults::wait;
use crate::shared::Shared;

/// A chunk of the body that never ends: JSON white space, so that a parser waits for more.
const ENDLESS_CHUNK: &[u8] = &[b' '; 16 * 1024];

/// How long `/slow` waits before it answers.
const SLOW: Duration = Duration::from_secs(60);

/// A server that plays along up to its tool list.
#[derive(Clone, Copy, Debug)]
enum Trap {
    /// One page of hundreds of megabytes.
    Huge,
    /// Always one more page.
    Endless,
    /// An answer without an end.
    EndlessBody,
    /// One malformed tool beside a good one.
    Broken,
    /// Names and texts meant for terminals and web views.
    Strange,
}

/// The routes, all without authorization.
pub(crate) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route("/html", any(html))
        .route("/notfound", any(|| async { StatusCode::NOT_FOUND }))
        .route("/error500", any(error500))
        .route("/redirect-elsewhere", any(redirect_elsewhere))
        .route("/slow", any(slow))
        .route("/json-not-rpc", any(json_not_rpc))
        .route("/huge-list", at(Trap::Huge))
        .route("/endless-list", at(Trap::Endless))
        .route("/endless-body-list", at(Trap::EndlessBody))
        .route("/broken-list", at(Trap::Broken))
        .route("/strange-list", at(Trap::Strange))
}

fn at(trap: Trap) -> MethodRouter<Arc<Shared>> {
    post(
        move |State(shared): State<Arc<Shared>>, Json(message): Json<Value>| async move {
            play(trap, &shared, &message)
        },
    )
}

async fn html() -> Html<&'static str> {
    Html("<!doctype html><title>A web page</title><p>This is not an MCP server.</p>")
}

async fn error500() -> (StatusCode, &'static str) {
    (StatusCode::INTERNAL_SERVER_ERROR, "something broke in here")
}

async fn json_not_rpc() -> Json<Value> {
    Json(json!({ "status": "ok", "service": "not an MCP server" }))
}

async fn redirect_elsewhere(State(shared): State<Arc<Shared>>) -> Redirect {
    let target = shared.switches().redirect_target.map_or_else(
        || {
            let port = shared.base.port().unwrap_or_default();
            format!("http://localhost:{port}/open/mcp")
        },
        String::from,
    );
    Redirect::temporary(&target)
}

async fn slow(State(shared): State<Arc<Shared>>) -> StatusCode {
    wait(&shared, SLOW).await;
    StatusCode::GATEWAY_TIMEOUT
}

/// Answers one message of a client that is on its way into `trap`.
fn play(trap: Trap, shared: &Shared, message: &Value) -> Response {
    let Some(id) = message.get("id") else {
        return StatusCode::ACCEPTED.into_response();
    };
    match message.get("method").and_then(Value::as_str) {
        Some("initialize") => reply(id, handshake()),
        Some("ping") => reply(id, json!({})),
        Some("tools/list") => match trap {
            Trap::Huge => huge_list(id, shared.switches().huge_list_tools),
            Trap::Endless => endless_list(id, message),
            Trap::EndlessBody => endless_body(),
            Trap::Broken => reply(id, broken_list()),
            Trap::Strange => reply(id, strange_list()),
        },
        _ => {
            let error = json!({ "code": -32601, "message": "Method not found" });
            Json(json!({ "jsonrpc": "2.0", "id": id, "error": error })).into_response()
        }
    }
}

fn reply(id: &Value, result: Value) -> Response {
    Json(json!({ "jsonrpc": "2.0", "id": id, "result": result })).into_response()
}

fn handshake() -> Value {
    json!({
        "protocolVersion": "2025-11-25",
        "capabilities": { "tools": {} },
        "serverInfo": { "name": "playground-trap", "version": env!("CARGO_PKG_VERSION") },
    })
}

fn tool(name: &str, description: &str) -> Value {
    json!({ "name": name, "description": description, "inputSchema": { "type": "object" } })
}

/// Streams the page, so that the Playground itself does not hold it.
fn huge_list(id: &Value, tools: u32) -> Response {
    let head = format!("{{\"jsonrpc\":\"2.0\",\"id\":{id},\"result\":{{\"tools\":[");
    let description = "x".repeat(6 * 1024);
    let items = (0..tools).map(move |number| {
        let comma = if number == 0 { "" } else { "," };
        format!("{comma}{}", tool(&format!("tool_{number}"), &description))
    });
    let parts = std::iter::once(head)
        .chain(items)
        .chain(std::iter::once("]}}".to_owned()))
        .map(|part| Ok::<_, std::convert::Infallible>(Bytes::from(part)));
    json_stream(Body::from_stream(stream::iter(parts)))
}

fn endless_list(id: &Value, message: &Value) -> Response {
    let page: u64 = message
        .pointer("/params/cursor")
        .and_then(Value::as_str)
        .and_then(|cursor| cursor.parse().ok())
        .unwrap_or(0);
    let tools = [tool(&format!("tool_{page}"), "One of endlessly many.")];
    let next = (page + 1).to_string();
    reply(id, json!({ "tools": tools, "nextCursor": next }))
}

fn endless_body() -> Response {
    let chunks = stream::repeat_with(|| {
        Ok::<_, std::convert::Infallible>(Bytes::from_static(ENDLESS_CHUNK))
    });
    json_stream(Body::from_stream(chunks))
}

fn json_stream(body: Body) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], body).into_response()
}

fn broken_list() -> Value {
    let broken = json!({ "name": "broken", "inputSchema": "not a schema" });
    json!({ "tools": [tool("good", "A good tool beside a broken one."), broken] })
}

fn strange_list() -> Value {
    let twice = tool("twice", "There are two of this name.");
    json!({ "tools": [
        tool("x\n\u{1b}[2J", "The name clears a terminal."),
        tool("<img src=x onerror=alert(1)>", "<script>alert(1)</script>"),
        tool("", "Without a name."),
        tool("nul\0inside", "With a zero byte."),
        tool("right\u{202e}tfel", "Turns the direction of writing."),
        tool(&"long".repeat(64), "Longer than any client allows."),
        twice.clone(),
        twice,
    ] })
}
