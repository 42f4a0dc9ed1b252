//! Who holds servers that outlive a command.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use patchbay_platforms::mcp::Host;

/// Who holds sessions where nobody does yet.
pub(crate) enum SessionHost {
    /// A process of this program of ours, which understands [`HOST_SESSIONS`](crate::HOST_SESSIONS) and outlives us.
    Program(PathBuf),
    /// We do, as long as we run, and nobody else does already.
    ThisProcess(Mutex<Weak<Host>>),
}

impl SessionHost {
    /// The host in this process, while it takes clients on.
    pub(crate) fn own(&self) -> Option<Arc<Host>> {
        let Self::ThisProcess(host) = self else {
            return None;
        };
        let host = host
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .upgrade();
        host.filter(|host| !host.draining().is_cancelled())
    }

    /// Notes the host in this process.
    pub(crate) fn set_own(&self, host: &Arc<Host>) {
        if let Self::ThisProcess(own) = self {
            *own.lock().unwrap_or_else(PoisonError::into_inner) = Arc::downgrade(host);
        }
    }
}
