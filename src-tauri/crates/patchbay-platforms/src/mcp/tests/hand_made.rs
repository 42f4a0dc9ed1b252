//! Servers with a minimal negotiation, whose other responses are scripted.

use axum::Router;
use axum::body::Bytes;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use serde_json::{Value, json};

/// One JSON-RPC message, as received.
pub(super) struct ReceivedMessage {
    /// Empty for a response.
    pub(super) method: String,
    pub(super) id: Value,
    pub(super) params: Value,
    pub(super) result: Value,
    pub(super) error: Value,
    pub(super) headers: HeaderMap,
}

impl ReceivedMessage {
    pub(super) fn respond(&self, result: Value) -> Response {
        axum::Json(self.response(result)).into_response()
    }

    pub(super) fn fail(&self, code: i64, message: &str) -> Response {
        axum::Json(self.error_response(json!({"code": code, "message": message}))).into_response()
    }

    pub(super) fn refuse_method(&self) -> Response {
        self.fail(-32601, "Method not found")
    }

    pub(super) fn response(&self, result: Value) -> Value {
        json!({"jsonrpc": "2.0", "id": self.id, "result": result})
    }

    pub(super) fn error_response(&self, error: Value) -> Value {
        json!({"jsonrpc": "2.0", "id": self.id, "error": error})
    }

    /// The response as an event.
    pub(super) fn event(&self, result: Value) -> String {
        event(&self.response(result))
    }
}

/// Serves `/mcp` with a handshake of the older era; `respond` gets all other messages.
pub(super) fn legacy<F>(respond: F) -> Router
where
    F: Fn(ReceivedMessage) -> Response + Clone + Send + Sync + 'static,
{
    legacy_with(json!({"tools": {}}), respond)
}

/// As [`legacy`], with other capabilities.
pub(super) fn legacy_with<F>(capabilities: Value, respond: F) -> Router
where
    F: Fn(ReceivedMessage) -> Response + Clone + Send + Sync + 'static,
{
    raw(move |message| match message.method.as_str() {
        "server/discover" => message.refuse_method(),
        "initialize" => {
            let mut welcome = welcome();
            welcome["capabilities"] = capabilities.clone();
            message.respond(welcome)
        }
        "notifications/initialized" => accepted(),
        _ => respond(message),
    })
}

/// Serves `/mcp` without a handshake, as in the newer era; `respond` gets all messages but `server/discover`.
pub(super) fn modern<F>(respond: F) -> Router
where
    F: Fn(ReceivedMessage) -> Response + Clone + Send + Sync + 'static,
{
    raw(move |message| match message.method.as_str() {
        "server/discover" => message.respond(discovered()),
        _ => respond(message),
    })
}

/// A server of the newer era that requires `inputs`, and responds with what it receives for them. `check` gets the
/// declared capabilities.
pub(super) fn modern_with_inputs(
    inputs: Value,
    state: Option<&'static str>,
    check: fn(&Value),
) -> Router {
    modern(move |message| {
        let params = &message.params;
        match message.method.as_str() {
            "tools/call" | "prompts/get" | "resources/read"
                if params["inputResponses"].is_null() =>
            {
                let mut result = json!({"resultType": "input_required", "inputRequests": inputs});
                if let Some(state) = state {
                    result["requestState"] = state.into();
                }
                message.respond(result)
            }
            "tools/call" | "prompts/get" | "resources/read" => {
                assert_eq!(params["requestState"], json!(state));
                let named = [&params["name"], &params["uri"]];
                assert!(named.contains(&&json!("echo")), "{named:?}");
                check(&params["_meta"]["io.modelcontextprotocol/clientCapabilities"]);
                message.respond(result_of(&params["inputResponses"].to_string()))
            }
            _ => accepted(),
        }
    })
}

/// A text in the form of the result of a call, a prompt and a resource.
pub(super) fn result_of(text: &str) -> Value {
    let content = json!({"type": "text", "text": text});
    json!({
        "resultType": "complete", "content": [content],
        "messages": [{"role": "user", "content": content}],
        "contents": [{"uri": "echo", "text": text}],
    })
}

/// Serves `/mcp`; `respond` gets all messages.
pub(super) fn raw<F>(respond: F) -> Router
where
    F: Fn(ReceivedMessage) -> Response + Clone + Send + Sync + 'static,
{
    let handler = move |headers: HeaderMap, body: Bytes| {
        let message: Value = serde_json::from_slice(&body).unwrap();
        let message = ReceivedMessage {
            method: message["method"].as_str().unwrap_or_default().to_owned(),
            id: message["id"].clone(),
            params: message["params"].clone(),
            result: message["result"].clone(),
            error: message["error"].clone(),
            headers,
        };
        std::future::ready(respond(message))
    };
    Router::new().route("/mcp", post(handler))
}

/// The result of a handshake.
pub(super) fn welcome() -> Value {
    json!({
        "protocolVersion": "2025-06-18",
        "capabilities": {"tools": {}},
        "serverInfo": {"name": "hand\u{202e}made", "version": "1",
            "icons": [{"src": "https://mcp.example/x.svg"}, {"src": "https://mcp.example/x.png"}]},
        "instructions": "be\u{1b}kind"
    })
}

/// The result of `server/discover`.
pub(super) fn discovered() -> Value {
    json!({
        "resultType": "complete", "ttlMs": 0, "cacheScope": "private",
        "supportedVersions": ["2026-07-28"], "capabilities": {"tools": {}},
    })
}

pub(super) fn accepted() -> Response {
    StatusCode::ACCEPTED.into_response()
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
