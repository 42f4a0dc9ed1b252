//! Starting an authorization and running it to its end.

use std::sync::Arc;
use std::time::Duration;

use patchbay_model::{
    Authentication, Authorization, AuthorizationId, AuthorizationState, Code, Connector,
    ConnectorId, ConnectorStatus, Explain, Form, Json, Redirect, Status,
};
use patchbay_oauth::{CallbackError, CallbackParams};
use serde::Deserialize;
use serde_json::{Map, Value};
use specta::Type;
use tokio::sync::mpsc;

use crate::authorizations::steps::TIMEOUT_SECONDS;
use crate::authorizations::{find_same_account, scope_upgrade};
use crate::backend::for_connector;
use crate::connectors::tools;
use crate::context::Context;
use crate::context::running_authorizations::RunningAuthorization;
use crate::error::Error;
use crate::json_object::members;
use crate::secrets::registrations::forget_registrations;
use crate::stored_connectors::{find_connector, status};

/// Request to start an authorization.
#[derive(Clone, Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct StartAuthorization {
    pub connector: ConnectorId,
    /// `None` for the connector's setting.
    pub redirect: Option<Redirect>,
    /// Time limit for the user in seconds; `None` for 300.
    pub timeout_seconds: Option<u32>,
    /// Values of the [`consent_form`]: an object or null.
    pub choices: Json,
    /// The changed authorization server that the user accepted, exactly as in
    /// [`IssuerChange::issuer`](patchbay_model::IssuerChange).
    #[serde(default)]
    pub accept_issuer: Option<String>,
}

/// Whether the connector supports sign-in in the browser. Sends nothing.
pub async fn has_consent(cx: &Context, connector: &Connector) -> Result<bool, Error> {
    for_connector(cx, connector).has_consent().await
}

/// Returns the choices before an authorization; `None` when there are none.
pub async fn consent_form(cx: &Context, id: &ConnectorId) -> Result<Option<Form>, Error> {
    let connector = find_connector(cx, id).await?;
    for_connector(cx, &connector).consent_form().await
}

/// Starts an authorization in the background and opens the browser. Each step emits an event. Returns the running
/// authorization of the connector if there is one.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::SwitchedOff`]; [`Error::Vault`] when the vault cannot save tokens, which is checked
/// before the user is asked.
pub async fn start_authorization(
    cx: &Context,
    request: StartAuthorization,
) -> Result<Authorization, Error> {
    if let Some(running) = cx.running_authorizations().of(&request.connector) {
        return Ok(running.snapshot());
    }
    let choices = members(request.choices, "sign-in options")?;
    let connector = find_connector(cx, &request.connector).await?;
    status::ensure_enabled(&connector)?;
    for_connector(cx, &connector)
        .prepare_authorization()
        .await?;
    let own = match &connector.authentication {
        Authentication::Oauth { redirect, .. } => *redirect,
        _ => Redirect::default(),
    };
    let seconds = request.timeout_seconds.unwrap_or(TIMEOUT_SECONDS);
    let authorization = Authorization::preparing(
        AuthorizationId::new(cx.new_id("auth")),
        connector.id.clone(),
        connector.title.clone(),
        connector.identity.clone(),
        request.redirect.unwrap_or(own),
        cx.now(),
        Duration::from_secs(seconds.into()),
    );
    let (running, callbacks) = RunningAuthorization::new(
        authorization,
        request.accept_issuer,
        cx.shutdown().child_token(),
    );
    if let Err(other) = cx.running_authorizations().register(Arc::clone(&running)) {
        return Ok(other.snapshot());
    }
    if let Err(error) = running.advance(cx, |_| {}).await {
        cx.running_authorizations().remove(&running.snapshot().id);
        return Err(error);
    }
    let task = run_authorization(
        cx.clone(),
        Arc::clone(&running),
        connector,
        choices,
        callbacks,
    );
    cx.tasks().spawn(task);
    Ok(running.snapshot())
}

async fn run_authorization(
    cx: Context,
    running: Arc<RunningAuthorization>,
    connector: Connector,
    choices: Map<String, Value>,
    callbacks: mpsc::Receiver<CallbackParams>,
) {
    let before = connector.status.clone();
    let steps = async {
        show_authorizing(&cx, &connector).await?;
        let backend = for_connector(&cx, &connector);
        backend.authorize(&running, &choices, callbacks).await?;
        let connector = find_connector(&cx, &connector.id).await?;
        tools::refresh(&cx, &connector, &running.cancel).await
    };
    let outcome = running.run(steps).await.map(drop);
    let id = running.snapshot().id;
    if let Err(error) = finish(&cx, &running, &connector, before, outcome).await {
        tracing::error!(%error, "the end of a sign-in could not be kept");
    }
    cx.running_authorizations().remove(&id);
}

