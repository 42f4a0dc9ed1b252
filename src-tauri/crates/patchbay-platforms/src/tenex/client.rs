//! The client of one account, which uses 10ex's REST routes and optionally its MCP server.

use std::time::Duration;

use patchbay_http::{Answer, Api, CallOptions};
use patchbay_model::Timestamp;
use serde_json::{Map, Value};
use url::Url;

use super::quirks::mcp_path::McpPath;
use super::quirks::table::Table;
use super::wire::{Connector, Started};
use crate::client::until;
use crate::observations::Observations;
use crate::{BlockingState, Error, Operation, Result};

pub struct Tenex {
    pub(super) api: Api,
    pub(super) table: Table,
    pub(super) mcp: McpPath,
    pub(super) observations: Observations,
    /// Names of the secret settings of each provider that was listed.
    pub(super) secret_settings: Observations<Option<Vec<String>>>,
    /// Consent pages of new connectors, until the consent ends or the connector is deleted. They are never saved.
    pub(super) pending_pages: Observations<Option<PendingPage>>,
}

#[derive(Clone)]
pub(super) struct PendingPage {
    pub(super) provider: String,
    pub(super) page: Url,
    pub(super) until: Timestamp,
}

impl AsRef<Api> for Tenex {
    fn as_ref(&self) -> &Api {
        &self.api
    }
}

/// Names the state because of which 10ex refused.
///
/// Source: 10ex contract, section 3, "Errors assumed".
fn name_state(error: Error) -> Error {
    let Error::Conflict(refusal) = error else {
        return error;
    };
    let state = match refusal.code.as_deref() {
        Some("grant_in_progress") => BlockingState::SigningIn,
        Some("connector_disabled") => BlockingState::Off,
        _ => return Error::Conflict(refusal),
    };
    Error::Blocked { state, refusal }
}

impl Tenex {
    pub(super) fn now(&self) -> Timestamp {
        self.api.clock.now()
    }

    /// Whether the table of routes enables the operation.
    pub(super) fn offers<O: Operation<Self>>(&self) -> bool {
        self.table.offers(O::CONTRACT.name)
    }

    pub(super) async fn send_by_route<O: Operation<Self>>(
        &self,
        operation: &O,
        options: &CallOptions,
    ) -> Result<Answer> {
        let request = operation.request(self)?.repeat(O::CONTRACT.retry);
        self.api.send(request, options).await.map_err(name_state)
    }

    /// Sends an operation by its route, or calls the corresponding MCP tool if the settings say so.
    pub(super) async fn send_by_route_or_tool<O: Operation<Self>>(
        &self,
        operation: &O,
        tool: &str,
        arguments: Map<String, Value>,
        options: &CallOptions,
    ) -> Result<Answer> {
        if !self.table.uses_mcp {
            return self.send_by_route(operation, options).await;
        }
        if !self.offers::<O>() {
            return Err(Error::NotSupported(O::CONTRACT.name.to_owned()));
        }
        self.mcp.call(&self.api, tool, arguments, options).await
    }

    /// Observations are outdated once a connector was changed.
    pub(super) fn forget_observation(&self, connector: &Connector) {
        self.observations.forget(connector.id.as_str());
    }

    /// Time until the consent expires, or the account's limit if that is shorter.
    pub(super) fn valid_for(&self, started: &Started) -> Duration {
        let end = started.expires_at.as_str().and_then(Timestamp::parse);
        let left = end.map(|end| until(&self.api, end));
        let limit = self.table.poll_limit;
        left.map_or(limit, |left| left.min(limit))
    }
}
