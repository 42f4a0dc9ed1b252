//! Adding an account.

use std::collections::BTreeMap;

use patchbay_model::{Account, AccountId, Json, Platform};
use patchbay_platforms::hosted;
use patchbay_vault::SecretName;
use serde::Deserialize;
use serde_json::Value;
use specta::Type;

use crate::accounts::form::{base_url, check_settings};
use crate::accounts::platform::verify_new_secrets;
use crate::accounts::secrets::{encode_secrets, wallet_entries_in};
use crate::accounts::{check_label, list_accounts};
use crate::address::free_name;
use crate::connectors::sync;
use crate::context::Context;
use crate::credentials::secret::SecretInput;
use crate::error::Error;
use crate::events::Event;

/// Request to add an account.
#[derive(Clone, Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct AddAccount {
    pub platform: Platform,
    /// Unique label; `None` uses the platform's name.
    pub label: Option<String>,
    /// Values of the fields that are not secret: a JSON object.
    pub settings: Json,
    /// Values of the secret fields.
    pub secrets: BTreeMap<String, SecretInput>,
}

/// Adds an account after verifying its sign-in with a light read. Saves nothing if that fails.
///
/// # Errors
/// [`Error::Usage`] if the platform has no accounts or a field is missing or unknown; [`Error::KeyRefused`],
/// [`Error::Platform`] if the read fails; [`Error::Reference`], [`Error::Vault`]; [`Error::Store`] if the label is
/// taken.
pub async fn add_account(cx: &Context, request: AddAccount) -> Result<Account, Error> {
    let hosted = hosted(request.platform).ok_or_else(|| {
        let what = format!("{} doesn't use accounts", request.platform.as_str());
        Error::usage(what, "Add a connector instead.")
    })?;
    let settings = check_settings(hosted, request.settings.0, &request.secrets)?;
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
    let fields = request.secrets.keys().cloned().collect();
    let stored = encode_secrets(request.secrets)?;
    verify_new_secrets(cx, &account, &stored, fields).await?;
    let name = SecretName::account(&account.id);
    cx.vault().write(&name, &stored).await?;
    cx.store().save_account(&account).await?;
    cx.emit(Event::AccountsChanged);
    // The account is added even if its connectors cannot be listed.
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
            // Checked before the sign-in, which may take a while.
            if is_taken(&label) {
                let what = format!("an account named {label} already exists");
                return Err(Error::usage(what, "Choose another name."));
            }
            Ok(label)
        }
    }
}
