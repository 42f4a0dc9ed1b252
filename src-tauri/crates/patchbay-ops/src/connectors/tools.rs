//! Tools: from the cache, from the server, and whether arguments fit them.

use patchbay_model::{Connector, ConnectorId, FieldProblem, Json, ServerFacts, Tool, ToolSummary};
use serde::{Deserialize, Serialize};
use specta::Type;
use tokio_util::sync::CancellationToken;

use crate::address::{read_address, title_of};
use crate::argument_check::check_arguments;
use crate::authorizations::scope_upgrade;
use crate::backend::{Backend, ListedTools, for_connector};
use crate::connectors;
use crate::connectors::add::clean_title;
use crate::connectors::view::emit_changed;
use crate::connectors::{find_connector, status};
use crate::context::Context;
use crate::credentials::edit::rename_with_connector;
use crate::error::Error;

/// A tool and the connector that offers it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ConnectorTool {
    /// The connector.
    pub connector: ConnectorId,
    /// The tool.
    pub tool: Tool,
}

/// The tools of one connector, or of all, from the cache.
pub async fn list_tools(
    cx: &Context,
    connector: Option<&ConnectorId>,
) -> Result<Vec<ConnectorTool>, Error> {
    let tools = cx.store().list_tools(connector).await?;
    let named = |(connector, tool)| ConnectorTool { connector, tool };
    Ok(tools.into_iter().map(named).collect())
}

/// What is shown of the tools of one connector, or of all, from the cache.
pub async fn list_tool_summaries(
    cx: &Context,
    connector: Option<&ConnectorId>,
) -> Result<Vec<ToolSummary>, Error> {
    Ok(cx.store().list_tool_summaries(connector).await?)
}

/// Asks the server for its tools and keeps them; the connector's status follows. A platform that keeps what the
/// server said before asks it anew.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::SwitchedOff`]; what kept the tools from being listed.
pub async fn refresh_tools(cx: &Context, id: &ConnectorId) -> Result<Vec<Tool>, Error> {
    let connector = find_connector(cx, id).await?;
    list(cx, &connector, cx.shutdown(), true).await
}

/// As [`refresh_tools`], until `cancel`, and as its platform keeps them.
pub(crate) async fn refresh(
    cx: &Context,
    connector: &Connector,
    cancel: &CancellationToken,
) -> Result<Vec<Tool>, Error> {
    list(cx, connector, cancel, false).await
}

async fn list(
    cx: &Context,
    connector: &Connector,
    cancel: &CancellationToken,
    anew: bool,
) -> Result<Vec<Tool>, Error> {
    status::ensure_enabled(connector)?;
    let backend = for_connector(cx, connector);
    match backend.list_tools(anew, cancel).await {
        // What is said of the connector is kept already, and all that there is.
        Ok(None) => Ok(Vec::new()),
        Ok(Some(listed)) => save_listed(cx, connector, &*backend, listed).await,
        Err(error) => {
            scope_upgrade::record_refused_scopes(cx, &connector.id, &error).await?;
            status::record_failure(cx, &connector.id, &error).await?;
            Err(error)
        }
    }
}

/// Keeps tools that were listed, and how their connector is by that.
///
/// # Errors
/// [`Error::NotFound`] when the connector is gone; [`Error::Store`].
pub(crate) async fn save_listed(
    cx: &Context,
    connector: &Connector,
    backend: &dyn Backend,
    ListedTools { tools, server }: ListedTools,
) -> Result<Vec<Tool>, Error> {
    let status = backend.status_after_listing().await;
    let count = u32::try_from(tools.len()).ok();
    let change = move |connector: &mut Connector| {
        if let Some(server) = &server {
            adopt_server_title(connector, server);
        }
        connector.server = server;
        connector.tool_count = count;
        if let Some(status) = status {
            status(connector);
        }
    };
    let kept = status::change(cx, &connector.id, change).await?;
    let kept = kept.ok_or_else(|| connectors::not_found(connector.id.as_str()))?;
    rename_with_connector(cx, &kept).await?;
    let now = cx.now();
    cx.store().replace_tools(&connector.id, &tools, now).await?;
    emit_changed(cx, &connector.id).await?;
    Ok(tools)
}

/// A connector that nobody named has a title made of its address; once it works it gets the server's own name.
fn adopt_server_title(connector: &mut Connector, server: &ServerFacts) {
    let address = connector.endpoint.as_deref();
    let address = address.and_then(|address| read_address(address).ok());
    let is_nameless = address.is_some_and(|url| title_of(&url) == connector.title);
    if connector.draft
        && is_nameless
        && let Some(title) = clean_title(Some(server.name.clone()))
    {
        connector.title = title;
    }
}

/// Whether one can choose for each run with which of its platform's credentials a connector acts; nothing
/// is sent.
pub async fn names_credentials(cx: &Context, id: &ConnectorId) -> Result<bool, Error> {
    let connector = find_connector(cx, id).await?;
    for_connector(cx, &connector).takes_credential().await
}

/// What is wrong with these arguments by the tool's own schema; empty when nothing is.
///
/// # Errors
/// [`Error::NotFound`] when connector or tool are not there; [`Error::Store`].
pub async fn validate_arguments(
    cx: &Context,
    connector: &ConnectorId,
    tool: &str,
    arguments: &Json,
) -> Result<Vec<FieldProblem>, Error> {
    let tool = find_tool(cx, connector, tool).await?;
    Ok(check_arguments(&tool.input_schema, arguments))
}

/// The tool of that name, from the cache.
///
/// # Errors
/// [`Error::NotFound`] when the connector has none; [`Error::Store`].
pub async fn find_tool(cx: &Context, connector: &ConnectorId, name: &str) -> Result<Tool, Error> {
    let tool = cx.store().find_tool(connector, name).await?;
    tool.ok_or_else(|| not_found(name))
}

/// That a connector has no tool of that name.
pub(crate) fn not_found(name: &str) -> Error {
    Error::NotFound {
        kind: "tool",
        name: name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use patchbay_model::Transport;

    use super::*;
    use crate::clock::SystemClock;
    use crate::testing::{add, open};

    #[tokio::test]
    async fn a_connector_that_nobody_named_takes_the_clean_name_of_its_server_once() {
        let home = tempfile::tempdir().unwrap();
        let cx = open(home.path(), Arc::new(SystemClock)).await;
        let nameless = add(&cx, "http://127.0.0.1:9/mcp").await;
        let server = |name: &str| ServerFacts {
            name: name.to_owned(),
            version: String::new(),
            protocol_version: String::new(),
            transport: Transport::StreamableHttp,
            instructions: None,
            icon: None,
        };
        let title = |connector: &Connector, name: &str| {
            let mut connector = connector.clone();
            adopt_server_title(&mut connector, &server(name));
            connector.title
        };
        assert_eq!(nameless.title, "127.0.0.1:9");
        assert_eq!(title(&nameless, "Wi\u{202e}ki\n"), "Wiki");
        assert_eq!(title(&nameless, &"a".repeat(1_000)).chars().count(), 100);
        assert_eq!(title(&nameless, "\u{200b} "), "127.0.0.1:9");
        let named = Connector {
            title: "Mine".to_owned(),
            ..nameless.clone()
        };
        assert_eq!(title(&named, "Wiki"), "Mine");
        let known = Connector {
            draft: false,
            ..nameless
        };
        assert_eq!(title(&known, "Wiki"), "127.0.0.1:9");
    }
}
