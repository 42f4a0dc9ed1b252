//! Secrets of wallet entries: how the vault stores each kind, and what is sent.

pub(crate) mod programs;
pub(crate) mod reference;
pub(crate) mod registrations;
pub(crate) mod tokens;

use std::collections::BTreeMap;

use patchbay_model::{Secret, SecretReference, WalletEntry, WalletKind};
use patchbay_vault::{SecretName, Vault};
use serde::{Deserialize, Serialize, Serializer};
use serde_json::json;

use crate::error::Error;
use crate::secrets::programs::Occasion;
use crate::secrets::reference::References;

/// Header or variable values to send, by name.
pub(crate) type SecretHeaders = BTreeMap<String, Secret>;

/// Header or variable values as saved, by name.
pub(crate) type SavedValues = BTreeMap<String, StoredSecret>;

/// A secret, or a reference to one, as saved in the vault.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", from = "StoredFormat")]
pub(crate) enum StoredSecret {
    /// A literal secret, even where it looks like a reference.
    Secret(#[serde(serialize_with = "serialize_exposed")] Secret),
    /// Resolved at each use.
    Reference(SecretReference),
}

/// The formats of a [`StoredSecret`] in the vault.
#[derive(Deserialize)]
#[serde(untagged, deny_unknown_fields)]
enum StoredFormat {
    Secret {
        secret: Secret,
    },
    Reference {
        reference: SecretReference,
    },
    /// Written by versions that recognized references by their syntax.
    Legacy(Secret),
}

impl From<StoredFormat> for StoredSecret {
    fn from(written: StoredFormat) -> Self {
        match written {
            StoredFormat::Secret { secret } => Self::Secret(secret),
            StoredFormat::Reference { reference } => Self::Reference(reference),
            // Only people entered such values, and references among them were checked before saving: what looks like a
            // reference is one.
            StoredFormat::Legacy(text) => match SecretReference::parse(text.expose()) {
                Ok(reference) => Self::Reference(reference),
                Err(_) => Self::Secret(text),
            },
        }
    }
}

/// Writes the text of a secret, which only the vault may receive.
fn serialize_exposed<S: Serializer>(secret: &Secret, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(secret.expose())
}

impl StoredSecret {
    /// Returns the current secret.
    pub(crate) async fn resolve(
        &self,
        references: &References,
        occasion: Occasion,
    ) -> Result<Secret, Error> {
        match self {
            Self::Secret(secret) => Ok(secret.clone()),
            Self::Reference(reference) => references.resolve(reference, occasion).await,
        }
    }

    pub(crate) fn is_reference(&self) -> bool {
        matches!(self, Self::Reference(_))
    }
}

/// The user's own OAuth app, as saved in the vault.
#[derive(Serialize, Deserialize)]
pub(crate) struct OAuthApp {
    pub(crate) client_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) client_secret: Option<StoredSecret>,
}

impl OAuthApp {
    /// Returns the current client secret.
    pub(crate) async fn client_secret(
        &self,
        references: &References,
        occasion: Occasion,
    ) -> Result<Option<Secret>, Error> {
        match &self.client_secret {
            Some(secret) => secret.resolve(references, occasion).await.map(Some),
            None => Ok(None),
        }
    }
}

/// Removes surrounding white space and a leading `Bearer`, which is often copied together with a token.
pub fn strip_scheme(secret: &Secret) -> Secret {
    let text = secret.expose().trim();
    let word = text.split(char::is_whitespace).next().unwrap_or_default();
    Secret::new(
        match word.eq_ignore_ascii_case("bearer") && word.len() < text.len() {
            true => text[word.len()..].trim_start(),
            false => text,
        },
    )
}

/// Returns the secret of an entry: from the vault, or from its reference.
pub(crate) async fn read(
    vault: &Vault,
    references: &References,
    entry: &WalletEntry,
) -> Result<Secret, Error> {
    let secret = match &entry.reference {
        Some(reference) => references.resolve(reference, Occasion::Needed).await?,
        None => read_stored(vault, entry).await?,
    };
    Ok(match entry.kind {
        WalletKind::Bearer => strip_scheme(&secret),
        _ => secret,
    })
}

