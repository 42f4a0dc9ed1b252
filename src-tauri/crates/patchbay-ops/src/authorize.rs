//! Click-through consents, from the click to the listed tools.
//!
//! Source: the product's design, "Authorization"; MCP requirements R8–R20.

mod await_user;
mod client;
mod flow;
mod hosted;
mod issuer;
mod keep;
mod provider;
mod return_visit;

pub(crate) use flow::authorize_here;
pub(crate) use hosted::authorize_at_platform;
pub use provider::{ProviderSignIn, StartProviderSignIn, provider_sign_in, start_provider_sign_in};

use std::sync::Arc;
use std::time::Duration;

use patchbay_model::{
    Authentication, Authorization, AuthorizationId, AuthorizationState, Connector, ConnectorId,
    Form, Json, Redirect, Secret, Status,
};
use patchbay_oauth::{CallbackError, parse_callback_url};
use serde::Deserialize;
use serde_json::{Map, Value};
use specta::Type;
use url::Url;

use crate::backend::for_connector;
use crate::list_connectors::find_connector;
use crate::running_authorizations::RunningAuthorization;
use crate::{Context, Error};

/// A consent to be started.
#[derive(Clone, Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct StartAuthorization {
    /// The connector to be connected.
    pub connector: ConnectorId,
    /// How the browser is to come back; `None` for the connector's own setting.
    pub redirect: Option<Redirect>,
    /// How long the user may take, in seconds; `None` for 300.
    pub timeout_seconds: Option<u32>,
    /// What was chosen before, values of a hosted platform's own form: an object, or null for nothing.
    pub choices: Json,
    /// The authorization server that was agreed to in place of the one before, to the letter as
    /// [`IssuerChange::issuer`](patchbay_model::IssuerChange) named it; no other is.
    #[serde(default)]
    pub accept_issuer: Option<String>,
}

/// How long the user may take, unless it is said otherwise.
const TIMEOUT_SECONDS: u32 = 300;

/// What [`extend_authorization`] adds.
const EXTENSION: Duration = Duration::from_secs(300);

/// How many consents [`list_authorizations`] tells of.
const LISTED: u32 = 50;

/// Whether a click-through consent can connect it. None can where the platform knows no such thing.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Vault`], [`Error::Reference`]; nothing is sent.
pub async fn has_consent(cx: &Context, connector: &Connector) -> Result<bool, Error> {
    for_connector(cx, connector).has_consent().await
}

/// What a person may choose before a connector's consent starts; `None` where there is nothing to choose.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Platform`]; [`Error::Vault`], [`Error::Reference`].
pub async fn consent_form(cx: &Context, id: &ConnectorId) -> Result<Option<Form>, Error> {
    let connector = find_connector(cx, id).await?;
    for_connector(cx, &connector).consent_form().await
}

/// Starts a consent and opens the browser; it goes on by itself, and changes tell of each step. A
/// connector whose consent is under way gets that one.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::SwitchedOff`]; [`Error::Vault`] when the tokens could not be saved
/// afterwards, tried before anything is asked of the user; [`Error::Store`].
pub async fn start_authorization(
    cx: &Context,
    request: StartAuthorization,
) -> Result<Authorization, Error> {
    if let Some(running) = cx.running_authorizations().of(&request.connector) {
        return Ok(running.snapshot());
    }
    let choices = match request.choices.0 {
        Value::Null => Map::new(),
        Value::Object(choices) => choices,
        _ => {
            return Err(Error::Usage {
                what: "the choices before a sign-in are no object".to_owned(),
                hint: "Give them as a JSON object.".to_owned(),
            });
        }
    };
    let connector = find_connector(cx, &request.connector).await?;
    if connector.status.status == Status::Disabled {
        return Err(Error::SwitchedOff {
            connector: connector.title,
        });
    }
    for_connector(cx, &connector)
        .prepare_authorization()
        .await?;
    let own = match &connector.authentication {
        Authentication::Oauth { redirect, .. } => *redirect,
        _ => Redirect::default(),
    };
    let now = cx.now();
    let seconds = request.timeout_seconds.unwrap_or(TIMEOUT_SECONDS);
    let authorization = Authorization {
        id: AuthorizationId::new(cx.new_id("auth")),
        connector: connector.id.clone(),
        connector_title: connector.title.clone(),
        identity: connector.identity.clone(),
        asked_as: None,
        granted: Vec::new(),
        state: AuthorizationState::Preparing,
        started_at: now,
        deadline_at: now + Duration::from_secs(seconds.into()),
        page_host: None,
        redirect: request.redirect.unwrap_or(own),
        scopes: Vec::new(),
        new_scopes: Vec::new(),
        granted_scopes: Vec::new(),
        no_browser: false,
        issuer_change: None,
        trace: Vec::new(),
        problem: None,
    };
    let (running, callbacks) = RunningAuthorization::new(
        authorization,
        request.accept_issuer,
        cx.ending().child_token(),
    );
    if let Err(other) = cx.running_authorizations().enter(Arc::clone(&running)) {
        return Ok(other.snapshot());
    }
    if let Err(error) = running.advance(cx, |_| {}).await {
        cx.running_authorizations().leave(&running.snapshot().id);
        return Err(error);
    }
    let task = flow::run_authorization(
        cx.clone(),
        Arc::clone(&running),
        connector,
        choices,
        callbacks,
    );
    cx.tasks().spawn(task);
    Ok(running.snapshot())
}

