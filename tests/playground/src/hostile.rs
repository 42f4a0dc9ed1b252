//! Addresses at which something else than an MCP server answers.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{Html, Redirect};
use axum::routing::any;
use axum::{Json, Router};
use serde_json::{Value, json};

use crate::faults::wait;
use crate::shared::Shared;

/// How long `/slow` waits before it answers.
const SLOW: Duration = Duration::from_secs(60);

/// The routes, all without authorization.
pub(crate) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route("/html", any(html))
        .route("/notfound", any(|| async { StatusCode::NOT_FOUND }))
        .route("/error500", any(error500))
        .route("/redirect-elsewhere", any(redirect_elsewhere))
        .route("/slow", any(slow))
        .route("/json-not-rpc", any(json_not_rpc))
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
