//! The lock for changes, across tasks and processes.

use std::fs::{File, TryLockError};
use std::path::Path;
use std::time::Duration;

use patchbay_files::{create_private_folder, open_lock};
use tokio::time::{Instant, sleep};

use crate::Error;
use crate::blocking::blocking;

/// Name of the lock file beside `vault.json`. It is never replaced, so that all processes lock the same file.
const FILE: &str = "vault.lock";
/// A change takes milliseconds, or a second with a passphrase; nobody waits for a keychain while holding the lock.
const LIMIT: Duration = Duration::from_secs(20);
/// Maximum pause between two attempts.
const PAUSE: Duration = Duration::from_millis(20);

/// The held lock, released when it is dropped or the process ends.
pub(crate) struct FolderLock(#[expect(dead_code, reason = "held open, not read")] File);

/// Waits for the lock of `folder`, which is created if it is missing.
///
/// Polls, because a blocking `lock` cannot be cancelled, and a suspended process that holds the lock would keep ours
/// from ending.
///
/// # Errors
/// [`Error::Busy`] after the time limit; [`Error::File`].
pub(crate) async fn lock(folder: &Path) -> Result<FolderLock, Error> {
    let path = folder.join(FILE);
    let file = blocking({
        let (folder, path) = (folder.to_owned(), path.clone());
        move || open(&folder, &path)
    })
    .await?;
    let deadline = Instant::now() + LIMIT;
    let mut pause = Duration::from_millis(1);
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(FolderLock(file)),
            Err(TryLockError::Error(error)) => return Err(Error::file("lock", path)(error)),
            Err(TryLockError::WouldBlock) if Instant::now() >= deadline => {
                return Err(Error::Busy);
            }
            Err(TryLockError::WouldBlock) => sleep(pause).await,
        }
        pause = (pause * 2).min(PAUSE);
    }
}

/// As [`lock`], for a thread that may block forever.
pub(crate) fn lock_blocking(folder: &Path) -> Result<FolderLock, Error> {
    let path = folder.join(FILE);
    let file = open(folder, &path)?;
    file.lock().map_err(Error::file("lock", path))?;
    Ok(FolderLock(file))
}

fn open(folder: &Path, path: &Path) -> Result<File, Error> {
    create_private_folder(folder).map_err(Error::file("create", folder))?;
    open_lock(path).map_err(Error::files("open", path))
}
