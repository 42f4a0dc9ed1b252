//! An authorization with Patchbay as the OAuth client.

use std::sync::Arc;

use patchbay_model::{
    Authentication, AuthorizationState, Code, Connector, OauthGrant, WalletEntry,
};
use patchbay_oauth::{
    CallbackParams, Challenge, Discovery, DiscoverySource, Grant, Tokens, Trace, union,
};
use patchbay_platforms::mcp::{self, McpTarget};
use tokio::sync::mpsc;

use crate::address::endpoint_of;
use crate::authorizations::browser_sign_in::BrowserSignIn;
use crate::authorizations::save_grant::save_grant;
use crate::authorizations::{client, find_grant, issuer, previous_user, scope_upgrade};
use crate::context::Context;
use crate::context::running_authorizations::RunningAuthorization;
use crate::error::{Error, TimeLimit};
use crate::secrets;
use crate::stored_connectors::find_connector;
use crate::stored_connectors::time_limits::{limits_of, name_limit};

/// Runs a sign-in with Patchbay or the user's own app as the client.
pub(crate) async fn authorize_here(
    cx: &Context,
    running: &Arc<RunningAuthorization>,
    connector: &Connector,
    callbacks: mpsc::Receiver<CallbackParams>,
) -> Result<(), Error> {
    let trace = running.trace(cx);
    let oauth = cx.oauth_of(connector).await?;
    let discovery = discover(cx, connector, &trace).await?;
    if discovery.source == DiscoverySource::LegacyEndpointFallback {
        running.change(cx, |now| now.is_guessed = true);
    }
    issuer::ensure_issuer_accepted(cx, connector, &discovery, running).await?;
    let scopes = scopes(cx, connector, &discovery).await?;
    if grant_of(connector) == OauthGrant::ClientCredentials {
        running
            .advance(cx, |now| now.state = AuthorizationState::Exchanging)
            .await?;
        let grant = sign_in_as_client(cx, connector, &discovery, &scopes, &trace).await?;
        let _saving = running.saving.lock().await;
        save_grant(cx, &oauth, &connector.id, &grant, None).await?;
        return check(cx, running, connector).await;
    }
    let discovery = discovery.with_scopes(&scopes);
    let prepared = client::prepare(cx, connector, &discovery, running, &trace).await?;
    let former = find_grant(cx, connector).await?;
    let mut pending =
        oauth.start_authorization(&discovery, &prepared.client, &prepared.redirect, &scopes)?;
    if let Some(former) = &former
        && (!former.renews || renews_by_consent(cx, former).await)
    {
        pending = pending.with_forced_consent();
    }
    if let Some(former) = &former
        && let Some(user) = login_hint(connector, &discovery, former)
    {
        pending = pending.with_login_hint(user);
    }
    running.change(cx, |now| {
        now.new_scopes = new_scopes(&pending.scopes, former.as_ref())
    });
    let sign_in = BrowserSignIn {
        oauth: oauth.clone(),
        discovery: discovery.clone(),
        client: prepared.client.clone(),
        pending: pending.clone(),
        listener: prepared.listener,
        callbacks,
    };
    let save = async |tokens: Tokens| {
        let granted = tokens.scopes.clone();
        running.change(cx, |now| now.granted_scopes = granted);
        let user = tokio::select! {
            user = oauth.find_user(&discovery, &tokens, &trace) => user,
            () = running.cancel.cancelled() => None,
        };
        let grant = Grant::new(&discovery, &prepared.client, &pending, tokens, cx.now());
        save_grant(cx, &oauth, &connector.id, &grant, user).await?;
        check(cx, running, connector).await
    };
    sign_in.run(cx, running, save).await
}

/// Discovers how a connector signs in. Sends no credential and changes nothing.
///
/// # Errors
/// [`Error::Platform`] when its server fails, [`Error::OAuth`] when its authorization server does.
pub(crate) async fn discover(
    cx: &Context,
    connector: &Connector,
    trace: &dyn Trace,
) -> Result<Discovery, Error> {
    let url = endpoint_of(connector)?;
    let challenge = challenge(cx, connector, &url).await?;
    let oauth = cx.oauth_of(connector).await?;
    let grant = grant_of(connector);
    Ok(oauth
        .discover(
            &url,
            challenge.as_ref(),
            grant,
            &connector.oauth_deviations,
            trace,
        )
        .await?)
}

