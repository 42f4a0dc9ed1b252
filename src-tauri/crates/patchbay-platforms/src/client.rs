//! The client of platforms whose observations are all of the common kind.

use std::time::Duration;

use patchbay_http::{Api, CallOptions};
use patchbay_model::Timestamp;
use serde_json::Map;

use crate::observations::Observations;
use crate::{Error, Result};

/// Deadline of a consent if the platform does not name one.
const CONSENT_TIMEOUT: Duration = Duration::from_secs(300);

/// The client of one account, with which operations are called.
pub struct Client {
    pub api: Api,
    pub(crate) observations: Observations,
}

/// Sleeps by the clock of `api`, unless the call is cancelled.
pub(crate) async fn sleep(api: &Api, duration: Duration, options: &CallOptions) -> Result<()> {
    tokio::select! {
        biased;
        () = options.cancelled() => Err(Error::Cancelled),
        () = api.clock.sleep(duration) => Ok(()),
    }
}

/// The time left until `end`; zero if it has passed.
pub(crate) fn until(api: &Api, end: Timestamp) -> Duration {
    Duration::try_from(end.instant() - api.clock.now().instant()).unwrap_or_default()
}

/// Options for requests other than the caller's own, to which its extra body members and query parameters do not apply.
pub(crate) fn without_extras(options: &CallOptions) -> CallOptions {
    CallOptions {
        body: Map::new(),
        query: Vec::new(),
        ..options.clone()
    }
}

/// A duration given in seconds, in the argument `name`.
///
/// # Errors
/// [`Error::Usage`] when it is negative or too large.
pub(crate) fn seconds(name: &str, given: Option<f64>, default: Duration) -> Result<Duration> {
    given.map_or(Ok(default), |seconds| {
        Duration::try_from_secs_f64(seconds)
            .map_err(|_| Error::Usage(format!("{name} must be a number of seconds")))
    })
}

impl AsRef<Api> for Client {
    fn as_ref(&self) -> &Api {
        &self.api
    }
}

impl Client {
    /// Creates a client without observations.
    pub fn new(api: Api) -> Self {
        Self {
            api,
            observations: Observations::default(),
        }
    }

    /// Records that a consent was started.
    pub(crate) fn await_consent(&self, id: &str) {
        let until = self.api.clock.now() + CONSENT_TIMEOUT;
        self.observations
            .note(id, |found| found.consent_until = Some(until));
    }
}
