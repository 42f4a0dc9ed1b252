//! Progress, cancellation, and requests of the server during a call.

use std::sync::Mutex;

use axum::http::HeaderMap;
use futures::{StreamExt, stream};
use patchbay_model::{Code, Content, Explain, Json};
use serde_json::{Value, json};
use tokio::sync::mpsc;
use tokio_stream::wrappers::UnboundedReceiverStream;
use tokio_util::sync::CancellationToken;

use super::hand_made::{self, ReceivedRequest};
use super::roots::{NOTES, root};
use super::*;

fn progress(asked: &ReceivedRequest, done: u32, words: &str) -> String {
    hand_made::event(&json!({
        "jsonrpc": "2.0", "method": "notifications/progress",
        "params": {
            "progressToken": asked.params["_meta"]["progressToken"],
            "progress": done, "total": 3, "message": words
        }
    }))
}

fn answer(asked: &ReceivedRequest, result: Value) -> String {
    hand_made::event(&json!({"jsonrpc": "2.0", "id": asked.id, "result": result}))
}

/// Each step of the tool waits until the client has received the previous one.
#[tokio::test]
async fn progress_is_heard_in_order_before_the_answer() {
    let (heard, acknowledged) = mpsc::unbounded_channel::<CallProgress>();
    let acknowledged = Arc::new(Mutex::new(Some(acknowledged)));
    let steps: Arc<Mutex<Vec<CallProgress>>> = Arc::default();
    let server = Server::start(hand_made::server(move |asked: ReceivedRequest| {
        let acknowledged = acknowledged.lock().unwrap().take().expect("one call");
        let pieces = stream::iter([Ok(progress(&asked, 1, "o\u{1b}ne"))]).chain(
            UnboundedReceiverStream::new(acknowledged).map(move |step| {
                Ok(match step.progress {
                    1.0 => progress(&asked, 2, "two"),
                    _ => answer(
                        &asked,
                        json!({"content": [{"type": "new", "n": 1}], "extra": 1}),
                    ),
                })
            }),
        );
        std::future::ready(hand_made::events(pieces))
    }))
    .await;
    let session = connected(&server.url).await;
    let mut call = call("a");
    call.arguments = json!({"q": 1}).as_object().unwrap().clone();
    call.progress = Arc::new({
        let steps = steps.clone();
        move |step| {
            steps.lock().unwrap().push(step.clone());
            let _ = heard.send(step);
        }
    });
    let capture = call.capture.clone();
    let outcome = run_tool(&session, call).await.unwrap();
    let steps = steps.lock().unwrap();
    let words: Vec<_> = steps
        .iter()
        .map(|step| step.message.as_deref().unwrap())
        .collect();
    assert_eq!(words, ["o ne", "two"]);
    assert_eq!(steps[0].total, Some(3.0));
    assert_eq!(
        outcome.result.content,
        [Content::Other {
            value: Json(json!({"type": "new", "n": 1}))
        }]
    );
    let (request, response) = came(&capture);
    assert_eq!(json_of(response.body.unwrap())["result"]["extra"], 1);
    assert_eq!(response.status, Some(200));
    assert_eq!(request.method.as_deref(), Some("POST"));
    let sent = json_of(request.body.unwrap());
    assert_eq!(sent["params"]["arguments"], json!({"q": 1}));
    assert_eq!(outcome.status, Some(200));
    assert!(outcome.bytes > 0);
}

/// The call takes twice the idle timeout.
#[tokio::test]
async fn progress_keeps_a_call_alive() {
    let (step, steps) = mpsc::unbounded_channel::<()>();
    let steps = Arc::new(Mutex::new(Some(steps)));
    let server = Server::start(hand_made::server(move |asked: ReceivedRequest| {
        let steps = steps.lock().unwrap().take().expect("one call");
        let pieces = UnboundedReceiverStream::new(steps)
            .enumerate()
            .map(move |(n, ())| {
                Ok(match n {
                    0..5 => progress(&asked, u32::try_from(n).unwrap(), "on"),
                    _ => answer(&asked, json!({"content": []})),
                })
            });
        std::future::ready(hand_made::events(pieces))
    }))
    .await;
    let session = connected(&server.url).await;
    let mut call = call("a");
    call.timeout = Duration::from_millis(1000);
    call.progress = Arc::new(|_| {});
    let ticks = async {
        let mut tick = tokio::time::interval(Duration::from_millis(400));
        for _ in 0..6 {
            tick.tick().await;
            step.send(()).unwrap();
        }
        std::future::pending::<()>().await;
    };
    let cancel = CancellationToken::new();
    tokio::select! {
        outcome = session.call_tool(call, &cancel) => assert!(outcome.is_ok(), "{outcome:?}"),
        () = ticks => unreachable!("it waits for ever"),
    }
}

/// A server whose tool never responds, and the notifications after the call.
async fn deaf() -> (Server, mpsc::UnboundedReceiver<(String, Value)>) {
    let (tell, heard) = mpsc::unbounded_channel();
    let router = hand_made::server(move |asked: ReceivedRequest| {
        let _ = tell.send((asked.method.clone(), asked.params.clone()));
        let response = match asked.method.as_str() {
            "tools/call" => hand_made::events(stream::pending()),
            _ => hand_made::accepted(),
        };
        std::future::ready(response)
    });
    (Server::start(router).await, heard)
}

