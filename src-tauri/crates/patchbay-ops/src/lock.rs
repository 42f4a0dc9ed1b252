//! File locks across processes.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::time::Duration;

use patchbay_files::{create_private_folder, open_lock};

use tokio::time::{Instant, sleep};

use crate::atomic_file::file_error;
use crate::error::Error;

/// How long to wait for a lock; the work under one, such as renewing a sign-in, takes less.
const LIMIT: Duration = Duration::from_secs(90);

/// Longest pause between two attempts.
const PAUSE: Duration = Duration::from_millis(50);

/// A locked file, unlocked when it is dropped or the process ends.
pub(crate) struct FileLock {
    _file: File,
}

impl FileLock {
    /// Waits for the lock. Creates the file, which is never removed.
    ///
    /// Polls, because a blocking `lock` cannot be cancelled, and a suspended process that holds the lock would keep
    /// ours from ending.
    ///
    /// # Errors
    /// [`Error::Busy`] after the time limit; [`Error::File`].
    pub(crate) async fn take(path: PathBuf) -> Result<Self, Error> {
        Self::take_within(path, LIMIT).await
    }

    /// As [`FileLock::take`], with another time limit.
    pub(crate) async fn take_within(path: PathBuf, limit: Duration) -> Result<Self, Error> {
        let file = open(&path).await?;
        let deadline = Instant::now() + limit;
        let mut pause = Duration::from_millis(1);
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(Self { _file: file }),
                Err(TryLockError::Error(source)) => return Err(file_error(&path, source)),
                Err(TryLockError::WouldBlock) if Instant::now() >= deadline => {
                    return Err(Error::Busy);
                }
                Err(TryLockError::WouldBlock) => sleep(pause).await,
            }
            pause = (pause * 2).min(PAUSE);
        }
    }

    /// Whether somebody holds the lock. Several may look at once.
    pub(crate) async fn is_taken(path: PathBuf) -> Result<bool, Error> {
        match open(&path).await?.try_lock_shared() {
            Ok(()) => Ok(false),
            Err(TryLockError::WouldBlock) => Ok(true),
            Err(TryLockError::Error(source)) => Err(file_error(&path, source)),
        }
    }
}

async fn open(path: &Path) -> Result<File, Error> {
    let opening = tokio::task::spawn_blocking({
        let path = path.to_owned();
        move || {
            if let Some(folder) = path.parent() {
                create_private_folder(folder)?;
            }
            open_lock(&path).map_err(patchbay_files::Error::into_io)
        }
    });
    let opened = opening.await.map_err(|_| Error::Cancelled)?;
    opened.map_err(|source| file_error(path, source))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_lock_that_is_never_released_is_waited_for_in_vain() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lock");
        let held = FileLock::take(path.clone()).await.unwrap();
        let refused = FileLock::take_within(path.clone(), Duration::from_millis(20)).await;
        assert!(matches!(refused, Err(Error::Busy)));
        assert!(FileLock::is_taken(path.clone()).await.unwrap());
        drop(held);
        assert!(!FileLock::is_taken(path.clone()).await.unwrap());
        assert!(FileLock::take(path).await.is_ok());
    }
}
