//! Tools that are called as a task: the server acknowledges at once, and is polled for the status.
//!
//! In 2025-11-25 the caller asks for a task and fetches its result separately; in the extension of 2026-07-28 the
//! server decides, and the status carries the result and the server's questions.
//!
//! Source: MCP 2025-11-25, "Tasks"; SEP-2663, extension `io.modelcontextprotocol/tasks`.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use patchbay_http::{Capture, TEXT_LIMIT};
use patchbay_model::{Explain as _, ServerTask, clean_text};
use rmcp::model::{
    CancelTaskParams, CancelTaskRequest, ClientRequest, CustomRequest, ErrorData, GetTaskParams,
    GetTaskRequest, TaskStatus, UpdateTaskParams, UpdateTaskRequest,
};
use rmcp::service::PeerRequestOptions;
use serde::Deserialize as _;
use serde::de::IntoDeserializer as _;
use serde_json::{Map, Value, json};

use super::pending::{CANCEL_NOTICE_TIMEOUT, CallContext, RawResponse, Timeouts};
use super::{McpSession, server_error};
use crate::Error;
use crate::mcp::exchange::Exchange;
use crate::mcp::{CallProgress, TaskKeeper, ToolCall, ends_task, non_empty_lines};

/// Poll interval if the server names none, or an invalid one.
const POLL_INTERVAL: Duration = Duration::from_secs(1);
const POLL_INTERVAL_BOUNDS: (Duration, Duration) =
    (Duration::from_millis(100), Duration::from_secs(30));

/// Requests for a task that may fail one after the other: the server works on while it can't be reached.
const MAX_FAILURES: u32 = 8;

/// How long a task may take, and the server is to keep it. It can be left and waited for again, and each response to a
/// poll is a sign of life, so the total timeout of a call does not apply.
pub const TASK_LIFETIME: Duration = Duration::from_secs(24 * 60 * 60);

/// Maximum bytes of a task id, which is sent back.
const ID_LIMIT: usize = 1_000;

/// Maximum number of questions of one task.
const MAX_QUESTIONS: usize = 100;

/// The state of a task.
struct Task {
    id: String,
    status: TaskStatus,
    message: Option<String>,
    poll_interval: Duration,
}

impl Task {
    fn read(raw: &Value) -> Result<Self, Error> {
        let id = raw["taskId"].as_str().unwrap_or_default();
        if id.is_empty() || id.len() > ID_LIMIT || id.contains(char::is_control) {
            return Err(Error::Protocol("a task without a usable id".to_owned()));
        }
        let message = raw["statusMessage"].as_str();
        // The extension calls it `pollIntervalMs`.
        let interval = [&raw["pollIntervalMs"], &raw["pollInterval"]];
        let interval = interval.into_iter().find_map(Value::as_u64);
        Ok(Self {
            id: id.to_owned(),
            status: read_status(raw["status"].as_str().unwrap_or_default())?,
            message: message.and_then(|text| non_empty_lines(text, TEXT_LIMIT)),
            poll_interval: interval.map_or(POLL_INTERVAL, |millis| {
                Duration::from_millis(millis).clamp(POLL_INTERVAL_BOUNDS.0, POLL_INTERVAL_BOUNDS.1)
            }),
        })
    }
}

fn read_status(word: &str) -> Result<TaskStatus, Error> {
    let unknown = |_: serde::de::value::Error| {
        Error::Protocol(format!("unexpected task status {}", clean_text(word, 50)))
    };
    TaskStatus::deserialize(word.into_deserializer()).map_err(unknown)
}

/// The request of a call as a task in the older era.
pub(super) fn request_of(call: &ToolCall) -> ClientRequest {
    let ttl = TASK_LIFETIME.as_secs() * 1_000;
    // rmcp's own type has no room for the task.
    let params = json!({ "name": call.name, "arguments": call.arguments, "task": { "ttl": ttl } });
    ClientRequest::CustomRequest(CustomRequest::new("tools/call", Some(params)))
}

