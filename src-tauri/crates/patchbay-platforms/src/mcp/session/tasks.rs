//! Tools that are called as a task: the server says at once that it works on it, and is asked how far it is.
//!
//! Source: MCP 2025-11-25, "Tasks".

use std::time::{Duration, Instant};

use patchbay_http::text;
use patchbay_model::clean_text;
use rmcp::model::{
    CancelTaskParams, CancelTaskRequest, ClientRequest, CustomRequest, GetTaskParams,
    GetTaskRequest,
};
use rmcp::service::PeerRequestOptions;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use super::McpSession;
use super::pending::{Answered, FAREWELL_LIMIT, Patience};
use crate::Error;
use crate::mcp::asking::Present;
use crate::mcp::exchange::Exchange;
use crate::mcp::{CallProgress, ToolCall};

/// How long a server is left alone between two looks at its task, where it names no time or an odd one.
const PAUSE: Duration = Duration::from_secs(1);
const PAUSES: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(30));

/// How much longer than the call a result is to be kept.
const KEPT_LONGER: Duration = Duration::from_secs(60);

/// Longest id that is sent back.
const ID_LIMIT: usize = 1_000;

/// What a server says of a task.
struct Task {
    id: String,
    /// Whether its result can be asked for: it is over, or the server waits for an answer, and asks while it is
    /// waited for.
    has_result: bool,
    words: Option<String>,
    pause: Duration,
}

impl Task {
    fn read(raw: &Value) -> Result<Self, Error> {
        let id = raw["taskId"].as_str().unwrap_or_default();
        if id.is_empty() || id.len() > ID_LIMIT {
            return Err(Error::Protocol("a task without an id".to_owned()));
        }
        let status = raw["status"].as_str().unwrap_or_default();
        let words = raw["statusMessage"].as_str();
        let words = words.map(|words| text::clean_lines(words, patchbay_http::TEXT_LIMIT));
        Ok(Self {
            id: id.to_owned(),
            has_result: match status {
                "working" => false,
                "input_required" | "completed" | "failed" | "cancelled" => true,
                other => {
                    let other = clean_text(other, 50);
                    return Err(Error::Protocol(format!("unexpected task status {other}")));
                }
            },
            words: words.filter(|words| !words.is_empty()),
            pause: raw["pollInterval"].as_u64().map_or(PAUSE, |millis| {
                Duration::from_millis(millis).clamp(PAUSES.0, PAUSES.1)
            }),
        })
    }
}

/// The call as it is sent.
pub(super) fn request_of(call: &ToolCall, limit: Duration) -> ClientRequest {
    let ttl = u64::try_from((limit + KEPT_LONGER).as_millis()).unwrap_or(u64::MAX);
    // rmcp's own type has no room for the task.
    let params = json!({ "name": call.name, "arguments": call.arguments, "task": { "ttl": ttl } });
    ClientRequest::CustomRequest(CustomRequest::new("tools/call", Some(params)))
}

impl McpSession {
    /// Calls a tool as a task, and waits for its result.
    pub(super) async fn call_as_task(
        &self,
        call: &ToolCall,
        present: Option<&Present<'_>>,
        cancel: &CancellationToken,
    ) -> Result<Answered, Error> {
        let limit = self.limit_of(call);
        let until = Instant::now() + limit;
        let exchange = Exchange::captured(call.capture.clone());
        let patience = Patience {
            idle: call.timeout,
            total: limit,
            is_asking: present.map(Present::is_asking),
        };
        let request = request_of(call, limit);
        let created = self.exchange(request, exchange, patience, &*call.progress, cancel);
        let created = created.await?;
        let result = &created.answer["result"];
        // A server that knows no tasks takes the call for a usual one.
        if result["task"].is_null() && result["content"].is_array() {
            return Ok(created);
        }
        let mut task = Task::read(&result["task"])?;
        let mut unless_over = CancelOnDrop {
            session: self,
            task: Some(task.id.clone()),
        };
        let mut steps = Steps::default();
        steps.tell(&task, call);
        while !task.has_result {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(Error::TimedOut { after: limit });
            }
            tokio::select! {
                biased;
                () = cancel.cancelled() => return Err(Error::Cancelled),
                () = tokio::time::sleep(task.pause.min(left)) => {}
            }
            let request = GetTaskRequest::new(GetTaskParams::new(task.id.clone()));
            let patience = Patience {
                idle: call.timeout,
                total: call.timeout,
                is_asking: None,
            };
            let looked = self
                .request(request.into(), patience, &|_| {}, cancel)
                .await?;
            let now = Task::read(&looked.answer["result"])?;
            if now.id != task.id {
                return Err(Error::Protocol("another task than asked for".to_owned()));
            }
            task = now;
            steps.tell(&task, call);
        }
        let left = until.saturating_duration_since(Instant::now());
        // Where the server asks first, it answers when the rest is done: its silence means nothing.
        let patience = Patience {
            idle: left,
            total: left,
            is_asking: present.map(Present::is_asking),
        };
        let params = json!({ "taskId": task.id });
        let request =
            ClientRequest::CustomRequest(CustomRequest::new("tasks/result", Some(params)));
        let exchange = Exchange::captured(call.capture.keeping_request());
        let answered = self
            .exchange(request, exchange, patience, &*call.progress, cancel)
            .await;
        if let Ok(_) | Err(Error::ServerError { .. }) = &answered {
            unless_over.task = None;
        }
        answered
    }
}

/// Hands on what a server says of its task, once.
#[derive(Default)]
struct Steps {
    told: u32,
    last: Option<String>,
}

impl Steps {
    fn tell(&mut self, task: &Task, call: &ToolCall) {
        if task.words.is_none() || task.words == self.last {
            return;
        }
        self.last.clone_from(&task.words);
        self.told += 1;
        (call.progress)(CallProgress {
            progress: f64::from(self.told),
            total: None,
            message: task.words.clone(),
        });
    }
}

/// Tells the server that a task is not wanted any more, unless it is over.
struct CancelOnDrop<'a> {
    session: &'a McpSession,
    task: Option<String>,
}

impl Drop for CancelOnDrop<'_> {
    fn drop(&mut self) {
        let (Some(task), Ok(runtime)) = (self.task.take(), tokio::runtime::Handle::try_current())
        else {
            return;
        };
        let session = &self.session.0;
        let peer = session.peer.clone();
        let farewell = async move {
            let request = CancelTaskRequest::new(CancelTaskParams::new(task));
            let sent = async {
                let options = PeerRequestOptions::no_options();
                let handle = peer.send_cancellable_request(request.into(), options).await;
                if let Ok(handle) = handle {
                    drop(handle.rx.await);
                }
            };
            drop(tokio::time::timeout(FAREWELL_LIMIT, sent).await);
        };
        session.farewells.spawn_on(farewell, &runtime);
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
        assert_eq!(task(json!({})).pause, PAUSE);
        assert_eq!(task(json!({ "pollInterval": 0 })).pause, PAUSES.0);
        assert_eq!(task(json!({ "pollInterval": 1e18 as u64 })).pause, PAUSES.1);
        assert_eq!(task(json!({ "pollInterval": -1 })).pause, PAUSE);
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
        ] {
            assert!(matches!(read(odd), Err(Error::Protocol(_))));
        }
    }
}
