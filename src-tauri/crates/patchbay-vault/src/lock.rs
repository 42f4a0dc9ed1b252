//! One change at a time, across tasks and processes.

use std::fs::{File, TryLockError};
use std::path::Path;
use std::time::Duration;

use patchbay_files::{create_private_folder, open_lock};
use tokio::time::{Instant, sleep};

use crate::Error;
use crate::blocking::blocking;

/// The lock file's name beside `vault.json`. It is never replaced, so everybody locks the same file.
const FILE: &str = "vault.lock";
/// A change takes milliseconds, a second with a passphrase: nobody keeps the lock while a keychain is
/// waited for.
const LIMIT: Duration = Duration::from_secs(20);
/// Longest pause between two looks at the lock.
const PAUSE: Duration = Duration::from_millis(20);

/// The right to change the vault; given back when it is dropped, or when the process dies.
pub(crate) struct FolderLock(#[expect(dead_code, reason = "held open, not read")] File);

/// Waits for the right to change what lies in `folder`, which is created if it is missing.
///
/// It looks again and again in place of a blocking `lock`: that could not be called off, and a stopped
/// process that holds the lock would keep ours from ending.
///
/// # Errors
/// [`Error::Busy`] when somebody else keeps it; [`Error::File`].
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

/// As [`lock`], for a thread that may block without limit.
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
