//! A call of a tool: what goes in and what comes out.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use patchbay_http::{Capture, OnProgress};
use patchbay_model::{ServerTask, ToolResult};
use serde_json::{Map, Value};

use super::Asker;

/// Keeps the task that a server made of a call, so that somebody can come back for its result.
#[async_trait]
pub trait TaskKeeper: Send + Sync {
    /// Notes it, before it is waited for.
    async fn keep(&self, task: ServerTask);

    /// Whether somebody comes back for it, now that it is not waited for any more; else the server is told to stop.
    fn leaves(&self) -> bool;
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
    /// The task that the server made of this call earlier: its result is waited for, and nothing called anew.
    pub resumes: Option<ServerTask>,
    /// Hears of the task that the server makes of it; `None` where nobody comes back for one.
    pub task_keeper: Option<Arc<dyn TaskKeeper>>,
    /// Longest silence; each notice of progress starts it anew. [`McpLimits::total`] bounds the whole.
    ///
    /// [`McpLimits::total`]: crate::mcp::McpLimits::total
    pub timeout: Duration,
    /// Hears how far the tool is, in order and never backwards; must not block.
    pub progress: OnProgress,
    /// Whom the server may ask meanwhile; `None` for nobody.
    pub asker: Option<Arc<dyn Asker>>,
    /// Brings back what was on the wire: the request as sent first, without answers to what the server asked, and
    /// the last that came for it.
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
