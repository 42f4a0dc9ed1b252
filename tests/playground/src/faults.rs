//! Endpoints that fail or wait because a switch says so.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::authorization::paths;
use crate::shared::{Shared, lock};
use crate::switches::{Endpoint, Failure};

/// Middleware: waits and fails as the switches say, else passes the request on.
pub(crate) async fn inject(
    State(shared): State<Arc<Shared>>,
    request: Request,
    next: Next,
) -> Response {
    if let Some(endpoint) = endpoint_at(request.uri().path()) {
        let delay = lock(&shared.switches).delays.get(&endpoint).copied();
        if let Some(delay) = delay {
            wait(&shared, delay).await;
        }
        if let Some(failure) = take_failure(&shared, endpoint) {
            return answer(failure);
        }
    }
    next.run(request).await
}

/// Waits for `delay`, less when the Playground stops.
pub(crate) async fn wait(shared: &Shared, delay: Duration) {
    tokio::select! {
        () = tokio::time::sleep(delay) => {}
        () = shared.stopping.cancelled() => {}
    }
}

fn endpoint_at(path: &str) -> Option<Endpoint> {
    Some(match path {
        "/mcp" => Endpoint::Mcp,
        "/open/mcp" => Endpoint::OpenMcp,
        "/bearer/mcp" => Endpoint::BearerMcp,
        paths::RESOURCE_METADATA => Endpoint::ResourceMetadata,
        paths::SERVER_METADATA => Endpoint::ServerMetadata,
        paths::REGISTER => Endpoint::Registration,
        paths::AUTHORIZE => Endpoint::Authorize,
        paths::TOKEN => Endpoint::Token,
        paths::REVOKE => Endpoint::Revocation,
        paths::USERINFO => Endpoint::UserInfo,
        _ => return None,
    })
}

/// The failure for this request, counted down.
fn take_failure(shared: &Shared, endpoint: Endpoint) -> Option<Failure> {
    let mut switches = lock(&shared.switches);
    let failure = switches.failures.get_mut(&endpoint)?;
    match &mut failure.times {
        Some(0) => {
            switches.failures.remove(&endpoint);
            return None;
        }
        Some(times) => *times -= 1,
        None => {}
    }
    Some(failure.clone())
}

fn answer(failure: Failure) -> Response {
    let status = StatusCode::from_u16(failure.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (status, Json(failure.body)).into_response()
}
