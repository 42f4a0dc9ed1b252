//! Waiting for what the platform does in its own time.
//!
//! Source: Agent Stack contract, section 3, `wait_for_state`, `wait_for_deletion`.

use std::time::Duration;

use patchbay_http::{Api, CallOptions};
use patchbay_model::{Timestamp, clean_text};

use super::arguments::{WaitForDeletion, WaitForState, Which, seconds};
use super::client;
use super::wire::{CONNECTED, Connector, DISCONNECTED, same_id};
use crate::Error;

const INTERVAL: Duration = Duration::from_secs(1);
const STATE_LIMIT: Duration = Duration::from_secs(300);
const DELETION_LIMIT: Duration = Duration::from_secs(30);

const REASON_LIMIT: usize = 500;

/// Reads until a connector is in the wanted state. One that was given whole and is in it already costs no
/// request. Who waits for `connected` is told at once when the platform has given up.
///
/// # Errors
/// [`Error::GrantFailed`] on `disconnected` in place of `connected`; [`Error::TimedOut`] after the limit,
/// which also ends a read under way; [`Error::Cancelled`]; those of [`client::get`], the first one counts.
///
/// Source: Agent Stack contract, section 3, `wait_for_state`; traces `wait-*`.
pub(super) async fn wait_for_state(
    api: &Api,
    which: &WaitForState,
    options: &CallOptions,
) -> Result<Connector, Error> {
    let interval = seconds("poll_interval", which.poll_interval, INTERVAL)?;
    let limit = seconds("limit_s", which.limit_s, STATE_LIMIT)?;
    let given = which.connector.whole()?;
    let id = Which::by_id(which.connector.id()?);
    let mut connector = match given {
        Some(connector) => connector,
        None => client::get(api, &id, options).await?,
    };
    let patience = Patience::new(api, limit, options);
    loop {
        if connector.state() == which.wanted() {
            return Ok(connector);
        }
        if which.wanted() == CONNECTED && connector.state() == DISCONNECTED {
            return Err(Error::GrantFailed {
                reason: reason(&connector),
            });
        }
        patience.pause(interval).await?;
        connector = patience.within(client::get(api, &id, options)).await?;
    }
}

/// Reads the list until a connector is not in it.
///
/// # Errors
/// [`Error::TimedOut`] after the limit; [`Error::Cancelled`]; those of [`client::list`], the first one
/// counts.
///
/// Source: Agent Stack contract, section 3, `wait_for_deletion`; traces `wait-deletion*`.
pub(super) async fn wait_for_deletion(
    api: &Api,
    which: &WaitForDeletion,
    options: &CallOptions,
) -> Result<(), Error> {
    let interval = seconds("poll_interval", which.poll_interval, INTERVAL)?;
    let limit = seconds("limit_s", which.limit_s, DELETION_LIMIT)?;
    let id = which.connector.id()?;
    let patience = Patience::new(api, limit, options);
    loop {
        let page = patience.within(client::list(api, options)).await?;
        if !page.items.iter().any(|each| same_id(each.id(), id)) {
            return Ok(());
        }
        patience.pause(interval).await?;
    }
}

/// Why the platform gave a connector up, cleaned.
pub(super) fn reason(connector: &Connector) -> Option<String> {
    connector
        .text("disconnect_reason")
        .map(|reason| clean_text(reason, REASON_LIMIT))
}

/// Sleeps so long, unless the call is stopped.
///
/// # Errors
/// [`Error::Cancelled`].
pub(super) async fn sleep(
    api: &Api,
    duration: Duration,
    options: &CallOptions,
) -> Result<(), Error> {
    tokio::select! {
        biased;
        () = options.cancelled() => Err(Error::Cancelled),
        () = api.clock.sleep(duration) => Ok(()),
    }
}

/// A wait with an end.
struct Patience<'a> {
    api: &'a Api,
    options: &'a CallOptions,
    started: Timestamp,
    limit: Duration,
}

impl<'a> Patience<'a> {
    fn new(api: &'a Api, limit: Duration, options: &'a CallOptions) -> Self {
        Self {
            api,
            options,
            started: api.clock.now(),
            limit,
        }
    }

    fn left(&self) -> Duration {
        let passed = self.api.clock.now().instant() - self.started.instant();
        self.limit
            .saturating_sub(Duration::try_from(passed).unwrap_or_default())
    }

    fn is_over(&self) -> Error {
        Error::TimedOut { after: self.limit }
    }

    /// Sleeps until the next look; one that would begin at the end is not made.
    async fn pause(&self, interval: Duration) -> Result<(), Error> {
        sleep(self.api, interval.min(self.left()), self.options).await?;
        if self.left().is_zero() {
            return Err(self.is_over());
        }
        Ok(())
    }

    async fn within<T>(&self, read: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
        tokio::time::timeout(self.left(), read)
            .await
            .unwrap_or_else(|_| Err(self.is_over()))
    }
}
