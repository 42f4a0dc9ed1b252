//! Atomic writing of files.

use std::path::{Path, PathBuf};

use patchbay_files::{NotPlain, name_beside, rename};
use tokio::fs::{File, OpenOptions};
use tokio::io::AsyncWriteExt as _;

use crate::error::Error;

/// A file that is written under a temporary name in its folder and renamed when it is complete.
pub(crate) struct AtomicFile {
    /// `None` once it is closed.
    file: Option<File>,
    part: PathBuf,
    path: PathBuf,
    is_whole: bool,
}

impl AtomicFile {
    /// Creates a file that only the user can read; on Windows, with the permissions of the folder. Fails where a folder,
    /// a device or a pipe has its name, which it would replace.
    pub(crate) async fn create(path: &Path) -> Result<Self, Error> {
        let found = tokio::fs::metadata(path).await;
        if let Some(what) = found.ok().and_then(|found| NotPlain::of(found.file_type())) {
            return Err(file_error(
                path,
                patchbay_files::Error::from(what).into_io(),
            ));
        }
        let part = name_beside(path, ".part").map_err(|source| file_error(path, source))?;
        let file = new_private_file().open(&part).await;
        let file = file.map_err(|source| file_error(path, source))?;
        Ok(Self {
            file: Some(file),
            part,
            path: path.to_owned(),
            is_whole: false,
        })
    }

    pub(crate) async fn write(&mut self, bytes: &[u8]) -> Result<(), Error> {
        let Some(file) = &mut self.file else {
            return Ok(());
        };
        let written = async {
            file.write_all(bytes).await?;
            // A pending write would keep the file open after a drop, and Windows cannot remove an open file.
            file.flush().await
        };
        written
            .await
            .map_err(|source| file_error(&self.path, source))
    }

    /// Moves the file to its path and replaces an existing one.
    pub(crate) async fn finish(mut self) -> Result<(), Error> {
        if let Some(file) = self.file.take() {
            let synced = sync_written(file).await;
            synced.map_err(|source| file_error(&self.path, source))?;
        }
        let (part, path) = (self.part.clone(), self.path.clone());
        let moved = tokio::task::spawn_blocking(move || rename(&part, &path)).await;
        let moved = moved.map_err(std::io::Error::other).flatten();
        moved.map_err(|source| file_error(&self.path, source))?;
        self.is_whole = true;
        Ok(())
    }
}

/// Waits until the disk has what was written.
pub(crate) async fn sync_written(file: File) -> std::io::Result<()> {
    let file = file.into_std().await;
    let synced = tokio::task::spawn_blocking(move || patchbay_files::sync(&file)).await;
    synced.map_err(std::io::Error::other).flatten()
}

impl Drop for AtomicFile {
    fn drop(&mut self) {
        // Not every system can remove an open file.
        drop(self.file.take());
        if !self.is_whole {
            // Errors are ignored; only a partial file is left.
            drop(std::fs::remove_file(&self.part));
        }
    }
}

/// Options for a file that does not exist yet and that only the user can read; on Windows, with the permissions of the
/// folder. The user chose the folder, and others may write there too: existing files are never reused.
pub(crate) fn new_private_file() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    options.mode(0o600);
    options
}

pub(crate) fn file_error(path: &Path, source: std::io::Error) -> Error {
    Error::File {
        path: path.display().to_string(),
        source,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let entries = std::fs::read_dir(folder).unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        names.collect()
    }

    #[tokio::test]
    async fn a_file_has_its_name_once_it_is_complete() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.csv");
        std::fs::write(&path, "before").unwrap();
        let mut file = AtomicFile::create(&path).await.unwrap();
        file.write(b"a,b\n").await.unwrap();
        file.write(b"1,2\n").await.unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"before");
        file.finish().await.unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"a,b\n1,2\n");
        assert_eq!(names(folder.path()), ["a.csv"]);
    }

    #[tokio::test]
    async fn an_incomplete_file_is_removed() {
        let folder = tempfile::tempdir().unwrap();
        let mut file = AtomicFile::create(&folder.path().join("a.csv"))
            .await
            .unwrap();
        file.write(b"a,b\n").await.unwrap();
        drop(file);
        assert!(names(folder.path()).is_empty());
        let nowhere = folder.path().join("none").join("a.csv");
        assert!(AtomicFile::create(&nowhere).await.is_err());
        // Another kind of file is not replaced.
        assert!(AtomicFile::create(folder.path()).await.is_err());
        #[cfg(unix)]
        assert!(AtomicFile::create(Path::new("/dev/null")).await.is_err());
    }
}
