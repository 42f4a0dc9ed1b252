//! What is told of each step, for the trace that a person can open.

use std::time::{Duration, Instant};

use patchbay_model::{Timestamp, TraceStep};
use time::OffsetDateTime;
use url::Url;

/// Told of each request and its answer. No field of a step holds a secret, a query or a fragment.
///
/// Any closure over a [`TraceStep`] is one; [`Untraced`] keeps nothing.
pub trait Trace: Send + Sync {
    /// One thing was asked, and answered or not.
    fn step(&self, step: TraceStep);
}

/// For requests that nobody looks at, such as a refresh in the background.
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

/// A step that has begun.
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

    /// Tells the trace how it ended; `failure` says in words why there is no status.
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
    // Both fail only for addresses that cannot carry user information.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    url.into()
}

pub(crate) fn now() -> Timestamp {
    Timestamp::new(OffsetDateTime::now_utc())
}

fn millis(duration: Duration) -> u32 {
    u32::try_from(duration.as_millis()).unwrap_or(u32::MAX)
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
