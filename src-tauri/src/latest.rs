//! The latest value of something, shared with commands as managed state.

use parking_lot::Mutex;

pub(crate) struct Latest<T>(Mutex<Option<T>>);

impl<T> Default for Latest<T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<T> Latest<T> {
    pub(crate) fn set(&self, value: T) {
        *self.0.lock() = Some(value);
    }

    /// Returns the value once.
    pub(crate) fn take(&self) -> Option<T> {
        self.0.lock().take()
    }
}

impl<T: Clone> Latest<T> {
    pub(crate) fn get(&self) -> Option<T> {
        self.0.lock().clone()
    }
}
