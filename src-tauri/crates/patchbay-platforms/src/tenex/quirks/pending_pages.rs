//! Consent pages of new connectors that have not been opened yet.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use patchbay_model::Timestamp;
use url::Url;

/// Pages by connector, from its creation until its consent ends.
#[derive(Default)]
pub(crate) struct PendingPages(Mutex<HashMap<String, Page>>);

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Page {
    pub(crate) provider: String,
    pub(crate) page: Url,
    pub(crate) until: Timestamp,
}

impl PendingPages {
    pub(crate) fn keep(&self, id: &str, page: Page) {
        self.lock().insert(id.to_owned(), page);
    }

    /// The page of a connector, unless it has expired.
    pub(crate) fn of(&self, id: &str, now: Timestamp) -> Option<Page> {
        let mut pages = self.lock();
        pages.retain(|_, page| now < page.until);
        pages.get(id).cloned()
    }

    pub(crate) fn forget(&self, id: &str) {
        self.lock().remove(id);
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Page>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
