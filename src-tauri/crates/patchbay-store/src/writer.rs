//! The writer thread of a store.
//!
//! All writes go through one queue in order. A write that a caller waits for starts at once, in its own transaction.
//! Rows of runs are queued without waiting: they stay in the queue until none follows for [`BATCH_GAP`], at most for
//! [`BATCH_WINDOW`], and all of a window are one transaction, which costs hardly more than one row. A process that is
//! killed loses its last window; callers that cannot accept that wait for their write, and readers of runs call
//! [`Writer::flush`] first.

use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender, SyncSender};
use std::thread::{Builder, JoinHandle};
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use rusqlite::{Connection, Transaction, TransactionBehavior};
use tokio::sync::{Semaphore, oneshot};

use crate::Error;
use crate::migrations;
use crate::row;
use crate::tables::TABLES;
use crate::tool_runs::{RunWrite, merge_writes, write_run};

/// How long queued rows wait for another one.
const BATCH_GAP: Duration = Duration::from_millis(5);

/// How long the first of them waits at most.
const BATCH_WINDOW: Duration = Duration::from_millis(10);

/// Capacity of the queue, in rows of runs; further ones wait for a free slot.
const QUEUE_LEN: usize = 256;

/// Idle time before a checkpoint, so that no write waits for it. Under steady load SQLite checkpoints by itself, see
/// `connection.rs`.
const CHECKPOINT_DELAY: Duration = Duration::from_secs(1);

/// Number of writes by all stores of this process, without the queued rows of runs.
static WRITES: AtomicU64 = AtomicU64::new(0);

/// Returns a number that changes with every write of this process but those of queued rows.
pub(crate) fn writes_here() -> u64 {
    WRITES.load(Ordering::SeqCst)
}

/// Handle of the thread. Dropping it writes everything in the queue and ends the thread.
#[derive(Debug)]
pub(crate) struct Writer {
    /// `None` only during drop: closing the queue ends the thread.
    queue: Option<Queue>,
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug)]
struct Queue {
    jobs: Sender<Job>,
    /// Ends the batch window early.
    wake: SyncSender<()>,
}

#[derive(Debug)]
struct Shared {
    /// Free slots of the queue.
    slots: Semaphore,
    /// Number of queued rows that are not written yet.
    unwritten: AtomicUsize,
    /// Why a queued row could not be written, until it was reported.
    failure: Mutex<Option<Error>>,
}

enum Job {
    Write(Box<dyn FnOnce(&mut Connection) + Send>),
    RunWrite(Box<RunWrite>),
}

impl Writer {
    /// Starts the thread; `owner` is what rows of runs carry while they are open.
    pub(crate) fn start(connection: Connection, owner: String) -> std::io::Result<Self> {
        let (jobs, jobs_rx) = mpsc::channel();
        let (wake, wake_rx) = mpsc::sync_channel(1);
        let shared = Arc::new(Shared {
            slots: Semaphore::new(QUEUE_LEN),
            unwritten: AtomicUsize::new(0),
            failure: Mutex::default(),
        });
        let worker = Worker {
            connection,
            owner,
            jobs_rx,
            wake_rx,
            shared: Arc::clone(&shared),
        };
        let thread = Builder::new().name("store-writer".to_owned());
        Ok(Self {
            queue: Some(Queue { jobs, wake }),
            shared,
            thread: Some(thread.spawn(move || worker.run())?),
        })
    }

    /// Runs `work` in a transaction, after everything that was queued before.
    pub(crate) async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let (answer, answered) = oneshot::channel();
        self.send_now(move |connection| {
            let written = transact(connection, work);
            WRITES.fetch_add(1, Ordering::SeqCst);
            // The caller may be gone; the write stands.
            drop(answer.send(written));
        })?;
        answered.await.unwrap_or(Err(Error::Interrupted))
    }

    /// Queues a row, which is written within [`BATCH_WINDOW`]. Waits only while the queue is full.
    pub(crate) async fn queue(&self, write: RunWrite) -> Result<(), Error> {
        let slot = match self.shared.slots.try_acquire() {
            Ok(slot) => slot,
            Err(_) => {
                self.wake();
                let slot = self.shared.slots.acquire().await;
                slot.map_err(|_| Error::Interrupted)?
            }
        };
        // The thread releases it.
        slot.forget();
        self.shared.unwritten.fetch_add(1, Ordering::SeqCst);
        self.send(Job::RunWrite(Box::new(write)))
    }

    /// Returns a number that changes with every commit but those of this thread.
    pub(crate) async fn version(&self) -> Result<i64, Error> {
        let (answer, answered) = oneshot::channel();
        self.send_now(|connection| {
            // The caller may be gone.
            drop(answer.send(row::get(connection, "PRAGMA data_version", [])));
        })?;
        Ok(answered.await.map_err(|_| Error::Interrupted)??)
    }

    /// Gives the space of deleted rows back to the file system, and leaves none of their content in the file.
    pub(crate) async fn compact(&self) -> Result<(), Error> {
        let (answer, answered) = oneshot::channel();
        self.send_now(|connection| {
            let compacted = connection.execute_batch(
                "INSERT INTO tool_run_texts (tool_run_texts) VALUES ('optimize');
                 VACUUM;
                 PRAGMA wal_checkpoint(TRUNCATE);",
            );
            // The caller may be gone.
            drop(answer.send(compacted));
        })?;
        Ok(answered.await.map_err(|_| Error::Interrupted)??)
    }

    /// Waits until everything that was queued before is written or has failed.
    pub(crate) async fn flush(&self) -> Result<(), Error> {
        if self.shared.unwritten.load(Ordering::SeqCst) == 0 {
            return Ok(());
        }
        let (answer, answered) = oneshot::channel();
        self.send_now(move |_| {
            // The caller may be gone.
            let _ = answer.send(());
        })?;
        answered.await.map_err(|_| Error::Interrupted)
    }

    /// Returns why a queued row could not be written, once.
    pub(crate) fn take_failure(&self) -> Option<Error> {
        self.shared.failure.lock().take()
    }

    fn send_now(&self, work: impl FnOnce(&mut Connection) + Send + 'static) -> Result<(), Error> {
        self.send(Job::Write(Box::new(work)))?;
        self.wake();
        Ok(())
    }

    fn send(&self, job: Job) -> Result<(), Error> {
        let queue = self.queue.as_ref().ok_or(Error::Interrupted)?;
        queue.jobs.send(job).map_err(|_| Error::Interrupted)
    }

    fn wake(&self) {
        if let Some(queue) = &self.queue {
            // One pending wake is enough.
            let _ = queue.wake.try_send(());
        }
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        drop(self.queue.take());
        if let Some(thread) = self.thread.take() {
            // A panic was already reported by the thread.
            drop(thread.join());
        }
    }
}

