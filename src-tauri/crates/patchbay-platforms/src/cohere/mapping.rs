//! Maps Cohere's terms to the model.
//!
//! Source: Cohere contract, section 10.

use patchbay_model::{
    AuthenticationMethod, CredentialStatus, Json, Level, PlatformCredential, Status, Timestamp,
    Visibility, clean_text,
};
use serde_json::Value;

use super::wire::Connector;
use crate::capabilities::clean_description;
use crate::observations::Observation;
use crate::{ConsentState, RemoteConnector};

const NAME_LIMIT: usize = 200;
const REASON_LIMIT: usize = 300;

pub(super) fn connector(
    wire: &Connector,
    native: Value,
    found: &Observation,
    now: Timestamp,
) -> RemoteConnector {
    let (status, reason) = status(wire, found, now);
    let method = method(wire);
    RemoteConnector {
        name: clean_text(wire.shown_name(), NAME_LIMIT),
        description: wire.description.as_deref().and_then(clean_description),
        endpoint: wire.url.clone(),
        visibility: Visibility::Organization,
        status,
        word: wire
            .auth_status
            .as_deref()
            .map(|word| clean_text(word, NAME_LIMIT)),
        reason,
        methods: vec![method],
        level: match method {
            AuthenticationMethod::Oauth => Some(Level::User),
            AuthenticationMethod::Bearer => Some(Level::Organization),
            _ => None,
        },
        created_at: wire.created_at.as_deref().and_then(Timestamp::parse),
        updated_at: wire.updated_at.as_deref().and_then(Timestamp::parse),
        ..RemoteConnector::new(wire.id.clone(), Json(native))
    }
}

/// The first matching row of the contract's table.
fn status(wire: &Connector, found: &Observation, now: Timestamp) -> (Status, Option<String>) {
    let word = wire.auth_status.as_deref();
    if !wire.is_active() {
        return (Status::Disabled, None);
    }
    // `valid` ends a consent even if nobody has polled for it.
    if found.is_consenting(now) && word != Some("valid") {
        return (Status::Authorizing, None);
    }
    match word {
        None if wire.has_oauth() => needs_authorization("not signed in"),
        Some("expired") if wire.has_oauth() => needs_authorization("expired"),
        Some(word) if !matches!(word, "valid" | "expired") => {
            (Status::Unknown, Some(clean_text(word, REASON_LIMIT)))
        }
        _ => match &found.test {
            Some(Err(answer)) => (Status::Failing, Some(clean_text(answer, REASON_LIMIT))),
            Some(Ok(())) | None => (Status::Ready, None),
        },
    }
}

fn needs_authorization(reason: &str) -> (Status, Option<String>) {
    (Status::NeedsAuthorization, Some(reason.to_owned()))
}

pub(super) fn method(wire: &Connector) -> AuthenticationMethod {
    if wire.has_oauth() {
        AuthenticationMethod::Oauth
    } else if wire.auth_type.as_deref() == Some("service_auth") {
        AuthenticationMethod::Bearer
    } else {
        AuthenticationMethod::None
    }
}

/// Any word but `valid` may still become `valid`, so only the deadline ends a consent.
pub(super) fn consent(wire: &Connector) -> ConsentState {
    match wire.auth_status.as_deref() {
        Some("valid") => ConsentState::Given,
        _ => ConsentState::Waiting,
    }
}

/// The credential of a connector, if it has one. Only a consent has a known status.
pub(super) fn credential(wire: &Connector) -> Option<PlatformCredential> {
    let method = method(wire);
    let (word, status, reason) = match (method, wire.auth_status.as_deref()) {
        (AuthenticationMethod::None, _) => return None,
        (AuthenticationMethod::Oauth, Some("valid")) => ("oauth", CredentialStatus::Valid, None),
        (AuthenticationMethod::Oauth, Some("expired")) => (
            "oauth",
            CredentialStatus::Invalid,
            Some("your sign-in expired"),
        ),
        (AuthenticationMethod::Oauth, None) => (
            "oauth",
            CredentialStatus::Unknown,
            Some("you haven't signed in"),
        ),
        (AuthenticationMethod::Oauth, Some(_)) => ("oauth", CredentialStatus::Unknown, None),
        _ => ("service_auth", CredentialStatus::Unknown, None),
    };
    Some(PlatformCredential {
        method: Some(method),
        word: Some(word.to_owned()),
        status,
        reason: reason.map(str::to_owned),
        ..PlatformCredential::new("", Level::Organization)
    })
}

#[cfg(test)]
mod tests;
