//! Hosted platforms, signed in to by their accounts.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use patchbay_http::{CallOptions, Retries};
use patchbay_model::{Account, AccountId, Explain, Secret};
use patchbay_platforms::{
    AccountConfig, Error as PlatformError, PlainHttp, Platform, allows_plain_http, hosted,
};
use serde_json::{Map, Value};
use url::Url;

use crate::accounts;
use crate::accounts::observations::{self, save_observations};
use crate::accounts::{errors, secrets};
use crate::address::plain_http;
use crate::context::Context;
use crate::context::sign_ins::SignedIn;
use crate::error::Error;
use crate::events::Event;

/// Time limit of the read that tells whose credentials a 401 is about.
const VERIFY_TIMEOUT: Duration = Duration::from_secs(10);

/// Longest pause that a platform may ask for before a retry; beyond it the caller gets the error at once.
const MAX_RETRY_WAIT: Duration = Duration::from_secs(10);

/// The platform of an account, signed in.
///
/// # Errors
/// [`Error::SignedOutHere`]; [`Error::Usage`] for "This computer"; [`Error::Vault`], [`Error::Reference`];
/// [`Error::Platform`] when a field cannot be used.
pub(crate) async fn platform_of(
    cx: &Context,
    account: &Account,
) -> Result<Arc<dyn Platform>, Error> {
    if account.is_signed_out {
        return Err(Error::SignedOutHere {
            account: account.label.clone(),
        });
    }
    let open = cx.sign_ins().lock().get(&account.id).cloned();
    if let Some(used) = open {
        return Ok(used.platform);
    }
    let secrets = secrets::secrets_of(cx, account).await?;
    let signed_in = SignedIn {
        secrets: secrets.values().cloned().collect(),
        platform: sign_in(cx, account, secrets)?,
    };
    observations::restore(cx, &account.id, &*signed_in.platform).await;
    let mut open = cx.sign_ins().lock();
    let used = open.entry(account.id.clone()).or_insert(signed_in);
    Ok(Arc::clone(&used.platform))
}

/// Signs in with secrets that are not kept yet; sends nothing.
pub(crate) fn sign_in(
    cx: &Context,
    account: &Account,
    secrets: BTreeMap<String, Secret>,
) -> Result<Arc<dyn Platform>, Error> {
    let hosted = hosted(account.platform).ok_or_else(|| Error::Usage {
        what: format!("{} isn't a hosted platform", account.label),
        hint: "Choose a platform account.".to_owned(),
    })?;
    let settings = match &account.settings.0 {
        Value::Object(settings) => settings.clone(),
        _ => Map::new(),
    };
    let mut clients = cx.sign_ins().clients()?;
    clients.plain_http = plain_http_of(&settings);
    Ok((hosted.sign_in)(AccountConfig {
        settings,
        secrets,
        clients,
        clock: Arc::clone(&cx.sign_ins().clock),
    })?)
}

/// Whether the key of an account may go over plain http: to the address that its settings name, where they
/// say so.
fn plain_http_of(settings: &Map<String, Value>) -> PlainHttp {
    let base = settings.get("base_url").and_then(Value::as_str);
    match base.and_then(|base| Url::parse(base).ok()) {
        Some(base) => plain_http(allows_plain_http(settings), &base),
        None => PlainHttp::Refused,
    }
}

/// Gives every platform that is signed in to what other processes found out meanwhile.
pub(crate) async fn merge_saved_observations(cx: &Context) -> Result<(), Error> {
    let open = cx.sign_ins().lock().clone();
    for (account, used) in open {
        observations::merge_saved(cx, &account, &*used.platform).await?;
    }
    Ok(())
}

/// Ends a call to a platform: saves what the platform observed meanwhile, and turns its error into ours.
///
/// # Errors
/// [`Error::SignedOut`] when the account's key is not accepted; else what the platform said, as it is.
pub(crate) async fn finish_call<T>(
    cx: &Context,
    account: &AccountId,
    platform: &dyn Platform,
    outcome: Result<T, PlatformError>,
) -> Result<T, Error> {
    save_observations(cx, account, platform).await;
    match outcome {
        Err(error @ PlatformError::Unauthorized { .. }) => {
            Err(classify_unauthorized(cx, account, platform, error).await?)
        }
        outcome => Ok(outcome?),
    }
}

/// Tells by a light read whether a 401 is about the account's key or one connector's own sign-in.
async fn classify_unauthorized(
    cx: &Context,
    account: &AccountId,
    platform: &dyn Platform,
    error: PlatformError,
) -> Result<Error, Error> {
    let read = CallOptions {
        timeout: Some(VERIFY_TIMEOUT),
        retries: Some(Retries::Times(0)),
        ..options(cx)
    };
    let Err(PlatformError::Unauthorized { .. }) = platform.check(&read).await else {
        return Ok(error.into());
    };
    let account = accounts::find_account(cx, account).await?;
    let error = signed_out_error(&account, error);
    errors::record(cx, &account, Some(&error)).await;
    emit_account_checked(cx, &account, Some(&error));
    Ok(error)
}

/// Emits how a request to an account went, where the window did not request its list.
pub(crate) fn emit_account_checked(cx: &Context, account: &Account, error: Option<&Error>) {
    cx.emit(Event::AccountAsked {
        account: account.id.clone(),
        problem: error.map(|error| Box::new(error.problem())),
    });
}

/// The failure of what speaks of nothing but the account itself.
pub(crate) fn signed_out_error(account: &Account, error: PlatformError) -> Error {
    match error {
        PlatformError::Unauthorized { .. } => Error::SignedOut {
            account: account.label.clone(),
            source: Box::new(error),
        },
        error => error.into(),
    }
}

/// The failure of secrets that were just entered into these fields.
pub(crate) fn key_refused_error(
    account: &Account,
    fields: Vec<String>,
    error: PlatformError,
) -> Error {
    match error {
        PlatformError::Unauthorized { .. } => Error::KeyRefused {
            by: hosted(account.platform).map_or_else(
                || account.label.clone(),
                |hosted| hosted.look.title.to_owned(),
            ),
            what: "this key",
            fields,
            source: Box::new(error),
        },
        error => error.into(),
    }
}

/// Has the platform say whether it takes the sign-in; nobody else may say it in its place.
pub(crate) async fn verify(cx: &Context, platform: &dyn Platform) -> Result<(), PlatformError> {
    let options = CallOptions {
        same_origin_only: true,
        ..options(cx)
    };
    platform.check(&options).await
}

/// Options of a call that ends when the process does.
pub(crate) fn options(cx: &Context) -> CallOptions {
    CallOptions {
        max_retry_wait: Some(MAX_RETRY_WAIT),
        cancel: Some(cx.shutdown().child_token()),
        ..CallOptions::default()
    }
}
