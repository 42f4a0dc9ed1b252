//! Tools, as they were when a connector's tools were last listed.

use patchbay_model::{ConnectorId, Timestamp, Tool, ToolEffect, ToolSummary, clean_text};
use rusqlite::OptionalExtension;
use serde::Deserialize;

use crate::migrations::Migration;
use crate::row::{from_body, parse_row, to_body};
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

/// The tools of one connector, or of all, with the bodies.
const LISTED: &str = "SELECT tools.connector, tools.body FROM tools
    JOIN connectors ON connectors.id = tools.connector
    WHERE connectors.removed_at IS NULL AND (?1 IS NULL OR tools.connector = ?1)
    ORDER BY connectors.title COLLATE NOCASE, connectors.id, tools.position";

/// How much of a description stands in a list, in characters.
const DESCRIPTION_START: usize = 300;

/// What is read of a tool's body for a list.
#[derive(Deserialize)]
struct SummaryRow {
    name: String,
    title: Option<String>,
    description: Option<String>,
    effect: ToolEffect,
}

impl Store {
    /// Puts the tools listed at that instant in place of the connector's tools. Where a name comes
    /// twice the first counts, as the wire could not tell them apart either.
    ///
    /// `false`, with nothing changed, when the connector is gone or a later list is there already.
    ///
    /// # Errors
    /// [`Error::Failed`], [`Error::Row`].
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
            let is_first: bool = tx
                .prepare_cached("SELECT tools_listed_at IS NULL FROM connectors WHERE id = ?1")?
                .query_row([&connector], |row| row.get(0))
                .optional()?
                .unwrap_or(true);
            let due = tx
                .prepare_cached(
                    "UPDATE connectors SET tools_listed_at = ?2
                     WHERE id = ?1 AND coalesce(tools_listed_at <= ?2, 1)",
                )?
                .execute((&connector, at.unix_millis()))?;
            if due == 0 {
                return Ok(false);
            }
            if !is_first {
                tool_changes::record_changes(tx, &connector, &tools, at)?;
            }
            tx.prepare_cached("DELETE FROM tools WHERE connector = ?1")?
                .execute([&connector])?;
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

    /// The tools of one connector in its own order, or of all connectors by their titles; without
    /// those of removed connectors.
    ///
    /// # Errors
    /// [`Error::Failed`].
    pub async fn list_tools(
        &self,
        connector: Option<&ConnectorId>,
    ) -> Result<Vec<(ConnectorId, Tool)>, Error> {
        let connector = connector.map(ToString::to_string);
        self.read(move |tx| {
            let mut statement = tx.prepare_cached(LISTED)?;
            let rows = statement.query_map([connector], |row| {
                Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?))
            })?;
            let mut tools = Vec::new();
            for row in rows {
                let (connector, body) = row?;
                tools.extend(
                    parse_row(TABLE, &body).map(|tool| (ConnectorId::new(connector), tool)),
                );
            }
            Ok(tools)
        })
        .await
    }

    /// What is shown of the tools of one connector, or of all, in the order of [`Store::list_tools`]. Rows
    /// are read one after the other, so that the schemas of all are never in memory at once.
    ///
    /// # Errors
    /// [`Error::Failed`].
    pub async fn list_tool_summaries(
        &self,
        connector: Option<&ConnectorId>,
    ) -> Result<Vec<ToolSummary>, Error> {
        let connector = connector.map(ToString::to_string);
        self.read(move |tx| {
            let mut statement = tx.prepare_cached(LISTED)?;
            let mut rows = statement.query([connector])?;
            let mut tools = Vec::new();
            while let Some(row) = rows.next()? {
                let body = row.get_ref(1)?.as_str().map_err(rusqlite::Error::from)?;
                let Some(shown) = parse_row::<SummaryRow>(TABLE, body) else {
                    continue;
                };
                tools.push(ToolSummary {
                    connector: ConnectorId::new(row.get::<_, String>(0)?),
                    name: shown.name,
                    title: shown.title,
                    description: shown
                        .description
                        .map(|text| clean_text(&text, DESCRIPTION_START)),
                    effect: shown.effect,
                });
            }
            Ok(tools)
        })
        .await
    }

    /// The tool of that name, if the connector is there and has it.
    ///
    /// # Errors
    /// [`Error::Failed`], [`Error::Row`].
    pub async fn find_tool(
        &self,
        connector: &ConnectorId,
        name: &str,
    ) -> Result<Option<Tool>, Error> {
        let connector = connector.to_string();
        let name = name.to_owned();
        self.read(move |tx| {
            let body: Option<String> = tx
                .prepare_cached(
                    "SELECT tools.body FROM tools
                     JOIN connectors ON connectors.id = tools.connector
                     WHERE tools.connector = ?1 AND tools.name = ?2 AND connectors.removed_at IS NULL",
                )?
                .query_row((&connector, &name), |row| row.get(0))
                .optional()?;
            body.map(|body| from_body(TABLE, &body)).transpose()
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{at, connector, store, tool};

    #[tokio::test]
    async fn tools_keep_their_order_and_the_first_of_a_name() {
        let (_home, store) = store().await;
        let owner = connector("c1", "github");
        store.save_connector(&owner).await.unwrap();
        let first = tool("b");
        let second = Tool {
            title: Some("Again".into()),
            ..tool("b")
        };
        store
            .replace_tools(&owner.id, &[tool("z")], at(0))
            .await
            .unwrap();
        let tools = [first.clone(), tool("a"), second];
        assert!(store.replace_tools(&owner.id, &tools, at(1)).await.unwrap());
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
        let owner = connector("c1", "github");
        store.save_connector(&owner).await.unwrap();
        let wordy = Tool {
            title: Some("Wordy".to_owned()),
            description: Some("word ".repeat(1_000)),
            effect: ToolEffect::Read,
            ..tool("wordy")
        };
        store
            .replace_tools(&owner.id, &[wordy], at(0))
            .await
            .unwrap();
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
        let owner = connector("c1", "github");
        store.save_connector(&owner).await.unwrap();
        assert!(
            store
                .replace_tools(&owner.id, &[tool("new")], at(5))
                .await
                .unwrap()
        );
        assert!(
            !store
                .replace_tools(&owner.id, &[tool("old")], at(4))
                .await
                .unwrap()
        );
        assert_eq!(
            store.list_tools(None).await.unwrap(),
            [(owner.id, tool("new"))]
        );
    }
}
