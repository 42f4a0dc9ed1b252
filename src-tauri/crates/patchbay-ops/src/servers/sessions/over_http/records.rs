//! The files in which sessions are left, for the user alone: whoever has the id of a session may use it.

use std::fs::OpenOptions;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use patchbay_files::{create_private_folder, name_beside, open, read, rename};
use patchbay_model::{Connector, ConnectorId, Secret, Timestamp};
use patchbay_platforms::mcp::ResumableSession;
use serde::{Deserialize, Serialize, Serializer};
use serde_json::Value;

use crate::app_paths::AppPaths;
use crate::lock::FileLock;
use crate::servers::{IDLE_TIMEOUT, is_name};

/// Most MiB of a record; what a server says in its handshake is less.
const MAX_MIB: u64 = 2;

/// A session that nobody uses at the moment.
#[derive(Clone, Serialize, Deserialize)]
pub(in crate::servers::sessions) struct Record {
    pub(in crate::servers::sessions) connector: ConnectorId,
    /// The server's address, to be shown.
    pub(in crate::servers::sessions) endpoint: String,
    /// Since when the session is there.
    pub(in crate::servers::sessions) since: Timestamp,
    /// When it was used last.
    pub(super) used: Timestamp,
    /// The settings that it belongs to.
    pub(super) binding: String,
    #[serde(serialize_with = "exposed")]
    id: Secret,
    handshake: Value,
    credentials: Option<String>,
    is_checked: bool,
}

/// The file is for this user alone.
fn exposed<S: Serializer>(id: &Secret, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(id.expose())
}

impl Record {
    pub(super) fn new(
        connector: &Connector,
        binding: String,
        session: ResumableSession,
        since: Timestamp,
        used: Timestamp,
    ) -> Self {
        Self {
            connector: connector.id.clone(),
            endpoint: connector.endpoint.clone().unwrap_or_default(),
            since,
            used,
            binding,
            id: session.id,
            handshake: session.handshake,
            credentials: session.credentials,
            is_checked: session.is_checked,
        }
    }

    pub(super) fn session(&self) -> ResumableSession {
        ResumableSession {
            id: self.id.clone(),
            handshake: self.handshake.clone(),
            credentials: self.credentials.clone(),
            is_checked: self.is_checked,
        }
    }

    /// Whether nobody used it for too long, by a clock that may have been set.
    fn is_expired(&self, now: Timestamp) -> bool {
        let age = now.unix_millis().abs_diff(self.used.unix_millis());
        Duration::from_millis(age) >= IDLE_TIMEOUT
    }
}

/// All records.
pub(super) struct Records {
    folder: PathBuf,
    lock: PathBuf,
}

impl Records {
    pub(super) fn new(paths: &AppPaths) -> Self {
        Self {
            folder: paths.data.join("sessions").join("http"),
            lock: paths.locks().join("http-sessions.lock"),
        }
    }

    /// Takes the record of a connector away, and those of any that nobody used for too long. A session whose server was
    /// told that it may ask belongs to those who can answer.
    pub(super) async fn take_over(
        &self,
        id: &ConnectorId,
        asks: bool,
        now: Timestamp,
    ) -> (Option<Record>, Vec<Record>) {
        let Some(file) = self.file(id, asks) else {
            return (None, Vec::new());
        };
        let taken = self.locked(move |folder| {
            let all = files(folder)?.into_iter();
            let all = all.filter_map(|path| Some((path.clone(), load(&path)?)));
            let chosen: Vec<_> = all
                .filter(|(path, record)| *path == file || record.is_expired(now))
                .collect();
            for (path, _) in &chosen {
                std::fs::remove_file(path)?;
            }
            let records = chosen.into_iter().map(|(_, record)| record);
            Ok(records.partition(|record| record.is_expired(now)))
        });
        let (expired, mut found): (Vec<Record>, Vec<Record>) = taken.await.unwrap_or_default();
        (found.pop(), expired)
    }

