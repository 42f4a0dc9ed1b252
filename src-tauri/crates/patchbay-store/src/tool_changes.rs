//! Tools that differ from what the user accepted.
//!
//! The first list of a connector's tools is accepted as it comes. When a later list changes a tool, its accepted
//! definition is kept here until the user accepts the new one or the server reverts the change.

use std::collections::BTreeMap;

use patchbay_model::{ChangedTool, ConnectorId, Timestamp, Tool};
use rusqlite::Transaction;

use crate::migrations::Migration;
use crate::row::{list_rows, parse_row};
use crate::{Error, Store};

const TABLE: &str = "tool_changes";

pub(crate) const MIGRATIONS: &[Migration] = &[Migration {
    version: 4,
    older_may_use: true,
    sql: "
        CREATE TABLE tool_changes (
            connector TEXT NOT NULL REFERENCES connectors (id) ON DELETE CASCADE,
            name TEXT NOT NULL,
            earlier TEXT,
            noticed_at INTEGER NOT NULL,
            PRIMARY KEY (connector, name)
        ) STRICT;
    ",
}];

/// A tool that changed since the user accepted it.
#[derive(Clone, Debug, PartialEq)]
pub struct ToolChangeRow {
    pub connector: ConnectorId,
    /// Name of the tool on the wire.
    pub name: String,
    /// The accepted definition; `None` for a new tool.
    pub earlier: Option<Tool>,
    /// The current definition; `None` for a tool that is gone.
    pub now: Option<Tool>,
    /// When a list first showed a change.
    pub noticed_at: Timestamp,
}

impl Store {
    /// Returns the changed tools of one connector, or of all, by connector title and tool name.
    pub async fn list_tool_changes(
        &self,
        connector: Option<&ConnectorId>,
    ) -> Result<Vec<ToolChangeRow>, Error> {
        let connector = connector.map(ToString::to_string);
        let sql = "SELECT changed.connector, changed.name, changed.earlier, changed.noticed_at, tools.body
                   FROM tool_changes AS changed
                   JOIN connectors ON connectors.id = changed.connector
                   LEFT JOIN tools ON tools.connector = changed.connector AND tools.name = changed.name
                   WHERE connectors.removed_at IS NULL AND (?1 IS NULL OR changed.connector = ?1)
                   ORDER BY connectors.title COLLATE NOCASE, connectors.id, changed.name";
        self.read(move |tx| {
            let changes = list_rows(tx, sql, [connector], |row| {
                let tool = |column: usize| {
                    let body = row.get_ref(column)?.as_str_or_null()?;
                    Ok::<_, rusqlite::Error>(body.and_then(|body| parse_row(TABLE, body)))
                };
                let Some(noticed_at) = Timestamp::from_unix_millis(row.get(3)?) else {
                    return Ok(None);
                };
                Ok(Some(ToolChangeRow {
                    connector: ConnectorId::new(row.get::<_, String>(0)?),
                    name: row.get(1)?,
                    earlier: tool(2)?,
                    now: tool(4)?,
                    noticed_at,
                }))
            })?;
            Ok(changes.into_iter().flatten().collect())
        })
        .await
    }

    /// Returns the names of all changed tools, in the order of [`Store::list_tool_changes`].
    pub async fn list_changed_tools(&self) -> Result<Vec<ChangedTool>, Error> {
        let sql = "SELECT changed.connector, changed.name, changed.noticed_at
                   FROM tool_changes AS changed
                   JOIN connectors ON connectors.id = changed.connector
                   WHERE connectors.removed_at IS NULL
                   ORDER BY connectors.title COLLATE NOCASE, connectors.id, changed.name";
        self.read(move |tx| {
            let changed = list_rows(tx, sql, [], |row| {
                let Some(noticed_at) = Timestamp::from_unix_millis(row.get(2)?) else {
                    return Ok(None);
                };
                Ok(Some(ChangedTool {
                    connector: ConnectorId::new(row.get::<_, String>(0)?),
                    name: row.get(1)?,
                    noticed_at,
                }))
            })?;
            Ok(changed.into_iter().flatten().collect())
        })
        .await
    }

    /// Accepts the current tools of a connector.
    pub async fn accept_tools(&self, connector: &ConnectorId) -> Result<(), Error> {
        let sql = "DELETE FROM tool_changes WHERE connector = ?1";
        self.execute(sql, [connector.to_string()]).await
    }
}

/// Records how a new list differs from what the user accepted, before it replaces the old list.
pub(crate) fn record_changes(
    tx: &Transaction<'_>,
    connector: &str,
    tools: &[(String, String)],
    at: Timestamp,
) -> Result<(), Error> {
    let accepted = list_accepted(tx, connector)?;
    let mut now: BTreeMap<&str, &str> = BTreeMap::new();
    for (name, body) in tools {
        now.entry(name).or_insert(body);
    }
    let mut delete =
        tx.prepare_cached("DELETE FROM tool_changes WHERE connector = ?1 AND name = ?2")?;
    let mut insert = tx.prepare_cached(
        "INSERT OR IGNORE INTO tool_changes (connector, name, earlier, noticed_at) VALUES (?1, ?2, ?3, ?4)",
    )?;
    let names = accepted
        .keys()
        .map(String::as_str)
        .chain(now.keys().copied());
    for name in names {
        let earlier = accepted.get(name).and_then(Option::as_deref);
        if is_same_tool(earlier, now.get(name).copied()) {
            delete.execute((connector, name))?;
        } else {
            insert.execute((connector, name, earlier, at.unix_millis()))?;
        }
    }
    Ok(())
}

