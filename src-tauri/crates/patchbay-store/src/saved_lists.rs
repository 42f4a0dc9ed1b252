//! Reading the lists of a file without opening a [`Store`](crate::Store), for processes that are to end at once.

use std::path::Path;

use patchbay_model::{Account, Connector, ConnectorId, Tool, ToolRunSummary, WalletEntry};
use rusqlite::{Connection, Transaction};

use crate::connection::{is_plain_file, open_reader};
use crate::tables::TABLES;
use crate::{Error, accounts, connectors, migrations, tool_runs, tools, wallet_entries};

/// A file that is only read: it is neither created nor migrated, and nothing waits for other processes.
#[derive(Debug)]
pub struct SavedLists(Connection);

impl SavedLists {
    /// Opens the SQLite file at `path`; `None` if there is none. Blocks, as do the other functions.
    ///
    /// # Errors
    /// [`Error::TooNew`]; [`Error::Failed`] when it is not a database. Reading fails also where an older Patchbay
    /// wrote it.
    pub fn open(path: &Path) -> Result<Option<Self>, Error> {
        if !is_plain_file(path)? {
            return Ok(None);
        }
        let connection = open_reader(path)?;
        migrations::check(&connection, TABLES)?;
        Ok(Some(Self(connection)))
    }

    /// As [`Store::list_connectors`](crate::Store::list_connectors).
    pub fn connectors(&mut self) -> Result<Vec<Connector>, Error> {
        self.read(connectors::list)
    }

    /// As [`Store::list_accounts`](crate::Store::list_accounts).
    pub fn accounts(&mut self) -> Result<Vec<Account>, Error> {
        self.read(accounts::list)
    }

    /// As [`Store::list_wallet`](crate::Store::list_wallet).
    pub fn wallet(&mut self) -> Result<Vec<WalletEntry>, Error> {
        self.read(wallet_entries::list)
    }

    /// The tools of a connector, in its own order.
    pub fn tools(&mut self, connector: &ConnectorId) -> Result<Vec<Tool>, Error> {
        self.read(|tx| tools::list(tx, Some(connector.to_string()), |_, tool| tool))
    }

    /// The newest runs, at most `limit`.
    pub fn runs(&mut self, limit: u32) -> Result<Vec<ToolRunSummary>, Error> {
        self.read(|tx| tool_runs::newest(tx, limit))
    }

    fn read<T>(
        &mut self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, Error>,
    ) -> Result<T, Error> {
        work(&self.0.transaction()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{save_connector, store};

    #[tokio::test]
    async fn lists_are_read_while_the_store_is_open_and_after() {
        let (home, store) = store().await;
        let saved = save_connector(&store, "c1", "github").await;
        let file = home.path().join("patchbay.sqlite");
        let read = || {
            let mut lists = SavedLists::open(&file).unwrap().unwrap();
            assert_eq!(lists.accounts().unwrap().len(), 1);
            assert_eq!(lists.wallet().unwrap(), []);
            assert_eq!(lists.tools(&saved.id).unwrap(), []);
            assert_eq!(lists.runs(1).unwrap(), []);
            lists.connectors().unwrap()
        };
        let open = read();
        drop(store);
        assert_eq!((open, read()), (vec![saved.clone()], vec![saved.clone()]));
    }

    #[test]
    fn a_file_that_is_missing_is_not_created() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("patchbay.db");
        assert!(SavedLists::open(&path).unwrap().is_none());
        assert!(!path.exists());
    }
}
