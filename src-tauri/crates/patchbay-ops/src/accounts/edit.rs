//! Changing settings, label and colour of accounts, signing out, and removing accounts.

use std::collections::BTreeMap;

use patchbay_http::parse_base_url;
use patchbay_model::{Account, AccountColour, AccountId, Json, Secret};
use patchbay_platforms::{HostedPlatform, hosted};
use patchbay_vault::SecretName;
use serde_json::Value;
use url::Url;

use crate::abilities::platform_abilities;
use crate::accounts::form::{base_url, check_settings, secret_for};
use crate::accounts::secrets::{
    encode_secrets, encoded_fields, list_encoded_entries, replace_secrets, secrets_of,
};
use crate::accounts::{
    change, check_label, errors, find_account, lock_account, observations, platform,
    signed_out_here_error, sync,
};
use crate::context::Context;
use crate::credentials::secret::SecretInput;
use crate::error::Error;
use crate::events::Event;

/// Sets the colour of an account; `None` uses its platform's colour.
pub async fn colour_account(
    cx: &Context,
    id: &AccountId,
    colour: Option<AccountColour>,
) -> Result<Account, Error> {
    let account = change(cx, id, move |known| known.colour = colour).await?;
    cx.emit(Event::AccountsChanged);
    Ok(account)
}

/// Tests whether the sign-in of an account works with other settings and these new secrets, without saving them.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Usage`] for an unknown or missing setting, and for the local account;
/// [`Error::KeyForNewAddress`] if the settings lead to another origin and no secret is given, to which the saved ones
/// are not sent; [`Error::KeyRefused`], [`Error::SignedOut`], [`Error::Platform`] if the test fails; [`Error::Vault`],
/// [`Error::Reference`].
pub async fn try_account_settings(
    cx: &Context,
    id: &AccountId,
    settings: Json,
    secrets: BTreeMap<String, SecretInput>,
) -> Result<(), Error> {
    try_settings(cx, id, settings, secrets).await.map(drop)
}

/// Replaces the settings of an account, and the given secrets, after testing them. At another origin, the given secrets
/// are the only ones that stay.
///
/// # Errors
/// As [`try_account_settings`]; [`Error::NotFound`], [`Error::SignedOutHere`], [`Error::ChangedElsewhere`] also if the
/// account was removed, signed out or moved during the test; [`Error::Store`].
pub async fn change_account_settings(
    cx: &Context,
    id: &AccountId,
    settings: Json,
    secrets: BTreeMap<String, SecretInput>,
) -> Result<Account, Error> {
    let tried = try_settings(cx, id, settings, secrets).await?;
    let has_new_secrets = tried.secrets.is_some();
    let account = save_settings(cx, tried).await?;
    errors::record(cx, &account, None).await;
    cx.emit(Event::AccountsChanged);
    if has_new_secrets {
        cx.emit(Event::WalletChanged);
    }
    Ok(account)
}

/// Replaces the given secrets of an account after testing them. Without any, an account that needs none is signed in
/// again.
///
/// # Errors
/// As [`change_account_settings`]; [`Error::Usage`] for no secrets otherwise.
pub async fn replace_account_secrets(
    cx: &Context,
    id: &AccountId,
    secrets: BTreeMap<String, SecretInput>,
) -> Result<Account, Error> {
    let account = find_account(cx, id).await?;
    let needs_key = secret_for(account.platform, &account.settings).is_some();
    if secrets.is_empty() && (needs_key || !account.is_signed_out) {
        return Err(Error::usage(
            "enter a key",
            "Check the sign-in fields of the platform.",
        ));
    }
    change_account_settings(cx, id, account.settings, secrets).await
}

/// Settings of an account that were tested.
#[cfg_attr(test, derive(Clone))]
struct TriedSettings {
    /// The account that they were entered for.
    before: Account,
    settings: Json,
    base_url: Option<String>,
    /// Its encoded secrets, if there are new ones.
    secrets: Option<Secret>,
}

