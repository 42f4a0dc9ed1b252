//! Connectors of hosted platforms, by what their platform is able to do.

use std::sync::Arc;
use std::time::{Duration, Instant};

use patchbay_model::{Connector, RemoteId, Tool};
use patchbay_platforms::http::CallOptions;
use patchbay_platforms::mcp::CallOutcome;
use patchbay_platforms::{Platform, RemoteConnector};
use serde_json::{Map, Value};
use tokio_util::sync::CancellationToken;

use crate::accounts::find_account;
use crate::hosted::{options, platform_of};
use crate::{Context, Error, status, sync_connectors};

/// The platform that holds a connector, and the connector's id there.
///
/// # Errors
/// [`Error::NotFound`] when its account is gone; [`Error::Usage`] for a connector of this computer;
/// [`Error::Vault`], [`Error::Reference`], [`Error::Platform`].
pub(crate) async fn place_of(
    cx: &Context,
    connector: &Connector,
) -> Result<(Arc<dyn Platform>, RemoteId), Error> {
    let account = find_account(cx, &connector.account).await?;
    let platform = platform_of(cx, &account).await?;
    let remote = connector.remote_id.clone().ok_or_else(|| Error::Usage {
        what: format!("{} lies on this computer", connector.title),
        hint: "Choose a connector of a hosted platform.".to_owned(),
    })?;
    Ok((platform, remote))
}

/// The tools of a connector; `None` where its platform has none, after a look at the connector itself.
pub(crate) async fn list_tools(
    cx: &Context,
    connector: &Connector,
    cancel: &CancellationToken,
) -> Result<Option<Vec<Tool>>, Error> {
    let (platform, remote) = place_of(cx, connector).await?;
    let options = CallOptions {
        cancel: cancel.child_token(),
        ..options(cx)
    };
    match platform.tools() {
        Some(tools) => Ok(Some(tools.list_tools(&remote, &options).await?)),
        None => {
            refresh_status(cx, connector, &*platform, &remote).await?;
            Ok(None)
        }
    }
}

/// Runs a tool; with how long it took to be ready for it.
pub(crate) async fn call_tool(
    cx: &Context,
    connector: &Connector,
    tool: &str,
    arguments: Map<String, Value>,
    timeout: Duration,
    cancel: &CancellationToken,
) -> Result<(CallOutcome, Duration), Error> {
    let began = Instant::now();
    let (platform, remote) = place_of(cx, connector).await?;
    let tools = platform.tools().ok_or_else(|| Error::Usage {
        what: format!("{} has no tools", connector.identity.account),
        hint: "Choose a connector that has tools.".to_owned(),
    })?;
    let options = CallOptions {
        timeout: Some(timeout),
        cancel: cancel.clone(),
        ..CallOptions::default()
    };
    let prepare = began.elapsed();
    let outcome = tools.call_tool(&remote, tool, arguments, &options).await?;
    Ok((outcome, prepare))
}

/// Deletes a connector at its platform.
pub(crate) async fn delete(cx: &Context, connector: &Connector) -> Result<(), Error> {
    let (platform, remote) = place_of(cx, connector).await?;
    let connectors = platform.connectors().ok_or_else(|| Error::Usage {
        what: format!("{} deletes no connectors", connector.identity.account),
        hint: "Delete it in the platform's own console.".to_owned(),
    })?;
    Ok(connectors.delete_connector(&remote, &options(cx)).await?)
}

/// Asks the platform how a connector is, and keeps the answer.
pub(crate) async fn refresh_status(
    cx: &Context,
    connector: &Connector,
    platform: &dyn Platform,
    remote: &RemoteId,
) -> Result<(), Error> {
    let Some(connectors) = platform.connectors() else {
        return Ok(());
    };
    let found = connectors.find_connector(remote, &options(cx)).await?;
    keep(cx, connector, found).await
}

async fn keep(cx: &Context, connector: &Connector, found: RemoteConnector) -> Result<(), Error> {
    let account = find_account(cx, &connector.account).await?;
    let fresh = sync_connectors::merge(cx, &account, Some(connector), found, &[]);
    let fresh = Connector {
        name: connector.name.clone(),
        ..fresh
    };
    status::save(cx, &fresh).await
}
