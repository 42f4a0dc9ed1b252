//! Locks across processes.

use std::fs::{File, OpenOptions};
use std::path::PathBuf;

use crate::Error;

/// A locked file; the system lets go of it when the value is dropped, or the process ends.
pub(crate) struct FileLock {
    _file: File,
}

impl FileLock {
    /// Waits until nobody else holds the lock of that file, and takes it. The file stays.
    ///
    /// # Errors
    /// [`Error::File`] when the file cannot be made or locked.
    pub(crate) async fn take(path: PathBuf) -> Result<Self, Error> {
        let taking = tokio::task::spawn_blocking(move || {
            let lock = || {
                if let Some(folder) = path.parent() {
                    std::fs::create_dir_all(folder)?;
                }
                let file = OpenOptions::new()
                    .create(true)
                    .truncate(false)
                    .write(true)
                    .open(&path)?;
                file.lock()?;
                Ok(Self { _file: file })
            };
            lock().map_err(|source| Error::File {
                path: path.display().to_string(),
                source,
            })
        });
        taking.await.unwrap_or(Err(Error::Cancelled))
    }
}
