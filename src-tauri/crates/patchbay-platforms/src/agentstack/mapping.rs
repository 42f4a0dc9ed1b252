//! Maps Agent Stack's terms to the model.
//!
//! Source: Agent Stack contract, section 9.

use patchbay_http::text;
use patchbay_model::{
    AuthenticationMethod, Definition, Json, Level, RemoteId, Status, Timestamp, Visibility,
    clean_text,
};
use serde::{Deserialize, Serialize};
use url::Url;

use super::wire::{AUTH_REQUIRED, CONNECTED, Connector, DISCONNECTED, Preset};
use crate::capabilities::clean_description;
use crate::{ConsentState, Output, RemoteConnector};

const NAME_LIMIT: usize = 200;
const DESCRIPTION_LIMIT: usize = 2000;
const REASON_LIMIT: usize = 500;

/// Observations about a connector.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Observation {
    /// Deadline of a consent that was started here.
    pub(super) consent_until: Option<Timestamp>,
    /// The platform's words when connecting failed.
    pub(super) connect_failure: Option<String>,
    /// Whether the connector was seen disconnected since `connect_failure`.
    pub(super) was_apart: bool,
    /// Outcome of the last use of the relay since it was connected.
    pub(super) relay: Option<Relay>,
}

/// Outcome of using the relay to a connector.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Relay {
    /// The MCP server answered.
    Works,
    /// The MCP server rejected the platform's token.
    Refused,
    /// Status and words of another failure.
    Failed(String),
}

impl Observation {
    /// Applies the platform's state. Relay outcomes are valid for one connection only, and a connect failure ends with
    /// success. A failed connect does not change the platform's state, so being connected proves success only after a
    /// disconnect.
    pub(super) fn update(&mut self, is_connected: bool) {
        if is_connected {
            self.consent_until = None;
            if self.was_apart || self.relay == Some(Relay::Works) {
                self.connect_failure = None;
            }
        } else {
            self.relay = None;
        }
        self.was_apart = !is_connected;
    }

    /// Records a failure to connect, which outdates the last relay outcome.
    pub(super) fn fail(&mut self, words: String) {
        self.connect_failure = Some(words);
        self.was_apart = false;
        self.relay = None;
    }
}

pub(super) fn connector(wire: Connector, found: &Observation, now: Timestamp) -> RemoteConnector {
    let (status, reason) = status(&wire, found, now);
    let title = wire
        .metadata("name")
        .map(|name| clean_text(name, NAME_LIMIT))
        .filter(|name| !name.is_empty());
    RemoteConnector {
        name: title.clone().unwrap_or_else(|| host_name(&wire)),
        title,
        description: wire.metadata("description").and_then(clean_description),
        endpoint: Some(wire.url.clone()).filter(|url| !url.is_empty()),
        visibility: Visibility::Private,
        status,
        word: Some(clean_text(&wire.state, NAME_LIMIT)),
        reason,
        // Which of them the server requires is known only after connecting.
        methods: vec![AuthenticationMethod::Oauth, AuthenticationMethod::Bearer],
        level: Some(Level::User),
        created_at: wire.time("created_at"),
        updated_at: wire.time("updated_at"),
        ..RemoteConnector::new(RemoteId::new(wire.id.as_str()), Json(wire.into_json()))
    }
}

/// Connectors have no names of their own.
fn host_name(wire: &Connector) -> String {
    let url = Url::parse(&wire.url).ok();
    let host = url.as_ref().and_then(Url::host_str);
    clean_text(host.unwrap_or(&wire.id), NAME_LIMIT)
}

/// The matching row of the contract's table.
fn status(wire: &Connector, found: &Observation, now: Timestamp) -> (Status, Option<String>) {
    let reason = |words: &str| Some(clean_text(words, REASON_LIMIT));
    let failure = found.connect_failure.as_deref().and_then(reason);
    let is_consenting = found.consent_until.is_some_and(|until| now < until);
    match (wire.state.as_str(), &found.relay) {
        ("created" | AUTH_REQUIRED, _) if is_consenting => (Status::Authorizing, failure),
        ("created", _) => (
            Status::NeedsAuthorization,
            failure.or_else(|| reason("not connected")),
        ),
        (AUTH_REQUIRED, _) => (Status::NeedsAuthorization, failure),
        (CONNECTED, Some(Relay::Works)) => (Status::Ready, None),
        (CONNECTED, Some(Relay::Refused)) => (
            Status::NeedsAuthorization,
            reason("token rejected by the server"),
        ),
        (CONNECTED, Some(Relay::Failed(words))) => (Status::Failing, reason(words)),
        (CONNECTED, None) => (
            Status::Unknown,
            failure.or_else(|| reason("connected, tools not loaded")),
        ),
        (DISCONNECTED, _) => (
            Status::Disconnected,
            failure.or_else(|| disconnect_reason(wire)),
        ),
        (other, _) => (Status::Unknown, failure.or_else(|| reason(other))),
    }
}

/// A refusal on the page does not change the state, so it ends only by the deadline or the redirect. The state ends the
/// consent only if the MCP server rejected the token.
pub(super) fn consent(wire: &Connector) -> ConsentState {
    match wire.state.as_str() {
        CONNECTED => ConsentState::Given,
        DISCONNECTED => ConsentState::Ended {
            reason: disconnect_reason(wire).unwrap_or_else(|| DISCONNECTED.to_owned()),
            is_refusal: false,
        },
        _ => ConsentState::Waiting,
    }
}

/// Why the platform disconnected a connector, cleaned.
pub(super) fn disconnect_reason(wire: &Connector) -> Option<String> {
    // The platform's HTTP library appends a link to its documentation, and may leave a colon at the end.
    let reason = wire.text("disconnect_reason")?;
    let reason = reason.split("For more information check:").next()?;
    let reason = clean_text(reason, REASON_LIMIT);
    Some(reason.trim_end_matches([':', ' ']).to_owned()).filter(|reason| !reason.is_empty())
}

pub(super) fn definition(preset: &Preset) -> Definition {
    let parsed = Url::parse(&preset.url).ok();
    let host = parsed.as_ref().and_then(Url::host_str);
    let title = preset.metadata("name").or(host).unwrap_or(&preset.url);
    let description = preset.metadata("description");
    let is_web = |url: &Url| matches!(url.scheme(), "http" | "https");
    Definition {
        id: preset.url.clone(),
        title: clean_text(title, NAME_LIMIT),
        description: description.map(|words| text::clean_lines(words, DESCRIPTION_LIMIT)),
        endpoint: parsed
            .as_ref()
            .is_some_and(is_web)
            .then(|| preset.url.clone()),
        // Whether it has a consent is known only after connecting.
        ..Definition::default()
    }
}

#[cfg(test)]
mod tests;
