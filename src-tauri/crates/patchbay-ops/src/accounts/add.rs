//! Adding an account.

use std::collections::BTreeMap;

use patchbay_model::{Account, AccountId, Json, Platform, Secret};
use patchbay_platforms::hosted;
use patchbay_vault::SecretName;
use serde::Deserialize;
use serde_json::Value;
use specta::Type;

use crate::accounts::form::{base_url, check_settings};
use crate::accounts::platform::verify_new_secrets;
use crate::accounts::secrets::{encode_secrets, list_encoded_entries};
use crate::accounts::{check_label, list_accounts, sync};
use crate::address::NewName;
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
    let fields: Vec<String> = request.secrets.keys().cloned().collect();
    let settings = check_settings(hosted, request.settings.0, &fields)?;
    let stored = encode_secrets(request.secrets)?;
    let label = resolve_label(cx, request.label, hosted.look.title).await?;
    let account = Account {
        id: AccountId::new(cx.new_id("acc")),
        platform: request.platform,
        label: label.as_str().to_owned(),
        colour: None,
        base_url: base_url(&settings),
        settings: Json(Value::Object(settings)),
        is_signed_out: false,
        entries: list_encoded_entries(&stored),
        created_at: cx.now(),
    };
    verify_new_secrets(cx, &account, &stored, fields).await?;
    let account = save(cx, account, label, &stored).await?;
    cx.emit(Event::AccountsChanged);
    // The account is added even if its connectors cannot be listed.
    if let Err(error) = sync::sync_account(cx, &account).await {
        tracing::warn!(account = %account.id, %error, "the connectors could not be listed");
    }
    Ok(account)
}

/// Saves the account before its secrets, which nobody could delete without it.
async fn save(
    cx: &Context,
    account: Account,
    label: NewName,
    secrets: &Secret,
) -> Result<Account, Error> {
    let adding = cx
        .store()
        .add_account(account, |taken| label.among(" ", taken));
    let account = adding.await?;
    let name = SecretName::account(&account.id);
    if let Err(error) = cx.vault().write(&name, secrets).await {
        drop(cx.vault().remove(&name).await);
        cx.store().remove_account(&account.id).await?;
        return Err(error.into());
    }
    Ok(account)
}

async fn resolve_label(cx: &Context, label: Option<String>, title: &str) -> Result<NewName, Error> {
    let Some(label) = label.filter(|label| !label.trim().is_empty()) else {
        return Ok(NewName::Derived(title.to_owned()));
    };
    let label = check_label(&label)?;
    // Checked before the sign-in, which may take a while.
    let taken = list_accounts(cx).await?;
    if taken.iter().any(|account| account.label == label) {
        let what = format!("an account named {label} already exists");
        return Err(Error::usage(what, "Choose another name."));
    }
    Ok(NewName::Entered(label))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::testing::{block_vault, new_account, open_temporary};

    fn mistral(cx: &Context, id: &str) -> Account {
        new_account(cx, id, Platform::Mistral, json!({}))
    }

    #[tokio::test]
    async fn a_derived_label_gets_a_number_where_it_was_taken_meanwhile() {
        let (_home, cx) = open_temporary().await;
        let secrets = Secret::new("{}");
        for (id, label) in [("acc_1", "Mistral"), ("acc_2", "Mistral 2")] {
            let derived = NewName::Derived("Mistral".to_owned());
            let account = save(&cx, mistral(&cx, id), derived, &secrets).await;
            assert_eq!(account.unwrap().label, label);
        }
    }

    #[tokio::test]
    async fn an_account_is_added_with_its_secrets_or_not_at_all() {
        let (_home, cx) = open_temporary().await;
        let secrets = Secret::new("{}");
        let entered = || NewName::Entered("Work".to_owned());
        let first = save(&cx, mistral(&cx, "acc_1"), entered(), &secrets).await;
        let account = mistral(&cx, "acc_2");
        let refused = save(&cx, account.clone(), entered(), &secrets).await;
        assert!(matches!(refused, Err(Error::Store(_))), "{refused:?}");
        let name = SecretName::account(&account.id);
        assert!(cx.vault().read(&name).await.unwrap().is_none());

        block_vault(&cx).await;
        let derived = NewName::Derived("Home".to_owned());
        let refused = save(&cx, account, derived, &secrets).await;
        assert!(matches!(refused, Err(Error::Vault(_))), "{refused:?}");
        let labels = list_accounts(&cx).await.unwrap().into_iter();
        let labels: Vec<String> = labels.map(|account| account.label).collect();
        assert_eq!(labels, ["This computer", &first.unwrap().label]);
    }
}
