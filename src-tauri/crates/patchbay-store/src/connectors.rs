//! Connectors. A removed one is kept for a while, so that removing it can be undone.

use std::collections::{HashMap, HashSet};

use patchbay_model::{AccountId, Connector, ConnectorId, RemoteId, Timestamp, WalletEntryId};
use rusqlite::{Transaction, ffi, params};

use crate::error::extended_code;
use crate::migrations::Migration;
use crate::row::{self, execute, find_body, list_bodies, list_names, to_body};
use crate::{Error, Store};

const TABLE: &str = "connectors";

pub(crate) const MIGRATIONS: &[Migration] = &[Migration {
    version: 1,
    older_may_use: false,
    sql: "
        CREATE TABLE connectors (
            id TEXT PRIMARY KEY,
            account TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
            name TEXT NOT NULL,
            title TEXT NOT NULL,
            -- Ids of the wallet entries it signs in with: a token or header, and an OAuth app.
            wallet_entry TEXT,
            wallet_client TEXT,
            -- Milliseconds since 1970.
            tools_listed_at INTEGER,
            removed_at INTEGER,
            body TEXT NOT NULL
        ) STRICT;
        CREATE UNIQUE INDEX connectors_name ON connectors (account, name) WHERE removed_at IS NULL;
    ",
}];

/// A connector before and after a [change](Store::change_connector), which may have left it as it was.
#[derive(Clone, Debug)]
pub struct Changed {
    pub before: Connector,
    pub after: Connector,
}

impl Store {
    /// Returns the connectors of all accounts by title, then by age, without removed ones.
    pub async fn list_connectors(&self) -> Result<Vec<Connector>, Error> {
        self.read(list).await
    }

    /// Returns the connectors of one account by title, then by age, without removed ones.
    pub async fn list_connectors_of(&self, account: &AccountId) -> Result<Vec<Connector>, Error> {
        let account = account.to_string();
        self.read(move |tx| Ok(sort(list_of(tx, &account)?))).await
    }

    /// Returns the connector, unless it does not exist or was removed.
    pub async fn find_connector(&self, id: &ConnectorId) -> Result<Option<Connector>, Error> {
        let id = id.to_string();
        self.read(move |tx| find(tx, &id)).await
    }

    /// Adds a connector, and returns it with the name that `name` makes, given those of all accounts. All happens in one
    /// transaction.
    ///
    /// # Errors
    /// As for [`Store::save_connector`].
    pub async fn add_connector(
        &self,
        mut connector: Connector,
        name: impl FnOnce(&HashSet<String>) -> String + Send + 'static,
    ) -> Result<Connector, Error> {
        self.write(move |tx| {
            let sql = "SELECT name FROM connectors WHERE removed_at IS NULL";
            connector.name = name(&list_names(tx, sql, [])?);
            save(tx, &connector)?;
            Ok(connector)
        })
        .await
    }

    /// Inserts the connector, or replaces the one with the same id. A removed one stays removed: work that was in
    /// progress when it was removed does not bring it back.
    ///
    /// # Errors
    /// [`Error::NameTaken`] when its account has another connector of that name; [`Error::NoAccount`].
    pub async fn save_connector(&self, connector: &Connector) -> Result<(), Error> {
        let connector = connector.clone();
        self.write(move |tx| save(tx, &connector)).await
    }

