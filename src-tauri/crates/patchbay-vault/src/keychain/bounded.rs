//! Calls that may block for ever, on threads that are let go.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::time::timeout;

use crate::Error;

/// So many calls may hang at once; one more is refused rather than piled up.
const MAX_HUNG_CALLS: usize = 4;
/// Limit of a call that asks nobody for a password.
const BRIEF_TIMEOUT: Duration = Duration::from_secs(3);

/// Runs keychain calls on threads of their own.
///
/// A thread of the runtime's blocking pool will not do: the runtime waits for those when it ends, and a
/// keychain that waits for its password would keep the process from ending.
#[derive(Clone)]
pub(crate) struct CallThreads {
    running: Arc<AtomicUsize>,
    /// How long an answer is waited for.
    pub(crate) limit: Duration,
}

impl CallThreads {
    pub(crate) fn new(limit: Duration) -> Self {
        Self {
            running: Arc::default(),
            limit,
        }
    }

    /// Starts `job`. It runs to its end whatever becomes of its caller.
    ///
    /// # Errors
    /// [`Error::KeychainSilent`] when too many calls hang already; [`Error::KeychainFailed`] when the
    /// system has no thread left.
    pub(crate) fn start(&self, job: impl FnOnce() + Send + 'static) -> Result<(), Error> {
        let slot = Slot::take(&self.running).ok_or(Error::KeychainSilent { limit: self.limit })?;
        thread::Builder::new()
            .name("patchbay-keychain".to_owned())
            .spawn(move || {
                let _slot = slot;
                job();
            })
            .map(drop)
            .map_err(|error| Error::KeychainFailed {
                detail: error.to_string(),
            })
    }

    /// Starts `job` and waits for its answer, but no longer than the limit.
    ///
    /// # Errors
    /// As [`CallThreads::start`], those of the job, and [`Error::KeychainSilent`] after the limit.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        job: impl FnOnce() -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        self.run_within(self.limit, job).await
    }

    /// As [`CallThreads::run`], for a call that asks nobody: it hangs only when the keychain does.
    pub(crate) async fn run_briefly<T: Send + 'static>(
        &self,
        job: impl FnOnce() -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        self.run_within(self.limit.min(BRIEF_TIMEOUT), job).await
    }

    async fn run_within<T: Send + 'static>(
        &self,
        limit: Duration,
        job: impl FnOnce() -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let (sender, receiver) = oneshot::channel();
        // Nobody may be left to listen.
        self.start(move || drop(sender.send(job())))?;
        match timeout(limit, receiver).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(_)) => Err(aborted_call_error()),
            Err(_) => Err(Error::KeychainSilent { limit }),
        }
    }

    /// How many calls have not come back.
    #[cfg(test)]
    pub(crate) fn running(&self) -> usize {
        self.running.load(Ordering::SeqCst)
    }
}

/// The answer of a call whose thread died.
pub(crate) fn aborted_call_error() -> Error {
    Error::KeychainFailed {
        detail: "the call broke off".to_owned(),
    }
}

/// One of the places for a running call.
struct Slot(Arc<AtomicUsize>);

impl Slot {
    fn take(running: &Arc<AtomicUsize>) -> Option<Self> {
        running
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |count| {
                (count < MAX_HUNG_CALLS).then_some(count + 1)
            })
            .ok()
            .map(|_| Self(running.clone()))
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}
