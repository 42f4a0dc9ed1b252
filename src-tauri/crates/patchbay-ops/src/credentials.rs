//! The wallet: personal credentials, saved once and used by any number of connectors.

use std::collections::BTreeMap;

use patchbay_model::{Secret, WalletEntry, WalletEntryId, WalletKind};
use patchbay_vault::SecretName;
use serde::Deserialize;
use specta::Type;

use crate::programs::Occasion;
use crate::reference::parse_reference;
use crate::secrets::{OAuthApp, SavedHeaders, StoredSecret};
use crate::tokens::CredentialLock;
use crate::{Context, Error, Event, secrets};

/// A credential to be kept in the wallet.
#[derive(Clone, Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct AddWalletEntry {
    /// What to call it; unique in the wallet.
    pub name: String,
    /// What it is made of.
    pub secret: WalletSecret,
}

/// A secret, or where it is to be found, as a person said which of the two it is: what is typed, pasted or
/// piped as the secret itself stays text whatever it looks like.
#[derive(Clone, Debug, Deserialize, Type)]
#[serde(
    tag = "kind",
    rename_all = "snake_case",
    rename_all_fields = "camelCase"
)]
pub enum SecretValue {
    /// The secret itself.
    New {
        /// The secret.
        secret: Secret,
    },
    /// Where it is to be found at each use, such as `env://NAME`.
    Reference {
        /// The reference.
        reference: String,
    },
}

impl From<Secret> for SecretValue {
    fn from(secret: Secret) -> Self {
        Self::New { secret }
    }
}

impl SecretValue {
    fn is_empty(&self) -> bool {
        match self {
            Self::New { secret } => secret.expose().trim().is_empty(),
            Self::Reference { .. } => false,
        }
    }

    /// As it can be sent in a header, or looked up.
    ///
    /// # Errors
    /// [`Error::Usage`], [`Error::Reference`].
    fn into_stored(self, what: &str) -> Result<StoredSecret, Error> {
        Ok(match self {
            Self::New { secret } => StoredSecret::Secret(check_secret(&secret, what)?),
            Self::Reference { reference } => StoredSecret::Reference(parse_reference(&reference)?),
        })
    }
}

/// The secret part of a wallet entry.
#[derive(Clone, Debug, Deserialize, Type)]
#[serde(
    tag = "kind",
    rename_all = "snake_case",
    rename_all_fields = "camelCase"
)]
pub enum WalletSecret {
    /// A token.
    Bearer {
        /// The token.
        token: Secret,
    },
    /// Where a token is to be found at each use, such as `env://NAME`.
    Reference {
        /// The reference.
        reference: String,
    },
    /// Headers.
    Headers {
        /// Header name to value; when replacing, an empty one keeps the one that is saved.
        values: BTreeMap<String, SecretValue>,
    },
    /// An OAuth app of the user's own.
    OauthClient {
        /// The client id.
        client_id: String,
        /// The client secret, where there is one.
        client_secret: Option<SecretValue>,
    },
}

impl WalletSecret {
    /// The kind of entry it makes.
    pub fn kind(&self) -> WalletKind {
        match self {
            Self::Bearer { .. } | Self::Reference { .. } => WalletKind::Bearer,
            Self::Headers { .. } => WalletKind::Headers,
            Self::OauthClient { .. } => WalletKind::OauthClient,
        }
    }

    /// Whether it is one text, which is all that a place on a platform takes.
    pub(crate) fn is_single(&self) -> bool {
        match self {
            Self::Bearer { .. } | Self::Reference { .. } => true,
            Self::Headers { values } => values.len() == 1,
            Self::OauthClient { client_secret, .. } => {
                let secret = client_secret.as_ref();
                secret.is_some_and(|secret| !secret.is_empty())
            }
        }
    }
}

/// Every personal credential by name, without its secret.
///
/// # Errors
/// [`Error::Store`].
pub async fn list_wallet(cx: &Context) -> Result<Vec<WalletEntry>, Error> {
    Ok(cx.store().list_wallet().await?)
}

/// The wallet entry of that id.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Store`].
pub(crate) async fn find_wallet_entry(
    cx: &Context,
    id: &WalletEntryId,
) -> Result<WalletEntry, Error> {
    let entry = cx.store().find_wallet_entry(id).await?;
    entry.ok_or_else(|| not_found(id.as_str()))
}