struct Worker {
    connection: Connection,
    owner: String,
    jobs_rx: Receiver<Job>,
    wake_rx: Receiver<()>,
    shared: Arc<Shared>,
}

impl Worker {
    fn run(mut self) {
        let mut has_written = false;
        loop {
            let first = if has_written {
                self.jobs_rx.recv_timeout(CHECKPOINT_DELAY)
            } else {
                self.jobs_rx
                    .recv()
                    .map_err(|_| RecvTimeoutError::Disconnected)
            };
            match first {
                Ok(first) => {
                    self.run_batch(first);
                    has_written = true;
                }
                Err(RecvTimeoutError::Timeout) => {
                    self.checkpoint();
                    has_written = false;
                }
                Err(RecvTimeoutError::Disconnected) => return self.truncate_journal(),
            }
        }
    }

    /// Runs the first job and all that were queued meanwhile.
    fn run_batch(&mut self, first: Job) {
        if matches!(first, Job::RunWrite(_)) {
            self.wait_for_further_rows();
        }
        // Before the queue is drained: a later wake may be for a job that missed this batch.
        while self.wake_rx.try_recv().is_ok() {}
        let mut jobs = vec![first];
        jobs.extend(self.jobs_rx.try_iter());
        let mut writes = Vec::new();
        for job in jobs {
            match job {
                Job::RunWrite(write) => writes.push(*write),
                Job::Write(write) => {
                    self.write_batch(std::mem::take(&mut writes));
                    write(&mut self.connection);
                }
            }
        }
        self.write_batch(writes);
    }

    /// Waits until no row follows, the window is over, or somebody waits for what is queued.
    fn wait_for_further_rows(&self) {
        let end = Instant::now() + BATCH_WINDOW;
        loop {
            let before = self.shared.unwritten.load(Ordering::SeqCst);
            let is_woken = self.wake_rx.recv_timeout(BATCH_GAP).is_ok();
            let has_grown = self.shared.unwritten.load(Ordering::SeqCst) > before;
            if is_woken || !has_grown || Instant::now() >= end {
                return;
            }
        }
    }

    fn write_batch(&mut self, writes: Vec<RunWrite>) {
        let count = writes.len();
        if count == 0 {
            return;
        }
        let writes = merge_writes(writes);
        let owner = &self.owner;
        let together = transact(&mut self.connection, |tx| {
            writes
                .iter()
                .try_for_each(|write| write_run(tx, write, owner))
        });
        if let Err(error) = together {
            tracing::warn!(%error, "could not write rows of the history together");
            self.write_each(&writes);
        }
        self.shared.unwritten.fetch_sub(count, Ordering::SeqCst);
        self.shared.slots.add_permits(count);
    }

    /// Writes each row in its own transaction, so that one bad row does not prevent the others.
    fn write_each(&mut self, writes: &[RunWrite]) {
        for write in writes {
            let alone = transact(&mut self.connection, |tx| write_run(tx, write, &self.owner));
            if let Err(error) = alone {
                tracing::error!(run = %write.run.summary.id, %error, "a run is missing from the history");
                *self.shared.failure.lock() = Some(error);
            }
        }
    }

    /// Neither waits for other processes nor blocks them.
    fn checkpoint(&self) {
        self.run_checkpoint("PRAGMA wal_checkpoint(PASSIVE)");
    }

    /// Empties the journal, unless another process reads from it, so that a copy of the file alone is a backup.
    fn truncate_journal(&self) {
        let journal = self.connection.path().map(|path| format!("{path}-wal"));
        let length = journal.and_then(|journal| fs::metadata(journal).ok());
        if length.is_none_or(|journal| journal.len() == 0) {
            return;
        }
        match self.connection.busy_timeout(Duration::ZERO) {
            Ok(()) => self.run_checkpoint("PRAGMA wal_checkpoint(TRUNCATE)"),
            Err(error) => tracing::warn!(%error, "the journal was left as it is"),
        }
    }

    fn run_checkpoint(&self, pragma: &str) {
        if let Err(error) = self.connection.query_row(pragma, [], |_| Ok(())) {
            tracing::warn!(%error, "the journal could not be taken into the database");
        }
    }
}

fn transact<T>(
    connection: &mut Connection,
    work: impl FnOnce(&Transaction<'_>) -> Result<T, Error>,
) -> Result<T, Error> {
    // Locks now and not at the first write, where SQLite could not wait for another process.
    let tx = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    // A newer program may have migrated the file since it was opened.
    migrations::check(&tx, TABLES)?;
    let answer = work(&tx)?;
    tx.commit()?;
    Ok(answer)
}