/// Returns what the vault holds for an entry; [`Error::SecretLost`] when there is nothing.
pub(crate) async fn read_stored(vault: &Vault, entry: &WalletEntry) -> Result<Secret, Error> {
    let found = vault.read(&SecretName::wallet(&entry.id)).await?;
    found.ok_or_else(|| secret_lost_error(entry))
}

/// Returns the headers of a request, or the environment variables of a program, with references resolved.
pub(crate) async fn headers(
    vault: &Vault,
    references: &References,
    entry: &WalletEntry,
) -> Result<SecretHeaders, Error> {
    if entry.kind.has_named_values() {
        let saved = read_stored_values(vault, entry).await?;
        return resolve_values(references, &saved, Occasion::Needed).await;
    }
    let secret = read(vault, references, entry).await?;
    let value = Secret::new(format!("Bearer {}", secret.expose()));
    Ok(BTreeMap::from([("Authorization".to_owned(), value)]))
}

/// Returns the values of an entry of kind `headers` or `variables` as saved; [`Error::SecretLost`] when there are none
/// that can be read.
pub(crate) async fn read_stored_values(
    vault: &Vault,
    entry: &WalletEntry,
) -> Result<SavedValues, Error> {
    let secret = read_stored(vault, entry).await?;
    decode_values(&secret).ok_or_else(|| secret_lost_error(entry))
}

pub(crate) async fn resolve_values(
    references: &References,
    saved: &SavedValues,
    occasion: Occasion,
) -> Result<SecretHeaders, Error> {
    let mut values = SecretHeaders::new();
    for (name, value) in saved {
        values.insert(name.clone(), value.resolve(references, occasion).await?);
    }
    Ok(values)
}

pub(crate) fn encode_values(values: &SavedValues) -> Secret {
    Secret::new(json!(values).to_string())
}

pub(crate) fn decode_values(secret: &Secret) -> Option<SavedValues> {
    serde_json::from_str(secret.expose()).ok()
}

pub(crate) fn encode_oauth_app(app: &OAuthApp) -> Secret {
    Secret::new(json!(app).to_string())
}

pub(crate) async fn read_oauth_app(vault: &Vault, entry: &WalletEntry) -> Result<OAuthApp, Error> {
    decode_oauth_app(entry, &read_stored(vault, entry).await?)
}

pub(crate) fn decode_oauth_app(entry: &WalletEntry, secret: &Secret) -> Result<OAuthApp, Error> {
    serde_json::from_str(secret.expose()).map_err(|_| secret_lost_error(entry))
}

fn secret_lost_error(entry: &WalletEntry) -> Error {
    Error::SecretLost {
        name: entry.name.clone(),
        kind: entry.kind,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(text: &str) -> StoredSecret {
        StoredSecret::Secret(Secret::new(text))
    }

    #[test]
    fn headers_come_back_as_they_were_written() {
        let reference = SecretReference::parse("env://KEY").unwrap();
        let headers = BTreeMap::from([
            ("X-Key".to_owned(), secret("a\"b")),
            ("X-Like".to_owned(), secret("cmd://touch /tmp/x")),
            ("X-Ref".to_owned(), StoredSecret::Reference(reference)),
        ]);
        let back = decode_values(&encode_values(&headers)).unwrap();
        let text = |name| match &back[name] {
            StoredSecret::Secret(secret) => secret.expose(),
            StoredSecret::Reference(reference) => panic!("{reference}"),
        };
        assert_eq!(text("X-Key"), "a\"b");
        assert_eq!(text("X-Like"), "cmd://touch /tmp/x");
        assert!(back["X-Ref"].is_reference());
    }

    #[test]
    fn headers_of_an_older_patchbay_are_read_as_they_were_meant() {
        let written = Secret::new(r#"{"X-Key": "k", "X-Ref": "env://KEY"}"#);
        let back = decode_values(&written).unwrap();
        assert!(!back["X-Key"].is_reference());
        assert!(back["X-Ref"].is_reference());
    }

    #[test]
    fn debug_shows_no_secret() {
        assert!(!format!("{:?}", secret("hunter2")).contains("hunter2"));
    }
}