impl McpSession {
    /// Calls a tool as a task of the older era, and waits for its result.
    pub(super) async fn call_as_task(&self, cx: CallContext<'_>) -> Result<RawResponse, Error> {
        let CallContext { call, .. } = cx;
        let exchange = Exchange::with_capture(call.capture.clone());
        let request = request_of(call);
        let (timeouts, progress) = (cx.timeouts(self.limit_of(call)), &*call.progress);
        let created = self.exchange(request, exchange, timeouts, progress, cx.cancel);
        let created = created.await?;
        let result = &created.result;
        // A server without tasks executes the call as a usual one.
        if result["task"].is_null() && result["content"].is_array() {
            return Ok(created);
        }
        let task = Task::read(&result["task"])?;
        let told = Arc::<Mutex<_>>::default();
        let known = Arc::clone(&told);
        let progress = move |step: CallProgress| {
            *known.lock() = Some(step.clone());
            (call.progress)(step);
        };
        tokio::select! {
            biased;
            never = self.report_progress(&created.progress_token, &progress) => match never {},
            result = self.wait_for(task, false, told, cx) => result,
        }
    }

    /// Waits for the result of the task that a server of the newer era created for a call.
    pub(super) async fn wait_for_created(
        &self,
        created: &Value,
        cx: CallContext<'_>,
    ) -> Result<RawResponse, Error> {
        let task = Task::read(created)?;
        self.wait_for(task, true, Arc::default(), cx).await
    }

    /// Waits for the result of a task that was created earlier.
    pub(super) async fn resume_task(
        &self,
        task: &ServerTask,
        cx: CallContext<'_>,
    ) -> Result<RawResponse, Error> {
        let mut waiting = TaskWait::new(self, task.clone(), cx);
        waiting.capture = cx.call.capture.clone();
        let resumed = waiting.resume().await;
        if let Err(error) = &resumed
            && (matches!(error, Error::TaskLost) || !ends_task(error.code()))
        {
            waiting.cancel_guard.is_over = true;
        }
        resumed
    }

    async fn wait_for(
        &self,
        task: Task,
        extension: bool,
        told: Arc<Mutex<Option<CallProgress>>>,
        cx: CallContext<'_>,
    ) -> Result<RawResponse, Error> {
        let known = ServerTask {
            id: task.id.clone(),
            extension,
        };
        let mut waiting = TaskWait::new(self, known.clone(), cx);
        waiting.reporter.told = told;
        if let Some(keeper) = &cx.call.task_keeper {
            keeper.keep(known).await;
        }
        waiting.reporter.report(&task, cx.call);
        if !extension && task.status != TaskStatus::Working {
            return waiting.fetch_result().await;
        }
        let poll = waiting.poll_after(task.poll_interval).await?;
        waiting.result(poll).await
    }
}

/// A task whose result is awaited.
struct TaskWait<'a> {
    session: &'a McpSession,
    task: ServerTask,
    cx: CallContext<'a>,
    capture: Capture,
    until: Instant,
    reporter: StatusReporter,
    /// Failed requests since the task was last seen working.
    failures: u32,
    /// Keys of the questions whose answers the server has; a key is never used twice.
    answered: HashSet<String>,
    /// The person's answers that the server may not have.
    unsent: BTreeMap<String, Value>,
    cancel_guard: CancelOnDrop<'a>,
}

/// The state of a task, with the response that contains it.
struct TaskPoll {
    task: Task,
    response: RawResponse,
}

impl<'a> TaskWait<'a> {
    fn new(session: &'a McpSession, task: ServerTask, cx: CallContext<'a>) -> Self {
        let CallContext { call, .. } = cx;
        if let Some(registered_call) = cx.registered_call {
            registered_call.note_task(&task.id);
        }
        Self {
            session,
            cx,
            // The first request is the call itself.
            capture: call.capture.with_first_request(),
            until: Instant::now() + TASK_LIFETIME,
            reporter: StatusReporter::default(),
            failures: 0,
            answered: HashSet::new(),
            unsent: BTreeMap::new(),
            cancel_guard: CancelOnDrop {
                session,
                task: task.id.clone(),
                keeper: call.task_keeper.clone(),
                is_over: false,
            },
            task,
        }
    }

