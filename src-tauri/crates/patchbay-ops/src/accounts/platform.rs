//! Platform clients signed in with the credentials of an account.

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
use crate::secrets::programs::Occasion;

/// Timeout of the read that tells whose credentials a 401 is about.
const VERIFY_TIMEOUT: Duration = Duration::from_secs(10);

/// Maximum delay before a retry that a platform may request; beyond it the caller gets the error at once.
const MAX_RETRY_WAIT: Duration = Duration::from_secs(10);

/// Returns the platform client of an account.
///
/// # Errors
/// [`Error::SignedOutHere`]; [`Error::Usage`] for the local account; [`Error::Vault`], [`Error::Reference`];
/// [`Error::Platform`] for an invalid field.
pub(crate) async fn platform_of(
    cx: &Context,
    account: &Account,
) -> Result<Arc<dyn Platform>, Error> {
    let mut account = account.clone();
    loop {
        if account.is_signed_out {
            return Err(accounts::signed_out_here_error(&account));
        }
        let drops = match cx.sign_ins().find(&account.id) {
            Ok(platform) => return Ok(platform),
            Err(drops) => drops,
        };
        // May wait for a person or a program, and the account may be changed meanwhile.
        let secrets = secrets::secrets_of(cx, &account).await?;
        let signed_in = SignedIn {
            secrets: secrets.values().cloned().collect(),
            platform: sign_in(cx, &account, secrets)?,
        };
        observations::restore(cx, &account.id, &*signed_in.platform).await;
        let current = accounts::find_account(cx, &account.id).await?;
        let is_same = current.base_url == account.base_url
            && current.settings == account.settings
            && current.is_signed_out == account.is_signed_out;
        if is_same && let Some(platform) = cx.sign_ins().insert(&account.id, signed_in, drops) {
            return Ok(platform);
        }
        account = current;
    }
}

/// Builds a platform client with secrets that may not be saved yet; sends nothing.
pub(crate) fn sign_in(
    cx: &Context,
    account: &Account,
    secrets: BTreeMap<String, Secret>,
) -> Result<Arc<dyn Platform>, Error> {
    let hosted = hosted(account.platform).ok_or_else(|| {
        let what = format!("account {} isn't a hosted platform", account.label);
        Error::usage(what, "Choose a platform account.")
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
        clock: cx.clock(),
    })?)
}

/// Whether the key of an account may be sent over plain http: only to its base URL, and if its settings allow it.
fn plain_http_of(settings: &Map<String, Value>) -> PlainHttp {
    let base = settings.get("base_url").and_then(Value::as_str);
    match base.and_then(|base| Url::parse(base).ok()) {
        Some(base) => plain_http(allows_plain_http(settings), &base),
        None => PlainHttp::Refused,
    }
}

/// Updates all platform clients with observations that other processes saved.
pub(crate) async fn merge_saved_observations(cx: &Context) -> Result<(), Error> {
    for (account, platform) in cx.sign_ins().platforms() {
        observations::merge_saved(cx, &account, &*platform).await?;
    }
    Ok(())
}

/// Finishes a call to a platform: converts its error and saves its observations.
///
/// # Errors
/// [`Error::SignedOut`] if the account's key is not accepted; otherwise the platform's error.
pub(crate) async fn finish_call<T>(
    cx: &Context,
    account: &AccountId,
    platform: &dyn Platform,
    outcome: Result<T, PlatformError>,
) -> Result<T, Error> {
    let finished = match outcome {
        Err(error @ PlatformError::Unauthorized { .. }) => {
            let classified = classify_unauthorized(cx, account, platform, error).await;
            classified.and_then(Err)
        }
        outcome => outcome.map_err(Error::from),
    };
    // Last, as the classification corrects observations.
    save_observations(cx, account, platform).await;
    finished
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

/// Emits the outcome of a request to an account.
pub(crate) fn emit_account_checked(cx: &Context, account: &Account, error: Option<&Error>) {
    cx.emit(Event::AccountAsked {
        account: account.id.clone(),
        problem: error.map(|error| Box::new(error.problem())),
    });
}

/// Converts the error of a request that only uses the account's own credentials.
pub(crate) fn signed_out_error(account: &Account, error: PlatformError) -> Error {
    match error {
        PlatformError::Unauthorized { .. } => Error::SignedOut {
            account: account.label.clone(),
            source: Box::new(error),
        },
        error => error.into(),
    }
}

/// Verifies secrets that the user entered into `fields`, before they are saved.
pub(super) async fn verify_new_secrets(
    cx: &Context,
    account: &Account,
    stored: &Secret,
    fields: Vec<String>,
) -> Result<(), Error> {
    let secrets = secrets::resolve(cx, stored, Occasion::Given).await?;
    let platform = sign_in(cx, account, secrets)?;
    match verify(cx, &*platform).await {
        Err(error @ PlatformError::Unauthorized { .. }) => Err(Error::KeyRefused {
            by: hosted(account.platform).map_or_else(
                || account.label.clone(),
                |hosted| hosted.look.title.to_owned(),
            ),
            what: "this key",
            fields,
            source: Box::new(error),
        }),
        verified => Ok(verified?),
    }
}

/// Verifies a sign-in by a light read, which must not be redirected to another origin.
pub(crate) async fn verify(cx: &Context, platform: &dyn Platform) -> Result<(), PlatformError> {
    let options = CallOptions {
        same_origin_only: true,
        ..options(cx)
    };
    platform.check(&options).await
}

/// Options for calls that are cancelled when the process shuts down.
pub(crate) fn options(cx: &Context) -> CallOptions {
    CallOptions {
        max_retry_wait: Some(MAX_RETRY_WAIT),
        cancel: Some(cx.shutdown().child_token()),
        ..CallOptions::default()
    }
}

#[cfg(test)]
mod tests {
    use patchbay_model::{Json, RemoteId};
    use serde_json::json;
    use tokio::io::AsyncWriteExt as _;
    use tokio::net::TcpListener;

    use super::*;
    use crate::testing::{new_account, open_temporary, receive_message, save_account};

    #[tokio::test]
    async fn a_refused_key_saves_nothing_about_connectors() {
        let (_home, cx) = open_temporary().await;
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let settings = json!({ "base_url": format!("http://{}", listener.local_addr().unwrap()) });
        let answering = tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                receive_message(&mut stream).await;
                let refusal =
                    b"HTTP/1.1 401 Unauthorized\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
                drop(stream.write_all(refusal).await);
            }
        });
        let account = new_account(&cx, "acc_1", patchbay_model::Platform::Mistral, settings);
        let secrets = json!({ "api_key": { "kind": "secret", "secret": "old-key-1" } });
        save_account(&cx, &account, &secrets).await;

        let platform = platform_of(&cx, &account).await.unwrap();
        let tools = platform.tools().unwrap();
        let listed = tools.list_tools(&RemoteId::new("r1"), &options(&cx)).await;
        let refused = finish_call(&cx, &account.id, &*platform, listed).await;
        let error = refused.map(drop).unwrap_err();
        assert!(matches!(error, Error::SignedOut { .. }), "{error:?}");
        let saved: Option<Json> = cx.store().find_setting("observations.acc_1").await.unwrap();
        assert_eq!(saved.unwrap()["r1"]["tools"], Value::Null);
        answering.abort();
    }
}