#[tokio::test]
async fn a_stopped_call_ends_at_once_and_the_server_hears_of_it() {
    let (server, mut heard) = deaf().await;
    let session = connected(&server.url).await;
    let cancel = CancellationToken::new();
    let stop = async {
        assert_eq!(heard.recv().await.unwrap().0, "tools/call");
        cancel.cancel();
    };
    let (outcome, ()) = tokio::join!(session.call_tool(call("a"), &cancel), stop);
    assert_eq!(outcome.err().unwrap().code(), Code::Cancelled);
    assert_eq!(heard.recv().await.unwrap().0, "notifications/cancelled");
}

#[tokio::test]
async fn a_call_that_timed_out_or_was_dropped_is_taken_back() {
    let (server, mut heard) = deaf().await;
    let session = connected(&server.url).await;
    let mut hasty = call("a");
    hasty.timeout = Duration::from_millis(50);
    let outcome = run_tool(&session, hasty).await;
    assert_eq!(outcome.err().unwrap().code(), Code::TimedOut);
    assert_eq!(heard.recv().await.unwrap().0, "tools/call");
    assert_eq!(heard.recv().await.unwrap().0, "notifications/cancelled");

    let cancel = CancellationToken::new();
    tokio::select! {
        outcome = session.call_tool(call("b"), &cancel) => panic!("answered: {outcome:?}"),
        call = heard.recv() => assert_eq!(call.unwrap().0, "tools/call"),
    }
    assert_eq!(heard.recv().await.unwrap().0, "notifications/cancelled");
}

/// Nothing but chosen folders was declared, so elicitation, sampling and, without any, roots are unknown methods; a
/// ping is answered.
#[tokio::test]
async fn questions_of_the_server_are_declined_as_unknown() {
    let (reply, replies) = mpsc::unbounded_channel::<Value>();
    let replies = Arc::new(tokio::sync::Mutex::new(replies));
    let router = Router::new().route(
        "/mcp",
        axum::routing::post(move |body: axum::body::Bytes| {
            let message: Value = serde_json::from_slice(&body).unwrap();
            let (reply, replies) = (reply.clone(), replies.clone());
            async move {
                let asked = ReceivedRequest {
                    method: message["method"].as_str().unwrap_or_default().to_owned(),
                    id: message["id"].clone(),
                    params: message["params"].clone(),
                    result: Value::Null,
                    headers: HeaderMap::new(),
                };
                match asked.method.as_str() {
                    "" => {
                        reply.send(message).unwrap();
                        hand_made::accepted()
                    }
                    "server/discover" => hand_made::failure(&asked.id, -32601, "no"),
                    "initialize" => hand_made::result(&asked.id, hand_made::welcome()),
                    "tools/call" => hand_made::events(interview(asked, replies)),
                    _ => hand_made::accepted(),
                }
            }
        }),
    );
    let server = Server::start(router).await;
    let chosen = json!({"result": {"roots": [root(NOTES, "notes")]}});
    for (roots, answer) in [(vec![], json!(-32601)), (vec![NOTES.into()], chosen)] {
        let client_features = ClientFeatures {
            roots,
            ..ClientFeatures::default()
        };
        let target = McpTarget {
            client_features,
            ..target(&server.url)
        };
        let (limits, cancel) = (McpLimits::DEFAULT, CancellationToken::new());
        let session = connect(&http(), target, limits, &cancel).await.unwrap();
        let outcome = session.call_tool(call("a"), &cancel).await.unwrap();
        assert_eq!(
            outcome.result.structured.unwrap().0,
            json!({
                "ping": {"result": {}},
                "roots/list": answer,
                "elicitation/create": -32601,
                "sampling/createMessage": -32601
            })
        );
    }
}

fn interview(
    asked: ReceivedRequest,
    replies: Arc<tokio::sync::Mutex<mpsc::UnboundedReceiver<Value>>>,
) -> impl futures::Stream<Item = Result<String, std::io::Error>> {
    let questions = [
        ("ping", json!({})),
        ("roots/list", json!({})),
        (
            "elicitation/create",
            json!({"message": "name?", "requestedSchema": {"type": "object", "properties": {}}}),
        ),
        (
            "sampling/createMessage",
            json!({"messages": [], "maxTokens": 1}),
        ),
    ];
    let ask = questions.clone().map(|(method, params)| {
        Ok(hand_made::event(
            &json!({"jsonrpc": "2.0", "id": method, "method": method, "params": params}),
        ))
    });
    let last = stream::once(async move {
        let mut replies = replies.lock().await;
        let mut got = Map::new();
        for _ in 0..questions.len() {
            let reply = replies.recv().await.unwrap();
            let outcome = match &reply["error"]["code"] {
                Value::Null => json!({"result": reply["result"]}),
                code => code.clone(),
            };
            got.insert(reply["id"].as_str().unwrap().to_owned(), outcome);
        }
        Ok(answer(
            &asked,
            json!({"content": [], "structuredContent": got}),
        ))
    });
    stream::iter(ask).chain(last)
}
