//! Accounts: sign-ins to hosted platforms.

use std::collections::BTreeMap;

use patchbay_model::{
    Account, AccountId, Form, Json, Platform, Secret, SecretReference, WalletEntryId,
};
use patchbay_platforms::{AccountField, HostedPlatform, hosted};
use patchbay_vault::SecretName;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use specta::Type;

use crate::address::free_name;
use crate::edit_account::base_url;
use crate::lock::FileLock;
use crate::programs::Occasion;
use crate::reference::parse_reference;
use crate::{
    Context, Error, Event, SecretInput, account_errors, hosted as platforms, sync_connectors,
};

/// An account to be added.
#[derive(Clone, Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct AddAccount {
    /// The platform to sign in to.
    pub platform: Platform,
    /// What to call it, unique; `None` for the platform's name.
    pub label: Option<String>,
    /// Fields that are no secrets, by their names: a JSON object.
    pub settings: Json,
    /// Secret fields, by their names.
    pub secrets: BTreeMap<String, SecretInput>,
}

/// What one needs to sign in to a platform, for forms.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PlatformForm {
    /// Which platform.
    pub platform: Platform,
    /// Its name for people.
    pub title: String,
    /// Whether its contract is an assumption of ours.
    pub is_assumed: bool,
    /// Its fields, in the order of the form.
    pub fields: Vec<PlatformField>,
}

/// One field of a [`PlatformForm`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PlatformField {
    /// Its name in [`AddAccount::settings`] or [`AddAccount::secrets`].
    pub name: String,
    /// What to call it.
    pub title: String,
    /// What it is, or where to get it.
    pub help: String,
    /// Whether it is secret.
    pub is_secret: bool,
    /// Whether nothing works without it.
    pub is_required: bool,
    /// Another field that makes it unneeded.
    pub unless: Option<String>,
    /// Variable of this process's environment that holds it, named as the platform's own clients do;
    /// to be used as `env://NAME`.
    pub variable: Option<String>,
    /// The values that there are, where it is one of few.
    pub choices: Vec<String>,
    /// The form to fill in, where its value is a JSON object; `None` for plain text.
    pub form: Option<Form>,
}

/// What an account keeps of a secret field.
#[derive(Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum KeptSecret {
    Secret { secret: Secret },
    Reference { reference: SecretReference },
    Entry { entry: WalletEntryId },
}

/// The hosted platforms, with what one needs to sign in to each.
pub fn list_platforms() -> Vec<PlatformForm> {
    patchbay_platforms::HOSTED.iter().map(form_of).collect()
}

/// Name of the secret field that an account with these settings signs in with; `None` where it needs none.
pub fn secret_for(platform: Platform, settings: &Json) -> Option<&'static str> {
    let none = Map::new();
    let settings = settings.0.as_object().unwrap_or(&none);
    hosted(platform).and_then(|hosted| (hosted.secret_for)(settings))
}

fn form_of(hosted: &HostedPlatform) -> PlatformForm {
    PlatformForm {
        platform: hosted.platform,
        title: hosted.look.title.to_owned(),
        is_assumed: hosted.is_assumed,
        fields: hosted
            .fields
            .iter()
            .map(|field| field_of(hosted, field))
            .collect(),
    }
}

fn field_of(hosted: &HostedPlatform, field: &AccountField) -> PlatformField {
    let is_set = |name: &&&str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    PlatformField {
        name: field.name.to_owned(),
        title: field.title.to_owned(),
        help: field.help.to_owned(),
        is_secret: field.is_secret,
        is_required: field.is_required,
        unless: field.unless.map(ToOwned::to_owned),
        variable: field
            .variables
            .iter()
            .find(is_set)
            .map(|name| (*name).to_owned()),
        choices: field
            .choices
            .iter()
            .map(|choice| (*choice).to_owned())
            .collect(),
        form: hosted.setting_form(field.name),
    }
}

/// Every account, "This computer" first.
///
/// # Errors
/// [`Error::Store`].
pub async fn list_accounts(cx: &Context) -> Result<Vec<Account>, Error> {
    Ok(cx.store().list_accounts().await?)
}

/// The account that a person means, by its id or its label.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Store`].
pub async fn resolve_account(cx: &Context, text: &str) -> Result<Account, Error> {
    let accounts = list_accounts(cx).await?;
    let fits = |account: &&Account| {
        account.id.as_str() == text || account.label.eq_ignore_ascii_case(text)
    };
    let found = accounts.iter().find(fits).cloned();
    found.ok_or_else(|| not_found(text))
}

