//! A tool call and its outcome.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use patchbay_http::{Capture, OnProgress, SentSecrets};
use patchbay_model::{Code, Secret, ServerTask, ToolResult};
use serde_json::{Map, Value};

use super::Asker;

/// Stores the task that a server created for a call, so that its result can be fetched later.
#[async_trait]
pub trait TaskKeeper: Send + Sync {
    /// Stores the task before it is awaited.
    async fn keep(&self, task: ServerTask);

    /// Whether the result will be fetched later, now that it is no longer awaited; otherwise the task is cancelled.
    fn is_resumable(&self) -> bool;
}

/// Whether the error is the outcome of a resumed task. When the server was unreachable or slow, or denied access, the
/// task goes on, and can be resumed again.
pub fn ends_task(code: Code) -> bool {
    matches!(
        code,
        Code::McpServerError
            | Code::McpFeatureOff
            | Code::McpProtocol
            | Code::Cancelled
            | Code::NetworkTooLarge
    )
}

#[derive(Clone)]
pub struct ToolCall {
    /// Name of the tool on the wire.
    pub name: String,
    /// Arguments, sent unchanged.
    pub arguments: Map<String, Value>,
    /// Secrets among the arguments, to be redacted in what the server logs.
    pub secrets: Vec<Secret>,
    /// Whether the known input schema [has parameters in headers](crate::mcp::names_headers).
    pub names_headers: bool,
    /// Whether to call it as a task in the older era, if the server declared tasks; in the newer one the server decides.
    pub as_task: bool,
    /// A task that the server created for this call earlier: it is resumed instead of calling the tool again.
    pub resumes: Option<ServerTask>,
    /// Receives the task that the server creates; `None` if it won't be resumed.
    pub task_keeper: Option<Arc<dyn TaskKeeper>>,
    /// Idle timeout; each progress notification resets it. [`McpLimits::total`] bounds the whole call.
    ///
    /// [`McpLimits::total`]: crate::mcp::McpLimits::total
    pub timeout: Duration,
    /// Progress callback: called in order, never backwards, though the messages of a task are counted until it reports
    /// progress of its own; must not block.
    pub progress: OnProgress,
    /// Whom the server may ask; `None` for nobody.
    pub asker: Option<Arc<dyn Asker>>,
    /// Captures the first request, without answers to the server's questions, and the last response.
    pub capture: Capture,
    /// Collects the credentials that a platform's own API was sent.
    pub sent: SentSecrets,
}

impl ToolCall {
    /// A call without task, progress, questions or capture.
    pub fn new(name: String, arguments: Map<String, Value>, timeout: Duration) -> Self {
        Self {
            name,
            arguments,
            secrets: Vec::new(),
            names_headers: false,
            as_task: false,
            resumes: None,
            task_keeper: None,
            timeout,
            progress: Arc::new(|_| {}),
            asker: None,
            capture: Capture::default(),
            sent: SentSecrets::default(),
        }
    }
}

#[derive(Clone, Debug)]
pub struct CallOutcome {
    /// The result. Its `is_error` is set if the tool reported a failure.
    pub result: ToolResult,
    /// HTTP status of the response.
    pub status: Option<u16>,
    /// From the start of the call to the end of the response.
    pub wait: Duration,
    /// Size of the response in bytes, after decompression.
    pub bytes: u64,
}
