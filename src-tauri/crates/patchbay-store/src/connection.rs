//! The connections to one file: one that writes, on a thread of its own, a few that read, and one that
//! notices changes.

use std::fs::OpenOptions;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use patchbay_files::{create_private_folder, extended_path, open, open_lock};
use rusqlite::{Connection, OpenFlags, Transaction};

use crate::Error;
use crate::migrations;
use crate::presence::{Presence, opening_lock};
use crate::tables::TABLES;
use crate::writer::Writer;

/// How long SQLite waits for another process that writes.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);

/// Prepared statements that a connection keeps.
const STATEMENTS: usize = 64;

/// Pages in the journal from which on whoever writes takes them into the file, though others wait.
/// Usually the writer did it earlier, in a quiet moment.
const MAX_JOURNAL: u32 = 8_000;

/// What a program of Windows may call a file, in letters, with room for the names of SQLite's journals: a
/// longer path has to be spelled out, and to be asked for as a long one.
const MAX_USUAL_PATH: usize = 240;

/// The open file.
#[derive(Debug)]
pub(crate) struct Connections {
    path: PathBuf,
    // Before the presence: what it still writes while it is dropped belongs to a store that is open.
    pub(crate) writer: Writer,
    idle_readers: Mutex<Vec<Connection>>,
    watch: Mutex<Connection>,
    pub(crate) presence: Presence,
}

impl Connections {
    /// Opens the file, making and migrating it where needed. Blocks.
    pub(crate) fn open(path: &Path) -> Result<Self, Error> {
        if let Some(folder) = path
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty())
        {
            create_private_folder(folder).map_err(Error::file(folder))?;
        }
        // Looked at before anything is touched: a file that is too new stays as it is, to the byte. What looked stays
        // open: where nobody else has the file open, each first connection reads the whole journal.
        let found = match is_plain_file(path)? {
            true => Some(open_reader(path)?),
            false => None,
        };
        if let Some(found) = &found {
            migrations::check(found, migrations::newest_version(TABLES))?;
        }
        let _opening = opening_lock(path)?;
        create_private(path)?;
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
            presence,
        })
    }

    /// Reads from one state of the file, whatever is written meanwhile. Blocks.
    pub(crate) fn read<T>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let idle = lock(&self.idle_readers).pop();
        let mut reader = match idle {
            Some(reader) => reader,
            None => open_reader(&self.path)?,
        };
        let answer = reader
            .transaction()
            .map_err(Error::from)
            .and_then(|tx| work(&tx));
        lock(&self.idle_readers).push(reader);
        answer
    }

    /// A number that is another one after every commit, of whatever process, to the file.
    ///
    /// It only looks at memory that the processes share, so that asking takes microseconds.
    pub(crate) fn version(&self) -> Result<i64, Error> {
        let watch = lock(&self.watch);
        let mut statement = watch.prepare_cached("PRAGMA data_version")?;
        Ok(statement.query_row([], |row| row.get(0))?)
    }

    /// Reads a row or two from one state of the file, at once and not in turn with other reads.
    pub(crate) fn peek<T>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let mut watch = lock(&self.watch);
        let tx = watch.transaction()?;
        work(&tx)
    }
}

/// The lock, also after a panic: an open transaction was rolled back when it was dropped.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Whether there is a file, and a plain one: SQLite would follow a link, and wait for a pipe.
fn is_plain_file(path: &Path) -> Result<bool, Error> {
    match open(path, OpenOptions::new().read(true)) {
        Ok(_) => Ok(true),
        Err(patchbay_files::Error::Io(error)) if error.kind() == std::io::ErrorKind::NotFound => {
            Ok(false)
        }
        Err(error) => Err(Error::files(path)(error)),
    }
}

/// Makes the file before SQLite does, so that nobody else can read it; its journals inherit that.
fn create_private(path: &Path) -> Result<(), Error> {
    let file = open_lock(path).map_err(Error::files(path))?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        file.set_permissions(std::fs::Permissions::from_mode(0o600))
            .map_err(Error::file(path))?;
    }
    drop(file);
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

fn open_reader(path: &Path) -> Result<Connection, Error> {
    let connection = open_file(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    Ok(connection)
}

fn open_file(path: &Path, access: OpenFlags) -> Result<Connection, Error> {
    let flags = access | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    // The rest of us opens files by way of the standard library, which knows about long paths.
    let connection = if cfg!(windows) && path.as_os_str().len() > MAX_USUAL_PATH {
        let path = extended_path(path).map_err(Error::file(path))?;
        Connection::open_with_flags_and_vfs(path, flags, c"win32-longpath")?
    } else {
        Connection::open_with_flags(path, flags)?
    };
    Ok(connection)
}

/// A name for this open store that no other has: the process number and something random.
fn new_owner(connection: &Connection) -> Result<String, Error> {
    let random: String =
        connection.query_row("SELECT lower(hex(randomblob(8)))", [], |row| row.get(0))?;
    Ok(format!("{}-{random}", std::process::id()))
}
