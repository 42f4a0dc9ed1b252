//! Consent pages of new connectors that nobody has opened yet.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use patchbay_model::Timestamp;
use url::Url;

/// Pages by connector, from the creation of one until its consent is decided on.
#[derive(Default)]
pub(crate) struct PendingPages(Mutex<HashMap<String, Page>>);

/// A page that was named when a connector was made.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Page {
    pub(crate) provider: String,
    pub(crate) page: Url,
    pub(crate) until: Timestamp,
}

impl PendingPages {
    /// Keeps the page of a new connector.
    pub(crate) fn keep(&self, id: &str, page: Page) {
        self.lock().insert(id.to_owned(), page);
    }

    /// The page of a connector, while it is good.
    pub(crate) fn of(&self, id: &str, now: Timestamp) -> Option<Page> {
        let mut pages = self.lock();
        pages.retain(|_, page| now < page.until);
        pages.get(id).cloned()
    }

    /// A connector whose consent is decided on, or that is gone.
    pub(crate) fn forget(&self, id: &str) {
        self.lock().remove(id);
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Page>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
