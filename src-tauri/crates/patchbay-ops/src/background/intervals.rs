//! How often background checks run.

use std::time::Duration;

/// Times between looks.
#[derive(Clone, Copy, Debug)]
pub struct CheckIntervals {
    /// After the start, before anything is looked at: the window comes first.
    pub(super) first: Duration,
    /// Between two looks at what is due.
    pub(super) again: Duration,
    /// Between two looks at a connector, at least.
    pub(super) connector: Duration,
    /// Between two looks at the list of an account, at least.
    pub(super) account: Duration,
}

impl CheckIntervals {
    /// The usual one; as many times faster as `PATCHBAY_LOOKS_FASTER` says, for tests that cannot wait.
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
