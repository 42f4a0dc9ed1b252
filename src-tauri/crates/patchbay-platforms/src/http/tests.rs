//! The layer against servers on loopback, with a clock that jumps.

mod repeats;
mod sending;

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use axum::Router;
use axum::body::Bytes;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use patchbay_model::{Secret, Timestamp};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::{Api, CallOptions, ClientSettings, Clients, Clock, Path, ProxyChoice, Request};
use crate::{BoxError, Error, Headers, NoToken, TokenSource};

/// A request as it arrived.
#[derive(Debug)]
pub(crate) struct Seen {
    pub(crate) method: Method,
    pub(crate) uri: Uri,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

/// Gives its answers in order, and keeps what it was asked.
pub(crate) struct Server {
    pub(crate) base: String,
    seen: Arc<Mutex<Vec<Seen>>>,
    answers: Arc<Mutex<VecDeque<Response>>>,
    task: JoinHandle<()>,
}

impl Server {
    pub(crate) async fn start(answers: impl IntoIterator<Item = Response>) -> Self {
        let seen: Arc<Mutex<Vec<Seen>>> = Arc::default();
        let answers: Arc<Mutex<VecDeque<Response>>> =
            Arc::new(Mutex::new(answers.into_iter().collect()));
        let router = Router::new().fallback({
            let (seen, answers) = (seen.clone(), answers.clone());
            move |method: Method, uri: Uri, headers: HeaderMap, body: Bytes| {
                seen.lock().unwrap().push(Seen {
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

    /// One more answer after the others.
    pub(crate) fn then(&self, answer: Response) {
        self.answers.lock().unwrap().push_back(answer);
    }

    pub(crate) fn seen(&self) -> Vec<Seen> {
        std::mem::take(&mut self.seen.lock().unwrap())
    }
}

/// Options of a call, and what stops it.
pub(crate) fn stoppable() -> (CallOptions, CancellationToken) {
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

/// Starts at the moment of the contracts' replays and jumps forward instead of waiting.
pub(crate) struct Jumping {
    now: Mutex<Timestamp>,
    waits: Mutex<Vec<f64>>,
}

impl Jumping {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self {
            now: Mutex::new(Timestamp::parse("2026-10-21T07:27:30Z").unwrap()),
            waits: Mutex::default(),
        })
    }

    pub(crate) fn waits(&self) -> Vec<f64> {
        std::mem::take(&mut self.waits.lock().unwrap())
    }
}

#[async_trait]
impl Clock for Jumping {
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

pub(crate) fn api_with(base: &str, clock: Arc<dyn Clock>, tokens: Arc<dyn TokenSource>) -> Api {
    let settings = ClientSettings {
        proxy: ProxyChoice::Direct,
        ..ClientSettings::default()
    };
    Api::new(Clients::build(&settings).unwrap(), clock, base, tokens).unwrap()
}

pub(crate) fn api(base: &str) -> Api {
    api_with(base, Jumping::new(), Arc::new(NoToken))
}

fn get() -> Request {
    Request::new(Method::GET, Path::new("/v1/things"))
}

fn post() -> Request {
    Request::new(Method::POST, Path::new("/v1/things"))
}

pub(crate) fn json(status: u16, body: serde_json::Value) -> Response {
    let status = StatusCode::from_u16(status).unwrap();
    (status, axum::Json(body)).into_response()
}

/// Gives `Bearer key-<n>`, where `n` counts the refusals.
struct Renewing {
    refusals: Mutex<u32>,
    renews: bool,
}

impl Renewing {
    fn new(renews: bool) -> Arc<Self> {
        Arc::new(Self {
            refusals: Mutex::new(0),
            renews,
        })
    }
}

#[async_trait]
impl TokenSource for Renewing {
    async fn headers(&self) -> Result<Headers, BoxError> {
        let key = format!("Bearer key-{}", self.refusals.lock().unwrap());
        Ok(Arc::new([("authorization".to_owned(), Secret::new(key))]))
    }

    async fn refused(
        &self,
        sent: &[(String, Secret)],
        _: Option<String>,
    ) -> Result<bool, BoxError> {
        let key = format!("Bearer key-{}", self.refusals.lock().unwrap());
        assert_eq!(sent[0].1.expose(), key, "what was refused is what was sent");
        *self.refusals.lock().unwrap() += 1;
        Ok(self.renews)
    }
}
