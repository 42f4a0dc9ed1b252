//! A loopback server with scripted responses, and a clock that jumps.

#![allow(
    clippy::unwrap_used,
    reason = "only tests use it, and a test may end here"
)]

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use axum::Router;
use axum::body::Bytes;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use patchbay_model::Timestamp;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::{AddressPolicy, Api, CallOptions, Clients, Clock, NoToken, TokenSource};

/// A request as it arrived.
#[derive(Debug)]
pub struct ReceivedRequest {
    /// HTTP method.
    pub method: Method,
    /// Path and query.
    pub uri: Uri,
    /// Headers as sent.
    pub headers: HeaderMap,
    /// The whole body.
    pub body: Bytes,
}

/// Returns its responses in order, and records the requests.
pub struct Server {
    /// Base URL, with a path.
    pub base: String,
    pub(crate) seen: Arc<Mutex<Vec<ReceivedRequest>>>,
    answers: Arc<Mutex<VecDeque<Response>>>,
    task: JoinHandle<()>,
}

impl Server {
    /// Listens on loopback; once the responses are used up it returns 418.
    pub async fn start(answers: impl IntoIterator<Item = Response>) -> Self {
        let seen: Arc<Mutex<Vec<ReceivedRequest>>> = Arc::default();
        let answers: Arc<Mutex<VecDeque<Response>>> =
            Arc::new(Mutex::new(answers.into_iter().collect()));
        let router = Router::new().fallback({
            let (seen, answers) = (seen.clone(), answers.clone());
            move |method: Method, uri: Uri, headers: HeaderMap, body: Bytes| {
                seen.lock().unwrap().push(ReceivedRequest {
                    method,
                    uri,
                    headers,
                    body,
                });
                let answer = answers.lock().unwrap().pop_front();
                async { answer.unwrap_or_else(|| StatusCode::IM_A_TEAPOT.into_response()) }
            }
        });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        Self {
            base: format!("http://{}/edge/", listener.local_addr().unwrap()),
            seen,
            answers,
            task: tokio::spawn(async move { axum::serve(listener, router).await.unwrap() }),
        }
    }

    /// Appends a response.
    pub fn then(&self, answer: Response) {
        self.answers.lock().unwrap().push_back(answer);
    }

    /// Takes the requests received since the last time.
    pub fn seen(&self) -> Vec<ReceivedRequest> {
        std::mem::take(&mut self.seen.lock().unwrap())
    }
}

/// Options of a call, and the token that cancels it.
pub fn cancellable_options() -> (CallOptions, CancellationToken) {
    let stop = CancellationToken::new();
    let options = CallOptions {
        cancel: Some(stop.clone()),
        ..CallOptions::default()
    };
    (options, stop)
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Starts at the time of the contracts' replays and jumps forward instead of waiting.
pub struct JumpingClock {
    now: Mutex<Timestamp>,
    waits: Mutex<Vec<f64>>,
}

impl JumpingClock {
    /// A clock without waits so far.
    pub fn new() -> Arc<Self> {
        Arc::new(Self {
            now: Mutex::new(Timestamp::parse("2026-10-21T07:27:30Z").unwrap()),
            waits: Mutex::default(),
        })
    }

    /// Takes the waits since the last time, in seconds.
    pub fn waits(&self) -> Vec<f64> {
        std::mem::take(&mut self.waits.lock().unwrap())
    }
}

#[async_trait]
impl Clock for JumpingClock {
    fn now(&self) -> Timestamp {
        *self.now.lock().unwrap()
    }

    async fn sleep(&self, duration: Duration) {
        let mut now = self.now.lock().unwrap();
        *now = *now + duration;
        self.waits.lock().unwrap().push(duration.as_secs_f64());
    }

    fn chance(&self) -> f64 {
        0.5
    }
}

/// An account at that address.
pub fn api_with(base: &str, clock: Arc<dyn Clock>, tokens: Arc<dyn TokenSource>) -> Api {
    Api::new(
        Clients::build(AddressPolicy::default()).unwrap(),
        clock,
        base,
        tokens,
    )
    .unwrap()
}

/// An account at that address without credentials.
pub fn api(base: &str) -> Api {
    api_with(base, JumpingClock::new(), Arc::new(NoToken))
}

/// A JSON response.
pub fn json(status: u16, body: serde_json::Value) -> Response {
    let status = StatusCode::from_u16(status).unwrap();
    (status, axum::Json(body)).into_response()
}
