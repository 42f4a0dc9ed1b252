//! One authorization, state by state.

use std::sync::Arc;

use patchbay_model::{
    Authentication, AuthorizationState, Connector, ConnectorStatus, Explain, Status, TraceStep,
    WalletEntry,
};
use patchbay_oauth::{CallbackParams, Challenge, Discovery, Grant, Page, union};
use patchbay_platforms::mcp::{self, McpLimits, McpTarget};
use patchbay_platforms::{NoToken, PlainHttp};
use serde_json::{Map, Value};
use tokio::sync::mpsc;

use super::await_user::BrowserRequest;
use super::{await_user, client, issuer, keep};
use crate::address::endpoint_of;
use crate::backend::for_connector;
use crate::list_connectors::{find_connector, not_found};
use crate::running_authorizations::RunningAuthorization;
use crate::{Context, Error, Event, scope_upgrade, status, tools};

/// Runs it to its end and writes down how it ended.
pub(super) async fn run_authorization(
    cx: Context,
    running: Arc<RunningAuthorization>,
    connector: Connector,
    choices: Map<String, Value>,
    callbacks: mpsc::Receiver<CallbackParams>,
) {
    let before = connector.status.clone();
    let way = async {
        show_authorizing(&cx, &connector).await?;
        let backend = for_connector(&cx, &connector);
        backend.authorize(&running, &choices, callbacks).await
    };
    let went = tokio::select! {
        went = way => went,
        () = running.cancel.cancelled() => Err(Error::Cancelled),
    };
    let id = running.snapshot().id;
    if let Err(error) = finish(&cx, &running, &connector, before, went).await {
        tracing::error!(%error, "the end of a sign-in could not be kept");
    }
    cx.running_authorizations().leave(&id);
}

/// Goes the whole way of a consent of which Patchbay is the client.
pub(crate) async fn authorize_here(
    cx: &Context,
    running: &Arc<RunningAuthorization>,
    connector: &Connector,
    callbacks: mpsc::Receiver<CallbackParams>,
) -> Result<(), Error> {
    let trace = tracer(cx, running);
    let url = endpoint_of(connector)?;
    let challenge = challenge(cx, &url).await?;
    let discovery = cx
        .oauth()
        .discover(&url, challenge.as_ref(), &trace)
        .await?;
    issuer::ensure_agreed(cx, connector, &discovery, running).await?;
    let scopes = scopes(cx, connector, &discovery).await?;
    let discovery = discovery.with_scopes(&scopes);
    let prepared = client::prepare(cx, connector, &discovery, running, &trace).await?;
    let pending = cx
        .oauth()
        .begin(&discovery, &prepared.client, &prepared.redirect, &scopes)?;
    let page = cx.oauth().consent_page(&discovery, &pending).await?;
    let former = issuer::former_grant(cx, connector).await?;
    running.change(cx, |now| {
        now.new_scopes = new_scopes(&pending.scopes, former.as_ref())
    });
    let received =
        await_user::await_user(cx, running, &pending, page, prepared.listener, callbacks).await?;
    cx.emit(Event::Raise);
    running
        .advance(cx, |now| now.state = AuthorizationState::Exchanging)
        .await?;
    let exchanged = async {
        let oauth = cx.oauth();
        let tokens = oauth
            .exchange(
                &pending,
                &received.code,
                &prepared.client,
                &discovery,
                &trace,
            )
            .await?;
        let granted = tokens.scopes.clone();
        running.change(cx, |now| now.granted_scopes = granted);
        let grant = Grant::new(&discovery, &prepared.client, &pending, tokens, cx.now());
        keep::keep(cx, &connector.id, &grant).await
    };
    let exchanged = exchanged.await;
    answer_browser(received.browser, &connector.title, exchanged.as_ref().err()).await;
    exchanged?;
    let connector = find_connector(cx, &connector.id).await?;
    running
        .advance(cx, |now| {
            now.state = AuthorizationState::Checking;
            now.identity.clone_from(&connector.identity);
        })
        .await?;
    tools::refresh(cx, &connector, &running.cancel).await?;
    Ok(())
}

/// Asks the server without a credential, for its challenge names where to sign in.
async fn challenge(cx: &Context, url: &url::Url) -> Result<Option<Challenge>, Error> {
    let target = McpTarget {
        url: url.clone(),
        tokens: Arc::new(NoToken),
        plain_http: PlainHttp::Refused,
        server_facts: None,
    };
    match mcp::connect(cx.http_to(url), target, McpLimits::default(), cx.ending()).await {
        Ok(session) => {
            session.close().await;
            Ok(None)
        }
        Err(
            patchbay_platforms::Error::Unauthorized { challenge, .. }
            | patchbay_platforms::Error::Forbidden { challenge, .. },
        ) => Ok(challenge.as_deref().map(Challenge::parse)),
        Err(error) => Err(error.into()),
    }
}

