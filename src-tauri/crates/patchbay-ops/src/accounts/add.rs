//! Adding an account.

use std::collections::BTreeMap;

use patchbay_model::{Account, AccountId, Json, Platform};
use patchbay_platforms::hosted;
use patchbay_vault::SecretName;
use serde::Deserialize;
use serde_json::Value;
use specta::Type;

use crate::accounts::form::{base_url, check_settings};
use crate::accounts::secrets::{encode_secrets, resolve, wallet_entries_in};
use crate::accounts::{check_label, list_accounts, platform};
use crate::address::free_name;
use crate::connectors::sync;
use crate::context::Context;
use crate::credentials::secret::SecretInput;
use crate::error::Error;
use crate::events::Event;
use crate::secrets::programs::Occasion;

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

/// Adds an account, after a light read has shown that its sign-in works. Nothing is kept otherwise.
///
/// # Errors
/// [`Error::Usage`] when the platform has no accounts or a field is missing or unknown;
/// [`Error::KeyRefused`], [`Error::Platform`] when the read fails; [`Error::Reference`], [`Error::Vault`]; [`Error::Store`]
/// when the label is taken.
pub async fn add_account(cx: &Context, request: AddAccount) -> Result<Account, Error> {
    let hosted = hosted(request.platform).ok_or_else(|| Error::Usage {
        what: format!("{} doesn't use accounts", request.platform.as_str()),
        hint: "Add a connector instead.".to_owned(),
    })?;
    let names: Vec<&str> = request.secrets.keys().map(String::as_str).collect();
    let settings = check_settings(hosted, request.settings.0, &names)?;
    let account = Account {
        id: AccountId::new(cx.new_id("acc")),
        platform: request.platform,
        label: resolve_label(cx, request.label, hosted.look.title).await?,
        colour: None,
        base_url: base_url(&settings),
        settings: Json(Value::Object(settings)),
        is_signed_out: false,
        entries: wallet_entries_in(&request.secrets),
        created_at: cx.now(),
    };
    let given: Vec<String> = request.secrets.keys().cloned().collect();
    let stored = encode_secrets(request.secrets)?;
    let signed_in = platform::sign_in(cx, &account, resolve(cx, &stored, Occasion::Given).await?)?;
    let verified = platform::verify(cx, &*signed_in).await;
    verified.map_err(|error| platform::key_refused_error(&account, given, error))?;
    cx.vault()
        .write(&SecretName::account(&account.id), &stored)
        .await?;
    cx.store().save_account(&account).await?;
    cx.emit(Event::AccountsChanged);
    // The account is there, whatever becomes of its list.
    if let Err(error) = sync::sync_account(cx, &account).await {
        tracing::warn!(account = %account.id, %error, "the connectors could not be listed");
    }
    Ok(account)
}

async fn resolve_label(cx: &Context, label: Option<String>, title: &str) -> Result<String, Error> {
    let taken = list_accounts(cx).await?;
    let is_taken = |label: &str| taken.iter().any(|account| account.label == label);
    match label.filter(|label| !label.trim().is_empty()) {
        None => Ok(free_name(title, " ", is_taken)),
        Some(label) => {
            let label = check_label(&label)?;
            // Before the sign-in is tried, which may take a while.
            if is_taken(&label) {
                return Err(Error::Usage {
                    what: format!("an account named {label} already exists"),
                    hint: "Choose another name.".to_owned(),
                });
            }
            Ok(label)
        }
    }
}
