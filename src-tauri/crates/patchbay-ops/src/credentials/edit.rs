//! Adding, replacing, renaming and removing wallet entries.

use patchbay_model::{Secret, WalletEntry, WalletEntryId, WalletKind};
use patchbay_store::Changed;
use patchbay_vault::SecretName;

use crate::address::NewName;
use crate::context::Context;
use crate::credentials::check::{CheckedSecret, check_name, check_replacement, check_secret_of};
use crate::credentials::forget::{forget_previous, forget_unwritten};
use crate::credentials::revoke::forget_and_revoke;
use crate::credentials::secret::{AddWalletEntry, WalletSecret};
use crate::credentials::users::{drop_credential, refresh_identities, reload_users};
use crate::credentials::{find_wallet_entry, list_wallet, new_entry, not_found};
use crate::error::Error;
use crate::events::Event;
use crate::secrets::{self, SavedValues};

/// Adds a credential.
///
/// # Errors
/// [`Error::Usage`] when a name, a header or the secret is empty or invalid, or the name is taken; [`Error::Reference`]
/// when a reference cannot be resolved.
pub async fn add_wallet_entry(cx: &Context, request: AddWalletEntry) -> Result<WalletEntry, Error> {
    let name = check_name(&request.name)?;
    let taken = list_wallet(cx).await?;
    if taken.iter().any(|other| other.name == name) {
        return Err(Error::usage(
            format!("a credential named {name} already exists"),
            "Choose another name or replace it.",
        ));
    }
    add(cx, NewName::Entered(name), request.secret).await
}

/// Adds a credential under that name, with a number if it is taken.
///
/// # Errors
/// As for [`add_wallet_entry`].
pub(crate) async fn add_derived_entry(
    cx: &Context,
    name: &str,
    secret: WalletSecret,
) -> Result<WalletEntry, Error> {
    let name = check_name(name).unwrap_or_else(|_| "Credential".to_owned());
    add(cx, NewName::Derived(name), secret).await
}

async fn add(cx: &Context, name: NewName, secret: WalletSecret) -> Result<WalletEntry, Error> {
    let id = WalletEntryId::new(cx.new_id("cred"));
    let entry = new_entry(id, name.as_str().to_owned(), secret.kind(), cx.now());
    let checked = check_secret_of(cx, entry, secret, &SavedValues::new()).await?;
    let CheckedSecret { entry, secret, .. } = checked;
    let entry = add_with_secret(cx, entry, name, secret).await?;
    cx.emit(Event::WalletChanged);
    Ok(entry)
}

/// Saves the entry before its secret: an entry without one is seen and can be deleted, a secret without an entry is
/// neither.
pub(crate) async fn add_with_secret(
    cx: &Context,
    entry: WalletEntry,
    name: NewName,
    secret: Option<Secret>,
) -> Result<WalletEntry, Error> {
    let entry = add_entry(cx, entry, name).await?;
    if let Some(secret) = secret
        && let Err(error) = cx
            .vault()
            .write(&SecretName::wallet(&entry.id), &secret)
            .await
    {
        forget_unwritten(cx, &entry.id).await;
        return Err(error.into());
    }
    Ok(entry)
}

/// Saves an entry that has no secret yet.
pub(crate) async fn add_entry(
    cx: &Context,
    entry: WalletEntry,
    name: NewName,
) -> Result<WalletEntry, Error> {
    let adding = cx
        .store()
        .add_wallet_entry(entry, |taken| name.among(" ", taken));
    Ok(adding.await?)
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
    let replaced = save_replacement(cx, next).await?;
    // A roll-back would restore a secret from before the last one.
    forget_previous(cx, id).await?;
    Ok(replaced)
}

/// Whether a secret is of an OAuth app with another client ID than the saved one.
async fn is_another_app(
    cx: &Context,
    entry: &WalletEntry,
    next: Option<&Secret>,
) -> Result<bool, Error> {
    let (WalletKind::OauthClient, Some(next)) = (entry.kind, next) else {
        return Ok(false);
    };
    let next = secrets::decode_oauth_app(entry, next)?;
    match secrets::read_oauth_app(cx.vault(), entry).await {
        Ok(saved) => Ok(saved.client_id != next.client_id),
        Err(Error::SecretLost { .. }) => Ok(true),
        Err(error) => Err(error),
    }
}