/// Adds an account, after a light read has shown that its sign-in works. Nothing is kept otherwise.
///
/// # Errors
/// [`Error::Usage`] when the platform has no accounts or a field is missing or unknown;
/// [`Error::Platform`] when the read fails; [`Error::Reference`], [`Error::Vault`]; [`Error::Store`]
/// when the label is taken.
pub async fn add_account(cx: &Context, request: AddAccount) -> Result<Account, Error> {
    let hosted = hosted(request.platform).ok_or_else(|| Error::Usage {
        what: format!("{} has no accounts", request.platform.as_str()),
        hint: "Add a connector to this computer instead.".to_owned(),
    })?;
    let names: Vec<&str> = request.secrets.keys().map(String::as_str).collect();
    let settings = check_settings(hosted, request.settings.0, &names)?;
    let account = Account {
        id: AccountId::new(cx.new_id("acc")),
        platform: request.platform,
        label: chosen_label(cx, request.label, hosted.look.title).await?,
        colour: None,
        base_url: base_url(&settings),
        settings: Json(Value::Object(settings)),
        is_signed_out: false,
        entries: entries_of(&request.secrets),
        created_at: cx.now(),
    };
    let kept = kept_secrets(request.secrets)?;
    let signed_in = platforms::sign_in(cx, &account, resolve(cx, &kept, Occasion::Given).await?)?;
    platforms::verify(cx, &*signed_in).await?;
    cx.vault()
        .write(&SecretName::account(&account.id), &kept)
        .await?;
    cx.store().save_account(&account).await?;
    cx.emit(Event::AccountsChanged);
    // The account is there, whatever becomes of its list.
    if let Err(error) = sync_connectors::sync_account(cx, &account).await {
        tracing::warn!(account = %account.id, %error, "the connectors could not be listed");
    }
    Ok(account)
}

/// Tries whether the sign-in of an account works, by a light read.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Platform`] when it does not; [`Error::Vault`], [`Error::Reference`].
pub async fn test_account(cx: &Context, id: &AccountId) -> Result<Account, Error> {
    let account = find_account(cx, id).await?;
    if account.platform != Platform::Local {
        let signed_in = platforms::platform_of(cx, &account).await?;
        let checked = platforms::verify(cx, &*signed_in).await;
        let checked = checked.map_err(|error| platforms::signed_out(&account, error));
        account_errors::record(cx, &account, checked.as_ref().err()).await;
        checked?;
    }
    Ok(account)
}

/// Calls an account something else.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Usage`] when the label is empty, and for "This computer";
/// [`Error::Store`] when it is taken.
pub async fn rename_account(cx: &Context, id: &AccountId, label: &str) -> Result<Account, Error> {
    let account = find_account(cx, id).await?;
    if account.platform == Platform::Local {
        return Err(Error::Usage {
            what: "this computer keeps its name".to_owned(),
            hint: "Rename its connectors instead.".to_owned(),
        });
    }
    let label = check_label(label)?;
    let rename = move |known: &mut Account| known.label = label;
    let account = change(cx, id, rename).await?;
    cx.emit(Event::AccountsChanged);
    sync_connectors::relabel(cx, &account).await?;
    Ok(account)
}

/// Puts other secrets in place of those of the same names, after a light read has shown that they work.
///
/// # Errors
/// As [`add_account`]; [`Error::NotFound`], also when it was removed meanwhile; [`Error::SignedOutHere`] when
/// it was signed out meanwhile; [`Error::Usage`] when none is given.
pub async fn replace_account_secrets(
    cx: &Context,
    id: &AccountId,
    secrets: BTreeMap<String, SecretInput>,
) -> Result<Account, Error> {
    let account = find_account(cx, id).await?;
    let kept = replace_secrets(cx, &account, secrets).await?;
    let signed_in = platforms::sign_in(cx, &account, resolve(cx, &kept, Occasion::Given).await?)?;
    platforms::verify(cx, &*signed_in).await?;
    let account = keep(cx, &account, kept).await?;
    account_errors::record(cx, &account, None).await;
    cx.emit(Event::AccountsChanged);
    cx.emit(Event::WalletChanged);
    Ok(account)
}

/// Keeps secrets that work, unless the account was removed or signed out since they were put together.
async fn keep(cx: &Context, before: &Account, kept: Secret) -> Result<Account, Error> {
    let id = &before.id;
    let lock = lock_account(cx, id).await?;
    let known = find_account(cx, id).await?;
    if known.is_signed_out && !before.is_signed_out {
        return Err(signed_out_meanwhile(&known));
    }
    cx.vault().write(&SecretName::account(id), &kept).await?;
    let entries = kept_entries(&kept);
    let sign_in = move |known: &mut Account| {
        known.is_signed_out = false;
        known.entries = entries;
    };
    let account = change(cx, id, sign_in).await?;
    drop(lock);
    cx.hosted().forget(id);
    Ok(account)
}

