//! Cache of connectors and tools for runs, with their compiled schemas.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use patchbay_model::{Connector, ConnectorId, Tool};
use patchbay_store::ToolRows;

use crate::argument_check::ArgumentCheck;
use crate::redact::has_marks;

/// Maximum number of cached tools; beyond that the cache is cleared.
const CAPACITY: usize = 256;

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
}

impl CachedTool {
    pub(crate) fn new(tool: Tool) -> Self {
        Self {
            check: ArgumentCheck::new(&tool.input_schema),
            has_marked_secrets: has_marks(&tool.input_schema),
            tool: Arc::new(tool),
        }
    }
}

/// Lookups by connector and tool name.
#[derive(Default)]
pub(crate) struct ToolCache(Mutex<HashMap<(ConnectorId, String), CacheEntry>>);

pub(crate) struct CacheEntry {
    /// The [`Store::version`](patchbay_store::Store::version) for which the entry is valid.
    pub(crate) version: i64,
    /// The rows it was made from.
    pub(crate) rows: ToolRows,
    pub(crate) known: RunTarget,
}

impl ToolCache {
    pub(crate) fn lock(&self) -> MutexGuard<'_, HashMap<(ConnectorId, String), CacheEntry>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn insert(&self, key: (ConnectorId, String), cached: CacheEntry) {
        let mut all = self.lock();
        if all.len() >= CAPACITY && !all.contains_key(&key) {
            all.clear();
        }
        all.insert(key, cached);
    }
}
