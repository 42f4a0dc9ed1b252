//! A clock that jumps instead of waiting.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use patchbay_model::Timestamp;
use patchbay_platforms::http::Clock;

/// Starts at `2026-10-21T07:27:30Z` and jumps forward when somebody waits.
#[derive(Debug)]
pub struct ReplayClock(Mutex<Timestamp>);

impl ReplayClock {
    /// The clock at its start.
    #[expect(clippy::expect_used, reason = "the text is fixed")]
    pub fn start() -> Self {
        let start = Timestamp::parse("2026-10-21T07:27:30Z").expect("it is an instant");
        Self(Mutex::new(start))
    }

    /// Jumps forward, as for a token that grows older between two calls.
    pub fn advance(&self, by: Duration) {
        let mut now = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *now = *now + by;
    }
}

#[async_trait]
impl Clock for ReplayClock {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn sleep(&self, duration: Duration) {
        self.advance(duration);
        // A loop that only sleeps still has to let others go on.
        tokio::task::yield_now().await;
    }

    fn chance(&self) -> f64 {
        0.5
    }
}
