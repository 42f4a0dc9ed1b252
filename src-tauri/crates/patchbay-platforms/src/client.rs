//! One account's client.

use std::time::Duration;

use patchbay_http::{Api, CallOptions};

use crate::observations::Observations;
use crate::{Error, Result};

/// How long a consent is waited for where the platform does not tell.
const CONSENT_TIMEOUT: Duration = Duration::from_secs(300);

/// What the operations of a platform are called with: the way to it, and what was found out here about its
/// connectors.
pub struct Client {
    /// Address, credentials and the rules of the platform's contract.
    pub api: Api,
    pub(crate) observations: Observations,
}

/// Sleeps so long by the clock of `api`, unless the call is stopped.
///
/// # Errors
/// [`Error::Cancelled`].
pub(crate) async fn sleep(api: &Api, duration: Duration, options: &CallOptions) -> Result<()> {
    tokio::select! {
        biased;
        () = options.cancelled() => Err(Error::Cancelled),
        () = api.clock.sleep(duration) => Ok(()),
    }
}

impl AsRef<Api> for Client {
    fn as_ref(&self) -> &Api {
        &self.api
    }
}

impl Client {
    /// Of which nothing is known yet.
    pub fn new(api: Api) -> Self {
        Self {
            api,
            observations: Observations::default(),
        }
    }

    /// Notes that a consent was started.
    pub(crate) fn await_consent(&self, id: &str) {
        let until = self.api.clock.now() + CONSENT_TIMEOUT;
        self.observations
            .note(id, |found| found.consent_until = Some(until));
    }
}