    /// Adds connectors that a platform lists. One whose account has another of the same remote id is not added, as
    /// another process may have added it meanwhile. Others get a name that `free_name` makes from their own and from
    /// those that are taken. All happens in one transaction. Returns the connectors in the order given, and in place of
    /// those not added the ones that are there.
    ///
    /// # Errors
    /// [`Error::NoAccount`].
    pub async fn add_remote_connectors(
        &self,
        account: &AccountId,
        connectors: Vec<Connector>,
        free_name: impl Fn(&str, &HashSet<String>) -> String + Send + 'static,
    ) -> Result<Vec<Connector>, Error> {
        let account = account.to_string();
        self.write(move |tx| {
            let known = list_of(tx, &account)?.into_iter();
            let mut known: HashMap<RemoteId, Connector> = known
                .filter_map(|one| Some((one.remote_id.clone()?, one)))
                .collect();
            let sql = "SELECT name FROM connectors WHERE account = ?1 AND removed_at IS NULL";
            let mut names = list_names(tx, sql, [&account])?;
            let mut rows = Vec::with_capacity(connectors.len());
            for mut connector in connectors {
                let id = connector.remote_id.clone();
                if let Some(one) = id.as_ref().and_then(|id| known.get(id)) {
                    rows.push(one.clone());
                    continue;
                }
                connector.name = free_name(&connector.name, &names);
                save(tx, &connector)?;
                names.insert(connector.name.clone());
                if let Some(id) = id {
                    known.insert(id, connector.clone());
                }
                rows.push(connector);
            }
            Ok(rows)
        })
        .await
    }

    /// Reads and changes a connector in one transaction, so that concurrent changes are kept, also those of other
    /// processes. Returns `None` when it does not exist.
    ///
    /// # Errors
    /// As for [`Store::save_connector`].
    pub async fn change_connector(
        &self,
        id: &ConnectorId,
        change: impl FnOnce(&mut Connector) + Send + 'static,
    ) -> Result<Option<Changed>, Error> {
        let id = id.to_string();
        self.write(move |tx| {
            let Some(before) = find(tx, &id)? else {
                return Ok(None);
            };
            let mut after = before.clone();
            change(&mut after);
            if after != before {
                save(tx, &after)?;
            }
            Ok(Some(Changed { before, after }))
        })
        .await
    }

    /// Removes the connector; [`Store::restore_connector`] can undo it until [`Store::purge_removed`]. Returns whether
    /// it existed.
    pub async fn remove_connector(&self, id: &ConnectorId) -> Result<bool, Error> {
        let sql = "UPDATE connectors SET removed_at = CAST(unixepoch('subsec') * 1000 AS INTEGER)
                   WHERE id = ?1 AND removed_at IS NULL";
        self.change_rows(sql, [id.to_string()]).await
    }

    /// Restores a removed connector and its tools, with the name that `free_name` makes from its own and from those
    /// that are taken in its account. Returns whether there was one to restore.
    ///
    /// # Errors
    /// [`Error::NameTaken`] when another connector has that name.
    pub async fn restore_connector(
        &self,
        id: &ConnectorId,
        free_name: impl FnOnce(String, &HashSet<String>) -> String + Send + 'static,
    ) -> Result<bool, Error> {
        let id = id.to_string();
        self.write(move |tx| {
            // Also of rows that cannot be read.
            let sql = "SELECT name FROM connectors WHERE id = ?1 AND removed_at IS NOT NULL";
            let Some(name) = row::find::<String>(tx, sql, [&id])? else {
                return Ok(false);
            };
            let sql = "SELECT name FROM connectors WHERE removed_at IS NULL
                       AND account = (SELECT account FROM connectors WHERE id = ?1)";
            let name = free_name(name, &list_names(tx, sql, [&id])?);
            let sql = "UPDATE connectors
                       SET removed_at = NULL, name = ?2, body = json_set(body, '$.name', ?2)
                       WHERE id = ?1";
            execute(tx, sql, [&id, &name]).map_err(|error| Error::or_name_taken(error, &name))?;
            Ok(true)
        })
        .await
    }

    /// Returns the connectors that were removed before `before`.
    pub async fn list_removed(&self, before: Timestamp) -> Result<Vec<Connector>, Error> {
        let sql = "SELECT body FROM connectors WHERE removed_at < ?1";
        self.read(move |tx| list_bodies(tx, TABLE, sql, [before.unix_millis()]))
            .await
    }

