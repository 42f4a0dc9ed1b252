//! Revoking OAuth tokens that are not needed any more.

use std::time::Duration;

use patchbay_model::{Secret, WalletEntry, WalletEntryId, WalletKind};
use patchbay_oauth::{Grant, OAuthClient, Revocation, Untraced};
use patchbay_vault::SecretName;

use crate::context::Context;
use crate::credentials::forget::forget_locked;
use crate::error::Error;
use crate::secrets;

/// Time that a provider has to revoke tokens in the background, and by which it can delay the end of a command.
const REVOCATION_LIMIT: Duration = Duration::from_secs(15);

/// Deletes a credential. OAuth tokens are then revoked over `oauth` in the background, as far as that is possible:
/// deleting them must not depend on the network. `app` is the OAuth app of a connector that no longer uses it.
///
/// # Errors
/// [`Error::Vault`] while tokens cannot be read: deleted before they are revoked, they would stay valid for good.
pub(crate) async fn forget_and_revoke(
    cx: &Context,
    entry: &WalletEntry,
    app: Option<&WalletEntryId>,
    oauth: Result<OAuthClient, Error>,
) -> Result<(), Error> {
    let lock = cx.tokens().lock_credential(&entry.id).await?;
    let tokens = match entry.kind {
        WalletKind::Oauth => match secrets::read_stored(cx.vault(), entry).await {
            Err(Error::SecretLost { .. }) => None,
            tokens => Some(tokens?),
        },
        _ => None,
    };
    let forgotten = forget_locked(cx, &entry.id, &lock).await;
    // If the tokens were deleted before it failed, nobody could revoke them later.
    let is_deleted = forgotten.is_ok()
        || matches!(
            secrets::read_stored(cx.vault(), entry).await,
            Err(Error::SecretLost { .. })
        );
    drop(lock);
    if let Some(tokens) = tokens.filter(|_| is_deleted) {
        let (background, entry, app) = (cx.clone(), entry.clone(), app.cloned());
        revoke_in_background(cx, async move {
            revoke_over(&background, &oauth?, &entry, app.as_ref(), &tokens).await
        });
    }
    forgotten
}

/// Revokes tokens that nothing knows of any more once the process has ended, which therefore waits for it.
pub(crate) fn revoke_in_background(
    cx: &Context,
    revoking: impl Future<Output = Result<Revocation, Error>> + Send + 'static,
) {
    cx.exchanges().spawn(async move {
        match tokio::time::timeout(REVOCATION_LIMIT, revoking).await {
            Ok(Ok(_)) => {}
            Ok(Err(error)) => {
                tracing::warn!(%error, "tokens that are not needed any more were not revoked");
            }
            Err(_) => tracing::warn!("revoking tokens that are not needed any more took too long"),
        }
    });
}

/// Deletes the tokens. Returns newer ones that a concurrent refresh saved after the others were revoked.
pub(crate) async fn forget_revoked(
    cx: &Context,
    id: &WalletEntryId,
    revoked: &Secret,
) -> Result<Option<Secret>, Error> {
    let lock = cx.tokens().lock_credential(id).await?;
    let saved = cx.vault().read(&SecretName::wallet(id)).await?;
    forget_locked(cx, id, &lock).await?;
    Ok(saved.filter(|saved| saved.expose() != revoked.expose()))
}

/// Revokes the tokens in a secret of an entry.
pub(crate) async fn revoke(
    cx: &Context,
    entry: &WalletEntry,
    secret: &Secret,
) -> Result<Revocation, Error> {
    let oauth = cx.networks().oauth_of(cx.store(), entry).await?;
    revoke_over(cx, &oauth, entry, None, secret).await
}

async fn revoke_over(
    cx: &Context,
    oauth: &OAuthClient,
    entry: &WalletEntry,
    app: Option<&WalletEntryId>,
    secret: &Secret,
) -> Result<Revocation, Error> {
    let grant = Grant::from_secret(secret)?;
    let grant = cx.tokens().with_app_secret(entry, app, grant).await?;
    Ok(oauth.revoke(&grant, &Untraced).await?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::credentials::secret::WalletSecret;
    use crate::testing::{add_credential, open_temporary};

    #[tokio::test]
    async fn a_token_refreshed_meanwhile_is_returned_for_revocation() {
        let (_home, cx) = open_temporary().await;
        let [revoked, renewed] = ["first-token-1", "renewed-token-2"].map(Secret::new);
        for (saved, newer) in [(&revoked, None), (&renewed, Some("renewed-token-2"))] {
            let token = saved.clone();
            let id = add_credential(&cx, "Sign-in", WalletSecret::Bearer { token })
                .await
                .id;
            let found = forget_revoked(&cx, &id, &revoked).await.unwrap();
            assert_eq!(found.as_ref().map(Secret::expose), newer);
            assert_eq!(cx.store().list_wallet().await.unwrap(), []);
            let left = cx.vault().read(&SecretName::wallet(&id)).await.unwrap();
            assert!(left.is_none());
        }
    }
}
