//! Whether a secret can be used, before it is saved.

use std::collections::BTreeMap;

use patchbay_model::{Secret, WalletEntry, WalletEntryId, WalletKind};
use patchbay_vault::SecretName;

use crate::context::Context;
use crate::credentials::find_wallet_entry;
use crate::credentials::secret::{SecretValue, WalletSecret, check_secret, usage};
use crate::error::Error;
use crate::secrets::programs::Occasion;
use crate::secrets::reference::parse_reference;
use crate::secrets::{self, OAuthApp, SavedHeaders};

/// An entry whose new secret can be used, and is not saved yet.
pub(crate) struct Checked {
    pub(super) entry: WalletEntry,
    /// What the vault is to hold; `None` where the entry has a reference in its place.
    pub(super) secret: Option<Secret>,
}

/// Checks a secret for an entry. References that stand for nothing would only be noticed when they are
/// needed.
pub(super) async fn check_secret_of(
    cx: &Context,
    mut entry: WalletEntry,
    secret: WalletSecret,
    saved: &SavedHeaders,
) -> Result<Checked, Error> {
    let (references, given) = (cx.references(), Occasion::Given);
    entry.reference = None;
    let secret = match secret {
        WalletSecret::Reference { reference } => {
            let reference = parse_reference(&reference)?;
            references.resolve(&reference, given).await?;
            entry.reference = Some(reference);
            None
        }
        WalletSecret::Bearer { token } => Some(check_secret(&token, "the token")?),
        WalletSecret::Headers { values } => {
            let headers = check_headers(values, saved)?;
            secrets::resolved_headers(references, &headers, given).await?;
            entry.header_names = headers.keys().cloned().collect();
            Some(secrets::write_headers(&headers))
        }
        WalletSecret::OauthClient {
            client_id,
            client_secret,
        } => {
            let app = check_app(&client_id, client_secret)?;
            app.client_secret(references, given).await?;
            Some(secrets::write_oauth_app(&app))
        }
    };
    Ok(Checked { entry, secret })
}

pub(super) async fn write(
    cx: &Context,
    entry: &WalletEntry,
    secret: Option<Secret>,
) -> Result<(), Error> {
    let name = SecretName::wallet(&entry.id);
    match secret {
        Some(secret) => cx.vault().write(&name, &secret).await?,
        None => drop(cx.vault().remove(&name).await?),
    }
    Ok(())
}

pub(super) fn check_name(name: &str) -> Result<String, Error> {
    let name = patchbay_model::clean_text(name.trim(), 100);
    if name.is_empty() {
        return Err(usage("enter a name", "Example: Work key"));
    }
    Ok(name)
}

fn check_headers(
    values: BTreeMap<String, SecretValue>,
    saved: &SavedHeaders,
) -> Result<SavedHeaders, Error> {
    let mut headers = SavedHeaders::new();
    for (name, value) in values {
        let name = name.trim().to_owned();
        if reqwest::header::HeaderName::from_bytes(name.as_bytes()).is_err() {
            return Err(usage(
                format!("{name:?} isn't a valid header name"),
                "Use letters, digits and hyphens, for example X-Api-Key.",
            ));
        }
        let value = match saved.get(&name) {
            Some(saved) if value.is_empty() => saved.clone(),
            _ => value.into_stored(&name)?,
        };
        headers.insert(name, value);
    }
    if headers.is_empty() {
        return Err(usage("no headers", "Enter at least one header."));
    }
    Ok(headers)
}

fn check_app(client_id: &str, client_secret: Option<SecretValue>) -> Result<OAuthApp, Error> {
    let client_id = check_secret(&Secret::new(client_id), "the client ID")?;
    let client_secret = client_secret.filter(|secret| !secret.is_empty());
    let client_secret = client_secret
        .map(|secret| secret.into_stored("the client secret"))
        .transpose()?;
    Ok(OAuthApp {
        client_id: client_id.expose().to_owned(),
        client_secret,
    })
}

/// Checks the secret that is to be put in the place of the saved one; nothing is changed.
///
/// # Errors
/// As [`replace_wallet_secret`].
pub(crate) async fn checked_next(
    cx: &Context,
    id: &WalletEntryId,
    secret: WalletSecret,
) -> Result<Checked, Error> {
    let entry = find_wallet_entry(cx, id).await?;
    if entry.kind != secret.kind() {
        return Err(Error::Usage {
            what: format!("{} is a different type of credential", entry.name),
            hint: "Choose the same type or add a new credential.".to_owned(),
        });
    }
    let saved = match entry.kind {
        WalletKind::Headers => match secrets::saved_headers(cx.vault(), &entry).await {
            // New ones are the way on from there.
            Err(Error::SecretLost { .. }) => SavedHeaders::new(),
            saved => saved?,
        },
        _ => SavedHeaders::new(),
    };
    check_secret_of(cx, entry, secret, &saved).await
}
