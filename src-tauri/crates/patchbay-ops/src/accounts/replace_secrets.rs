//! Replacing the secrets of an account.

use std::collections::BTreeMap;

use patchbay_model::{Account, AccountId, Secret};
use patchbay_vault::SecretName;

use crate::accounts::platform::verify_new_secrets;
use crate::accounts::secrets::{list_encoded_entries, replace_secrets};
use crate::accounts::{
    change, changed_elsewhere, errors, find_account, lock_account, signed_out_here_error,
};
use crate::context::Context;
use crate::credentials::secret::SecretInput;
use crate::error::Error;
use crate::events::Event;

/// Replaces the given secrets of an account after verifying them with a light read.
///
/// # Errors
/// As [`add_account`](crate::add_account); [`Error::NotFound`], [`Error::SignedOutHere`], [`Error::ChangedElsewhere`]
/// also if the account was removed, signed out or moved during the read; [`Error::Usage`] for no secrets.
pub async fn replace_account_secrets(
    cx: &Context,
    id: &AccountId,
    secrets: BTreeMap<String, SecretInput>,
) -> Result<Account, Error> {
    let account = find_account(cx, id).await?;
    let fields = secrets.keys().cloned().collect();
    let stored = replace_secrets(cx, &account, secrets).await?;
    verify_new_secrets(cx, &account, &stored, fields).await?;
    let account = save_secrets(cx, &account, stored).await?;
    errors::record(cx, &account, None).await;
    cx.emit(Event::AccountsChanged);
    cx.emit(Event::WalletChanged);
    Ok(account)
}

/// Saves verified secrets, unless the account was removed, signed out or moved since `before` was read.
async fn save_secrets(cx: &Context, before: &Account, stored: Secret) -> Result<Account, Error> {
    let id = &before.id;
    let lock = lock_account(cx, id).await?;
    let known = find_account(cx, id).await?;
    if known.is_signed_out && !before.is_signed_out {
        return Err(signed_out_here_error(&known));
    }
    if known.base_url != before.base_url {
        return Err(changed_elsewhere(&known));
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
