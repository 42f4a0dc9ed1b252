//! Tools, as of the last time a connector's tools were listed.

use patchbay_model::{ConnectorId, Timestamp, Tool, ToolEffect, ToolSummary, clean_text};
use rusqlite::Transaction;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::migrations::Migration;
use crate::row::{self, execute, find_body, list_rows, parse_row, to_body};
use crate::{Error, Store, tool_changes};

const TABLE: &str = "tools";

pub(crate) const MIGRATIONS: &[Migration] = &[Migration {
    version: 1,
    older_may_use: false,
    sql: "
        CREATE TABLE tools (
            connector TEXT NOT NULL REFERENCES connectors (id) ON DELETE CASCADE,
            name TEXT NOT NULL,
            position INTEGER NOT NULL,
            body TEXT NOT NULL,
            PRIMARY KEY (connector, name)
        ) STRICT;
    ",
}];

/// The tools of one connector, or of all.
const LISTED: &str = "SELECT tools.connector, tools.body FROM tools
    JOIN connectors ON connectors.id = tools.connector
    WHERE connectors.removed_at IS NULL AND (?1 IS NULL OR tools.connector = ?1)
    ORDER BY connectors.title COLLATE NOCASE, connectors.id, tools.position";

/// How far a saved list may be ahead of another one that was listed at the same time. One that is further ahead is from
/// before the clock was set back.
const MAX_AHEAD_MILLIS: i64 = 60_000;

/// Maximum length of a description in a summary, in characters.
const DESCRIPTION_START: usize = 300;

/// The part of a tool's body that a summary needs.
#[derive(Deserialize)]
struct SummaryRow {
    name: String,
    title: Option<String>,
    description: Option<String>,
    effect: ToolEffect,
}

impl Store {
    /// Replaces the connector's tools by those listed at `at`. Of tools with the same name the first counts, as the
    /// wire could not tell them apart either.
    ///
    /// Changes nothing and returns `false` when the connector is gone or a later list was saved already.
    pub async fn replace_tools(
        &self,
        connector: &ConnectorId,
        tools: &[Tool],
        at: Timestamp,
    ) -> Result<bool, Error> {
        let connector = connector.to_string();
        let tools = tools
            .iter()
            .map(|tool| Ok((tool.name.clone(), to_body(TABLE, tool)?)))
            .collect::<Result<Vec<_>, Error>>()?;
        self.write(move |tx| {
            let sql = "SELECT tools_listed_at IS NULL FROM connectors WHERE id = ?1";
            let is_first: Option<bool> = row::find(tx, sql, [&connector])?;
            let due = execute(
                tx,
                "UPDATE connectors SET tools_listed_at = ?2
                 WHERE id = ?1 AND coalesce(tools_listed_at NOT BETWEEN ?2 + 1 AND ?2 + ?3, 1)",
                (&connector, at.unix_millis(), MAX_AHEAD_MILLIS),
            )?;
            if due == 0 {
                return Ok(false);
            }
            if is_first == Some(false) {
                tool_changes::record_changes(tx, &connector, &tools, at)?;
            }
            execute(tx, "DELETE FROM tools WHERE connector = ?1", [&connector])?;
            let mut insert = tx.prepare_cached(
                "INSERT OR IGNORE INTO tools (connector, name, position, body) VALUES (?1, ?2, ?3, ?4)",
            )?;
            for (position, (name, body)) in (0_i64..).zip(&tools) {
                insert.execute((&connector, name, position, body))?;
            }
            Ok(true)
        })
        .await
    }

    /// Returns the tools of one connector in its own order, or of all connectors by title, without those of removed
    /// connectors.
    pub async fn list_tools(
        &self,
        connector: Option<&ConnectorId>,
    ) -> Result<Vec<(ConnectorId, Tool)>, Error> {
        self.list_with(connector, |connector, tool| (connector, tool))
            .await
    }

    /// Returns summaries in the order of [`Store::list_tools`]. Parses one row after the other, so that the schemas of
    /// all tools are never in memory at once.
    pub async fn list_tool_summaries(
        &self,
        connector: Option<&ConnectorId>,
    ) -> Result<Vec<ToolSummary>, Error> {
        self.list_with(connector, |connector, tool: SummaryRow| ToolSummary {
            connector,
            name: tool.name,
            title: tool.title,
            description: tool
                .description
                .map(|text| clean_text(&text, DESCRIPTION_START)),
            effect: tool.effect,
        })
        .await
    }

