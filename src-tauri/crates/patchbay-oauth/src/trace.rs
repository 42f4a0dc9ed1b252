//! The trace of a sign-in, which a person can open.

use std::time::Instant;

use patchbay_model::{Timestamp, TraceStep, millis};
use time::OffsetDateTime;
use url::Url;

/// Receives the steps of a sign-in. No field of a step contains a secret, a query or a fragment.
///
/// Any closure that takes a [`TraceStep`] is one; [`Untraced`] ignores them.
pub trait Trace: Send + Sync {
    /// Called after each request, whether it succeeded or failed.
    fn step(&self, step: TraceStep);
}

/// For requests without a trace, such as a refresh in the background.
#[derive(Clone, Copy, Debug, Default)]
pub struct Untraced;

impl Trace for Untraced {
    fn step(&self, _: TraceStep) {}
}

impl<F: Fn(TraceStep) + Send + Sync> Trace for F {
    fn step(&self, step: TraceStep) {
        self(step);
    }
}

/// The step of a request in flight.
pub(crate) struct PendingStep {
    step: TraceStep,
    since: Instant,
}

impl PendingStep {
    pub(crate) fn new(method: &str, url: &Url, note: Option<String>) -> Self {
        Self {
            step: TraceStep {
                at: now(),
                method: method.to_owned(),
                target: without_query(url),
                note,
                status: None,
                duration_ms: None,
            },
            since: Instant::now(),
        }
    }

    /// Adds the step to the trace; `failure` is the error message if there is no status.
    pub(crate) fn end(mut self, trace: &dyn Trace, status: Option<u16>, failure: Option<String>) {
        self.step.status = status;
        self.step.duration_ms = Some(millis(self.since.elapsed()));
        if let Some(failure) = failure {
            self.step.note = Some(match self.step.note {
                Some(note) => format!("{note}; {failure}"),
                None => failure,
            });
        }
        trace.step(self.step);
    }
}

/// The address without user information, query and fragment.
pub(crate) fn without_query(url: &Url) -> String {
    let mut url = url.clone();
    url.set_query(None);
    url.set_fragment(None);
    // Both fail only for URLs that cannot have user information.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    url.into()
}

pub(crate) fn now() -> Timestamp {
    Timestamp::new(OffsetDateTime::now_utc())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn target_has_neither_query_nor_user() {
        let url = Url::parse("https://me:pw@host.example/token?code=s3cret#f").unwrap();
        assert_eq!(without_query(&url), "https://host.example/token");
    }
}
