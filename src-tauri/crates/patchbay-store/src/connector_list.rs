//! The list of connectors that the window shows, and its first rows, fast however long it is.

use patchbay_model::{Connector, Json};
use rusqlite::{Params, Transaction};

use crate::connectors::sort;
use crate::migrations::Migration;
use crate::row::{self, list_rows, parse_row};
use crate::{Error, Store};

const TABLE: &str = "connectors";

/// A generated column for the position in the list, so that the first rows are read without the rest: connectors whose
/// status requires the user's attention come before all others, favourites first in both groups. Which those are is
/// decided by `patchbay_ops`; a test there compares both.
pub(crate) const MIGRATIONS: &[Migration] = &[
    Migration {
        version: 5,
        older_may_use: true,
        sql: "
        ALTER TABLE connectors ADD COLUMN place INTEGER GENERATED ALWAYS AS (
            CASE
                WHEN body ->> '$.status.status' IN ('needs_authorization', 'failing', 'authorizing')
                    OR (body ->> '$.draft' AND body ->> '$.status.status' <> 'disabled') THEN 0
                ELSE 2
            END + (NOT body ->> '$.favourite')
        ) VIRTUAL;
        CREATE INDEX connectors_place ON connectors (place, title COLLATE NOCASE, id)
            WHERE removed_at IS NULL;
    ",
    },
    Migration {
        version: 9,
        older_may_use: true,
        sql: "
        DROP INDEX connectors_place;
        ALTER TABLE connectors DROP COLUMN place;
        ALTER TABLE connectors ADD COLUMN place INTEGER GENERATED ALWAYS AS (
            CASE
                WHEN body ->> '$.status.status' IN ('needs_authorization', 'failing', 'authorizing')
                    OR (body ->> '$.status.status' = 'unknown' AND body ->> '$.draft')
                    -- A hosted platform says why it disconnected a connector.
                    OR (body ->> '$.status.status' = 'disconnected' AND body ->> '$.status.reason' IS NOT NULL
                        AND body ->> '$.identity.platform' <> 'local') THEN 0
                ELSE 2
            END + (NOT body ->> '$.favourite')
        ) VIRTUAL;
        CREATE INDEX connectors_place ON connectors (place, title COLLATE NOCASE, id)
            WHERE removed_at IS NULL;
    ",
    },
];

impl Store {
    /// Returns the connectors of all accounts by title, then by age, without removed ones and with `null` for `native`.
    /// Do not save these: [`Store::list_connectors`] returns complete ones.
    pub async fn list_connector_rows(&self) -> Result<Vec<Connector>, Error> {
        let sql = "SELECT body FROM connectors WHERE removed_at IS NULL";
        self.read(move |tx| Ok(sort(list(tx, sql, [])?))).await
    }

    /// Returns the first `limit` rows of [`Store::list_connector_rows`] and the number of all connectors. Connectors
    /// that require the user's attention, also for changed tools, come first, then the others, favourites first in both
    /// groups, each by title.
    pub async fn first_connectors(&self, limit: u32) -> Result<(Vec<Connector>, u32), Error> {
        let sql = "WITH changed AS MATERIALIZED (SELECT DISTINCT connector FROM tool_changes),
                   first AS (
                       SELECT id, place % 2 AS place FROM connectors
                       WHERE removed_at IS NULL AND id IN changed
                       UNION ALL
                       SELECT * FROM (
                           SELECT id, place FROM connectors
                           WHERE removed_at IS NULL AND id NOT IN changed
                           ORDER BY place, title COLLATE NOCASE, id LIMIT ?1
                       )
                   )
                   SELECT body FROM first JOIN connectors USING (id)
                   ORDER BY first.place, title COLLATE NOCASE, id LIMIT ?1";
        self.read(move |tx| {
            let first = list(tx, sql, [limit])?;
            let count = "SELECT count(*) FROM connectors WHERE removed_at IS NULL";
            Ok((first, row::get(tx, count, [])?))
        })
        .await
    }
}

fn list(tx: &Transaction<'_>, sql: &str, params: impl Params) -> Result<Vec<Connector>, Error> {
    let rows: Vec<Option<Connector>> = list_rows(tx, sql, params, |row| {
        Ok(listed_row(row.get_ref(0)?.as_str()?))
    })?;
    Ok(rows.into_iter().flatten().collect())
}

/// The start of the last field of a connector. Quotes in strings are escaped, and no other field has this name.
const NATIVE: &str = ",\"native\":";

