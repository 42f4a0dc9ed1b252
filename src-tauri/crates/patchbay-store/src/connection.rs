//! The connections to one file: one for writes, on its own thread, a few for reads, and one that detects changes.

use std::path::{Path, PathBuf};
use std::time::Duration;

use parking_lot::Mutex;
use patchbay_files::{NotPlain, create_private_folder, extended_path, open_lock};
use rusqlite::types::FromSql;
use rusqlite::{Connection, OpenFlags, Params, Transaction};

use crate::Error;
use crate::changes::SeenVersion;
use crate::migrations;
use crate::presence::{Presence, opening_lock};
use crate::row;
use crate::tables::TABLES;
use crate::writer::Writer;

/// How long SQLite waits for another process that writes.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);

/// Number of prepared statements that a connection caches.
const STATEMENTS: usize = 64;

/// Length of the journal, in pages, at which SQLite checkpoints within a write. Usually the writer thread did it
/// earlier, while idle.
const MAX_JOURNAL: u32 = 8_000;

/// Longest path on Windows that works without the extended-length syntax, with room for the suffixes of SQLite's
/// journals.
const MAX_USUAL_PATH: usize = 240;

/// The open file.
#[derive(Debug)]
pub(crate) struct Connections {
    path: PathBuf,
    // Dropped before `presence`: the store counts as open while the last writes are done.
    pub(crate) writer: Writer,
    idle_readers: Mutex<Vec<Connection>>,
    watch: Mutex<Connection>,
    pub(crate) connectors_version: Mutex<Option<SeenVersion>>,
    pub(crate) presence: Presence,
}

impl Connections {
    /// Opens the file, and creates and migrates it where needed. Blocks.
    pub(crate) fn open(path: &Path) -> Result<Self, Error> {
        Self::open_or_create(path).map_err(|error| error.of_file(path))
    }

    fn open_or_create(path: &Path) -> Result<Self, Error> {
        if let Some(folder) = path
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty())
        {
            create_private_folder(folder).map_err(Error::file(folder))?;
        }
        // Checked before anything is touched: a file that is too new stays as it is, to the byte. The connection is
        // kept because the first connection to a file that nobody has open reads the whole journal.
        let found = match is_plain_file(path)? {
            true => Some(open_reader(path)?),
            false => None,
        };
        if let Some(found) = &found {
            migrations::check(found, TABLES)?;
        }
        let _opening = opening_lock(path)?;
        make_private(path, found.is_some())?;
        let mut writer = open_writer(path)?;
        migrations::migrate(&mut writer, TABLES)?;
        let owner = new_owner(&writer)?;
        let presence = Presence::new(path, owner.clone())?;
        let watch = match found {
            Some(found) => found,
            None => open_reader(path)?,
        };
        Ok(Self {
            path: path.to_owned(),
            writer: Writer::start(writer, owner).map_err(Error::file(path))?,
            idle_readers: Mutex::default(),
            watch: Mutex::new(watch),
            connectors_version: Mutex::default(),
            presence,
        })
    }

    /// Reads from one snapshot of the file. Blocks.
    pub(crate) fn read<T>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let idle = self.idle_readers.lock().pop();
        let mut reader = match idle {
            Some(reader) => reader,
            None => open_reader(&self.path)?,
        };
        let answer = reader
            .transaction()
            .map_err(Error::from)
            .and_then(|tx| work(&tx));
        self.idle_readers.lock().push(reader);
        answer
    }

    /// Reads one value outside the pool of readers, which takes microseconds.
    pub(crate) fn peek<T: FromSql>(&self, sql: &str, params: impl Params) -> Result<T, Error> {
        Ok(row::get(&self.watch.lock(), sql, params)?)
    }
}

/// Whether the file exists. Fails for anything but a regular file: SQLite would follow a link and block on a pipe.
///
/// It isn't opened: closing any descriptor of the file drops the locks that SQLite holds on it in this process, and
/// other programs then delete the journal under it. Source: <https://sqlite.org/howtocorrupt.html> §2.2.
pub(crate) fn is_plain_file(path: &Path) -> Result<bool, Error> {
    match std::fs::symlink_metadata(path) {
        Ok(found) => match NotPlain::of(found.file_type()) {
            Some(what) => Err(Error::files(path)(what.into())),
            None => Ok(true),
        },
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(Error::file(path)(error)),
    }
}

/// Makes the file readable for the user only, and creates it before SQLite does; its journals inherit the mode. A file
/// that exists isn't opened, as above.
fn make_private(path: &Path, exists: bool) -> Result<(), Error> {
    if !exists {
        drop(open_lock(path).map_err(Error::files(path))?);
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600))
            .map_err(Error::file(path))?;
    }
    Ok(())
}

fn open_writer(path: &Path) -> Result<Connection, Error> {
    let connection = open_file(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.pragma_update(None, "journal_mode", "wal")?;
    // Safe in WAL: a power cut may undo the last writes but not damage the file.
    connection.pragma_update(None, "synchronous", "normal")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "wal_autocheckpoint", MAX_JOURNAL)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    Ok(connection)
}

pub(crate) fn open_reader(path: &Path) -> Result<Connection, Error> {
    let connection = open_file(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    Ok(connection)
}

fn open_file(path: &Path, access: OpenFlags) -> Result<Connection, Error> {
    let flags = access | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    // The standard library, which opens all other files, handles long paths itself.
    let connection = if cfg!(windows) && path.as_os_str().len() > MAX_USUAL_PATH {
        let path = extended_path(path).map_err(Error::file(path))?;
        Connection::open_with_flags_and_vfs(path, flags, c"win32-longpath")?
    } else {
        Connection::open_with_flags(path, flags)?
    };
    Ok(connection)
}

/// Returns a unique name for this open store: the process id and random digits.
fn new_owner(connection: &Connection) -> Result<String, Error> {
    let random: String = row::get(connection, "SELECT lower(hex(randomblob(8)))", [])?;
    Ok(format!("{}-{random}", std::process::id()))
}
