//! A server with a minimal handshake of the older era, whose other responses are scripted.

use axum::Router;
use axum::body::Bytes;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use serde_json::{Value, json};

/// One JSON-RPC message, as received.
pub(super) struct ReceivedRequest {
    pub(super) method: String,
    pub(super) id: Value,
    pub(super) params: Value,
    /// The result, if it is a response.
    pub(super) result: Value,
    pub(super) headers: HeaderMap,
}

/// Serves `/mcp`; `answer` gets all messages that aren't part of the negotiation.
pub(super) fn server<F, Fut>(answer: F) -> Router
where
    F: Fn(ReceivedRequest) -> Fut + Clone + Send + Sync + 'static,
    Fut: Future<Output = Response> + Send,
{
    raw(move |asked| {
        let answer = answer.clone();
        async move {
            match asked.method.as_str() {
                "server/discover" => failure(&asked.id, -32601, "Method not found"),
                "initialize" => result(&asked.id, welcome()),
                method if method.starts_with("notifications/initialized") => accepted(),
                _ => answer(asked).await,
            }
        }
    })
}

/// Serves `/mcp`; `answer` gets all messages.
pub(super) fn raw<F, Fut>(answer: F) -> Router
where
    F: Fn(ReceivedRequest) -> Fut + Clone + Send + Sync + 'static,
    Fut: Future<Output = Response> + Send,
{
    let handler = move |headers: HeaderMap, body: Bytes| {
        let message: Value = serde_json::from_slice(&body).unwrap();
        let asked = ReceivedRequest {
            method: message["method"].as_str().unwrap_or_default().to_owned(),
            id: message["id"].clone(),
            params: message["params"].clone(),
            result: message["result"].clone(),
            headers,
        };
        answer(asked)
    };
    Router::new().route("/mcp", post(handler))
}

pub(super) fn welcome() -> Value {
    json!({
        "protocolVersion": "2025-06-18",
        "capabilities": {"tools": {}},
        "serverInfo": {"name": "hand\u{202e}made", "version": "1",
            "icons": [{"src": "https://mcp.example/x.svg"}, {"src": "https://mcp.example/x.png"}]},
        "instructions": "be\u{1b}kind"
    })
}

pub(super) fn accepted() -> Response {
    StatusCode::ACCEPTED.into_response()
}

pub(super) fn result(id: &Value, result: Value) -> Response {
    axum::Json(json!({"jsonrpc": "2.0", "id": id, "result": result})).into_response()
}

pub(super) fn failure(id: &Value, code: i64, message: &str) -> Response {
    let error = json!({"code": code, "message": message});
    axum::Json(json!({"jsonrpc": "2.0", "id": id, "error": error})).into_response()
}

/// A response with events, in pieces.
pub(super) fn events<S>(pieces: S) -> Response
where
    S: futures::Stream<Item = Result<String, std::io::Error>> + Send + 'static,
{
    let kind = [(header::CONTENT_TYPE, "text/event-stream")];
    (kind, axum::body::Body::from_stream(pieces)).into_response()
}

/// One message as an event.
pub(super) fn event(message: &Value) -> String {
    format!("data: {message}\n\n")
}
