//! Counts the changes of each list by all processes, so that whoever shows a list knows when to read it again.
//!
//! Triggers count, so that older programs count too. Changes of runs are not counted, which would slow them down; they
//! are recognized by what a query over the runs returns.

use std::time::{Duration, Instant};

use crate::migrations::Migration;
use crate::writer::writes_here;
use crate::{Error, Store, row};

/// Triggers that count every change of a table as a change of a list.
macro_rules! counted {
    ($table:literal, $list:literal) => {
        concat!(
            counted!($table, $list, "INSERT"),
            counted!($table, $list, "UPDATE"),
            counted!($table, $list, "DELETE"),
        )
    };
    ($table:literal, $list:literal, $event:literal) => {
        concat!(
            "CREATE TRIGGER changes_",
            $table,
            "_",
            $event,
            " AFTER ",
            $event,
            " ON ",
            $table,
            " BEGIN UPDATE changes SET number = number + 1 WHERE list = '",
            $list,
            "'; END;\n",
        )
    };
}

pub(crate) const MIGRATIONS: &[Migration] = &[Migration {
    version: 6,
    older_may_use: true,
    sql: concat!(
        "CREATE TABLE changes (
            list TEXT PRIMARY KEY,
            number INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        INSERT INTO changes (list, number)
        VALUES ('accounts', 0), ('connectors', 0), ('wallet', 0), ('settings', 0);\n",
        counted!("accounts", "accounts"),
        // A list of tools puts its time into the row of its connector.
        counted!("connectors", "connectors"),
        counted!("tool_changes", "connectors"),
        counted!("wallet_entries", "wallet"),
        counted!("placements", "wallet"),
        counted!("settings", "settings"),
    ),
}];

/// How often a list was changed.
const NUMBER: &str = "SELECT number FROM changes WHERE list = ?1";

/// How often each list was changed. Only equality of two of these numbers means something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Changes {
    pub accounts: i64,
    /// Connectors, their tools, and tool changes.
    pub connectors: i64,
    /// Wallet entries and their secret locations.
    pub wallet: i64,
    pub settings: i64,
    pub runs: RunChanges,
}

/// Differs after a run was added, ended, labelled or removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RunChanges {
    newest: i64,
    count: i64,
    open: i64,
    labels: i64,
}

/// How long a number counts that was read, unless this process writes meanwhile.
const FRESH: Duration = Duration::from_millis(5);

/// A number that was read last.
#[derive(Debug)]
pub(crate) struct SeenVersion {
    at: Instant,
    /// [`writes_here`] before it was read.
    writes: u64,
    version: i64,
}

impl Store {
    pub async fn changes(&self) -> Result<Changes, Error> {
        self.read(|tx| {
            let number = |list: &str| row::get(tx, NUMBER, [list]);
            let mut of_runs = tx.prepare_cached(
                "SELECT coalesce(max(rowid), 0), count(*),
                    (SELECT count(*) FROM tool_runs WHERE owner IS NOT NULL)
                 FROM tool_runs",
            )?;
            let runs = of_runs.query_row([], |row| {
                Ok(RunChanges {
                    newest: row.get(0)?,
                    count: row.get(1)?,
                    open: row.get(2)?,
                    labels: 0,
                })
            })?;
            Ok(Changes {
                accounts: number("accounts")?,
                connectors: number("connectors")?,
                wallet: number("wallet")?,
                settings: number("settings")?,
                runs: RunChanges {
                    labels: number("run_labels")?,
                    ..runs
                },
            })
        })
        .await
    }

    /// Returns [`Changes::connectors`]: what was read of connectors and tools is current while it stays the same. Changes
    /// by another process are seen after [`FRESH`]. Reads on the calling thread, which takes microseconds.
    pub fn connectors_version(&self) -> Result<i64, Error> {
        let mut last = self.connections().connectors_version.lock();
        let (at, writes) = (Instant::now(), writes_here());
        if let Some(seen) = &*last
            && seen.writes == writes
            && seen.at + FRESH > at
        {
            return Ok(seen.version);
        }
        let version = self.peek(NUMBER, ["connectors"])?;
        *last = Some(SeenVersion {
            at,
            writes,
            version,
        });
        Ok(version)
    }

