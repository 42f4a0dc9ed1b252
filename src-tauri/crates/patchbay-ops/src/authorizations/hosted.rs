//! A consent on a hosted platform's own page: opened here, given there, and asked for until it is.

use std::sync::Arc;
use std::time::Duration;

use patchbay_model::{AuthorizationState, Connector, RemoteId};
use patchbay_oauth::CallbackParams;
use patchbay_platforms::{ConsentRequest, ConsentState, Consents, Platform, StartedConsent};
use serde_json::{Map, Value};
use tokio::sync::mpsc;
use url::Url;

use super::await_user;
use super::await_user::answer_browser;
use super::return_visit::ReturnVisit;
use super::somebody_else;
use crate::accounts::platform::{finish_call, options};
use crate::accounts::{find_account, reach_of};
use crate::connectors::remote::{platform_for, refresh_status};
use crate::context::Context;
use crate::context::running_authorizations::RunningAuthorization;
use crate::error::Error;
use crate::events::Event;

/// What the page is called in messages.
const PAGE: &str = "sign-in page";

/// Goes the whole way of such a consent.
pub(crate) async fn authorize_at_platform(
    cx: &Context,
    running: &Arc<RunningAuthorization>,
    connector: &Connector,
    choices: &Map<String, Value>,
    callbacks: mpsc::Receiver<CallbackParams>,
) -> Result<(), Error> {
    let (platform, remote) = platform_for(cx, connector).await?;
    go_through(
        cx, running, connector, &*platform, &remote, choices, callbacks,
    )
    .await?;
    running
        .advance(cx, |now| now.state = AuthorizationState::Checking)
        .await?;
    refresh_status(cx, connector, &*platform, &remote).await?;
    let before = &connector.identity;
    let connector = crate::connectors::find_connector(cx, &connector.id).await?;
    running.change(cx, |now| {
        now.asked_as = somebody_else(
            before.credential.as_ref(),
            connector.identity.credential.as_ref(),
        );
        now.identity.clone_from(&connector.identity);
    });
    Ok(())
}

/// Has the platform ask for the consent, and waits until it is given.
async fn go_through(
    cx: &Context,
    running: &Arc<RunningAuthorization>,
    connector: &Connector,
    platform: &dyn Platform,
    remote: &RemoteId,
    choices: &Map<String, Value>,
    callbacks: mpsc::Receiver<CallbackParams>,
) -> Result<(), Error> {
    let consents = platform.consents().ok_or_else(|| Error::Usage {
        what: format!("{} has no browser sign-in", connector.title),
        hint: "Enter a key instead.".to_owned(),
    })?;
    let mut visit = ReturnVisit::expect(running, callbacks).await?;
    // What cannot be told is met again below.
    let before = consents.consent_state(remote, &options(cx)).await;
    let was_given = matches!(before, Ok(ConsentState::Given));
    let request = ConsentRequest {
        is_again: was_given,
        ..ConsentRequest::new(remote, Some(visit.address()), choices.clone())
    };
    let started = consents.start_consent(request, &options(cx)).await;
    let started = finish_call(cx, &connector.account, platform, started).await?;
    if let Some(page) = &started.page {
        let asked = Asked {
            consents,
            remote,
            poll_every: started.poll_every,
            account: &connector.identity.account,
            title: &connector.title,
            was_given,
        };
        open(cx, running, connector, page, &started).await?;
        tokio::select! {
            () = await_user::deadline(cx, running) => return Err(Error::ConsentTimedOut),
            given = wait(cx, running, &asked, &mut visit) => given?,
        }
    }
    Ok(())
}

/// Opens the platform's page, once its address was checked.
///
/// # Errors
/// [`Error::OAuth`] when it must not be opened; [`Error::Store`].
async fn open(
    cx: &Context,
    running: &RunningAuthorization,
    connector: &Connector,
    page: &Url,
    started: &StartedConsent,
) -> Result<(), Error> {
    let account = find_account(cx, &connector.account).await?;
    let reach = reach_of(cx, &account);
    let page = cx.addresses().browser_url(PAGE, &reach, page.clone()).await;
    let page = page.map_err(patchbay_oauth::Error::from)?;
    let until = started.lives.map(|lives| cx.now() + lives);
    await_user::show_page(cx, running, page, |now| {
        // The platform's own patience ends it, when that is shorter than ours.
        now.deadline_at = until.map_or(now.deadline_at, |until| until.min(now.deadline_at));
    })
    .await
}

/// What is asked until it is known.
struct Asked<'a> {
    consents: &'a dyn Consents,
    remote: &'a RemoteId,
    poll_every: Duration,
    account: &'a str,
    title: &'a str,
    /// Whether there was a consent before this one: only that the browser came back tells them apart.
    was_given: bool,
}

/// Asks until the consent is given or over, at once when the browser comes back: what the platform says
/// counts, not the visit. What fails once is asked again: the deadline ends it.
async fn wait(
    cx: &Context,
    running: &RunningAuthorization,
    asked: &Asked<'_>,
    visit: &mut ReturnVisit,
) -> Result<(), Error> {
    let (mut browser, mut is_back) = (None, false);
    let options = options(cx);
    let mut was_given = asked.was_given;
    let given = loop {
        tokio::select! {
            () = tokio::time::sleep(asked.poll_every) => {}
            received = visit.receive(running, asked.title), if !is_back => {
                is_back = true;
                cx.emit(Event::Raise);
                match received {
                    Ok(request) => browser = request,
                    Err(error) => break Err(error),
                }
            }
        }
        let state = asked.consents.consent_state(asked.remote, &options);
        match state.await {
            Ok(ConsentState::Given) if was_given && !is_back => {}
            Ok(ConsentState::Given) => break Ok(()),
            Ok(ConsentState::Ended { reason, is_refusal }) => {
                break Err(Error::ConsentEnded {
                    by: asked.account.to_owned(),
                    reason,
                    is_refusal,
                });
            }
            Ok(ConsentState::Waiting) => was_given = false,
            Err(error) if error.is_retryable() => {}
            Err(error) => break Err(error.into()),
        }
    };
    answer_browser(browser, asked.title, given.as_ref().err()).await;
    if given.is_ok() && !is_back {
        cx.emit(Event::Raise);
    }
    given
}
