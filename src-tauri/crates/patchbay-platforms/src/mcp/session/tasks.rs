//! Tools that are called as a task: the server acknowledges at once, and is polled for the status.
//!
//! In 2025-11-25 the caller asks for a task and fetches its result separately; in the extension of 2026-07-28 the
//! server decides, and the status carries the result and the server's questions.
//!
//! Source: MCP 2025-11-25, "Tasks"; SEP-2663, extension `io.modelcontextprotocol/tasks`.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use patchbay_http::{Capture, text};
use patchbay_model::{ServerTask, clean_text};
use rmcp::model::{
    CancelTaskParams, CancelTaskRequest, ClientRequest, CustomRequest, ErrorData, GetTaskParams,
    GetTaskRequest, UpdateTaskParams, UpdateTaskRequest,
};
use rmcp::service::PeerRequestOptions;
use serde_json::{Map, Value, json};
use tokio_util::sync::CancellationToken;

use super::pending::{CANCEL_NOTICE_TIMEOUT, RawResponse, Timeouts};
use super::{McpSession, server_error};
use crate::Error;
use crate::mcp::exchange::Exchange;
use crate::mcp::question_router::RegisteredCall;
use crate::mcp::{CallProgress, TaskKeeper, ToolCall};

/// Poll interval if the server names none, or an odd one.
const POLL_INTERVAL: Duration = Duration::from_secs(1);
const POLL_INTERVAL_BOUNDS: (Duration, Duration) =
    (Duration::from_millis(100), Duration::from_secs(30));

/// How much longer than the call a result is to be kept.
const RESULT_TTL_MARGIN: Duration = Duration::from_secs(60);

/// Longest id that is sent back.
const ID_LIMIT: usize = 1_000;

/// Most questions of one task.
const MAX_QUESTIONS: usize = 100;

/// How a task stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Status {
    Working,
    InputRequired,
    Completed,
    Failed,
    Cancelled,
}

impl Status {
    fn read(word: &str) -> Result<Self, Error> {
        Ok(match word {
            "working" => Self::Working,
            "input_required" => Self::InputRequired,
            "completed" => Self::Completed,
            "failed" => Self::Failed,
            "cancelled" => Self::Cancelled,
            other => {
                let other = clean_text(other, 50);
                return Err(Error::Protocol(format!("unexpected task status {other}")));
            }
        })
    }
}

/// What a server says of a task.
struct Task {
    id: String,
    status: Status,
    words: Option<String>,
    pause: Duration,
}

impl Task {
    fn read(raw: &Value) -> Result<Self, Error> {
        let id = raw["taskId"].as_str().unwrap_or_default();
        if id.is_empty() || id.len() > ID_LIMIT || id.contains(char::is_control) {
            return Err(Error::Protocol("a task without a usable id".to_owned()));
        }
        let words = raw["statusMessage"].as_str();
        let words = words.map(|words| text::clean_lines(words, patchbay_http::TEXT_LIMIT));
        // The extension has its unit in the name.
        let pause = [&raw["pollIntervalMs"], &raw["pollInterval"]];
        let pause = pause.into_iter().find_map(Value::as_u64);
        Ok(Self {
            id: id.to_owned(),
            status: Status::read(raw["status"].as_str().unwrap_or_default())?,
            words: words.filter(|words| !words.is_empty()),
            pause: pause.map_or(POLL_INTERVAL, |millis| {
                Duration::from_millis(millis).clamp(POLL_INTERVAL_BOUNDS.0, POLL_INTERVAL_BOUNDS.1)
            }),
        })
    }
}

/// The call as it is sent in the older era.
pub(super) fn request_of(call: &ToolCall, limit: Duration) -> ClientRequest {
    let ttl = u64::try_from((limit + RESULT_TTL_MARGIN).as_millis()).unwrap_or(u64::MAX);
    // rmcp's own type has no room for the task.
    let params = json!({ "name": call.name, "arguments": call.arguments, "task": { "ttl": ttl } });
    ClientRequest::CustomRequest(CustomRequest::new("tools/call", Some(params)))
}

