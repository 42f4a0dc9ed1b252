//! The user's part of an authorization: the page in the browser, and the time for it.

use std::time::Duration;

use patchbay_http::{BrowserUrl, host_of};
use patchbay_model::{Authorization, AuthorizationState, TraceStep};
use patchbay_oauth::{CallbackError, CallbackParams};
use url::Position;

use crate::context::Context;
use crate::context::running_authorizations::RunningAuthorization;
use crate::error::Error;

/// Opens the page of an authorization, moves on to `AwaitingUser` and applies `change`. When no browser can be started
/// the user is told and opens the page manually.
pub(super) async fn show_page(
    cx: &Context,
    running: &RunningAuthorization,
    page: BrowserUrl,
    change: impl FnOnce(&mut Authorization),
) -> Result<(), Error> {
    let opened = open_browser(cx, &page).await;
    let target = format!("{}{}", host_of(page.url()), page.url().path());
    let failure = opened.as_ref().err();
    let note = failure.map(|_| "Couldn't open a browser. Copy the link.".to_owned());
    let step = trace_step(cx, "open", target, note);
    // The rest of the URL contains the `state`, which only the browser may see.
    let host = page.url()[Position::BeforeHost..Position::AfterPort].to_owned();
    // An authorization waits for its user only once.
    drop(running.page.set(page));
    running
        .advance(cx, |now| {
            now.state = AuthorizationState::AwaitingUser;
            now.page_host = Some(host);
            now.no_browser = opened.is_err();
            now.reuses_registration = running.registration.get().is_some();
            now.trace.push(step);
            change(now);
        })
        .await
}

pub(crate) async fn open_browser(cx: &Context, page: &BrowserUrl) -> Result<(), Error> {
    let (cx, page) = (cx.clone(), page.clone());
    let opening = tokio::task::spawn_blocking(move || cx.browser().open(&page));
    opening
        .await
        .map_err(|_| Error::Cancelled)?
        .map_err(Error::Browser)
}

fn trace_step(cx: &Context, method: &str, target: String, note: Option<String>) -> TraceStep {
    TraceStep {
        at: cx.now(),
        method: method.to_owned(),
        target,
        note,
        status: None,
        duration_ms: None,
    }
}

/// Checks state and issuer of a callback, whichever way it came. A failure does not end the authorization; another
/// issuer is added to its trace.
///
/// # Errors
/// [`Error::Callback`]; [`Error::AuthorizationOver`] when the authorization waits for no callback.
pub(super) fn ensure_expected(
    cx: &Context,
    running: &RunningAuthorization,
    params: &CallbackParams,
) -> Result<(), Error> {
    let expected = running.expected_callback.get();
    let checked = expected
        .ok_or(Error::AuthorizationOver)?
        .ensure_expected(params);
    if let Err(error @ CallbackError::WrongIssuer) = &checked {
        let note = Some(error.to_string());
        let step = trace_step(cx, "callback", "sent away".to_owned(), note);
        running.change(cx, |now| now.trace.push(step));
    }
    Ok(checked?)
}

/// Waits for the deadline, which the user may extend meanwhile.
pub(super) async fn deadline(cx: &Context, running: &RunningAuthorization) {
    let mut changes = running.watch();
    loop {
        let deadline = changes.borrow_and_update().deadline_at;
        let left = deadline
            .unix_millis()
            .saturating_sub(cx.now().unix_millis());
        let Some(left) = u64::try_from(left).ok().filter(|left| *left > 0) else {
            return;
        };
        tokio::select! {
            () = tokio::time::sleep(Duration::from_millis(left)) => {}
            changed = changes.changed() => if changed.is_err() { return },
        }
    }
}
