//! Accounts: sign-ins to platforms, and "This computer", which always exists.

use std::collections::HashSet;

use patchbay_model::{Account, AccountId};
use rusqlite::Transaction;

use crate::migrations::Migration;
use crate::row::{execute, find_body, list_bodies, list_names, to_body};
use crate::{Error, Store};

const TABLE: &str = "accounts";

pub(crate) const MIGRATIONS: &[Migration] = &[Migration {
    version: 1,
    older_may_use: false,
    sql: "
        CREATE TABLE accounts (
            id TEXT PRIMARY KEY,
            label TEXT NOT NULL UNIQUE,
            body TEXT NOT NULL
        ) STRICT;
        INSERT INTO accounts (id, label, body)
        VALUES ('local', 'This computer', json_object(
            'id', 'local', 'platform', 'local', 'label', 'This computer', 'baseUrl', NULL,
            'createdAt', strftime('%Y-%m-%dT%H:%M:%SZ', 'now')
        ));
    ",
}];

impl Store {
    /// Returns all accounts: "This computer" first, the others by label.
    pub async fn list_accounts(&self) -> Result<Vec<Account>, Error> {
        self.read(list).await
    }

    pub async fn find_account(&self, id: &AccountId) -> Result<Option<Account>, Error> {
        let id = id.to_string();
        self.read(move |tx| find(tx, &id)).await
    }

    /// Adds an account, and returns it with the label that `label` makes, given those that are taken. All happens in
    /// one transaction.
    ///
    /// # Errors
    /// As for [`Store::save_account`].
    pub async fn add_account(
        &self,
        mut account: Account,
        label: impl FnOnce(&HashSet<String>) -> String + Send + 'static,
    ) -> Result<Account, Error> {
        self.write(move |tx| {
            account.label = label(&list_names(tx, "SELECT label FROM accounts", [])?);
            save(tx, &account)?;
            Ok(account)
        })
        .await
    }

    /// Inserts the account, or replaces the one with the same id.
    ///
    /// # Errors
    /// [`Error::NameTaken`] when another account has its label.
    pub async fn save_account(&self, account: &Account) -> Result<(), Error> {
        let account = account.clone();
        self.write(move |tx| save(tx, &account)).await
    }

    /// Reads and changes an account in one transaction, so that concurrent changes are kept. Returns the changed
    /// account; `None` when it does not exist.
    ///
    /// # Errors
    /// As for [`Store::save_account`].
    pub async fn change_account(
        &self,
        id: &AccountId,
        change: impl FnOnce(&mut Account) + Send + 'static,
    ) -> Result<Option<Account>, Error> {
        let id = id.to_string();
        self.write(move |tx| {
            let Some(mut account) = find(tx, &id)? else {
                return Ok(None);
            };
            change(&mut account);
            save(tx, &account)?;
            Ok(Some(account))
        })
        .await
    }

    /// Removes the account for good, with its connectors and their tools. Returns whether it existed. "This computer"
    /// is never removed.
    pub async fn remove_account(&self, id: &AccountId) -> Result<bool, Error> {
        if *id == AccountId::local() {
            return Ok(false);
        }
        self.change_rows("DELETE FROM accounts WHERE id = ?1", [id.to_string()])
            .await
    }
}

fn find(tx: &Transaction<'_>, id: &str) -> Result<Option<Account>, Error> {
    find_body(tx, TABLE, "SELECT body FROM accounts WHERE id = ?1", [id])
}

fn save(tx: &Transaction<'_>, account: &Account) -> Result<(), Error> {
    execute(
        tx,
        "INSERT INTO accounts (id, label, body) VALUES (?1, ?2, ?3)
         ON CONFLICT (id) DO UPDATE SET label = excluded.label, body = excluded.body",
        (
            account.id.as_str(),
            &account.label,
            to_body(TABLE, account)?,
        ),
    )
    .map_err(|error| Error::or_name_taken(error, &account.label))?;
    Ok(())
}

pub(crate) fn list(tx: &Transaction<'_>) -> Result<Vec<Account>, Error> {
    let mut accounts: Vec<Account> = list_bodies(tx, TABLE, "SELECT body FROM accounts", [])?;
    let local = AccountId::local();
    accounts.sort_by_cached_key(|account| (account.id != local, account.label.to_lowercase()));
    Ok(accounts)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{account, connector, store};

    #[tokio::test]
    async fn this_computer_is_listed_first_and_cannot_be_removed() {
        let (_home, store) = store().await;
        store.save_account(&account("a1", "Ada")).await.unwrap();
        assert!(!store.remove_account(&AccountId::local()).await.unwrap());
        let labels: Vec<String> = store
            .list_accounts()
            .await
            .unwrap()
            .into_iter()
            .map(|account| account.label)
            .collect();
        assert_eq!(labels, ["This computer", "Ada"]);
    }

    #[tokio::test]
    async fn labels_are_unique() {
        let (_home, store) = store().await;
        let ada = account("a1", "Ada");
        store.save_account(&ada).await.unwrap();
        store.save_account(&ada).await.unwrap();
        let refused = store.save_account(&account("a2", "Ada")).await.unwrap_err();
        assert!(matches!(refused, Error::NameTaken { name } if name == "Ada"));
        assert_eq!(store.find_account(&ada.id).await.unwrap(), Some(ada));
    }

    #[tokio::test]
    async fn concurrent_changes_are_both_kept_and_restore_nothing() {
        let (_home, store) = store().await;
        let ada = account("a1", "Ada");
        store.save_account(&ada).await.unwrap();
        let relabel = |known: &mut Account| known.label = "Ada L.".to_owned();
        let sign_out = |known: &mut Account| known.is_signed_out = true;
        let (relabelled, signed_out) = tokio::join!(
            store.change_account(&ada.id, relabel),
            store.change_account(&ada.id, sign_out)
        );
        assert!(relabelled.unwrap().is_some() && signed_out.unwrap().is_some());
        let both = Account {
            label: "Ada L.".to_owned(),
            is_signed_out: true,
            ..ada.clone()
        };
        assert_eq!(store.find_account(&ada.id).await.unwrap(), Some(both));

        store.remove_account(&ada.id).await.unwrap();
        let gone = store.change_account(&ada.id, relabel).await.unwrap();
        assert_eq!(gone, None);
        assert_eq!(store.find_account(&ada.id).await.unwrap(), None);
    }

    #[tokio::test]
    async fn connectors_go_with_their_account() {
        let (_home, store) = store().await;
        let ada = account("a1", "Ada");
        store.save_account(&ada).await.unwrap();
        let mut theirs = connector("c1", "theirs");
        theirs.account = ada.id.clone();
        store.save_connector(&theirs).await.unwrap();
        assert!(store.remove_account(&ada.id).await.unwrap());
        assert_eq!(store.find_connector(&theirs.id).await.unwrap(), None);
        let refused = store.save_connector(&theirs).await.unwrap_err();
        assert!(matches!(refused, Error::NoAccount { account } if account == ada.id));
    }
}
