//! What is known about the entries of the wallet; their secrets lie in the vault.

use std::collections::HashMap;

use patchbay_model::{ConnectorId, Timestamp, UsedBy, WalletEntry, WalletEntryId};
use rusqlite::{OptionalExtension, Transaction};

use crate::migrations::Migration;
use crate::row::{from_body, parse_row, to_body};
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
    /// The whole wallet by name, each entry with the connectors that use it.
    ///
    /// # Errors
    /// [`Error::Failed`].
    pub async fn list_wallet(&self) -> Result<Vec<WalletEntry>, Error> {
        self.read(list).await
    }

    /// The entry with the connectors that use it, if it is there.
    ///
    /// # Errors
    /// [`Error::Failed`], [`Error::Row`].
    pub async fn find_wallet_entry(
        &self,
        id: &WalletEntryId,
    ) -> Result<Option<WalletEntry>, Error> {
        let id = id.to_string();
        self.read(move |tx| find(tx, &id)).await
    }

    /// Adds the entry or puts it in place of the one with its id; its `used_by` is not kept.
    ///
    /// # Errors
    /// [`Error::NameTaken`] when another entry has its name; [`Error::Failed`], [`Error::Row`].
    pub async fn save_wallet_entry(&self, entry: &WalletEntry) -> Result<(), Error> {
        let entry = entry.clone();
        self.write(move |tx| save(tx, &entry)).await
    }

    /// Changes an entry in one step with reading it, so that nothing is lost that others change meanwhile
    /// and one that was removed stays removed; how it is then, `None` when it is not there.
    ///
    /// # Errors
    /// Those of [`Store::save_wallet_entry`].
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

    /// Removes what is known about the entry; `false` when it was not there.
    ///
    /// # Errors
    /// [`Error::Failed`].
    pub async fn remove_wallet_entry(&self, id: &WalletEntryId) -> Result<bool, Error> {
        let id = id.to_string();
        self.write(move |tx| {
            let removed = tx
                .prepare_cached("DELETE FROM wallet_entries WHERE id = ?1")?
                .execute([&id])?;
            Ok(removed > 0)
        })
        .await
    }

    /// Notes that the entry was sent at that instant; `false` when it is not there.
    ///
    /// # Errors
    /// [`Error::Failed`], [`Error::Row`].
    pub async fn touch_wallet_entry(
        &self,
        id: &WalletEntryId,
        at: Timestamp,
    ) -> Result<bool, Error> {
        let id = id.to_string();
        self.write(move |tx| {
            let touched = tx
                .prepare_cached(
                    "UPDATE wallet_entries SET body = json_set(body, '$.lastUsedAt', json(?2))
                     WHERE id = ?1",
                )?
                .execute((&id, to_body(TABLE, &at)?))?;
            Ok(touched > 0)
        })
        .await
    }
}

fn save(tx: &Transaction<'_>, entry: &WalletEntry) -> Result<(), Error> {
    let kept = WalletEntry {
        used_by: Vec::new(),
        ..entry.clone()
    };
    tx.prepare_cached(
        "INSERT INTO wallet_entries (id, name, issuer, resource, body) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (id) DO UPDATE SET
             name = excluded.name, issuer = excluded.issuer, resource = excluded.resource,
             body = excluded.body",
    )?
    .execute((
        entry.id.as_str(),
        &entry.name,
        &entry.issuer,
        &entry.resource,
        to_body(TABLE, &kept)?,
    ))
    .map_err(|error| Error::or_name_taken(error, &entry.name))?;
    Ok(())
}

fn list(tx: &Transaction<'_>) -> Result<Vec<WalletEntry>, Error> {
    let mut users = users(tx)?;
    let mut entries: Vec<WalletEntry> = tx
        .prepare_cached("SELECT body FROM wallet_entries")?
        .query_map([], |row| row.get::<_, String>(0))?
        .filter_map(|body| body.map(|body| parse_row(TABLE, &body)).transpose())
        .collect::<Result<_, _>>()?;
    for entry in &mut entries {
        entry.used_by = users.remove(entry.id.as_str()).unwrap_or_default();
    }
    entries.sort_by_cached_key(|entry| entry.name.to_lowercase());
    Ok(entries)
}

