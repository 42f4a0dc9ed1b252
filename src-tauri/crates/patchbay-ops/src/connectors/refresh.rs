//! How a connector is now, by whoever knows.

use patchbay_model::{Connector, ConnectorId};

use crate::backend::for_connector;
use crate::connectors::find_connector;
use crate::context::Context;
use crate::error::Error;

/// Asks the platform of a connector how it is now, and keeps the answer. A connector whose platform does not
/// say stays as it is known.
pub async fn refresh_connector(cx: &Context, id: &ConnectorId) -> Result<Connector, Error> {
    let connector = find_connector(cx, id).await?;
    let backend = for_connector(cx, &connector);
    backend.refresh().await?;
    find_connector(cx, id).await
}
