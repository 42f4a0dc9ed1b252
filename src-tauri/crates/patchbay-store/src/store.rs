//! The handle to the store that the rest of Patchbay uses.

use std::collections::HashSet;
use std::path::Path;
use std::sync::Arc;

use rusqlite::types::FromSql;
use rusqlite::{Params, Transaction};
use tokio::sync::Semaphore;

use crate::Error;
use crate::connection::Connections;
use crate::row;
use crate::writer::Writer;

/// Maximum number of concurrent reads; further ones wait.
const READERS: usize = 4;

/// The open file. Clones share it.
///
/// Reads run on tokio's blocking threads, except those of single values that say otherwise; writes run on the store's own
/// thread; dropping the future of a write does not undo it. Dropping the last clone waits until everything is written.
#[derive(Clone, Debug)]
pub struct Store {
    connections: Arc<Connections>,
    readers: Arc<Semaphore>,
}

impl Store {
    /// Opens the SQLite file at `path`, creates it and its folder where they are missing, and migrates older files.
    /// Files of newer programs are opened if their migrations allow it. Waits for other processes that are opening the
    /// same file.
    ///
    /// # Errors
    /// [`Error::TooNew`], with the file untouched; [`Error::File`] when the file or its folder cannot be created;
    /// [`Error::Damaged`] when it is not a database; [`Error::Failed`] when it cannot be read.
    pub async fn open(path: &Path) -> Result<Self, Error> {
        let path = path.to_owned();
        let connections = blocking(move || Connections::open(&path)).await?;
        Ok(Self {
            connections: Arc::new(connections),
            readers: Arc::new(Semaphore::new(READERS)),
        })
    }

    /// Returns a predicate for [`Store::close_orphans`] and [`Store::expire_open_authorizations`]: whether some process
    /// still has the store open that owns a row.
    pub fn liveness(&self) -> impl Fn(&str) -> bool + Send + Sync + use<> {
        self.connections.presence.liveness()
    }

    /// Returns the owners of open rows of a table that are gone. It may take seconds to tell that of one, which nobody
    /// waits for who writes.
    pub(crate) async fn find_gone_owners(
        &self,
        table: &'static str,
        is_alive: impl Fn(&str) -> bool + Send + 'static,
    ) -> Result<HashSet<String>, Error> {
        let sql = format!("SELECT DISTINCT owner FROM {table} WHERE owner IS NOT NULL");
        let listed = self
            .read_runs(move |tx| row::list_names(tx, &sql, []))
            .await;
        let mut owners = listed?;
        blocking(move || {
            owners.retain(|owner| !is_alive(owner));
            Ok(owners)
        })
        .await
    }

    /// The owner that rows of this store carry while they are open.
    pub(crate) fn owner(&self) -> &str {
        &self.connections.presence.owner
    }

    /// Returns a number that changes with every write to the file, by this store or another process: cached reads are
    /// valid while it stays the same. Takes microseconds and does not wait for writers.
    pub fn version(&self) -> Result<i64, Error> {
        self.peek("PRAGMA data_version", [])
    }

    /// Reads one value on the calling thread, where handing the read to another thread would take longer.
    pub(crate) fn peek<T: FromSql>(&self, sql: &str, params: impl Params) -> Result<T, Error> {
        self.connections.peek(sql, params)
    }

    /// Reads from one snapshot of the file, which may lack runs that were queued last.
    pub(crate) async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let permit = Arc::clone(&self.readers).acquire_owned().await;
        let permit = permit.map_err(|_| Error::Interrupted)?;
        let connections = Arc::clone(&self.connections);
        blocking(move || {
            let _permit = permit;
            connections.read(work)
        })
        .await
    }

    /// Reads from one snapshot of the file that includes every run queued before.
    pub(crate) async fn read_runs<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        self.connections.writer.flush().await?;
        self.read(work).await
    }

    /// Runs `work` in a transaction, after every run that was queued before.
    pub(crate) async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        self.connections.writer.write(work).await
    }

    /// Runs one statement in a transaction.
    pub(crate) async fn execute(
        &self,
        sql: &'static str,
        params: impl Params + Send + 'static,
    ) -> Result<(), Error> {
        self.change_rows(sql, params).await.map(drop)
    }

    /// Runs one statement in a transaction and returns whether it changed any row.
    pub(crate) async fn change_rows(
        &self,
        sql: &'static str,
        params: impl Params + Send + 'static,
    ) -> Result<bool, Error> {
        self.write(move |tx| Ok(row::execute(tx, sql, params)? > 0))
            .await
    }

    pub(crate) fn connections(&self) -> &Connections {
        &self.connections
    }

    pub(crate) fn writer(&self) -> &Writer {
        &self.connections.writer
    }
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Error> + Send + 'static,
) -> Result<T, Error> {
    tokio::task::spawn_blocking(work)
        .await
        .unwrap_or(Err(Error::Interrupted))
}

#[cfg(test)]
mod tests;