fn find(tx: &Transaction<'_>, id: &str) -> Result<Option<WalletEntry>, Error> {
    let body: Option<String> = tx
        .prepare_cached("SELECT body FROM wallet_entries WHERE id = ?1")?
        .query_row([id], |row| row.get(0))
        .optional()?;
    let Some(body) = body else {
        return Ok(None);
    };
    let mut entry: WalletEntry = from_body(TABLE, &body)?;
    entry.used_by = users(tx)?.remove(entry.id.as_str()).unwrap_or_default();
    Ok(Some(entry))
}

/// Who uses which entry, by its id; removed connectors use nothing.
fn users(tx: &Transaction<'_>) -> Result<HashMap<String, Vec<UsedBy>>, Error> {
    let mut statement = tx.prepare_cached(
        "SELECT wallet_entry AS entry, id, title FROM connectors
         WHERE removed_at IS NULL AND wallet_entry IS NOT NULL
         UNION
         SELECT wallet_client, id, title FROM connectors
         WHERE removed_at IS NULL AND wallet_client IS NOT NULL
         UNION
         SELECT placements.wallet_entry, id, title FROM placements
         JOIN connectors ON connectors.id = placements.connector
         WHERE removed_at IS NULL
         ORDER BY title COLLATE NOCASE, id",
    )?;
    let mut rows = statement.query([])?;
    let mut users: HashMap<String, Vec<UsedBy>> = HashMap::new();
    while let Some(row) = rows.next()? {
        let user = UsedBy {
            connector: ConnectorId::new(row.get::<_, String>(1)?),
            title: row.get(2)?,
        };
        users.entry(row.get(0)?).or_default().push(user);
    }
    Ok(users)
}

#[cfg(test)]
mod tests {
    use patchbay_model::{Authentication, Connector, OauthGrant, Redirect};

    use super::*;
    use crate::samples::{at, connector, store, wallet_entry};

    #[tokio::test]
    async fn names_are_taken_once() {
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
    async fn an_entry_knows_the_connectors_that_are_there_and_use_it() {
        let (_home, store) = store().await;
        let [tokens, app] = [wallet_entry("w1", "Tokens"), wallet_entry("w2", "app")];
        for entry in [&tokens, &app] {
            store.save_wallet_entry(entry).await.unwrap();
        }
        let signs_in = |authentication, id| Connector {
            authentication,
            ..connector(id, id)
        };
        let oauth = Authentication::Oauth {
            client: Some(app.id.clone()),
            entry: Some(tokens.id.clone()),
            callback_port: None,
            callback_host: None,
            redirect: Redirect::Loopback,
            scopes: Vec::new(),
            grant: OauthGrant::AuthorizationCode,
        };
        let bearer = Authentication::Bearer {
            entry: tokens.id.clone(),
        };
        for connector in [
            signs_in(oauth, "b"),
            signs_in(bearer.clone(), "a"),
            signs_in(bearer, "removed"),
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

        // What the caller thinks of its users is not kept.
        store.save_wallet_entry(&found).await.unwrap();
        store
            .remove_connector(&ConnectorId::new("a"))
            .await
            .unwrap();
        let found = store.find_wallet_entry(&tokens.id).await.unwrap().unwrap();
        assert_eq!(found.used_by.len(), 1);
    }

    #[tokio::test]
    async fn a_change_is_made_to_what_there_is_then_and_brings_nothing_back() {
        let (_home, store) = store().await;
        let entry = wallet_entry("w1", "GitHub");
        store.save_wallet_entry(&entry).await.unwrap();
        let rename = |known: &mut WalletEntry| known.name = "Forge".to_owned();
        let renew = |known: &mut WalletEntry| known.replaced_at = at(7);
        let (renamed, renewed) = tokio::join!(
            store.change_wallet_entry(&entry.id, rename),
            store.change_wallet_entry(&entry.id, renew)
        );
        assert!(renamed.unwrap().is_some() && renewed.unwrap().is_some());
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
        let gone = store.change_wallet_entry(&entry.id, renew).await.unwrap();
        assert_eq!(gone, None);
        assert_eq!(store.list_wallet().await.unwrap(), []);
    }

    #[tokio::test]
    async fn touching_notes_the_time_and_nothing_else() {
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