fn grant_of(connector: &Connector) -> OauthGrant {
    match &connector.authentication {
        Authentication::Oauth { grant, .. } => *grant,
        _ => OauthGrant::AuthorizationCode,
    }
}

/// Signs in as the user's own app.
async fn sign_in_as_client(
    cx: &Context,
    connector: &Connector,
    discovery: &Discovery,
    scopes: &[String],
    trace: &dyn Trace,
) -> Result<Grant, Error> {
    let client = client::own_client(cx, connector, discovery).await?;
    let oauth = cx.oauth_of(connector).await?;
    let tokens = oauth
        .sign_in_as_client(discovery, &client, scopes, trace)
        .await?;
    Ok(Grant::for_client(discovery, &client, tokens, cx.now()))
}

/// Moves on to `Checking` and shows the new identity.
async fn check(
    cx: &Context,
    running: &RunningAuthorization,
    connector: &Connector,
) -> Result<(), Error> {
    let before = &connector.identity;
    let connector = find_connector(cx, &connector.id).await?;
    running
        .advance(cx, |now| {
            now.state = AuthorizationState::Checking;
            now.asked_as = previous_user(before.user.as_ref(), connector.identity.user.as_ref());
            now.identity.clone_from(&connector.identity);
        })
        .await
}

/// Connects without a credential, since the server's challenge names the authorization server. A server that requires a
/// sign-in of calls only has sent it with the last refusal.
async fn challenge(
    cx: &Context,
    connector: &Connector,
    url: &url::Url,
) -> Result<Option<Challenge>, Error> {
    let target = McpTarget::anonymous(url.clone());
    let limits = limits_of(connector);
    let network = cx.network_of(connector).await?;
    match mcp::connect(network.client_for(url), target, limits, cx.shutdown()).await {
        Ok(session) => {
            session.close().await;
            Ok(scope_upgrade::saved_challenge(connector))
        }
        Err(
            patchbay_platforms::Error::Unauthorized { challenge, .. }
            | patchbay_platforms::Error::Forbidden { challenge, .. },
        ) => Ok(challenge.as_deref().map(Challenge::parse)),
        Err(error) => Err(name_limit(error.into(), connector, TimeLimit::Connect)),
    }
}

/// Returns the scopes of the settings, else those that the server names. Adds those granted before when a refusal has
/// asked for more since.
async fn scopes(
    cx: &Context,
    connector: &Connector,
    discovery: &Discovery,
) -> Result<Vec<String>, Error> {
    let first = match &connector.authentication {
        Authentication::Oauth { scopes, .. } if !scopes.is_empty() => scopes,
        _ => &discovery.initial_scopes,
    };
    let wanted = scope_upgrade::wanted_scopes(connector);
    if wanted.is_empty() {
        return Ok(first.clone());
    }
    let granted = find_grant(cx, connector).await?;
    let granted = granted.map(|entry| entry.scopes).unwrap_or_default();
    Ok(union(&union(first, &granted), &wanted))
}

/// Whether the previous sign-in got a refresh token only because consent was forced.
async fn renews_by_consent(cx: &Context, former: &WalletEntry) -> bool {
    let saved = secrets::read_stored(cx.vault(), former).await;
    let grant = saved.ok().and_then(|saved| Grant::from_secret(&saved).ok());
    grant.is_some_and(|grant| grant.insisted_on_consent)
}

/// Returns the email address, or a user name that looks like one, of a sign-in at the same issuer that expired. A
/// sign-in that works may be repeated to choose another account, which a hint would prevent.
fn login_hint<'a>(
    connector: &Connector,
    discovery: &Discovery,
    former: &'a WalletEntry,
) -> Option<&'a str> {
    let has_expired = connector.status.code == Some(Code::AuthExpired);
    let is_of_issuer = former.issuer.as_ref() == Some(&discovery.issuer);
    let user = former.user.as_deref();
    user.filter(|user| has_expired && is_of_issuer && user.contains('@'))
}

/// Returns the requested scopes that the previous sign-in did not have; none without a previous sign-in.
fn new_scopes(asked: &[String], former: Option<&WalletEntry>) -> Vec<String> {
    let Some(former) = former else {
        return Vec::new();
    };
    let is_new = |scope: &&String| !former.scopes.contains(scope);
    asked.iter().filter(is_new).cloned().collect()
}
