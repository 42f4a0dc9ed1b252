//! Where secrets of the wallet were placed on hosted platforms.

use patchbay_model::{ConnectorId, Place, Placement, WalletEntryId};

use crate::migrations::Migration;
use crate::row::{listed, to_body};
use crate::{Error, Store};

const TABLE: &str = "placements";

pub(crate) const MIGRATIONS: &[Migration] = &[Migration {
    version: 3,
    older_may_use: true,
    sql: "
        CREATE TABLE placements (
            connector TEXT NOT NULL,
            place TEXT NOT NULL,
            path TEXT NOT NULL,
            wallet_entry TEXT NOT NULL,
            body TEXT NOT NULL,
            PRIMARY KEY (connector, place, path)
        ) STRICT;
        CREATE INDEX placements_entry ON placements (wallet_entry);
    ",
}];

impl Store {
    /// Every place of that entry, of connectors that are still there, in the order in which they were
    /// filled.
    ///
    /// # Errors
    /// [`Error::Failed`].
    pub async fn list_placements(&self, entry: &WalletEntryId) -> Result<Vec<Placement>, Error> {
        let entry = entry.to_string();
        self.read(move |tx| {
            let mut statement = tx.prepare_cached(
                "SELECT placements.body FROM placements
                 JOIN connectors ON connectors.id = placements.connector
                 WHERE placements.wallet_entry = ?1 AND connectors.removed_at IS NULL ORDER BY placements.rowid",
            )?;
            let rows = statement.query_map([&entry], |row| row.get::<_, String>(0))?;
            rows.filter_map(|body| body.map(|body| listed(TABLE, &body)).transpose())
                .collect::<Result<_, _>>()
                .map_err(Error::from)
        })
        .await
    }

    /// Notes a place, instead of what was noted of the same place before.
    ///
    /// # Errors
    /// [`Error::Failed`], [`Error::Row`].
    pub async fn save_placement(&self, placement: &Placement) -> Result<(), Error> {
        let placement = placement.clone();
        self.write(move |tx| {
            tx.prepare_cached(
                "INSERT INTO placements (connector, place, path, wallet_entry, body)
                 VALUES (?1, ?2, ?3, ?4, ?5)
                 ON CONFLICT (connector, place, path) DO UPDATE SET
                     wallet_entry = excluded.wallet_entry, body = excluded.body",
            )?
            .execute((
                placement.connector.as_str(),
                to_body(TABLE, &placement.place)?,
                &placement.path,
                placement.entry.as_str(),
                to_body(TABLE, &placement)?,
            ))?;
            Ok(())
        })
        .await
    }

    /// Forgets what was placed at one place of a connector, below all paths.
    ///
    /// # Errors
    /// [`Error::Failed`], [`Error::Row`].
    pub async fn remove_placements(
        &self,
        connector: &ConnectorId,
        place: &Place,
    ) -> Result<(), Error> {
        let (connector, place) = (connector.to_string(), to_body(TABLE, place)?);
        self.write(move |tx| {
            tx.prepare_cached("DELETE FROM placements WHERE connector = ?1 AND place = ?2")?
                .execute([&connector, &place])?;
            Ok(())
        })
        .await
    }

    /// Forgets what one place of a connector was given at these paths and below them: JSON pointers.
    ///
    /// # Errors
    /// [`Error::Failed`], [`Error::Row`].
    pub async fn remove_placements_at(
        &self,
        connector: &ConnectorId,
        place: &Place,
        paths: Vec<String>,
    ) -> Result<(), Error> {
        let (connector, place) = (connector.to_string(), to_body(TABLE, place)?);
        self.write(move |tx| {
            let mut delete = tx.prepare_cached(
                "DELETE FROM placements WHERE connector = ?1 AND place = ?2
                 AND (path = ?3 OR substr(path, 1, length(?3) + 1) = ?3 || '/')",
            )?;
            for path in &paths {
                delete.execute([&connector, &place, path])?;
            }
            Ok(())
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use patchbay_model::{Json, Level};
    use serde_json::json;

    use super::*;
    use crate::samples::{at, connector, store, wallet_entry};

    fn placement(connector: &str, place: Place) -> Placement {
        Placement {
            entry: WalletEntryId::new("w1"),
            connector: ConnectorId::new(connector),
            place,
            path: "/token".into(),
            values: Json(json!({ "kind": "bearer" })),
            placed_at: at(0),
            problem: None,
        }
    }

    #[tokio::test]
    async fn an_entry_knows_where_it_was_placed() {
        let (_home, store) = store().await;
        let entry = wallet_entry("w1", "Key");
        store.save_wallet_entry(&entry).await.unwrap();
        store.save_connector(&connector("c1", "one")).await.unwrap();
        let named = Place::Credential {
            level: Level::User,
            name: "main".into(),
        };
        let placed = [
            placement("c1", Place::Settings),
            placement("c1", named.clone()),
        ];
        for placement in &placed {
            store.save_placement(placement).await.unwrap();
        }
        // Of a connector that is not there.
        let gone = placement("c2", Place::Settings);
        store.save_placement(&gone).await.unwrap();
        assert_eq!(store.list_placements(&entry.id).await.unwrap(), placed);
        let users = store.list_wallet().await.unwrap().remove(0).used_by;
        assert_eq!(users.len(), 1, "{users:?}");

        let id = ConnectorId::new("c1");
        store.remove_placements(&id, &named).await.unwrap();
        assert_eq!(store.list_placements(&entry.id).await.unwrap(), placed[..1]);
    }

    #[tokio::test]
    async fn what_was_placed_goes_by_whole_names() {
        let (_home, store) = store().await;
        store.save_connector(&connector("c1", "one")).await.unwrap();
        for path in ["/auth", "/auth/token", "/author"] {
            let placed = Placement {
                path: path.to_owned(),
                ..placement("c1", Place::Creation)
            };
            store.save_placement(&placed).await.unwrap();
        }
        let id = ConnectorId::new("c1");
        for place in [Place::Settings, Place::Creation] {
            let paths = vec!["/auth".to_owned()];
            let removed = store.remove_placements_at(&id, &place, paths);
            removed.await.unwrap();
        }
        let left = store.list_placements(&WalletEntryId::new("w1")).await;
        let left: Vec<_> = left.unwrap().into_iter().map(|one| one.path).collect();
        assert_eq!(left, ["/author"]);
    }

    #[tokio::test]
    async fn a_place_holds_one_entry() {
        let (_home, store) = store().await;
        store.save_connector(&connector("c1", "one")).await.unwrap();
        let first = placement("c1", Place::Settings);
        let second = Placement {
            entry: WalletEntryId::new("w2"),
            ..first.clone()
        };
        store.save_placement(&first).await.unwrap();
        store.save_placement(&second).await.unwrap();
        assert_eq!(store.list_placements(&first.entry).await.unwrap(), []);
        let held = store.list_placements(&second.entry).await.unwrap();
        assert_eq!(held, [second]);
    }
}
