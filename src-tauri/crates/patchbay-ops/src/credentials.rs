//! The wallet: the user's credentials, each of which any number of connectors can use.

pub(crate) mod check;
pub(crate) mod edit;
pub(crate) mod forget;
pub(crate) mod locations;
pub(crate) mod platform_credentials;
pub(crate) mod program_environment;
pub(crate) mod programs;
pub(crate) mod revoke;
pub(crate) mod rotate;
pub(crate) mod secret;
pub(crate) mod users;

use patchbay_model::{Timestamp, WalletEntry, WalletEntryId, WalletKind};

use crate::context::Context;
use crate::error::Error;

/// Returns all credentials by name, without secrets.
pub async fn list_wallet(cx: &Context) -> Result<Vec<WalletEntry>, Error> {
    Ok(cx.store().list_wallet().await?)
}

/// Creates an entry with all optional fields unset.
pub(crate) fn new_entry(
    id: WalletEntryId,
    name: String,
    kind: WalletKind,
    now: Timestamp,
) -> WalletEntry {
    WalletEntry {
        id,
        name,
        kind,
        reference: None,
        header_names: Vec::new(),
        issuer: None,
        resource: None,
        scopes: Vec::new(),
        user: None,
        expires_at: None,
        renews: false,
        needs_authorization: false,
        created_at: now,
        replaced_at: now,
        last_used_at: None,
        used_by: Vec::new(),
    }
}

pub(crate) async fn find_wallet_entry(
    cx: &Context,
    id: &WalletEntryId,
) -> Result<WalletEntry, Error> {
    let entry = cx.store().find_wallet_entry(id).await?;
    entry.ok_or_else(|| not_found(id.as_str()))
}

pub(crate) fn not_found(name: &str) -> Error {
    Error::not_found("credential", name)
}

/// Finds a wallet entry by id or name.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn resolve_wallet_entry(cx: &Context, text: &str) -> Result<WalletEntry, Error> {
    let wallet = list_wallet(cx).await?;
    let found = wallet
        .into_iter()
        .find(|entry| entry.id.as_str() == text || entry.name == text);
    found.ok_or_else(|| not_found(text))
}
