//! A call of a tool: what goes in and what comes out.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use patchbay_http::{Capture, OnProgress};
use patchbay_model::{ServerTask, ToolResult};
use serde_json::{Map, Value};

use super::Asker;

/// Stores the task that a server created for a call, so that its result can be fetched later.
#[async_trait]
pub trait TaskKeeper: Send + Sync {
    /// Stores the task before it is awaited.
    async fn keep(&self, task: ServerTask);

    /// Whether the result will be fetched later, now that it is not awaited any more; else the server is told to
    /// cancel it.
    fn is_resumable(&self) -> bool;
}

/// A tool to be called.
#[derive(Clone)]
pub struct ToolCall {
    /// Its name on the wire.
    pub name: String,
    /// Its arguments, sent as they are.
    pub arguments: Map<String, Value>,
    /// Whether it is called as a task in the older era; in the newer one the server decides.
    pub as_task: bool,
    /// A task that the server created for this call earlier: it is resumed, and the tool is not called again.
    pub resumes: Option<ServerTask>,
    /// Receives the task that the server creates; `None` if it won't be resumed.
    pub task_keeper: Option<Arc<dyn TaskKeeper>>,
    /// Idle timeout; each progress notification resets it. [`McpLimits::total`] bounds the whole call.
    ///
    /// [`McpLimits::total`]: crate::mcp::McpLimits::total
    pub timeout: Duration,
    /// Progress callback: called in order, never backwards; must not block.
    pub progress: OnProgress,
    /// Whom the server may ask meanwhile; `None` for nobody.
    pub asker: Option<Arc<dyn Asker>>,
    /// Captures the first request, without answers to the server's questions, and the last response.
    pub capture: Capture,
}

/// What became of a call, with what the history keeps of it.
#[derive(Clone, Debug)]
pub struct CallOutcome {
    /// The answer. `is_error` in it is the tool's own word that it failed.
    pub result: ToolResult,
    /// HTTP status of the answer.
    pub status: Option<u16>,
    /// From the start of the call until the answer was there.
    pub wait: Duration,
    /// Size of the answer in bytes, after decompression.
    pub bytes: u64,
}