    /// Deletes the connectors that were removed before `before`, with their tools, except `kept`. Returns them, so that
    /// their secrets can be deleted too.
    pub async fn purge_removed(
        &self,
        before: Timestamp,
        kept: &[ConnectorId],
    ) -> Result<Vec<Connector>, Error> {
        let sql = "DELETE FROM connectors
                   WHERE removed_at < ?1 AND id NOT IN (SELECT value FROM json_each(?2))
                   RETURNING body";
        let kept = serde_json::json!(kept).to_string();
        self.write(move |tx| list_bodies(tx, TABLE, sql, params![before.unix_millis(), kept]))
            .await
    }
}

/// Sorts by title, then by age.
pub(crate) fn sort(mut connectors: Vec<Connector>) -> Vec<Connector> {
    connectors.sort_by_cached_key(|connector| {
        let id = connector.id.clone();
        (connector.title.to_lowercase(), connector.created_at, id)
    });
    connectors
}

pub(crate) fn list(tx: &Transaction<'_>) -> Result<Vec<Connector>, Error> {
    let sql = "SELECT body FROM connectors WHERE removed_at IS NULL";
    Ok(sort(list_bodies(tx, TABLE, sql, [])?))
}

fn list_of(tx: &Transaction<'_>, account: &str) -> Result<Vec<Connector>, Error> {
    let sql = "SELECT body FROM connectors WHERE account = ?1 AND removed_at IS NULL";
    list_bodies(tx, TABLE, sql, [account])
}

fn find(tx: &Transaction<'_>, id: &str) -> Result<Option<Connector>, Error> {
    let sql = "SELECT body FROM connectors WHERE id = ?1 AND removed_at IS NULL";
    find_body(tx, TABLE, sql, [id])
}