impl McpSession {
    /// Calls a tool as a task of the older era, and waits for its result.
    pub(super) async fn call_as_task(
        &self,
        call: &ToolCall,
        registered_call: Option<&RegisteredCall<'_>>,
        cancel: &CancellationToken,
    ) -> Result<RawResponse, Error> {
        let limit = self.limit_of(call);
        let exchange = Exchange::captured(call.capture.clone());
        let timeouts = Timeouts {
            idle: call.timeout,
            total: limit,
            is_asking: registered_call.map(RegisteredCall::is_asking),
        };
        let request = request_of(call, limit);
        let created = self.exchange(request, exchange, timeouts, &*call.progress, cancel);
        let created = created.await?;
        let result = &created.answer["result"];
        // A server that knows no tasks takes the call for a usual one.
        if result["task"].is_null() && result["content"].is_array() {
            return Ok(created);
        }
        let task = Task::read(&result["task"])?;
        self.wait_for(task, false, call, registered_call, cancel)
            .await
    }

    /// Waits for the result of the task that a server of the newer era made of a call.
    pub(super) async fn wait_for_created(
        &self,
        created: &Value,
        call: &ToolCall,
        registered_call: Option<&RegisteredCall<'_>>,
        cancel: &CancellationToken,
    ) -> Result<RawResponse, Error> {
        let task = Task::read(created)?;
        self.wait_for(task, true, call, registered_call, cancel)
            .await
    }

    /// Waits for the result of a task that was begun earlier.
    pub(super) async fn resume_task(
        &self,
        task: &ServerTask,
        call: &ToolCall,
        registered_call: Option<&RegisteredCall<'_>>,
        cancel: &CancellationToken,
    ) -> Result<RawResponse, Error> {
        let mut waiting = TaskWait::new(self, task.clone(), call, registered_call, cancel);
        waiting.capture = call.capture.clone();
        let poll = waiting.poll_once().await.map_err(|error| match error {
            // Whatever the error for an id that the server issued itself, the task is gone.
            Error::ServerError { .. } => Error::TaskLost,
            error => error,
        });
        if matches!(poll, Err(Error::TaskLost)) {
            waiting.cancel_guard.is_over = true;
        }
        waiting.result(poll?).await
    }

    async fn wait_for(
        &self,
        task: Task,
        extension: bool,
        call: &ToolCall,
        registered_call: Option<&RegisteredCall<'_>>,
        cancel: &CancellationToken,
    ) -> Result<RawResponse, Error> {
        let known = ServerTask {
            id: task.id.clone(),
            extension,
        };
        let mut waiting = TaskWait::new(self, known.clone(), call, registered_call, cancel);
        if let Some(keeper) = &call.task_keeper {
            keeper.keep(known).await;
        }
        waiting.reporter.report(&task, call);
        let poll = match extension {
            false if task.status != Status::Working => TaskPoll {
                task,
                answered: None,
            },
            _ => waiting.poll_after(task.pause).await?,
        };
        waiting.result(poll).await
    }
}

/// A task whose result is awaited.
struct TaskWait<'a> {
    session: &'a McpSession,
    task: ServerTask,
    call: &'a ToolCall,
    registered_call: Option<&'a RegisteredCall<'a>>,
    cancel: &'a CancellationToken,
    capture: Capture,
    until: Instant,
    limit: Duration,
    reporter: StatusReporter,
    /// The questions that were answered, by their keys, which are never used twice.
    answered: HashSet<String>,
    cancel_guard: CancelOnDrop<'a>,
}

/// How a task stood, with the answer that says so, where it was asked for.
struct TaskPoll {
    task: Task,
    answered: Option<RawResponse>,
}

impl<'a> TaskWait<'a> {
    fn new(
        session: &'a McpSession,
        task: ServerTask,
        call: &'a ToolCall,
        registered_call: Option<&'a RegisteredCall<'a>>,
        cancel: &'a CancellationToken,
    ) -> Self {
        let limit = session.limit_of(call);
        Self {
            session,
            call,
            registered_call,
            cancel,
            // What was sent first is the call itself.
            capture: call.capture.with_first_request(),
            until: Instant::now() + limit,
            limit,
            reporter: StatusReporter::default(),
            answered: HashSet::new(),
            cancel_guard: CancelOnDrop {
                session,
                task: task.id.clone(),
                keeper: call.task_keeper.clone(),
                is_over: false,
            },
            task,
        }
    }

