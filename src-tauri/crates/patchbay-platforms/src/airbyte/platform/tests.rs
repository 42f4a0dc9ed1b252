//! The platform against a server on loopback.

mod abilities;
mod connectors;
mod executing;
mod tokens;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use patchbay_http::testing::JumpingClock;
use patchbay_http::{CallOptions, Retries};
use proptest::prelude::*;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::Platform;
use crate::testing::{self, call};

/// A request as it arrived.
#[derive(Clone, Debug)]
struct Seen {
    /// Method and path with query.
    line: String,
    token: Option<String>,
    organization: Option<String>,
    host: Option<String>,
    body: Value,
}

impl Seen {
    fn is_exchange(&self) -> bool {
        self.line.ends_with("/applications/token")
    }
}

type Answers = dyn Fn(&Seen, usize) -> Response + Send + Sync;

/// Answers each request by what it is; token exchanges with `tok-<n>`, unless told otherwise.
struct Server {
    base: String,
    seen: Arc<Mutex<Vec<Seen>>>,
    task: JoinHandle<()>,
}

impl Server {
    /// `answers` is given the request and how many came before it, exchanges not counted.
    async fn start(answers: impl Fn(&Seen, usize) -> Response + Send + Sync + 'static) -> Self {
        Self::with_exchange(|n| token(&format!("tok-{n}"), 900), answers).await
    }

    /// `exchange` is given the number of the exchange, counted from one.
    async fn with_exchange(
        exchange: impl Fn(usize) -> Response + Send + Sync + 'static,
        answers: impl Fn(&Seen, usize) -> Response + Send + Sync + 'static,
    ) -> Self {
        let seen: Arc<Mutex<Vec<Seen>>> = Arc::default();
        let answers: Arc<Answers> = Arc::new(answers);
        let exchange = Arc::new(exchange);
        let (exchanges, others) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let router = Router::new().fallback({
            let seen = Arc::clone(&seen);
            move |method: Method, uri: Uri, headers: HeaderMap, body: Bytes| {
                let header = |name: &str| Some(headers.get(name)?.to_str().ok()?.to_owned());
                let request = Seen {
                    line: format!("{method} {uri}"),
                    token: header("authorization"),
                    organization: header("x-organization-id"),
                    host: header("host"),
                    body: serde_json::from_slice(&body).unwrap_or_default(),
                };
                let answer = match request.is_exchange() {
                    true => exchange(exchanges.fetch_add(1, Ordering::SeqCst) + 1),
                    false => answers(&request, others.fetch_add(1, Ordering::SeqCst)),
                };
                seen.lock().unwrap().push(request);
                async { answer }
            }
        });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        Self {
            base: format!("http://{}/edge/", listener.local_addr().unwrap()),
            seen,
            task: tokio::spawn(async move { axum::serve(listener, router).await.unwrap() }),
        }
    }

    /// Requests since the last call.
    fn seen(&self) -> Vec<Seen> {
        std::mem::take(&mut self.seen.lock().unwrap())
    }

    /// Method, path and query of requests since the last call, without the common prefix.
    fn lines(&self) -> Vec<String> {
        let seen = self.seen().into_iter();
        seen.map(|seen| seen.line.replace("/edge/api/v1", ""))
            .collect()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Signs in with these secrets, and the client id `cid-1`.
fn account(
    server: &Server,
    clock: &Arc<JumpingClock>,
    secrets: &[(&str, &str)],
) -> Arc<dyn Platform> {
    let settings = json!({"base_url": server.base, "client_id": "cid-1", "organization_id": ""});
    let account = testing::account(&settings, secrets, Arc::clone(clock) as _);
    (super::AIRBYTE.sign_in)(account).unwrap()
}

fn signed_in(server: &Server) -> Arc<dyn Platform> {
    account(
        server,
        &JumpingClock::new(),
        &[("client_secret", "sec-12345")],
    )
}

fn json(status: u16, body: Value) -> Response {
    let status = StatusCode::from_u16(status).unwrap();
    (status, axum::Json(body)).into_response()
}

fn token(token: &str, expires_in: u64) -> Response {
    json(
        200,
        json!({"access_token": token, "expires_in": expires_in}),
    )
}

fn listed(items: Value) -> Response {
    json(200, json!({"data": items}))
}

/// An item of the list.
fn item(id: &str, slug: &str) -> Value {
    json!({"id": id, "name": "n", "summarized_source_template": {"connector_name": slug}})
}

#[tokio::test]
async fn only_a_call_that_asks_for_it_is_retried() {
    for (retries, requests) in [(None, 1), (Some(Retries::Times(1)), 2)] {
        let server = Server::start(|_, n| match n {
            0 => json(503, json!({})),
            _ => listed(json!([])),
        })
        .await;
        let options = CallOptions {
            retries,
            ..CallOptions::default()
        };
        let platform = signed_in(&server);
        let listed = platform.call("list_connectors", json!({}), &options).await;
        assert_eq!(listed.is_ok(), requests == 2);
        let sent = server.seen().into_iter();
        assert_eq!(sent.filter(|seen| !seen.is_exchange()).count(), requests);
    }
}

#[tokio::test]
async fn without_credentials_nothing_is_sent() {
    let server = Server::start(|_, _| listed(json!([]))).await;
    let platform = account(&server, &JumpingClock::new(), &[("client_secret", "")]);
    for (operation, given) in [
        ("list_connectors", json!({})),
        ("get_connector", json!({"connector_id": "a"})),
        ("connect", json!({"slug": "stripe", "connector_id": "a"})),
        (
            "http",
            json!({"method": "GET", "path": "/api/v1/workspaces"}),
        ),
    ] {
        let refused = call(&*platform, operation, given).await.unwrap_err();
        assert_eq!(refused.kind(), "usage", "{operation}");
    }
    assert!(server.seen().is_empty());
}

/// Any JSON, with the names that the decoders look at.
pub(crate) fn any_json() -> impl Strategy<Value = Value> {
    testing::any_json(
        "id name data status result entities entity modes connector_metadata end_cursor \
         has_next_page summarized_source_template connector_name error_message \
         entity_check_results access_token expires_in",
    )
}
