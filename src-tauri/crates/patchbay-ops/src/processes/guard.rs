//! Ensures that no server outlives this process, however it ends.
//!
//! On Unix a watcher process reads from a pipe whose only write end is ours. When the pipe closes we are gone, and the
//! watcher ends the servers that we started. If the watcher was killed too, the next Patchbay ends them. What a server
//! started is found by its process group and by a mark in its environment. On Windows each server is in a job object
//! that ends with this process.

#[cfg(unix)]
mod groups;
#[cfg(unix)]
mod ledger;
#[cfg(unix)]
pub(super) mod marks;
#[cfg(unix)]
mod start_time;
#[cfg(unix)]
mod watcher;

use std::collections::HashMap;
use std::path::PathBuf;
use std::time::Duration;

use async_trait::async_trait;
use parking_lot::Mutex;
use patchbay_platforms::mcp::{McpProgram, ProcessGuard};
use tokio::sync::watch;

#[cfg(unix)]
pub use self::watcher::watch_programs;
use super::containers::{self, Container};
use crate::app_paths::AppPaths;

/// Command line argument that makes a Patchbay program the watcher process.
pub const WATCH_PROGRAMS: &str = "__watch-programs";

/// Not needed on this system.
#[cfg(not(unix))]
pub fn watch_programs() {}

/// Time after which no process is waited for. Longer than ending processes takes.
#[cfg(unix)]
const STUCK_TIMEOUT: Duration = Duration::from_secs(10);

/// Ends the servers that a Patchbay process left behind.
#[cfg(unix)]
pub(crate) async fn end_abandoned(paths: &AppPaths) {
    let folder = paths.running_servers();
    within(STUCK_TIMEOUT, move || ledger::end_abandoned(&folder)).await;
}

/// Does what reads of other processes, each of which may be stuck in the system, and the reader with it. `None` if that
/// takes too long.
#[cfg(unix)]
async fn within<T: Send + 'static>(
    limit: Duration,
    work: impl FnOnce() -> T + Send + 'static,
) -> Option<T> {
    match tokio::time::timeout(limit, tokio::task::spawn_blocking(work)).await {
        Ok(Ok(done)) => Some(done),
        Ok(Err(error)) => {
            tracing::warn!(%error, "what servers started may be there still");
            None
        }
        Err(_) => {
            tracing::warn!("a process is stuck; what servers started may be there still");
            None
        }
    }
}

/// Not needed on this system.
#[cfg(not(unix))]
pub(crate) async fn end_abandoned(_paths: &AppPaths) {}

/// Tracks the process groups of running servers.
pub(crate) struct Guard {
    running: watch::Sender<usize>,
    #[cfg(unix)]
    watcher: Mutex<watcher::Watcher>,
    #[cfg(unix)]
    ledger: Mutex<ledger::Ledger>,
    /// Of all servers of this process, which are numbered.
    #[cfg(unix)]
    mark: marks::Mark,
    #[cfg(unix)]
    number: std::sync::atomic::AtomicU64,
    /// Marks of servers by their process group.
    #[cfg(unix)]
    marks: Mutex<HashMap<u32, String>>,
    /// Folder that contains the servers' own folders.
    servers: PathBuf,
    /// Containers by the process group that started them.
    containers: Mutex<HashMap<u32, Container>>,
}

impl Guard {
    pub(crate) fn new(paths: &AppPaths) -> Self {
        Self {
            running: watch::Sender::new(0),
            #[cfg(unix)]
            watcher: Mutex::default(),
            #[cfg(unix)]
            ledger: Mutex::new(ledger::Ledger::new(paths.running_servers())),
            #[cfg(unix)]
            mark: marks::Mark::random(),
            #[cfg(unix)]
            number: std::sync::atomic::AtomicU64::default(),
            #[cfg(unix)]
            marks: Mutex::default(),
            servers: paths.servers(),
            containers: Mutex::default(),
        }
    }

    /// Sets the program of the watcher, which must understand [`WATCH_PROGRAMS`].
    #[cfg(unix)]
    pub(crate) fn set_watcher(&self, program: PathBuf) {
        self.watcher.lock().set_watcher(program);
    }

    /// Not needed on this system.
    #[cfg(not(unix))]
    pub(crate) fn set_watcher(&self, _program: PathBuf) {}

    /// Waits until no server is left or the timeout expires.
    pub(crate) async fn wait_until_empty(&self, timeout: Duration) {
        let mut running = self.running.subscribe();
        let emptied = running.wait_for(|running| *running == 0);
        let is_empty = tokio::time::timeout(timeout, emptied).await.is_ok();
        if !is_empty {
            tracing::warn!("a server has not ended yet");
        }
        #[cfg(unix)]
        if is_empty {
            self.ledger.lock().remove_mark();
        }
    }

    #[cfg(all(test, unix))]
    pub(crate) fn is_empty(&self) -> bool {
        *self.running.borrow() == 0
    }
}

#[async_trait]
impl ProcessGuard for Guard {
    fn prepare(&self, program: &mut McpProgram) {
        containers::prepare(program, &self.servers);
        #[cfg(unix)]
        {
            let (name, mark) = self.mark.next_variable(&self.number);
            program.environment.push((name.into(), mark.into()));
            self.ledger.lock().write_mark(&self.mark);
            self.watcher.lock().prepare(&self.mark);
        }
    }

    fn started(&self, group: u32, program: &McpProgram) {
        self.running.send_modify(|running| *running += 1);
        #[cfg(unix)]
        {
            self.watcher.lock().started(group);
            self.ledger.lock().started(group);
            let mark = marks::of_server(&program.environment);
            self.marks.lock().extend(mark.map(|mark| (group, mark)));
        }
        if let Some(container) = Container::of(program, &self.servers) {
            self.containers.lock().insert(group, container);
        }
        tracing::debug!(group, "a server was started");
    }

    async fn ended(&self, group: u32) {
        #[cfg(unix)]
        {
            let mark = self.marks.lock().remove(&group);
            if let Some(mark) = mark {
                within(STUCK_TIMEOUT, move || marks::end_server(&mark)).await;
            }
            self.watcher.lock().ended(group);
            self.ledger.lock().ended(group);
        }
        let container = self.containers.lock().remove(&group);
        if let Some(container) = container {
            container.stop().await;
        }
        self.running.send_modify(|running| *running -= 1);
        tracing::debug!(group, "a server is gone");
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_stuck_process_is_not_waited_for_forever() {
        assert_eq!(within(STUCK_TIMEOUT, || 7).await, Some(7));
        let (ends, stuck) = std::sync::mpsc::channel::<()>();
        let limit = Duration::from_millis(50);
        let waiting = within(limit, move || stuck.recv().is_err());
        let waited = tokio::time::timeout(Duration::from_secs(20), waiting).await;
        // Before anything is asserted, as the runtime waits for it.
        drop(ends);
        assert_eq!(waited, Ok(None));
    }
}
