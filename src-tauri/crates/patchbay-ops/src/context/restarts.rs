//! Automatic restarts of servers that ended unexpectedly, with backoff and a limit.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use patchbay_model::{Connector, ConnectorId, Explain as _};

use crate::error::Error;

/// Delays before each restart; after the last one the server is not restarted.
const BACKOFF: [Duration; 3] = [
    Duration::from_secs(1),
    Duration::from_secs(5),
    Duration::from_secs(30),
];

/// Running time after which the number of restarts is reset.
const STABLE_AFTER: Duration = Duration::from_secs(60);

/// The start history of each connector's server in this process.
#[derive(Default)]
pub(crate) struct Restarts(Mutex<HashMap<ConnectorId, StartHistory>>);

struct StartHistory {
    last_start: Instant,
    /// Number of restarts since the server was last stable.
    restarts: usize,
    /// Why it is not restarted any more: the error and the last lines of its output.
    stopped: Option<(String, Option<String>)>,
}

impl Restarts {
    /// Waits until a server may be started.
    ///
    /// # Errors
    /// [`Error::ServerStopped`] after too many restarts or a failed start, until [`Self::forget`] is called.
    pub(crate) async fn wait_before_start(
        &self,
        connector: &Connector,
        ended_by_itself: bool,
    ) -> Result<(), Error> {
        let wait = {
            let mut all = self.0.lock();
            let Some(history) = all.get_mut(&connector.id) else {
                return Ok(());
            };
            let wait = history.wait(ended_by_itself);
            wait.map_err(|(why, said)| Error::ServerStopped {
                connector: connector.title.clone(),
                why,
                said,
            })?
        };
        tokio::time::sleep(wait).await;
        Ok(())
    }

    /// Records the outcome of a start.
    pub(crate) fn record(
        &self,
        connector: &ConnectorId,
        error: Option<&patchbay_platforms::Error>,
    ) {
        let stopped = match error {
            // A cancelled start says nothing about the program.
            Some(patchbay_platforms::Error::Cancelled) => return,
            Some(error) if error.is_own_stop() => return,
            error => error.map(|error| (error.to_string(), error.problem().detail)),
        };
        let mut all = self.0.lock();
        let restarts = all.get(connector).map_or(0, |history| history.restarts);
        let history = StartHistory {
            last_start: Instant::now(),
            restarts,
            stopped,
        };
        all.insert(connector.clone(), history);
    }

    /// Resets the history, as the user tries again or changed the settings.
    pub(crate) fn forget(&self, connector: &ConnectorId) {
        self.0.lock().remove(connector);
    }
}

impl StartHistory {
    /// Returns the delay before the next start, or why there is none.
    fn wait(&mut self, ended_by_itself: bool) -> Result<Duration, (String, Option<String>)> {
        if let Some(stopped) = &self.stopped {
            return Err(stopped.clone());
        }
        if !ended_by_itself || self.last_start.elapsed() >= STABLE_AFTER {
            self.restarts = 0;
            return Ok(Duration::ZERO);
        }
        let Some(wait) = BACKOFF.get(self.restarts) else {
            let why = format!("it ended {} times in a row", BACKOFF.len() + 1);
            let stopped = (why, None);
            self.stopped = Some(stopped.clone());
            return Err(stopped);
        };
        self.restarts += 1;
        Ok(*wait)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_start_that_patchbay_ended_is_no_failure_of_the_program() {
        let (restarts, id) = (Restarts::default(), ConnectorId::new("con_1"));
        let stopped = patchbay_platforms::Error::ProgramStopped {
            program: "node".to_owned(),
        };
        restarts.record(&id, Some(&stopped));
        assert!(restarts.0.lock().is_empty());
    }

    #[test]
    fn restarts_back_off_and_stop() {
        let mut starts = StartHistory {
            last_start: Instant::now(),
            restarts: 0,
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
        starts.last_start = Instant::now().checked_sub(STABLE_AFTER).unwrap();
        assert_eq!(starts.wait(true), Ok(Duration::ZERO), "it ran for long");
    }
}
