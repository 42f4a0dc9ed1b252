//! Tools that changed since the user agreed to them.
//!
//! Definitions are pinned when a connector's tools are listed first: a server that describes a tool
//! otherwise later may want more of the model that reads it than the user agreed to.

use patchbay_model::{ConnectorId, Difference, Timestamp, Tool};
use patchbay_store::ToolChangeRow;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use specta::Type;

use crate::connectors::find_connector;
use crate::connectors::view::emit_changed;
use crate::context::Context;
use crate::differences::differences;
use crate::error::Error;

/// A tool that is not any more as it was when the user agreed to it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ToolChange {
    /// The connector that offers it.
    pub connector: ConnectorId,
    /// Its name on the wire.
    pub name: String,
    /// Whether it came, went or became another.
    pub kind: ToolChangeKind,
    /// As the user agreed to it; `None` when it is new.
    pub before: Option<Tool>,
    /// As it is now; `None` when it is gone.
    pub after: Option<Tool>,
    /// Where the two differ, by JSON pointer into the tool; empty when there are no two.
    pub differences: Vec<Difference>,
    /// When it was noticed.
    pub noticed_at: Timestamp,
}

/// What became of a tool.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum ToolChangeKind {
    /// It is new.
    Added,
    /// It is gone.
    Removed,
    /// It is described otherwise, or takes or gives something else.
    Changed,
}

/// The tools of one connector, or of all, that changed since the user agreed to them.
pub async fn list_tool_changes(
    cx: &Context,
    connector: Option<&ConnectorId>,
) -> Result<Vec<ToolChange>, Error> {
    let rows = cx.store().list_tool_changes(connector).await?;
    Ok(rows.into_iter().map(change_of).collect())
}

/// Agrees to the tools of a connector as they are now.
pub async fn accept_tools(cx: &Context, id: &ConnectorId) -> Result<(), Error> {
    let connector = find_connector(cx, id).await?;
    cx.store().accept_tools(&connector.id).await?;
    emit_changed(cx, &connector.id).await
}

fn change_of(row: ToolChangeRow) -> ToolChange {
    let (before, after) = (row.earlier, row.now);
    ToolChange {
        connector: row.connector,
        name: row.name,
        kind: match (&before, &after) {
            (None, _) => ToolChangeKind::Added,
            (_, None) => ToolChangeKind::Removed,
            _ => ToolChangeKind::Changed,
        },
        differences: match (&before, &after) {
            (Some(before), Some(after)) => differences(&as_value(before), &as_value(after)),
            _ => Vec::new(),
        },
        before,
        after,
        noticed_at: row.noticed_at,
    }
}

fn as_value(tool: &Tool) -> Value {
    // Another icon is no change.
    let icon = None;
    // A tool came as JSON, so that it can be JSON again.
    serde_json::to_value(Tool {
        icon,
        ..tool.clone()
    })
    .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use patchbay_model::{Json, ToolEffect};
    use serde_json::json;

    use super::*;

    fn tool(description: &str, schema: Value) -> Tool {
        Tool {
            name: "search".to_owned(),
            title: None,
            description: Some(description.to_owned()),
            input_schema: Json(schema),
            output_schema: None,
            effect: ToolEffect::Read,
            idempotent: true,
            open_world: false,
            icon: None,
            needs_task: false,
        }
    }

    fn row(earlier: Option<Tool>, now: Option<Tool>) -> ToolChangeRow {
        ToolChangeRow {
            connector: ConnectorId::new("con_1"),
            name: "search".to_owned(),
            earlier,
            now,
            noticed_at: Timestamp::from_unix_millis(1_792_567_650_000).unwrap(),
        }
    }

    #[test]
    fn what_differs_is_told_where_it_lies() {
        let before = tool("Searches", json!({ "properties": { "q": {} } }));
        let after = tool(
            "Searches and sends",
            json!({ "properties": { "q": {}, "to": {} } }),
        );
        let change = change_of(row(Some(before), Some(after)));
        let paths: Vec<_> = change.differences.iter().map(|one| &*one.path).collect();
        assert_eq!(change.kind, ToolChangeKind::Changed);
        assert_eq!(paths, ["/description", "/inputSchema/properties/to"]);
    }

    #[test]
    fn what_came_and_went_is_told_apart() {
        let one = tool("Searches", json!({}));
        let came = change_of(row(None, Some(one.clone())));
        let went = change_of(row(Some(one), None));
        assert_eq!(came.kind, ToolChangeKind::Added);
        assert_eq!(went.kind, ToolChangeKind::Removed);
    }
}
