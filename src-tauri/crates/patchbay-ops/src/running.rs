//! Runs that are under way in this process.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use patchbay_model::RunId;
use tokio_util::sync::CancellationToken;

/// How to stop each run that is under way.
#[derive(Default)]
pub(crate) struct RunningRuns(Mutex<HashMap<RunId, CancellationToken>>);

impl RunningRuns {
    /// Notes a run; it is under way until the guard is dropped.
    pub(crate) fn enter(&self, run: &RunId, cancel: CancellationToken) -> Underway<'_> {
        self.lock().insert(run.clone(), cancel);
        Underway {
            runs: self,
            run: run.clone(),
        }
    }

    /// Stops a run; `false` when it is not under way here.
    pub(crate) fn cancel(&self, run: &RunId) -> bool {
        let token = self.lock().get(run).cloned();
        token.inspect(CancellationToken::cancel).is_some()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<RunId, CancellationToken>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A run that is under way.
pub(crate) struct Underway<'a> {
    runs: &'a RunningRuns,
    run: RunId,
}

impl Drop for Underway<'_> {
    fn drop(&mut self) {
        self.runs.lock().remove(&self.run);
    }
}