/// Scopes of the settings, else those the server names; with those granted before and those that a
/// refusal asked for since.
async fn scopes(
    cx: &Context,
    connector: &Connector,
    discovery: &Discovery,
) -> Result<Vec<String>, Error> {
    let (chosen, entry) = match &connector.authentication {
        Authentication::Oauth { scopes, entry, .. } => (scopes.as_slice(), entry.as_ref()),
        _ => (&[][..], None),
    };
    let first = if chosen.is_empty() {
        &discovery.initial_scopes
    } else {
        chosen
    };
    let wanted = scope_upgrade::wanted_scopes(connector);
    if wanted.is_empty() {
        return Ok(first.to_vec());
    }
    let granted = match entry {
        Some(entry) => cx.store().find_wallet_entry(entry).await?,
        None => None,
    };
    let granted = granted.map(|entry| entry.scopes).unwrap_or_default();
    Ok(union(&union(first, &granted), &wanted))
}

/// Scopes that are asked for and were not given by the sign-in before; none where there was no other.
fn new_scopes(asked: &[String], former: Option<&WalletEntry>) -> Vec<String> {
    let Some(former) = former else {
        return Vec::new();
    };
    let is_new = |scope: &&String| !former.scopes.contains(scope);
    asked.iter().filter(is_new).cloned().collect()
}

/// Writes steps into the consent, where windows see them at once.
fn tracer(
    cx: &Context,
    running: &Arc<RunningAuthorization>,
) -> impl Fn(TraceStep) + Send + Sync + use<> {
    let cx = cx.clone();
    let running = Arc::clone(running);
    move |step| running.change(&cx, |now| now.trace.push(step))
}

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
    browser.respond(page).await;
}

async fn show_authorizing(cx: &Context, connector: &Connector) -> Result<(), Error> {
    let id = &connector.id;
    let change = |connector: &mut Connector| {
        connector.status.status = Status::Authorizing;
        connector.status.word = None;
        connector.status.reason = Some("waiting for the sign-in".to_owned());
        connector.status.code = None;
    };
    let changed = status::change(cx, id, change).await?;
    changed.map(drop).ok_or_else(|| not_found(id.as_str()))
}

async fn finish(
    cx: &Context,
    running: &RunningAuthorization,
    connector: &Connector,
    before: ConnectorStatus,
    went: Result<(), Error>,
) -> Result<(), Error> {
    let error = went.err();
    if let Some(error) = &error {
        doubt_registration(cx, running, error).await;
    }
    if let Some(error) = &error {
        let after = status_after(cx, before, running, error);
        let change = move |connector: &mut Connector| {
            let last_ok_at = connector.status.last_ok_at.max(after.last_ok_at);
            connector.status = ConnectorStatus {
                last_ok_at,
                ..after
            };
        };
        status::change(cx, &connector.id, change).await?;
    }
    let state = error
        .as_ref()
        .map_or(AuthorizationState::Authorized, state_after);
    running
        .advance(cx, |now| {
            now.state = state;
            now.page_host = None;
            now.problem = error.map(Into::into);
        })
        .await
}

/// A provider that forgot us says so to the user alone, on a page that we do not see. What received to
/// nothing is not tried with the same registration again.
async fn doubt_registration(cx: &Context, running: &RunningAuthorization, error: &Error) {
    let asked = matches!(
        running.snapshot().state,
        AuthorizationState::AwaitingUser | AuthorizationState::Exchanging
    );
    let Some((server, issuer)) = running.registration.get().filter(|_| asked) else {
        return;
    };
    if error.code() == patchbay_model::Code::AuthDenied {
        return;
    }
    if let Err(error) = client::forget_registrations(cx, server, issuer).await {
        tracing::warn!(%error, "a doubtful registration could not be forgotten");
    }
}

pub(super) fn state_after(error: &Error) -> AuthorizationState {
    use patchbay_model::Code;
    match error.code() {
        Code::AuthDenied => AuthorizationState::Denied,
        Code::AuthTimedOut => AuthorizationState::Expired,
        Code::Cancelled => AuthorizationState::Cancelled,
        _ => AuthorizationState::Failed,
    }
}

/// A consent that received to nothing leaves the connector as it was, unless nothing was known of it.
fn status_after(
    cx: &Context,
    before: ConnectorStatus,
    running: &RunningAuthorization,
    error: &Error,
) -> ConnectorStatus {
    if running.snapshot().state == AuthorizationState::Checking {
        return ConnectorStatus {
            status: Status::Unknown,
            word: Some("Signed in, tools not loaded".to_owned()),
            reason: Some(error.to_string()),
            code: Some(error.code()),
            checked_at: Some(cx.now()),
            last_ok_at: before.last_ok_at,
        };
    }
    if !matches!(before.status, Status::Unknown | Status::Authorizing) {
        return before;
    }
    ConnectorStatus {
        status: Status::NeedsAuthorization,
        word: None,
        reason: Some(error.to_string()),
        code: Some(error.code()),
        ..before
    }
}
