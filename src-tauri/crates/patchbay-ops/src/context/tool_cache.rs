//! Cache of connectors and tools for runs, with their compiled schemas.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use patchbay_model::{Connector, ConnectorId, Tool};
use patchbay_store::ToolRows;

use crate::argument_check::ArgumentCheck;
use crate::redact::has_marks;

/// How many tools are kept; beyond that all are dropped and looked up anew.
const CAPACITY: usize = 256;

/// A connector, and one of its tools where it has that.
#[derive(Clone)]
pub(crate) struct RunTarget {
    pub(crate) connector: Arc<Connector>,
    pub(crate) tool: Option<Arc<CachedTool>>,
}

/// A tool and what was made of its schema.
pub(crate) struct CachedTool {
    pub(crate) tool: Arc<Tool>,
    pub(crate) check: ArgumentCheck,
    /// Whether its schema marks anything as secret.
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

/// What was looked up, by connector and name of the tool.
#[derive(Default)]
pub(crate) struct ToolCache(Mutex<HashMap<(ConnectorId, String), CacheEntry>>);

pub(crate) struct CacheEntry {
    /// The [`Store::version`](patchbay_store::Store::version) for which it holds.
    pub(crate) version: i64,
    /// What it was made of.
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
