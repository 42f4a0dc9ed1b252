//! Tools that a program runs as a task.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use patchbay_http::OnProgress;
use patchbay_model::{QuestionAnswer, ServerTask};
use serde_json::{Map, Value, json};
use tokio_util::sync::CancellationToken;

use super::super::elicitation::{ScriptedAsker, call_with, client_features};
use super::super::{captured, json_of, run_tool, text_of, tools_of};
use super::{program, start};
use crate::Error;
use crate::mcp::{CallProgress, McpLimits, McpSession, TaskKeeper, ToolCall, connect_program};

/// A session with a program, by its behavior.
async fn session(behavior: &str) -> McpSession {
    let program = program(behavior, &Arc::default());
    start(program, client_features(false)).await.unwrap()
}

fn task(how: &str, asker: &Arc<ScriptedAsker>) -> ToolCall {
    ToolCall {
        arguments: Map::from_iter([("how".to_owned(), how.into())]),
        as_task: true,
        ..call_with(asker)
    }
}

fn nobody() -> Arc<ScriptedAsker> {
    ScriptedAsker::answering(QuestionAnswer::Cancel)
}

/// A progress callback, and the messages that it receives.
fn recorded_steps() -> (OnProgress, Arc<Mutex<Vec<String>>>) {
    let steps: Arc<Mutex<Vec<String>>> = Arc::default();
    let recorded = Arc::clone(&steps);
    let on_progress = move |step: CallProgress| {
        recorded.lock().unwrap().push(step.message.unwrap());
    };
    (Arc::new(on_progress), steps)
}

/// The methods about tasks that the server has received.
async fn received(session: &McpSession) -> Value {
    let call = ToolCall {
        as_task: false,
        ..task("tell", &nobody())
    };
    json_of(text_of(&run_tool(session, call).await.unwrap()))
}