pub(crate) fn not_found(name: &str) -> Error {
    Error::NotFound {
        kind: "wallet entry",
        name: name.to_owned(),
    }
}

/// The wallet entry that a person means, by its id or its name.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Store`].
pub async fn resolve_wallet_entry(cx: &Context, text: &str) -> Result<WalletEntry, Error> {
    let wallet = list_wallet(cx).await?;
    let found = wallet
        .into_iter()
        .find(|entry| entry.id.as_str() == text || entry.name == text);
    found.ok_or_else(|| not_found(text))
}

/// Saves a personal credential: the secret first, so that no entry ever stands without one.
///
/// # Errors
/// [`Error::Usage`] when a name, a header or the secret is empty or cannot be sent;
/// [`Error::Reference`] when a reference stands for nothing; [`Error::Vault`]; [`Error::Store`] when
/// the name is taken.
pub async fn add_wallet_entry(cx: &Context, request: AddWalletEntry) -> Result<WalletEntry, Error> {
    let now = cx.now();
    let entry = WalletEntry {
        id: WalletEntryId::new(cx.new_id("cred")),
        name: check_name(&request.name)?,
        kind: request.secret.kind(),
        reference: None,
        header_names: Vec::new(),
        issuer: None,
        resource: None,
        scopes: Vec::new(),
        expires_at: None,
        renews: false,
        needs_authorization: false,
        created_at: now,
        replaced_at: now,
        last_used_at: None,
        used_by: Vec::new(),
    };
    let taken = list_wallet(cx).await?;
    if taken.iter().any(|other| other.name == entry.name) {
        return Err(Error::Usage {
            what: format!("the wallet has a credential called {} already", entry.name),
            hint: "Choose another name, or replace the saved one.".to_owned(),
        });
    }
    let Checked { entry, secret } =
        check_secret_of(cx, entry, request.secret, &SavedHeaders::new()).await?;
    write(cx, &entry, secret).await?;
    cx.store().save_wallet_entry(&entry).await?;
    cx.emit(Event::WalletChanged);
    Ok(entry)
}

