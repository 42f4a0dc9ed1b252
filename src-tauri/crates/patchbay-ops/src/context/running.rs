//! Runs, inspections, checks and rotations in progress in this process.

use std::sync::Arc;

use parking_lot::Mutex;
use tokio_util::sync::CancellationToken;

/// Cancellation tokens of everything in progress. An id may be registered twice, such as two checks of one connector.
pub(crate) struct CancelRegistry<Id>(Mutex<Vec<Entry<Id>>>);

type Entry<Id> = (Id, Arc<CancellationToken>);

impl<Id> Default for CancelRegistry<Id> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<Id: Clone + Eq> CancelRegistry<Id> {
    /// Registers a token until the guard is dropped.
    pub(crate) fn register(&self, id: &Id, cancel: CancellationToken) -> RunningGuard<'_, Id> {
        let cancel = Arc::new(cancel);
        self.0.lock().push((id.clone(), Arc::clone(&cancel)));
        RunningGuard {
            running: self,
            cancel,
        }
    }

    /// Cancels everything with that id. Returns whether there was anything.
    pub(crate) fn cancel(&self, id: &Id) -> bool {
        let running = self.0.lock();
        let mut found = running.iter().filter(|(one, _)| one == id).peekable();
        let is_there = found.peek().is_some();
        found.for_each(|(_, cancel)| cancel.cancel());
        is_there
    }

    /// Removes everything with that id before its guards are dropped.
    pub(crate) fn remove(&self, id: &Id) {
        self.0.lock().retain(|(one, _)| one != id);
    }

    pub(crate) fn has(&self, id: &Id) -> bool {
        self.0.lock().iter().any(|(one, _)| one == id)
    }

    pub(crate) fn len(&self) -> usize {
        self.0.lock().len()
    }
}

/// Removes the token when dropped.
pub(crate) struct RunningGuard<'a, Id> {
    running: &'a CancelRegistry<Id>,
    cancel: Arc<CancellationToken>,
}

impl<Id> Drop for RunningGuard<'_, Id> {
    fn drop(&mut self) {
        let mut running = self.running.0.lock();
        running.retain(|(_, cancel)| !Arc::ptr_eq(cancel, &self.cancel));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_of_one_id_are_cancelled_together_and_removed_one_by_one() {
        let running = CancelRegistry::default();
        let (first, second) = (CancellationToken::new(), CancellationToken::new());
        let entered = running.register(&"con_1", first.clone());
        let again = running.register(&"con_1", second.clone());
        drop(entered);
        assert!(running.has(&"con_1"));
        assert!(running.cancel(&"con_1"));
        assert!(!first.is_cancelled() && second.is_cancelled());
        drop(again);
        assert!(!running.cancel(&"con_1"));
        let _guard = running.register(&"con_1", first);
        running.remove(&"con_1");
        assert_eq!(running.len(), 0);
    }
}
