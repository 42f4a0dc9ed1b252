//! Servers of 2024-11-05: what comes on a stream, and what is posted elsewhere.

use std::sync::atomic::{AtomicUsize, Ordering};

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use futures::StreamExt as _;
use patchbay_model::{Code, Explain, ServerFacts, Transport};
use serde_json::{Value, json};
use tokio::sync::mpsc;
use tokio_stream::wrappers::UnboundedReceiverStream;

use super::hand_made;
use super::*;

/// Sends events to the single client.
type ToClient = mpsc::UnboundedSender<String>;

/// A server whose stream begins with `first`. `respond` returns the events for a message, an empty one for the end of
/// the stream, and the status of the POST.
#[derive(Clone)]
pub(super) struct SseServer {
    first: String,
    respond: fn(&Value) -> (Vec<String>, StatusCode),
    stream: Arc<Mutex<Option<ToClient>>>,
    posts: Arc<AtomicUsize>,
    streams: Arc<AtomicUsize>,
    token: Option<&'static str>,
}

impl SseServer {
    pub(super) fn new(respond: fn(&Value) -> (Vec<String>, StatusCode)) -> Self {
        Self {
            first: "event: endpoint\ndata: /messages/?session_id=7\n\n".to_owned(),
            respond,
            stream: Arc::default(),
            posts: Arc::default(),
            streams: Arc::default(),
            token: None,
        }
    }

    /// Serves the stream at `/mcp`, as nothing but an older server would.
    pub(super) fn router(&self) -> Router {
        self.router_at("/mcp")
    }

    fn router_at(&self, path: &str) -> Router {
        Router::new()
            .route(path, get(open))
            .route("/messages/", post(receive))
            .with_state(self.clone())
    }

    fn is_authorized(&self, headers: &HeaderMap) -> bool {
        let sent = headers.get(header::AUTHORIZATION);
        self.token
            .is_none_or(|token| sent.is_some_and(|sent| sent == token))
    }
}

