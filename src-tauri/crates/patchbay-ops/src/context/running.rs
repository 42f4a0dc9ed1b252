//! Runs, inspections and rotations that are under way in this process.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, PoisonError};

use tokio_util::sync::CancellationToken;

/// How to stop each thing that is under way.
pub(crate) struct Running<Id>(Mutex<HashMap<Id, CancellationToken>>);

impl<Id> Default for Running<Id> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<Id: Clone + Eq + Hash> Running<Id> {
    /// Notes what begins; it is under way until the guard is dropped.
    pub(crate) fn enter(&self, id: &Id, cancel: CancellationToken) -> Underway<'_, Id> {
        self.lock().insert(id.clone(), cancel);
        Underway {
            running: self,
            id: id.clone(),
        }
    }

    /// Stops it; `false` when it is not under way here.
    pub(crate) fn cancel(&self, id: &Id) -> bool {
        let token = self.lock().get(id).cloned();
        token.inspect(CancellationToken::cancel).is_some()
    }

    /// Whether it is under way here.
    pub(crate) fn has(&self, id: &Id) -> bool {
        self.lock().contains_key(id)
    }

    /// How many are under way here.
    pub(crate) fn len(&self) -> usize {
        self.lock().len()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<Id, CancellationToken>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Something that is under way.
pub(crate) struct Underway<'a, Id: Clone + Eq + Hash> {
    running: &'a Running<Id>,
    id: Id,
}

impl<Id: Clone + Eq + Hash> Drop for Underway<'_, Id> {
    fn drop(&mut self) {
        self.running.lock().remove(&self.id);
    }
}