    async fn list_with<R: DeserializeOwned, T: Send + 'static>(
        &self,
        connector: Option<&ConnectorId>,
        make: impl Fn(ConnectorId, R) -> T + Send + 'static,
    ) -> Result<Vec<T>, Error> {
        let connector = connector.map(ToString::to_string);
        self.read(move |tx| list(tx, connector, make)).await
    }

    /// Returns the tool of that name, unless its connector was removed.
    pub async fn find_tool(
        &self,
        connector: &ConnectorId,
        name: &str,
    ) -> Result<Option<Tool>, Error> {
        let key = [connector.to_string(), name.to_owned()];
        let sql = "SELECT tools.body FROM tools
                   JOIN connectors ON connectors.id = tools.connector
                   WHERE tools.connector = ?1 AND tools.name = ?2 AND connectors.removed_at IS NULL";
        self.read(move |tx| find_body(tx, TABLE, sql, key)).await
    }
}

/// Returns what `make` makes of each tool of one connector, or of all.
pub(crate) fn list<R: DeserializeOwned, T>(
    tx: &Transaction<'_>,
    connector: Option<String>,
    make: impl Fn(ConnectorId, R) -> T,
) -> Result<Vec<T>, Error> {
    let tools = list_rows(tx, LISTED, [connector], |row| {
        let connector = ConnectorId::new(row.get::<_, String>(0)?);
        let tool = parse_row::<R>(TABLE, row.get_ref(1)?.as_str()?);
        Ok(tool.map(|tool| make(connector, tool)))
    })?;
    Ok(tools.into_iter().flatten().collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{replace_tools, save_connector, store, tool};

    #[tokio::test]
    async fn tools_keep_their_order_and_the_first_of_a_name() {
        let (_home, store) = store().await;
        let owner = save_connector(&store, "c1", "github").await;
        let first = tool("b");
        let second = Tool {
            title: Some("Again".into()),
            ..tool("b")
        };
        replace_tools(&store, &owner.id, &[tool("z")], 0).await;
        let tools = [first.clone(), tool("a"), second];
        assert!(replace_tools(&store, &owner.id, &tools, 1).await);
        let listed = store.list_tools(Some(&owner.id)).await.unwrap();
        assert_eq!(
            listed,
            [
                (owner.id.clone(), first.clone()),
                (owner.id.clone(), tool("a"))
            ]
        );
        assert_eq!(store.find_tool(&owner.id, "b").await.unwrap(), Some(first));
        let summaries = store.list_tool_summaries(Some(&owner.id)).await.unwrap();
        let names: Vec<&str> = summaries.iter().map(|tool| tool.name.as_str()).collect();
        assert_eq!(names, ["b", "a"]);
        assert_eq!(store.find_tool(&owner.id, "z").await.unwrap(), None);
    }

    #[tokio::test]
    async fn a_summary_has_the_start_of_a_description() {
        let (_home, store) = store().await;
        let owner = save_connector(&store, "c1", "github").await;
        let wordy = Tool {
            title: Some("Wordy".to_owned()),
            description: Some("word ".repeat(1_000)),
            effect: ToolEffect::Read,
            ..tool("wordy")
        };
        replace_tools(&store, &owner.id, &[wordy], 0).await;
        let [summary] = &store.list_tool_summaries(None).await.unwrap()[..] else {
            panic!("one tool");
        };
        assert_eq!(
            (&summary.connector, summary.name.as_str()),
            (&owner.id, "wordy")
        );
        assert_eq!(summary.title.as_deref(), Some("Wordy"));
        assert_eq!(summary.effect, ToolEffect::Read);
        let description = summary.description.as_deref().unwrap();
        assert!(description.starts_with("word word") && description.ends_with('…'));
        assert_eq!(description.chars().count(), DESCRIPTION_START);
    }

    #[tokio::test]
    async fn an_older_list_does_not_replace_a_newer_one() {
        let (_home, store) = store().await;
        let owner = save_connector(&store, "c1", "github").await;
        assert!(replace_tools(&store, &owner.id, &[tool("new")], 5).await);
        assert!(!replace_tools(&store, &owner.id, &[tool("old")], 4).await);
        assert_eq!(
            store.list_tools(None).await.unwrap(),
            [(owner.id.clone(), tool("new"))]
        );
        // A list from the future is from before the clock was set back.
        assert!(replace_tools(&store, &owner.id, &[tool("ahead")], 66).await);
        assert!(replace_tools(&store, &owner.id, &[tool("now")], 5).await);
    }
}