/// Removes an account from Patchbay, with what is known of its connectors; at the platform everything
/// stays.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Usage`] for "This computer"; [`Error::Vault`], [`Error::Store`].
pub async fn remove_account(cx: &Context, id: &AccountId) -> Result<(), Error> {
    let account = find_account(cx, id).await?;
    if account.platform == Platform::Local {
        return Err(Error::Usage {
            what: "this computer cannot be removed".to_owned(),
            hint: "Remove its connectors one by one.".to_owned(),
        });
    }
    let lock = lock_account(cx, id).await?;
    cx.vault().remove(&SecretName::account(id)).await?;
    cx.store().remove_account(id).await?;
    drop(lock);
    account_errors::record(cx, &account, None).await;
    platforms::delete_observations(cx, id).await?;
    cx.hosted().forget(id);
    cx.emit(Event::AccountsChanged);
    cx.emit(Event::ConnectorsChanged);
    Ok(())
}

pub(crate) async fn find_account(cx: &Context, id: &AccountId) -> Result<Account, Error> {
    let account = cx.store().find_account(id).await?;
    account.ok_or_else(|| not_found(id.as_str()))
}

/// Changes an account as it is known at that moment, not as it was before its platform was asked.
///
/// # Errors
/// [`Error::NotFound`] when it is gone; [`Error::Store`].
pub(crate) async fn change(
    cx: &Context,
    id: &AccountId,
    change: impl FnOnce(&mut Account) + Send + 'static,
) -> Result<Account, Error> {
    let changed = cx.store().change_account(id, change).await?;
    changed.ok_or_else(|| not_found(id.as_str()))
}

/// Keeps others from writing or deleting the secrets of an account, in this process and others, so that they
/// and what is known of the account stay together.
///
/// # Errors
/// [`Error::File`] when the lock cannot be had.
pub(crate) async fn lock_account(cx: &Context, id: &AccountId) -> Result<FileLock, Error> {
    FileLock::take(cx.paths().locks().join(format!("{id}.lock"))).await
}

pub(crate) fn signed_out_meanwhile(account: &Account) -> Error {
    Error::SignedOutHere {
        account: account.label.clone(),
    }
}

/// The secrets of an account, as they are now.
///
/// # Errors
/// [`Error::Vault`], [`Error::Reference`], [`Error::NotFound`] when a wallet entry is gone, [`Error::Usage`]
/// when one is not a single secret.
pub(crate) async fn secrets_of(
    cx: &Context,
    account: &Account,
) -> Result<BTreeMap<String, Secret>, Error> {
    match cx.vault().read(&SecretName::account(&account.id)).await? {
        Some(kept) => resolve(cx, &kept, Occasion::Needed).await,
        None => Ok(BTreeMap::new()),
    }
}

/// Settings that the platform has, with all that it needs beside secrets of those names.
///
/// # Errors
/// [`Error::Usage`] otherwise.
pub(crate) fn check_settings(
    hosted: &HostedPlatform,
    settings: Value,
    secrets: &[&str],
) -> Result<Map<String, Value>, Error> {
    let usage = |what: String| Error::Usage {
        what,
        hint: "List the platforms to see what each needs.".to_owned(),
    };
    let settings = match settings {
        Value::Object(settings) => settings,
        Value::Null => Map::new(),
        _ => return Err(usage("the settings are no JSON object".to_owned())),
    };
    let field = |name: &str, secret: bool| {
        let mut fields = hosted.fields.iter();
        fields.any(|field| field.name == name && field.is_secret == secret)
    };
    if let Some(name) = settings.keys().find(|name| !field(name, false)) {
        return Err(usage(format!(
            "{} has no setting {name}",
            hosted.look.title
        )));
    }
    if let Some(name) = secrets.iter().find(|name| !field(name, true)) {
        return Err(usage(format!("{} has no secret {name}", hosted.look.title)));
    }
    let given = |name: &str| settings.contains_key(name) || secrets.contains(&name);
    let is_needed = |field: &&AccountField| field.is_required && !field.unless.is_some_and(given);
    let mut needed = hosted.fields.iter().filter(is_needed);
    match needed.find(|field| !given(field.name)) {
        Some(missing) => Err(usage(format!("{} is missing", missing.name))),
        None => Ok(settings),
    }
}

