//! Where secrets of the wallet were saved on hosted platforms.

use patchbay_model::{ConnectorId, SecretHolder, SecretLocation, WalletEntryId};

use crate::migrations::Migration;
use crate::row::{list_bodies, to_body};
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
    /// Returns every location of that entry on connectors that still exist, in the order in which they were filled.
    pub async fn list_secret_locations(
        &self,
        entry: &WalletEntryId,
    ) -> Result<Vec<SecretLocation>, Error> {
        let entry = entry.to_string();
        let sql = "SELECT placements.body FROM placements
                   JOIN connectors ON connectors.id = placements.connector
                   WHERE placements.wallet_entry = ?1 AND connectors.removed_at IS NULL
                   ORDER BY placements.rowid";
        self.read(move |tx| list_bodies(tx, TABLE, sql, [entry]))
            .await
    }

    /// Inserts the location, or replaces the one with the same connector, holder and path.
    pub async fn save_secret_location(&self, location: &SecretLocation) -> Result<(), Error> {
        let row = (
            location.connector.to_string(),
            to_body(TABLE, &location.holder)?,
            location.path.clone(),
            location.entry.to_string(),
            to_body(TABLE, location)?,
        );
        self.execute(
            "INSERT INTO placements (connector, place, path, wallet_entry, body)
             VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT (connector, place, path) DO UPDATE SET
                 wallet_entry = excluded.wallet_entry, body = excluded.body",
            row,
        )
        .await
    }

    /// Removes the locations of one holder of a connector, whatever their paths.
    pub async fn remove_secret_locations(
        &self,
        connector: &ConnectorId,
        holder: &SecretHolder,
    ) -> Result<(), Error> {
        let key = [connector.to_string(), to_body(TABLE, holder)?];
        let sql = "DELETE FROM placements WHERE connector = ?1 AND place = ?2";
        self.execute(sql, key).await
    }

    /// Removes the locations of one holder of a connector at these JSON pointers and below them, but none at `kept`.
    pub async fn remove_secret_locations_at(
        &self,
        connector: &ConnectorId,
        holder: &SecretHolder,
        paths: Vec<String>,
        kept: &[String],
    ) -> Result<(), Error> {
        let (connector, holder) = (connector.to_string(), to_body(TABLE, holder)?);
        let kept = to_body(TABLE, &kept)?;
        self.write(move |tx| {
            let mut delete = tx.prepare_cached(
                "DELETE FROM placements WHERE connector = ?1 AND place = ?2
                 AND (path = ?3 OR substr(path, 1, length(?3) + 1) = ?3 || '/')
                 AND path NOT IN (SELECT value FROM json_each(?4))",
            )?;
            for path in &paths {
                delete.execute([&connector, &holder, path, &kept])?;
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
    use crate::samples::{at, save_connector, store, wallet_entry};

    fn location(connector: &str, holder: SecretHolder) -> SecretLocation {
        SecretLocation {
            entry: WalletEntryId::new("w1"),
            connector: ConnectorId::new(connector),
            holder,
            path: "/token".into(),
            values: Json(json!({ "kind": "bearer" })),
            placed_at: at(0),
            problem: None,
        }
    }

    #[tokio::test]
    async fn the_locations_of_an_entry_are_listed() {
        let (_home, store) = store().await;
        let entry = wallet_entry("w1", "Key");
        store.save_wallet_entry(&entry).await.unwrap();
        save_connector(&store, "c1", "one").await;
        let named = SecretHolder::Credential {
            level: Level::User,
            name: "main".into(),
        };
        let placed = [
            location("c1", SecretHolder::Settings),
            location("c1", named.clone()),
        ];
        for location in &placed {
            store.save_secret_location(location).await.unwrap();
        }
        // Of a connector that does not exist.
        let gone = location("c2", SecretHolder::Settings);
        store.save_secret_location(&gone).await.unwrap();
        assert_eq!(
            store.list_secret_locations(&entry.id).await.unwrap(),
            placed
        );
        let users = store.list_wallet().await.unwrap().remove(0).used_by;
        assert_eq!(users.len(), 1, "{users:?}");

        let id = ConnectorId::new("c1");
        store.remove_secret_locations(&id, &named).await.unwrap();
        assert_eq!(
            store.list_secret_locations(&entry.id).await.unwrap(),
            placed[..1]
        );
    }

    #[tokio::test]
    async fn locations_are_removed_by_whole_path_segments() {
        let (_home, store) = store().await;
        save_connector(&store, "c1", "one").await;
        for path in ["/auth", "/auth/token", "/author"] {
            let placed = SecretLocation {
                path: path.to_owned(),
                ..location("c1", SecretHolder::Creation)
            };
            store.save_secret_location(&placed).await.unwrap();
        }
        let id = ConnectorId::new("c1");
        for holder in [SecretHolder::Settings, SecretHolder::Creation] {
            let paths = vec!["/auth".to_owned()];
            let removed = store.remove_secret_locations_at(&id, &holder, paths, &[]);
            removed.await.unwrap();
        }
        let left = store.list_secret_locations(&WalletEntryId::new("w1")).await;
        let left: Vec<_> = left.unwrap().into_iter().map(|one| one.path).collect();
        assert_eq!(left, ["/author"]);
    }

    #[tokio::test]
    async fn a_location_holds_one_entry() {
        let (_home, store) = store().await;
        save_connector(&store, "c1", "one").await;
        let first = location("c1", SecretHolder::Settings);
        let second = SecretLocation {
            entry: WalletEntryId::new("w2"),
            ..first.clone()
        };
        store.save_secret_location(&first).await.unwrap();
        store.save_secret_location(&second).await.unwrap();
        assert_eq!(store.list_secret_locations(&first.entry).await.unwrap(), []);
        let held = store.list_secret_locations(&second.entry).await.unwrap();
        assert_eq!(held, [second]);
    }
}
