//! What the vault holds for each kind of wallet entry.

use std::collections::BTreeMap;

use patchbay_model::{Secret, WalletEntry, WalletEntryId, WalletKind};
use patchbay_vault::{SecretName, Vault};
use serde_json::{Map, Value};

use crate::{Error, reference};

/// Headers with secret values.
pub(crate) type SecretHeaders = BTreeMap<String, Secret>;

/// An OAuth app of the user's own.
pub(crate) struct OAuthApp {
    pub(crate) client_id: String,
    pub(crate) client_secret: Option<Secret>,
}

/// The secret of an entry as the vault holds it, or what its reference stands for.
///
/// # Errors
/// [`Error::Vault`]; [`Error::Reference`]; [`Error::NotFound`] when the vault has none of that name.
pub(crate) async fn read(vault: &Vault, entry: &WalletEntry) -> Result<Secret, Error> {
    if let Some(reference) = &entry.reference {
        return reference::resolve(reference).await;
    }
    let found = vault.read(&SecretName::wallet(&entry.id)).await?;
    found.ok_or_else(|| missing(&entry.id))
}

/// The headers that an entry of kind `bearer` or `headers` puts on a request.
///
/// # Errors
/// As [`read`]; [`Error::NotFound`] when what the vault holds cannot be read.
pub(crate) async fn headers(vault: &Vault, entry: &WalletEntry) -> Result<SecretHeaders, Error> {
    let secret = read(vault, entry).await?;
    match entry.kind {
        WalletKind::Headers => read_headers(&secret).ok_or_else(|| missing(&entry.id)),
        WalletKind::Bearer | WalletKind::Oauth | WalletKind::OauthClient => {
            let value = Secret::new(format!("Bearer {}", secret.expose()));
            Ok(BTreeMap::from([("Authorization".to_owned(), value)]))
        }
    }
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

/// An OAuth app as [`write_oauth_app`] wrote it.
///
/// # Errors
/// As [`read`].
pub(crate) async fn oauth_app(vault: &Vault, entry: &WalletEntry) -> Result<OAuthApp, Error> {
    let secret = read(vault, entry).await?;
    let mut members: BTreeMap<String, Secret> =
        serde_json::from_str(secret.expose()).map_err(|_| missing(&entry.id))?;
    let client_id = members
        .remove("client_id")
        .ok_or_else(|| missing(&entry.id))?;
    Ok(OAuthApp {
        client_id: client_id.expose().to_owned(),
        client_secret: members.remove("client_secret"),
    })
}

fn missing(entry: &WalletEntryId) -> Error {
    Error::NotFound {
        kind: "saved secret of the wallet entry",
        name: entry.to_string(),
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
