//! Signing in to a provider with the user's own OAuth app, for a platform that wants the tokens.
//!
//! Such a platform needs a refresh token when a connector is created. Patchbay runs the authorization and saves the
//! token in the wallet, from where the form takes it.

use std::sync::Arc;
use std::time::Duration;

use patchbay_http::Reach;
use patchbay_model::{
    Account, AccountId, Authorization, AuthorizationId, ConnectorId, Granted, IdentityLine, Json,
    Redirect, Secret,
};
use patchbay_oauth::{
    CallbackParams, ClientIdentity, DEFAULT_PORT, LoopbackHost, LoopbackOptions, PortChoice, Tokens,
};
use patchbay_platforms::ProviderOAuth;
use serde::{Deserialize, Serialize};
use specta::Type;
use tokio::sync::mpsc;
use url::Url;

use super::browser_sign_in::BrowserSignIn;
use super::client::bind_redirect;
use super::steps::TIMEOUT_SECONDS;
use crate::accounts::platform::{finish_call, options, platform_of};
use crate::accounts::{find_account, reach_of};
use crate::context::Context;
use crate::context::running_authorizations::RunningAuthorization;
use crate::credentials::edit::add_derived_entry;
use crate::credentials::secret::WalletSecret;
use crate::error::Error;
use crate::forms::{GivenSecret, resolve_given};

/// How a sign-in can fill the form of a definition.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ProviderSignIn {
    /// The authorization endpoint; `None` when the user has to enter it.
    pub authorize_url: Option<String>,
    /// The token endpoint; `None` when the user has to enter it.
    pub token_url: Option<String>,
    /// Default scopes.
    pub scopes: Vec<String>,
    /// Form values that this sign-in requires: a JSON object.
    pub values: Json,
    /// JSON pointer to the client id in the form.
    pub client_id_field: String,
    /// JSON pointer to the client secret in the form.
    pub client_secret_field: Option<String>,
}

/// Request to sign in to a provider.
#[derive(Clone, Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct StartProviderSignIn {
    /// The account that the connector will be created on.
    pub account: AccountId,
    pub definition: String,
    /// Client id of the user's own OAuth app.
    pub client_id: String,
    pub client_secret: Option<GivenSecret>,
    /// The authorization endpoint; `None` for the definition's. Parameters such as `access_type=offline` are kept.
    pub authorize_url: Option<String>,
    /// The token endpoint; `None` for the definition's.
    pub token_url: Option<String>,
    /// `None` for the scopes of the definition.
    pub scopes: Option<Vec<String>>,
    pub redirect: Redirect,
}

/// Returns how a sign-in can fill the form of a definition; `None` if it cannot.
pub async fn provider_sign_in(
    cx: &Context,
    account: &AccountId,
    definition: &str,
) -> Result<Option<ProviderSignIn>, Error> {
    let account = find_account(cx, account).await?;
    let provider = find_provider(cx, &account, definition).await?;
    Ok(provider.map(|provider| ProviderSignIn {
        authorize_url: provider.authorize_url.map(Into::into),
        token_url: provider.token_url.map(Into::into),
        scopes: provider.scopes,
        values: Json(provider.values.into()),
        client_id_field: provider.client_id_field,
        client_secret_field: provider.client_secret_field,
    }))
}

/// Starts the sign-in and opens the browser. When it succeeds, `granted` lists the wallet entries of the tokens with
/// their paths in the form.
///
/// # Errors
/// [`Error::Usage`] when the definition supports no such sign-in or a URL is missing; [`Error::OAuth`] when a URL is
/// not allowed; [`Error::Vault`] when the tokens could not be saved; as for [`provider_sign_in`].
pub async fn start_provider_sign_in(
    cx: &Context,
    request: StartProviderSignIn,
) -> Result<Authorization, Error> {
    let account = find_account(cx, &request.account).await?;
    let provider = find_provider(cx, &account, &request.definition).await?;
    let provider = provider.ok_or_else(|| usage("this form can't be filled by signing in"))?;
    cx.vault().probe().await?;
    let secret = match request.client_secret.clone() {
        Some(given) => Some(resolve_given(cx, given).await?),
        None => None,
    };
    let authorize_url = address(
        request.authorize_url.as_deref(),
        provider.authorize_url.as_ref(),
    )?;
    let reach = match request.authorize_url {
        Some(_) => Reach::of(&authorize_url),
        None => reach_of(&account),
    };
    let plan = SignInPlan {
        client: ClientIdentity::PreRegistered {
            id: request.client_id.trim().to_owned(),
            secret,
        },
        authorize_url,
        reach,
        token_url: address(request.token_url.as_deref(), provider.token_url.as_ref())?,
        scopes: request
            .scopes
            .clone()
            .unwrap_or_else(|| provider.scopes.clone()),
        redirect: request.redirect,
        provider,
    };
    let authorization = new_authorization(cx, &account, &request);
    let (running, callbacks) =
        RunningAuthorization::new(authorization, None, cx.shutdown().child_token());
    if let Err(other) = cx.running_authorizations().register(Arc::clone(&running)) {
        return Ok(other.snapshot());
    }
    cx.tasks().spawn(run_authorization(
        cx.clone(),
        Arc::clone(&running),
        plan,
        callbacks,
    ));
    Ok(running.snapshot())
}

