//! The client against servers on loopback: rmcp's own for the two eras, and hand-made ones for what a
//! well-behaved server never does.

mod calls;
mod completion;
mod elicitation;
mod eras;
mod hand_made;
mod http_sse;
mod limits;
mod listening;
mod logging;
// The servers are scripts, whose process groups are checked afterwards.
#[cfg(unix)]
mod programs;
mod reconnects;
mod refusals;
mod roots;
mod sampling;
mod sessions;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use axum::Router;
use patchbay_http::{Capture, CapturedResponse};
use patchbay_model::{Content, Secret, SentRequest, ServerFacts, Tool, Transport};
use rmcp::ServerHandler;
use rmcp::transport::streamable_http_server::session::local::LocalSessionManager;
use rmcp::transport::streamable_http_server::{StreamableHttpServerConfig, StreamableHttpService};
use serde_json::{Map, Value};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use url::Url;

use super::{
    CallOutcome, CallProgress, ClientFeatures, LineSink, McpLimits, McpSession, McpTarget,
    ToolCall, connect,
};
use crate::{BoxError, Error, Headers, PlainHttp, TokenSource};

/// A server on a free port of loopback; stops when dropped.
struct Server {
    url: Url,
    task: JoinHandle<()>,
}

impl Server {
    async fn start(router: Router) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/mcp", listener.local_addr().unwrap());
        Self {
            url: url.parse().unwrap(),
            task: tokio::spawn(async move { axum::serve(listener, router).await.unwrap() }),
        }
    }

    /// Serves `/mcp` by rmcp's own server; `handler` makes the handler of each session.
    async fn with_handler<H: ServerHandler>(
        handler: impl Fn() -> H + Send + Sync + 'static,
    ) -> Self {
        let service = StreamableHttpService::new(
            move || Ok(handler()),
            Arc::new(LocalSessionManager::default()),
            StreamableHttpServerConfig::default(),
        );
        Self::start(Router::new().nest_service("/mcp", service)).await
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn http() -> reqwest::Client {
    reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .build()
        .unwrap()
}

fn target(url: &Url) -> McpTarget {
    McpTarget::anonymous(url.clone())
}

async fn connected(url: &Url) -> McpSession {
    connect_within(url, McpLimits::DEFAULT).await.unwrap()
}

async fn connect_within(url: &Url, limits: McpLimits) -> Result<McpSession, Error> {
    connect(&http(), target(url), limits, &CancellationToken::new()).await
}

/// A server, and a session with it.
async fn serve(router: Router) -> (Server, McpSession) {
    let server = Server::start(router).await;
    let session = connected(&server.url).await;
    (server, session)
}

/// The target for a server that had that protocol version.
fn known_target(url: &Url, version: &str) -> McpTarget {
    let facts = ServerFacts {
        name: String::new(),
        version: String::new(),
        protocol_version: version.to_owned(),
        protocol_reason: None,
        transport: Transport::StreamableHttp,
        instructions: None,
        icon: None,
    };
    McpTarget {
        server_facts: Some(facts),
        ..target(url)
    }
}

async fn connect_to(target: McpTarget) -> Result<McpSession, Error> {
    let cancel = CancellationToken::new();
    connect(&http(), target, McpLimits::DEFAULT, &cancel).await
}

/// A call that ignores progress.
fn call(name: &str) -> ToolCall {
    ToolCall {
        capture: Capture::enabled(),
        ..ToolCall::new(name.to_owned(), Map::new(), Duration::from_secs(20))
    }
}

async fn run_tool(session: &McpSession, call: ToolCall) -> Result<CallOutcome, Error> {
    session.call_tool(call, &CancellationToken::new()).await
}

async fn tools_of(session: &McpSession) -> Result<Vec<Tool>, Error> {
    session.list_tools(&CancellationToken::new()).await
}

/// The single text of a result.
fn text_of(outcome: &CallOutcome) -> &str {
    match outcome.result.content.as_slice() {
        [Content::Text { text, .. }] => text,
        content => panic!("{content:?}"),
    }
}

/// A log, and the lines that are written to it.
pub(super) fn recorded_log() -> (LineSink, Arc<Mutex<Vec<String>>>) {
    let lines: Arc<Mutex<Vec<String>>> = Arc::default();
    let recorded = Arc::clone(&lines);
    (
        Arc::new(move |line| recorded.lock().unwrap().push(line.to_owned())),
        lines,
    )
}

/// The captured request and response of a call.
fn captured(capture: &Capture) -> (SentRequest, CapturedResponse) {
    let exchange = capture.take_exchange().unwrap();
    (exchange.request, exchange.response.unwrap())
}

fn json_of(text: impl AsRef<[u8]>) -> Value {
    serde_json::from_slice(text.as_ref()).unwrap()
}

/// Supplies `token-<n>`, where `n` is the number of refusals so far.
struct CountingTokens {
    refusals: tokio::sync::Mutex<Vec<Option<String>>>,
    renews: bool,
}

impl CountingTokens {
    fn new(renews: bool) -> Arc<Self> {
        Arc::new(Self {
            refusals: tokio::sync::Mutex::default(),
            renews,
        })
    }
}

#[async_trait]
impl TokenSource for CountingTokens {
    async fn headers(&self) -> Result<Headers, BoxError> {
        let token = format!("Bearer token-{}", self.refusals.lock().await.len());
        Ok(Arc::new([("Authorization".to_owned(), Secret::new(token))]))
    }

    async fn on_unauthorized(
        &self,
        sent: &[(String, Secret)],
        challenge: Option<String>,
    ) -> Result<bool, BoxError> {
        assert_eq!(
            sent[0].0, "Authorization",
            "what was refused is what was sent"
        );
        self.refusals.lock().await.push(challenge);
        Ok(self.renews)
    }
}
