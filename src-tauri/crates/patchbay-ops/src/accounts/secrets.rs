//! The secrets of an account.

use std::collections::BTreeMap;

use patchbay_model::{Account, Secret, SecretReference, WalletEntryId};
use patchbay_platforms::HostedPlatform;
use patchbay_vault::SecretName;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::accounts::signed_out_here_error;
use crate::context::Context;
use crate::credentials::find_wallet_entry;
use crate::credentials::secret::{SecretInput, check_secret};
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
/// [`Error::Vault`], [`Error::Reference`]; [`Error::SignedOutHere`] if a wallet entry was deleted; [`Error::Usage`] if an
/// entry has several secrets.
pub(crate) async fn secrets_of(
    cx: &Context,
    account: &Account,
) -> Result<BTreeMap<String, Secret>, Error> {
    let Some(stored) = cx.vault().read(&SecretName::account(&account.id)).await? else {
        return Ok(BTreeMap::new());
    };
    let resolved = resolve(cx, &stored, Occasion::Needed).await;
    resolved.map_err(|error| match error {
        Error::NotFound { .. } => signed_out_here_error(account),
        error => error,
    })
}

/// Returns encoded secrets with those in `fresh` replaced, and without those of other sign-in methods, which might take
/// precedence.
pub(super) fn replace_secrets(
    hosted: &HostedPlatform,
    stored: Option<&Secret>,
    fresh: &Secret,
) -> Secret {
    let method_of = |name: &str| {
        let mut fields = hosted.fields.iter();
        fields.find(|field| field.name == name)?.sign_in_method
    };
    let (mut stored, fresh) = (stored.map(members).unwrap_or_default(), members(fresh));
    let chosen: Vec<_> = fresh.keys().filter_map(|name| method_of(name)).collect();
    if !chosen.is_empty() {
        stored.retain(|name, _| method_of(name).is_none_or(|method| chosen.contains(&method)));
    }
    stored.extend(fresh);
    Secret::new(Value::Object(stored).to_string())
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
pub(super) fn encoded_fields(stored: &Secret) -> Vec<String> {
    members(stored).into_iter().map(|(name, _)| name).collect()
}

fn members(stored: &Secret) -> Map<String, Value> {
    serde_json::from_str(stored.expose()).unwrap_or_default()
}

pub(super) fn encode_secrets(secrets: BTreeMap<String, SecretInput>) -> Result<Secret, Error> {
    let mut stored = Map::new();
    for (name, input) in secrets {
        let secret = match input {
            SecretInput::New { secret } => {
                // An empty one counts as missing.
                let secret = match secret.expose().trim().is_empty() {
                    true => secret,
                    false => check_secret(&secret, &name)?,
                };
                json!({ "kind": "secret", "secret": secret.expose() })
            }
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

#[cfg(test)]
mod tests {
    use patchbay_model::Platform;
    use patchbay_platforms::hosted;

    use super::*;
    use crate::accounts::platform::platform_of;
    use crate::credentials::edit::remove_wallet_entry;
    use crate::credentials::secret::WalletSecret;
    use crate::testing::{account, add_credential, open_temporary, save_account};

    #[test]
    fn a_secret_of_another_sign_in_method_takes_the_place_of_the_former() {
        for (platform, before, fresh, after) in [
            (Platform::Tenex, "api_key", "password", "password"),
            (Platform::Tenex, "password", "api_key", "api_key"),
            (Platform::Airbyte, "token", "client_secret", "client_secret"),
            (Platform::Agentstack, "token", "password", "password"),
            (Platform::Cohere, "api_key", "api_key", "api_key"),
        ] {
            let secret = |name: &str| {
                let secret = Secret::new("k-12345");
                let secrets = [(name.to_owned(), SecretInput::New { secret })];
                encode_secrets(BTreeMap::from(secrets)).unwrap()
            };
            let hosted = hosted(platform).unwrap();
            let replaced = replace_secrets(hosted, Some(&secret(before)), &secret(fresh));
            assert_eq!(encoded_fields(&replaced), [after], "{platform:?}");
        }
    }

    #[test]
    fn a_key_that_cannot_be_sent_is_refused_before_it_is() {
        let encode = |key: &str| {
            let secret = Secret::new(key);
            let input = SecretInput::New { secret };
            encode_secrets(BTreeMap::from([("api_key".to_owned(), input)]))
        };
        for key in ["key-123", ""] {
            assert!(encode(key).is_ok(), "{key}");
        }
        for (key, what) in [
            ("key\u{1}-123", "a line break or control character"),
            ("key\u{200b}-123", "a hidden character"),
        ] {
            let refused = encode(key).unwrap_err().to_string();
            assert_eq!(refused, format!("api_key contains {what}"));
        }
    }

    #[tokio::test]
    async fn a_key_is_the_only_secret_of_its_wallet_entry() {
        let (_home, cx) = open_temporary().await;
        let values = BTreeMap::from([("X-Api-Key".to_owned(), Secret::new("key-123456").into())]);
        let secret = WalletSecret::Headers { values };
        let entry = add_credential(&cx, "Service key", secret).await.id;
        let input = SecretInput::Entry { entry };
        let secrets = encode_secrets(BTreeMap::from([("api_key".to_owned(), input)])).unwrap();
        let secrets = resolve(&cx, &secrets, Occasion::Needed).await.unwrap();
        assert_eq!(secrets["api_key"].expose(), "key-123456");
    }

    #[tokio::test]
    async fn an_account_whose_credential_was_deleted_is_signed_out_at_once() {
        let (_home, cx) = open_temporary().await;
        let token = Secret::new("key-123456");
        let entry = add_credential(&cx, "Service key", WalletSecret::Bearer { token }).await;
        let secrets = json!({ "api_key": { "kind": "entry", "entry": entry.id } });
        let mut account = account(&cx, Platform::Cohere, &secrets).await;
        account.entries = vec![entry.id.clone()];
        save_account(&cx, &account, &secrets).await;
        platform_of(&cx, &account).await.unwrap();
        remove_wallet_entry(&cx, &entry.id, true).await.unwrap();
        let refused = platform_of(&cx, &account).await.err();
        assert!(
            matches!(refused, Some(Error::SignedOutHere { .. })),
            "{refused:?}"
        );
        cx.close().await;
    }
}
