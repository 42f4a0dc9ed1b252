//! The documented operations of Agent Stack's connectors.
//!
//! Source: Agent Stack contract, sections 1 and 3.

#![warn(missing_docs)]

mod wait;

use std::time::Duration;

use patchbay_http::{CallOptions, Request, SecretArgument};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize, Serializer};
use serde_json::{Map, Value};

pub use self::wait::{WaitForDeletion, WaitForState};
use super::client::AgentStack;
pub use super::quirks::relay::Mcp;
pub use super::wire::ConnectorRef;
use super::wire::{AUTH_REQUIRED, Connector, Page, Preset, connectors};
use crate::lenient::yes;
use crate::operations::{Contract, Operation, OperationEntry, on_connector, operations};
use crate::{Error, Result};

/// Every operation by name.
pub(super) static OPERATIONS: &[OperationEntry] = operations![
    Create,
    List,
    Get,
    Refresh,
    Delete,
    Connect,
    Disconnect,
    Presets,
    WaitForState,
    WaitForDeletion,
    Mcp,
];

/// Slightly longer than the platform's own timeout for a server that never responds, so that its error arrives.
///
/// Source: Agent Stack contract, section 3, `connect`.
const CONNECT_LIMIT: Duration = Duration::from_secs(330);

/// Deadline of a consent; the platform does not tell one.
const CONSENT_TIMEOUT: Duration = Duration::from_secs(300);

/// Create a connector, using a matching preset.
///
/// All five members are sent, absent ones as null.
///
/// Source: Agent Stack contract, section 3.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Create {
    /// URL of the MCP server: http, https, or a preset's own scheme.
    pub url: String,
    /// Your OAuth app. Default: preset or automatic
    pub client_id: Option<String>,
    /// Secret of that app
    pub client_secret: Option<SecretArgument>,
    /// Notes such as `name` and `description`. Default: the preset's
    pub metadata: Option<Map<String, Value>>,
    /// Fill empty fields from a preset with the same URL. Default: true
    #[serde(default = "yes")]
    pub match_preset: bool,
}

impl Operation<AgentStack> for Create {
    const CONTRACT: Contract = Contract::write("create");
    type Output = Connector;

    fn request(&self, _: &AgentStack) -> Result<Request> {
        Request::post(connectors()).json(self)
    }

    async fn run(&self, client: &AgentStack, options: &CallOptions) -> Result<Connector> {
        let created = self.send(client, options).await;
        created.map_err(|error| match error {
            Error::Conflict(refusal) => Error::AlreadyThere {
                name: None,
                refusal,
            },
            error => error,
        })
    }
}

/// List all connectors.
///
/// There is no second page, whatever `next_page_token` says.
///
/// Source: Agent Stack contract, section 3.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct List {}

impl Operation<AgentStack> for List {
    const CONTRACT: Contract = Contract::read("list");
    type Output = Page<Connector>;

    fn request(&self, _: &AgentStack) -> Result<Request> {
        Ok(Request::get(connectors()))
    }
}

on_connector! { AgentStack, connector: ConnectorRef = "The connector." =>
    /// Get a connector.
    ///
    /// Source: Agent Stack contract, section 3.
    Get(Contract::read("get")) -> Connector: |which, _| Ok(Request::get(which.path()?));
    /// Get a connector's current state.
    ///
    /// Source: Agent Stack contract, section 3.
    Refresh(Contract::read("refresh")) -> Connector: |which, _| Ok(Request::get(which.path()?));
    /// Delete a connector and its tokens.
    ///
    /// In whatever state it is; the platform gives its tokens back as well as it can.
    ///
    /// Source: Agent Stack contract, section 3.
    Delete(Contract::irreversible("delete")) -> ():
        |which, _| Ok(Request::delete(which.path()?)),
        noting |which, client, ()| client.forget(which);
    /// Disconnect and revoke the token.
    ///
    /// Source: Agent Stack contract, section 3.
    Disconnect(Contract::destructive("disconnect")) -> Connector:
        |which, _| Ok(Request::post(which.path()?.then("/disconnect"))),
        noting |which, client, _| client.forget(which);
}

impl AgentStack {
    pub(super) async fn find(&self, id: &str, options: &CallOptions) -> Result<Connector> {
        let connector = ConnectorRef::by_id(id);
        Get { connector }.run(self, options).await
    }
}

/// Connect, or return the sign-in page.
///
/// Source: Agent Stack contract, section 3.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Connect {
    /// The connector.
    #[serde(skip_serializing)]
    pub connector: ConnectorRef,
    /// Where the browser returns. Default: a page of the platform
    #[serde(serialize_with = "serialize_non_empty")]
    pub redirect_url: Option<String>,
    /// Token for the MCP server instead of browser sign-in. Replaces the stored token.
    pub access_token: Option<SecretArgument>,
}

/// Empty text is sent as null.
fn serialize_non_empty<S: Serializer>(text: &Option<String>, to: S) -> Result<S::Ok, S::Error> {
    text.as_deref()
        .filter(|text| !text.is_empty())
        .serialize(to)
}

impl Operation<AgentStack> for Connect {
    const CONTRACT: Contract = Contract::write("connect");
    type Output = Connector;

    fn request(&self, _: &AgentStack) -> Result<Request> {
        Ok(Request::post(self.connector.path()?.then("/connect"))
            .json(self)?
            .timeout(CONNECT_LIMIT))
    }

    /// Records the outcome.
    async fn run(&self, client: &AgentStack, options: &CallOptions) -> Result<Connector> {
        let id = self.connector.id()?;
        client.sessions.forget(id);
        let outcome = self.send(client, options).await;
        match &outcome {
            Ok(connector) => {
                let waits = connector.state == AUTH_REQUIRED && connector.auth_request().is_some();
                let until = client.api.clock.now() + CONSENT_TIMEOUT;
                client.note(id, |found| {
                    found.consent_until = waits.then_some(until);
                    found.connect_failure = None;
                    found.relay = None;
                });
            }
            Err(error @ Error::Status(refusal)) if matches!(refusal.status, 500 | 502 | 504) => {
                client.note(id, |found| found.fail(error.words()));
            }
            // Other failures say nothing about the connector.
            Err(_) => {}
        }
        outcome
    }
}

/// List presets.
///
/// Source: Agent Stack contract, section 3.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Presets {}

impl Operation<AgentStack> for Presets {
    const CONTRACT: Contract = Contract::read("presets");
    type Output = Page<Preset>;

    fn request(&self, _: &AgentStack) -> Result<Request> {
        Ok(Request::get(connectors().then("/presets")))
    }
}
