//! A record on disk of the running process groups, by which the next Patchbay ends servers that were left behind:
//! killing all our processes by name kills the watcher too.
//!
//! Each group has a file, and so has the mark of all servers of a process. The process that started them keeps them
//! locked.

use std::collections::HashMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use patchbay_files::{create_private_folder, open, open_lock};
use serde::{Deserialize, Serialize};

use super::marks::Mark;
use super::{groups, start_time};

/// Maximum number of bytes read from a file.
const MAX_BYTES: u64 = 1024;

/// The files of this process.
pub(super) struct Ledger {
    folder: PathBuf,
    locked: HashMap<u32, File>,
    mark: Option<(PathBuf, File)>,
}

/// Content of a file.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Entry {
    Group {
        /// Id of the group and of the process that leads it.
        group: u32,
        /// Start time of that process, as ids are reused.
        started: String,
    },
    Mark {
        mark: Mark,
    },
}

impl Ledger {
    pub(super) fn new(folder: PathBuf) -> Self {
        Self {
            folder,
            locked: HashMap::new(),
            mark: None,
        }
    }

    /// Records a group. On failure the server runs all the same.
    pub(super) fn started(&mut self, group: u32) {
        match self.write_entry(group) {
            Ok(file) => drop(self.locked.insert(group, file)),
            Err(error) => tracing::warn!(%error, group, "a server was not noted"),
        }
    }

    fn write_entry(&self, group: u32) -> io::Result<File> {
        let started = start_time::of(group)?;
        self.write(&self.file(group), &Entry::Group { group, started })
    }

    fn write(&self, path: &Path, entry: &Entry) -> io::Result<File> {
        create_private_folder(&self.folder)?;
        let file = open_lock(path).map_err(patchbay_files::Error::into_io)?;
        file.lock()?;
        file.set_len(0)?;
        serde_json::to_writer(&file, entry)?;
        Ok(file)
    }

    /// Records the mark of all servers of this process. This must precede the first one.
    pub(super) fn write_mark(&mut self, mark: &Mark) {
        if self.mark.is_some() {
            return;
        }
        let (path, mark) = (self.folder.join(mark.as_str()), mark.clone());
        match self.write(&path, &Entry::Mark { mark }) {
            Ok(file) => self.mark = Some((path, file)),
            Err(error) => tracing::warn!(%error, "the mark of servers was not noted"),
        }
    }

    /// Deletes the record of the mark, as no server is left.
    pub(super) fn remove_mark(&mut self) {
        if let Some((path, _)) = self.mark.take() {
            drop(fs::remove_file(path));
        }
    }

    /// Deletes the record of a group that has ended.
    pub(super) fn ended(&mut self, group: u32) {
        if self.locked.remove(&group).is_some() {
            drop(fs::remove_file(self.file(group)));
        }
    }

    /// The name contains our process id, as another Patchbay may start a group with the same id right after it ended.
    fn file(&self, group: u32) -> PathBuf {
        self.folder.join(format!("{}-{group}", std::process::id()))
    }
}

/// Ends the groups in a folder whose Patchbay process is gone.
pub(super) fn end_abandoned(folder: &Path) {
    let Ok(files) = fs::read_dir(folder) else {
        // No server ever ran.
        return;
    };
    let files = files.flatten().map(|file| file.path());
    let abandoned: Vec<_> = files
        .filter_map(|path| Some((take(&path)?, path)))
        .collect();
    let entries = || abandoned.iter().map(|((entry, _), _)| entry);
    groups::end(entries().filter_map(Entry::living_group));
    for entry in entries() {
        if let Entry::Mark { mark } = entry {
            mark.end_all();
        }
    }
    for (_, path) in abandoned {
        drop(fs::remove_file(path));
    }
}

/// Reads and locks the file of a group, unless its Patchbay still runs. An empty file is about to be written by another
/// process and is left alone.
fn take(path: &Path) -> Option<(Entry, File)> {
    let file = open(path, OpenOptions::new().read(true)).ok()?;
    file.try_lock().ok()?;
    let entry = serde_json::from_reader((&file).take(MAX_BYTES)).ok()?;
    Some((entry, file))
}

impl Entry {
    /// The group, if the process that leads it still runs.
    fn living_group(&self) -> Option<i32> {
        let Self::Group { group, started } = self else {
            return None;
        };
        let is_alive = start_time::of(*group).is_ok_and(|found| found == *started);
        is_alive.then(|| i32::try_from(*group).ok())?
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;
    use std::os::unix::process::CommandExt as _;
    use std::process::{Child, Command};

    use super::*;

    fn server() -> Child {
        let mut command = Command::new("sleep");
        command.arg("600").process_group(0).spawn().unwrap()
    }

    fn write(file: &Path, entry: &Entry) {
        fs::write(file, serde_json::to_vec(entry).unwrap()).unwrap();
    }

    #[test]
    fn running_groups_are_recorded_privately_and_not_ended() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("running");
        let mut ledger = Ledger::new(folder.clone());
        let mut server = server();
        ledger.started(server.id());
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        let file = ledger.file(server.id());
        assert_eq!((mode(&folder), mode(&file)), (0o700, 0o600));
        end_abandoned(&folder);
        assert!(file.exists() && server.try_wait().unwrap().is_none());
        server.kill().unwrap();
        server.wait().unwrap();
        ledger.ended(server.id());
        assert!(!file.exists());
    }

    #[test]
    fn abandoned_groups_are_ended_unless_their_id_was_reused() {
        let home = tempfile::tempdir().unwrap();
        let at = |name: &str| home.path().join(name);
        let (mut left, mut other) = (server(), server());
        let entry = |group: u32, started: String| Entry::Group { group, started };
        let started = start_time::of(left.id()).unwrap();
        write(&at("1-left"), &entry(left.id(), started));
        write(
            &at("1-other"),
            &entry(other.id(), "another time".to_owned()),
        );
        // Never end init.
        write(&at("1-first"), &entry(1, start_time::of(1).unwrap()));
        fs::write(at("1-begun"), "").unwrap();
        let started = start_time::of(other.id()).unwrap();
        let entry = serde_json::to_string(&entry(other.id(), started)).unwrap();
        fs::write(at("1-long"), " ".repeat(2000) + &entry).unwrap();
        end_abandoned(home.path());
        assert!(!left.wait().unwrap().success());
        assert!(other.try_wait().unwrap().is_none());
        let names = fs::read_dir(home.path()).unwrap().flatten();
        let mut names: Vec<_> = names.map(|file| file.file_name()).collect();
        names.sort();
        assert_eq!(names, ["1-begun", "1-long"]);
        other.kill().unwrap();
        other.wait().unwrap();
    }

    #[test]
    fn marked_processes_are_ended_once_their_patchbay_is_gone() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("running");
        let mut ledger = Ledger::new(folder.clone());
        let mark = Mark::random();
        ledger.write_mark(&mark);
        let (name, value) = mark.next_variable(&std::sync::atomic::AtomicU64::new(7));
        let mut command = Command::new("sleep");
        let mut server = command.arg("600").env(name, value).spawn().unwrap();
        end_abandoned(&folder);
        assert!(server.try_wait().unwrap().is_none());
        drop(ledger);
        end_abandoned(&folder);
        assert!(!server.wait().unwrap().success());
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 0);

        let mut ledger = Ledger::new(folder.clone());
        ledger.write_mark(&mark);
        ledger.remove_mark();
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 0);
    }
}