async fn open(State(server): State<SseServer>, headers: HeaderMap) -> Response {
    if !server.is_authorized(&headers) {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    server.streams.fetch_add(1, Ordering::Relaxed);
    let (to_client, events) = mpsc::unbounded_channel();
    to_client.send(server.first.clone()).unwrap();
    *server.stream.lock().unwrap() = Some(to_client);
    hand_made::events(UnboundedReceiverStream::new(events).map(Ok))
}

async fn receive(State(server): State<SseServer>, headers: HeaderMap, body: Bytes) -> Response {
    if !server.is_authorized(&headers) {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    server.posts.fetch_add(1, Ordering::Relaxed);
    let (events, status) = (server.respond)(&json_of(body));
    let mut stream = server.stream.lock().unwrap();
    for event in events {
        if event.is_empty() {
            *stream = None;
        } else if let Some(stream) = &*stream {
            let _ = stream.send(event);
        }
    }
    status.into_response()
}

fn response_event(message: &Value, result: &Value) -> String {
    let answer = json!({"jsonrpc": "2.0", "id": message["id"], "result": result});
    format!("event: message\ndata: {answer}\n\n")
}

/// The responses of a well-behaved server.
fn respond(message: &Value) -> (Vec<String>, StatusCode) {
    let events = match message["method"].as_str() {
        Some("initialize") => vec![response_event(message, &hand_made::welcome())],
        Some("tools/list") => {
            let tools = json!({"tools": [{"name": "echo", "inputSchema": {"type": "object"}}]});
            vec![
                ": a comment\n\n".to_owned(),
                response_event(message, &tools),
            ]
        }
        Some("tools/call") => {
            let token = &message["params"]["_meta"]["progressToken"];
            let progress = json!({"jsonrpc": "2.0", "method": "notifications/progress",
                "params": {"progressToken": token, "progress": 1, "total": 2}});
            let hi = json!({"content": [{"type": "text", "text": "hi"}]});
            vec![
                "event: ping\ndata: 12:00\n\n".to_owned(),
                format!("data: {progress}\n\n"),
                response_event(message, &hi),
            ]
        }
        _ => Vec::new(),
    };
    (events, StatusCode::ACCEPTED)
}

/// Requests roots during a call, and returns the response as its result.
pub(super) fn request_roots(message: &Value) -> (Vec<String>, StatusCode) {
    let events = match message["method"].as_str() {
        Some("tools/call") => {
            let request = json!({"jsonrpc": "2.0", "id": message["id"], "method": "roots/list"});
            vec![format!("data: {request}\n\n")]
        }
        None => {
            let text = message["result"].to_string();
            let result = json!({"content": [{"type": "text", "text": text}]});
            vec![response_event(message, &result)]
        }
        Some(_) => return respond(message),
    };
    (events, StatusCode::ACCEPTED)
}

async fn error_of(server: &SseServer) -> Error {
    let server = Server::start(server.router()).await;
    let limits = McpLimits {
        connect: Duration::from_secs(5),
        body_bytes: 64 * 1024,
        ..McpLimits::DEFAULT
    };
    let session = connect_within(&server.url, limits).await;
    session.err().expect("the server cannot be connected to")
}

#[tokio::test]
async fn a_server_that_takes_no_post_is_listened_to() {
    let (_server, session) = serve(SseServer::new(respond).router()).await;
    assert_eq!(session.facts().transport, Transport::Sse);
    assert_eq!(session.facts().protocol_version, "2025-06-18");
    let cancel = CancellationToken::new();
    let tools = session.list_tools(&cancel).await.unwrap();
    assert_eq!(tools[0].name, "echo");

    let steps = Arc::new(AtomicUsize::new(0));
    let seen = Arc::clone(&steps);
    let mut call = call("echo");
    call.progress = Arc::new(move |_| {
        seen.fetch_add(1, Ordering::Relaxed);
    });
    let capture = call.capture.clone();
    let planned = session.plan_call(&call, &cancel).await.unwrap();
    let outcome = session.call_tool(call, &cancel).await.unwrap();
    assert_eq!(text_of(&outcome), "hi");
    let (request, response) = captured(&capture);
    assert_eq!(
        (request.url, request.headers),
        (planned.url, planned.headers)
    );
    assert_eq!(response.status, Some(202));
    assert_eq!(json_of(response.body.unwrap())["jsonrpc"], "2.0");
    assert_eq!(steps.load(Ordering::Relaxed), 1);
    session.close().await;
    assert!(session.is_closed());
}

#[tokio::test]
async fn what_it_was_the_last_time_and_the_usual_path_come_first() {
    let sse = SseServer::new(respond);
    let server = Server::start(sse.router_at("/sse")).await;
    let mut url = server.url.clone();
    url.set_path("/sse");
    connected(&url).await.close().await;
    assert_eq!(sse.streams.load(Ordering::Relaxed), 1);

    let sse = SseServer::new(respond);
    let posts = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&posts);
    let router = sse.router().route(
        "/mcp",
        post(async move || {
            count.fetch_add(1, Ordering::Relaxed);
            StatusCode::METHOD_NOT_ALLOWED
        }),
    );
    let server = Server::start(router).await;
    let session = connected(&server.url).await;
    let facts: ServerFacts = session.facts().clone();
    session.close().await;
    let before = posts.load(Ordering::Relaxed);
    assert!(before > 0);
    let target = McpTarget {
        server_facts: Some(facts),
        ..target(&server.url)
    };
    connect_to(target).await.unwrap().close().await;
    assert_eq!(posts.load(Ordering::Relaxed), before);
}

/// Connects to a server that was one of 2024-11-05 the last time, and answers a GET so now.
async fn error_of_known<F: Future<Output = Response> + Send>(
    open: impl Fn() -> F + Clone + Send + Sync + 'static,
) -> Error {
    let router = Router::new().route("/mcp", get(open));
    let server = Server::start(router).await;
    let (_first, session) = serve(SseServer::new(respond).router()).await;
    let target = McpTarget {
        server_facts: Some(session.facts().clone()),
        ..target(&server.url)
    };
    let session = connect(&http(), target, SHORT, &CancellationToken::new()).await;
    session.err().expect("the server cannot be connected to")
}

/// Limits of which silence exceeds one after a second.
const SHORT: McpLimits = McpLimits {
    connect: Duration::from_secs(3),
    endpoint: Duration::from_millis(100),
    ..McpLimits::DEFAULT
};

#[tokio::test]
async fn an_outage_and_silence_are_no_missing_server() {
    let error = error_of_known(async || StatusCode::SERVICE_UNAVAILABLE.into_response()).await;
    assert_eq!(error.code(), Code::PlatformFailed, "{error}");
    let error = error_of_known(std::future::pending::<Response>).await;
    assert_eq!(error.code(), Code::TimedOut, "{error}");
    let silent = async || hand_made::events(futures::stream::pending());
    let error = error_of_known(silent).await;
    assert_eq!(error.code(), Code::TimedOut, "{error}");
}

/// A token that takes longer than the server may, the first time.
struct SlowToken(AtomicUsize);

#[async_trait]
impl TokenSource for SlowToken {
    async fn headers(&self) -> Result<Headers, BoxError> {
        if self.0.fetch_add(1, Ordering::Relaxed) == 0 {
            tokio::time::sleep(Duration::from_millis(1200)).await;
        }
        let token = Secret::new("Bearer token-1");
        Ok(Arc::new([("Authorization".to_owned(), token)]))
    }
}

#[tokio::test]
async fn the_time_of_its_credentials_is_not_that_of_the_server() {
    let sse = SseServer {
        token: Some("Bearer token-1"),
        ..SseServer::new(respond)
    };
    let server = Server::start(sse.router_at("/sse")).await;
    let mut url = server.url.clone();
    url.set_path("/sse");
    let target = McpTarget {
        tokens: Arc::new(SlowToken(AtomicUsize::new(0))),
        ..target(&url)
    };
    let session = connect(&http(), target, SHORT, &CancellationToken::new()).await;
    assert_eq!(session.unwrap().facts().transport, Transport::Sse);
}

#[tokio::test]
async fn a_server_of_streamable_http_may_live_at_the_path_of_the_other() {
    let router = hand_made::legacy(|request| request.respond(json!({"tools": []})));
    let server = Server::start(Router::new().nest("/old", router.clone()).merge(router)).await;
    let session = connected(&server.url).await;
    assert_eq!(session.facts().transport, Transport::StreamableHttp);
    let facts = ServerFacts {
        transport: Transport::Sse,
        ..session.facts().clone()
    };
    let target = McpTarget {
        server_facts: Some(facts),
        ..target(&server.url)
    };
    let session = connect_to(target).await.unwrap();
    assert_eq!(session.facts().transport, Transport::StreamableHttp);
}

#[tokio::test]
async fn credentials_go_with_the_stream_and_with_each_message() {
    let sse = SseServer {
        token: Some("Bearer token-1"),
        ..SseServer::new(respond)
    };
    let server = Server::start(sse.router()).await;
    let error = connect_within(&server.url, McpLimits::DEFAULT).await.err();
    assert_eq!(error.unwrap().code(), Code::AuthNeeded);

    let tokens = CountingTokens::new(true);
    let target = McpTarget {
        tokens: tokens.clone(),
        ..target(&server.url)
    };
    let session = connect_to(target).await.unwrap();
    assert_eq!(tokens.refusals.lock().await.len(), 1);
    assert_eq!(tools_of(&session).await.unwrap().len(), 1);
}

#[tokio::test]
async fn an_address_on_another_server_is_sent_nothing() {
    let other = SseServer::new(respond);
    let elsewhere = Server::start(other.router()).await;
    let sse = SseServer {
        first: format!(
            "event: endpoint\ndata: {}\n\n",
            elsewhere.url.join("/messages/").unwrap()
        ),
        ..SseServer::new(respond)
    };
    let error = error_of(&sse).await;
    assert_eq!(error.code(), Code::McpProtocol);
    assert!(error.to_string().contains("another server"), "{error}");
    assert_eq!(other.posts.load(Ordering::Relaxed), 0);
}

#[tokio::test]
async fn a_line_without_end_is_not_read_to_its_end() {
    let sse = SseServer {
        first: format!("event: {}", "x".repeat(100 * 1024)),
        ..SseServer::new(respond)
    };
    assert_eq!(error_of(&sse).await.code(), Code::NetworkTooLarge);
    let sse = SseServer::new(|message| match message["method"].as_str() {
        Some("initialize") => {
            let endless = format!("data: {}", "x".repeat(100 * 1024));
            (vec![endless], StatusCode::ACCEPTED)
        }
        _ => respond(message),
    });
    assert_eq!(error_of(&sse).await.code(), Code::NetworkTooLarge);
}

#[tokio::test]
async fn a_stream_that_is_none_or_ends_early_is_no_server() {
    for first in ["", "data: hello\n\n", "event: hello\ndata: /messages/\n\n"] {
        let router = Router::new().route(
            "/mcp",
            get(async move || hand_made::events(futures::stream::iter([Ok(first.to_owned())]))),
        );
        let server = Server::start(router).await;
        let error = connect_within(&server.url, McpLimits::DEFAULT).await.err();
        assert_eq!(error.unwrap().code(), Code::McpNotAServer, "{first:?}");
    }
}

#[tokio::test]
async fn a_stream_that_ends_takes_its_calls_with_it() {
    let sse = SseServer::new(|message| match message["method"].as_str() {
        Some("tools/call") => (vec![String::new()], StatusCode::ACCEPTED),
        _ => respond(message),
    });
    let (_server, session) = serve(sse.router()).await;
    let error = run_tool(&session, call("echo")).await.err();
    assert_eq!(error.unwrap().code(), Code::NetworkUnreachable);
    while !session.is_closed() {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(sse.streams.load(Ordering::Relaxed), 1, "it is not resumed");
}

#[tokio::test]
async fn a_message_that_is_refused_says_why() {
    for (status, code) in [
        (StatusCode::NOT_FOUND, Code::NetworkUnreachable),
        (StatusCode::FORBIDDEN, Code::AuthForbidden),
        (StatusCode::BAD_GATEWAY, Code::PlatformFailed),
    ] {
        // A function without an environment is asked for, so the status goes by the name of the tool.
        let sse = SseServer::new(|message| match message["params"]["name"].as_str() {
            Some(status) => (
                Vec::new(),
                StatusCode::from_bytes(status.as_bytes()).unwrap(),
            ),
            None => respond(message),
        });
        let (_server, session) = serve(sse.router()).await;
        let error = run_tool(&session, call(status.as_str())).await;
        assert_eq!(error.err().unwrap().code(), code, "{status}");
    }
    let sse = SseServer {
        first: "event: endpoint\ndata: /behind/a/proxy\n\n".to_owned(),
        ..SseServer::new(respond)
    };
    let error = error_of(&sse).await;
    assert!(error.to_string().contains("proxy"), "{error}");
}

#[tokio::test]
async fn the_address_is_named_once() {
    let sse = SseServer::new(|message| match message["method"].as_str() {
        Some("initialize") => {
            let again = "event: endpoint\ndata: /messages/\n\n".to_owned();
            (vec![again], StatusCode::ACCEPTED)
        }
        _ => respond(message),
    });
    assert_eq!(error_of(&sse).await.code(), Code::McpProtocol);
}
