//! Changing settings, label and colour of accounts, signing out, and removing accounts.

use patchbay_model::{Account, AccountColour, AccountId, Json};
use patchbay_platforms::{HostedPlatform, hosted};
use patchbay_vault::SecretName;
use serde_json::Value;

use crate::abilities::platform_abilities;
use crate::accounts::form::{base_url, check_settings};
use crate::accounts::secrets::secrets_of;
use crate::accounts::{
    change, check_label, errors, find_account, lock_account, observations, platform,
    signed_out_here_error,
};
use crate::connectors::sync;
use crate::context::Context;
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

/// Tests whether the sign-in of an account works with other settings, without saving them.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Usage`] for an unknown or missing setting, and for the local account;
/// [`Error::SignedOut`], [`Error::Platform`] if the test fails; [`Error::Vault`], [`Error::Reference`].
pub async fn try_account_settings(
    cx: &Context,
    id: &AccountId,
    settings: Json,
) -> Result<(), Error> {
    try_settings(cx, id, settings).await.map(drop)
}

/// Replaces the settings of an account after testing them.
///
/// # Errors
/// As [`try_account_settings`]; [`Error::NotFound`], [`Error::SignedOutHere`] also if the account was removed or signed
/// out during the test; [`Error::Store`].
pub async fn change_account_settings(
    cx: &Context,
    id: &AccountId,
    settings: Json,
) -> Result<Account, Error> {
    let tried = try_settings(cx, id, settings).await?;
    let account = save_settings(cx, tried).await?;
    errors::record(cx, &account, None).await;
    cx.sign_ins().forget(id);
    cx.emit(Event::AccountsChanged);
    Ok(account)
}

/// Saves tested settings, unless the account was removed or signed out during the test.
async fn save_settings(cx: &Context, tried: Account) -> Result<Account, Error> {
    let (id, was_signed_out) = (tried.id.clone(), tried.is_signed_out);
    let is_too_late = move |known: &Account| known.is_signed_out && !was_signed_out;
    let apply_settings = move |known: &mut Account| {
        if !is_too_late(known) {
            known.base_url = tried.base_url;
            known.settings = tried.settings;
        }
    };
    let account = change(cx, &id, apply_settings).await?;
    if is_too_late(&account) {
        return Err(signed_out_here_error(&account));
    }
    Ok(account)
}

/// Deletes the secrets of an account. The account and its cached connectors stay, and a new key signs it in again.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Usage`] for the local account; [`Error::Vault`], [`Error::Store`].
pub async fn sign_out_account(cx: &Context, id: &AccountId) -> Result<Account, Error> {
    let account = find_account(cx, id).await?;
    platform_of(&account)?;
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

async fn try_settings(cx: &Context, id: &AccountId, settings: Json) -> Result<Account, Error> {
    let account = find_account(cx, id).await?;
    let hosted = platform_of(&account)?;
    let secrets = secrets_of(cx, &account).await?;
    let settings = check_settings(hosted, settings.0, &secrets)?;
    let account = Account {
        base_url: base_url(&settings),
        settings: Json(Value::Object(settings)),
        ..account
    };
    let signed_in = platform::sign_in(cx, &account, secrets)?;
    let checked = platform::verify(cx, &*signed_in).await;
    checked.map_err(|error| platform::signed_out_error(&account, error))?;
    Ok(account)
}

fn platform_of(account: &Account) -> Result<&'static HostedPlatform, Error> {
    hosted(account.platform)
        .ok_or_else(|| Error::usage("this computer has no sign-in", "Choose a platform account."))
}

/// Tests the sign-in of an account with a light read.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Platform`] if it fails; [`Error::Vault`], [`Error::Reference`].
pub async fn test_account(cx: &Context, id: &AccountId) -> Result<Account, Error> {
    let account = find_account(cx, id).await?;
    if platform_abilities(account.platform).has_accounts {
        let signed_in = platform::platform_of(cx, &account).await?;
        let checked = platform::verify(cx, &*signed_in).await;
        let checked = checked.map_err(|error| platform::signed_out_error(&account, error));
        errors::record(cx, &account, checked.as_ref().err()).await;
        checked?;
    }
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

#[cfg(test)]
mod tests {
    use patchbay_model::Platform;
    use serde_json::json;

    use super::*;
    use crate::testing::{account, open_temporary};

    async fn fixture() -> (tempfile::TempDir, Context, Account) {
        let (home, cx) = open_temporary().await;
        let secrets = json!({ "api_key": { "kind": "secret", "secret": "old-key-1" } });
        let account = account(&cx, Platform::Mistral, &secrets).await;
        let tried = Account {
            settings: Json(json!({ "region": "eu" })),
            ..account
        };
        (home, cx, tried)
    }

    #[tokio::test]
    async fn changing_settings_keeps_concurrent_changes() {
        let (_home, cx, tried) = fixture().await;
        rename_account(&cx, &tried.id, "Southlight").await.unwrap();
        let saved = save_settings(&cx, tried.clone()).await.unwrap();
        assert_eq!(saved.label, "Southlight");
        assert_eq!(saved.settings, tried.settings);
    }

    #[tokio::test]
    async fn changing_settings_does_not_undo_a_sign_out() {
        let (_home, cx, tried) = fixture().await;
        let signed_out = sign_out_account(&cx, &tried.id).await.unwrap();
        let error = save_settings(&cx, tried).await.unwrap_err();
        assert!(matches!(error, Error::SignedOutHere { .. }), "{error:?}");
        let known = find_account(&cx, &signed_out.id).await.unwrap();
        assert_eq!(known, signed_out);
    }

    #[tokio::test]
    async fn changing_settings_does_not_restore_a_removed_account() {
        let (_home, cx, tried) = fixture().await;
        remove_account(&cx, &tried.id).await.unwrap();
        let id = tried.id.clone();
        let error = save_settings(&cx, tried).await.unwrap_err();
        assert!(matches!(error, Error::NotFound { .. }), "{error:?}");
        assert_eq!(cx.store().find_account(&id).await.unwrap(), None);
    }
}
