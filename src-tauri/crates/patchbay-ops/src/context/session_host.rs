//! The host of servers that outlive a command.

use std::path::PathBuf;
use std::sync::{Arc, Weak};

use parking_lot::Mutex;
use patchbay_platforms::mcp::Host;

/// The host of sessions that have none yet.
pub(crate) enum SessionHost {
    /// A process of this program, which implements [`HOST_SESSIONS`](crate::HOST_SESSIONS) and outlives us.
    Program(PathBuf),
    /// This process, as long as it runs, unless there is another host.
    ThisProcess(Mutex<Weak<Host>>),
}

impl SessionHost {
    /// The host in this process, while it accepts clients.
    pub(crate) fn own(&self) -> Option<Arc<Host>> {
        let Self::ThisProcess(host) = self else {
            return None;
        };
        let host = host.lock().upgrade();
        host.filter(|host| !host.draining().is_cancelled())
    }

    pub(crate) fn set_own(&self, host: &Arc<Host>) {
        if let Self::ThisProcess(own) = self {
            *own.lock() = Arc::downgrade(host);
        }
    }
}
