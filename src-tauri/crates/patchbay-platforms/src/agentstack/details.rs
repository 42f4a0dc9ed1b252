//! Details of Agent Stack's connectors: the state of their connection.
//!
//! Source: Agent Stack contract, sections 3 and 5.

use async_trait::async_trait;
use patchbay_http::CallOptions;
use patchbay_model::{ControlGroup, Fact, PlatformDetails, RemoteId};
use serde_json::json;

use super::client::AgentStack;
use super::mapping;
use super::operations::{Connect, Disconnect};
use super::wire::{CONNECTED, Connector, ConnectorRef};
use crate::actions::{button, call, fact, group, humanize, moment};
use crate::{Details, Result};

#[async_trait]
impl Details for AgentStack {
    async fn platform_details(
        &self,
        id: &RemoteId,
        options: &CallOptions,
    ) -> Result<PlatformDetails> {
        let connector = self.find(id.as_str(), options).await?;
        Ok(PlatformDetails {
            facts: facts(&connector, self.relay_url(&connector)),
            groups: vec![connection(&connector)],
        })
    }
}

impl AgentStack {
    /// URL at which other programs reach the MCP server through the platform, with this account's credentials.
    fn relay_url(&self, connector: &Connector) -> Option<String> {
        let path = ConnectorRef::by_id(connector.id.as_str()).path().ok()?;
        Some(path.then("/mcp").under(&self.api.base).to_string())
    }
}

fn facts(connector: &Connector, relay: Option<String>) -> Vec<Fact> {
    let facts = [
        fact("Status", Some(&humanize(&connector.state))),
        fact("Reason", mapping::disconnect_reason(connector).as_deref()),
        fact("Relay", relay.as_deref()),
        moment("Created", connector.text("created_at")),
    ];
    let notes = connector.notes();
    let notes = notes.map(|(name, words)| fact(&humanize(name), Some(words)));
    facts.into_iter().chain(notes).flatten().collect()
}

fn connection(connector: &Connector) -> ControlGroup {
    let fixed = || json!({"connector": connector.id});
    let is_connected = connector.state == CONNECTED;
    let title = if is_connected { "Reconnect" } else { "Connect" };
    let mut controls = vec![button(call::<Connect, _>("connect", title, fixed()))];
    // The platform refuses to disconnect a connector that was never connected.
    if connector.state != "created" {
        let disconnect = call::<Disconnect, _>("disconnect", "Disconnect", fixed());
        controls.push(button(disconnect.with_warning(
            "Agent Stack revokes and deletes its token. You may have to sign in again.",
        )));
    }
    let help = "Tests the connection with the stored token.";
    group("Connection", Some(help), controls)
}
