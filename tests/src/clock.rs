//! A clock that jumps instead of waiting.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use patchbay_model::Timestamp;
use patchbay_platforms::http::Clock;

/// Starts at `2026-10-21T07:27:30Z` and jumps forward when somebody waits.
#[derive(Debug)]
pub struct ReplayClock(Mutex<Hands>);

#[derive(Clone, Copy, Debug)]
struct Hands {
    now: Timestamp,
    /// The time without what nobody waited for.
    waited: Timestamp,
}

impl ReplayClock {
    /// The clock at its start.
    #[expect(clippy::expect_used, reason = "the text is fixed")]
    pub fn start() -> Self {
        let start = Timestamp::parse("2026-10-21T07:27:30Z").expect("it is an instant");
        Self(Mutex::new(Hands {
            now: start,
            waited: start,
        }))
    }

    /// Jumps forward, as for a token that grows older between two calls. Nobody waits for it, so it is
    /// no gap between requests.
    pub fn advance(&self, by: Duration) {
        let mut hands = self.hands();
        hands.now = hands.now + by;
    }

    /// The start, and as much later as somebody waited.
    pub(crate) fn waited(&self) -> Timestamp {
        self.hands().waited
    }

    fn hands(&self) -> MutexGuard<'_, Hands> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Clock for ReplayClock {
    fn now(&self) -> Timestamp {
        self.hands().now
    }

    async fn sleep(&self, duration: Duration) {
        {
            let mut hands = self.hands();
            hands.now = hands.now + duration;
            hands.waited = hands.waited + duration;
        }
        // A loop that only sleeps still has to let others go on.
        tokio::task::yield_now().await;
    }

    fn chance(&self) -> f64 {
        0.5
    }
}
