//! Cohere's words in ours.
//!
//! Source: Cohere contract, section 10.

use patchbay_http::text;
use patchbay_model::{
    AuthenticationMethod, Json, Level, RemoteId, Status, Timestamp, Visibility, clean_text,
};

use super::wire::Connector;
use crate::findings::Finding;
use crate::{ConsentState, RemoteConnector};

const NAME_LIMIT: usize = 200;
const DESCRIPTION_LIMIT: usize = 2000;
const REASON_LIMIT: usize = 300;

/// A connector in unified form, with what was found out about it here.
pub(super) fn connector(wire: Connector, found: &Finding, now: Timestamp) -> RemoteConnector {
    let (status, reason) = status(&wire, found, now);
    let method = method(&wire);
    let time = |member| wire.text(member).and_then(Timestamp::parse);
    RemoteConnector {
        remote_id: RemoteId::new(wire.id()),
        name: clean_text(wire.text("name").unwrap_or(wire.id()), NAME_LIMIT),
        title: None,
        description: wire
            .text("description")
            .map(|words| text::clean_lines(words, DESCRIPTION_LIMIT))
            .filter(|words| !words.is_empty()),
        endpoint: wire.text("url").map(str::to_owned),
        visibility: Visibility::Organization,
        status,
        word: wire
            .text("auth_status")
            .map(|word| clean_text(word, NAME_LIMIT)),
        reason,
        methods: vec![method],
        credential: None,
        level: match method {
            AuthenticationMethod::Oauth => Some(Level::User),
            AuthenticationMethod::Bearer => Some(Level::Organization),
            _ => None,
        },
        expires_at: None,
        created_at: time("created_at"),
        updated_at: time("updated_at"),
        native: Json(wire.into_json()),
    }
}

/// The first row of the contract's table that fits.
fn status(wire: &Connector, found: &Finding, now: Timestamp) -> (Status, Option<String>) {
    let word = wire.text("auth_status");
    if !wire.is_active() {
        return (Status::Disabled, None);
    }
    // A consent that was given is over, whether or not somebody has asked for it meanwhile.
    if found.is_consenting(now) && word != Some("valid") {
        return (Status::Authorizing, None);
    }
    match word {
        None if wire.has_oauth() => needed("not authorized yet"),
        Some("expired") if wire.has_oauth() => needed("expired"),
        Some(word) if !matches!(word, "valid" | "expired") => {
            (Status::Unknown, Some(clean_text(word, REASON_LIMIT)))
        }
        _ => match &found.test {
            Some(Err(answer)) => (Status::Failing, Some(clean_text(answer, REASON_LIMIT))),
            Some(Ok(())) | None => (Status::Ready, None),
        },
    }
}

fn needed(reason: &str) -> (Status, Option<String>) {
    (Status::NeedsAuthorization, Some(reason.to_owned()))
}

fn method(wire: &Connector) -> AuthenticationMethod {
    if wire.has_oauth() {
        AuthenticationMethod::Oauth
    } else if wire.text("auth_type") == Some("service_auth") {
        AuthenticationMethod::Bearer
    } else {
        AuthenticationMethod::None
    }
}

/// How far the user's consent is. Any other word may still become `valid`: the deadline ends the wait.
pub(super) fn consent(wire: &Connector) -> ConsentState {
    match wire.text("auth_status") {
        Some("valid") => ConsentState::Given,
        _ => ConsentState::Waiting,
    }
}

#[cfg(test)]
mod tests;