/// Saves tested settings, unless the account was removed, signed out or moved during the test.
async fn save_settings(cx: &Context, tried: TriedSettings) -> Result<Account, Error> {
    let id = tried.before.id.clone();
    let lock = lock_account(cx, &id).await?;
    let known = find_account(cx, &id).await?;
    if known.is_signed_out && !tried.before.is_signed_out {
        return Err(signed_out_here_error(&known));
    }
    if known.base_url != tried.before.base_url {
        return Err(Error::ChangedElsewhere { title: known.label });
    }
    let is_moved = known.base_url != tried.base_url;
    let name = SecretName::account(&id);
    let former = match &tried.secrets {
        Some(_) => cx.vault().read(&name).await?,
        None => None,
    };
    match &tried.secrets {
        // If this is interrupted, no address is left with the secrets of another.
        Some(_) if is_moved => drop(cx.vault().remove(&name).await?),
        Some(secrets) => cx.vault().write(&name, secrets).await?,
        None => {}
    }
    let entries = tried.secrets.as_ref().map(list_encoded_entries);
    let apply_settings = move |known: &mut Account| {
        known.base_url = tried.base_url;
        if tried.settings != tried.before.settings {
            known.settings = tried.settings;
        }
        // Their test has signed it in.
        known.is_signed_out = false;
        if let Some(entries) = entries {
            known.entries = entries;
        }
    };
    let changed = change(cx, &id, apply_settings).await;
    let secrets = match &changed {
        Ok(_) => tried.secrets.filter(|_| is_moved),
        Err(_) => former,
    };
    if let Some(secrets) = secrets {
        cx.vault().write(&name, &secrets).await?;
    }
    drop(lock);
    cx.sign_ins().forget(&id);
    changed
}

/// Deletes the secrets of an account. The account and its cached connectors stay, and a new key signs it in again.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Usage`] for the local account; [`Error::Vault`], [`Error::Store`].
pub async fn sign_out_account(cx: &Context, id: &AccountId) -> Result<Account, Error> {
    let account = find_account(cx, id).await?;
    platform_of(&account)?;
    cancel_authorizations(cx, id).await?;
    let lock = lock_account(cx, id).await?;
    cx.vault().remove(&SecretName::account(id)).await?;
    let sign_out = |known: &mut Account| {
        known.is_signed_out = true;
        known.entries = Vec::new();
    };
    let account = change(cx, id, sign_out).await?;
    drop(lock);
    cx.sign_ins().forget(id);
    cx.emit(Event::AccountsChanged);
    cx.emit(Event::WalletChanged);
    Ok(account)
}

async fn try_settings(
    cx: &Context,
    id: &AccountId,
    settings: Json,
    secrets: BTreeMap<String, SecretInput>,
) -> Result<TriedSettings, Error> {
    let before = find_account(cx, id).await?;
    let hosted = platform_of(&before)?;
    let given: Vec<String> = secrets.keys().cloned().collect();
    let base_url = settings.0.as_object().and_then(base_url);
    let is_elsewhere = is_elsewhere(before.base_url.as_deref(), base_url.as_deref())?;
    let saved = cx.vault().read(&SecretName::account(id)).await?;
    let secrets = match (given.is_empty(), is_elsewhere) {
        (false, false) => {
            let fresh = encode_secrets(secrets)?;
            Some(replace_secrets(hosted, saved.as_ref(), &fresh))
        }
        (false, true) => Some(encode_secrets(secrets)?),
        (true, false) => None,
        (true, true) => match saved.as_ref().map(encoded_fields).unwrap_or_default() {
            fields if fields.is_empty() => None,
            fields => {
                return Err(Error::KeyForNewAddress {
                    account: before.label,
                    fields,
                });
            }
        },
    };
    let fields = match (&secrets, &saved) {
        (Some(stored), _) | (None, Some(stored)) => encoded_fields(stored),
        (None, None) => Vec::new(),
    };
    let settings = Json(Value::Object(check_settings(hosted, settings.0, &fields)?));
    let account = Account {
        base_url: base_url.clone(),
        settings: settings.clone(),
        ..before.clone()
    };
    match &secrets {
        Some(secrets) => platform::verify_new_secrets(cx, &account, secrets, given).await?,
        None => {
            let saved = match is_elsewhere {
                true => BTreeMap::new(),
                false => secrets_of(cx, &account).await?,
            };
            let signed_in = platform::sign_in(cx, &account, saved)?;
            let checked = platform::verify(cx, &*signed_in).await;
            checked.map_err(|error| platform::signed_out_error(&account, error))?;
        }
    }
    Ok(TriedSettings {
        before,
        settings,
        base_url,
        secrets,
    })
}

