//! Cache of connectors and tools for runs, with their compiled schemas.

use std::collections::HashMap;
use std::sync::Arc;

use parking_lot::Mutex;
use patchbay_model::{Connector, ConnectorId, Tool};
use patchbay_platforms::mcp::names_headers;

use crate::argument_check::ArgumentCheck;
use crate::redact::has_marks;

/// Maximum number of cached tools; beyond that the cache is cleared.
pub(crate) const CAPACITY: usize = 256;

/// A connector and the requested tool, if it has it.
#[derive(Clone)]
pub(crate) struct RunTarget {
    pub(crate) connector: Arc<Connector>,
    pub(crate) tool: Option<Arc<CachedTool>>,
}

/// A tool and what is derived from its schema.
pub(crate) struct CachedTool {
    pub(crate) tool: Arc<Tool>,
    pub(crate) check: ArgumentCheck,
    /// Whether the schema marks anything as secret.
    pub(crate) has_marked_secrets: bool,
    /// Whether the schema has parameters in headers.
    pub(crate) names_headers: bool,
}

impl CachedTool {
    pub(crate) fn new(tool: Tool) -> Self {
        Self {
            check: ArgumentCheck::new(&tool.input_schema),
            has_marked_secrets: has_marks(&tool.input_schema),
            names_headers: names_headers(&tool.input_schema),
            tool: Arc::new(tool),
        }
    }
}

/// Lookups by connector and tool name.
pub(crate) type ToolCache = Mutex<HashMap<(ConnectorId, String), CacheEntry>>;

pub(crate) struct CacheEntry {
    /// [`Store::connectors_version`](patchbay_store::Store::connectors_version), for which it is valid.
    pub(crate) version: i64,
    pub(crate) target: RunTarget,
}
