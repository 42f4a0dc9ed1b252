//! The wallet: personal credentials, saved once and used by any number of connectors.

pub(crate) mod check;
pub(crate) mod edit;
pub(crate) mod forget;
pub(crate) mod locations;
pub(crate) mod platform_credentials;
pub(crate) mod program_environment;
pub(crate) mod programs;
pub(crate) mod rotate;
pub(crate) mod secret;
pub(crate) mod users;

use patchbay_model::{WalletEntry, WalletEntryId};

use crate::context::Context;
use crate::error::Error;

/// Every personal credential by name, without its secret.
pub async fn list_wallet(cx: &Context) -> Result<Vec<WalletEntry>, Error> {
    Ok(cx.store().list_wallet().await?)
}

/// The wallet entry of that id.
pub(crate) async fn find_wallet_entry(
    cx: &Context,
    id: &WalletEntryId,
) -> Result<WalletEntry, Error> {
    let entry = cx.store().find_wallet_entry(id).await?;
    entry.ok_or_else(|| not_found(id.as_str()))
}

pub(crate) fn not_found(name: &str) -> Error {
    Error::NotFound {
        kind: "credential",
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