async fn show_authorizing(cx: &Context, connector: &Connector) -> Result<(), Error> {
    let change = |connector: &mut Connector| {
        let status = ConnectorStatus {
            status: Status::Authorizing,
            word: None,
            reason: Some("waiting for sign-in".to_owned()),
            code: None,
            ..connector.status.clone()
        };
        status::set(connector, status);
    };
    let changed = status::update(cx, &connector.id, change).await?;
    status::ensure_enabled(&changed.after)
}

async fn finish(
    cx: &Context,
    running: &RunningAuthorization,
    connector: &Connector,
    before: ConnectorStatus,
    outcome: Result<(), Error>,
) -> Result<(), Error> {
    let error = outcome.as_ref().err();
    if let Some(error) = error {
        discard_failed_registration(cx, running, error).await;
        let after = status_after(cx, connector, before, running, error);
        // A saved registration may lack them, and is replaced first.
        let refuses_scopes = running.registration.get().is_none() && refuses_scopes(error);
        let was_checking = running.snapshot().state == AuthorizationState::Checking;
        let change = move |connector: &mut Connector| {
            if refuses_scopes {
                scope_upgrade::drop_wanted_scopes(connector);
            }
            // Meanwhile another process may have signed in, or a call have succeeded.
            if !was_checking && connector.status.status != Status::Authorizing {
                return;
            }
            let last_ok_at = connector.status.last_ok_at.max(after.last_ok_at);
            let status = ConnectorStatus {
                last_ok_at,
                ..after
            };
            status::set(connector, status);
        };
        status::change(cx, &connector.id, change).await?;
        if !was_checking {
            for_connector(cx, connector).give_up_authorization().await;
        }
    } else {
        let change = |connector: &mut Connector| connector.tools_lacking_access.clear();
        if let Some(changed) = status::change(cx, &connector.id, change).await? {
            // Its title may come from the tools just listed.
            let same_as = find_same_account(cx, &changed.after).await?;
            running.change(cx, |now| now.same_as = same_as);
        }
    }
    running.end(cx, error).await
}

/// Whether the provider does not offer what was requested. Without scopes that the server wanted, but its provider does
/// not offer, the next sign-in works again.
fn refuses_scopes(error: &Error) -> bool {
    let error = match error {
        Error::Callback(CallbackError::Refused { error, .. }) => Some(error),
        Error::OAuth(patchbay_oauth::Error::Refused { error, .. }) => error.as_ref(),
        _ => None,
    };
    error.is_some_and(|error| error == "invalid_scope")
}

/// A provider that no longer knows our registration says so only on its page, which we do not see. So an authorization
/// that failed is not retried with the same registration.
async fn discard_failed_registration(cx: &Context, running: &RunningAuthorization, error: &Error) {
    let had_page = matches!(
        running.snapshot().state,
        AuthorizationState::AwaitingUser | AuthorizationState::Exchanging
    );
    let Some((server, issuer)) = running.registration.get().filter(|_| had_page) else {
        return;
    };
    if error.code() == Code::AuthDenied {
        return;
    }
    let forgotten = forget_registrations(cx.store(), cx.vault(), server, issuer).await;
    if let Err(error) = forgotten {
        tracing::warn!(%error, "a doubtful registration could not be forgotten");
    }
}

/// Returns the status of the connector after a failure: the one before, unless that says no more than that it has to be
/// signed in.
fn status_after(
    cx: &Context,
    connector: &Connector,
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
    let is_kept = match before.status {
        Status::Unknown => connector.authentication.entry().is_some(),
        Status::NeedsAuthorization => error.code() == Code::Cancelled,
        status => status != Status::Authorizing,
    };
    if is_kept {
        return before;
    }
    // That the person stopped it explains nothing.
    let failure = (error.code() != Code::Cancelled).then_some(error);
    ConnectorStatus {
        status: Status::NeedsAuthorization,
        word: None,
        reason: failure.map(ToString::to_string),
        code: failure.map(Explain::code),
        ..before
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{UNREACHABLE_URL, add, authorization, open_temporary};

    #[tokio::test]
    async fn a_sign_in_that_fails_leaves_what_another_process_achieved_meanwhile() {
        let (_home, cx) = open_temporary().await;
        let connector = add(&cx, UNREACHABLE_URL).await;
        let authorization = authorization(&cx, &connector, Duration::from_secs(300));
        let cancel = cx.shutdown().child_token();
        let (running, _callbacks) = RunningAuthorization::new(authorization, None, cancel);
        let status = async || find_connector(&cx, &connector.id).await.unwrap().status;
        for (meanwhile, left) in [
            (Status::Authorizing, Status::NeedsAuthorization),
            (Status::Ready, Status::Ready),
        ] {
            let set = move |it: &mut Connector| it.status.status = meanwhile;
            status::update(&cx, &connector.id, set).await.unwrap();
            let before = connector.status.clone();
            let denied = Err(Error::ConsentTimedOut);
            finish(&cx, &running, &connector, before, denied)
                .await
                .unwrap();
            assert_eq!(status().await.status, left);
        }
    }
}
