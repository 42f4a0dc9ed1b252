//! Replaces files atomically.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use crate::Error;
use crate::folder::sync_folder;
use crate::open::open;
use crate::rename::rename;
use crate::sync::sync;

/// Separates the name of the file from the random part of the name of its draft.
const MARK: &str = ".next";

/// The next state of a file: a temporary file beside it, which replaces it once it is complete. Dropping it earlier
/// removes it; [`remove_leftovers`] removes what a killed process leaves.
///
/// It is locked while it is used, to distinguish it from leftovers.
#[derive(Debug)]
pub struct Draft {
    /// `None` once it replaced the target.
    file: Option<File>,
    path: PathBuf,
    target: PathBuf,
}

impl Draft {
    /// Creates an empty draft of the file at `target`, with a random name.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn create(target: &Path) -> Result<Self, Error> {
        let path = name_beside(target, MARK)?;
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        let file = open(&path, &options)?;
        let draft = Self {
            file: Some(file),
            path,
            target: target.to_owned(),
        };
        draft.open()?.lock()?;
        Ok(draft)
    }

    /// Reserves space on the disk, so that as many bytes can be written later even if the disk is full by then.
    ///
    /// # Errors
    /// [`Error::Io`] when there is not enough space.
    pub fn reserve_space(&mut self, bytes: usize) -> Result<(), Error> {
        // Random bytes, because a file system may compress zeros.
        let mut piece = [0; 4096];
        fill_random(&mut piece)?;
        let file = self.open()?;
        let mut left = bytes;
        while left > 0 {
            let next = left.min(piece.len());
            (&*file).write_all(&piece[..next])?;
            left -= next;
        }
        Ok(sync(file)?)
    }

    /// Writes the new state over the reserved space and replaces the file. After this returns the new state survives a
    /// power failure; if the process ends before, the old state remains.
    ///
    /// # Errors
    /// [`Error::Io`]; the old state remains.
    pub fn replace(mut self, bytes: &[u8]) -> Result<(), Error> {
        self.complete(bytes)?;
        rename(&self.path, &self.target)?;
        self.file = None;
        Ok(sync_folder(self.target.parent().unwrap_or(Path::new(".")))?)
    }

    /// Writes the new state, and unlocks it: Windows lets nobody else read a locked file.
    fn complete(&self, bytes: &[u8]) -> io::Result<()> {
        let mut file = self.open()?;
        file.seek(SeekFrom::Start(0))?;
        file.write_all(bytes)?;
        file.set_len(bytes.len() as u64)?;
        sync(file)?;
        // Wine takes it for an error that nothing is left to unlock.
        drop(file.unlock());
        Ok(())
    }

    fn open(&self) -> io::Result<&File> {
        let gone = || io::Error::other("the draft took its place already");
        self.file.as_ref().ok_or_else(gone)
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        // Not every system can remove an open file.
        if let Some(file) = self.file.take() {
            drop(file);
            // A leftover is removed later.
            drop(fs::remove_file(&self.path));
        }
    }
}

/// Removes abandoned drafts of the file at `target`. Only the process that may replace the file may call this, because
/// a draft is not locked yet at the moment of its creation.
pub fn remove_leftovers(target: &Path) {
    let (Some(folder), Some(name)) = (target.parent(), target.file_name()) else {
        return;
    };
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    let mut prefix = name.to_owned();
    prefix.push(MARK);
    for entry in entries.flatten() {
        if is_draft(&entry.file_name(), &prefix) && !is_in_use(&entry.path()) {
            // This removes a link itself, not its target. What remains is removed at the next change.
            drop(fs::remove_file(entry.path()));
        }
    }
}

fn is_draft(name: &OsStr, prefix: &OsStr) -> bool {
    name.as_encoded_bytes()
        .starts_with(prefix.as_encoded_bytes())
}

fn is_in_use(path: &Path) -> bool {
    match open(path, OpenOptions::new().read(true)) {
        Ok(file) => file.try_lock_shared().is_err(),
        Err(Error::NotPlain(_)) => false,
        Err(Error::Io(_)) => true,
    }
}

/// Returns the path of `target` with `mark` and a random suffix.
///
/// # Errors
/// When the system provides no random numbers.
pub fn name_beside(target: &Path, mark: &str) -> io::Result<PathBuf> {
    let mut own = [0; 8];
    fill_random(&mut own)?;
    let mut name = OsString::from(target.file_name().unwrap_or_default());
    name.push(format!("{mark}-{:016x}", u64::from_be_bytes(own)));
    Ok(target.with_file_name(name))
}

fn fill_random(bytes: &mut [u8]) -> io::Result<()> {
    getrandom::fill(bytes).map_err(|error| io::Error::other(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap();
        let mut names: Vec<_> = entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn a_draft_takes_its_place_whole_and_leaves_nothing_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("vault.json");
        fs::write(&target, "old").unwrap();
        let mut draft = Draft::create(&target).unwrap();
        draft.reserve_space(10_000).unwrap();
        assert_eq!(fs::metadata(&draft.path).unwrap().len(), 10_000);
        assert_eq!(fs::read(&target).unwrap(), b"old");
        draft.replace(b"new").unwrap();
        assert_eq!(fs::read(&target).unwrap(), b"new");
        drop(Draft::create(&target).unwrap());
        assert_eq!(names(folder.path()), ["vault.json"]);
    }

    #[test]
    fn a_complete_draft_is_not_locked_when_it_takes_its_place() {
        let folder = tempfile::tempdir().unwrap();
        let draft = Draft::create(&folder.path().join("vault.json")).unwrap();
        assert!(is_in_use(&draft.path));
        draft.complete(b"new").unwrap();
        assert!(!is_in_use(&draft.path));
        assert_eq!(fs::read(&draft.path).unwrap(), b"new");
    }

    #[test]
    fn leftovers_are_removed_and_drafts_in_use_are_not() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("vault.json");
        let used = Draft::create(&target).unwrap();
        fs::write(folder.path().join("vault.json.next"), "old name").unwrap();
        fs::write(folder.path().join("vault.json.next-00"), "killed").unwrap();
        fs::write(folder.path().join("vault.aside-1.json"), "another").unwrap();
        remove_leftovers(&target);
        let used = used.path.file_name().unwrap().to_str().unwrap();
        assert_eq!(names(folder.path()), ["vault.aside-1.json", used]);
    }

    #[cfg(unix)]
    #[test]
    fn a_link_among_leftovers_goes_without_what_it_leads_to() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("vault.json");
        let precious = folder.path().join("precious");
        fs::write(&precious, "precious").unwrap();
        let link = folder.path().join("vault.json.next");
        std::os::unix::fs::symlink(&precious, &link).unwrap();
        remove_leftovers(&target);
        Draft::create(&target).unwrap().replace(b"new").unwrap();
        assert_eq!(fs::read(&precious).unwrap(), b"precious");
        assert_eq!(names(folder.path()), ["precious", "vault.json"]);
    }
}
