//! Sees to it that no server outlives us, however we end.
//!
//! On Unix a process of our own program waits at a pipe whose other end is ours alone: when that closes without a
//! word, we are gone, and it ends what we had started. On Windows each server is in a job that ends with us.

#[cfg(unix)]
mod watcher;

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use patchbay_platforms::mcp::ProcessGuard;
use tokio::sync::watch;

#[cfg(unix)]
pub use self::watcher::watch_programs;

/// The argument by which our programs become that process.
pub const WATCH_PROGRAMS: &str = "__watch-programs";

/// Ends what a Patchbay that is gone had started; on this system there is nothing to do.
#[cfg(not(unix))]
pub fn watch_programs() {}

/// Knows which process groups are ours.
pub(crate) struct Guard {
    running: watch::Sender<usize>,
    #[cfg(unix)]
    watcher: Mutex<watcher::Watcher>,
    #[cfg(not(unix))]
    watcher: Mutex<()>,
}

impl Default for Guard {
    fn default() -> Self {
        Self {
            running: watch::Sender::new(0),
            watcher: Mutex::default(),
        }
    }
}

impl Guard {
    /// Has servers watched by `program`, one of ours that understands [`WATCH_PROGRAMS`].
    #[cfg(unix)]
    pub(crate) fn watch_by(&self, program: std::path::PathBuf) {
        self.lock().watch_by(program);
    }

    /// Whoever watches here is the system.
    #[cfg(not(unix))]
    pub(crate) fn watch_by(&self, program: std::path::PathBuf) {
        let _watcher = self.watcher.lock().unwrap_or_else(PoisonError::into_inner);
        tracing::debug!(program = %program.display(), "servers end with their job");
    }

    /// Waits until no server is left, or for that long.
    pub(crate) async fn wait_until_empty(&self, patience: Duration) {
        let mut running = self.running.subscribe();
        let emptied = running.wait_for(|running| *running == 0);
        if tokio::time::timeout(patience, emptied).await.is_err() {
            tracing::warn!("a server has not ended yet");
        }
    }

    /// Whether no server is left.
    #[cfg(all(test, unix))]
    pub(crate) fn is_empty(&self) -> bool {
        *self.running.borrow() == 0
    }

    #[cfg(unix)]
    fn lock(&self) -> std::sync::MutexGuard<'_, watcher::Watcher> {
        self.watcher.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ProcessGuard for Guard {
    fn prepare(&self) {
        #[cfg(unix)]
        self.lock().prepare();
    }

    fn started(&self, group: u32) {
        self.running.send_modify(|running| *running += 1);
        #[cfg(unix)]
        self.lock().started(group);
        tracing::debug!(group, "a server was started");
    }

    fn ended(&self, group: u32) {
        self.running.send_modify(|running| *running -= 1);
        #[cfg(unix)]
        self.lock().ended(group);
        tracing::debug!(group, "a server is gone");
    }
}