    /// Waits until the task has a result, and gives it.
    async fn result(&mut self, mut poll: TaskPoll) -> Result<RawResponse, Error> {
        loop {
            match poll.task.status {
                Status::Working => {}
                _ if !self.task.extension => return self.fetch_result().await,
                Status::InputRequired => self.answer(poll.answered.as_ref()).await?,
                Status::Completed | Status::Failed | Status::Cancelled => {
                    self.cancel_guard.is_over = true;
                    return into_result(poll);
                }
            }
            poll = self.poll_after(poll.task.pause).await?;
        }
    }

    async fn poll_after(&mut self, pause: Duration) -> Result<TaskPoll, Error> {
        let left = self.until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(Error::TimedOut { after: self.limit });
        }
        tokio::select! {
            biased;
            () = self.cancel.cancelled() => return Err(Error::Cancelled),
            () = tokio::time::sleep(pause.min(left)) => {}
        }
        self.poll_once().await
    }

    async fn poll_once(&mut self) -> Result<TaskPoll, Error> {
        let request = GetTaskRequest::new(GetTaskParams::new(self.task.id.clone()));
        // In the older era the result comes in an answer of its own.
        let exchange = match self.task.extension {
            true => Exchange::captured(self.capture.clone()),
            false => Exchange::default(),
        };
        let poll = self.exchange(request.into(), exchange).await?;
        let task = Task::read(&poll.answer["result"])?;
        if task.id != self.task.id {
            return Err(Error::Protocol("another task than asked for".to_owned()));
        }
        self.reporter.report(&task, self.call);
        Ok(TaskPoll {
            task,
            answered: Some(poll),
        })
    }

    /// Answers what a task asks, each question once.
    async fn answer(&mut self, poll: Option<&RawResponse>) -> Result<(), Error> {
        let requests = poll.and_then(|it| it.answer["result"]["inputRequests"].as_object());
        let new: Map<String, Value> = requests
            .into_iter()
            .flatten()
            .filter(|(key, _)| !self.answered.contains(*key))
            .map(|(key, request)| (key.clone(), request.clone()))
            .collect();
        if new.is_empty() {
            return Ok(());
        }
        if self.answered.len() + new.len() > MAX_QUESTIONS {
            let words = format!("more than {MAX_QUESTIONS} questions in one task");
            return Err(Error::Protocol(words));
        }
        let asked_at = Instant::now();
        let responses = tokio::select! {
            biased;
            () = self.cancel.cancelled() => return Err(Error::Cancelled),
            responses = self.session.0.client_handler.answer_all(self.registered_call, &new) => responses?,
        };
        self.until += asked_at.elapsed();
        let update = UpdateTaskParams::new(self.task.id.clone(), responses);
        let update = UpdateTaskRequest::new(update);
        self.exchange(update.into(), Exchange::default()).await?;
        self.answered.extend(new.into_iter().map(|(key, _)| key));
        Ok(())
    }

    async fn exchange(
        &self,
        request: ClientRequest,
        exchange: Exchange,
    ) -> Result<RawResponse, Error> {
        let timeouts = Timeouts {
            idle: self.call.timeout,
            total: self.call.timeout,
            is_asking: None,
        };
        self.session
            .exchange(request, exchange, timeouts, &|_| {}, self.cancel)
            .await
    }

    /// Asks a server of the older era for the result.
    async fn fetch_result(&mut self) -> Result<RawResponse, Error> {
        let left = self.until.saturating_duration_since(Instant::now());
        // Where the server asks first, it answers when the rest is done: its silence means nothing.
        let timeouts = Timeouts {
            idle: left,
            total: left,
            is_asking: self.registered_call.map(RegisteredCall::is_asking),
        };
        let params = json!({ "taskId": self.task.id });
        let request =
            ClientRequest::CustomRequest(CustomRequest::new("tasks/result", Some(params)));
        let exchange = Exchange::captured(self.capture.clone());
        let progress = &*self.call.progress;
        let answered = self
            .session
            .exchange(request, exchange, timeouts, progress, self.cancel)
            .await;
        if let Ok(_) | Err(Error::ServerError { .. }) = &answered {
            self.cancel_guard.is_over = true;
        }
        answered
    }
}

