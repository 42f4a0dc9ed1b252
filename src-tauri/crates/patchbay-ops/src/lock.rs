//! File locks across processes.

use std::fs::File;
use std::path::PathBuf;

use patchbay_files::{create_private_folder, open_lock};

use crate::atomic_file::file_error;
use crate::error::Error;

/// A locked file, unlocked when it is dropped or the process ends.
pub(crate) struct FileLock {
    _file: File,
}

impl FileLock {
    /// Waits for the lock. Creates the file, which is never removed.
    pub(crate) async fn take(path: PathBuf) -> Result<Self, Error> {
        let taking = tokio::task::spawn_blocking(move || {
            let lock = || {
                if let Some(folder) = path.parent() {
                    create_private_folder(folder)?;
                }
                let file = open_lock(&path).map_err(patchbay_files::Error::into_io)?;
                file.lock()?;
                Ok(Self { _file: file })
            };
            lock().map_err(|source| file_error(&path, source))
        });
        taking.await.unwrap_or(Err(Error::Cancelled))
    }
}
