//! A call of a tool: what goes in and what comes out.

use std::sync::Arc;
use std::time::Duration;

use patchbay_http::OnProgress;
use patchbay_model::ToolResult;
use serde_json::{Map, Value};

use super::Asker;

/// An answer of more bytes is not kept as it came beside the result that was read from it.
const RAW_LIMIT: u64 = 1024 * 1024;

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
    /// Whom the server may ask meanwhile; `None` for nobody.
    pub asker: Option<Arc<dyn Asker>>,
}

/// What became of a call, with what the history keeps of it.
#[derive(Clone, Debug)]
pub struct CallOutcome {
    /// The answer. `is_error` in it is the tool's own word that it failed.
    pub result: ToolResult,
    /// The JSON-RPC request as sent first, without answers to what the server asked; HTTP headers, and with them
    /// credentials, are not part of it.
    pub request: Value,
    /// The JSON-RPC answer as it came; `None` of one over 1 MiB, whose result is all that is kept.
    pub answer: Option<Value>,
    /// HTTP status of the answer.
    pub status: Option<u16>,
    /// From the start of the call until the answer was there.
    pub wait: Duration,
    /// Size of the answer in bytes, after decompression.
    pub bytes: u64,
}

/// The answer to be kept as it came, where it is small enough.
pub(crate) fn raw_answer(bytes: u64, answer: Value) -> Option<Value> {
    (bytes <= RAW_LIMIT).then_some(answer)
}
