//! Authorizations: sign-ins in the browser, from the click to the listed tools.
//!
//! Source: the product's design, "Authorization"; MCP requirements R8–R20.

pub(crate) mod await_user;
mod browser_sign_in;
mod callback_receiver;
mod client;
pub(crate) mod control;
mod hosted;
mod issuer;
mod local;
pub(crate) mod own_sign_in;
mod provider;
mod save_grant;
pub(crate) mod scope_upgrade;
pub(crate) mod steps;

pub(crate) use client::forget_unused_registrations;
pub(crate) use hosted::authorize_at_platform;
pub(crate) use local::{authorize_here, discover};
pub use provider::{ProviderSignIn, StartProviderSignIn, provider_sign_in, start_provider_sign_in};

use patchbay_model::{Authentication, Authorization, AuthorizationId, Connector, WalletEntry};

use crate::context::Context;
use crate::error::Error;
use crate::stored_connectors::list_connector_rows;

/// Maximum number of authorizations in [`list_authorizations`].
const LISTED: u32 = 50;

/// Returns the previous user, if another one is known to be signed in now.
fn previous_user(before: Option<&String>, now: Option<&String>) -> Option<String> {
    let changed = before.filter(|before| now.is_some_and(|now| now != *before));
    changed.cloned()
}

/// Returns the title of another connector of the same server that acts as the same user, or its short name if it has
/// the title of this one.
pub(crate) async fn find_same_account(
    cx: &Context,
    connector: &Connector,
) -> Result<Option<String>, Error> {
    // Several accounts may share a name such as "Lena Fischer", but not an email address or a user name.
    let user = connector.identity.user.as_ref();
    let Some(user) = user.filter(|user| !user.contains(char::is_whitespace)) else {
        return Ok(None);
    };
    let is_same = |other: &Connector| {
        other.id != connector.id
            && other.account == connector.account
            && other.endpoint == connector.endpoint
            && other.identity.user.as_ref() == Some(user)
    };
    let mut connectors = list_connector_rows(cx).await?.into_iter();
    let other = connectors.find(is_same);
    Ok(other.map(|other| match other.title == connector.title {
        true => other.name,
        false => other.title,
    }))
}

/// Returns the wallet entry with the OAuth tokens of a connector.
pub(crate) async fn find_grant(
    cx: &Context,
    connector: &Connector,
) -> Result<Option<WalletEntry>, Error> {
    match &connector.authentication {
        Authentication::Oauth {
            entry: Some(entry), ..
        } => Ok(cx.store().find_wallet_entry(entry).await?),
        _ => Ok(None),
    }
}

/// Waits until an authorization has ended.
pub async fn wait_for_authorization(
    cx: &Context,
    id: &AuthorizationId,
) -> Result<Authorization, Error> {
    if let Some(running) = cx.running_authorizations().find(id) {
        let mut changes = running.watch();
        drop(running);
        // The sender is dropped only after the last change.
        drop(changes.wait_for(|now| now.state.is_over()).await);
        let last = changes.borrow().clone();
        return Ok(last);
    }
    find_authorization(cx, id).await
}

/// Returns the latest authorizations, newest first.
pub async fn list_authorizations(cx: &Context) -> Result<Vec<Authorization>, Error> {
    let saved = cx.store().list_authorizations(LISTED).await?;
    let live = |saved: Authorization| {
        let running = cx.running_authorizations().find(&saved.id);
        running.map_or(saved, |running| running.snapshot())
    };
    Ok(saved.into_iter().map(live).collect())
}

pub async fn find_authorization(
    cx: &Context,
    id: &AuthorizationId,
) -> Result<Authorization, Error> {
    if let Some(running) = cx.running_authorizations().find(id) {
        return Ok(running.snapshot());
    }
    let saved = cx.store().find_authorization(id).await?;
    saved.ok_or_else(|| Error::not_found("sign-in", id))
}
