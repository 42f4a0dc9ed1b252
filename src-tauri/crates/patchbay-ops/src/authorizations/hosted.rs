//! An authorization on a hosted platform's own page: we open the page and poll the platform until consent is given.

use std::sync::Arc;
use std::time::Duration;

use patchbay_model::{AuthorizationState, Connector};
use patchbay_oauth::{CallbackParams, LoopbackHost, LoopbackOptions, PortChoice, RedirectState};
use patchbay_platforms::{ConsentRequest, ConsentState, Consents, StartedConsent};
use serde_json::{Map, Value};
use tokio::sync::mpsc;
use url::Url;

use super::await_user;
use super::callback_receiver::{CallbackReceiver, answer_browser};
use super::client::bind_redirect;
use super::previous_user;
use crate::accounts::platform::finish_call;
use crate::accounts::remote_call::HostedConnector;
use crate::accounts::{find_account, reach_of};
use crate::context::Context;
use crate::context::running_authorizations::{ExpectedCallback, RunningAuthorization};
use crate::error::Error;
use crate::events::Event;
use crate::stored_connectors::find_connector;

/// A redirect to any free port, since none is registered.
const ANY_PORT: LoopbackOptions = LoopbackOptions {
    host: LoopbackHost::Ip,
    port: PortChoice::Any,
};

/// Name of the page in messages.
const PAGE: &str = "sign-in page";

pub(crate) async fn authorize_at_platform(
    cx: &Context,
    running: &Arc<RunningAuthorization>,
    connector: &Connector,
    choices: &Map<String, Value>,
    callbacks: mpsc::Receiver<CallbackParams>,
) -> Result<(), Error> {
    let hosted = HostedConnector::new(cx, connector.clone()).await?;
    run_consent(cx, running, &hosted, choices, callbacks).await?;
    running
        .advance(cx, |now| now.state = AuthorizationState::Checking)
        .await?;
    hosted.refresh_status().await?;
    let before = &connector.identity;
    let connector = find_connector(cx, &connector.id).await?;
    running.change(cx, |now| {
        now.asked_as = previous_user(
            before.credential.as_ref(),
            connector.identity.credential.as_ref(),
        );
        now.identity.clone_from(&connector.identity);
    });
    Ok(())
}

/// Starts the consent at the platform and waits until it is given.
async fn run_consent(
    cx: &Context,
    running: &Arc<RunningAuthorization>,
    hosted: &HostedConnector<'_>,
    choices: &Map<String, Value>,
    callbacks: mpsc::Receiver<CallbackParams>,
) -> Result<(), Error> {
    let (connector, remote, options) = (&hosted.connector, &hosted.remote, &hosted.options);
    let consents = hosted.platform.consents().ok_or_else(|| {
        Error::usage(
            format!("connector {} has no browser sign-in", connector.title),
            "Enter a key instead.",
        )
    })?;
    let (redirect, listener) = bind_redirect(running.snapshot().redirect, ANY_PORT).await?;
    let redirect_state = RedirectState::new(&redirect)?;
    let address = redirect_state.address().clone();
    let expected = ExpectedCallback::Return(redirect_state);
    let mut receiver = CallbackReceiver::new(running, expected, listener, callbacks);
    // An error here will recur below.
    let before = consents.consent_state(remote, options).await;
    let was_given = matches!(before, Ok(ConsentState::Given));
    let request = ConsentRequest {
        is_renewal: was_given,
        ..ConsentRequest::new(remote, Some(&address), choices.clone())
    };
    let started = consents.start_consent(request, options).await;
    let started = finish_call(cx, &connector.account, &*hosted.platform, started).await?;
    if let Some(page) = &started.page {
        let poll = ConsentPoll {
            hosted,
            consents,
            poll_every: started.poll_every,
            was_given: was_given || started.was_given,
        };
        open_consent_page(cx, running, connector, page, &started).await?;
        tokio::select! {
            () = await_user::deadline(cx, running) => return Err(Error::ConsentTimedOut),
            given = poll_until_given(cx, running, &poll, &mut receiver) => given?,
        }
    }
    Ok(())
}

/// Checks the URL of the platform's page and opens it.
async fn open_consent_page(
    cx: &Context,
    running: &RunningAuthorization,
    connector: &Connector,
    page: &Url,
    started: &StartedConsent,
) -> Result<(), Error> {
    let account = find_account(cx, &connector.account).await?;
    let reach = reach_of(&account);
    let page = cx.addresses().browser_url(PAGE, &reach, page.clone()).await;
    let page = page.map_err(patchbay_oauth::Error::from)?;
    let until = started.valid_for.map(|valid_for| cx.now() + valid_for);
    await_user::show_page(cx, running, page, |now| {
        // The platform's time limit applies if it is shorter than ours.
        now.deadline_at = until.map_or(now.deadline_at, |until| until.min(now.deadline_at));
    })
    .await
}

struct ConsentPoll<'a> {
    hosted: &'a HostedConnector<'a>,
    consents: &'a dyn Consents,
    poll_every: Duration,
    /// Whether there was a consent before. Then a new one is only recognized after the browser's callback.
    was_given: bool,
}

/// Polls until the consent is given or has ended, and immediately after the browser's callback: the platform's answer
/// counts, not the callback. Retryable errors are polled again until the deadline.
async fn poll_until_given(
    cx: &Context,
    running: &RunningAuthorization,
    poll: &ConsentPoll<'_>,
    receiver: &mut CallbackReceiver,
) -> Result<(), Error> {
    let hosted = poll.hosted;
    let title = hosted.connector.title.as_str();
    let (mut browser, mut is_back) = (None, false);
    let mut was_given = poll.was_given;
    // Not begun anew with each poll, which would lose a refusal while the browser is answered.
    let mut receiving = std::pin::pin!(receiver.receive(cx, running));
    let given = loop {
        tokio::select! {
            () = tokio::time::sleep(poll.poll_every) => {}
            received = &mut receiving, if !is_back => {
                is_back = true;
                cx.emit(Event::Raise);
                match received {
                    Ok(callback) => browser = callback.browser,
                    Err(error) => break Err(error),
                }
            }
        }
        let state = poll.consents.consent_state(&hosted.remote, &hosted.options);
        match state.await {
            Ok(ConsentState::Given) if was_given && !is_back => {}
            Ok(ConsentState::Given) => {
                poll.consents.abandon_consent(&hosted.remote);
                break Ok(());
            }
            Ok(ConsentState::Ended { reason, is_refusal }) => {
                break Err(Error::ConsentEnded {
                    by: hosted.connector.identity.account.clone(),
                    reason,
                    is_refusal,
                });
            }
            Ok(ConsentState::Waiting) => was_given = false,
            Err(error) if error.is_retryable() => {}
            Err(error) => break hosted.finish(Err(error)).await,
        }
    };
    answer_browser(browser, title, given.as_ref().err()).await;
    if given.is_ok() && !is_back {
        cx.emit(Event::Raise);
    }
    given
}