/// Parses a connector without `native`, which is most of a row and most of the work of parsing it.
fn listed_row(body: &str) -> Option<Connector> {
    let Some((before, _)) = body.split_once(NATIVE) else {
        return parse_row(TABLE, body);
    };
    let row = serde_json::from_str(&format!("{before}{NATIVE}null}}"));
    // Another version may have written other fields after it.
    row.ok().or_else(|| {
        Some(Connector {
            native: Json::default(),
            ..parse_row(TABLE, body)?
        })
    })
}

#[cfg(test)]
mod tests {
    use patchbay_model::Status;
    use serde_json::json;

    use super::*;
    use crate::samples::{connector, replace_tools, save_connector, store, tool};

    /// As a list has it.
    fn row(connector: &Connector) -> Connector {
        Connector {
            native: Json::default(),
            ..connector.clone()
        }
    }

    #[tokio::test]
    async fn rows_are_complete_except_for_native() {
        let (_home, store) = store().await;
        let mut saved = connector("c1", "alpha");
        saved.description = Some("says \",\"native\":1}".into());
        saved.native = Json(json!({ "a": 1, "native": { "b": [","] }, "z": "}" }));
        store.save_connector(&saved).await.unwrap();
        assert_eq!(store.list_connector_rows().await.unwrap(), [row(&saved)]);
        assert_eq!(store.list_connectors().await.unwrap(), [saved]);
    }

    #[tokio::test]
    async fn rows_with_fields_in_another_order_are_read_too() {
        let (_home, store) = store().await;
        let saved = save_connector(&store, "c1", "alpha").await;
        let sql = "UPDATE connectors SET body = json_set(json_remove(body, '$.tags'), '$.tags', json('[\"work\"]'))";
        store.write(|tx| Ok(tx.execute(sql, [])?)).await.unwrap();
        assert_eq!(store.list_connector_rows().await.unwrap(), [row(&saved)]);
    }

    #[tokio::test]
    async fn connectors_that_need_attention_come_first_then_favourites() {
        let (_home, store) = store().await;
        let mut failing = connector("c1", "zulu");
        failing.status.status = Status::Failing;
        let mut draft = connector("c2", "yankee");
        draft.draft = true;
        let mut favourite = connector("c3", "x-ray");
        favourite.favourite = true;
        let mut off = connector("c4", "alpha");
        off.draft = true;
        off.status.status = Status::Disabled;
        for connector in [&failing, &draft, &favourite, &off] {
            store.save_connector(connector).await.unwrap();
        }
        let gone = save_connector(&store, "c5", "bravo").await;
        store.remove_connector(&gone.id).await.unwrap();

        let (first, all) = store.first_connectors(3).await.unwrap();
        assert_eq!(first, [row(&draft), row(&failing), row(&favourite)]);
        assert_eq!(all, 4);
        let (first, _) = store.first_connectors(10).await.unwrap();
        assert_eq!(first, [&draft, &failing, &favourite, &off].map(row));
    }

    #[tokio::test]
    async fn connectors_with_changed_tools_come_first() {
        let (_home, store) = store().await;
        let changed = save_connector(&store, "c1", "zulu").await;
        let mut favourite = connector("c2", "alpha");
        favourite.favourite = true;
        store.save_connector(&favourite).await.unwrap();
        for (time, name) in [(0, "a"), (1, "b")] {
            replace_tools(&store, &changed.id, &[tool(name)], time).await;
        }
        let (first, all) = store.first_connectors(1).await.unwrap();
        assert_eq!(first, [row(&changed)]);
        assert_eq!(all, 2);
        let (first, _) = store.first_connectors(10).await.unwrap();
        assert_eq!(first, [&changed, &favourite].map(row));

        store.accept_tools(&changed.id).await.unwrap();
        let (first, _) = store.first_connectors(1).await.unwrap();
        assert_eq!(first, [row(&favourite)]);
    }

    #[tokio::test]
    async fn the_position_in_the_list_follows_the_last_save() {
        let (_home, store) = store().await;
        let mut moved = save_connector(&store, "c1", "zulu").await;
        save_connector(&store, "c2", "alpha").await;
        moved.status.status = Status::NeedsAuthorization;
        store.save_connector(&moved).await.unwrap();
        let (first, _) = store.first_connectors(1).await.unwrap();
        assert_eq!(first, [row(&moved)]);
    }
}
