//! Waiting for asynchronous changes.
//!
//! Source: Agent Stack contract, section 3, `wait_for_state`, `wait_for_deletion`.

use std::time::Duration;

use patchbay_http::CallOptions;
use patchbay_model::Timestamp;
use schemars::JsonSchema;
use serde::Deserialize;

use super::{ConnectorRef, List};
use crate::agentstack::client::AgentStack;
use crate::agentstack::mapping::disconnect_reason;
use crate::agentstack::wire::{CONNECTED, Connector, DISCONNECTED, same_id};
use crate::client::{seconds, sleep, until};
use crate::{Contract, Error, Operation, Result};

const INTERVAL: Duration = Duration::from_secs(1);
const STATE_LIMIT: Duration = Duration::from_secs(300);
const DELETION_LIMIT: Duration = Duration::from_secs(30);

/// Wait for a state.
///
/// One that was given whole and is in it already costs no request. Who waits for `connected` is told at once
/// when the platform has given up; the first error of a read counts.
///
/// Source: Agent Stack contract, section 3.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WaitForState {
    /// The connector.
    pub connector: ConnectorRef,
    /// State to wait for. Default: connected
    pub state: Option<String>,
    /// Poll interval in seconds. Default: 1
    #[schemars(range(min = 0))]
    pub poll_interval: Option<f64>,
    /// Timeout in seconds. Default: 300
    #[schemars(range(min = 0))]
    pub limit_s: Option<f64>,
}

impl Operation<AgentStack> for WaitForState {
    const CONTRACT: Contract = Contract::read("wait_for_state");
    type Output = Connector;

    async fn run(&self, client: &AgentStack, options: &CallOptions) -> Result<Connector> {
        let state = self.state.as_deref().unwrap_or(CONNECTED);
        let interval = seconds("poll_interval", self.poll_interval, INTERVAL)?;
        let limit = seconds("limit_s", self.limit_s, STATE_LIMIT)?;
        let given = self.connector.whole(client.api.secret_names)?;
        let id = self.connector.id()?;
        let mut connector = match given {
            Some(connector) => connector,
            None => client.find(id, options).await?,
        };
        let deadline = Deadline::new(client, limit, options);
        loop {
            if connector.state == state {
                return Ok(connector);
            }
            if state == CONNECTED && connector.state == DISCONNECTED {
                return Err(Error::GrantFailed {
                    reason: disconnect_reason(&connector),
                });
            }
            deadline.pause(interval).await?;
            connector = deadline.within(client.find(id, options)).await?;
        }
    }
}

/// Wait until a connector is deleted.
///
/// Source: Agent Stack contract, section 3.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WaitForDeletion {
    /// The connector that is being deleted.
    pub connector: ConnectorRef,
    /// Poll interval in seconds. Default: 1
    #[schemars(range(min = 0))]
    pub poll_interval: Option<f64>,
    /// Timeout in seconds. Default: 30
    #[schemars(range(min = 0))]
    pub limit_s: Option<f64>,
}

impl Operation<AgentStack> for WaitForDeletion {
    const CONTRACT: Contract = Contract::read("wait_for_deletion");
    type Output = ();

    async fn run(&self, client: &AgentStack, options: &CallOptions) -> Result<()> {
        let interval = seconds("poll_interval", self.poll_interval, INTERVAL)?;
        let limit = seconds("limit_s", self.limit_s, DELETION_LIMIT)?;
        let id = self.connector.id()?;
        let deadline = Deadline::new(client, limit, options);
        loop {
            let page = deadline.within(List {}.run(client, options)).await?;
            if !page.items.iter().any(|each| same_id(&each.id, id)) {
                return Ok(());
            }
            deadline.pause(interval).await?;
        }
    }
}

struct Deadline<'a> {
    client: &'a AgentStack,
    options: &'a CallOptions,
    limit: Duration,
    end: Timestamp,
}

impl<'a> Deadline<'a> {
    fn new(client: &'a AgentStack, limit: Duration, options: &'a CallOptions) -> Self {
        Self {
            client,
            options,
            limit,
            end: client.api.clock.now() + limit,
        }
    }

    fn remaining(&self) -> Duration {
        until(&self.client.api, self.end)
    }

    fn timeout_error(&self) -> Error {
        Error::TimedOut { after: self.limit }
    }

    /// Sleeps before the next poll, and fails if the deadline comes first.
    async fn pause(&self, interval: Duration) -> Result<()> {
        let interval = interval.min(self.remaining());
        sleep(&self.client.api, interval, self.options).await?;
        if self.remaining().is_zero() {
            return Err(self.timeout_error());
        }
        Ok(())
    }

    async fn within<T>(&self, read: impl Future<Output = Result<T>>) -> Result<T> {
        tokio::time::timeout(self.remaining(), read)
            .await
            .unwrap_or_else(|_| Err(self.timeout_error()))
    }
}
