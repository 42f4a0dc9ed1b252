//! Deleting a credential.

use patchbay_model::WalletEntryId;
use patchbay_vault::SecretName;

use crate::context::Context;
use crate::error::Error;
use crate::events::Event;
use crate::secrets::tokens::CredentialLock;

/// Deletes the secret and the entry, even if they are in use.
pub(crate) async fn forget(cx: &Context, id: &WalletEntryId) -> Result<(), Error> {
    let lock = cx.tokens().lock_credential(id).await?;
    forget_locked(cx, id, &lock).await
}

/// Deletes a credential that was created for something if that failed. An error leaves it in the wallet, where the
/// person can delete it.
pub(crate) async fn discard_unless_ok<T>(
    cx: &Context,
    created: Option<&WalletEntryId>,
    outcome: Result<T, Error>,
) -> Result<T, Error> {
    if let (Some(id), Err(_)) = (created, &outcome) {
        if let Err(error) = forget(cx, id).await {
            tracing::warn!(%error, "a credential that is not needed could not be deleted");
        }
        cx.emit(Event::WalletChanged);
    }
    outcome
}

/// Deletes a new entry whose secret could not be written, even if the vault cannot be read.
pub(crate) async fn forget_unwritten(cx: &Context, id: &WalletEntryId) {
    drop(cx.vault().remove(&SecretName::wallet(id)).await);
    if let Err(error) = cx.store().remove_wallet_entry(id).await {
        tracing::warn!(%error, "a credential without its secret could not be deleted");
    }
    cx.emit(Event::WalletChanged);
}

/// As [`forget`], for a caller that holds the lock.
pub(crate) async fn forget_locked(
    cx: &Context,
    id: &WalletEntryId,
    _: &CredentialLock,
) -> Result<(), Error> {
    cx.vault().remove(&SecretName::wallet(id)).await?;
    forget_previous(cx, id).await?;
    cx.store().remove_wallet_entry(id).await?;
    cx.tokens().forget_refusal(id).await;
    Ok(())
}

/// Deletes what the last rotation could be rolled back to.
pub(crate) async fn forget_previous(cx: &Context, id: &WalletEntryId) -> Result<(), Error> {
    cx.vault().remove(&previous_secret_name(id)).await?;
    cx.vault().remove(&previous_reference_name(id)).await?;
    Ok(())
}

/// The name of the old reference of an entry while a rotation can be rolled back. Apart from secrets, since a secret
/// that looks like a reference is none.
pub(crate) fn previous_reference_name(id: &WalletEntryId) -> SecretName {
    SecretName::new(format!("rotated-reference/{id}"))
}

/// The name of the old secret of an entry while a rotation can be rolled back.
pub(crate) fn previous_secret_name(id: &WalletEntryId) -> SecretName {
    SecretName::new(format!("rotated/{id}"))
}

#[cfg(test)]
mod tests {
    use patchbay_model::Secret;

    use super::*;
    use crate::credentials::list_wallet;
    use crate::credentials::secret::WalletSecret;
    use crate::testing::{add_credential, open_temporary};

    #[tokio::test]
    async fn a_new_credential_goes_with_the_failure_of_what_it_was_for() {
        let (_home, cx) = open_temporary().await;
        let token = Secret::new("t0ken-of-the-wiki");
        let id = add_credential(&cx, "Wiki", WalletSecret::Bearer { token })
            .await
            .id;
        let outcomes = [
            (Some(&id), Ok(()), 1),
            (None, Err(Error::Cancelled), 1),
            (Some(&id), Err(Error::Cancelled), 0),
        ];
        for (created, outcome, left) in outcomes {
            let is_ok = outcome.is_ok();
            let outcome = discard_unless_ok(&cx, created, outcome).await;
            assert_eq!(outcome.is_ok(), is_ok);
            assert_eq!(list_wallet(&cx).await.unwrap().len(), left);
        }
        let left = cx.vault().read(&SecretName::wallet(&id)).await.unwrap();
        assert!(left.is_none());
    }
}