    /// Leaves a record, and gives the session back that is not to be continued: of two the older one stays, in which
    /// more may have been done.
    pub(super) async fn leave(&self, record: Record, asks: bool) -> Option<Record> {
        let file = self.file(&record.connector, asks)?;
        let ours = record.clone();
        let left = self.locked(move |folder| {
            let other = load(&file).filter(|other| !other.is_expired(record.used));
            if let Some(other) = &other
                && other.since <= record.since
            {
                return Ok(Some(record));
            }
            create_private_folder(folder)?;
            save(&file, &record)?;
            Ok(other)
        });
        // What could not be left is ended.
        left.await.unwrap_or(Some(ours))
    }

    /// Takes the records of a connector away, or all of them.
    pub(super) async fn take(&self, id: Option<&ConnectorId>) -> Vec<Record> {
        let id = id.cloned();
        let taken = self.locked(move |folder| {
            let mut taken = Vec::new();
            for path in files(folder)? {
                let record = load(&path);
                let is_chosen = match (&id, &record) {
                    (Some(id), Some(record)) => record.connector == *id,
                    (Some(_), None) => false,
                    (None, _) => true,
                };
                if is_chosen {
                    std::fs::remove_file(&path)?;
                    taken.extend(record);
                }
            }
            Ok(taken)
        });
        taken.await.unwrap_or_default()
    }

    /// All records that can be continued, the oldest first.
    pub(super) async fn list(&self, now: Timestamp) -> Vec<Record> {
        let listed = self.locked(move |folder| {
            let records = files(folder)?.into_iter().filter_map(|path| load(&path));
            let live = records.filter(|record| !record.is_expired(now));
            Ok(live.collect::<Vec<_>>())
        });
        let mut listed = listed.await.unwrap_or_default();
        listed.sort_by_key(|record| record.since);
        listed
    }

    /// Where the record of a connector lies; `None` for an id that Patchbay did not give.
    fn file(&self, id: &ConnectorId, asks: bool) -> Option<PathBuf> {
        let name = match asks {
            true => format!("{id}.asks.json"),
            false => format!("{id}.json"),
        };
        is_name(id.as_str()).then(|| self.folder.join(name))
    }

    /// Does something with the folder while no other process does; `None` when it fails, for a session is a
    /// convenience that nobody is kept waiting for.
    async fn locked<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Path) -> io::Result<T> + Send + 'static,
    ) -> Option<T> {
        let lock = FileLock::take(self.lock.clone()).await;
        let folder = self.folder.clone();
        let worked = match lock {
            Ok(lock) => tokio::task::spawn_blocking(move || {
                let _until_done = lock;
                work(&folder)
            })
            .await
            .map_err(io::Error::other)
            .flatten(),
            Err(error) => Err(io::Error::other(error)),
        };
        worked
            .inspect_err(
                |error| tracing::warn!(%error, "sessions cannot be left to other commands"),
            )
            .ok()
    }
}

/// The files of records; none before the first one. The folder is locked: a file that has not got its name yet never
/// gets it.
fn files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let paths = entries.flatten().map(|entry| entry.path());
    let is_record = |path: &PathBuf| {
        path.extension()
            .is_some_and(|extension| extension == "json")
    };
    let (records, left): (Vec<_>, Vec<_>) = paths.partition(is_record);
    for path in left {
        drop(std::fs::remove_file(path));
    }
    Ok(records)
}

/// One that is damaged is none.
fn load(path: &Path) -> Option<Record> {
    let bytes = read(path, MAX_MIB).ok()??;
    serde_json::from_slice(&bytes).ok()
}

/// It need not survive a power cut, so that nobody waits for the disk.
fn save(path: &Path, record: &Record) -> io::Result<()> {
    let part = name_beside(path, ".part")?;
    let written = write(&part, record).and_then(|()| rename(&part, path));
    if written.is_err() {
        drop(std::fs::remove_file(&part));
    }
    written
}

fn write(path: &Path, record: &Record) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    let mut file = open(path, &options).map_err(patchbay_files::Error::into_io)?;
    file.write_all(&serde_json::to_vec(record)?)
}