    /// Returns a number that changes with every write of another process to the file, but not with writes of this
    /// store.
    pub async fn external_version(&self) -> Result<i64, Error> {
        self.writer().version().await
    }
}

#[cfg(test)]
mod tests {
    use patchbay_model::{AccountId, ConnectorId, WalletEntryId};

    use super::*;
    use crate::samples::{
        account, open_again, replace_tools, run, save_connector, store, tool, wallet_entry,
    };

    /// Returns the lists that differ.
    fn changed(before: Changes, now: Changes) -> Vec<&'static str> {
        let lists = [
            ("accounts", before.accounts == now.accounts),
            ("connectors", before.connectors == now.connectors),
            ("wallet", before.wallet == now.wallet),
            ("settings", before.settings == now.settings),
            ("runs", before.runs == now.runs),
        ];
        let changed = lists.into_iter().filter(|(_, is_same)| !is_same);
        changed.map(|(list, _)| list).collect()
    }

    #[tokio::test]
    async fn each_change_is_counted_for_its_own_list() {
        let (_home, store) = store().await;
        let mut before = store.changes().await.unwrap();
        let mut expect = async |list: &'static str| {
            let now = store.changes().await.unwrap();
            assert_eq!(changed(before, now), [list]);
            before = now;
        };
        store.save_account(&account("a1", "Work")).await.unwrap();
        expect("accounts").await;
        let github = save_connector(&store, "c1", "github").await;
        expect("connectors").await;
        let tools = [tool("search")];
        replace_tools(&store, &github.id, &tools, 1).await;
        expect("connectors").await;
        let entry = wallet_entry("w1", "Token");
        store.save_wallet_entry(&entry).await.unwrap();
        expect("wallet").await;
        store
            .put_settings(vec!["days".to_owned()], &30)
            .await
            .unwrap();
        expect("settings").await;
        store.open_run(&run(1)).await.unwrap();
        expect("runs").await;
        store
            .remove_wallet_entry(&WalletEntryId::new("w1"))
            .await
            .unwrap();
        expect("wallet").await;
        store.remove_account(&AccountId::new("a1")).await.unwrap();
        expect("accounts").await;
        store
            .remove_connector(&ConnectorId::new("c1"))
            .await
            .unwrap();
        expect("connectors").await;
    }

    #[tokio::test]
    async fn the_version_of_connectors_changes_with_them_and_their_tools_only() {
        let (home, store) = store().await;
        let elsewhere = open_again(&home).await;
        let mut seen = vec![store.connectors_version().unwrap()];
        let github = save_connector(&elsewhere, "c1", "github").await;
        seen.push(store.connectors_version().unwrap());
        replace_tools(&store, &github.id, &[tool("a"), tool("b")], 0).await;
        seen.push(store.connectors_version().unwrap());
        replace_tools(&elsewhere, &github.id, &[tool("a")], 1).await;
        seen.push(store.connectors_version().unwrap());
        elsewhere.remove_connector(&github.id).await.unwrap();
        seen.push(store.connectors_version().unwrap());
        assert!(seen.is_sorted_by(|a, b| a < b), "{seen:?}");

        store.open_run(&run(1)).await.unwrap();
        store.save_account(&account("a1", "Work")).await.unwrap();
        assert_eq!(store.connectors_version().unwrap(), seen[4]);
    }

    #[tokio::test]
    async fn the_version_changes_with_every_write() {
        let (home, store) = store().await;
        let elsewhere = open_again(&home).await;
        let first = store.version().unwrap();
        assert_eq!(store.version().unwrap(), first);
        save_connector(&store, "c1", "own").await;
        let second = store.version().unwrap();
        assert_ne!(second, first);
        save_connector(&elsewhere, "c2", "others").await;
        assert_ne!(store.version().unwrap(), second);
    }

    #[tokio::test]
    async fn the_external_version_ignores_own_writes() {
        let (home, here) = store().await;
        let elsewhere = open_again(&home).await;
        let before = here.external_version().await.unwrap();
        save_connector(&here, "c1", "a").await;
        here.open_run(&run(1)).await.unwrap();
        assert_eq!(here.external_version().await.unwrap(), before);
        save_connector(&elsewhere, "c2", "b").await;
        let after = here.external_version().await.unwrap();
        assert_ne!(after, before);
        assert_eq!(here.external_version().await.unwrap(), after);
    }
}