#[tokio::test]
async fn a_task_is_asked_how_far_it_is_until_it_has_a_result() {
    let session = session("tasks").await;
    let tools = tools_of(&session).await.unwrap();
    assert!(tools[0].needs_task);

    let (progress, steps) = recorded_steps();
    let call = ToolCall {
        progress,
        ..task("well", &nobody())
    };
    let capture = call.capture.clone();
    let planned = session.plan_call(&call, &CancellationToken::new()).await;
    let planned = planned.unwrap().body.unwrap();
    assert!(planned.contains(r#""task":{"ttl":86400000}"#), "{planned}");
    let outcome = run_tool(&session, call).await;
    assert_eq!(text_of(&outcome.unwrap()), "done");
    assert_eq!(*steps.lock().unwrap(), ["begun", "half done"]);
    // The captured request is the call, the response its result.
    let (request, response) = captured(&capture);
    assert!(request.body.unwrap().contains("tools/call"));
    let response = json_of(response.body.unwrap());
    assert_eq!(response["result"]["content"][0]["text"], "done");
    assert_eq!(
        received(&session).await,
        json!(["tools/call", "tasks/get", "tasks/get", "tasks/result"])
    );
    session.close().await;
}

/// The token of the call is valid as long as its task.
#[tokio::test]
async fn a_task_reports_progress_under_the_token_of_its_call() {
    let session = session("tasks").await;
    let steps: Arc<Mutex<Vec<_>>> = Arc::default();
    let recorded = Arc::clone(&steps);
    let progress = move |step: CallProgress| {
        let step = (step.progress, step.total, step.message.unwrap());
        recorded.lock().unwrap().push(step);
    };
    let call = ToolCall {
        progress: Arc::new(progress),
        ..task("reports", &nobody())
    };
    let outcome = run_tool(&session, call).await;
    assert_eq!(text_of(&outcome.unwrap()), "done");
    let step = |progress, total, message: &str| (progress, total, message.to_owned());
    let expected = [
        step(1.0, None, "begun"),
        step(1.0, Some(9.0), "step 1"),
        step(1.0, Some(9.0), "half done"),
        step(2.0, Some(9.0), "step 2"),
    ];
    assert_eq!(*steps.lock().unwrap(), expected);
    session.close().await;
}

#[tokio::test]
async fn a_task_may_take_longer_than_any_other_call() {
    let program = program("tasks", &Arc::default());
    let limits = McpLimits {
        total: Duration::from_millis(300),
        ..McpLimits::DEFAULT
    };
    let cancel = CancellationToken::new();
    let session = connect_program(program, client_features(false), limits, &cancel);
    let session = session.await.unwrap();
    let call = ToolCall {
        timeout: Duration::from_millis(300),
        ..task("never", &nobody())
    };
    let called = session.call_tool(call, &cancel);
    let later = tokio::time::timeout(Duration::from_millis(1_500), called).await;
    assert!(later.is_err(), "{later:?}");
    session.close().await;
}

#[tokio::test]
async fn a_call_is_a_task_only_where_the_server_declares_that() {
    for (behavior, is_declared) in [("tasks", true), ("undeclared_tasks", false)] {
        let session = session(behavior).await;
        let tools = tools_of(&session).await.unwrap();
        let tasks: Vec<_> = tools
            .iter()
            .map(|tool| (tool.needs_task, tool.may_be_task))
            .collect();
        assert_eq!(tasks, [(is_declared, false), (false, is_declared)]);
        let call = task("well", &nobody());
        let planned = session.plan_call(&call, &CancellationToken::new()).await;
        let planned = planned.unwrap().body.unwrap();
        assert_eq!(planned.contains(r#""task":"#), is_declared, "{planned}");
        session.close().await;
    }
}

#[tokio::test]
async fn what_a_task_asks_is_answered_while_its_result_is_waited_for() {
    let session = session("tasks").await;
    let asker = ScriptedAsker::accepting(json!({ "name": "Grace" }));
    let cancel = CancellationToken::new();
    let outcome = session.call_tool(task("asks", &asker), &cancel).await;
    let answers = json_of(text_of(&outcome.unwrap()));
    assert_eq!(answers["content"]["name"], "Grace");
    session.close().await;
}

#[tokio::test]
async fn a_task_that_is_not_wanted_any_more_is_cancelled() {
    let session = session("tasks").await;
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
        let methods = received(session).await;
        if methods.as_array().unwrap().last() == Some(&json!("tasks/cancel")) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("the server was not told");
}

#[tokio::test]
async fn a_task_that_fails_or_is_none_is_said_as_it_is() {
    let session = session("tasks").await;
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
    assert_eq!(text_of(&plain), "at once");
    session.close().await;
}

#[tokio::test]
async fn a_task_that_a_server_of_the_newer_era_makes_is_waited_for() {
    let session = session("modern_tasks").await;
    let (progress, steps) = recorded_steps();
    let keeper = Arc::new(RecordingKeeper::default());
    let call = ToolCall {
        as_task: false,
        task_keeper: Some(keeper.clone()),
        progress,
        ..task("well", &nobody())
    };
    let capture = call.capture.clone();
    let outcome = run_tool(&session, call).await;
    assert_eq!(text_of(&outcome.unwrap()), "done");
    assert_eq!(*steps.lock().unwrap(), ["begun", "half done"]);
    let kept = ServerTask {
        id: "t1".to_owned(),
        extension: true,
    };
    assert_eq!(*keeper.kept.lock().unwrap(), [kept]);
    let (request, response) = captured(&capture);
    assert!(request.body.unwrap().contains("tools/call"));
    let response = json_of(response.body.unwrap());
    assert_eq!(response["result"]["result"]["content"][0]["text"], "done");
    let expected = json!(["tools/call", "tasks/get", "tasks/get"]);
    assert_eq!(received(&session).await, expected);
    session.close().await;
}

#[tokio::test]
async fn a_task_is_waited_for_although_one_look_at_it_fails() {
    let session = session("modern_tasks").await;
    let call = ToolCall {
        timeout: Duration::from_millis(300),
        ..task("stumbles", &nobody())
    };
    let outcome = run_tool(&session, call).await;
    assert_eq!(text_of(&outcome.unwrap()), "done");
    let expected = json!(["tools/call", "tasks/get", "tasks/get"]);
    assert_eq!(received(&session).await, expected);
    session.close().await;
}

#[tokio::test]
async fn what_such_a_task_asks_is_answered_once() {
    let session = session("modern_tasks").await;
    let asker = ScriptedAsker::accepting(json!({ "name": "Grace" }));
    let cancel = CancellationToken::new();
    let outcome = session.call_tool(task("asks", &asker), &cancel).await;
    let answers = json_of(text_of(&outcome.unwrap()));
    assert_eq!(answers["who"]["content"]["name"], "Grace");
    assert_eq!(asker.asked(), 1);
    let methods = received(&session).await;
    let updates = methods.as_array().unwrap().iter();
    assert_eq!(updates.filter(|it| **it == "tasks/update").count(), 1);
    session.close().await;
}

#[tokio::test]
async fn an_answer_that_is_lost_on_its_way_is_sent_again() {
    let session = session("modern_tasks").await;
    let asker = ScriptedAsker::accepting(json!({ "name": "Grace" }));
    let call = ToolCall {
        timeout: Duration::from_millis(300),
        ..task("loses", &asker)
    };
    let outcome = run_tool(&session, call).await;
    let answers = json_of(text_of(&outcome.unwrap()));
    assert_eq!(answers["who"]["content"]["name"], "Grace");
    assert_eq!(asker.asked(), 1);
    session.close().await;
}

#[tokio::test]
async fn a_task_that_went_on_without_the_answer_has_its_result() {
    let cancel = CancellationToken::new();
    for (how, ends) in [
        ("gives up", Ok("done")),
        (
            "refuses",
            Err("the server returned an error: nothing was asked"),
        ),
    ] {
        let session = session("modern_tasks").await;
        let asker = ScriptedAsker::accepting(json!({ "name": "Grace" }));
        let ended = session.call_tool(task(how, &asker), &cancel).await;
        let ended = ended.map(|outcome| text_of(&outcome).to_owned());
        let ended = ended.map_err(|error| error.to_string());
        assert_eq!(ended.as_deref().map_err(String::as_str), ends);
        session.close().await;
    }
}

#[tokio::test]
async fn how_such_a_task_ends_is_said_as_it_is() {
    let cancel = CancellationToken::new();
    for (how, says) in [
        ("fails", "the server returned an error: out of paper"),
        ("ended", "the server cancelled the task"),
        (
            "empty",
            "the server violated the MCP protocol: a task without a result",
        ),
    ] {
        let session = session("modern_tasks").await;
        let ended = session.call_tool(task(how, &nobody()), &cancel).await;
        assert_eq!(ended.unwrap_err().to_string(), says);
        session.close().await;
    }
}

#[tokio::test]
async fn a_task_of_either_era_can_be_waited_for_later() {
    for (behavior, extension) in [("tasks", false), ("modern_tasks", true)] {
        let session = session(behavior).await;
        let keeper = Arc::new(RecordingKeeper::default());
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
        assert_eq!(text_of(&outcome.unwrap()), "done");
        let methods = received(&session).await;
        assert!(!methods.to_string().contains("tasks/cancel"), "{methods}");
        if extension {
            let hurried = ToolCall {
                timeout: Duration::from_millis(50),
                task_keeper: None,
                ..resumed("slow")
            };
            let slow = session.call_tool(hurried, &cancel).await;
            assert!(matches!(slow, Err(Error::TimedOut { .. })), "{slow:?}");
            let methods = received(&session).await;
            assert!(!methods.to_string().contains("tasks/cancel"), "{methods}");
            let lost = session.call_tool(resumed("another"), &cancel).await;
            assert!(matches!(lost, Err(Error::TaskLost)), "{lost:?}");
        }
        session.close().await;
    }
}

/// Keeps every task resumable.
#[derive(Default)]
struct RecordingKeeper {
    kept: Mutex<Vec<ServerTask>>,
}

#[async_trait]
impl TaskKeeper for RecordingKeeper {
    async fn keep(&self, task: ServerTask) {
        self.kept.lock().unwrap().push(task);
    }

    fn is_resumable(&self) -> bool {
        true
    }
}