    async fn resume(&mut self) -> Result<RawResponse, Error> {
        let poll = self.poll_once().await.map_err(|error| match error {
            // Any error for an id that the server issued itself means that the task is gone.
            Error::ServerError { .. } => Error::TaskLost,
            error => error,
        });
        self.result(poll?).await
    }

    /// Waits until the task has a result, and returns it.
    async fn result(&mut self, mut poll: TaskPoll) -> Result<RawResponse, Error> {
        loop {
            match poll.task.status {
                TaskStatus::Working => self.failures = 0,
                _ if !self.task.extension => match self.fetch_result().await {
                    Err(error) if self.tolerates(&error) => {}
                    result => return result,
                },
                TaskStatus::InputRequired => self.answer(&poll.response.result).await?,
                status if status.is_terminal() => {
                    self.cancel_guard.is_over = true;
                    return into_result(poll);
                }
                _ => {}
            }
            poll = self.poll_after(poll.task.poll_interval).await?;
        }
    }

    /// Waits for the interval and polls, again with longer intervals while the server can't be reached.
    async fn poll_after(&mut self, mut interval: Duration) -> Result<TaskPoll, Error> {
        loop {
            let left = self.until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(Error::TimedOut {
                    after: TASK_LIFETIME,
                });
            }
            tokio::select! {
                biased;
                () = self.cx.cancel.cancelled() => return Err(Error::Cancelled),
                () = tokio::time::sleep(interval.min(left)) => {}
            }
            match self.poll_once().await {
                Err(error) if self.tolerates(&error) => {}
                polled => return polled,
            }
            interval = (interval * 2).min(POLL_INTERVAL_BOUNDS.1);
        }
    }

    /// Whether to go on after a failed request, which it counts.
    fn tolerates(&mut self, error: &Error) -> bool {
        self.failures += 1;
        self.failures <= MAX_FAILURES && error.problem().retryable && !self.session.is_closed()
    }

    async fn poll_once(&mut self) -> Result<TaskPoll, Error> {
        let request = GetTaskRequest::new(GetTaskParams::new(self.task.id.clone()));
        // In the older era the result has a response of its own.
        let exchange = match self.task.extension {
            true => Exchange::with_capture(self.capture.clone()),
            false => Exchange::default(),
        };
        let response = self.exchange(request.into(), exchange).await?;
        let task = Task::read(&response.result)?;
        if task.id != self.task.id {
            return Err(Error::Protocol("another task than asked for".to_owned()));
        }
        self.reporter.report(&task, self.cx.call);
        Ok(TaskPoll { task, response })
    }

    /// Answers the questions of a task. Each is asked once; an answer is sent again while the server can't be reached, as
    /// it ignores those that it has.
    async fn answer(&mut self, state: &Value) -> Result<(), Error> {
        let open = state["inputRequests"].as_object();
        self.unsent
            .retain(|key, _| open.is_some_and(|open| open.contains_key(key)));
        let is_new = |key: &String| !self.answered.contains(key) && !self.unsent.contains_key(key);
        let new: Map<String, Value> = (open.into_iter().flatten())
            .filter(|(key, _)| is_new(key))
            .map(|(key, request)| (key.clone(), request.clone()))
            .collect();
        if self.answered.len() + self.unsent.len() + new.len() > MAX_QUESTIONS {
            let words = format!("more than {MAX_QUESTIONS} questions in one task");
            return Err(Error::Protocol(words));
        }
        if !new.is_empty() {
            let asked_at = Instant::now();
            let handler = &self.session.0.client_handler;
            let responses = tokio::select! {
                biased;
                () = self.cx.cancel.cancelled() => return Err(Error::Cancelled),
                responses = handler.answer_all(self.cx.registered_call, &new) => responses?,
            };
            self.until += asked_at.elapsed();
            self.unsent.extend(responses);
        }
        if self.unsent.is_empty() {
            return Ok(());
        }
        let update = UpdateTaskParams::new(self.task.id.clone(), self.unsent.clone());
        let update = UpdateTaskRequest::new(update);
        match self.exchange(update.into(), Exchange::default()).await {
            Err(error) if self.tolerates(&error) => {}
            Err(error @ Error::ServerError { .. }) => {
                // The task may have ended while the person was thinking.
                if !self.poll_once().await?.task.status.is_terminal() {
                    return Err(error);
                }
            }
            updated => {
                updated?;
                let sent = std::mem::take(&mut self.unsent);
                self.answered.extend(sent.into_keys());
            }
        }
        Ok(())
    }

    async fn exchange(
        &self,
        request: ClientRequest,
        exchange: Exchange,
    ) -> Result<RawResponse, Error> {
        let timeouts = Timeouts::within(self.cx.call.timeout);
        self.session
            .exchange(request, exchange, timeouts, &|_| {}, self.cx.cancel)
            .await
    }

    /// Requests the result from a server of the older era.
    async fn fetch_result(&mut self) -> Result<RawResponse, Error> {
        let left = self.until.saturating_duration_since(Instant::now());
        // No idle timeout: a server that asks first responds only when the task is done.
        let timeouts = Timeouts {
            call: self.cx.registered_call,
            ..Timeouts::within(left)
        };
        let params = json!({ "taskId": self.task.id });
        let request =
            ClientRequest::CustomRequest(CustomRequest::new("tasks/result", Some(params)));
        let exchange = Exchange::with_capture(self.capture.clone());
        let progress = &*self.cx.call.progress;
        let response = self
            .session
            .exchange(request, exchange, timeouts, progress, self.cx.cancel)
            .await;
        if let Ok(_) | Err(Error::ServerError { .. }) = &response {
            self.cancel_guard.is_over = true;
        }
        response
    }
}

