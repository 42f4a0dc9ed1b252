//! Servers that end their streams, and name the wait before the next one.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Instant;

use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use futures::{StreamExt, stream};
use serde_json::{Value, json};
use tokio::sync::watch;

use super::hand_made::{self, ReceivedMessage};
use super::*;
use crate::Unreachable;

/// A stream with a single piece.
fn once(piece: String) -> Response {
    hand_made::events(stream::iter([Ok(piece)]))
}

/// Serves `/mcp` as [`hand_made::legacy`] does, and streams on GET.
fn server<A, G>(respond: A, stream: G) -> Router
where
    A: Fn(ReceivedMessage) -> Response + Clone + Send + Sync + 'static,
    G: Fn(HeaderMap) -> Response + Clone + Send + Sync + 'static,
{
    let stream = move |headers: HeaderMap| std::future::ready(stream(headers));
    hand_made::legacy(respond).route("/mcp", get(stream))
}

fn quick(reconnects: u32) -> McpLimits {
    McpLimits {
        reconnects,
        reconnect_waits: (Duration::from_millis(1), Duration::from_millis(2)),
        ..McpLimits::DEFAULT
    }
}

#[tokio::test]
async fn a_stream_that_ends_again_and_again_is_given_up_with_the_limit_named() {
    let reopened = Arc::new(AtomicU32::new(0));
    let counted = Arc::clone(&reopened);
    let server = Server::start(server(
        |_| once("id: 1\nretry: 0\ndata: \n\n".to_owned()),
        move |headers| {
            assert!(headers.contains_key("last-event-id"));
            let nth = counted.fetch_add(1, Ordering::SeqCst);
            once(format!("id: {}\nretry: 0\ndata: \n\n", nth + 2))
        },
    ))
    .await;
    let session = connect_within(&server.url, quick(3)).await.unwrap();
    let began = Instant::now();
    let error = tools_of(&session).await;
    let error = error.err().unwrap();
    assert!(
        matches!(error, Error::TooManyReconnects { limit: 3 }),
        "{error:?}"
    );
    assert!(error.to_string().contains("3 times"), "{error}");
    assert_eq!(reopened.load(Ordering::SeqCst), 3);
    // "At once" is half a second at least, four times: after the first stream and the three others.
    assert!(began.elapsed() >= Duration::from_millis(2_000));
}

#[tokio::test]
async fn a_stream_that_breaks_at_once_is_not_asked_for_at_once() {
    let reopened = Arc::new(AtomicU32::new(0));
    let counted = Arc::clone(&reopened);
    let broken = || {
        let cut = async {
            // Earlier pieces are sent first.
            tokio::task::yield_now().await;
            Err(std::io::Error::other("cut"))
        };
        let start = stream::iter([Ok("id: 1\ndata: \n\n".to_owned())]);
        hand_made::events(start.chain(stream::once(cut)))
    };
    let server = Server::start(server(
        move |_| broken(),
        move |_| {
            counted.fetch_add(1, Ordering::SeqCst);
            broken()
        },
    ))
    .await;
    let limits = McpLimits {
        reconnects: 2,
        ..McpLimits::DEFAULT
    };
    let session = connect_within(&server.url, limits).await.unwrap();
    let began = Instant::now();
    let error = tools_of(&session).await;
    assert!(matches!(
        error.err().unwrap(),
        Error::TooManyReconnects { limit: 2 }
    ));
    assert_eq!(reopened.load(Ordering::SeqCst), 2);
    assert!(began.elapsed() >= Duration::from_millis(500 + 1_000));
}

