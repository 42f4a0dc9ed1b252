//! One request and its response, as seen on the wire.

use std::sync::Arc;

use parking_lot::Mutex;
use patchbay_http::Capture;
use patchbay_model::SentRequest;
use serde_json::Value;
use tokio::sync::Notify;

use crate::Error;

/// Travels with a request through rmcp and records what rmcp would drop: the raw response, its size, and our own error.
///
/// Clones share the exchange.
#[derive(Clone, Default)]
pub(super) struct Exchange(Arc<Inner>);

#[derive(Default)]
struct Inner {
    facts: Mutex<Facts>,
    failed: Notify,
    capture: Capture,
    /// Receives the request of a dry run, which is built and not sent.
    plan: Option<Mutex<Option<SentRequest>>>,
}

/// What is known of an exchange.
#[derive(Default)]
pub(super) struct Facts {
    /// HTTP status of the response.
    pub(super) status: Option<u16>,
    /// The raw result.
    pub(super) result: Option<Value>,
    /// Bytes of the response, after decompression.
    pub(super) bytes: u64,
    /// Values of the response, as [`json::Limits`](patchbay_http::json::Limits) counts them.
    pub(super) values: usize,
    /// Why there is no response.
    pub(super) failure: Option<Error>,
}

impl Exchange {
    /// A dry run, whose request is built and not sent.
    pub(super) fn dry_run() -> Self {
        Self(Arc::new(Inner {
            plan: Some(Mutex::default()),
            ..Inner::default()
        }))
    }

    pub(super) fn with_capture(capture: Capture) -> Self {
        Self(Arc::new(Inner {
            capture,
            ..Inner::default()
        }))
    }

    pub(super) fn capture(&self) -> &Capture {
        &self.0.capture
    }

    /// Where to store the request of a dry run; `None` if it is to be sent.
    pub(super) fn plan(&self) -> Option<&Mutex<Option<SentRequest>>> {
        self.0.plan.as_ref()
    }

    /// Takes the request of a dry run.
    pub(super) fn take_planned(&self) -> Option<SentRequest> {
        self.0.plan.as_ref()?.lock().take()
    }

    pub(super) fn note(&self, change: impl FnOnce(&mut Facts)) {
        change(&mut self.0.facts.lock());
    }

    /// Ends the exchange; the first failure counts.
    pub(super) fn fail(&self, error: Error) {
        self.0.facts.lock().failure.get_or_insert(error);
        self.0.failed.notify_one();
    }

    /// Waits until [`Exchange::fail`] was called.
    pub(super) async fn wait_for_failure(&self) {
        self.0.failed.notified().await;
    }

    /// Whether nobody but the holder of this waits for it.
    pub(super) fn is_abandoned(&self) -> bool {
        Arc::strong_count(&self.0) == 1
    }

    pub(super) fn take(&self) -> Facts {
        std::mem::take(&mut *self.0.facts.lock())
    }
}
