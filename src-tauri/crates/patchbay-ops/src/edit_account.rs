//! Changing what is not secret of an account, and signing it out.

use patchbay_model::{Account, AccountColour, AccountId, Json, Platform};
use patchbay_platforms::{HostedPlatform, hosted};
use patchbay_vault::SecretName;
use serde_json::{Map, Value};

use crate::accounts::{checked_settings, find_account, secrets_of};
use crate::{Context, Error, Event, hosted as platforms, troubles};

/// Gives an account a colour to know it by; `None` for its platform's own look.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Store`].
pub async fn colour_account(
    cx: &Context,
    id: &AccountId,
    colour: Option<AccountColour>,
) -> Result<Account, Error> {
    let account = Account {
        colour,
        ..find_account(cx, id).await?
    };
    cx.store().save_account(&account).await?;
    cx.tell(Event::AccountsChanged);
    Ok(account)
}

/// Tries whether the sign-in of an account would work with other settings; nothing is kept.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Usage`] when a setting is unknown or missing, and for "This computer";
/// [`Error::SignedOut`], [`Error::Platform`] when it would not; [`Error::Vault`], [`Error::Reference`].
pub async fn try_account_settings(
    cx: &Context,
    id: &AccountId,
    settings: Json,
) -> Result<(), Error> {
    tried(cx, id, settings).await.map(drop)
}

/// Puts other settings in place of an account's, after a light read has shown that they work.
///
/// # Errors
/// As [`try_account_settings`]; [`Error::Store`].
pub async fn change_account_settings(
    cx: &Context,
    id: &AccountId,
    settings: Json,
) -> Result<Account, Error> {
    let account = tried(cx, id, settings).await?;
    cx.store().save_account(&account).await?;
    troubles::note(cx, &account, None).await;
    cx.hosted().forget(id);
    cx.tell(Event::AccountsChanged);
    Ok(account)
}

/// Forgets the secrets of an account. It stays in the lists with what is known of its connectors, and a
/// new key signs it in again.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Usage`] for "This computer"; [`Error::Vault`], [`Error::Store`].
pub async fn sign_out_account(cx: &Context, id: &AccountId) -> Result<Account, Error> {
    let account = find_account(cx, id).await?;
    platform_of(&account)?;
    cx.vault().remove(&SecretName::account(id)).await?;
    cx.hosted().forget(id);
    let account = Account {
        is_signed_out: true,
        entries: Vec::new(),
        ..account
    };
    cx.store().save_account(&account).await?;
    cx.tell(Event::AccountsChanged);
    cx.tell(Event::WalletChanged);
    Ok(account)
}

async fn tried(cx: &Context, id: &AccountId, settings: Json) -> Result<Account, Error> {
    let account = find_account(cx, id).await?;
    let hosted = platform_of(&account)?;
    let secrets = secrets_of(cx, &account).await?;
    let names: Vec<&str> = secrets.keys().map(String::as_str).collect();
    let settings = checked_settings(hosted, settings.0, &names)?;
    let account = Account {
        base_url: base_url(&settings),
        settings: Json(Value::Object(settings)),
        ..account
    };
    let signed_in = platforms::sign_in(cx, &account, secrets)?;
    let checked = platforms::verify(cx, &*signed_in).await;
    checked.map_err(|error| platforms::signed_out(&account, error))?;
    Ok(account)
}

/// The absolute URL in place of the platform's own, where the settings name one.
pub(crate) fn base_url(settings: &Map<String, Value>) -> Option<String> {
    let base_url = settings.get("base_url").and_then(Value::as_str);
    base_url.map(ToOwned::to_owned)
}

fn platform_of(account: &Account) -> Result<&'static HostedPlatform, Error> {
    hosted(account.platform).ok_or_else(|| {
        debug_assert_eq!(account.platform, Platform::Local);
        Error::Usage {
            what: "this computer has no sign-in".to_owned(),
            hint: "Choose an account of a hosted platform.".to_owned(),
        }
    })
}
