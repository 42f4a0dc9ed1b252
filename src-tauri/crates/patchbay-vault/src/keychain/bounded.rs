//! Calls that may block forever, on detached threads.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::time::timeout;

use crate::Error;

/// Maximum number of hanging calls; further ones fail.
const MAX_HUNG_CALLS: usize = 4;
/// Time limit of a call that causes no prompt.
const BRIEF_TIMEOUT: Duration = Duration::from_secs(3);

/// Runs keychain calls on separate threads.
///
/// The runtime waits for threads of its blocking pool when it ends, so that a keychain that waits for a password would
/// keep the process from ending.
#[derive(Clone)]
pub(crate) struct CallThreads {
    running: Arc<AtomicUsize>,
    pub(crate) limit: Duration,
}

impl CallThreads {
    pub(crate) fn new(limit: Duration) -> Self {
        Self {
            running: Arc::default(),
            limit,
        }
    }

    /// Starts `job`, which runs to its end even if the caller goes away.
    ///
    /// # Errors
    /// [`Error::KeychainSilent`] when too many calls hang; [`Error::KeychainFailed`] when no thread can be started.
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

    /// Runs `job` within the time limit.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        job: impl FnOnce() -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        self.run_within(self.limit, job).await
    }

    /// As [`CallThreads::run`] with a shorter limit, for a call that causes no prompt.
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
        // The caller may be gone.
        self.start(move || drop(sender.send(job())))?;
        match timeout(limit, receiver).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(_)) => Err(aborted_call_error()),
            Err(_) => Err(Error::KeychainSilent { limit }),
        }
    }

    /// Number of unfinished calls.
    #[cfg(test)]
    pub(crate) fn running(&self) -> usize {
        self.running.load(Ordering::SeqCst)
    }
}

/// The error of a call whose thread panicked.
pub(crate) fn aborted_call_error() -> Error {
    Error::KeychainFailed {
        detail: "the call broke off".to_owned(),
    }
}

/// A slot for a running call.
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