/// Whether an account with the base URL `next` sends its secrets to another origin than with `former`. `None` stands for
/// the addresses of its platform.
fn is_elsewhere(former: Option<&str>, next: Option<&str>) -> Result<bool, Error> {
    let is_given = |base: &&str| !base.is_empty();
    let (Some(former), Some(next)) = (former.filter(is_given), next.filter(is_given)) else {
        return Ok(former.filter(is_given) != next.filter(is_given));
    };
    let next = parse_base_url(next)?;
    Ok(!Url::parse(former).is_ok_and(|former| former.origin() == next.origin()))
}

fn platform_of(account: &Account) -> Result<&'static HostedPlatform, Error> {
    hosted(account.platform)
        .ok_or_else(|| Error::usage("this computer has no sign-in", "Choose a platform account."))
}

/// Tests the sign-in of an account with a light read.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Usage`] for the local account; [`Error::Platform`] if it fails; [`Error::Vault`],
/// [`Error::Reference`].
pub async fn test_account(cx: &Context, id: &AccountId) -> Result<Account, Error> {
    let account = find_account(cx, id).await?;
    platform_of(&account)?;
    let signed_in = platform::platform_of(cx, &account).await?;
    let checked = platform::verify(cx, &*signed_in).await;
    let checked = checked.map_err(|error| platform::signed_out_error(&account, error));
    errors::record(cx, &account, checked.as_ref().err()).await;
    checked?;
    Ok(account)
}

/// Changes the label of an account.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Usage`] for an invalid label and for the local account; [`Error::Store`] if the label
/// is taken.
pub async fn rename_account(cx: &Context, id: &AccountId, label: &str) -> Result<Account, Error> {
    let account = find_account(cx, id).await?;
    if !platform_abilities(account.platform).has_accounts {
        return Err(Error::usage(
            "this computer can't be renamed",
            "Rename its connectors instead.",
        ));
    }
    let label = check_label(label)?;
    let rename = move |known: &mut Account| known.label = label;
    let account = change(cx, id, rename).await?;
    cx.emit(Event::AccountsChanged);
    sync::update_account_label(cx, &account).await?;
    Ok(account)
}

/// Removes an account and its cached connectors from Patchbay; nothing changes on the platform.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Usage`] for the local account; [`Error::Vault`], [`Error::Store`].
pub async fn remove_account(cx: &Context, id: &AccountId) -> Result<(), Error> {
    let account = find_account(cx, id).await?;
    if !platform_abilities(account.platform).has_accounts {
        return Err(Error::usage(
            "this computer can't be removed",
            "Remove its connectors instead.",
        ));
    }
    cancel_authorizations(cx, id).await?;
    let lock = lock_account(cx, id).await?;
    cx.vault().remove(&SecretName::account(id)).await?;
    cx.store().remove_account(id).await?;
    drop(lock);
    errors::record(cx, &account, None).await;
    observations::delete_observations(cx, id).await?;
    cx.sign_ins().forget(id);
    cx.emit(Event::AccountsChanged);
    cx.emit(Event::ConnectorsChanged);
    Ok(())
}

