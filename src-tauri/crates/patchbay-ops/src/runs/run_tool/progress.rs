//! Throttled progress of a run: a server may send a hundred thousand steps a second.

use std::convert::Infallible;
use std::time::Duration;

use parking_lot::Mutex;
use tokio::sync::Notify;

use super::RunProgress;

/// Number of steps that are forwarded before throttling starts.
const BURST: u32 = 20;

/// How often the newest step is forwarded while throttled.
const INTERVAL: Duration = Duration::from_millis(100);

/// Forwards steps to `on_progress`.
pub(super) struct Progress<F> {
    /// Notified by each step.
    begun: Notify,
    state: Mutex<State>,
    on_progress: F,
}

struct State {
    allowance: u32,
    newest: Option<RunProgress>,
}

impl<F: Fn(RunProgress)> Progress<F> {
    pub(super) fn new(on_progress: F) -> Self {
        let state = State {
            allowance: BURST,
            newest: None,
        };
        Self {
            begun: Notify::new(),
            state: Mutex::new(state),
            on_progress,
        }
    }

    /// Forwards a step; while throttled it replaces the pending one.
    pub(super) fn push(&self, step: RunProgress) {
        self.begun.notify_one();
        let mut state = self.state.lock();
        if state.allowance == 0 {
            state.newest = Some(step);
        } else {
            state.allowance -= 1;
            (self.on_progress)(step);
        }
    }

    /// Forwards the pending step at each interval, from the first step on.
    pub(super) async fn flush_periodically(&self) -> Infallible {
        self.begun.notified().await;
        loop {
            tokio::time::sleep(INTERVAL).await;
            if !self.flush() {
                let mut state = self.state.lock();
                state.allowance = BURST.min(state.allowance + 1);
            }
        }
    }

    /// Forwards the pending step. Returns whether there was one.
    pub(super) fn flush(&self) -> bool {
        let mut state = self.state.lock();
        let newest = state.newest.take();
        let is_there = newest.is_some();
        newest.into_iter().for_each(&self.on_progress);
        is_there
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[tokio::test]
    async fn many_steps_are_throttled_and_the_newest_is_always_forwarded() {
        let forwarded = Arc::new(Mutex::new(Vec::new()));
        let sink = Arc::clone(&forwarded);
        let progress = Progress::new(move |step| {
            if let RunProgress::Progress { progress, .. } = step {
                sink.lock().push(progress);
            }
        });
        let push = |steps: std::ops::RangeInclusive<u32>| {
            for step in steps {
                progress.push(RunProgress::Progress {
                    progress: step.into(),
                    total: None,
                    message: None,
                });
            }
        };
        push(1..=100_000);
        assert_eq!(forwarded.lock().len(), 20);
        let flushed = tokio::time::timeout(INTERVAL * 3, progress.flush_periodically());
        assert!(flushed.await.is_err());
        assert_eq!(forwarded.lock().last(), Some(&100_000.0));
        push(100_001..=200_000);
        progress.flush();
        let forwarded = forwarded.lock();
        assert_eq!(forwarded.last(), Some(&200_000.0));
        assert!(forwarded.len() < 30, "{forwarded:?}");
    }
}