/// Saves the checked secret. An entry that was deleted meanwhile stays deleted, one that was renamed keeps its new
/// name, and values that were saved meanwhile beside those that stay are not lost.
pub(crate) async fn save_replacement(
    cx: &Context,
    next: CheckedSecret,
) -> Result<WalletEntry, Error> {
    let CheckedSecret {
        entry,
        secret,
        former,
    } = next;
    let id = entry.id.clone();
    let lock = cx.tokens().lock_credential(&id).await?;
    // The vault must not hold a secret without an entry.
    find_wallet_entry(cx, &id).await?;
    if entry.kind.has_named_values() {
        let saved = cx.vault().read(&SecretName::wallet(&id)).await?;
        if saved.as_ref().map(Secret::expose) != former.as_ref().map(Secret::expose) {
            return Err(Error::ChangedElsewhere { title: entry.name });
        }
    }
    let is_another_app = is_another_app(cx, &entry, secret.as_ref()).await?;
    let now = cx.now();
    let replace = move |known: &mut WalletEntry| {
        if is_another_app {
            // Only the former one belongs to that provider.
            known.issuer = None;
        }
        known.reference = entry.reference;
        known.header_names = entry.header_names;
        known.replaced_at = now;
        known.needs_authorization = false;
    };
    let entry = replace_stored(cx, &id, secret, replace).await?;
    drop(lock);
    cx.emit(Event::WalletChanged);
    reload_users(cx, &entry).await?;
    Ok(entry)
}

