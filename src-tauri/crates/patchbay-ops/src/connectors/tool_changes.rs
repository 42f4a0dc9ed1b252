//! Tools that changed since the user accepted them.
//!
//! Definitions are pinned when the tools of a connector are first listed. A server that later changes the description
//! of a tool may try to make a model do more than the user accepted.

use patchbay_model::{ConnectorId, Difference, Timestamp, Tool};
use patchbay_store::ToolChangeRow;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use specta::Type;

use crate::context::Context;
use crate::differences::differences;
use crate::error::Error;
use crate::stored_connectors::find_connector;
use crate::stored_connectors::view::emit_changed;

/// A tool that differs from its accepted definition.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ToolChange {
    pub connector: ConnectorId,
    /// Name on the wire.
    pub name: String,
    pub kind: ToolChangeKind,
    /// The accepted definition; `None` for a new tool.
    pub before: Option<Tool>,
    /// The current definition; `None` for a removed tool.
    pub after: Option<Tool>,
    /// Differences by JSON pointer into the tool; empty for a new or removed tool.
    pub differences: Vec<Difference>,
    /// When the change was detected.
    pub noticed_at: Timestamp,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum ToolChangeKind {
    Added,
    Removed,
    /// The description or a schema changed.
    Changed,
}

pub async fn list_tool_changes(
    cx: &Context,
    connector: Option<&ConnectorId>,
) -> Result<Vec<ToolChange>, Error> {
    let rows = cx.store().list_tool_changes(connector).await?;
    Ok(rows.into_iter().map(change_of).collect())
}

/// Accepts the current tools of a connector.
pub async fn accept_tools(cx: &Context, id: &ConnectorId) -> Result<(), Error> {
    let connector = find_connector(cx, id).await?;
    cx.store().accept_tools(&connector.id).await?;
    emit_changed(cx, &connector.id).await
}

fn change_of(row: ToolChangeRow) -> ToolChange {
    let (before, after) = (row.earlier, row.now);
    let (kind, differences) = match (&before, &after) {
        (None, _) => (ToolChangeKind::Added, Vec::new()),
        (_, None) => (ToolChangeKind::Removed, Vec::new()),
        (Some(before), Some(after)) => {
            let differences = differences(&as_value(before), &as_value(after));
            (ToolChangeKind::Changed, differences)
        }
    };
    ToolChange {
        connector: row.connector,
        name: row.name,
        kind,
        differences,
        before,
        after,
        noticed_at: row.noticed_at,
    }
}

fn as_value(tool: &Tool) -> Value {
    // A different icon is not reported as a change.
    let tool = Tool {
        icon: None,
        ..tool.clone()
    };
    serde_json::to_value(tool).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use patchbay_model::{Json, ToolEffect};
    use serde_json::json;

    use super::*;

    fn tool(description: &str, schema: Value) -> Tool {
        Tool {
            name: "search".to_owned(),
            description: Some(description.to_owned()),
            input_schema: Json(schema),
            effect: ToolEffect::Read,
            idempotent: true,
            ..Tool::default()
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
    fn differences_have_their_paths() {
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
    fn added_and_removed_tools_are_distinguished() {
        let one = tool("Searches", json!({}));
        let came = change_of(row(None, Some(one.clone())));
        let went = change_of(row(Some(one), None));
        assert_eq!(came.kind, ToolChangeKind::Added);
        assert_eq!(went.kind, ToolChangeKind::Removed);
    }
}
