//! Intervals of background checks.

use std::time::Duration;

/// Times between checks.
#[derive(Clone, Copy, Debug)]
pub struct CheckIntervals {
    /// From the start to the first checks, so that they do not delay the window.
    pub(super) first: Duration,
    /// Between two looks for due checks.
    pub(super) again: Duration,
    /// Minimum time between two checks of a connector.
    pub(super) connector: Duration,
    /// Minimum time between two checks of an account.
    pub(super) account: Duration,
}

impl CheckIntervals {
    /// The default, divided by `PATCHBAY_LOOKS_FASTER` for tests.
    pub fn from_environment() -> Self {
        let faster = std::env::var("PATCHBAY_LOOKS_FASTER").ok();
        let faster = faster.and_then(|times| times.parse().ok());
        Self::default().faster(faster.unwrap_or(1))
    }

    fn faster(self, times: u32) -> Self {
        let times = times.max(1);
        Self {
            first: self.first / times,
            again: self.again / times,
            connector: self.connector / times,
            account: self.account / times,
        }
    }
}

impl Default for CheckIntervals {
    fn default() -> Self {
        Self {
            first: Duration::from_secs(30),
            again: Duration::from_secs(60),
            connector: Duration::from_secs(30 * 60),
            account: Duration::from_secs(10 * 60),
        }
    }
}
