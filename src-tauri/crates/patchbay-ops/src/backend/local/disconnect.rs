//! Disconnecting a local connector.

use patchbay_model::{
    Authentication, Connector, ConnectorStatus, Status, Timestamp, WalletEntry, WalletKind,
};
use patchbay_oauth::Revocation;

use crate::backend::RevokeOutcome;
use crate::context::Context;
use crate::credentials::forget::forget;
use crate::credentials::revoke::{forget_revoked, revoke};
use crate::error::Error;
use crate::events::Event;
use crate::secrets;
use crate::servers::sessions;
use crate::stored_connectors::{not_found, status};

/// Gives up the sign-in of a connector and revokes its tokens at the provider if possible.
pub(super) async fn disconnect(
    cx: &Context,
    connector: &Connector,
) -> Result<RevokeOutcome, Error> {
    if let Authentication::Bearer { .. } | Authentication::Headers { .. } = connector.authentication
    {
        // The next request would send it again.
        return Err(Error::usage(
            format!("connector {} has no sign-in to end", connector.title),
            "Turn it off, or remove its credential.",
        ));
    }
    sessions::end_session(cx, &connector.id).await;
    let revoked = revoke_and_forget(cx, connector).await?;
    let (now, used) = (cx.now(), connector.authentication.entry().cloned());
    let change = move |known: &mut Connector| {
        if known.authentication.entry() != used.as_ref() {
            // There was another sign-in meanwhile.
            return;
        }
        if let Authentication::Oauth { entry, .. } = &mut known.authentication {
            *entry = None;
            known.identity = status::identity(None);
        }
        let disconnected = ConnectorStatus {
            status: Status::Disconnected,
            word: None,
            reason: Some("you disconnected it".to_owned()),
            code: None,
            checked_at: Some(now),
            last_ok_at: known.status.last_ok_at,
        };
        status::set(known, disconnected);
        known.updated_at = now;
    };
    let changed = status::change(cx, &connector.id, change).await?;
    changed.ok_or_else(|| not_found(connector.id.as_str()))?;
    Ok(revoked)
}

/// Revokes the tokens, then deletes them whatever the outcome. Tokens that another connector uses too are kept.
async fn revoke_and_forget(cx: &Context, connector: &Connector) -> Result<RevokeOutcome, Error> {
    let Authentication::Oauth {
        entry: Some(id), ..
    } = &connector.authentication
    else {
        return Ok(not_revoked(None));
    };
    let Some(entry) = cx.store().find_wallet_entry(id).await? else {
        return Ok(not_revoked(None));
    };
    let shared = entry
        .used_by
        .iter()
        .any(|user| user.connector != connector.id);
    if shared || entry.kind != WalletKind::Oauth {
        return Ok(not_revoked(Some(
            "another connector still uses this sign-in",
        )));
    }
    let revocation = match secrets::read_stored(cx.vault(), &entry).await {
        Ok(secret) => {
            let revocation = revoke(cx, &entry, &secret).await;
            match forget_revoked(cx, id, &secret).await? {
                Some(renewed) => revoke(cx, &entry, &renewed).await,
                None => revocation,
            }
        }
        // There are no tokens left to revoke.
        Err(error @ Error::SecretLost { .. }) => {
            forget(cx, id).await?;
            Err(error)
        }
        // Deleting tokens that were not revoked would leave them valid for good.
        Err(error) => return Err(error),
    };
    cx.emit(Event::WalletChanged);
    Ok(match revocation {
        Ok(Revocation::Revoked) => RevokeOutcome {
            revoked: true,
            note: None,
        },
        Ok(Revocation::NotOffered) => not_revoked(Some(
            "the provider can't revoke access from here: remove Patchbay in its settings",
        )),
        Err(_) if has_ended(&entry, cx.now()) => not_revoked(None),
        Err(error) => not_revoked(Some(&format!(
            "access couldn't be revoked: {error}. Remove Patchbay in the provider's settings"
        ))),
    })
}

/// Whether the tokens have expired, so that there is nothing to revoke.
fn has_ended(entry: &WalletEntry, now: Timestamp) -> bool {
    !entry.renews && entry.expires_at.is_some_and(|end| end <= now)
}

fn not_revoked(why: Option<&str>) -> RevokeOutcome {
    RevokeOutcome {
        revoked: false,
        note: why.map(ToOwned::to_owned),
    }
}
