//! Records of resumable sessions in files that only the user can read, as a session id is a credential.

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

/// Maximum size of a record, which contains the server's response to `initialize`.
const MAX_MIB: u64 = 2;

/// A session that no process uses.
#[derive(Clone, Serialize, Deserialize)]
pub(in crate::servers::sessions) struct Record {
    pub(in crate::servers::sessions) connector: ConnectorId,
    /// Address of the server, for display.
    pub(in crate::servers::sessions) endpoint: String,
    /// When the session was created.
    pub(in crate::servers::sessions) since: Timestamp,
    /// When it was last used.
    pub(super) used: Timestamp,
    /// Hash of the connector's settings.
    pub(super) binding: String,
    #[serde(flatten, with = "SessionFields")]
    pub(super) session: ResumableSession,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "ResumableSession")]
struct SessionFields {
    #[serde(serialize_with = "expose")]
    id: Secret,
    handshake: Value,
    credentials: Option<String>,
    is_checked: bool,
}

fn expose<S: Serializer>(id: &Secret, to: S) -> Result<S::Ok, S::Error> {
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
            session,
        }
    }

    /// Whether the session was unused for too long. The clock may have been set back.
    fn is_expired(&self, now: Timestamp) -> bool {
        let age = now.unix_millis().abs_diff(self.used.unix_millis());
        Duration::from_millis(age) >= IDLE_TIMEOUT
    }
}

/// The folder of all records.
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

    /// Removes and returns the record of a connector, and all expired records.
    pub(super) async fn take_over(
        &self,
        id: &ConnectorId,
        now: Timestamp,
    ) -> (Option<Record>, Vec<Record>) {
        let Some(file) = self.file(id) else {
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

    /// Saves a record and returns the surplus one if there are two: the older session is kept, as it may have more
    /// state.
    pub(super) async fn leave(&self, record: Record) -> Option<Record> {
        let file = self.file(&record.connector)?;
        let ours = record.clone();
        let surplus = self.locked(move |folder| {
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
        // A record that cannot be saved is surplus too.
        surplus.await.unwrap_or(Some(ours))
    }

    /// Removes and returns the records of a connector, or all of them.
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

    /// Lists the records that have not expired, oldest first.
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

    /// Returns the path of a connector's record; `None` for an id that is no file name.
    fn file(&self, id: &ConnectorId) -> Option<PathBuf> {
        is_name(id.as_str()).then(|| self.folder.join(format!("{id}.json")))
    }

    /// Runs `work` on the folder while no other process does; `None` on failure, which only costs resuming a session.
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

/// Lists the files of records and deletes others: as the folder is locked, those are leftovers of interrupted writes.
fn files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let paths = entries.flatten().map(|entry| entry.path());
    let is_record = |path: &PathBuf| path.extension().is_some_and(|it| it == "json");
    let (records, leftovers): (Vec<_>, Vec<_>) = paths.partition(is_record);
    for path in leftovers {
        drop(std::fs::remove_file(path));
    }
    Ok(records)
}

/// Reads a record; `None` for a damaged one.
fn load(path: &Path) -> Option<Record> {
    let bytes = read(path, MAX_MIB).ok()??;
    serde_json::from_slice(&bytes).ok()
}

/// Replaces a record atomically, without syncing: it need not survive a power cut.
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
