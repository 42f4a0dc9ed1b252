//! A clock that jumps instead of waiting.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use patchbay_http::Clock;
use patchbay_model::Timestamp;

/// Starts at `2026-10-21T07:27:30Z` and jumps forward when somebody waits.
#[derive(Debug)]
pub struct ReplayClock {
    state: Mutex<ClockState>,
    chance: f64,
}

#[derive(Clone, Copy, Debug)]
struct ClockState {
    now: Timestamp,
    /// The time without what nobody waited for.
    waited: Timestamp,
}

impl ReplayClock {
    /// The clock at its start.
    pub fn start() -> Self {
        Self::with_chance(0.5)
    }

    /// The clock at its start, with what it always draws by chance: from 0 to 1.
    #[expect(clippy::expect_used, reason = "the text is fixed")]
    pub(crate) fn with_chance(chance: f64) -> Self {
        let start = Timestamp::parse("2026-10-21T07:27:30Z").expect("it is an instant");
        let state = ClockState {
            now: start,
            waited: start,
        };
        Self {
            state: Mutex::new(state),
            chance,
        }
    }

    /// Jumps forward, as for a token that grows older between two calls. Nobody waits for it, so it is
    /// no gap between requests.
    pub fn advance(&self, by: Duration) {
        let mut state = self.state();
        state.now = state.now + by;
    }

    /// The start, and as much later as somebody waited.
    pub(crate) fn waited(&self) -> Timestamp {
        self.state().waited
    }

    fn state(&self) -> MutexGuard<'_, ClockState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Clock for ReplayClock {
    fn now(&self) -> Timestamp {
        self.state().now
    }

    async fn sleep(&self, duration: Duration) {
        {
            let mut state = self.state();
            state.now = state.now + duration;
            state.waited = state.waited + duration;
        }
        // A loop that only sleeps still has to let others go on.
        tokio::task::yield_now().await;
    }

    fn chance(&self) -> f64 {
        self.chance
    }
}
