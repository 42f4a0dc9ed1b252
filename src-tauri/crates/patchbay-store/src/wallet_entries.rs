//! Wallet entries without their secrets, which are in the vault.

use std::collections::{HashMap, HashSet};

use patchbay_model::{ConnectorId, Timestamp, UsedBy, WalletEntry, WalletEntryId};
use rusqlite::Transaction;

use crate::migrations::Migration;
use crate::row::{execute, find_body, list_bodies, list_names, list_rows, to_body};
use crate::{Error, Store};

const TABLE: &str = "wallet_entries";

pub(crate) const MIGRATIONS: &[Migration] = &[Migration {
    version: 1,
    older_may_use: false,
    sql: "
        CREATE TABLE wallet_entries (
            id TEXT PRIMARY KEY,
            name TEXT NOT NULL UNIQUE,
            issuer TEXT,
            resource TEXT,
            body TEXT NOT NULL
        ) STRICT;
        CREATE INDEX wallet_entries_oauth ON wallet_entries (issuer, resource)
            WHERE issuer IS NOT NULL;
    ",
}];

impl Store {
    /// Returns all entries by name, each with the connectors that use it.
    pub async fn list_wallet(&self) -> Result<Vec<WalletEntry>, Error> {
        self.read(list).await
    }

    /// Returns the entry with the connectors that use it.
    pub async fn find_wallet_entry(
        &self,
        id: &WalletEntryId,
    ) -> Result<Option<WalletEntry>, Error> {
        let id = id.to_string();
        self.read(move |tx| find(tx, &id)).await
    }

    /// Adds an entry, and returns it with the name that `name` makes, given those that are taken. All happens in one
    /// transaction, so that no other process takes the name meanwhile.
    ///
    /// # Errors
    /// As for [`Store::save_wallet_entry`].
    pub async fn add_wallet_entry(
        &self,
        mut entry: WalletEntry,
        name: impl FnOnce(&HashSet<String>) -> String + Send + 'static,
    ) -> Result<WalletEntry, Error> {
        self.write(move |tx| {
            entry.name = name(&list_names(tx, "SELECT name FROM wallet_entries", [])?);
            save(tx, &entry)?;
            Ok(entry)
        })
        .await
    }

    /// Inserts the entry, or replaces the one with the same id. Its `used_by` is not saved.
    ///
    /// # Errors
    /// [`Error::NameTaken`] when another entry has its name.
    pub async fn save_wallet_entry(&self, entry: &WalletEntry) -> Result<(), Error> {
        let entry = entry.clone();
        self.write(move |tx| save(tx, &entry)).await
    }

    /// Reads and changes an entry in one transaction, so that concurrent changes are kept and a removed entry stays
    /// removed. Returns the changed entry; `None` when it does not exist.
    ///
    /// # Errors
    /// As for [`Store::save_wallet_entry`].
    pub async fn change_wallet_entry(
        &self,
        id: &WalletEntryId,
        change: impl FnOnce(&mut WalletEntry) + Send + 'static,
    ) -> Result<Option<WalletEntry>, Error> {
        let id = id.to_string();
        self.write(move |tx| {
            let Some(mut entry) = find(tx, &id)? else {
                return Ok(None);
            };
            change(&mut entry);
            save(tx, &entry)?;
            Ok(Some(entry))
        })
        .await
    }

    /// Removes the entry. Returns whether it existed.
    pub async fn remove_wallet_entry(&self, id: &WalletEntryId) -> Result<bool, Error> {
        let sql = "DELETE FROM wallet_entries WHERE id = ?1";
        self.change_rows(sql, [id.to_string()]).await
    }

    /// Records when the entry was last sent. Returns whether it exists.
    pub async fn touch_wallet_entry(
        &self,
        id: &WalletEntryId,
        at: Timestamp,
    ) -> Result<bool, Error> {
        let row = [id.to_string(), to_body(TABLE, &at)?];
        let sql = "UPDATE wallet_entries SET body = json_set(body, '$.lastUsedAt', json(?2))
                   WHERE id = ?1";
        self.change_rows(sql, row).await
    }
}

