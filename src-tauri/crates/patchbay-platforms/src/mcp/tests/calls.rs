//! Progress, cancellation, and requests of the server during a call.

use futures::{StreamExt, stream};
use patchbay_model::{Code, Content, Explain, Json};
use serde_json::{Value, json};
use tokio::sync::mpsc;
use tokio_stream::wrappers::UnboundedReceiverStream;
use tokio_util::sync::CancellationToken;

use super::hand_made::{self, ReceivedMessage};
use super::roots::{NOTES, root};
use super::*;

fn progress(call: &ReceivedMessage, done: u32, message: &str) -> String {
    hand_made::event(&json!({
        "jsonrpc": "2.0", "method": "notifications/progress",
        "params": {
            "progressToken": call.params["_meta"]["progressToken"],
            "progress": done, "total": 3, "message": message
        }
    }))
}

#[tokio::test]
async fn a_server_behind_an_address_is_asked_for_a_task_where_it_declares_them() {
    let tasks = json!({"requests": {"tools": {"call": {}}}});
    for capabilities in [json!({"tools": {}, "tasks": tasks}), json!({"tools": {}})] {
        let is_declared = capabilities["tasks"].is_object();
        let router = hand_made::legacy_with(capabilities, |message| {
            message.respond(
                json!({"content": [{"type": "text", "text": message.params["task"].to_string()}]}),
            )
        });
        let (_server, session) = serve(router).await;
        let as_task = ToolCall {
            as_task: true,
            ..call("a")
        };
        let outcome = run_tool(&session, as_task).await.unwrap();
        assert_eq!(text_of(&outcome) != "null", is_declared);
    }
}

