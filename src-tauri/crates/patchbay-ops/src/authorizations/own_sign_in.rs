//! The OAuth tokens that only one connector uses, which end with it.

use patchbay_model::{Connector, WalletEntry};

use crate::authorizations::find_grant;
use crate::context::Context;
use crate::credentials::revoke::forget_and_revoke;
use crate::error::Error;
use crate::events::Event;
use crate::secrets;

/// Fails while the OAuth tokens that only this connector uses cannot be read, and so not revoked, as in a locked vault.
pub(crate) async fn ensure_own_sign_in_readable(
    cx: &Context,
    connector: &Connector,
) -> Result<(), Error> {
    let is_own = |entry: &WalletEntry| entry.used_by.iter().all(|it| it.connector == connector.id);
    let Some(entry) = find_grant(cx, connector).await?.filter(is_own) else {
        return Ok(());
    };
    match secrets::read_stored(cx.vault(), &entry).await {
        Ok(_) | Err(Error::SecretLost { .. }) => Ok(()),
        Err(error) => Err(error),
    }
}

/// Forgets and revokes the OAuth tokens that only this connector used. Wallet entries of the user's own stay.
pub(crate) async fn drop_own_sign_in(cx: &Context, connector: &Connector) -> Result<(), Error> {
    let grant = find_grant(cx, connector).await?;
    if let Some(entry) = grant.filter(|entry| entry.used_by.is_empty()) {
        let app = connector.authentication.app();
        forget_and_revoke(cx, &entry, app, cx.oauth_of(connector).await).await?;
        cx.emit(Event::WalletChanged);
    }
    Ok(())
}