fn save(tx: &Transaction<'_>, entry: &WalletEntry) -> Result<(), Error> {
    let saved = WalletEntry {
        used_by: Vec::new(),
        ..entry.clone()
    };
    execute(
        tx,
        "INSERT INTO wallet_entries (id, name, issuer, resource, body) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (id) DO UPDATE SET
             name = excluded.name, issuer = excluded.issuer, resource = excluded.resource,
             body = excluded.body",
        (
            entry.id.as_str(),
            &entry.name,
            &entry.issuer,
            &entry.resource,
            to_body(TABLE, &saved)?,
        ),
    )
    .map_err(|error| Error::or_name_taken(error, &entry.name))?;
    Ok(())
}

pub(crate) fn list(tx: &Transaction<'_>) -> Result<Vec<WalletEntry>, Error> {
    let mut users = users(tx)?;
    let mut entries: Vec<WalletEntry> =
        list_bodies(tx, TABLE, "SELECT body FROM wallet_entries", [])?;
    for entry in &mut entries {
        entry.used_by = users.remove(entry.id.as_str()).unwrap_or_default();
    }
    entries.sort_by_cached_key(|entry| entry.name.to_lowercase());
    Ok(entries)
}

fn find(tx: &Transaction<'_>, id: &str) -> Result<Option<WalletEntry>, Error> {
    let sql = "SELECT body FROM wallet_entries WHERE id = ?1";
    let Some(mut entry) = find_body::<WalletEntry>(tx, TABLE, sql, [id])? else {
        return Ok(None);
    };
    entry.used_by = users(tx)?.remove(id).unwrap_or_default();
    Ok(Some(entry))
}

/// Returns the connectors that use each entry, by entry id; removed connectors use nothing.
fn users(tx: &Transaction<'_>) -> Result<HashMap<String, Vec<UsedBy>>, Error> {
    let sql = "SELECT wallet_entry AS entry, id, title FROM connectors
               WHERE removed_at IS NULL AND wallet_entry IS NOT NULL
               UNION
               SELECT wallet_client, id, title FROM connectors
               WHERE removed_at IS NULL AND wallet_client IS NOT NULL
               UNION
               SELECT placements.wallet_entry, id, title FROM placements
               JOIN connectors ON connectors.id = placements.connector
               WHERE removed_at IS NULL
               ORDER BY title COLLATE NOCASE, id";
    let mut users: HashMap<String, Vec<UsedBy>> = HashMap::new();
    let found = list_rows(tx, sql, [], |row| {
        let connector = ConnectorId::new(row.get::<_, String>(1)?);
        let title = row.get(2)?;
        Ok((row.get(0)?, UsedBy { connector, title }))
    })?;
    for (entry, user) in found {
        users.entry(entry).or_default().push(user);
    }
    Ok(users)
}

#[cfg(test)]
mod tests {
    use patchbay_model::{Authentication, Connector};

    use super::*;
    use crate::samples::{at, connector, store, wallet_entry};

    #[tokio::test]
    async fn names_are_unique() {
        let (_home, store) = store().await;
        let entry = wallet_entry("w1", "GitHub");
        store.save_wallet_entry(&entry).await.unwrap();
        let refused = store
            .save_wallet_entry(&wallet_entry("w2", "GitHub"))
            .await
            .unwrap_err();
        assert!(matches!(refused, Error::NameTaken { name } if name == "GitHub"));
        assert!(store.remove_wallet_entry(&entry.id).await.unwrap());
        assert!(!store.remove_wallet_entry(&entry.id).await.unwrap());
        assert_eq!(store.list_wallet().await.unwrap(), []);
    }

