//! What the vault holds for each kind of wallet entry.

use std::collections::BTreeMap;

use patchbay_model::{Secret, WalletEntry, WalletKind};
use patchbay_vault::{SecretName, Vault};
use serde_json::{Map, Value};

use crate::{Error, reference};

/// Headers with secret values, or references in their place.
pub(crate) type SecretHeaders = BTreeMap<String, Secret>;

/// An OAuth app of the user's own.
pub(crate) struct OAuthApp {
    pub(crate) client_id: String,
    /// The secret, or a reference in its place.
    pub(crate) client_secret: Option<Secret>,
}

impl OAuthApp {
    /// The secret as the provider gets it.
    ///
    /// # Errors
    /// [`Error::Reference`].
    pub(crate) async fn client_secret(&self) -> Result<Option<Secret>, Error> {
        match self.client_secret.clone() {
            Some(secret) => resolved(secret).await.map(Some),
            None => Ok(None),
        }
    }
}

/// The secret of an entry as the vault holds it, or what its reference stands for.
///
/// # Errors
/// [`Error::Vault`]; [`Error::Reference`]; [`Error::SecretLost`] when the vault has none of that name.
pub(crate) async fn read(vault: &Vault, entry: &WalletEntry) -> Result<Secret, Error> {
    if let Some(reference) = &entry.reference {
        return reference::resolve(reference).await;
    }
    let found = vault.read(&SecretName::wallet(&entry.id)).await?;
    found.ok_or_else(|| lost(entry))
}

/// The headers that an entry of kind `bearer` or `headers` puts on a request, references resolved.
///
/// # Errors
/// As [`read`].
pub(crate) async fn headers(vault: &Vault, entry: &WalletEntry) -> Result<SecretHeaders, Error> {
    if entry.kind == WalletKind::Headers {
        return resolved_headers(saved_headers(vault, entry).await?).await;
    }
    let secret = read(vault, entry).await?;
    let value = Secret::new(format!("Bearer {}", secret.expose()));
    Ok(BTreeMap::from([("Authorization".to_owned(), value)]))
}

/// The headers of an entry of kind `headers` as they were entered, references as they are.
///
/// # Errors
/// [`Error::Vault`]; [`Error::SecretLost`] when the vault has none that can be read.
pub(crate) async fn saved_headers(
    vault: &Vault,
    entry: &WalletEntry,
) -> Result<SecretHeaders, Error> {
    let secret = read(vault, entry).await?;
    read_headers(&secret).ok_or_else(|| lost(entry))
}

/// Headers with what their references stand for.
///
/// # Errors
/// [`Error::Reference`].
pub(crate) async fn resolved_headers(saved: SecretHeaders) -> Result<SecretHeaders, Error> {
    let mut headers = SecretHeaders::new();
    for (name, value) in saved {
        headers.insert(name, resolved(value).await?);
    }
    Ok(headers)
}

/// What a field stands for: itself, or what its reference leads to.
///
/// # Errors
/// [`Error::Reference`].
pub(crate) async fn resolved(field: Secret) -> Result<Secret, Error> {
    if is_reference(&field) {
        return reference::resolve(field.expose()).await;
    }
    Ok(field)
}

/// Whether a field holds a reference in place of a secret.
pub(crate) fn is_reference(field: &Secret) -> bool {
    reference::is_reference(field.expose())
}

/// Headers as one text for the vault.
pub(crate) fn write_headers(headers: &SecretHeaders) -> Secret {
    let members = headers
        .iter()
        .map(|(name, value)| (name.clone(), Value::from(value.expose())));
    Secret::new(Value::Object(members.collect()).to_string())
}

/// Headers as [`write_headers`] wrote them.
pub(crate) fn read_headers(secret: &Secret) -> Option<SecretHeaders> {
    serde_json::from_str(secret.expose()).ok()
}

/// An OAuth app as one text for the vault.
pub(crate) fn write_oauth_app(app: &OAuthApp) -> Secret {
    let mut members = Map::new();
    members.insert("client_id".to_owned(), Value::from(app.client_id.as_str()));
    if let Some(secret) = &app.client_secret {
        members.insert("client_secret".to_owned(), Value::from(secret.expose()));
    }
    Secret::new(Value::Object(members).to_string())
}

/// An OAuth app as [`write_oauth_app`] wrote it, a reference as it is.
///
/// # Errors
/// As [`read`].
pub(crate) async fn oauth_app(vault: &Vault, entry: &WalletEntry) -> Result<OAuthApp, Error> {
    let secret = read(vault, entry).await?;
    let mut members: BTreeMap<String, Secret> =
        serde_json::from_str(secret.expose()).map_err(|_| lost(entry))?;
    let client_id = members.remove("client_id").ok_or_else(|| lost(entry))?;
    Ok(OAuthApp {
        client_id: client_id.expose().to_owned(),
        client_secret: members.remove("client_secret"),
    })
}

fn lost(entry: &WalletEntry) -> Error {
    Error::SecretLost {
        name: entry.name.clone(),
        kind: entry.kind,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_come_back_as_they_were_written() {
        let headers = BTreeMap::from([("X-Key".to_owned(), Secret::new("a\"b"))]);
        let back = read_headers(&write_headers(&headers)).unwrap();
        assert_eq!(back["X-Key"].expose(), "a\"b");
    }
}
