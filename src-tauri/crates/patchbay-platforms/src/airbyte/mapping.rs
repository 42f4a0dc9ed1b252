//! Maps Airbyte's terms to the model.
//!
//! Source: Airbyte contract, section 9, state mapping.

use patchbay_model::{Definition, Json, Status, Timestamp, Visibility, clean_text, json_parts};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::wire::{self, CheckResult, Connector};
use crate::actions::humanize;
use crate::{Parsed, RemoteConnector};

const NAME_LIMIT: usize = 200;
const REASON_LIMIT: usize = 500;

/// Observations about a connector.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Observation {
    /// The last check from here.
    pub(super) check: Option<CheckRecord>,
    /// When its deletion was accepted.
    pub(super) leaving_since: Option<Timestamp>,
    /// Name of its workspace, if it was created from here in another one than the account's.
    pub(super) workspace: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct CheckRecord {
    pub(super) state: State,
    pub(super) at: Timestamp,
}

/// The status of a connector, the platform's word for it, and the reason.
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
}

impl Observation {
    pub(super) fn state(&self) -> State {
        match &self.check {
            // Still listed.
            _ if self.leaving_since.is_some() => State::of(Status::Disconnected, "deleting"),
            Some(check) => check.state.clone(),
            // Airbyte does not verify credentials when they are entered.
            None => State::of(Status::Unknown, "not checked"),
        }
    }
}

impl CheckRecord {
    /// Records the result of a check; a pending one keeps status and time of the check before.
    pub(super) fn after(before: Option<Self>, result: &CheckResult, mut at: Timestamp) -> Self {
        let word = result.status.as_deref().map(|word| clean_text(word, 100));
        let (status, reason) = match word.as_deref() {
            Some("succeeded") => (Status::Ready, None),
            Some("failed") if is_refused_by_provider(result) => {
                (Status::NeedsAuthorization, failure(result))
            }
            Some("failed") => (Status::Failing, failure(result)),
            Some("pending" | "running") => {
                let mut status = Status::Unknown;
                if let Some(before) = before {
                    (status, at) = (before.state.status, before.at);
                }
                (status, Some("checking".to_owned()))
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
    let words = clean_text(words, REASON_LIMIT);
    Some(words.trim_end_matches('.').to_owned())
}

/// Whether the provider rejected the credentials, with a 401 or because of an expired refresh token. The contract counts a
/// 403 too, but that means missing rights or rate limits, which signing in does not fix.
///
/// No member indicates it, so texts and numbers of the failed parts are searched.
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
    let is_refusal = value.as_str().is_some_and(is_refusal_text) || *value == 401;
    is_refusal || json_parts(value).any(contains_refusal)
}

/// The slug of a connector's kind, as used in Airbyte's documentation.
pub(super) fn kind_of(native: &Value) -> Option<String> {
    Connector::deserialize(native).ok()?.slug()
}

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
        // Everyone in the workspace has access.
        visibility: Visibility::Workspace,
        status,
        word,
        reason,
        checked_at: found.check.as_ref().map(|check| check.at),
        created_at: time(&wire.created_at),
        updated_at: time(&wire.updated_at),
        ..RemoteConnector::new(wire.id, Json(native.json))
    }
}

/// `None` for destinations.
pub(super) fn definition(wire: wire::Definition) -> Option<Definition> {
    let id = wire.source_definition_id?;
    let level = wire.support_level.filter(|level| level != "none");
    Some(Definition {
        title: clean_text(wire.name.as_deref().unwrap_or(&id), NAME_LIMIT),
        description: (wire.custom == Some(true)).then(|| "Custom".to_owned()),
        category: level.as_deref().map(humanize),
        // Tokens of the provider's consent are part of the credentials.
        has_consent: Some(false),
        id,
        ..Definition::default()
    })
}

#[cfg(test)]
mod tests;
