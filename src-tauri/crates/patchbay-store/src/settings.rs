//! Settings by name, shared by the app and the command line.
//!
//! They change what is done with the data in this file. How the window looks is saved elsewhere.

use rusqlite::Transaction;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::migrations::Migration;
use crate::row::{self, execute, parse_row, to_body};
use crate::{Error, Store};

const TABLE: &str = "settings";

pub(crate) const MIGRATIONS: &[Migration] = &[Migration {
    version: 2,
    older_may_use: true,
    sql: "
        CREATE TABLE settings (
            name TEXT PRIMARY KEY,
            body TEXT NOT NULL
        ) STRICT, WITHOUT ROWID;
    ",
}];

impl Store {
    /// Returns the setting; `None` when it was never set, or its value cannot be parsed because a newer program wrote
    /// it.
    pub async fn find_setting<T>(&self, name: &str) -> Result<Option<T>, Error>
    where
        T: DeserializeOwned + Send + 'static,
    {
        let name = name.to_owned();
        self.read(move |tx| find(tx, &name)).await
    }

    /// Sets all these settings to the same value, or none.
    pub async fn put_settings<T: Serialize>(
        &self,
        names: Vec<String>,
        value: &T,
    ) -> Result<(), Error> {
        let body = to_body(TABLE, value)?;
        self.write(move |tx| {
            names
                .iter()
                .try_for_each(|name| put_setting(tx, name, &body))
        })
        .await
    }

    /// Removes a setting, if there is one.
    pub async fn remove_setting(&self, name: &str) -> Result<(), Error> {
        let sql = "DELETE FROM settings WHERE name = ?1";
        self.execute(sql, [name.to_owned()]).await
    }

    /// Reads and changes a setting in one transaction and returns its new value. `change` gets `None` where
    /// [`Store::find_setting`] returns it.
    pub async fn change_setting<T>(
        &self,
        name: &str,
        change: impl FnOnce(Option<T>) -> T + Send + 'static,
    ) -> Result<T, Error>
    where
        T: Serialize + DeserializeOwned + Send + 'static,
    {
        let name = name.to_owned();
        self.write(move |tx| {
            let value = change(find(tx, &name)?);
            put_setting(tx, &name, &to_body(TABLE, &value)?)?;
            Ok(value)
        })
        .await
    }
}

fn find<T: DeserializeOwned>(tx: &Transaction<'_>, name: &str) -> Result<Option<T>, Error> {
    let sql = "SELECT body FROM settings WHERE name = ?1";
    let body: Option<String> = row::find(tx, sql, [name])?;
    Ok(body.and_then(|body| parse_row(TABLE, &body)))
}

fn put_setting(tx: &Transaction<'_>, name: &str, body: &str) -> Result<(), Error> {
    execute(
        tx,
        "INSERT INTO settings (name, body) VALUES (?1, ?2)
         ON CONFLICT (name) DO UPDATE SET body = excluded.body",
        (name, body),
    )?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::samples::{open_again, store};

    #[tokio::test]
    async fn a_setting_is_what_it_was_set_to_last() {
        let (_home, store) = store().await;
        assert_eq!(store.find_setting::<u32>("days").await.unwrap(), None);
        for days in [30, 90] {
            let names = vec!["days".to_owned(), "others".to_owned()];
            store.put_settings(names, &days).await.unwrap();
        }
        for name in ["days", "others"] {
            assert_eq!(store.find_setting(name).await.unwrap(), Some(90));
        }
        for _ in 0..2 {
            store.remove_setting("days").await.unwrap();
            assert_eq!(store.find_setting::<u32>("days").await.unwrap(), None);
        }
        assert_eq!(store.find_setting("others").await.unwrap(), Some(90));
    }

    #[tokio::test]
    async fn a_value_that_cannot_be_parsed_counts_as_unset() {
        let (_home, store) = store().await;
        let names = vec!["days".to_owned()];
        store.put_settings(names, &"for ever").await.unwrap();
        assert_eq!(store.find_setting::<u32>("days").await.unwrap(), None);
    }

    #[tokio::test]
    async fn changes_of_a_setting_build_upon_one_another() {
        let (home, one) = store().await;
        let two = open_again(&home).await;
        let add = |days: Option<u32>| days.unwrap_or_default() + 1;
        let (first, second) = tokio::join!(
            one.change_setting("days", add),
            two.change_setting("days", add)
        );
        assert_eq!(first.unwrap() + second.unwrap(), 3);
        assert_eq!(one.find_setting("days").await.unwrap(), Some(2));
    }
}
