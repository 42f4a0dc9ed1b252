//! A consent on a hosted platform's own page: opened here, given there, and asked for until it is.

use std::sync::Arc;
use std::time::Duration;

use patchbay_model::{AuthorizationState, Connector, RemoteId};
use patchbay_platforms::{ConsentState, Consents, StartedConsent};
use serde_json::{Map, Value};
use url::Url;

use super::await_user;
use crate::consents::Consent;
use crate::hosted::options;
use crate::{Context, Error, Event, hosted_connectors, tools};

/// Goes the whole way of such a consent.
pub(super) async fn go(
    cx: &Context,
    consent: &Arc<Consent>,
    connector: &Connector,
    remote: &RemoteId,
    choices: &Map<String, Value>,
) -> Result<(), Error> {
    let (platform, _) = hosted_connectors::place_of(cx, connector).await?;
    let consents = platform.consents().ok_or_else(|| Error::Usage {
        what: format!("{} has no sign-in to click through", connector.title),
        hint: "Give it a key instead.".to_owned(),
    })?;
    let started = consents
        .start_consent(remote, None, choices, &options(cx))
        .await?;
    if let Some(page) = &started.page {
        open(cx, consent, page, &started).await?;
        tokio::select! {
            () = await_user::deadline(cx, consent) => return Err(Error::ConsentTimedOut),
            given = wait(cx, consents, remote, started.poll_every) => given?,
        }
        cx.tell(Event::Raise);
    }
    consent
        .advance(cx, |now| now.state = AuthorizationState::Checking)
        .await?;
    hosted_connectors::refresh_status(cx, connector, &*platform, remote).await?;
    let connector = crate::find_connector(cx, &connector.id).await?;
    tools::refresh(cx, &connector, &consent.cancel).await?;
    Ok(())
}

async fn open(
    cx: &Context,
    consent: &Consent,
    page: &Url,
    started: &StartedConsent,
) -> Result<(), Error> {
    let opened = await_user::open_browser(cx, page).await;
    let step = await_user::opening_step(cx, page, opened.as_ref().err());
    let until = started.lives.map(|lives| cx.now() + lives);
    consent
        .advance(cx, |now| {
            now.state = AuthorizationState::AwaitingUser;
            now.url = Some(page.to_string());
            // The platform's own patience ends it, when that is shorter than ours.
            now.deadline_at = until.map_or(now.deadline_at, |until| until.min(now.deadline_at));
            now.trace.push(step);
        })
        .await
}

/// Asks until the consent is given or over. What fails once is asked again: the deadline ends it.
async fn wait(
    cx: &Context,
    consents: &dyn Consents,
    remote: &RemoteId,
    poll_every: Duration,
) -> Result<(), Error> {
    loop {
        match consents.consent_state(remote, &options(cx)).await {
            Ok(ConsentState::Given) => return Ok(()),
            Ok(ConsentState::Ended { reason }) => return Err(Error::ConsentEnded { reason }),
            Ok(ConsentState::Waiting) => {}
            Err(error) if error.is_retryable() => {}
            Err(error) => return Err(error.into()),
        }
        tokio::time::sleep(poll_every).await;
    }
}
