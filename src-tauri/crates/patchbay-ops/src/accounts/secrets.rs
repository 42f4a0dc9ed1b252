//! The secrets of an account.

use std::collections::BTreeMap;

use patchbay_model::{Account, Secret, SecretReference, WalletEntryId};
use patchbay_platforms::hosted;
use patchbay_vault::SecretName;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::context::Context;
use crate::credentials::find_wallet_entry;
use crate::credentials::secret::SecretInput;
use crate::error::Error;
use crate::forms::single_secret;
use crate::secrets::programs::Occasion;
use crate::secrets::reference::parse_reference;

/// Vault format of a secret field.
#[derive(Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum AccountSecret {
    Secret { secret: Secret },
    Reference { reference: SecretReference },
    Entry { entry: WalletEntryId },
}

/// Reads the secrets of an account and resolves references and wallet entries.
///
/// # Errors
/// [`Error::Vault`], [`Error::Reference`]; [`Error::NotFound`] if a wallet entry is gone; [`Error::Usage`] if an entry
/// has several secrets.
pub(crate) async fn secrets_of(
    cx: &Context,
    account: &Account,
) -> Result<BTreeMap<String, Secret>, Error> {
    match cx.vault().read(&SecretName::account(&account.id)).await? {
        Some(stored) => resolve(cx, &stored, Occasion::Needed).await,
        None => Ok(BTreeMap::new()),
    }
}

/// Returns the account's encoded secrets with these ones replaced.
pub(super) async fn replace_secrets(
    cx: &Context,
    account: &Account,
    secrets: BTreeMap<String, SecretInput>,
) -> Result<Secret, Error> {
    let usage = |what: String| Error::usage(what, "Check the sign-in fields of the platform.");
    let fields = hosted(account.platform).map_or(&[][..], |hosted| hosted.fields);
    let is_known = |name: &str| {
        let mut fields = fields.iter();
        fields.any(|field| field.name == name && field.is_secret)
    };
    if let Some(name) = secrets.keys().find(|name| !is_known(name)) {
        let label = &account.label;
        return Err(usage(format!("account {label} has no secret field {name}")));
    }
    if secrets.is_empty() {
        return Err(usage("enter a key".to_owned()));
    }
    let fresh = encode_secrets(secrets)?;
    let before = cx.vault().read(&SecretName::account(&account.id)).await?;
    let mut stored = before.as_ref().map(members).unwrap_or_default();
    stored.extend(members(&fresh));
    Ok(Secret::new(Value::Object(stored).to_string()))
}

pub(super) fn wallet_entries_in(secrets: &BTreeMap<String, SecretInput>) -> Vec<WalletEntryId> {
    let entries = secrets.values().filter_map(|input| match input {
        SecretInput::Entry { entry } => Some(entry.clone()),
        SecretInput::New { .. } | SecretInput::Reference { .. } => None,
    });
    entries.collect()
}

pub(super) fn list_encoded_entries(stored: &Secret) -> Vec<WalletEntryId> {
    let stored: BTreeMap<String, AccountSecret> =
        serde_json::from_str(stored.expose()).unwrap_or_default();
    let entries = stored.into_values().filter_map(|stored| match stored {
        AccountSecret::Entry { entry } => Some(entry),
        AccountSecret::Secret { .. } | AccountSecret::Reference { .. } => None,
    });
    entries.collect()
}

/// The names of the encoded secret fields.
pub(super) fn encoded_fields(stored: &Secret) -> BTreeMap<String, ()> {
    let members = members(stored).into_iter();
    members.map(|(name, _)| (name, ())).collect()
}

fn members(stored: &Secret) -> Map<String, Value> {
    serde_json::from_str(stored.expose()).unwrap_or_default()
}

pub(super) fn encode_secrets(secrets: BTreeMap<String, SecretInput>) -> Result<Secret, Error> {
    let mut stored = Map::new();
    for (name, input) in secrets {
        let secret = match input {
            SecretInput::New { secret } => json!({ "kind": "secret", "secret": secret.expose() }),
            SecretInput::Reference { reference } => {
                json!({ "kind": "reference", "reference": parse_reference(&reference)? })
            }
            SecretInput::Entry { entry } => json!({ "kind": "entry", "entry": entry }),
        };
        stored.insert(name, secret);
    }
    Ok(Secret::new(Value::Object(stored).to_string()))
}

pub(super) async fn resolve(
    cx: &Context,
    stored: &Secret,
    occasion: Occasion,
) -> Result<BTreeMap<String, Secret>, Error> {
    let stored: BTreeMap<String, AccountSecret> =
        serde_json::from_str(stored.expose()).map_err(|_| Error::NotFound {
            kind: "saved secret",
            name: "of the account".to_owned(),
        })?;
    let mut secrets = BTreeMap::new();
    for (name, stored) in stored {
        let secret = match stored {
            AccountSecret::Secret { secret } => secret,
            AccountSecret::Reference { reference } => {
                cx.references().resolve(&reference, occasion).await?
            }
            AccountSecret::Entry { entry } => {
                let entry = find_wallet_entry(cx, &entry).await?;
                single_secret(cx, &entry).await?
            }
        };
        secrets.insert(name, secret);
    }
    Ok(secrets)
}
