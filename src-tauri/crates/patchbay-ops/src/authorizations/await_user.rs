//! The user's part of an authorization: the browser and its callback.

use std::time::Duration;

use patchbay_http::{BrowserUrl, host_of};
use patchbay_model::{Authorization, AuthorizationState, Secret, TraceStep};
use patchbay_oauth::{
    CallbackError, CallbackParams, CallbackRequest, LoopbackListener, Page, Pending, check_callback,
};
use tokio::sync::mpsc;
use url::Position;

use crate::context::Context;
use crate::context::running_authorizations::{ExpectedCallback, RunningAuthorization};
use crate::error::Error;

/// A checked authorization code.
pub(super) struct AuthorizationCode {
    pub(super) code: Secret,
    /// The browser's pending request; `None` when the code came another way.
    pub(super) browser: Option<BrowserRequest>,
}

/// A pending request of the browser. The port stays open until it is answered.
pub(super) struct BrowserRequest {
    pub(super) request: CallbackRequest,
    pub(super) _listener: LoopbackListener,
}

/// Shows the outcome in the browser.
pub(super) async fn answer_browser(
    browser: Option<BrowserRequest>,
    title: &str,
    error: Option<&Error>,
) {
    let Some(browser) = browser else {
        return;
    };
    let page = match error {
        None => Page::connected(title),
        Some(error) => Page::failed(title, &error.to_string()),
    };
    browser.request.respond(page).await;
}

/// Opens the browser and waits for its callback, a link, a pasted address or the deadline.
///
/// # Errors
/// [`Error::Callback`] when the user or the provider refused or the callback is invalid; [`Error::ConsentTimedOut`].
pub(super) async fn await_user(
    cx: &Context,
    running: &RunningAuthorization,
    pending: &Pending,
    page: BrowserUrl,
    listener: Option<LoopbackListener>,
    mut callbacks: mpsc::Receiver<CallbackParams>,
) -> Result<AuthorizationCode, Error> {
    // An authorization waits for its user only once.
    let expected = ExpectedCallback::Code(Box::new(pending.clone()));
    drop(running.expected_callback.set(expected));
    show_page(cx, running, page, |now| {
        now.scopes.clone_from(&pending.scopes);
    })
    .await?;
    tokio::select! {
        () = deadline(cx, running) => Err(Error::ConsentTimedOut),
        received = receive_from_browser(cx, listener, pending, running) => received,
        params = callbacks.recv() => {
            let params = params.ok_or(Error::Cancelled)?;
            let code = check_callback(pending, &params)?;
            Ok(AuthorizationCode { code, browser: None })
        }
    }
}

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

/// Waits for the browser on the loopback port; forever when the redirect is a link. A callback with another state or
/// issuer gets an error page, and the wait goes on.
async fn receive_from_browser(
    cx: &Context,
    listener: Option<LoopbackListener>,
    pending: &Pending,
    running: &RunningAuthorization,
) -> Result<AuthorizationCode, Error> {
    let Some(mut listener) = listener else {
        return std::future::pending().await;
    };
    loop {
        let request = listener
            .wait_for(|it| it.belongs_to(pending), &running.cancel)
            .await?;
        let page = |error| page_of(&running.snapshot().connector_title, error);
        if let Err(Error::Callback(error)) = ensure_expected(cx, running, request.params()) {
            request.respond(page(&error)).await;
            continue;
        }
        match check_callback(pending, request.params()) {
            Ok(code) => {
                let visitor = BrowserRequest {
                    request,
                    _listener: listener,
                };
                return Ok(AuthorizationCode {
                    code,
                    browser: Some(visitor),
                });
            }
            Err(error) => {
                request.respond(page(&error)).await;
                return Err(error.into());
            }
        }
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

pub(super) fn page_of(title: &str, error: &CallbackError) -> Page {
    match error {
        CallbackError::Denied { .. } => Page::declined(title),
        error => Page::failed(title, &error.to_string()),
    }
}
