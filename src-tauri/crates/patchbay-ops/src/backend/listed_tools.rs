//! Saving the tools that a server listed.

use patchbay_model::{Connector, ConnectorId, ServerFacts, Tool};

use crate::address::{clean_title, endpoint_of, title_of};
use crate::context::Context;
use crate::credentials::edit::rename_with_connector;
use crate::error::Error;
use crate::stored_connectors::status::{self, Change};
use crate::stored_connectors::view::emit_changed;

pub(crate) struct ListedTools {
    pub(crate) tools: Vec<Tool>,
    /// What the server reported about itself, for local connectors.
    pub(crate) server: Option<ServerFacts>,
}

/// Saves listed tools and how the listing changes the status of their connector.
pub(crate) async fn save_listed(
    cx: &Context,
    id: &ConnectorId,
    status: Option<Change>,
    ListedTools { tools, server }: ListedTools,
) -> Result<Vec<Tool>, Error> {
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
    let changed = status::update(cx, id, change).await?;
    rename_with_connector(cx, &changed).await?;
    cx.store().replace_tools(id, &tools, cx.now()).await?;
    emit_changed(cx, id).await?;
    Ok(tools)
}

/// Replaces a title that was derived from the address by the name that the server reports.
fn adopt_server_title(connector: &mut Connector, server: &ServerFacts) {
    let has_derived_title =
        endpoint_of(connector).is_ok_and(|url| title_of(&url) == connector.title);
    if connector.draft
        && has_derived_title
        && let Some(title) = clean_title(Some(server.name.clone()))
    {
        connector.title = title;
    }
}

#[cfg(test)]
mod tests {
    use patchbay_model::Transport;

    use super::*;
    use crate::testing::{add, open_temporary};

    #[tokio::test]
    async fn an_unnamed_draft_adopts_the_clean_name_of_its_server() {
        let (_home, cx) = open_temporary().await;
        let nameless = add(&cx, "http://127.0.0.1:9/mcp").await;
        let server = |name: &str| ServerFacts {
            name: name.to_owned(),
            version: String::new(),
            protocol_version: String::new(),
            protocol_reason: None,
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
