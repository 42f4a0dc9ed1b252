//! Deleting a credential.

use patchbay_model::WalletEntryId;
use patchbay_vault::SecretName;

use crate::context::Context;
use crate::error::Error;
use crate::secrets::tokens::CredentialLock;

/// Deletes the secret and the entry, even if they are in use.
pub(crate) async fn forget(cx: &Context, id: &WalletEntryId) -> Result<(), Error> {
    let lock = cx.tokens().lock_credential(id).await?;
    forget_locked(cx, id, &lock).await
}

/// As [`forget`], for a caller that holds the lock.
pub(crate) async fn forget_locked(
    cx: &Context,
    id: &WalletEntryId,
    _: &CredentialLock,
) -> Result<(), Error> {
    cx.vault().remove(&SecretName::wallet(id)).await?;
    cx.vault().remove(&previous_secret_name(id)).await?;
    cx.store().remove_wallet_entry(id).await?;
    cx.tokens().forget_refusal(id).await;
    Ok(())
}

/// The name of the old secret of an entry while a rotation can be rolled back.
pub(crate) fn previous_secret_name(id: &WalletEntryId) -> SecretName {
    SecretName::new(format!("rotated/{id}"))
}