/// Whether two rows are the same tool; object members may be in another order. Icons and the way in which a tool is
/// called do not count: no model sees them.
fn is_same_tool(earlier: Option<&str>, now: Option<&str>) -> bool {
    let read = |body: &str| {
        let tool: Tool = parse_row(TABLE, body)?;
        Some(Tool {
            icon: None,
            needs_task: false,
            may_be_task: false,
            ..tool
        })
    };
    earlier == now
        || earlier
            .and_then(read)
            .is_some_and(|earlier| now.and_then(read) == Some(earlier))
}

/// Returns the bodies of the accepted tools by name; `None` for a tool that was not accepted yet. They stay text here:
/// parsed schemas take several times the memory.
fn list_accepted(
    tx: &Transaction<'_>,
    connector: &str,
) -> Result<BTreeMap<String, Option<String>>, Error> {
    // A row of `tool_changes` comes later and replaces the current definition.
    let sql = "SELECT name, body FROM tools WHERE connector = ?1
               UNION ALL
               SELECT name, earlier FROM tool_changes WHERE connector = ?1";
    let rows = list_rows(tx, sql, [connector], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.into_iter().collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{at, replace_tools, save_connector, store, tool};

    fn described(name: &str, description: &str) -> Tool {
        Tool {
            description: Some(description.to_owned()),
            ..tool(name)
        }
    }

    /// Name, and the accepted and the current description, `-` where there is no tool.
    async fn list_changes(store: &Store, id: &ConnectorId) -> Vec<(String, String, String)> {
        let description = |tool: Option<Tool>| {
            tool.map_or_else(
                || "-".to_owned(),
                |tool| tool.description.unwrap_or_default(),
            )
        };
        let changes = store.list_tool_changes(Some(id)).await.unwrap();
        let rows = changes.into_iter().map(|change| {
            (
                change.name,
                description(change.earlier),
                description(change.now),
            )
        });
        rows.collect()
    }

    fn row(name: &str, earlier: &str, now: &str) -> (String, String, String) {
        (name.to_owned(), earlier.to_owned(), now.to_owned())
    }

    #[tokio::test]
    async fn icons_and_tasks_are_no_changes() {
        let (_home, store) = store().await;
        let owner = save_connector(&store, "c1", "github").await;
        for (icon, needs_task) in [(None, false), (Some("https://mcp.example/a.png"), true)] {
            let icon = icon.map(str::to_owned);
            let tools = [Tool {
                icon,
                needs_task,
                may_be_task: !needs_task,
                ..tool("a")
            }];
            replace_tools(&store, &owner.id, &tools, 0).await;
        }
        assert_eq!(list_changes(&store, &owner.id).await, []);
    }

    #[tokio::test]
    async fn the_first_list_is_accepted_and_later_changes_are_listed() {
        let (_home, store) = store().await;
        let owner = save_connector(&store, "c1", "github").await;
        let first = [described("a", "one"), described("b", "two")];
        replace_tools(&store, &owner.id, &first, 0).await;
        assert_eq!(list_changes(&store, &owner.id).await, []);

        let second = [described("a", "other"), described("c", "new")];
        replace_tools(&store, &owner.id, &second, 1).await;
        let changes = [
            row("a", "one", "other"),
            row("b", "two", "-"),
            row("c", "-", "new"),
        ];
        assert_eq!(list_changes(&store, &owner.id).await, changes);

        // The earlier definition stays the accepted one, however often the tool changes again.
        let third = [described("a", "third"), described("c", "new")];
        replace_tools(&store, &owner.id, &third, 2).await;
        assert_eq!(
            list_changes(&store, &owner.id).await[0],
            row("a", "one", "third")
        );
        let noticed = store.list_tool_changes(None).await.unwrap()[0].noticed_at;
        assert_eq!(noticed.unix_millis(), at(1).unix_millis());
        let changed = store.list_changed_tools().await.unwrap();
        let names: Vec<&str> = changed.iter().map(|tool| tool.name.as_str()).collect();
        assert_eq!(names, ["a", "b", "c"]);
        assert_eq!(
            (&changed[0].connector, changed[0].noticed_at),
            (&owner.id, noticed)
        );
    }

    #[tokio::test]
    async fn reverted_and_accepted_tools_are_no_changes() {
        let (_home, store) = store().await;
        let owner = save_connector(&store, "c1", "github").await;
        let first = [described("a", "one")];
        let second = [described("a", "other"), described("b", "new")];
        for (tools, time) in [(&first[..], 0), (&second[..], 1), (&first[..], 2)] {
            replace_tools(&store, &owner.id, tools, time).await;
        }
        assert_eq!(list_changes(&store, &owner.id).await, []);
        replace_tools(&store, &owner.id, &second, 3).await;
        store.accept_tools(&owner.id).await.unwrap();
        replace_tools(&store, &owner.id, &second, 4).await;
        assert_eq!(list_changes(&store, &owner.id).await, []);
    }

    #[tokio::test]
    async fn tools_added_to_an_empty_first_list_are_changes() {
        let (_home, store) = store().await;
        let owner = save_connector(&store, "c1", "github").await;
        replace_tools(&store, &owner.id, &[], 0).await;
        replace_tools(&store, &owner.id, &[described("a", "one")], 1).await;
        assert_eq!(
            list_changes(&store, &owner.id).await,
            [row("a", "-", "one")]
        );
    }
}
