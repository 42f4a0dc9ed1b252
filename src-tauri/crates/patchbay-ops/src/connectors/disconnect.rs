//! Giving up a sign-in.

use patchbay_model::ConnectorId;
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::backend::for_connector;
use crate::connectors::find_connector;
use crate::connectors::view::{ConnectorView, view_connector};
use crate::context::Context;
use crate::error::Error;

/// How a disconnect went.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Disconnected {
    /// The connector after it.
    pub connector: ConnectorView,
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
    cx.running_authorizations().cancel_and_wait(id).await;
    let connector = find_connector(cx, id).await?;
    let gone = for_connector(cx, &connector).disconnect().await?;
    Ok(Disconnected {
        connector: view_connector(cx, find_connector(cx, id).await?).await?,
        revoked: gone.revoked,
        note: gone.note,
    })
}
