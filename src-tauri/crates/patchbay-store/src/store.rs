//! The store as the rest of Patchbay holds it.

use std::path::Path;
use std::sync::Arc;

use rusqlite::Transaction;
use tokio::sync::Semaphore;

use crate::Error;
use crate::connection::Connections;
use crate::writer::Writer;

/// Reads under way at the same time; more of them wait for their turn.
const READERS: usize = 4;

/// The open file. Clones share it.
///
/// Reads are done on tokio's blocking threads, writes on a thread of the store's own; dropping the
/// future of a write does not undo it. Dropping the last clone waits until everything is written.
#[derive(Clone, Debug)]
pub struct Store {
    connections: Arc<Connections>,
    readers: Arc<Semaphore>,
}

impl Store {
    /// Opens the SQLite file at `path`, making it and its folder where they are missing and bringing
    /// older files up to date. Files of newer programs are opened when they only added something.
    ///
    /// Waits for other processes that are opening the same file.
    ///
    /// # Errors
    /// [`Error::TooNew`] with the file untouched; [`Error::File`] when the file or its folder cannot be
    /// made; [`Error::Failed`] when it is no database or cannot be read.
    pub async fn open(path: &Path) -> Result<Self, Error> {
        let path = path.to_owned();
        let connections = blocking(move || Connections::open(&path)).await?;
        Ok(Self {
            connections: Arc::new(connections),
            readers: Arc::new(Semaphore::new(READERS)),
        })
    }

    /// Tells of the owner of a row, as [`Store::close_orphans`] and
    /// [`Store::expire_open_authorizations`] ask it, whether its store is still open in some process.
    pub fn liveness(&self) -> impl Fn(&str) -> bool + Send + Sync + use<> {
        self.connections.presence.liveness()
    }

    /// What rows carry that this store has open.
    pub(crate) fn owner(&self) -> &str {
        &self.connections.presence.owner
    }

    /// A number that is another one whenever something was written to the file since, by this store or
    /// by another process: what was read before may be kept while the number stays.
    ///
    /// Takes microseconds and does not wait for whoever writes.
    ///
    /// # Errors
    /// [`Error::Failed`].
    pub fn version(&self) -> Result<i64, Error> {
        self.connections.version()
    }

    /// Reads a row or two where it is called, for callers to whom another thread would be the slower way.
    pub(crate) fn peek<T>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, Error>,
    ) -> Result<T, Error> {
        self.connections.peek(work)
    }

    /// Reads from one state of the file, in which rows of runs that were queued last may be missing.
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

    /// Reads from one state of the file, with every run that was queued before.
    pub(crate) async fn read_runs<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        self.connections.writer.flush().await?;
        self.read(work).await
    }

    /// Writes all of it or nothing, after every run that was queued before.
    pub(crate) async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        self.connections.writer.write(work).await
    }

    /// What queues rows of runs.
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
