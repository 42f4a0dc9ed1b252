//! What runs, on disk. Killing all our processes by name kills the watcher too, which leaves their servers running: the
//! next Patchbay that is opened ends them.
//!
//! Each group has a file, locked as long as the Patchbay is there that started it.

use std::collections::HashMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use patchbay_files::{create_private_folder, open, open_lock};
use serde::{Deserialize, Serialize};

use super::{groups, start_time};

/// Most bytes of a file that are read.
const MAX_BYTES: u64 = 1024;

/// The files of this process.
pub(super) struct Ledger {
    folder: PathBuf,
    locked: HashMap<u32, File>,
}

/// What stands in a file.
#[derive(Serialize, Deserialize)]
struct Entry {
    /// The group, which is also the process that leads it.
    group: u32,
    /// When that was started: what has its id later may be anybody's.
    started: String,
}

impl Ledger {
    pub(super) fn new(folder: PathBuf) -> Self {
        Self {
            folder,
            locked: HashMap::new(),
        }
    }

    /// Notes a group. Servers run without that too: it is for the day on which nothing else ends them.
    pub(super) fn started(&mut self, group: u32) {
        match self.write_entry(group) {
            Ok(file) => drop(self.locked.insert(group, file)),
            Err(error) => tracing::warn!(%error, group, "a server was not noted"),
        }
    }

    fn write_entry(&self, group: u32) -> io::Result<File> {
        let started = start_time::of(group)?;
        create_private_folder(&self.folder)?;
        let file = open_lock(&self.file(group)).map_err(patchbay_files::Error::into_io)?;
        file.lock()?;
        file.set_len(0)?;
        serde_json::to_writer(&file, &Entry { group, started })?;
        Ok(file)
    }

    /// Forgets a group of which nothing is left.
    pub(super) fn ended(&mut self, group: u32) {
        if self.locked.remove(&group).is_some() {
            drop(fs::remove_file(self.file(group)));
        }
    }

    /// Named after this process too: another one may be given the same group in the moment in which it ended.
    fn file(&self, group: u32) -> PathBuf {
        self.folder.join(format!("{}-{group}", std::process::id()))
    }
}

/// Ends the groups in a folder whose Patchbay is gone.
pub(super) fn end_abandoned(folder: &Path) {
    let Ok(files) = fs::read_dir(folder) else {
        // Nothing ever ran.
        return;
    };
    let files = files.flatten().map(|file| file.path());
    let abandoned: Vec<_> = files
        .filter_map(|path| Some((take(&path)?, path)))
        .collect();
    let are_left = abandoned.iter().map(|((entry, _), _)| entry);
    let are_left = are_left.filter(|entry| entry.is_alive());
    groups::end(are_left.filter_map(|entry| i32::try_from(entry.group).ok()));
    for (_, path) in abandoned {
        drop(fs::remove_file(path));
    }
}

/// Reads and locks the file of a group, unless its Patchbay is there. One in which nothing stands yet is left to
/// whoever is about to write it.
fn take(path: &Path) -> Option<(Entry, File)> {
    let file = open(path, OpenOptions::new().read(true)).ok()?;
    file.try_lock().ok()?;
    let entry = serde_json::from_reader((&file).take(MAX_BYTES)).ok()?;
    Some((entry, file))
}

impl Entry {
    /// Whether the process that led the group still does.
    fn is_alive(&self) -> bool {
        start_time::of(self.group).is_ok_and(|started| started == self.started)
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
    fn what_runs_is_noted_for_the_user_alone_and_left_to_who_started_it() {
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
    fn what_is_left_ends_and_what_has_its_id_later_does_not() {
        let home = tempfile::tempdir().unwrap();
        let at = |name: &str| home.path().join(name);
        let (mut left, mut other) = (server(), server());
        let entry = |group: u32, started: String| Entry { group, started };
        let started = start_time::of(left.id()).unwrap();
        write(&at("1-left"), &entry(left.id(), started));
        write(
            &at("1-other"),
            &entry(other.id(), "another time".to_owned()),
        );
        // It is its own, and everybody's.
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
}