/// Each step of the tool waits until the client has received the previous one.
#[tokio::test]
async fn progress_is_heard_in_order_before_the_answer() {
    let (received, acknowledged) = mpsc::unbounded_channel::<CallProgress>();
    let acknowledged = Arc::new(Mutex::new(Some(acknowledged)));
    let steps: Arc<Mutex<Vec<CallProgress>>> = Arc::default();
    let (_server, session) = serve(hand_made::legacy(move |call| {
        let acknowledged = acknowledged.lock().unwrap().take().expect("one call");
        let first = stream::iter([Ok(progress(&call, 1, "o\u{1b}ne"))]);
        let rest = UnboundedReceiverStream::new(acknowledged).map(move |step| {
            Ok(match step.progress {
                1.0 => progress(&call, 2, "two"),
                _ => call.event(json!({"content": [{"type": "new", "n": 1}], "extra": 1})),
            })
        });
        hand_made::events(first.chain(rest))
    }))
    .await;
    let mut call = call("a");
    call.arguments = json!({"q": 1}).as_object().unwrap().clone();
    call.progress = Arc::new({
        let steps = steps.clone();
        move |step| {
            steps.lock().unwrap().push(step.clone());
            let _ = received.send(step);
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
    let (request, response) = captured(&capture);
    assert_eq!(json_of(response.body.unwrap())["result"]["extra"], 1);
    assert_eq!(response.status, Some(200));
    assert_eq!(request.method.as_deref(), Some("POST"));
    let sent = json_of(request.body.unwrap());
    assert_eq!(sent["params"]["arguments"], json!({"q": 1}));
    assert_eq!(outcome.status, Some(200));
    assert!(outcome.bytes > 0);
}

#[tokio::test]
async fn progress_whose_token_became_a_text_is_heard() {
    let (_server, session) = serve(hand_made::legacy(|call| {
        let token = &call.params["_meta"]["progressToken"];
        let params = json!({"progressToken": token.to_string(), "progress": 1});
        let message =
            json!({"jsonrpc": "2.0", "method": "notifications/progress", "params": params});
        let answer = call.event(json!({"content": []}));
        let pieces = [hand_made::event(&message), answer].map(Ok);
        hand_made::events(stream::iter(pieces))
    }))
    .await;
    let heard: Arc<Mutex<Vec<f64>>> = Arc::default();
    let mut call = call("a");
    let sink = Arc::clone(&heard);
    call.progress = Arc::new(move |step| sink.lock().unwrap().push(step.progress));
    run_tool(&session, call).await.unwrap();
    assert_eq!(*heard.lock().unwrap(), [1.0]);
}

/// The call takes twice the idle timeout.
#[tokio::test]
async fn progress_keeps_a_call_alive() {
    let (step, steps) = mpsc::unbounded_channel::<()>();
    let steps = Arc::new(Mutex::new(Some(steps)));
    let (_server, session) = serve(hand_made::legacy(move |call| {
        let steps = steps.lock().unwrap().take().expect("one call");
        let steps = UnboundedReceiverStream::new(steps).enumerate();
        hand_made::events(steps.map(move |(n, ())| {
            Ok(match n {
                0..5 => progress(&call, u32::try_from(n).unwrap(), "on"),
                _ => call.event(json!({"content": []})),
            })
        }))
    }))
    .await;
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

/// A server whose tool never responds, and the methods that it receives after the handshake.
async fn silent() -> (Server, mpsc::UnboundedReceiver<String>) {
    let (send, methods) = mpsc::unbounded_channel();
    let router = hand_made::legacy(move |message| {
        let response = match message.method.as_str() {
            "tools/call" => hand_made::events(stream::pending()),
            _ => hand_made::accepted(),
        };
        let _ = send.send(message.method);
        response
    });
    (Server::start(router).await, methods)
}

#[tokio::test]
async fn a_stopped_call_ends_at_once_and_the_server_hears_of_it() {
    let (server, mut methods) = silent().await;
    let session = connected(&server.url).await;
    let cancel = CancellationToken::new();
    let stop = async {
        assert_eq!(methods.recv().await.unwrap(), "tools/call");
        cancel.cancel();
    };
    let (outcome, ()) = tokio::join!(session.call_tool(call("a"), &cancel), stop);
    assert_eq!(outcome.err().unwrap().code(), Code::Cancelled);
    assert_eq!(methods.recv().await.unwrap(), "notifications/cancelled");
}

#[tokio::test]
async fn a_call_that_was_stopped_before_is_not_sent() {
    let (server, mut methods) = silent().await;
    let session = connected(&server.url).await;
    let cancel = CancellationToken::new();
    cancel.cancel();
    let outcome = session.call_tool(call("a"), &cancel).await;
    assert_eq!(outcome.err().unwrap().code(), Code::Cancelled);
    session.close().await;
    assert!(methods.try_recv().is_err());
}

#[tokio::test]
async fn a_call_that_timed_out_or_was_dropped_is_taken_back() {
    let (server, mut methods) = silent().await;
    let session = connected(&server.url).await;
    let mut hasty = call("a");
    hasty.timeout = Duration::from_millis(50);
    let outcome = run_tool(&session, hasty).await;
    assert_eq!(outcome.err().unwrap().code(), Code::TimedOut);
    assert_eq!(methods.recv().await.unwrap(), "tools/call");
    assert_eq!(methods.recv().await.unwrap(), "notifications/cancelled");

    let cancel = CancellationToken::new();
    tokio::select! {
        outcome = session.call_tool(call("b"), &cancel) => panic!("answered: {outcome:?}"),
        method = methods.recv() => assert_eq!(method.unwrap(), "tools/call"),
    }
    assert_eq!(methods.recv().await.unwrap(), "notifications/cancelled");
}

/// Nothing but chosen folders was declared, so elicitation, sampling and, without any, roots are unknown methods; a
/// ping is answered.
#[tokio::test]
async fn questions_of_the_server_are_declined_as_unknown() {
    let (send, replies) = mpsc::unbounded_channel();
    let replies = Arc::new(tokio::sync::Mutex::new(replies));
    let router = hand_made::legacy(move |message| match message.method.as_str() {
        "" => {
            assert!(send.send(message).is_ok());
            hand_made::accepted()
        }
        "tools/call" => hand_made::events(interview(message, replies.clone())),
        _ => hand_made::accepted(),
    });
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
        let session = connect_to(target).await.unwrap();
        let outcome = run_tool(&session, call("a")).await.unwrap();
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

/// Sends requests of all kinds, and responds to the call with the replies.
fn interview(
    call: ReceivedMessage,
    replies: Arc<tokio::sync::Mutex<mpsc::UnboundedReceiver<ReceivedMessage>>>,
) -> impl futures::Stream<Item = Result<String, std::io::Error>> {
    let requests = [
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
    let count = requests.len();
    let requests = requests.map(|(method, params)| {
        Ok(hand_made::event(
            &json!({"jsonrpc": "2.0", "id": method, "method": method, "params": params}),
        ))
    });
    let response = stream::once(async move {
        let mut replies = replies.lock().await;
        let mut outcomes = Map::new();
        for _ in 0..count {
            let reply = replies.recv().await.unwrap();
            let outcome = match &reply.error["code"] {
                Value::Null => json!({"result": reply.result}),
                code => code.clone(),
            };
            outcomes.insert(reply.id.as_str().unwrap().to_owned(), outcome);
        }
        Ok(call.event(json!({"content": [], "structuredContent": outcomes})))
    });
    stream::iter(requests).chain(response)
}
