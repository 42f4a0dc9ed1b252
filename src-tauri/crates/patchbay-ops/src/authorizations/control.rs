//! Control of running authorizations by the user.

use std::sync::Arc;
use std::time::Duration;

use patchbay_model::{Authorization, AuthorizationId, Secret};
use patchbay_oauth::{CallbackError, CallbackParams, parse_callback_url};
use url::Url;

use crate::authorizations::{await_user, find_authorization};
use crate::context::Context;
use crate::context::running_authorizations::RunningAuthorization;
use crate::error::Error;

const EXTENSION: Duration = Duration::from_secs(300);

/// Opens the page again.
///
/// # Errors
/// [`Error::AuthorizationOver`] when the authorization does not wait for the user; [`Error::Browser`].
pub async fn open_authorization_page(cx: &Context, id: &AuthorizationId) -> Result<(), Error> {
    let running = find_running(cx, id)?;
    let page = running.page.get().ok_or(Error::AuthorizationOver)?;
    await_user::open_browser(cx, page).await?;
    running.change(cx, |now| now.no_browser = false);
    Ok(())
}

/// Returns the URL of the page, which contains the `state` of the sign-in. Only show it to the person who requested it,
/// or put it on their clipboard.
///
/// # Errors
/// [`Error::AuthorizationOver`] when the authorization does not wait for the user.
pub fn authorization_page(cx: &Context, id: &AuthorizationId) -> Result<Url, Error> {
    let running = find_running(cx, id)?;
    let page = running.page.get().ok_or(Error::AuthorizationOver)?;
    Ok(page.url().clone())
}

/// Handles a callback URL that the user copied from the browser.
///
/// # Errors
/// [`Error::OAuth`] when it is not a callback URL; [`Error::Callback`] when it belongs to another authorization;
/// [`Error::AuthorizationOver`].
pub async fn finish_authorization(
    cx: &Context,
    id: &AuthorizationId,
    address: &Secret,
) -> Result<(), Error> {
    let running = find_running(cx, id)?;
    let params = parse_callback_url(address.expose())?;
    send_callback(cx, &running, params)
}

/// Handles a `patchbay://oauth/callback` link from the system.
///
/// # Errors
/// [`Error::OAuth`] when it is another link; [`Error::Callback`] when no authorization waits for it, or it comes from
/// another authorization server.
pub fn handle_callback_link(cx: &Context, link: &Secret) -> Result<(), Error> {
    let params = parse_callback_url(link.expose())?;
    let running = cx.running_authorizations().find_awaiting(&params);
    let running = running.ok_or(CallbackError::WrongState)?;
    send_callback(cx, &running, params)
}

/// Extends the deadline by five minutes.
pub async fn extend_authorization(
    cx: &Context,
    id: &AuthorizationId,
) -> Result<Authorization, Error> {
    let running = find_running(cx, id)?;
    let extend = |now: &mut Authorization| now.deadline_at = now.deadline_at + EXTENSION;
    running.advance(cx, extend).await?;
    Ok(running.snapshot())
}

/// Cancels an authorization, unless it has ended.
pub async fn cancel_authorization(cx: &Context, id: &AuthorizationId) -> Result<(), Error> {
    match cx.running_authorizations().find(id) {
        Some(running) => running.cancel.cancel(),
        None => drop(find_authorization(cx, id).await?),
    }
    Ok(())
}

fn find_running(cx: &Context, id: &AuthorizationId) -> Result<Arc<RunningAuthorization>, Error> {
    let running = cx.running_authorizations().find(id);
    let running = running.filter(|running| !running.is_over());
    running.ok_or(Error::AuthorizationOver)
}

fn send_callback(
    cx: &Context,
    running: &RunningAuthorization,
    params: CallbackParams,
) -> Result<(), Error> {
    await_user::ensure_expected(cx, running, &params)?;
    // Fails for a second callback, since the channel holds one.
    let sent = running.callback_tx.try_send(params);
    sent.map_err(|_| Error::AuthorizationOver)
}
