//! Listing tools from the cache and from servers.

use patchbay_model::{Connector, ConnectorId, Tool, ToolSummary};
use serde::{Deserialize, Serialize};
use specta::Type;
use tokio_util::sync::CancellationToken;

use crate::authorizations::scope_upgrade;
use crate::backend::for_connector;
use crate::backend::listed_tools::save_listed;
use crate::context::Context;
use crate::error::Error;
use crate::similar_names::similar_names;
use crate::stored_connectors::{find_connector, status};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ConnectorTool {
    pub connector: ConnectorId,
    pub tool: Tool,
}

/// Lists the cached tools of one connector, or of all.
pub async fn list_tools(
    cx: &Context,
    connector: Option<&ConnectorId>,
) -> Result<Vec<ConnectorTool>, Error> {
    let tools = cx.store().list_tools(connector).await?;
    let tools = tools.into_iter();
    Ok(tools
        .map(|(connector, tool)| ConnectorTool { connector, tool })
        .collect())
}

/// Lists summaries of the cached tools of one connector, or of all.
pub async fn list_tool_summaries(
    cx: &Context,
    connector: Option<&ConnectorId>,
) -> Result<Vec<ToolSummary>, Error> {
    Ok(cx.store().list_tool_summaries(connector).await?)
}

/// Lists the tools anew, bypassing the platform's cache, and updates our cache and the connector's status.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::SwitchedOff`]; whatever prevented the listing.
pub async fn refresh_tools(cx: &Context, id: &ConnectorId) -> Result<Vec<Tool>, Error> {
    let connector = find_connector(cx, id).await?;
    let listed = list(cx, &connector, cx.shutdown(), true, true).await?;
    Ok(listed.tools)
}

/// Like [`refresh_tools`], but cancellable, accepting the platform's cache, and without having it test the connector.
pub(crate) async fn refresh(
    cx: &Context,
    connector: &Connector,
    cancel: &CancellationToken,
) -> Result<Vec<Tool>, Error> {
    Ok(list(cx, connector, cancel, false, false).await?.tools)
}

/// Like [`refresh`], but has the platform test the connector, and also fails when it does not tell the status.
pub(crate) async fn refresh_with_status(
    cx: &Context,
    connector: &Connector,
    cancel: &CancellationToken,
) -> Result<Vec<Tool>, Error> {
    let listed = list(cx, connector, cancel, false, true).await?;
    listed.status_error.map_or(Ok(listed.tools), Err)
}

struct Refreshed {
    tools: Vec<Tool>,
    /// Why the status is unchanged.
    status_error: Option<Error>,
}

async fn list(
    cx: &Context,
    connector: &Connector,
    cancel: &CancellationToken,
    anew: bool,
    tested: bool,
) -> Result<Refreshed, Error> {
    status::ensure_enabled(connector)?;
    let backend = for_connector(cx, connector);
    match backend.list_tools(anew, cancel).await {
        // The backend has refreshed the status instead.
        Ok(None) => Ok(Refreshed {
            tools: Vec::new(),
            status_error: None,
        }),
        Ok(Some(listed)) => {
            let (status, status_error) = match backend.status_after_listing(tested).await {
                Ok(status) => (status, None),
                Err(error) => (None, Some(error)),
            };
            let tools = save_listed(cx, &connector.id, status, listed).await?;
            Ok(Refreshed {
                tools,
                status_error,
            })
        }
        Err(error) => {
            scope_upgrade::record_refused_scopes(cx, &connector.id, &error).await?;
            status::record_failure(cx, &connector.id, &error).await?;
            Err(error)
        }
    }
}

/// Whether a run may choose one of several credentials of the platform; nothing is sent.
pub async fn names_credentials(cx: &Context, id: &ConnectorId) -> Result<bool, Error> {
    let connector = find_connector(cx, id).await?;
    for_connector(cx, &connector).takes_credential().await
}

/// Finds a cached tool.
pub async fn find_tool(cx: &Context, connector: &ConnectorId, name: &str) -> Result<Tool, Error> {
    match cx.store().find_tool(connector, name).await? {
        Some(tool) => Ok(tool),
        None => Err(not_found(cx, connector, name).await?),
    }
}

/// The error for a tool that the connector does not offer, with the similar names that it offers.
pub(crate) async fn not_found(
    cx: &Context,
    connector: &ConnectorId,
    name: &str,
) -> Result<Error, Error> {
    let tools = cx.store().list_tool_summaries(Some(connector)).await?;
    let names = tools.iter().map(|tool| tool.name.as_str());
    Ok(Error::ToolNotFound {
        name: name.to_owned(),
        similar: similar_names(name, names),
    })
}
