//! The latest value of something, shared with commands as managed state.

use std::sync::{Mutex, MutexGuard, PoisonError};

pub(crate) struct Latest<T>(Mutex<Option<T>>);

impl<T> Default for Latest<T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<T> Latest<T> {
    pub(crate) fn set(&self, value: T) {
        *self.lock() = Some(value);
    }

    /// Returns the value once.
    pub(crate) fn take(&self) -> Option<T> {
        self.lock().take()
    }

    fn lock(&self) -> MutexGuard<'_, Option<T>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T: Clone> Latest<T> {
    pub(crate) fn get(&self) -> Option<T> {
        self.lock().clone()
    }
}
