//! Parts of the list of connectors that are there at once, however long the list is.

use patchbay_model::{AccountId, Connector, Json};

use crate::connectors::sort;
use crate::migrations::Migration;
use crate::row::parse_row;
use crate::{Error, Store};

const TABLE: &str = "connectors";

/// The place in the list as a column of its own, so that its beginning is read without the rest: those
/// that wait for a person, then all others, favourites first among both.
pub(crate) const MIGRATIONS: &[Migration] = &[Migration {
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
}];

impl Store {
    /// The connectors of all accounts by title, then by age, with `null` for `native`; without those that
    /// were removed. Not to be saved: [`Store::list_connectors`] gives them whole.
    ///
    /// # Errors
    /// [`Error::Failed`].
    pub async fn list_connector_rows(&self) -> Result<Vec<Connector>, Error> {
        self.read(|tx| {
            let mut connectors: Vec<Connector> = tx
                .prepare_cached("SELECT body FROM connectors WHERE removed_at IS NULL")?
                .query_map([], |row| row.get::<_, String>(0))?
                .filter_map(|body| body.map(|body| listed_row(&body)).transpose())
                .collect::<Result<_, _>>()?;
            sort(&mut connectors);
            Ok(connectors)
        })
        .await
    }

    /// The first `limit` connectors of all accounts, as [`Store::list_connector_rows`] has them, and how many
    /// there are in all: those that wait for a person, then the others, favourites first among both, each by
    /// title.
    ///
    /// # Errors
    /// [`Error::Failed`].
    pub async fn first_connectors(&self, limit: u32) -> Result<(Vec<Connector>, u32), Error> {
        self.read(move |tx| {
            let first = tx
                .prepare_cached(
                    "SELECT body FROM connectors WHERE removed_at IS NULL
                     ORDER BY place, title COLLATE NOCASE, id LIMIT ?1",
                )?
                .query_map([limit], |row| row.get::<_, String>(0))?
                .filter_map(|body| body.map(|body| listed_row(&body)).transpose())
                .collect::<Result<_, _>>()?;
            let all = tx
                .prepare_cached("SELECT count(*) FROM connectors WHERE removed_at IS NULL")?
                .query_row([], |row| row.get(0))?;
            Ok((first, all))
        })
        .await
    }

    /// The connectors of one account by title, then by age; without those that were removed.
    ///
    /// # Errors
    /// [`Error::Failed`].
    pub async fn list_connectors_of(&self, account: &AccountId) -> Result<Vec<Connector>, Error> {
        let account = account.to_string();
        self.read(move |tx| {
            let mut connectors: Vec<Connector> = tx
                .prepare_cached(
                    "SELECT body FROM connectors WHERE account = ?1 AND removed_at IS NULL",
                )?
                .query_map([account], |row| row.get::<_, String>(0))?
                .filter_map(|body| body.map(|body| parse_row(TABLE, &body)).transpose())
                .collect::<Result<_, _>>()?;
            sort(&mut connectors);
            Ok(connectors)
        })
        .await
    }
}

/// How the last field of a connector begins. Quotes within texts are escaped, and no other field is called so.
const NATIVE: &str = ",\"native\":";

/// The connector of a row without `native`, which is most of a long list and most of the work of reading it.
fn listed_row(body: &str) -> Option<Connector> {
    let Some((before, _)) = body.split_once(NATIVE) else {
        return parse_row(TABLE, body);
    };
    let row = serde_json::from_str(&format!("{before}{NATIVE}null}}"));
    // Another version may have had other fields after it.
    row.ok().or_else(|| {
        let connector = parse_row(TABLE, body)?;
        let native = Json::default();
        Some(Connector {
            native,
            ..connector
        })
    })
}

#[cfg(test)]
mod tests {
    use patchbay_model::Status;
    use serde_json::json;

    use super::*;
    use crate::samples::{account, connector, store};

    /// As a list has it.
    fn row(connector: &Connector) -> Connector {
        Connector {
            native: Json::default(),
            ..connector.clone()
        }
    }

    #[tokio::test]
    async fn rows_are_whole_but_for_what_the_platform_says() {
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
        let saved = connector("c1", "alpha");
        store.save_connector(&saved).await.unwrap();
        let sql = "UPDATE connectors SET body = json_set(json_remove(body, '$.tags'), '$.tags', json('[\"work\"]'))";
        store.write(|tx| Ok(tx.execute(sql, [])?)).await.unwrap();
        assert_eq!(store.list_connector_rows().await.unwrap(), [row(&saved)]);
    }

    #[tokio::test]
    async fn the_list_begins_with_what_waits_for_a_person_and_goes_on_with_favourites() {
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
        let gone = connector("c5", "bravo");
        store.save_connector(&gone).await.unwrap();
        store.remove_connector(&gone.id).await.unwrap();

        let (first, all) = store.first_connectors(3).await.unwrap();
        assert_eq!(first, [row(&draft), row(&failing), row(&favourite)]);
        assert_eq!(all, 4);
        let (first, _) = store.first_connectors(10).await.unwrap();
        assert_eq!(first, [&draft, &failing, &favourite, &off].map(row));
    }

    #[tokio::test]
    async fn a_place_is_where_the_last_save_put_it() {
        let (_home, store) = store().await;
        let mut moved = connector("c1", "zulu");
        store.save_connector(&moved).await.unwrap();
        store
            .save_connector(&connector("c2", "alpha"))
            .await
            .unwrap();
        moved.status.status = Status::NeedsAuthorization;
        store.save_connector(&moved).await.unwrap();
        let (first, _) = store.first_connectors(1).await.unwrap();
        assert_eq!(first, [row(&moved)]);
    }

    #[tokio::test]
    async fn an_account_has_its_own() {
        let (_home, store) = store().await;
        let ada = account("a1", "Ada");
        store.save_account(&ada).await.unwrap();
        let hers = Connector {
            account: ada.id.clone(),
            ..connector("c1", "hers")
        };
        store.save_connector(&hers).await.unwrap();
        store
            .save_connector(&connector("c2", "other"))
            .await
            .unwrap();
        assert_eq!(store.list_connectors_of(&ada.id).await.unwrap(), [hers]);
    }
}
