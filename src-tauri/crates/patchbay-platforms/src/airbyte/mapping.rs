//! Airbyte's words in ours.
//!
//! Source: Airbyte contract, section 9, state mapping.

use patchbay_model::{Definition, Json, Status, Timestamp, Visibility, clean_text};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::wire::{self, CheckResult, Connector};
use crate::actions::humanize;
use crate::{Parsed, RemoteConnector};

const NAME_LIMIT: usize = 200;
const REASON_LIMIT: usize = 500;

/// What was found out here about a connector.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Observation {
    /// `None` when it was not checked from here.
    pub(super) check: Option<CheckRecord>,
    /// Whether its deletion was accepted.
    pub(super) is_leaving: bool,
    /// Name of its workspace, where it was made from here in another one than the account's.
    pub(super) workspace: Option<String>,
}

/// What the last check told, and when.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct CheckRecord {
    pub(super) state: State,
    pub(super) at: Timestamp,
}

/// How a connector is, in our word and in the platform's, and why.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct State {
    pub(super) status: Status,
    pub(super) word: Option<String>,
    pub(super) reason: Option<String>,
}

impl State {
    fn of(status: Status, reason: &str) -> Self {
        Self {
            status,
            word: None,
            reason: Some(reason.to_owned()),
        }
    }

    /// Credentials are not verified when they are given.
    fn unchecked() -> Self {
        Self::of(Status::Unknown, "not checked")
    }
}

impl Observation {
    /// How the connector is, as far as it is known.
    pub(super) fn state(&self) -> State {
        match &self.check {
            // It is still in the list.
            _ if self.is_leaving => State::of(Status::Disconnected, "deleting"),
            Some(check) => check.state.clone(),
            None => State::unchecked(),
        }
    }
}

impl CheckRecord {
    /// What a check tells, after what one told before.
    pub(super) fn after(before: Option<Self>, result: &CheckResult, at: Timestamp) -> Self {
        let word = result.status.as_deref().map(|word| clean_text(word, 100));
        let (status, reason) = match word.as_deref() {
            Some("succeeded") => (Status::Ready, None),
            Some("failed") if is_refused_by_provider(result) => {
                (Status::NeedsAuthorization, failure(result))
            }
            Some("failed") => (Status::Failing, failure(result)),
            Some("pending" | "running") => {
                let before = before.map_or(Status::Unknown, |before| before.state.status);
                (before, Some("checking".to_owned()))
            }
            Some(other) => (Status::Unknown, Some(other.to_owned())),
            None => (Status::Unknown, Some("check returned no result".to_owned())),
        };
        let state = State {
            status,
            word,
            reason,
        };
        Self { state, at }
    }
}

fn failure(result: &CheckResult) -> Option<String> {
    let words = result
        .error_message
        .as_ref()
        .or(result.failure_reason.as_ref())?;
    Some(
        clean_text(words, REASON_LIMIT)
            .trim_end_matches('.')
            .to_owned(),
    )
}

/// Whether the provider refused the credentials: its 401, or a refresh token that lapsed. The contract counts its 403
/// as well; but with that it knows them, and they lack a right or are used too often, which no sign-in mends.
///
/// The contract gives no member for it, so the words and numbers of the failed parts are looked at.
fn is_refused_by_provider(result: &CheckResult) -> bool {
    let words = [&result.error_message, &result.failure_reason];
    words
        .into_iter()
        .flatten()
        .any(|words| is_refusal_text(words))
        || contains_refusal(&result.entity_check_results)
}

fn is_refusal_text(words: &str) -> bool {
    let words = words.to_lowercase();
    let mut numbers = words.split(|sign: char| !sign.is_ascii_alphanumeric());
    let terms = ["invalid_grant", "refresh token", "refresh_token"];
    numbers.any(|number| number == "401") || terms.iter().any(|term| words.contains(term))
}

fn contains_refusal(value: &Value) -> bool {
    match value {
        Value::String(words) => is_refusal_text(words),
        Value::Number(number) => number.as_u64() == Some(401),
        Value::Array(items) => items.iter().any(contains_refusal),
        Value::Object(members) => members.values().any(contains_refusal),
        Value::Null | Value::Bool(_) => false,
    }
}

/// The slug by which Airbyte's documents call the kind of a connector.
pub(super) fn kind_of(native: &Value) -> Option<String> {
    Connector::deserialize(native).ok()?.slug()
}

/// An item of the list, or a detail, in unified form, with what was found out about it here.
pub(super) fn connector(native: Parsed<Connector>, found: &Observation) -> RemoteConnector {
    let wire = native.value;
    let State {
        status,
        word,
        reason,
    } = found.state();
    let time = |text: &Option<String>| text.as_deref().and_then(Timestamp::parse);
    let kind = wire.kind().map(|kind| clean_text(kind, NAME_LIMIT));
    let name = wire
        .name
        .as_deref()
        .or(wire.kind())
        .unwrap_or(wire.id.as_str());
    RemoteConnector {
        name: clean_text(name, NAME_LIMIT),
        connector_type: kind,
        // Whoever reaches the workspace reaches its connectors.
        visibility: Visibility::Workspace,
        status,
        word,
        reason,
        created_at: time(&wire.created_at),
        updated_at: time(&wire.updated_at),
        ..RemoteConnector::new(wire.id, Json(native.json))
    }
}

/// A kind of connector; destinations are none.
pub(super) fn definition(wire: wire::Definition) -> Option<Definition> {
    let id = wire.source_definition_id?;
    let level = wire.support_level.filter(|level| level != "none");
    Some(Definition {
        title: clean_text(wire.name.as_deref().unwrap_or(&id), NAME_LIMIT),
        description: (wire.custom == Some(true)).then(|| "Custom".to_owned()),
        category: level.as_deref().map(humanize),
        endpoint: None,
        endpoint_field: None,
        // What the provider's consent gives is part of the credentials.
        has_consent: Some(false),
        id,
    })
}

#[cfg(test)]
mod tests;
