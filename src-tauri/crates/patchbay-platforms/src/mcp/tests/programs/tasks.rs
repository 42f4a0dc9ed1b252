//! Tools that a program runs as a task.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use patchbay_model::{Content, QuestionAnswer, ServerTask};
use serde_json::{Map, Value, json};
use tokio_util::sync::CancellationToken;

use super::super::asks::{Person, asking};
use super::super::{came, json_of, run_tool, tools_of};
use super::{Groups, program};
use crate::Error;
use crate::mcp::{
    CallOutcome, CallProgress, ClientFeatures, McpLimits, McpSession, TaskKeeper, ToolCall,
    connect_program,
};

async fn session(groups: &Arc<Groups>) -> McpSession {
    session_with("tasks", groups).await
}

async fn session_with(manner: &str, groups: &Arc<Groups>) -> McpSession {
    let client_features = ClientFeatures {
        asks: true,
        ..ClientFeatures::default()
    };
    let (limits, cancel) = (McpLimits::DEFAULT, CancellationToken::new());
    let session = connect_program(program(manner, groups), client_features, limits, &cancel).await;
    session.unwrap()
}

fn task(how: &str, person: &Arc<Person>) -> ToolCall {
    ToolCall {
        arguments: Map::from_iter([("how".to_owned(), how.into())]),
        as_task: true,
        ..asking(person)
    }
}

fn nobody() -> Arc<Person> {
    Person::who(Some(QuestionAnswer::Cancel), std::time::Duration::ZERO)
}

fn text(outcome: &CallOutcome) -> &str {
    match outcome.result.content.as_slice() {
        [Content::Text { text }] => text,
        other => panic!("{other:?}"),
    }
}

/// The methods about tasks that the server has received.
async fn heard(session: &McpSession) -> Value {
    let call = ToolCall {
        as_task: false,
        ..task("tell", &nobody())
    };
    let told = run_tool(session, call).await;
    serde_json::from_str(text(&told.unwrap())).unwrap()
}

