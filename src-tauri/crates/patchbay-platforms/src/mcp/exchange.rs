//! One request and what became of it, as seen on the wire.

use std::sync::{Arc, Mutex, PoisonError};

use patchbay_http::Capture;
use patchbay_model::SentRequest;
use serde_json::Value;
use tokio::sync::Notify;

use crate::Error;

/// Travels with a request through rmcp and records what rmcp would drop: the raw answer, its size, and our own error.
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
    /// HTTP status of the answer.
    pub(super) status: Option<u16>,
    /// The JSON-RPC answer as it came.
    pub(super) answer: Option<Value>,
    /// Bytes of the answer, after decompression.
    pub(super) bytes: u64,
    /// Values of what was read, as limits count them.
    pub(super) values: usize,
    /// Why there is no answer.
    pub(super) failure: Option<Error>,
}

impl Exchange {
    /// A dry run: the request is built as any other, and not sent.
    pub(super) fn planned() -> Self {
        Self(Arc::new(Inner {
            plan: Some(Mutex::default()),
            ..Inner::default()
        }))
    }

    /// One that is looked at.
    pub(super) fn captured(capture: Capture) -> Self {
        Self(Arc::new(Inner {
            capture,
            ..Inner::default()
        }))
    }

    /// Whoever looks at it.
    pub(super) fn capture(&self) -> &Capture {
        &self.0.capture
    }

    /// Where to store the request of a dry run; `None` if it is to be sent.
    pub(super) fn plan(&self) -> Option<&Mutex<Option<SentRequest>>> {
        self.0.plan.as_ref()
    }

    /// What would have been sent.
    pub(super) fn take_planned(&self) -> Option<SentRequest> {
        let plan = self.0.plan.as_ref()?;
        plan.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    pub(super) fn note(&self, change: impl FnOnce(&mut Facts)) {
        change(&mut self.lock());
    }

    /// Ends the exchange; the first failure counts.
    pub(super) fn fail(&self, error: Error) {
        self.lock().failure.get_or_insert(error);
        self.0.failed.notify_one();
    }

    /// Waits until [`Exchange::fail`] was called.
    pub(super) async fn failed(&self) {
        self.0.failed.notified().await;
    }

    pub(super) fn take(&self) -> Facts {
        std::mem::take(&mut *self.lock())
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Facts> {
        self.0.facts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
