//! What arrived, for assertions.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tokio::sync::Notify;

use crate::parameters::Parameters;
use crate::shared::{Shared, lock};

/// Requests kept; older ones are dropped so that a Playground left running stays small.
const KEPT: usize = 10_000;

/// The largest request body taken, in bytes.
pub(crate) const MAX_BODY_BYTES: usize = 8 * 1024 * 1024;

/// One request as it arrived, with tokens as they were sent.
#[derive(Clone, Debug)]
pub struct LoggedRequest {
    /// Position since the start, from 0.
    pub number: u64,
    /// `GET`, `POST`, …
    pub method: String,
    /// The path, without the query.
    pub path: String,
    /// The query without its question mark; empty when there is none.
    pub query: String,
    /// Header names in lower case and their values, in the order of arrival.
    pub headers: Vec<(String, String)>,
    /// The body as text; bytes that are not UTF-8 are replaced.
    pub body: String,
    /// The status of the answer; `None` while it is not given yet, or when the client went away.
    pub status: Option<u16>,
}

impl LoggedRequest {
    /// The first header called `name`, given in lower case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    /// The value of the form or query parameter `name`.
    #[must_use]
    pub fn parameter(&self, name: &str) -> Option<String> {
        let from = |text: &str| {
            Parameters::parse(text.as_bytes())
                .find(name)
                .map(str::to_owned)
        };
        from(&self.query).or_else(|| from(&self.body))
    }

    /// The JSON-RPC method in the body, if it is a JSON-RPC message.
    #[must_use]
    pub fn rpc_method(&self) -> Option<String> {
        let message: serde_json::Value = serde_json::from_str(&self.body).ok()?;
        message.get("method")?.as_str().map(str::to_owned)
    }
}

/// The requests of one Playground and a bell that rings when one changes.
#[derive(Debug, Default)]
pub(crate) struct Log {
    requests: Mutex<Requests>,
    changed: Notify,
}

#[derive(Debug, Default)]
struct Requests {
    next: u64,
    kept: VecDeque<LoggedRequest>,
}

impl Log {
    /// All kept requests, oldest first.
    pub(crate) fn all(&self) -> Vec<LoggedRequest> {
        lock(&self.requests).kept.iter().cloned().collect()
    }

    /// How many kept requests fit.
    pub(crate) fn count(&self, fits: impl Fn(&LoggedRequest) -> bool) -> usize {
        lock(&self.requests)
            .kept
            .iter()
            .filter(|request| fits(request))
            .count()
    }

    /// Forgets what arrived so far; numbers go on.
    pub(crate) fn clear(&self) {
        lock(&self.requests).kept.clear();
    }

    /// Rings the bell: something a waiting test may look at has changed.
    pub(crate) fn notify(&self) {
        self.changed.notify_waiters();
    }

    /// Waits until `fits` holds, asking again after each change; `false` when `limit` passed first.
    pub(crate) async fn wait_until(&self, fits: impl Fn() -> bool, limit: Duration) -> bool {
        let waiting = async {
            loop {
                let changed = self.changed.notified();
                tokio::pin!(changed);
                changed.as_mut().enable();
                if fits() {
                    return;
                }
                changed.await;
            }
        };
        tokio::time::timeout(limit, waiting).await.is_ok()
    }

    fn begin(&self, mut request: LoggedRequest) -> u64 {
        let mut requests = lock(&self.requests);
        request.number = requests.next;
        requests.next += 1;
        if requests.kept.len() == KEPT {
            requests.kept.pop_front();
        }
        let number = request.number;
        requests.kept.push_back(request);
        drop(requests);
        self.notify();
        number
    }

    fn finish(&self, number: u64, status: StatusCode) {
        let mut requests = lock(&self.requests);
        // Newest last, so the search from the end is short.
        if let Some(request) = requests
            .kept
            .iter_mut()
            .rev()
            .find(|request| request.number == number)
        {
            request.status = Some(status.as_u16());
        }
        drop(requests);
        self.notify();
    }
}

/// Middleware around everything: keeps each request, then the status of its answer.
pub(crate) async fn record(
    State(shared): State<Arc<Shared>>,
    request: Request,
    next: Next,
) -> Response {
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, MAX_BODY_BYTES).await else {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    };
    let number = shared.log.begin(logged(&parts, &body));
    tracing::info!(number, method = %parts.method, path = parts.uri.path(), "request");
    let response = next.run(Request::from_parts(parts, Body::from(body))).await;
    shared.log.finish(number, response.status());
    tracing::info!(number, status = response.status().as_u16(), "answer");
    response
}

pub(crate) fn logged(parts: &axum::http::request::Parts, body: &Bytes) -> LoggedRequest {
    LoggedRequest {
        number: 0,
        method: parts.method.to_string(),
        path: parts.uri.path().to_owned(),
        query: parts.uri.query().unwrap_or_default().to_owned(),
        headers: parts
            .headers
            .iter()
            .map(|(name, value)| {
                let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
                (name.as_str().to_owned(), value)
            })
            .collect(),
        body: String::from_utf8_lossy(body).into_owned(),
        status: None,
    }
}