#[tokio::test]
async fn a_task_is_asked_how_far_it_is_until_it_has_a_result() {
    let groups = Arc::new(Groups::default());
    let session = session(&groups).await;
    let tools = tools_of(&session).await.unwrap();
    assert!(tools[0].needs_task);

    let steps = Arc::new(Mutex::new(Vec::new()));
    let hearing = Arc::clone(&steps);
    let call = ToolCall {
        progress: Arc::new(move |step: CallProgress| {
            hearing.lock().unwrap().push(step.message.unwrap());
        }),
        ..task("well", &nobody())
    };
    let capture = call.capture.clone();
    let planned = session.plan_call(&call, &CancellationToken::new()).await;
    let planned = planned.unwrap().body.unwrap();
    assert!(planned.contains(r#""task":{"ttl":660000}"#), "{planned}");
    let outcome = run_tool(&session, call).await;
    assert_eq!(text(&outcome.unwrap()), "done");
    assert_eq!(*steps.lock().unwrap(), ["begun", "half done"]);
    // The captured request is the call, the response its result.
    let (sent, came) = came(&capture);
    assert!(sent.body.unwrap().contains("tools/call"));
    let came = json_of(came.body.unwrap());
    assert_eq!(came["result"]["content"][0]["text"], "done");
    assert_eq!(
        heard(&session).await,
        json!(["tools/call", "tasks/get", "tasks/get", "tasks/result"])
    );
    session.close().await;
}

#[tokio::test]
async fn what_a_task_asks_is_answered_while_its_result_is_waited_for() {
    let groups = Arc::new(Groups::default());
    let session = session(&groups).await;
    let person = Person::sending(json!({ "name": "Grace" }));
    let cancel = CancellationToken::new();
    let outcome = session.call_tool(task("asks", &person), &cancel).await;
    let told: Value = serde_json::from_str(text(&outcome.unwrap())).unwrap();
    assert_eq!(told["content"]["name"], "Grace");
    session.close().await;
}

#[tokio::test]
async fn a_task_that_is_not_wanted_any_more_is_cancelled() {
    let groups = Arc::new(Groups::default());
    let session = session(&groups).await;
    let cancel = CancellationToken::new();
    let stopping = cancel.clone();
    let call = ToolCall {
        progress: Arc::new(move |_| stopping.cancel()),
        ..task("never", &nobody())
    };
    let cancelled = session.call_tool(call, &cancel).await;
    assert!(matches!(cancelled, Err(Error::Cancelled)), "{cancelled:?}");
    wait_for_cancel(&session).await;
    session.close().await;
}

async fn wait_for_cancel(session: &McpSession) {
    for _ in 0..100 {
        let heard = heard(session).await;
        if heard.as_array().unwrap().last() == Some(&json!("tasks/cancel")) {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    panic!("the server was not told");
}

#[tokio::test]
async fn a_task_that_fails_or_is_none_is_said_as_it_is() {
    let groups = Arc::new(Groups::default());
    let session = session(&groups).await;
    let cancel = CancellationToken::new();
    let call = |how: &str| session.call_tool(task(how, &nobody()), &cancel);
    let failed = call("fails").await.unwrap();
    assert!(failed.result.is_error);
    let gone = call("gone").await;
    assert!(
        matches!(&gone, Err(Error::ServerError { message, .. }) if message == "no such task"),
        "{gone:?}"
    );
    let odd = call("odd").await;
    assert!(matches!(odd, Err(Error::Protocol(_))), "{odd:?}");
    // A server may execute the call as a usual one.
    let plain = call("plain").await.unwrap();
    assert_eq!(text(&plain), "at once");
    session.close().await;
}

#[tokio::test]
async fn a_task_that_a_server_of_the_newer_era_makes_is_waited_for() {
    let groups = Arc::new(Groups::default());
    let session = session_with("modern_tasks", &groups).await;
    let steps = Arc::new(Mutex::new(Vec::new()));
    let hearing = Arc::clone(&steps);
    let keeper = Arc::new(Keeper::default());
    let call = ToolCall {
        as_task: false,
        task_keeper: Some(keeper.clone()),
        progress: Arc::new(move |step: CallProgress| {
            hearing.lock().unwrap().push(step.message.unwrap());
        }),
        ..task("well", &nobody())
    };
    let capture = call.capture.clone();
    let outcome = run_tool(&session, call).await;
    assert_eq!(text(&outcome.unwrap()), "done");
    assert_eq!(*steps.lock().unwrap(), ["begun", "half done"]);
    let kept = ServerTask {
        id: "t1".to_owned(),
        extension: true,
    };
    assert_eq!(*keeper.kept.lock().unwrap(), [kept]);
    let (sent, came) = came(&capture);
    assert!(sent.body.unwrap().contains("tools/call"));
    let came = json_of(came.body.unwrap());
    assert_eq!(came["result"]["result"]["content"][0]["text"], "done");
    let expected = json!(["tools/call", "tasks/get", "tasks/get"]);
    assert_eq!(heard(&session).await, expected);
    session.close().await;
}

#[tokio::test]
async fn what_such_a_task_asks_is_answered_once() {
    let groups = Arc::new(Groups::default());
    let session = session_with("modern_tasks", &groups).await;
    let person = Person::sending(json!({ "name": "Grace" }));
    let cancel = CancellationToken::new();
    let outcome = session.call_tool(task("asks", &person), &cancel).await;
    let told: Value = serde_json::from_str(text(&outcome.unwrap())).unwrap();
    assert_eq!(told["who"]["content"]["name"], "Grace");
    assert_eq!(person.asked(), 1);
    let heard = heard(&session).await;
    let updates = heard.as_array().unwrap().iter();
    assert_eq!(updates.filter(|it| **it == "tasks/update").count(), 1);
    session.close().await;
}

#[tokio::test]
async fn how_such_a_task_ends_is_said_as_it_is() {
    let groups = Arc::new(Groups::default());
    let cancel = CancellationToken::new();
    for (how, says) in [
        ("fails", "the server returned an error: out of paper"),
        ("ended", "the server cancelled the task"),
        (
            "empty",
            "the server violated the MCP protocol: a task without a result",
        ),
    ] {
        let session = session_with("modern_tasks", &groups).await;
        let ended = session.call_tool(task(how, &nobody()), &cancel).await;
        assert_eq!(ended.unwrap_err().to_string(), says);
        session.close().await;
    }
}

#[tokio::test]
async fn a_task_of_either_era_can_be_waited_for_later() {
    for (manner, extension) in [("tasks", false), ("modern_tasks", true)] {
        let groups = Arc::new(Groups::default());
        let session = session_with(manner, &groups).await;
        let keeper = Arc::new(Keeper::default());
        let cancel = CancellationToken::new();
        let stopping = cancel.clone();
        let call = ToolCall {
            task_keeper: Some(keeper.clone()),
            progress: Arc::new(move |_| stopping.cancel()),
            ..task("well", &nobody())
        };
        let left = session.call_tool(call, &cancel).await;
        assert!(matches!(left, Err(Error::Cancelled)), "{left:?}");
        let known = keeper.kept.lock().unwrap()[0].clone();
        assert_eq!(known.extension, extension);
        let resumed = |id: &str| {
            let task_of = ServerTask {
                id: id.to_owned(),
                ..known.clone()
            };
            ToolCall {
                resumes: Some(task_of),
                ..task("well", &nobody())
            }
        };
        let cancel = CancellationToken::new();
        let outcome = session.call_tool(resumed("t1"), &cancel).await;
        assert_eq!(text(&outcome.unwrap()), "done");
        let heard = heard(&session).await;
        assert!(!heard.to_string().contains("tasks/cancel"), "{heard}");
        if extension {
            let lost = session.call_tool(resumed("another"), &cancel).await;
            assert!(matches!(lost, Err(Error::TaskLost)), "{lost:?}");
        }
        session.close().await;
    }
}

/// Keeps every task resumable.
#[derive(Default)]
struct Keeper {
    kept: Mutex<Vec<ServerTask>>,
}

#[async_trait]
impl TaskKeeper for Keeper {
    async fn keep(&self, task: ServerTask) {
        self.kept.lock().unwrap().push(task);
    }

    fn is_resumable(&self) -> bool {
        true
    }
}