/// Waits until a consent is over.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Store`].
pub async fn wait_for_authorization(
    cx: &Context,
    id: &AuthorizationId,
) -> Result<Authorization, Error> {
    if let Some(running) = cx.running_authorizations().find(id) {
        let mut changes = running.watch();
        drop(running);
        // The sender goes only after the last change.
        drop(changes.wait_for(|now| now.state.is_over()).await);
        let last = changes.borrow().clone();
        return Ok(last);
    }
    find_authorization(cx, id).await
}

/// The latest consents, newest first, those under way as they stand now.
///
/// # Errors
/// [`Error::Store`].
pub async fn list_authorizations(cx: &Context) -> Result<Vec<Authorization>, Error> {
    let kept = cx.store().list_authorizations(LISTED).await?;
    let live = |kept: Authorization| {
        let running = cx.running_authorizations().find(&kept.id);
        running.map_or(kept, |running| running.snapshot())
    };
    Ok(kept.into_iter().map(live).collect())
}

/// One consent.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Store`].
pub async fn find_authorization(
    cx: &Context,
    id: &AuthorizationId,
) -> Result<Authorization, Error> {
    if let Some(running) = cx.running_authorizations().find(id) {
        return Ok(running.snapshot());
    }
    let kept = cx.store().find_authorization(id).await?;
    kept.ok_or_else(|| Error::NotFound {
        kind: "sign-in",
        name: id.to_string(),
    })
}

/// Opens the consent page once more.
///
/// # Errors
/// [`Error::AuthorizationOver`] when it does not wait for the user; [`Error::Browser`].
pub async fn open_authorization_page(cx: &Context, id: &AuthorizationId) -> Result<(), Error> {
    let running = under_way(cx, id)?;
    let page = running.page.get().ok_or(Error::AuthorizationOver)?;
    await_user::open_browser(cx, page).await?;
    running.change(cx, |now| now.no_browser = false);
    Ok(())
}

/// The consent page, for whoever shows it to the person who asked or puts it on their clipboard: its
/// address holds the `state` of the sign-in, and is for nobody else.
///
/// # Errors
/// [`Error::AuthorizationOver`] when it does not wait for the user.
pub fn authorization_page(cx: &Context, id: &AuthorizationId) -> Result<Url, Error> {
    let running = under_way(cx, id)?;
    let page = running.page.get().ok_or(Error::AuthorizationOver)?;
    Ok(page.url().clone())
}

/// Takes the address on which the browser ended, pasted by the user.
///
/// # Errors
/// [`Error::OAuth`] when it is no such address; [`Error::Callback`] when it belongs to another consent;
/// [`Error::AuthorizationOver`].
pub async fn finish_authorization(
    cx: &Context,
    id: &AuthorizationId,
    address: &Secret,
) -> Result<(), Error> {
    let running = under_way(cx, id)?;
    let params = parse_callback_url(address.expose())?;
    let expected_callback = running
        .expected_callback
        .get()
        .ok_or(Error::AuthorizationOver)?;
    expected_callback.ensure_from_here(&params)?;
    hand_over(&running, params)
}

/// Takes a `patchbay://oauth/callback` link that the system callback_tx to this process.
///
/// # Errors
/// [`Error::OAuth`] when it is another link; [`Error::Callback`] when no consent waits for it.
pub fn take_callback_link(cx: &Context, link: &Secret) -> Result<(), Error> {
    let params = parse_callback_url(link.expose())?;
    let running = cx.running_authorizations().awaiting(&params);
    let running = running.ok_or(CallbackError::WrongState)?;
    hand_over(&running, params)
}

/// Gives the user five minutes more.
///
/// # Errors
/// [`Error::AuthorizationOver`], [`Error::Store`].
pub async fn extend_authorization(
    cx: &Context,
    id: &AuthorizationId,
) -> Result<Authorization, Error> {
    let running = under_way(cx, id)?;
    let extend = |now: &mut Authorization| now.deadline_at = now.deadline_at + EXTENSION;
    running.advance(cx, extend).await?;
    Ok(running.snapshot())
}

/// Stops a consent; one that is over already stays as it is.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Store`].
pub async fn cancel_authorization(cx: &Context, id: &AuthorizationId) -> Result<(), Error> {
    match cx.running_authorizations().find(id) {
        Some(running) => running.cancel.cancel(),
        None => drop(find_authorization(cx, id).await?),
    }
    Ok(())
}

fn under_way(cx: &Context, id: &AuthorizationId) -> Result<Arc<RunningAuthorization>, Error> {
    let running = cx.running_authorizations().find(id);
    let running = running.filter(|running| !running.is_over());
    running.ok_or(Error::AuthorizationOver)
}

fn hand_over(
    running: &RunningAuthorization,
    params: patchbay_oauth::CallbackParams,
) -> Result<(), Error> {
    // A second callback of one consent is refused: the first is on its way.
    let callback_tx = running.callback_tx.try_send(params);
    callback_tx.map_err(|_| Error::AuthorizationOver)
}