/// Cancels the running authorizations of an account's connectors, which poll with its secrets.
async fn cancel_authorizations(cx: &Context, id: &AccountId) -> Result<(), Error> {
    for connector in cx.store().list_connectors_of(id).await? {
        cx.running_authorizations()
            .cancel_and_wait(&connector.id)
            .await;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use patchbay_model::{Code, Connector, Explain, Platform, RemoteId};
    use serde_json::json;

    use super::*;
    use crate::context::running_authorizations::RunningAuthorization;
    use crate::testing::{UNREACHABLE_URL, account, add, authorization, open_temporary};

    async fn fixture() -> (tempfile::TempDir, Context, TriedSettings) {
        let (home, cx) = open_temporary().await;
        let secrets = json!({ "api_key": { "kind": "secret", "secret": "old-key-1" } });
        let tried = TriedSettings {
            before: account(&cx, Platform::Mistral, &secrets).await,
            settings: Json(json!({ "region": "eu" })),
            base_url: None,
            secrets: None,
        };
        (home, cx, tried)
    }

    fn new_key() -> BTreeMap<String, SecretInput> {
        let secret = Secret::new("new-key-2");
        BTreeMap::from([("api_key".to_owned(), SecretInput::New { secret })])
    }

    #[tokio::test]
    async fn changing_settings_keeps_concurrent_changes() {
        let (_home, cx, tried) = fixture().await;
        let settings = tried.settings.clone();
        let key_alone = TriedSettings {
            settings: tried.before.settings.clone(),
            secrets: Some(encode_secrets(new_key()).unwrap()),
            ..tried.clone()
        };
        rename_account(&cx, &tried.before.id, "Southlight")
            .await
            .unwrap();
        for late in [tried, key_alone] {
            let saved = save_settings(&cx, late).await.unwrap();
            assert_eq!(saved.label, "Southlight");
            assert_eq!(saved.settings, settings);
        }
    }

    #[tokio::test]
    async fn changing_settings_does_not_undo_a_sign_out_but_a_key_entered_since_does() {
        let (_home, cx, tried) = fixture().await;
        let id = tried.before.id.clone();
        let with_key = TriedSettings {
            secrets: Some(encode_secrets(new_key()).unwrap()),
            ..tried.clone()
        };
        let signed_out = sign_out_account(&cx, &id).await.unwrap();
        let since = TriedSettings {
            before: signed_out.clone(),
            ..with_key.clone()
        };
        for late in [tried, with_key] {
            let error = save_settings(&cx, late).await.unwrap_err();
            assert!(matches!(error, Error::SignedOutHere { .. }), "{error:?}");
            assert_eq!(find_account(&cx, &id).await.unwrap(), signed_out);
            assert!(secrets_of(&cx, &signed_out).await.unwrap().is_empty());
        }
        let signed_in = save_settings(&cx, since).await.unwrap();
        assert!(!signed_in.is_signed_out);
        let secrets = secrets_of(&cx, &signed_in).await.unwrap();
        assert_eq!(secrets["api_key"].expose(), "new-key-2");
    }

    #[tokio::test]
    async fn an_account_that_needs_no_key_is_signed_in_without_one() {
        let (_home, cx) = open_temporary().await;
        let id = account(&cx, Platform::Agentstack, &json!({})).await.id;
        let before = sign_out_account(&cx, &id).await.unwrap();
        let asked = replace_account_secrets(&cx, &id, BTreeMap::new()).await;
        let code = asked.unwrap_err().problem().code;
        assert_ne!(code, Code::UsageInvalid, "its server was not asked");
        let tried = TriedSettings {
            base_url: before.base_url.clone(),
            settings: before.settings.clone(),
            secrets: None,
            before,
        };
        let signed_in = save_settings(&cx, tried).await.unwrap();
        assert!(!signed_in.is_signed_out);
    }

    #[tokio::test]
    async fn an_account_that_needs_a_key_is_not_signed_in_without_one() {
        let (_home, cx, tried) = fixture().await;
        let id = tried.before.id;
        sign_out_account(&cx, &id).await.unwrap();
        let missing = replace_account_secrets(&cx, &id, BTreeMap::new()).await;
        assert_eq!(missing.unwrap_err().problem().code, Code::UsageInvalid);
    }

    #[tokio::test]
    async fn changing_settings_does_not_restore_a_removed_account() {
        let (_home, cx, tried) = fixture().await;
        let removed = tried.before.clone();
        remove_account(&cx, &removed.id).await.unwrap();
        let with_key = TriedSettings {
            secrets: Some(encode_secrets(new_key()).unwrap()),
            ..tried.clone()
        };
        for late in [tried, with_key] {
            let error = save_settings(&cx, late).await.unwrap_err();
            assert!(matches!(error, Error::NotFound { .. }), "{error:?}");
            assert_eq!(cx.store().find_account(&removed.id).await.unwrap(), None);
            assert!(secrets_of(&cx, &removed).await.unwrap().is_empty());
        }
    }

    #[tokio::test]
    async fn a_sign_in_at_a_platform_ends_with_its_account() {
        for is_removed in [false, true] {
            let (_home, cx, tried) = fixture().await;
            let id = tried.before.id;
            let connector = Connector {
                account: id.clone(),
                remote_id: Some(RemoteId::new("r1")),
                ..add(&cx, UNREACHABLE_URL).await
            };
            cx.store().save_connector(&connector).await.unwrap();
            let waiting = authorization(&cx, &connector, Duration::from_secs(300));
            let cancel = cx.shutdown().child_token();
            let (running, _callbacks) = RunningAuthorization::new(waiting, None, cancel);
            let registered = cx.running_authorizations().register(Arc::clone(&running));
            assert!(registered.is_ok());
            let ended = tokio::spawn({
                let cx = cx.clone();
                async move {
                    running.cancel.cancelled().await;
                    running.end(&cx, Some(&Error::Cancelled)).await
                }
            });
            match is_removed {
                true => remove_account(&cx, &id).await.unwrap(),
                false => drop(sign_out_account(&cx, &id).await.unwrap()),
            }
            let ended = tokio::time::timeout(Duration::from_secs(10), ended).await;
            assert!(ended.is_ok(), "the sign-in runs on");
        }
    }

    #[tokio::test]
    async fn a_saved_key_is_not_sent_to_another_address() {
        let (_home, cx, tried) = fixture().await;
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let elsewhere = format!("http://{}", listener.local_addr().unwrap());
        let settings = || Json(json!({ "base_url": elsewhere }));
        let id = &tried.before.id;
        let attempts = [
            try_account_settings(&cx, id, settings(), BTreeMap::new()).await,
            change_account_settings(&cx, id, settings(), BTreeMap::new())
                .await
                .map(drop),
        ];
        for attempt in attempts {
            let problem = attempt.unwrap_err().problem();
            assert_eq!(problem.code, Code::UsageInvalid);
            assert_eq!(problem.fields[0].path, "/api_key");
        }
        assert!(listener.accept().is_err());
        assert_eq!(find_account(&cx, id).await.unwrap(), tried.before);
    }

    #[tokio::test]
    async fn a_key_entered_with_another_address_replaces_the_saved_one() {
        let (_home, cx, tried) = fixture().await;
        let id = tried.before.id.clone();
        let moved = TriedSettings {
            base_url: Some("https://mistral.example".to_owned()),
            settings: Json(json!({ "base_url": "https://mistral.example" })),
            secrets: Some(encode_secrets(new_key()).unwrap()),
            ..tried.clone()
        };
        let saved = save_settings(&cx, moved).await.unwrap();
        assert_eq!(saved.base_url.as_deref(), Some("https://mistral.example"));
        let secrets = secrets_of(&cx, &saved).await.unwrap();
        assert_eq!(secrets["api_key"].expose(), "new-key-2");
        // Settings that were tested with the key of the former address would send it the new one.
        let error = save_settings(&cx, tried).await.unwrap_err();
        assert!(matches!(error, Error::ChangedElsewhere { .. }), "{error:?}");
        assert_eq!(find_account(&cx, &id).await.unwrap(), saved);
    }

    #[test]
    fn only_another_origin_is_elsewhere() {
        let own = None;
        let base = Some("https://api.example/v1");
        for (former, next, is_moved) in [
            (own, own, false),
            (own, Some(""), false),
            (base, base, false),
            (base, Some("https://API.example:443/v2/"), false),
            (own, base, true),
            (base, own, true),
            (base, Some("https://api.example:8443/v1"), true),
            (base, Some("http://api.example/v1"), true),
            (base, Some("https://api.example.net/v1"), true),
            (Some("nonsense"), base, true),
        ] {
            let found = is_elsewhere(former, next).unwrap();
            assert_eq!(found, is_moved, "{former:?} {next:?}");
        }
        assert!(is_elsewhere(base, Some("nonsense")).is_err());
    }
}