/// Puts another secret in the place of the saved one; every connector that uses it sends the new one
/// from now on.
///
/// # Errors
/// As [`add_wallet_entry`]; [`Error::NotFound`]; [`Error::Usage`] when the new one is of another kind.
pub async fn replace_wallet_secret(
    cx: &Context,
    id: &WalletEntryId,
    secret: WalletSecret,
) -> Result<WalletEntry, Error> {
    let next = checked_next(cx, id, secret).await?;
    save_next(cx, next).await
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
            what: format!("{} is of another kind", entry.name),
            hint: "Replace it with a secret of the same kind, or add a new credential.".to_owned(),
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

/// Saves it. An entry that was deleted meanwhile stays deleted, one that was renamed keeps its new name.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Vault`], [`Error::Store`].
pub(crate) async fn save_next(cx: &Context, next: Checked) -> Result<WalletEntry, Error> {
    let Checked { entry, secret } = next;
    let id = entry.id.clone();
    let lock = cx.tokens().lock_credential(&id).await?;
    // Nothing is left in the vault without an entry.
    find_wallet_entry(cx, &id).await?;
    write(cx, &entry, secret).await?;
    let now = cx.now();
    let replace = move |known: &mut WalletEntry| {
        known.reference = entry.reference;
        known.header_names = entry.header_names;
        known.replaced_at = now;
        known.needs_authorization = false;
    };
    let replaced = cx.store().change_wallet_entry(&id, replace).await?;
    drop(lock);
    let entry = replaced.ok_or_else(|| not_found(id.as_str()))?;
    cx.emit(Event::WalletChanged);
    crate::rotate::reload_users(cx, &entry).await?;
    Ok(entry)
}

/// Calls a personal credential something else.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Usage`] when the name is empty; [`Error::Store`] when it is taken.
pub async fn rename_wallet_entry(
    cx: &Context,
    id: &WalletEntryId,
    name: &str,
) -> Result<WalletEntry, Error> {
    let name = check_name(name)?;
    let rename = move |known: &mut WalletEntry| known.name = name;
    let renamed = cx.store().change_wallet_entry(id, rename).await?;
    let entry = renamed.ok_or_else(|| not_found(id.as_str()))?;
    crate::edit_connector::refresh_identities(cx, &entry).await?;
    cx.emit(Event::WalletChanged);
    Ok(entry)
}

/// Deletes a personal credential, its secret first. Connectors that used it need a sign-in then.
///
/// # Errors
/// [`Error::InUse`] when connectors use it and it is not `confirmed`; [`Error::NotFound`];
/// [`Error::Vault`], [`Error::Store`].
pub async fn remove_wallet_entry(
    cx: &Context,
    id: &WalletEntryId,
    confirmed: bool,
) -> Result<(), Error> {
    let entry = find_wallet_entry(cx, id).await?;
    let mut users: Vec<String> = titles(&entry);
    let accounts = cx.store().list_accounts().await?.into_iter();
    let accounts = accounts.filter(|account| account.entries.contains(id));
    users.extend(accounts.map(|account| account.label));
    if !users.is_empty() && !confirmed {
        return Err(Error::InUse {
            name: entry.name,
            users: users.join(", "),
        });
    }
    forget(cx, id).await?;
    crate::edit_connector::drop_credential(cx, &entry).await?;
    cx.emit(Event::WalletChanged);
    Ok(())
}

fn titles(entry: &WalletEntry) -> Vec<String> {
    let users = entry.used_by.iter();
    users.map(|user| user.title.clone()).collect()
}

/// Deletes secret and entry, whoever uses them.
pub(crate) async fn forget(cx: &Context, id: &WalletEntryId) -> Result<(), Error> {
    let lock = cx.tokens().lock_credential(id).await?;
    forget_locked(cx, id, &lock).await
}

/// The same where nobody else touches the entry already.
pub(crate) async fn forget_locked(
    cx: &Context,
    id: &WalletEntryId,
    _: &CredentialLock,
) -> Result<(), Error> {
    cx.vault().remove(&SecretName::wallet(id)).await?;
    cx.vault()
        .remove(&crate::rotate::previous_secret_name(id))
        .await?;
    cx.store().remove_wallet_entry(id).await?;
    cx.tokens().forget_refusal(id).await;
    Ok(())
}

/// An entry whose new secret can be used, and is not saved yet.
pub(crate) struct Checked {
    entry: WalletEntry,
    /// What the vault is to hold; `None` where the entry has a reference in its place.
    secret: Option<Secret>,
}

/// Checks a secret for an entry. References that stand for nothing would only be noticed when they are
/// needed.
async fn check_secret_of(
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

async fn write(cx: &Context, entry: &WalletEntry, secret: Option<Secret>) -> Result<(), Error> {
    let name = SecretName::wallet(&entry.id);
    match secret {
        Some(secret) => cx.vault().write(&name, &secret).await?,
        None => drop(cx.vault().remove(&name).await?),
    }
    Ok(())
}

fn usage(what: impl Into<String>, hint: &str) -> Error {
    Error::Usage {
        what: what.into(),
        hint: hint.to_owned(),
    }
}

fn check_name(name: &str) -> Result<String, Error> {
    let name = patchbay_model::clean_text(name.trim(), 100);
    if name.is_empty() {
        return Err(usage(
            "the name is empty",
            "Enter a name that you will know it by.",
        ));
    }
    Ok(name)
}

/// A secret as it can be sent in a header: pasted line ends and spaces around it are dropped.
fn check_secret(secret: &Secret, what: &str) -> Result<Secret, Error> {
    let text = secret.expose().trim();
    if text.is_empty() {
        return Err(usage(format!("{what} is empty"), "Paste it again."));
    }
    if text.chars().any(char::is_control) {
        return Err(usage(
            format!("{what} has a line break or another control character in it"),
            "Paste it again, without line breaks.",
        ));
    }
    Ok(Secret::new(text))
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
                format!("{name:?} is no name of a header"),
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
        return Err(usage("there are no headers", "Enter at least one header."));
    }
    Ok(headers)
}

fn check_app(client_id: &str, client_secret: Option<SecretValue>) -> Result<OAuthApp, Error> {
    let client_id = check_secret(&Secret::new(client_id), "the client id")?;
    let client_secret = client_secret.filter(|secret| !secret.is_empty());
    let client_secret = client_secret
        .map(|secret| secret.into_stored("the client secret"))
        .transpose()?;
    Ok(OAuthApp {
        client_id: client_id.expose().to_owned(),
        client_secret,
    })
}
