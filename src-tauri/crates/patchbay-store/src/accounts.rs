//! Accounts: sign-ins to platforms, and "This computer", which is always there.

use patchbay_model::{Account, AccountId};
use rusqlite::OptionalExtension;

use crate::migrations::Migration;
use crate::row::{from_body, listed, to_body};
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
    /// All accounts: "This computer" first, the others by label.
    ///
    /// # Errors
    /// [`Error::Failed`].
    pub async fn list_accounts(&self) -> Result<Vec<Account>, Error> {
        self.read(|tx| {
            let mut accounts: Vec<Account> = tx
                .prepare_cached("SELECT body FROM accounts")?
                .query_map([], |row| row.get::<_, String>(0))?
                .filter_map(|body| body.map(|body| listed(TABLE, &body)).transpose())
                .collect::<Result<_, _>>()?;
            let local = AccountId::local();
            accounts
                .sort_by_cached_key(|account| (account.id != local, account.label.to_lowercase()));
            Ok(accounts)
        })
        .await
    }

    /// The account, if it is there.
    ///
    /// # Errors
    /// [`Error::Failed`], [`Error::Row`].
    pub async fn find_account(&self, id: &AccountId) -> Result<Option<Account>, Error> {
        let id = id.to_string();
        self.read(move |tx| {
            let body: Option<String> = tx
                .prepare_cached("SELECT body FROM accounts WHERE id = ?1")?
                .query_row([&id], |row| row.get(0))
                .optional()?;
            body.map(|body| from_body(TABLE, &body)).transpose()
        })
        .await
    }

    /// Adds the account or puts it in place of the one with its id.
    ///
    /// # Errors
    /// [`Error::NameTaken`] when another account has its label; [`Error::Failed`], [`Error::Row`].
    pub async fn save_account(&self, account: &Account) -> Result<(), Error> {
        let account = account.clone();
        self.write(move |tx| {
            tx.prepare_cached(
                "INSERT INTO accounts (id, label, body) VALUES (?1, ?2, ?3)
                 ON CONFLICT (id) DO UPDATE SET label = excluded.label, body = excluded.body",
            )?
            .execute((
                account.id.as_str(),
                &account.label,
                to_body(TABLE, &account)?,
            ))
            .map_err(|error| Error::or_name_taken(error, &account.label))?;
            Ok(())
        })
        .await
    }

    /// Removes the account for good, with its connectors and their tools; `false` when there was none.
    /// "This computer" stays.
    ///
    /// # Errors
    /// [`Error::Failed`].
    pub async fn remove_account(&self, id: &AccountId) -> Result<bool, Error> {
        if *id == AccountId::local() {
            return Ok(false);
        }
        let id = id.to_string();
        self.write(move |tx| {
            let removed = tx
                .prepare_cached("DELETE FROM accounts WHERE id = ?1")?
                .execute([&id])?;
            Ok(removed > 0)
        })
        .await
    }
}