#[tokio::test]
async fn a_stream_of_news_that_ends_at_once_is_no_storm() {
    let (opened, mut seen) = watch::channel(Vec::<Instant>::new());
    let router = hand_made::raw(|message| match message.method.as_str() {
        "server/discover" => message.refuse_method(),
        "initialize" => {
            let mut answer = message.respond(hand_made::welcome());
            let session = HeaderValue::from_static("session-1");
            answer.headers_mut().insert("mcp-session-id", session);
            answer
        }
        "tools/list" => message.respond(json!({"tools": []})),
        _ => hand_made::accepted(),
    });
    let opened = Arc::new(opened);
    let stream = move || {
        opened.send_modify(|all| all.push(Instant::now()));
        std::future::ready(once("retry: 0\n\n".to_owned()).into_response())
    };
    let server = Server::start(router.route("/mcp", get(stream))).await;
    let limits = McpLimits {
        reconnects: 2,
        ..McpLimits::DEFAULT
    };
    let session = connect_within(&server.url, limits).await.unwrap();
    let all = seen.wait_for(|all| all.len() == 3).await.unwrap().clone();
    assert!(all[1].duration_since(all[0]) >= Duration::from_millis(500));
    assert!(all[2].duration_since(all[1]) >= Duration::from_millis(1_000));
    let more = tokio::time::timeout(
        Duration::from_millis(2_500),
        seen.wait_for(|all| all.len() > 3),
    );
    assert!(more.await.is_err(), "it was given up");
    // Other requests still work.
    tools_of(&session).await.unwrap();
}

#[tokio::test]
async fn an_answer_may_come_on_the_stream_that_goes_on() {
    let request: Arc<Mutex<Option<ReceivedMessage>>> = Arc::default();
    let received = Arc::clone(&request);
    let server = Server::start(server(
        move |request| {
            *received.lock().unwrap() = Some(request);
            once("id: first\nretry: 1\ndata: \n\n".to_owned())
        },
        move |headers| {
            assert_eq!(headers["last-event-id"], "first");
            let request = request.lock().unwrap().take().unwrap();
            let tools = json!([{"name": "late", "inputSchema": {"x-own": 1}}]);
            once(request.event(json!({ "tools": tools })))
        },
    ))
    .await;
    let session = connect_within(&server.url, quick(3)).await.unwrap();
    let tools = tools_of(&session).await.unwrap();
    assert_eq!(tools[0].name, "late");
    assert_eq!(tools[0].input_schema.0, json!({"x-own": 1}));
}

#[tokio::test]
async fn the_first_answer_counts_and_answers_to_nobody_do_not() {
    let (_server, session) = serve(hand_made::legacy(|request| {
        let message = |id: &Value, name: &str| {
            let result = json!({"tools": [{"name": name, "inputSchema": {}}]});
            hand_made::event(&json!({"jsonrpc": "2.0", "id": id, "result": result}))
        };
        let pieces = [
            message(&json!(4_711), "of nobody"),
            message(&json!("x"), "of nobody"),
            message(&request.id, "first"),
            message(&request.id, "second"),
        ];
        hand_made::events(stream::iter(pieces.map(Ok)))
    }))
    .await;
    let tools = tools_of(&session).await.unwrap();
    let names: Vec<&str> = tools.iter().map(|tool| tool.name.as_str()).collect();
    assert_eq!(names, ["first"]);
}

#[tokio::test]
async fn lines_that_are_no_field_and_an_empty_id_lose_no_answer() {
    let (_server, session) = serve(server(
        |request| {
            let answer = request.event(json!({ "tools": [] }));
            once(format!("x-trace: 1\nretry: soon\nid\n{answer}"))
        },
        |_| StatusCode::METHOD_NOT_ALLOWED.into_response(),
    ))
    .await;
    assert_eq!(tools_of(&session).await.unwrap(), []);
}

#[tokio::test]
async fn events_that_are_no_messages_fail_no_handshake() {
    let router = hand_made::raw(|message| match message.method.as_str() {
        "initialize" => {
            let answer = message.event(hand_made::welcome());
            let pieces = ["{\"type\":\"hello\"}", "[]", "\"ping\"", "ping"];
            let pieces = pieces.map(|data| format!("event: message\ndata: {data}\n\n"));
            once(pieces.concat() + &answer)
        }
        "notifications/initialized" => hand_made::accepted(),
        "tools/list" => message.respond(json!({ "tools": [] })),
        _ => message.refuse_method(),
    });
    let (_server, session) = serve(router).await;
    assert_eq!(tools_of(&session).await.unwrap(), []);
}

#[tokio::test]
async fn a_stream_with_an_empty_id_is_not_resumed() {
    let (_server, session) = serve(server(
        |_| once("id:\ndata: \n\n".to_owned()),
        |_| panic!("nothing to resume"),
    ))
    .await;
    let error = tools_of(&session).await.err().unwrap();
    assert!(
        matches!(error, Error::Unreachable { how, .. } if how == Unreachable::Lost),
        "{error:?}"
    );
}
