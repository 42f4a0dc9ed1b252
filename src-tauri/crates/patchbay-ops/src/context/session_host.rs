//! Who holds servers that outlive a command.

use std::path::PathBuf;

/// Who holds sessions where nobody does yet.
pub(crate) enum SessionHost {
    /// A process of this program of ours, which understands [`HOST_SESSIONS`](crate::HOST_SESSIONS) and outlives us.
    Program(PathBuf),
    /// We do, as long as we run.
    ThisProcess,
}
