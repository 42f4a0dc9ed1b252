//! Failures of requests to a platform.

use std::sync::Arc;

use tokio::sync::Notify;

use super::{Answer, RecordedRequest};

/// A failure in place of the platform's answer.
#[derive(Clone, Debug)]
pub struct Fault {
    /// Selects the requests that fail.
    pub applies_to: fn(&RecordedRequest) -> bool,
    /// Number of requests that still fail; `None` for all.
    pub times: Option<u32>,
    /// How they fail.
    pub kind: FaultKind,
}

/// How a request fails.
#[derive(Clone, Debug)]
pub enum FaultKind {
    /// They get this answer.
    Answer(Box<Answer>),
    /// They get no answer for as long as the client waits.
    Silence,
    /// The connection breaks after half of an answer.
    Cut,
    /// They do not fail: each is processed on arrival, and its answer is held back until it is released.
    Gated(ResponseGate),
}

/// Holds an answer back. Clones share their state.
#[derive(Clone, Debug, Default)]
pub struct ResponseGate {
    arrived: Arc<Notify>,
    may_go: Arc<Notify>,
}

impl ResponseGate {
    /// Waits until a request has arrived.
    pub async fn wait_for_request(&self) {
        self.arrived.notified().await;
    }

    /// Releases its answer.
    pub fn release(&self) {
        self.may_go.notify_one();
    }

    pub(super) async fn wait(&self) {
        self.arrived.notify_one();
        self.may_go.notified().await;
    }
}

impl Fault {
    /// Lets every request fail.
    #[must_use]
    pub fn always(kind: FaultKind) -> Self {
        Self {
            applies_to: |_| true,
            times: None,
            kind,
        }
    }

    /// Answers every request with `answer`.
    #[must_use]
    pub fn answer(answer: Answer) -> Self {
        Self::always(FaultKind::Answer(Box::new(answer)))
    }

    /// Limits the fault to a number of requests.
    #[must_use]
    pub fn times(mut self, times: u32) -> Self {
        self.times = Some(times);
        self
    }

    /// Limits the fault to the requests that `applies_to` selects.
    #[must_use]
    pub fn on(mut self, applies_to: fn(&RecordedRequest) -> bool) -> Self {
        self.applies_to = applies_to;
        self
    }

    pub(super) fn take_fault(&mut self, recorded: &RecordedRequest) -> Option<FaultKind> {
        if !(self.applies_to)(recorded) || self.times == Some(0) {
            return None;
        }
        self.times = self.times.map(|times| times - 1);
        Some(self.kind.clone())
    }
}
