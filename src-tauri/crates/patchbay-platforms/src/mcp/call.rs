//! A call of a tool: what goes in and what comes out.

use std::time::Duration;

use patchbay_http::OnProgress;
use patchbay_model::ToolResult;
use serde_json::{Map, Value};

/// A tool to be called.
#[derive(Clone)]
pub struct ToolCall {
    /// Its name on the wire.
    pub name: String,
    /// Its arguments, sent as they are.
    pub arguments: Map<String, Value>,
    /// Longest silence; each notice of progress starts it anew. [`McpLimits::total`] bounds the whole.
    ///
    /// [`McpLimits::total`]: crate::mcp::McpLimits::total
    pub timeout: Duration,
    /// Hears how far the tool is, in order and never backwards; must not block.
    pub progress: OnProgress,
}

/// What became of a call, with what the history keeps of it.
#[derive(Clone, Debug)]
pub struct CallOutcome {
    /// The answer. `is_error` in it is the tool's own word that it failed.
    pub result: ToolResult,
    /// The JSON-RPC request as sent; HTTP headers, and with them credentials, are not part of it.
    pub request: Value,
    /// The JSON-RPC answer as it came.
    pub answer: Value,
    /// HTTP status of the answer.
    pub status: Option<u16>,
    /// From the start of the call until the answer was there.
    pub wait: Duration,
    /// Size of the answer in bytes, after decompression.
    pub bytes: u64,
}
