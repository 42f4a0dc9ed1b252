//! Refreshing connectors from their platforms.

use patchbay_model::{Connector, ConnectorId};

use crate::backend::for_connector;
use crate::context::Context;
use crate::error::Error;
use crate::stored_connectors::find_connector;

/// Refreshes the status of a connector from its platform, if that reports one.
pub async fn refresh_connector(cx: &Context, id: &ConnectorId) -> Result<Connector, Error> {
    let connector = find_connector(cx, id).await?;
    for_connector(cx, &connector).refresh().await?;
    find_connector(cx, id).await
}
