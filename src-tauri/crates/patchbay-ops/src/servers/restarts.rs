//! When a server that ended is started again by itself: a little later each time, and not for ever.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use patchbay_model::{Connector, ConnectorId, Explain as _};

use crate::error::Error;

/// Waits before each restart of a server that ended; after the last it is not restarted.
const BACKOFF: [Duration; 3] = [
    Duration::from_secs(1),
    Duration::from_secs(5),
    Duration::from_secs(30),
];

/// A server that ran for this long counts as started well.
const STABLE_AFTER: Duration = Duration::from_secs(60);

/// What is known of the starts of servers, in this process.
#[derive(Default)]
pub(crate) struct Restarts(Mutex<HashMap<ConnectorId, StartHistory>>);

struct StartHistory {
    /// When it was last started.
    last: Instant,
    /// How often it was started again since it last ran for long.
    again: usize,
    /// Why it is not started any more: how it ended, and its last lines.
    stopped: Option<(String, Option<String>)>,
}

impl Restarts {
    /// Waits until a server may be started, that ended by itself or was not there.
    ///
    /// # Errors
    /// [`Error::ServerStopped`] when it is not any more, until a person tries again.
    pub(crate) async fn wait_before_start(
        &self,
        connector: &Connector,
        ended_by_itself: bool,
    ) -> Result<(), Error> {
        let wait = {
            let mut all = self.lock();
            let Some(starts) = all.get_mut(&connector.id) else {
                return Ok(());
            };
            let wait = starts.wait(ended_by_itself);
            wait.map_err(|(why, said)| Error::ServerStopped {
                connector: connector.title.clone(),
                why,
                said,
            })?
        };
        tokio::time::sleep(wait).await;
        Ok(())
    }

    /// Notes how a start went.
    pub(crate) fn record(
        &self,
        connector: &ConnectorId,
        error: Option<&patchbay_platforms::Error>,
    ) {
        let stopped = match error {
            // It says nothing of the program that nobody waited for it.
            Some(patchbay_platforms::Error::Cancelled) => return,
            error => error.map(|error| (error.to_string(), error.problem().detail)),
        };
        let mut all = self.lock();
        let again = all.get(connector).map_or(0, |starts| starts.again);
        let starts = StartHistory {
            last: Instant::now(),
            again,
            stopped,
        };
        all.insert(connector.clone(), starts);
    }

    /// A person tries again, or changed what is started.
    pub(crate) fn forget(&self, connector: &ConnectorId) {
        self.lock().remove(connector);
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<ConnectorId, StartHistory>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl StartHistory {
    /// How long to wait before it is started again, or why it is not.
    fn wait(&mut self, ended_by_itself: bool) -> Result<Duration, (String, Option<String>)> {
        if let Some(stopped) = &self.stopped {
            return Err(stopped.clone());
        }
        if !ended_by_itself || self.last.elapsed() >= STABLE_AFTER {
            self.again = 0;
            return Ok(Duration::ZERO);
        }
        let Some(wait) = BACKOFF.get(self.again) else {
            let stopped = (
                format!("it ended {} times in a row", BACKOFF.len() + 1),
                None,
            );
            self.stopped = Some(stopped.clone());
            return Err(stopped);
        };
        self.again += 1;
        Ok(*wait)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_that_ends_again_and_again_is_left_at_last() {
        let mut starts = StartHistory {
            last: Instant::now(),
            again: 0,
            stopped: None,
        };
        assert_eq!(starts.wait(false), Ok(Duration::ZERO), "we ended it");
        let waits: Vec<_> = (0..3)
            .map(|_| starts.wait(true).unwrap().as_secs())
            .collect();
        assert_eq!(waits, [1, 5, 30]);
        let (why, _) = starts.wait(true).unwrap_err();
        assert_eq!(why, "it ended 4 times in a row");
        assert!(starts.wait(false).is_err(), "until a person tries again");

        starts.stopped = None;
        starts.last = Instant::now().checked_sub(STABLE_AFTER).unwrap();
        assert_eq!(starts.wait(true), Ok(Duration::ZERO), "it ran for long");
    }
}
