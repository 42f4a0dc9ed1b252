//! A platform with one connector, whose relay leads to a small MCP server of the older era.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// The platform; it ends when dropped.
pub(super) struct Fake {
    pub(super) base: String,
    pub(super) fake_state: Arc<FakeState>,
    task: JoinHandle<()>,
}

#[derive(Default)]
pub(super) struct FakeState {
    /// The connector's state; `None` when there is no such connector.
    state: Mutex<Option<String>>,
    /// What the relay answers before it works: status and body.
    fault: Mutex<VecDeque<(u16, Value)>>,
    /// What connecting answers the next time.
    connecting: Mutex<Option<(u16, Value)>>,
    /// Methods of the messages that got through, and the credentials that came with them.
    got: Mutex<Vec<(String, Option<String>)>>,
}

impl FakeState {
    pub(super) fn set(&self, state: Option<&str>) {
        *self.state.lock().unwrap() = state.map(str::to_owned);
    }

    pub(super) fn fault(&self, status: u16, body: Value) {
        self.fault.lock().unwrap().push_back((status, body));
    }

    pub(super) fn fail_to_connect(&self, status: u16, body: Value) {
        *self.connecting.lock().unwrap() = Some((status, body));
    }

    pub(super) fn got(&self) -> Vec<(String, Option<String>)> {
        std::mem::take(&mut self.got.lock().unwrap())
    }
}

impl Fake {
    pub(super) async fn start(state: Option<&str>) -> Self {
        let fake_state = Arc::new(FakeState::default());
        fake_state.set(state);
        let one = "/api/v1/connectors/c-1";
        let router = Router::new()
            .route(one, get(read))
            .route(&format!("{one}/connect"), post(connect))
            .route(&format!("{one}/mcp"), post(relay))
            .with_state(Arc::clone(&fake_state));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        Self {
            base: format!("http://{}", listener.local_addr().unwrap()),
            fake_state,
            task: tokio::spawn(async move { axum::serve(listener, router).await.unwrap() }),
        }
    }
}

impl Drop for Fake {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn unknown() -> Response {
    let detail = json!({"detail": "connector with id c-1 not found"});
    (StatusCode::NOT_FOUND, Json(detail)).into_response()
}

async fn read(State(fake_state): State<Arc<FakeState>>) -> Response {
    let state = fake_state.state.lock().unwrap().clone();
    let Some(state) = state else {
        return unknown();
    };
    Json(json!({"id": "c-1", "url": "http://127.0.0.1:9/mcp", "state": state})).into_response()
}

async fn connect(State(fake_state): State<Arc<FakeState>>) -> Response {
    let failure = fake_state.connecting.lock().unwrap().take();
    match failure {
        Some((status, body)) => {
            let status = StatusCode::from_u16(status).unwrap();
            (status, Json(body)).into_response()
        }
        None => read(State(fake_state)).await,
    }
}

async fn relay(
    State(fake_state): State<Arc<FakeState>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    if fake_state.state.lock().unwrap().is_none() {
        return unknown();
    }
    let fault = fake_state.fault.lock().unwrap().pop_front();
    if let Some((status, body)) = fault {
        let status = StatusCode::from_u16(status).unwrap();
        return (status, Json(body)).into_response();
    }
    let message: Value = serde_json::from_slice(&body).unwrap();
    let method = message["method"].as_str().unwrap_or_default().to_owned();
    let sent = headers.get(header::AUTHORIZATION);
    let sent = sent.map(|value| value.to_str().unwrap().to_owned());
    fake_state.got.lock().unwrap().push((method.clone(), sent));
    let result = match method.as_str() {
        "initialize" => json!({
            "protocolVersion": "2025-06-18", "capabilities": {"tools": {}},
            "serverInfo": {"name": "behind", "version": "1"}
        }),
        "tools/list" => json!({"tools": [{"name": "echo", "inputSchema": {"type": "object"}}]}),
        "tools/call" => json!({
            "content": [{"type": "text", "text": message["params"]["arguments"]["text"]}]
        }),
        method if method.starts_with("notifications/") => {
            return StatusCode::ACCEPTED.into_response();
        }
        _ => {
            let error = json!({"code": -32601, "message": "Method not found"});
            let answer = json!({"jsonrpc": "2.0", "id": message["id"], "error": error});
            return Json(answer).into_response();
        }
    };
    Json(json!({"jsonrpc": "2.0", "id": message["id"], "result": result})).into_response()
}
