//! Disconnecting connectors.

use patchbay_model::ConnectorId;
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::backend::for_connector;
use crate::connector_view::ConnectorView;
use crate::context::Context;
use crate::error::Error;
use crate::stored_connectors::find_connector;
use crate::stored_connectors::view::view_connector;

/// Result of disconnecting a connector.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Disconnected {
    pub connector: ConnectorView,
    /// Whether the provider revoked the tokens.
    pub revoked: bool,
    /// Why the provider was not asked to, for display.
    pub note: Option<String>,
}

/// Signs a connector out and revokes its tokens if the provider supports that. A hosted connector is disconnected by
/// its platform.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Usage`] if it signs in by a token or headers, which stay in the wallet and would be
/// sent again; [`Error::Store`]; [`Error::Vault`] if the tokens could not be deleted; [`Error::Platform`] if the
/// platform failed or does not support it.
pub async fn disconnect_connector(cx: &Context, id: &ConnectorId) -> Result<Disconnected, Error> {
    cx.running_authorizations().cancel_and_wait(id).await;
    let connector = find_connector(cx, id).await?;
    let outcome = for_connector(cx, &connector).disconnect().await?;
    Ok(Disconnected {
        connector: view_connector(cx, find_connector(cx, id).await?).await?,
        revoked: outcome.revoked,
        note: outcome.note,
    })
}