/// Saves a secret and changes its entry; `None` deletes the secret of an entry that gets a reference. If this is
/// interrupted, the entry has either what it had or what it gets.
pub(super) async fn replace_stored(
    cx: &Context,
    id: &WalletEntryId,
    secret: Option<Secret>,
    change: impl FnOnce(&mut WalletEntry) + Send + 'static,
) -> Result<WalletEntry, Error> {
    let name = SecretName::wallet(id);
    if let Some(secret) = &secret {
        cx.vault().write(&name, secret).await?;
    }
    let changed = cx.store().change_wallet_entry(id, change).await?;
    if secret.is_none() {
        cx.vault().remove(&name).await?;
    }
    changed.ok_or_else(|| not_found(id.as_str()))
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
    let Some(id) = after
        .authentication
        .entry()
        .filter(|_| before.title != after.title)
    else {
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

/// Deletes a credential, its secret first; OAuth tokens are revoked in the background. Connectors that used it need a
/// sign-in afterwards.
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
    let mut accounts = cx.store().list_accounts().await?;
    accounts.retain(|account| account.entries.contains(id));
    users.extend(accounts.iter().map(|account| account.label.clone()));
    if !users.is_empty() && !confirmed {
        return Err(Error::InUse {
            name: entry.name,
            users: users.join(", "),
        });
    }
    let oauth = cx.networks().oauth_of(cx.store(), &entry).await;
    forget_and_revoke(cx, &entry, None, oauth).await?;
    drop_credential(cx, &entry).await?;
    for account in accounts {
        cx.sign_ins().forget(&account.id);
    }
    cx.emit(Event::WalletChanged);
    Ok(())
}

fn titles(entry: &WalletEntry) -> Vec<String> {
    let users = entry.used_by.iter();
    users.map(|user| user.title.clone()).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use patchbay_model::{Code, Explain as _, SecretReference};

    use super::*;
    use crate::credentials::secret::SecretValue;
    use crate::testing::{add_app, add_credential, block_vault, open_temporary};

    fn token() -> WalletSecret {
        WalletSecret::Bearer {
            token: Secret::new("t0ken-of-the-wiki"),
        }
    }

    #[tokio::test]
    async fn a_credential_whose_secret_cannot_be_saved_is_not_added() {
        let (_home, cx) = open_temporary().await;
        block_vault(&cx).await;
        let refused = add_derived_entry(&cx, "Wiki", token()).await.unwrap_err();
        assert!(matches!(refused, Error::Vault(_)), "{refused:?}");
        assert_eq!(list_wallet(&cx).await.unwrap(), []);
    }

    #[tokio::test]
    async fn a_token_loses_the_word_that_was_copied_with_it() {
        let (_home, cx) = open_temporary().await;
        let token = Secret::new("Bearer t0ken-of-the-wiki ");
        let entry = add_credential(&cx, "Wiki", WalletSecret::Bearer { token }).await;
        let headers = secrets::headers(cx.vault(), cx.references(), &entry).await;
        let sent = headers.unwrap()["Authorization"].expose().to_owned();
        assert_eq!(sent, "Bearer t0ken-of-the-wiki");
        let saved = secrets::read_stored(cx.vault(), &entry).await.unwrap();
        assert_eq!(saved.expose(), "t0ken-of-the-wiki");
        cx.close().await;
    }

    #[tokio::test]
    async fn no_secret_is_saved_without_an_entry() {
        let (_home, cx) = open_temporary().await;
        let wiki = add_derived_entry(&cx, "Wiki", token()).await.unwrap();
        // As when another process takes the name after it was checked.
        let taken = NewName::Entered(wiki.name.clone());
        let refused = add(&cx, taken, token()).await.unwrap_err();
        assert_eq!(refused.code(), Code::Conflict, "{refused:?}");
        let file = cx.paths().data.join("vault.json");
        let saved = std::fs::read_to_string(file).unwrap();
        let own = SecretName::wallet(&wiki.id);
        assert_eq!(saved.matches("wallet/").count(), 1, "{saved}");
        assert!(saved.contains(own.as_str()));
    }

    #[tokio::test]
    async fn a_secret_is_kept_if_its_reference_cannot_be_saved() {
        let (_home, cx) = open_temporary().await;
        let wiki = add_derived_entry(&cx, "Wiki", token()).await.unwrap();
        // As with a full disk.
        let home = add_credential(&cx, "Home", token()).await;
        let reference = SecretReference::parse("env://PATH").unwrap();
        let taken = home.name.clone();
        let change = move |known: &mut WalletEntry| {
            known.reference = Some(reference);
            known.name = taken;
        };
        let refused = replace_stored(&cx, &wiki.id, None, change).await;
        assert!(matches!(refused, Err(Error::Store(_))), "{refused:?}");
        let kept = cx
            .vault()
            .read(&SecretName::wallet(&wiki.id))
            .await
            .unwrap();
        assert_eq!(kept.unwrap().expose(), "t0ken-of-the-wiki");
        assert_eq!(find_wallet_entry(&cx, &wiki.id).await.unwrap(), wiki);
    }

    #[tokio::test]
    async fn of_two_changes_at_once_none_loses_the_value_of_the_other() {
        let (_home, cx) = open_temporary().await;
        let with = |values: &[(&str, &str)]| {
            let values = values.iter();
            let values =
                values.map(|(name, value)| ((*name).to_owned(), Secret::new(*value).into()));
            let values: BTreeMap<String, SecretValue> = values.collect();
            WalletSecret::Variables { values }
        };
        let id = add_credential(&cx, "Files", with(&[("KEY", "k3y-of-it")]))
            .await
            .id;
        // As two processes do that each add a variable.
        let first = check_replacement(&cx, &id, with(&[("KEY", ""), ("ONE", "1")])).await;
        let second = check_replacement(&cx, &id, with(&[("KEY", ""), ("TWO", "2")])).await;
        save_replacement(&cx, first.unwrap()).await.unwrap();
        let refused = save_replacement(&cx, second.unwrap()).await.unwrap_err();
        assert_eq!(refused.code(), Code::Conflict, "{refused:?}");
        let entry = find_wallet_entry(&cx, &id).await.unwrap();
        assert_eq!(entry.header_names, ["KEY", "ONE"]);
        let saved = secrets::read_stored_values(cx.vault(), &entry)
            .await
            .unwrap();
        assert_eq!(Vec::from_iter(saved.keys()), ["KEY", "ONE"]);
    }

    #[tokio::test]
    async fn an_app_with_another_client_id_belongs_to_no_provider_yet() {
        let (_home, cx) = open_temporary().await;
        let issuer = "https://as.example";
        let app = add_app(&cx, issuer, Secret::new("first-secret-1").into()).await;
        for (client_id, left) in [("me", Some(issuer)), ("another", None)] {
            let secret = WalletSecret::OauthClient {
                client_id: client_id.to_owned(),
                client_secret: Some(Secret::new("next-secret-2").into()),
            };
            let replaced = replace_wallet_secret(&cx, &app, secret).await.unwrap();
            assert_eq!(replaced.issuer.as_deref(), left, "{client_id}");
        }
    }

    #[tokio::test]
    async fn derived_names_count_up_however_many_are_added_at_once() {
        let (_home, cx) = open_temporary().await;
        let added = (0..5).map(|_| add_derived_entry(&cx, "Wiki", token()));
        let added = futures::future::join_all(added).await.into_iter();
        let mut names: Vec<String> = added.map(|it| it.unwrap().name).collect();
        names.sort();
        assert_eq!(names, ["Wiki", "Wiki 2", "Wiki 3", "Wiki 4", "Wiki 5"]);
        cx.close().await;
    }
}