fn save(tx: &Transaction<'_>, connector: &Connector) -> Result<(), Error> {
    let authentication = &connector.authentication;
    execute(
        tx,
        "INSERT INTO connectors (id, account, name, title, wallet_entry, wallet_client, body)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
         ON CONFLICT (id) DO UPDATE SET
             account = excluded.account, name = excluded.name, title = excluded.title,
             wallet_entry = excluded.wallet_entry, wallet_client = excluded.wallet_client,
             body = excluded.body",
        (
            connector.id.as_str(),
            connector.account.as_str(),
            &connector.name,
            &connector.title,
            authentication.entry().map(WalletEntryId::as_str),
            authentication.app().map(WalletEntryId::as_str),
            to_body(TABLE, connector)?,
        ),
    )
    .map_err(|error| match extended_code(&error) {
        Some(ffi::SQLITE_CONSTRAINT_FOREIGNKEY) => Error::NoAccount {
            account: connector.account.clone(),
        },
        _ => Error::or_name_taken(error, &connector.name),
    })?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::samples::{account, at, connector, replace_tools, save_connector, store, tool};

    /// Later than any removal in these tests.
    fn far_ahead() -> Timestamp {
        at(0) + Duration::from_secs(3600 * 24 * 365 * 1000)
    }

    #[tokio::test]
    async fn a_connector_is_read_as_it_was_saved() {
        let (_home, store) = store().await;
        let mut saved = save_connector(&store, "c1", "github").await;
        saved.favourite = true;
        store.save_connector(&saved).await.unwrap();
        assert_eq!(
            store.find_connector(&saved.id).await.unwrap(),
            Some(saved.clone())
        );
        assert_eq!(store.list_connectors().await.unwrap(), [saved]);
    }

    #[tokio::test]
    async fn concurrent_changes_are_both_kept() {
        let (_home, store) = store().await;
        let saved = save_connector(&store, "c1", "github").await;
        let tag = |tag: &'static str| {
            store.change_connector(&saved.id, move |known| known.tags.push(tag.to_owned()))
        };
        let (first, second) = tokio::join!(tag("a"), tag("b"));
        assert!(first.unwrap().is_some() && second.unwrap().is_some());
        let known = store.find_connector(&saved.id).await.unwrap().unwrap();
        assert_eq!(known.tags.len(), saved.tags.len() + 2);
        store.remove_connector(&saved.id).await.unwrap();
        assert!(tag("c").await.unwrap().is_none());
    }

    #[tokio::test]
    async fn two_lists_of_a_platform_at_the_same_time_add_each_connector_once() {
        let (_home, store) = store().await;
        let listed = |ids: [&str; 2]| {
            let row = |id: &str| Connector {
                remote_id: Some(RemoteId::new(id)),
                ..connector(&format!("{id} of {ids:?}"), "wiki")
            };
            ids.map(row).to_vec()
        };
        let numbered = |name: &str, taken: &HashSet<String>| {
            let mut names = std::iter::once(name.to_owned())
                .chain((2..).map(|number| format!("{name}-{number}")));
            names.find(|name| !taken.contains(name)).unwrap()
        };
        let local = AccountId::local();
        let (first, second) = tokio::join!(
            store.add_remote_connectors(&local, listed(["r1", "r2"]), numbered),
            store.add_remote_connectors(&local, listed(["r2", "r1"]), numbered),
        );
        let (first, mut second) = (first.unwrap(), second.unwrap());
        second.reverse();
        assert_eq!(first, second);
        let rows = store.list_connectors_of(&local).await.unwrap();
        let mut names: Vec<_> = rows.iter().map(|one| one.name.as_str()).collect();
        names.sort_unstable();
        assert_eq!(names, ["wiki", "wiki-2"]);
    }

    #[tokio::test]
    async fn lists_go_by_title_then_age() {
        let (_home, store) = store().await;
        for (id, title, seconds) in [
            ("c1", "beta", 0),
            ("c2", "Älter", 0),
            ("c3", "Alpha", 9),
            ("c4", "alpha", 1),
        ] {
            let connector = Connector {
                title: title.into(),
                created_at: at(seconds),
                ..connector(id, id)
            };
            store.save_connector(&connector).await.unwrap();
        }
        let listed = store.list_connectors().await.unwrap();
        let ids: Vec<&str> = listed
            .iter()
            .map(|connector| connector.id.as_str())
            .collect();
        assert_eq!(ids, ["c4", "c3", "c1", "c2"]);
    }

    #[tokio::test]
    async fn names_are_unique_in_an_account() {
        let (_home, store) = store().await;
        save_connector(&store, "c1", "github").await;
        let refused = store
            .save_connector(&connector("c2", "github"))
            .await
            .unwrap_err();
        assert!(matches!(refused, Error::NameTaken { name } if name == "github"));
        let ada = account("a1", "Ada");
        store.save_account(&ada).await.unwrap();
        let elsewhere = Connector {
            account: ada.id,
            ..connector("c2", "github")
        };
        store.save_connector(&elsewhere).await.unwrap();
    }

    #[tokio::test]
    async fn saving_keeps_tools() {
        let (_home, store) = store().await;
        let saved = save_connector(&store, "c1", "github").await;
        replace_tools(&store, &saved.id, &[tool("a")], 0).await;
        store.save_connector(&saved).await.unwrap();
        assert_eq!(store.list_tools(Some(&saved.id)).await.unwrap().len(), 1);
    }

    fn own_name(name: String, _: &HashSet<String>) -> String {
        name
    }

    #[tokio::test]
    async fn removal_can_be_undone() {
        let (_home, store) = store().await;
        let saved = save_connector(&store, "c1", "github").await;
        replace_tools(&store, &saved.id, &[tool("a")], 0).await;

        assert!(store.remove_connector(&saved.id).await.unwrap());
        assert!(!store.remove_connector(&saved.id).await.unwrap());
        // A check that was in progress when the connector was removed.
        store.save_connector(&saved).await.unwrap();
        assert_eq!(store.find_connector(&saved.id).await.unwrap(), None);
        assert_eq!(store.list_connectors().await.unwrap(), []);
        assert_eq!(store.list_tools(None).await.unwrap(), []);
        assert_eq!(store.find_tool(&saved.id, "a").await.unwrap(), None);

        assert!(store.restore_connector(&saved.id, own_name).await.unwrap());
        assert!(!store.restore_connector(&saved.id, own_name).await.unwrap());
        assert_eq!(
            store.find_connector(&saved.id).await.unwrap(),
            Some(saved.clone())
        );
        assert_eq!(
            store.find_tool(&saved.id, "a").await.unwrap(),
            Some(tool("a"))
        );
    }

    #[tokio::test]
    async fn restoring_fails_when_the_name_was_taken_meanwhile() {
        let (_home, store) = store().await;
        let old = save_connector(&store, "c1", "github").await;
        store.remove_connector(&old.id).await.unwrap();
        save_connector(&store, "c2", "github").await;
        let refused = store
            .restore_connector(&old.id, own_name)
            .await
            .unwrap_err();
        assert!(matches!(refused, Error::NameTaken { name } if name == "github"));
    }

    #[tokio::test]
    async fn purging_deletes_connectors_removed_before() {
        let (_home, store) = store().await;
        let (gone, kept) = (connector("c1", "gone"), connector("c2", "kept"));
        for connector in [&gone, &kept] {
            store.save_connector(connector).await.unwrap();
            replace_tools(&store, &connector.id, &[tool("a")], 0).await;
        }
        store.remove_connector(&gone.id).await.unwrap();
        let long_ago = Timestamp::from_unix_millis(0).unwrap();
        let gone_only = std::slice::from_ref(&gone);
        assert_eq!(store.purge_removed(long_ago, &[]).await.unwrap(), []);
        assert_eq!(store.list_removed(long_ago).await.unwrap(), []);
        assert_eq!(store.list_removed(far_ahead()).await.unwrap(), gone_only);
        let left = [gone.id.clone()];
        assert_eq!(store.purge_removed(far_ahead(), &left).await.unwrap(), []);
        assert_eq!(
            store.purge_removed(far_ahead(), &[]).await.unwrap(),
            gone_only
        );
        assert!(!store.restore_connector(&gone.id, own_name).await.unwrap());
        assert_eq!(
            store.list_tools(None).await.unwrap(),
            [(kept.id, tool("a"))]
        );
        assert!(!replace_tools(&store, &gone.id, &[tool("a")], 1).await);
    }

    #[tokio::test]
    async fn rows_of_newer_programs_are_left_out_of_lists() {
        let (_home, store) = store().await;
        for id in ["c1", "c2"] {
            save_connector(&store, id, id).await;
        }
        let sql =
            "UPDATE connectors SET body = json_set(body, '$.visibility', 'galaxy') WHERE id = 'c1'";
        store.write(|tx| Ok(tx.execute(sql, [])?)).await.unwrap();
        let listed = store.list_connectors().await.unwrap();
        assert_eq!(listed, [connector("c2", "c2")]);
        let error = store
            .find_connector(&ConnectorId::new("c1"))
            .await
            .unwrap_err();
        assert!(matches!(
            error,
            Error::Row {
                table: "connectors",
                ..
            }
        ));
    }

    #[tokio::test]
    async fn the_connectors_of_one_account_are_listed() {
        let (_home, store) = store().await;
        let ada = account("a1", "Ada");
        store.save_account(&ada).await.unwrap();
        let hers = Connector {
            account: ada.id.clone(),
            ..connector("c1", "hers")
        };
        store.save_connector(&hers).await.unwrap();
        save_connector(&store, "c2", "other").await;
        assert_eq!(store.list_connectors_of(&ada.id).await.unwrap(), [hers]);
    }
}
