//! Makes what was written survive a power failure.

use std::fs::File;
use std::io;

/// Waits until the disk has the content of a file, or the entries of a folder.
///
/// On macOS that includes the memory of the drive, which most file systems on a network do not support: their servers
/// have it then.
///
/// # Errors
/// Those of the system.
pub fn sync(file: &File) -> io::Result<()> {
    let synced = file.sync_all();
    #[cfg(target_os = "macos")]
    if let Err(error) = &synced
        && is_unsupported(error)
    {
        return Ok(rustix::fs::fsync(file)?);
    }
    synced
}

#[cfg(target_os = "macos")]
fn is_unsupported(error: &io::Error) -> bool {
    use rustix::io::Errno;

    let error = error.raw_os_error().map(Errno::from_raw_os_error);
    matches!(error, Some(Errno::NOTSUP | Errno::NOTTY | Errno::INVAL))
}
