//! Giving up a sign-in.

use patchbay_model::{
    Authentication, Connector, ConnectorId, ConnectorStatus, Secret, Status, WalletKind,
};
use patchbay_oauth::{Grant, Revocation, Untraced};
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::credentials::forget;
use crate::list_connectors::{find_connector, not_found};
use crate::tokens::entry_id;
use crate::{Context, Error, Event, hosted_connectors, secrets, status, tokens};

/// How a disconnect went.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Disconnected {
    /// The connector after it.
    pub connector: Connector,
    /// Whether the provider was told to forget the tokens, and did.
    pub revoked: bool,
    /// Why the provider was not told, in words for people.
    pub note: Option<String>,
}

/// Gives up the sign-in of a connector, at the provider too where it takes tokens back. A bearer token
/// or headers stay in the wallet; only the connector stops using its connection. Tokens that the vault
/// lost keep nobody connected. A hosted connector is parted from its service by its platform.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Store`]; [`Error::Vault`] when the tokens could not be deleted;
/// [`Error::Platform`] when the platform did not do it, or cannot.
pub async fn disconnect_connector(cx: &Context, id: &ConnectorId) -> Result<Disconnected, Error> {
    cx.consents().end_of(id).await;
    let connector = find_connector(cx, id).await?;
    if connector.remote_id.is_some() {
        hosted_connectors::disconnect(cx, &connector).await?;
        return Ok(Disconnected {
            connector: find_connector(cx, id).await?,
            revoked: true,
            note: None,
        });
    }
    cx.sessions().close(id).await;
    let (revoked, note) = give_back(cx, &connector).await?;
    let now = cx.now();
    let change = move |known: &mut Connector| {
        if entry_id(&known.authentication) != entry_id(&connector.authentication) {
            // Somebody signed in anew meanwhile.
            return;
        }
        if let Authentication::Oauth { entry, .. } = &mut known.authentication {
            *entry = None;
            known.identity = status::identity(None);
        }
        known.status = ConnectorStatus {
            status: Status::Disconnected,
            word: None,
            reason: Some("disconnected by you".to_owned()),
            code: None,
            checked_at: Some(now),
            last_ok_at: known.status.last_ok_at,
        };
        known.updated_at = now;
    };
    let changed = status::change(cx, id, change).await?;
    let changed = changed.ok_or_else(|| not_found(id.as_str()))?;
    Ok(Disconnected {
        connector: changed.after,
        revoked,
        note,
    })
}

/// Tells the provider, then deletes the tokens whatever it said. Tokens that another connector uses too
/// stay with it.
async fn give_back(cx: &Context, connector: &Connector) -> Result<(bool, Option<String>), Error> {
    let Authentication::Oauth {
        entry: Some(id), ..
    } = &connector.authentication
    else {
        return Ok((false, None));
    };
    let Some(entry) = cx.store().find_wallet_entry(id).await? else {
        return Ok((false, None));
    };
    let shared = entry
        .used_by
        .iter()
        .any(|user| user.connector != connector.id);
    if shared || entry.kind != WalletKind::Oauth {
        return Ok((
            false,
            Some("another connector uses the same sign-in".to_owned()),
        ));
    }
    let told = match secrets::read(cx.vault(), &entry).await {
        Ok(secret) => revoke(cx, &secret).await,
        // There is nothing left that the provider could be told of.
        Err(error @ Error::SecretLost { .. }) => Err(error),
        // The tokens are still there: they would stay valid, and nobody could take them back.
        Err(error) => return Err(error),
    };
    forget(cx, id).await?;
    cx.tell(Event::WalletChanged);
    Ok(match told {
        Ok(Revocation::Revoked) => (true, None),
        Ok(Revocation::NotOffered) => (
            false,
            Some(
                "the provider takes no tokens back; end the access in its own settings".to_owned(),
            ),
        ),
        Err(error @ Error::SecretLost { .. }) => (
            false,
            Some(format!(
                "{error}, so the provider could not be told; end the access in its own settings"
            )),
        ),
        Err(error) => (
            false,
            Some(format!("the provider could not be told: {error}")),
        ),
    })
}

async fn revoke(cx: &Context, secret: &Secret) -> Result<Revocation, Error> {
    let grant = tokens::resolved(Grant::from_secret(secret)?).await?;
    Ok(cx.oauth().revoke(&grant, &Untraced).await?)
}