/// The result of a task of the newer era that has ended.
fn into_result(poll: TaskPoll) -> Result<RawResponse, Error> {
    let TaskPoll { task, mut response } = poll;
    match task.status {
        TaskStatus::Cancelled => Err(Error::TaskCancelled),
        TaskStatus::Failed => Err(
            ErrorData::deserialize(&response.result["error"]).map_or_else(
                |_| Error::Protocol("a failed task without an error".to_owned()),
                server_error,
            ),
        ),
        _ => match response.result.get_mut("result").map(Value::take) {
            Some(result @ Value::Object(_)) => {
                response.result = result;
                Ok(response)
            }
            _ => Err(Error::Protocol("a task without a result".to_owned())),
        },
    }
}

/// Reports the status messages of a task as progress, each once.
#[derive(Default)]
struct StatusReporter {
    /// The last progress that the server reported itself.
    told: Arc<Mutex<Option<CallProgress>>>,
    reported: u32,
    last: Option<String>,
}

impl StatusReporter {
    fn report(&mut self, task: &Task, call: &ToolCall) {
        if task.message.is_none() || task.message == self.last {
            return;
        }
        self.last.clone_from(&task.message);
        self.reported += 1;
        let counted = (f64::from(self.reported), None);
        let told = self.told.lock().as_ref().map(|it| (it.progress, it.total));
        let (progress, total) = told.unwrap_or(counted);
        (call.progress)(CallProgress {
            progress,
            total,
            message: task.message.clone(),
        });
    }
}

/// Cancels a task on drop, unless it has ended or goes on.
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
        if self.is_over || is_resumable {
            return;
        }
        let Ok(runtime) = tokio::runtime::Handle::try_current() else {
            return;
        };
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
        for (more, interval) in [
            (json!({}), POLL_INTERVAL),
            (json!({ "pollInterval": 0 }), POLL_INTERVAL_BOUNDS.0),
            (
                json!({ "pollInterval": 1e18 as u64 }),
                POLL_INTERVAL_BOUNDS.1,
            ),
            (json!({ "pollInterval": -1 }), POLL_INTERVAL),
            (json!({ "pollIntervalMs": 200 }), Duration::from_millis(200)),
        ] {
            assert_eq!(task(more).poll_interval, interval);
        }
        let message = task(json!({ "statusMessage": "ha\u{1b}[2Jlf\u{202e}" })).message;
        assert_eq!(message.as_deref(), Some("ha [2Jlf"));
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
