//! Maps 10ex's terms to the model.
//!
//! Source: 10ex contract, section 7.

use patchbay_model::{
    AuthenticationMethod, CredentialStatus, Json, Level, PlatformCredential, Status, Timestamp,
    Visibility, clean_text,
};

use super::forms::role_title;
use super::quirks::table::States;
use super::wire::{Connector, Grant};
use crate::actions::humanize;
use crate::observations::Observation;
use crate::{ConsentState, Output, RemoteConnector};

const NAME_LIMIT: usize = 200;
const REASON_LIMIT: usize = 300;

pub(super) fn connector(
    wire: Connector,
    states: &States,
    found: &Observation,
    now: Timestamp,
) -> RemoteConnector {
    let (status, reason) = status(&wire, states, found, now);
    let label = wire.text("account_label");
    let title = match (wire.text("name"), label) {
        (Some(name), _) => name.to_owned(),
        (None, Some(label)) => format!("{} ({label})", wire.provider),
        (None, None) => wire.provider.clone(),
    };
    let (methods, level) = match wire.text("auth_type") {
        Some("oauth") => (vec![AuthenticationMethod::Oauth], Some(Level::User)),
        Some("byok") => (vec![AuthenticationMethod::Bearer], Some(Level::Workspace)),
        _ => (Vec::new(), None),
    };
    let name = wire.text("name").unwrap_or(&wire.provider);
    RemoteConnector {
        name: clean_text(name, NAME_LIMIT),
        title: Some(clean_text(&title, NAME_LIMIT)),
        connector_type: Some(connector_type(&wire)),
        visibility: Visibility::Workspace,
        status,
        word: Some(clean_text(&wire.status, NAME_LIMIT)),
        reason: reason.map(|reason| clean_text(&reason, REASON_LIMIT)),
        checked_at: wire.time("last_checked_at"),
        methods,
        credential: label.map(|label| clean_text(label, NAME_LIMIT)),
        level,
        created_at: wire.time("created_at"),
        updated_at: wire.time("updated_at"),
        ..RemoteConnector::new(wire.id.clone(), Json(wire.into_json()))
    }
}

/// The provider and the role of a connector.
fn connector_type(wire: &Connector) -> String {
    let provider = humanize(&wire.provider);
    let role = wire.text("role").map(role_title);
    let parts: Vec<String> = [Some(provider), role].into_iter().flatten().collect();
    clean_text(&parts.join(" · "), NAME_LIMIT)
}

/// The first matching row of the contract's table.
fn status(
    wire: &Connector,
    states: &States,
    found: &Observation,
    now: Timestamp,
) -> (Status, Option<String>) {
    let is = |words: &[String]| words.contains(&wire.status);
    let reason = || wire.error().map(str::to_owned);
    if is(&states.pending) {
        return match found.consent_until {
            Some(until) if now >= until => (
                Status::NeedsAuthorization,
                Some("sign-in timed out".to_owned()),
            ),
            _ => (Status::Authorizing, None),
        };
    }
    if is(&states.success) {
        return connected_status(wire, found);
    }
    match wire.status.as_str() {
        "disabled" => (Status::Disabled, None),
        "revoked" => (Status::Disconnected, Some("revoked".to_owned())),
        "needs_reauth" => (Status::NeedsAuthorization, reason()),
        "error" => (Status::Failing, reason()),
        word if is(&states.failure) => (Status::Failing, reason().or(Some(word.to_owned()))),
        word => (Status::Unknown, Some(word.to_owned())),
    }
}

fn connected_status(wire: &Connector, found: &Observation) -> (Status, Option<String>) {
    let health = wire.text("health");
    match (health, &found.test) {
        (Some("failing"), test) => {
            let tested = || test.clone().and_then(Result::err);
            (
                Status::Failing,
                wire.error().map(str::to_owned).or_else(tested),
            )
        }
        (_, Some(Err(message))) => {
            let reason = wire.error().unwrap_or(message);
            (Status::Failing, Some(reason.to_owned()))
        }
        (Some("degraded"), _) => (Status::Ready, Some("degraded".to_owned())),
        (Some("ok"), _) | (_, Some(Ok(()))) => (Status::Ready, None),
        (_, None) => (Status::Unknown, Some("connected, not tested".to_owned())),
    }
}

pub(super) fn consent(grant: &Grant, states: &States) -> ConsentState {
    if states.pending.contains(&grant.status) {
        ConsentState::Waiting
    } else if states.success.contains(&grant.status) {
        ConsentState::Given
    } else {
        ConsentState::Ended {
            reason: clean_text(&grant.reason(), REASON_LIMIT),
            is_refusal: grant.is_refusal(),
        }
    }
}

/// The key of a connector; `None` for one that uses a consent.
pub(super) fn credential(connector: &Connector, states: &States) -> Option<PlatformCredential> {
    let is_connected = states.success.contains(&connector.status);
    let status = match (connector.status.as_str(), connector.text("health")) {
        _ if connector.has_consent() => return None,
        ("needs_reauth" | "revoked", _) => CredentialStatus::Invalid,
        ("error", _) | (_, Some("failing")) => CredentialStatus::Failing,
        (_, Some("ok" | "degraded")) if is_connected => CredentialStatus::Valid,
        _ => CredentialStatus::Unknown,
    };
    let word = connector.text("auth_type");
    Some(PlatformCredential {
        method: Some(AuthenticationMethod::Bearer),
        word: word.map(|word| clean_text(word, NAME_LIMIT)),
        is_default: true,
        status,
        reason: connector
            .error()
            .map(|words| clean_text(words, REASON_LIMIT)),
        checked_at: connector.time("last_checked_at"),
        created_at: connector.time("created_at"),
        ..PlatformCredential::new("", Level::Workspace)
    })
}

#[cfg(test)]
mod tests;
