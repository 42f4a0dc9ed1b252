//! Which processes have the file open, so that rows left behind by a crash can be told from rows
//! that another process is still working on.
//!
//! Each open store holds a locked file in the folder `<database>.processes`. The system drops the
//! lock when the process ends, however it ends; a process number alone could have been given to
//! somebody else by then.

use std::ffi::OsString;
use std::fs::{File, OpenOptions};
use std::path::{Path, PathBuf};

use patchbay_files::{create_private_folder, open, open_lock};

use crate::Error;

/// The mark of one open store; goes with it.
#[derive(Debug)]
pub(crate) struct Presence {
    /// What rows of this store carry while they are open.
    pub(crate) owner: String,
    folder: PathBuf,
    _lock: File,
}

impl Presence {
    /// Marks this store as present and clears away the marks of processes that are gone.
    ///
    /// To be called under [`opening_lock`]: between making a mark and locking it, it would look like
    /// one of a process that is gone.
    pub(crate) fn new(database: &Path, owner: String) -> Result<Self, Error> {
        let folder = folder_of(database)?;
        remove_stale(&folder)?;
        let path = folder.join(&owner);
        let lock = open_mark(&path)?;
        lock.lock().map_err(Error::file(&path))?;
        Ok(Self {
            owner,
            folder,
            _lock: lock,
        })
    }

    /// Tells of an owner whether its store is still open, in whatever process.
    pub(crate) fn liveness(&self) -> impl Fn(&str) -> bool + Send + Sync + use<> {
        let own = self.owner.clone();
        let folder = self.folder.clone();
        // A run that was left has the empty name, which would be the folder's.
        move |owner| owner == own || (!owner.is_empty() && is_held(&folder.join(owner)))
    }
}

impl Drop for Presence {
    fn drop(&mut self) {
        // What cannot be removed now is cleared away by the next store that is opened.
        drop(std::fs::remove_file(self.folder.join(&self.owner)));
    }
}

/// Holds off other processes while one of them opens and migrates the file; let go when dropped.
pub(crate) fn opening_lock(database: &Path) -> Result<File, Error> {
    let path = folder_of(database)?.join("opening");
    let file = open_mark(&path)?;
    file.lock().map_err(Error::file(&path))?;
    Ok(file)
}

fn folder_of(database: &Path) -> Result<PathBuf, Error> {
    let mut name = OsString::from(database);
    name.push(".processes");
    let folder = PathBuf::from(name);
    create_private_folder(&folder).map_err(Error::file(&folder))?;
    Ok(folder)
}

fn open_mark(path: &Path) -> Result<File, Error> {
    open_lock(path).map_err(Error::files(path))
}

/// Whether some process holds the mark.
fn is_held(path: &Path) -> bool {
    // A mark that is not there belongs to nobody. One that cannot be looked at counts as held: better
    // a run that stays open than one that is closed under its owner's hands.
    match open(path, OpenOptions::new().read(true)) {
        Ok(file) => file.try_lock_shared().is_err(),
        Err(patchbay_files::Error::NotPlain(_)) => false,
        Err(error) => error.into_io().kind() != std::io::ErrorKind::NotFound,
    }
}

fn remove_stale(folder: &Path) -> Result<(), Error> {
    for entry in std::fs::read_dir(folder).map_err(Error::file(folder))? {
        let path = entry.map_err(Error::file(folder))?.path();
        if !is_held(&path) {
            drop(std::fs::remove_file(path));
        }
    }
    Ok(())
}
