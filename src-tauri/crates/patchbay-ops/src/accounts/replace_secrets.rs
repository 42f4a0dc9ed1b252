//! Putting other secrets in the place of those of an account.

use std::collections::BTreeMap;

use patchbay_model::{Account, AccountId, Secret};
use patchbay_vault::SecretName;

use crate::accounts::secrets::{list_encoded_entries, replace_secrets, resolve};
use crate::accounts::{change, errors, find_account, lock_account, platform, signed_out_meanwhile};
use crate::context::Context;
use crate::credentials::secret::SecretInput;
use crate::error::Error;
use crate::events::Event;
use crate::secrets::programs::Occasion;

/// Puts other secrets in place of those of the same names, after a light read has shown that they work.
///
/// # Errors
/// As [`add_account`](crate::add_account); [`Error::NotFound`], also when it was removed meanwhile; [`Error::SignedOutHere`] when
/// it was signed out meanwhile; [`Error::Usage`] when none is given.
pub async fn replace_account_secrets(
    cx: &Context,
    id: &AccountId,
    secrets: BTreeMap<String, SecretInput>,
) -> Result<Account, Error> {
    let account = find_account(cx, id).await?;
    let given: Vec<String> = secrets.keys().cloned().collect();
    let stored = replace_secrets(cx, &account, secrets).await?;
    let signed_in = platform::sign_in(cx, &account, resolve(cx, &stored, Occasion::Given).await?)?;
    let verified = platform::verify(cx, &*signed_in).await;
    verified.map_err(|error| platform::key_refused_error(&account, given, error))?;
    let account = save_secrets(cx, &account, stored).await?;
    errors::record(cx, &account, None).await;
    cx.emit(Event::AccountsChanged);
    cx.emit(Event::WalletChanged);
    Ok(account)
}

/// Keeps secrets that work, unless the account was removed or signed out since they were put together.
async fn save_secrets(cx: &Context, before: &Account, stored: Secret) -> Result<Account, Error> {
    let id = &before.id;
    let lock = lock_account(cx, id).await?;
    let known = find_account(cx, id).await?;
    if known.is_signed_out && !before.is_signed_out {
        return Err(signed_out_meanwhile(&known));
    }
    cx.vault().write(&SecretName::account(id), &stored).await?;
    let entries = list_encoded_entries(&stored);
    let sign_in = move |known: &mut Account| {
        known.is_signed_out = false;
        known.entries = entries;
    };
    let account = change(cx, id, sign_in).await?;
    drop(lock);
    cx.sign_ins().forget(id);
    Ok(account)
}

#[cfg(test)]
mod tests;
