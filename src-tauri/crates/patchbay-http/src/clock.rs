//! Time, waiting and randomness, which tests and replays replace.

use std::time::Duration;

use async_trait::async_trait;
use patchbay_model::Timestamp;
use time::OffsetDateTime;

/// Time, waiting and randomness.
#[async_trait]
pub trait Clock: Send + Sync {
    /// The current time.
    fn now(&self) -> Timestamp;

    /// Waits for that long.
    async fn sleep(&self, duration: Duration) {
        tokio::time::sleep(duration).await;
    }

    /// A random number from 0 up to 1 for jitter, which keeps clients from retrying at the same moment.
    fn chance(&self) -> f64 {
        // Without randomness the middle of the range is still right.
        let drawn = getrandom::u32().unwrap_or(u32::MAX / 2);
        f64::from(drawn) / (f64::from(u32::MAX) + 1.0)
    }
}

/// The system's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        Timestamp::new(OffsetDateTime::now_utc())
    }
}
