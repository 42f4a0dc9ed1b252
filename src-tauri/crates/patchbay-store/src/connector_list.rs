//! Parts of the list of connectors that are there at once, however long the list is.

use patchbay_model::{AccountId, Connector};

use crate::connectors::sort;
use crate::migrations::Migration;
use crate::row::listed;
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
    /// The first `limit` connectors of all accounts, and how many there are in all: those that wait for
    /// a person, then the others, favourites first among both, each by title.
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
                .filter_map(|body| body.map(|body| listed(TABLE, &body)).transpose())
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
                .filter_map(|body| body.map(|body| listed(TABLE, &body)).transpose())
                .collect::<Result<_, _>>()?;
            sort(&mut connectors);
            Ok(connectors)
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use patchbay_model::{Connector, Status};

    use super::*;
    use crate::samples::{account, connector, store};

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
        assert_eq!(first, [draft.clone(), failing.clone(), favourite.clone()]);
        assert_eq!(all, 4);
        let (first, _) = store.first_connectors(10).await.unwrap();
        assert_eq!(first, [draft, failing, favourite, off]);
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
        assert_eq!(first, [moved]);
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