/// The secrets that an account has, with these in place of those of the same names.
async fn replace_secrets(
    cx: &Context,
    account: &Account,
    secrets: BTreeMap<String, SecretInput>,
) -> Result<Secret, Error> {
    let usage = |what: String| Error::Usage {
        what,
        hint: "List the platforms to see what each needs.".to_owned(),
    };
    let fields = hosted(account.platform).map_or(&[][..], |hosted| hosted.fields);
    let is_known = |name: &str| {
        let mut fields = fields.iter();
        fields.any(|field| field.name == name && field.is_secret)
    };
    if let Some(name) = secrets.keys().find(|name| !is_known(name)) {
        return Err(usage(format!("{} has no secret {name}", account.label)));
    }
    if secrets.is_empty() {
        return Err(usage("no secret is given".to_owned()));
    }
    let fresh = kept_secrets(secrets)?;
    let before = cx.vault().read(&SecretName::account(&account.id)).await?;
    let mut kept = before.as_ref().map(members).unwrap_or_default();
    kept.extend(members(&fresh));
    Ok(Secret::new(Value::Object(kept).to_string()))
}

fn entries_of(secrets: &BTreeMap<String, SecretInput>) -> Vec<WalletEntryId> {
    let entries = secrets.values().filter_map(|input| match input {
        SecretInput::Entry { entry } => Some(entry.clone()),
        SecretInput::New { .. } | SecretInput::Reference { .. } => None,
    });
    entries.collect()
}

fn kept_entries(kept: &Secret) -> Vec<WalletEntryId> {
    let kept: BTreeMap<String, KeptSecret> =
        serde_json::from_str(kept.expose()).unwrap_or_default();
    let entries = kept.into_values().filter_map(|kept| match kept {
        KeptSecret::Entry { entry } => Some(entry),
        KeptSecret::Secret { .. } | KeptSecret::Reference { .. } => None,
    });
    entries.collect()
}

fn members(kept: &Secret) -> Map<String, Value> {
    serde_json::from_str(kept.expose()).unwrap_or_default()
}

fn kept_secrets(secrets: BTreeMap<String, SecretInput>) -> Result<Secret, Error> {
    let mut kept = Map::new();
    for (name, input) in secrets {
        let secret = match input {
            SecretInput::New { secret } => json!({ "kind": "secret", "secret": secret.expose() }),
            SecretInput::Reference { reference } => {
                json!({ "kind": "reference", "reference": parse_reference(&reference)? })
            }
            SecretInput::Entry { entry } => json!({ "kind": "entry", "entry": entry }),
        };
        kept.insert(name, secret);
    }
    Ok(Secret::new(Value::Object(kept).to_string()))
}

async fn resolve(
    cx: &Context,
    kept: &Secret,
    occasion: Occasion,
) -> Result<BTreeMap<String, Secret>, Error> {
    let kept: BTreeMap<String, KeptSecret> =
        serde_json::from_str(kept.expose()).map_err(|_| Error::NotFound {
            kind: "saved secret",
            name: "of the account".to_owned(),
        })?;
    let mut secrets = BTreeMap::new();
    for (name, kept) in kept {
        let secret = match kept {
            KeptSecret::Secret { secret } => secret,
            KeptSecret::Reference { reference } => {
                cx.references().resolve(&reference, occasion).await?
            }
            KeptSecret::Entry { entry } => {
                let entry = crate::credentials::find_wallet_entry(cx, &entry).await?;
                crate::forms::single_secret(cx, &entry).await?
            }
        };
        secrets.insert(name, secret);
    }
    Ok(secrets)
}

async fn chosen_label(cx: &Context, label: Option<String>, title: &str) -> Result<String, Error> {
    let taken = list_accounts(cx).await?;
    let is_taken = |label: &str| taken.iter().any(|account| account.label == label);
    match label.filter(|label| !label.trim().is_empty()) {
        None => Ok(free_name(title, " ", is_taken)),
        Some(label) => {
            let label = check_label(&label)?;
            // Before the sign-in is tried, which may take a while.
            if is_taken(&label) {
                return Err(Error::Usage {
                    what: format!("there is an account called {label} already"),
                    hint: "Choose another label.".to_owned(),
                });
            }
            Ok(label)
        }
    }
}

fn check_label(label: &str) -> Result<String, Error> {
    let label = patchbay_model::clean_text(label.trim(), 100);
    if label.is_empty() || label.contains('/') {
        return Err(Error::Usage {
            what: "the label is empty or has a slash in it".to_owned(),
            hint: "Enter a name that you will know the account by.".to_owned(),
        });
    }
    Ok(label)
}

fn not_found(name: &str) -> Error {
    Error::NotFound {
        kind: "account",
        name: name.to_owned(),
    }
}

#[cfg(test)]
mod tests;
