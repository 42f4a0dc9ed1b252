//! What can go wrong on the way to a platform.

use std::sync::Arc;

use tokio::sync::Notify;

use super::{Answer, RecordedRequest};

/// A failure in place of the platform's answer.
#[derive(Clone, Debug)]
pub struct Fault {
    /// Which requests it strikes.
    pub applies_to: fn(&RecordedRequest) -> bool,
    /// How often it still does; `None` for always.
    pub times: Option<u32>,
    /// What happens then.
    pub kind: FaultKind,
}

/// How a request fails.
#[derive(Clone, Debug)]
pub enum FaultKind {
    /// With this answer.
    Answer(Box<Answer>),
    /// With no byte at all, for as long as the client waits.
    Silence,
    /// With half of an answer, then the end of the connection.
    Cut,
    /// Not at all: answered by the state at arrival, but only once it is released.
    Held(ResponseGate),
}

/// Where an answer waits. Clones are the same.
#[derive(Clone, Debug, Default)]
pub struct ResponseGate {
    arrived: Arc<Notify>,
    may_go: Arc<Notify>,
}

impl ResponseGate {
    /// Waits until a request has come.
    pub async fn wait_for_request(&self) {
        self.arrived.notified().await;
    }

    /// Lets its answer go.
    pub fn release(&self) {
        self.may_go.notify_one();
    }

    pub(super) async fn wait(&self) {
        self.arrived.notify_one();
        self.may_go.notified().await;
    }
}

impl Fault {
    /// Strikes every request.
    #[must_use]
    pub fn always(kind: FaultKind) -> Self {
        Self {
            applies_to: |_| true,
            times: None,
            kind,
        }
    }

    /// An answer for every request.
    #[must_use]
    pub fn answer(answer: Answer) -> Self {
        Self::always(FaultKind::Answer(Box::new(answer)))
    }

    /// The same, so often only.
    #[must_use]
    pub fn times(mut self, times: u32) -> Self {
        self.times = Some(times);
        self
    }

    /// The same, for these requests only.
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
