//! The rows of a connector and one of its tools, for callers that cache what they make of them.

use patchbay_model::{Connector, ConnectorId, Tool};
use rusqlite::Transaction;

use crate::row::{self, from_body};
use crate::{Error, Store};

/// The bodies of a connector and of one of its tools.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ToolRows {
    connector: Option<String>,
    tool: Option<String>,
}

impl ToolRows {
    fn read(tx: &Transaction<'_>, connector: &ConnectorId, name: &str) -> Result<Self, Error> {
        let sql = "SELECT body FROM connectors WHERE id = ?1 AND removed_at IS NULL";
        let body: Option<String> = row::find(tx, sql, [connector.as_str()])?;
        let sql = "SELECT body FROM tools WHERE connector = ?1 AND name = ?2";
        let tool = row::find(tx, sql, [connector.as_str(), name])?;
        Ok(Self {
            tool: tool.filter(|_| body.is_some()),
            connector: body,
        })
    }

    pub fn connector(&self) -> Result<Option<Connector>, Error> {
        let body = self.connector.as_deref();
        body.map(|body| from_body("connectors", body)).transpose()
    }

    pub fn tool(&self) -> Result<Option<Tool>, Error> {
        let body = self.tool.as_deref();
        body.map(|body| from_body("tools", body)).transpose()
    }
}

impl Store {
    /// Returns the connector, unless it was removed, and its tool of that name.
    ///
    /// Reads on the calling thread: usually from pages in memory, which takes microseconds, and handing it to another
    /// thread would take several times as long.
    pub fn find_tool_rows(&self, connector: &ConnectorId, name: &str) -> Result<ToolRows, Error> {
        self.peek(|tx| ToolRows::read(tx, connector, name))
    }
}

#[cfg(test)]
mod tests {
    use patchbay_model::Json;
    use serde_json::json;

    use super::*;
    use crate::samples::{connector, open_again, replace_tools, save_connector, store, tool};

    #[tokio::test]
    async fn rows_are_equal_until_somebody_changes_them() {
        let (home, store) = store().await;
        let elsewhere = open_again(&home).await;
        let owner = connector("c1", "github");
        let id = &owner.id;
        store.save_connector(&owner).await.unwrap();
        let absent = store.find_tool_rows(id, "a").unwrap();
        assert_eq!(absent.connector().unwrap().as_ref(), Some(&owner));
        assert_eq!(absent.tool().unwrap(), None);

        let tools = [tool("a"), tool("b")];
        replace_tools(&elsewhere, id, &tools, 0).await;
        let rows = store.find_tool_rows(id, "a").unwrap();
        assert_ne!(rows, absent);
        assert_eq!(rows.tool().unwrap(), Some(tool("a")));

        let other = Tool {
            input_schema: Json(json!({ "type": "object", "required": ["x"] })),
            ..tool("b")
        };
        replace_tools(&elsewhere, id, &[tool("a"), other], 1).await;
        assert_eq!(store.find_tool_rows(id, "a").unwrap(), rows);

        elsewhere.remove_connector(id).await.unwrap();
        let gone = store.find_tool_rows(id, "a").unwrap();
        assert_ne!(gone, rows);
        assert_eq!(
            (gone.connector().unwrap(), gone.tool().unwrap()),
            (None, None)
        );
    }

    #[tokio::test]
    async fn the_version_changes_with_every_write() {
        let (home, store) = store().await;
        let elsewhere = open_again(&home).await;
        let first = store.version().unwrap();
        assert_eq!(store.version().unwrap(), first);
        save_connector(&store, "c1", "own").await;
        let second = store.version().unwrap();
        assert_ne!(second, first);
        let others = connector("c2", "others");
        elsewhere.save_connector(&others).await.unwrap();
        assert_ne!(store.version().unwrap(), second);
    }
}
