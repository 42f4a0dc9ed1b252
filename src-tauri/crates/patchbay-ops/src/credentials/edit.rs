//! Adding, replacing, renaming and removing wallet entries.

use patchbay_model::{WalletEntry, WalletEntryId};
use patchbay_store::Changed;

use crate::address::free_name;
use crate::context::Context;
use crate::credentials::check::{
    CheckedSecret, check_name, check_replacement, check_secret_of, write,
};
use crate::credentials::forget::forget;
use crate::credentials::secret::{AddWalletEntry, WalletSecret};
use crate::credentials::users::{drop_credential, refresh_identities, reload_users};
use crate::credentials::{find_wallet_entry, list_wallet, new_entry, not_found};
use crate::error::Error;
use crate::events::Event;
use crate::secrets::SavedValues;
use crate::secrets::tokens::entry_id;

/// Adds a credential. Saves the secret first, so that no entry exists without one.
///
/// # Errors
/// [`Error::Usage`] when a name, a header or the secret is empty or invalid, or the name is taken; [`Error::Reference`]
/// when a reference cannot be resolved.
pub async fn add_wallet_entry(cx: &Context, request: AddWalletEntry) -> Result<WalletEntry, Error> {
    let id = WalletEntryId::new(cx.new_id("cred"));
    let name = check_name(&request.name)?;
    let entry = new_entry(id, name, request.secret.kind(), cx.now());
    let taken = list_wallet(cx).await?;
    if taken.iter().any(|other| other.name == entry.name) {
        return Err(Error::usage(
            format!("a credential named {} already exists", entry.name),
            "Choose another name or replace it.",
        ));
    }
    let CheckedSecret { entry, secret } =
        check_secret_of(cx, entry, request.secret, &SavedValues::new()).await?;
    write(cx, &entry, secret).await?;
    cx.store().save_wallet_entry(&entry).await?;
    cx.emit(Event::WalletChanged);
    Ok(entry)
}

/// Replaces the secret of a credential; every connector that uses it sends the new one from now on.
///
/// # Errors
/// As for [`add_wallet_entry`]; [`Error::NotFound`]; [`Error::Usage`] when the new secret is of another kind.
pub async fn replace_wallet_secret(
    cx: &Context,
    id: &WalletEntryId,
    secret: WalletSecret,
) -> Result<WalletEntry, Error> {
    let next = check_replacement(cx, id, secret).await?;
    save_replacement(cx, next).await
}

/// Saves the checked secret. An entry that was deleted meanwhile stays deleted, one that was renamed keeps its new
/// name.
pub(crate) async fn save_replacement(
    cx: &Context,
    next: CheckedSecret,
) -> Result<WalletEntry, Error> {
    let CheckedSecret { entry, secret } = next;
    let id = entry.id.clone();
    let lock = cx.tokens().lock_credential(&id).await?;
    // The vault must not hold a secret without an entry.
    find_wallet_entry(cx, &id).await?;
    write(cx, &entry, secret).await?;
    let now = cx.now();
    let replace = move |known: &mut WalletEntry| {
        known.reference = entry.reference;
        known.header_names = entry.header_names;
        known.replaced_at = now;
        known.needs_authorization = false;
    };
    let replaced = cx.store().change_wallet_entry(&id, replace).await?;
    drop(lock);
    let entry = replaced.ok_or_else(|| not_found(id.as_str()))?;
    cx.emit(Event::WalletChanged);
    reload_users(cx, &entry).await?;
    Ok(entry)
}

/// Renames a credential.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Usage`] when the name is empty; [`Error::Store`] when it is taken.
pub async fn rename_wallet_entry(
    cx: &Context,
    id: &WalletEntryId,
    name: &str,
) -> Result<WalletEntry, Error> {
    let name = check_name(name)?;
    let rename = move |known: &mut WalletEntry| known.name = name;
    let renamed = cx.store().change_wallet_entry(id, rename).await?;
    let entry = renamed.ok_or_else(|| not_found(id.as_str()))?;
    refresh_identities(cx, &entry).await?;
    cx.emit(Event::WalletChanged);
    Ok(entry)
}

/// Renames the credential of a connector with the connector, if both had the same name and the new one is free.
pub(crate) async fn rename_with_connector(cx: &Context, changed: &Changed) -> Result<(), Error> {
    let Changed { before, after } = changed;
    let Some(id) = entry_id(&after.authentication).filter(|_| before.title != after.title) else {
        return Ok(());
    };
    let entry = cx.store().find_wallet_entry(id).await?;
    if entry.is_none_or(|entry| entry.name != before.title) {
        return Ok(());
    }
    match rename_wallet_entry(cx, id, &after.title).await {
        Err(Error::Store(patchbay_store::Error::NameTaken { .. })) => Ok(()),
        renamed => renamed.map(drop),
    }
}

/// Deletes a credential, its secret first. Connectors that used it need a sign-in afterwards.
///
/// # Errors
/// [`Error::InUse`] when it is used and the deletion is not `confirmed`; [`Error::NotFound`].
pub async fn remove_wallet_entry(
    cx: &Context,
    id: &WalletEntryId,
    confirmed: bool,
) -> Result<(), Error> {
    let entry = find_wallet_entry(cx, id).await?;
    let mut users: Vec<String> = titles(&entry);
    let accounts = cx.store().list_accounts().await?.into_iter();
    let accounts = accounts.filter(|account| account.entries.contains(id));
    users.extend(accounts.map(|account| account.label));
    if !users.is_empty() && !confirmed {
        return Err(Error::InUse {
            name: entry.name,
            users: users.join(", "),
        });
    }
    forget(cx, id).await?;
    drop_credential(cx, &entry).await?;
    cx.emit(Event::WalletChanged);
    Ok(())
}

fn titles(entry: &WalletEntry) -> Vec<String> {
    let users = entry.used_by.iter();
    users.map(|user| user.title.clone()).collect()
}

/// Returns a name that no wallet entry has yet.
pub(crate) async fn free_entry_name(cx: &Context, name: &str) -> Result<String, Error> {
    let taken = cx.store().list_wallet().await?;
    Ok(free_name(name, " ", |name| {
        taken.iter().any(|entry| entry.name == name)
    }))
}