/// The result of a task of the newer era that is over.
fn into_result(poll: TaskPoll) -> Result<RawResponse, Error> {
    let Some(mut answered) = poll.answered else {
        return Err(Error::Protocol("a task without a result".to_owned()));
    };
    let said = answered.answer["result"].take();
    match poll.task.status {
        Status::Cancelled => Err(Error::TaskCancelled),
        Status::Failed => {
            let error: Result<ErrorData, _> = serde_json::from_value(said["error"].clone());
            Err(error.map_or_else(
                |_| Error::Protocol("a failed task without an error".to_owned()),
                server_error,
            ))
        }
        _ if said["result"].is_object() => {
            answered.answer = json!({ "result": said["result"] });
            Ok(answered)
        }
        _ => Err(Error::Protocol("a task without a result".to_owned())),
    }
}

/// Hands on what a server says of its task, once.
#[derive(Default)]
struct StatusReporter {
    reported: u32,
    last: Option<String>,
}

impl StatusReporter {
    fn report(&mut self, task: &Task, call: &ToolCall) {
        if task.words.is_none() || task.words == self.last {
            return;
        }
        self.last.clone_from(&task.words);
        self.reported += 1;
        (call.progress)(CallProgress {
            progress: f64::from(self.reported),
            total: None,
            message: task.words.clone(),
        });
    }
}

/// Cancels a task on drop, unless it has ended or will be resumed.
struct CancelOnDrop<'a> {
    session: &'a McpSession,
    task: String,
    keeper: Option<Arc<dyn TaskKeeper>>,
    is_over: bool,
}

impl Drop for CancelOnDrop<'_> {
    fn drop(&mut self) {
        let is_resumable = self
            .keeper
            .as_ref()
            .is_some_and(|keeper| keeper.is_resumable());
        let Ok(runtime) = tokio::runtime::Handle::try_current() else {
            return;
        };
        if self.is_over || is_resumable {
            return;
        }
        let session = &self.session.0;
        let (peer, task) = (session.peer.clone(), std::mem::take(&mut self.task));
        let cancel_notice = async move {
            let request = CancelTaskRequest::new(CancelTaskParams::new(task));
            let sent = async {
                let options = PeerRequestOptions::no_options();
                let handle = peer.send_cancellable_request(request.into(), options).await;
                if let Ok(handle) = handle {
                    drop(handle.rx.await);
                }
            };
            drop(tokio::time::timeout(CANCEL_NOTICE_TIMEOUT, sent).await);
        };
        session.cancel_notices.spawn_on(cancel_notice, &runtime);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_server_says_of_a_task_is_bounded() {
        let read = |raw: Value| Task::read(&raw);
        let task = |more: Value| {
            let mut raw = json!({ "taskId": "t", "status": "working" });
            raw.as_object_mut()
                .unwrap()
                .extend(more.as_object().unwrap().clone());
            read(raw).unwrap()
        };
        assert_eq!(task(json!({})).pause, POLL_INTERVAL);
        assert_eq!(
            task(json!({ "pollInterval": 0 })).pause,
            POLL_INTERVAL_BOUNDS.0
        );
        assert_eq!(
            task(json!({ "pollInterval": 1e18 as u64 })).pause,
            POLL_INTERVAL_BOUNDS.1
        );
        assert_eq!(task(json!({ "pollInterval": -1 })).pause, POLL_INTERVAL);
        let extension = task(json!({ "pollIntervalMs": 200 }));
        assert_eq!(extension.pause, Duration::from_millis(200));
        assert_eq!(
            task(json!({ "statusMessage": "ha\u{1b}[2Jlf\u{202e}" }))
                .words
                .as_deref(),
            Some("ha [2Jlf")
        );
        for odd in [
            json!(null),
            json!({ "taskId": 7, "status": "working" }),
            json!({ "taskId": "x".repeat(ID_LIMIT + 1), "status": "working" }),
            json!({ "taskId": "t", "status": "dreaming" }),
            json!({ "taskId": "t" }),
            json!({ "taskId": "t\u{1b}[2J", "status": "working" }),
        ] {
            assert!(matches!(read(odd), Err(Error::Protocol(_))));
        }
    }
}