/// The redirect that the user was told to register, since the provider would reject another port.
const REGISTERED: LoopbackOptions = LoopbackOptions {
    host: LoopbackHost::Ip,
    port: PortChoice::Pinned(DEFAULT_PORT),
};

struct SignInPlan {
    client: ClientIdentity,
    authorize_url: Url,
    /// Which addresses may be requested besides those that the user entered.
    reach: Reach,
    token_url: Url,
    scopes: Vec<String>,
    redirect: Redirect,
    provider: ProviderOAuth,
}

async fn find_provider(
    cx: &Context,
    account: &Account,
    definition: &str,
) -> Result<Option<ProviderOAuth>, Error> {
    let platform = platform_of(cx, account).await?;
    let Some(creation) = platform.creation() else {
        return Ok(None);
    };
    let found = creation.oauth_app(definition, &options(cx)).await;
    finish_call(cx, &account.id, &*platform, found).await
}

fn address(typed: Option<&str>, default: Option<&Url>) -> Result<Url, Error> {
    match typed.map(str::trim).filter(|typed| !typed.is_empty()) {
        Some(typed) => Url::parse(typed).map_err(|_| usage("the provider's URLs aren't valid")),
        None => default
            .cloned()
            .ok_or_else(|| usage("the provider's URLs are missing")),
    }
}

fn usage(what: &str) -> Error {
    Error::usage(what, "Enter the provider's authorization and token URLs.")
}

fn new_authorization(
    cx: &Context,
    account: &Account,
    request: &StartProviderSignIn,
) -> Authorization {
    let identity = IdentityLine {
        platform: account.platform,
        account: account.label.clone(),
        credential: None,
        user: None,
        level: None,
        expires_at: None,
    };
    Authorization::preparing(
        AuthorizationId::new(cx.new_id("auth")),
        // There is no connector yet; this id allows one sign-in at a time per definition of an account.
        ConnectorId::new(format!("{}/{}", account.id, request.definition)),
        account.label.clone(),
        identity,
        request.redirect,
        cx.now(),
        Duration::from_secs(TIMEOUT_SECONDS.into()),
    )
}

async fn run_authorization(
    cx: Context,
    running: Arc<RunningAuthorization>,
    plan: SignInPlan,
    callbacks: mpsc::Receiver<CallbackParams>,
) {
    let authorizing = authorize(&cx, &running, &plan, callbacks);
    let outcome = running.run(authorizing).await;
    if let Err(error) = running.end(&cx, outcome.as_ref().err()).await {
        tracing::error!(%error, "the end of a sign-in could not be kept");
    }
    cx.running_authorizations().remove(&running.snapshot().id);
}

async fn authorize(
    cx: &Context,
    running: &Arc<RunningAuthorization>,
    plan: &SignInPlan,
    callbacks: mpsc::Receiver<CallbackParams>,
) -> Result<(), Error> {
    let (oauth, scopes) = (cx.oauth(), plan.scopes.clone());
    let (page, token) = (plan.authorize_url.clone(), plan.token_url.clone());
    let discovery = oauth.discovery_from_endpoints(page, token, scopes, plan.reach.clone())?;
    let (redirect, listener) = bind_redirect(plan.redirect, REGISTERED).await?;
    let pending = oauth.start_authorization(&discovery, &plan.client, &redirect, &plan.scopes)?;
    let sign_in = BrowserSignIn {
        oauth: oauth.clone(),
        discovery,
        client: plan.client.clone(),
        pending,
        listener,
        callbacks,
    };
    let save = |tokens| save_token(cx, running, plan, tokens);
    sign_in.run(cx, running, save).await
}

/// Saves the token that the form needs.
async fn save_token(
    cx: &Context,
    running: &RunningAuthorization,
    plan: &SignInPlan,
    tokens: Tokens,
) -> Result<(), Error> {
    let provider = &plan.provider;
    let (path, token, kind) = match (&provider.refresh_token_field, &provider.access_token_field) {
        (Some(path), _) => (path, tokens.refresh_token, "refresh token"),
        (None, Some(path)) => (path, Some(tokens.access_token), "access token"),
        (None, None) => return Err(usage("the form has no token field")),
    };
    let host = plan.authorize_url.host_str().unwrap_or("provider");
    let token: Secret = token.ok_or_else(|| Error::ConsentEnded {
        by: host.to_owned(),
        reason: "it sent no refresh token".to_owned(),
        is_refusal: true,
    })?;
    let secret = WalletSecret::Bearer { token };
    let entry = add_derived_entry(cx, &format!("{host} {kind}"), secret).await?;
    running.change(cx, |now| {
        now.granted = vec![Granted {
            path: path.clone(),
            entry: entry.id,
        }];
    });
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::connectors::inspect_address::default_redirect_uri;

    use super::*;

    #[test]
    fn the_redirect_is_the_one_that_the_user_is_told_to_register() {
        let PortChoice::Pinned(port) = REGISTERED.port else {
            panic!("{REGISTERED:?}");
        };
        assert!(default_redirect_uri().contains(&format!("127.0.0.1:{port}/")));
    }
}
