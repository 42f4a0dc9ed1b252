//! Agent Stack's words in ours.
//!
//! Source: Agent Stack contract, section 9.

use patchbay_http::text;
use patchbay_model::{
    AuthenticationMethod, Json, Level, RemoteId, Status, Timestamp, Visibility, clean_text,
};
use url::Url;

use super::remembered::{Known, Relay};
use super::wait::reason;
use super::wire::{AUTH_REQUIRED, CONNECTED, Connector, DISCONNECTED, Item};
use crate::{ConsentState, RemoteConnector};

const NAME_LIMIT: usize = 200;
const DESCRIPTION_LIMIT: usize = 2000;
const REASON_LIMIT: usize = 500;

/// A connector in unified form, with what was found out about it here.
pub(super) fn connector(wire: Connector, known: &Known, now: Timestamp) -> RemoteConnector {
    let (status, reason) = status(&wire, known, now);
    let time = |member| wire.text(member).and_then(Timestamp::parse);
    let title = wire
        .metadata("name")
        .map(|name| clean_text(name, NAME_LIMIT))
        .filter(|name| !name.is_empty());
    RemoteConnector {
        remote_id: RemoteId::new(wire.id()),
        name: title.clone().unwrap_or_else(|| place(&wire)),
        title,
        description: wire
            .metadata("description")
            .map(|words| text::clean_lines(words, DESCRIPTION_LIMIT))
            .filter(|words| !words.is_empty()),
        endpoint: wire.text("url").map(str::to_owned),
        visibility: Visibility::Private,
        status,
        word: Some(clean_text(wire.state(), NAME_LIMIT)),
        reason,
        // Which of them the server wants shows only when it is connected to.
        methods: vec![AuthenticationMethod::Oauth, AuthenticationMethod::Bearer],
        credential: None,
        level: Some(Level::User),
        expires_at: None,
        created_at: time("created_at"),
        updated_at: time("updated_at"),
        native: Json(wire.into_json()),
    }
}

/// Connectors have no names of their own: the host says most.
fn place(wire: &Connector) -> String {
    let url = wire.text("url").and_then(|url| Url::parse(url).ok());
    let host = url.as_ref().and_then(Url::host_str);
    clean_text(host.unwrap_or(wire.id()), NAME_LIMIT)
}

/// The row of the contract's table that fits.
fn status(wire: &Connector, known: &Known, now: Timestamp) -> (Status, Option<String>) {
    let said = |words: &str| Some(clean_text(words, REASON_LIMIT));
    let failure = known.connect_failure.as_deref().and_then(said);
    let is_consenting = known.consent_until.is_some_and(|until| now < until);
    match (wire.state(), &known.relay) {
        ("created" | AUTH_REQUIRED, _) if is_consenting => (Status::Authorizing, failure),
        ("created", _) => (
            Status::NeedsAuthorization,
            failure.or_else(|| said("not connected yet")),
        ),
        (AUTH_REQUIRED, _) => (Status::NeedsAuthorization, failure),
        (CONNECTED, Some(Relay::Works)) => (Status::Ready, None),
        (CONNECTED, Some(Relay::Refused)) => (
            Status::NeedsAuthorization,
            said("the server does not take the platform's token any more"),
        ),
        (CONNECTED, Some(Relay::Failed(words))) => (Status::Failing, said(words)),
        (CONNECTED, None) => (
            Status::Unknown,
            failure.or_else(|| said("connected, tools not loaded")),
        ),
        (DISCONNECTED, _) => (Status::Disconnected, failure.or_else(|| reason(wire))),
        (other, _) => (Status::Unknown, failure.or_else(|| said(other))),
    }
}

/// How far the user's consent is. A refusal on the page leaves the state as it is: the deadline ends it.
pub(super) fn consent(wire: &Connector) -> ConsentState {
    match wire.state() {
        CONNECTED => ConsentState::Given,
        DISCONNECTED => ConsentState::Ended {
            reason: reason(wire).unwrap_or_else(|| DISCONNECTED.to_owned()),
        },
        _ => ConsentState::Waiting,
    }
}

#[cfg(test)]
mod tests;
