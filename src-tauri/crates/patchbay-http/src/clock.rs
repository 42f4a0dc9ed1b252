//! The time, waiting, and chance, so that tests and replays can turn them.

use std::time::Duration;

use async_trait::async_trait;
use patchbay_model::Timestamp;
use time::OffsetDateTime;

/// What a client takes from outside instead of asking the system.
#[async_trait]
pub trait Clock: Send + Sync {
    /// The time now.
    fn now(&self) -> Timestamp;

    /// Waits so long.
    async fn sleep(&self, duration: Duration);

    /// A random number from 0 up to 1, which keeps many clients from coming back at the same moment.
    fn chance(&self) -> f64;
}

/// The system's own.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

#[async_trait]
impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        Timestamp::new(OffsetDateTime::now_utc())
    }

    async fn sleep(&self, duration: Duration) {
        tokio::time::sleep(duration).await;
    }

    fn chance(&self) -> f64 {
        // Without randomness everybody waits the middle of the range, which is still right.
        let drawn = getrandom::u32().unwrap_or(u32::MAX / 2);
        f64::from(drawn) / (f64::from(u32::MAX) + 1.0)
    }
}