    #[tokio::test]
    async fn names_are_chosen_among_those_that_are_free() {
        let (_home, store) = store().await;
        let add = |id: &'static str| {
            let number = move |taken: &HashSet<String>| format!("GitHub {}", taken.len());
            store.add_wallet_entry(wallet_entry(id, "GitHub"), number)
        };
        let (one, two) = tokio::join!(add("w1"), add("w2"));
        let mut names = [one.unwrap().name, two.unwrap().name];
        names.sort();
        assert_eq!(names, ["GitHub 0", "GitHub 1"]);
        let insists = |_: &HashSet<String>| "GitHub 0".to_owned();
        let refused = store.add_wallet_entry(wallet_entry("w3", "GitHub"), insists);
        assert!(matches!(refused.await, Err(Error::NameTaken { .. })));
        assert_eq!(store.list_wallet().await.unwrap().len(), 2);
    }

    #[tokio::test]
    async fn an_entry_lists_the_connectors_that_use_it() {
        let (_home, store) = store().await;
        let [tokens, app] = [wallet_entry("w1", "Tokens"), wallet_entry("w2", "app")];
        for entry in [&tokens, &app] {
            store.save_wallet_entry(entry).await.unwrap();
        }
        let connector_with = |authentication, id| Connector {
            authentication,
            ..connector(id, id)
        };
        let oauth = Authentication::oauth(Some(app.id.clone()), Some(tokens.id.clone()));
        let bearer = Authentication::Bearer {
            entry: tokens.id.clone(),
        };
        for connector in [
            connector_with(oauth, "b"),
            connector_with(bearer.clone(), "a"),
            connector_with(bearer, "removed"),
            connector("without", "without"),
        ] {
            store.save_connector(&connector).await.unwrap();
        }
        store
            .remove_connector(&ConnectorId::new("removed"))
            .await
            .unwrap();

        let wallet = store.list_wallet().await.unwrap();
        let users: Vec<Vec<&str>> = wallet
            .iter()
            .map(|entry| {
                entry
                    .used_by
                    .iter()
                    .map(|user| user.title.as_str())
                    .collect()
            })
            .collect();
        assert_eq!(
            users,
            [vec!["Title of b"], vec!["Title of a", "Title of b"]]
        );
        let found = store.find_wallet_entry(&tokens.id).await.unwrap().unwrap();
        assert_eq!(found.used_by, wallet[1].used_by);

        // `used_by` of the caller is not saved.
        store.save_wallet_entry(&found).await.unwrap();
        store
            .remove_connector(&ConnectorId::new("a"))
            .await
            .unwrap();
        let found = store.find_wallet_entry(&tokens.id).await.unwrap().unwrap();
        assert_eq!(found.used_by.len(), 1);
    }

    #[tokio::test]
    async fn concurrent_changes_are_both_kept_and_restore_nothing() {
        let (_home, store) = store().await;
        let entry = wallet_entry("w1", "GitHub");
        store.save_wallet_entry(&entry).await.unwrap();
        let rename = |known: &mut WalletEntry| known.name = "Forge".to_owned();
        let replace = |known: &mut WalletEntry| known.replaced_at = at(7);
        let (renamed, replaced) = tokio::join!(
            store.change_wallet_entry(&entry.id, rename),
            store.change_wallet_entry(&entry.id, replace)
        );
        assert!(renamed.unwrap().is_some() && replaced.unwrap().is_some());
        let both = WalletEntry {
            name: "Forge".to_owned(),
            replaced_at: at(7),
            ..entry.clone()
        };
        assert_eq!(
            store.find_wallet_entry(&entry.id).await.unwrap(),
            Some(both)
        );

        store.remove_wallet_entry(&entry.id).await.unwrap();
        let gone = store.change_wallet_entry(&entry.id, replace).await.unwrap();
        assert_eq!(gone, None);
        assert_eq!(store.list_wallet().await.unwrap(), []);
    }

    #[tokio::test]
    async fn touching_records_the_time_and_nothing_else() {
        let (_home, store) = store().await;
        let entry = wallet_entry("w1", "GitHub");
        store.save_wallet_entry(&entry).await.unwrap();
        assert!(store.touch_wallet_entry(&entry.id, at(7)).await.unwrap());
        let touched = WalletEntry {
            last_used_at: Some(at(7)),
            ..entry.clone()
        };
        assert_eq!(
            store.find_wallet_entry(&entry.id).await.unwrap(),
            Some(touched)
        );
        assert!(
            !store
                .touch_wallet_entry(&WalletEntryId::new("none"), at(7))
                .await
                .unwrap()
        );
    }
}
