//! Detects which processes have the file open, to distinguish rows left behind by a crash from rows that another
//! process still works on.
//!
//! Each open store holds a locked file in the folder `<database>.processes`. The system releases the lock when the
//! process ends in any way; a process id alone could have been reused by then.

use std::ffi::OsString;
use std::fs::{File, OpenOptions};
use std::path::{Path, PathBuf};
use std::time::Duration;

use patchbay_files::{create_private_folder, open, open_lock};

use crate::Error;

/// How often, and at what interval, the lock of a process that is gone is looked at: a program that it was starting when
/// it was killed holds it too, until the system has loaded that program.
const RELEASE_CHECKS: u32 = 200;
const RELEASE_INTERVAL: Duration = Duration::from_millis(10);

/// The locked file of one open store, which is removed with it.
#[derive(Debug)]
pub(crate) struct Presence {
    /// The owner that rows of this store carry while they are open.
    pub(crate) owner: String,
    folder: PathBuf,
    _lock: File,
}

impl Presence {
    /// Creates the locked file and removes those of processes that are gone.
    ///
    /// Must be called under [`opening_lock`]: a file that is created but not locked yet looks like one of a process
    /// that is gone.
    pub(crate) fn new(database: &Path, owner: String) -> Result<Self, Error> {
        let folder = folder_of(database)?;
        remove_stale(&folder)?;
        let path = folder.join(&owner);
        Ok(Self {
            owner,
            folder,
            _lock: lock_file(&path)?,
        })
    }

    /// Returns a predicate: whether the store of an owner is still open in some process.
    pub(crate) fn liveness(&self) -> impl Fn(&str) -> bool + Send + Sync + use<> {
        let own = self.owner.clone();
        let folder = self.folder.clone();
        // A released run has an empty owner, whose path would be the folder.
        move |owner| owner == own || (!owner.is_empty() && is_open(&folder, owner))
    }
}

impl Drop for Presence {
    fn drop(&mut self) {
        // A file that cannot be removed now is removed when a store is opened next.
        drop(std::fs::remove_file(self.folder.join(&self.owner)));
    }
}

/// Keeps other processes from opening and migrating the file until dropped.
pub(crate) fn opening_lock(database: &Path) -> Result<File, Error> {
    lock_file(&folder_of(database)?.join("opening"))
}

fn folder_of(database: &Path) -> Result<PathBuf, Error> {
    let mut name = OsString::from(database);
    name.push(".processes");
    let folder = PathBuf::from(name);
    create_private_folder(&folder).map_err(Error::file(&folder))?;
    Ok(folder)
}

fn lock_file(path: &Path) -> Result<File, Error> {
    let file = open_lock(path).map_err(Error::files(path))?;
    file.lock().map_err(Error::file(path))?;
    Ok(file)
}

/// Whether the store of an owner is open.
#[expect(
    clippy::disallowed_methods,
    reason = "no system tells when a lock is released"
)]
fn is_open(folder: &Path, owner: &str) -> bool {
    let path = folder.join(owner);
    for _ in 0..RELEASE_CHECKS {
        if !is_held(&path) {
            return false;
        }
        if !is_gone(owner) {
            return true;
        }
        std::thread::sleep(RELEASE_INTERVAL);
    }
    // The process may be one of another container.
    true
}

/// Whether this system has no process of this owner.
#[cfg(unix)]
fn is_gone(owner: &str) -> bool {
    use rustix::{io::Errno, process};
    let id = owner.split('-').next().and_then(|id| id.parse().ok());
    let id = id.and_then(process::Pid::from_raw);
    id.is_some_and(|id| process::test_kill_process(id) == Err(Errno::SRCH))
}

/// No other process has the locks of a process there.
#[cfg(windows)]
fn is_gone(_owner: &str) -> bool {
    false
}

/// Whether some process holds the lock.
fn is_held(path: &Path) -> bool {
    // A file that cannot be opened counts as locked: a run that stays open is better than one that is closed while its
    // owner works on it.
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

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[tokio::test(flavor = "multi_thread")]
    async fn a_lock_that_outlives_its_process_for_a_moment_counts_as_released() {
        let home = tempfile::tempdir().unwrap();
        let database = home.path().join("store.db");
        let own = Presence::new(&database, "1-own".to_owned()).unwrap();
        let mut ended = std::process::Command::new("true").spawn().unwrap();
        ended.wait().unwrap();
        let gone = format!("{}-gone", ended.id());
        let running = format!("{}-running", std::process::id());
        let folder = folder_of(&database).unwrap();
        let [lock, held] = [&gone, &running].map(|owner| lock_file(&folder.join(owner)).unwrap());
        let (is_alive, owner) = (own.liveness(), gone.clone());
        let asked = tokio::task::spawn_blocking(move || is_alive(&owner));
        tokio::time::sleep(RELEASE_INTERVAL * 3).await;
        assert!(!asked.is_finished());
        drop(lock);
        assert!(!asked.await.unwrap());
        let is_alive = own.liveness();
        assert!(is_alive(&running));
        drop(held);
        assert!(!is_alive(&running));
    }
}
