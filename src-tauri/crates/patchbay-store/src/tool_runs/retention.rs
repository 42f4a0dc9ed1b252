//! Size of the history, and deletion of its oldest runs.

use patchbay_model::Timestamp;
use rusqlite::Transaction;

use crate::row::{self, execute};
use crate::{Error, Store};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RunUsage {
    pub runs: u32,
    /// Size of all runs in bytes, without the full-text index.
    pub bytes: u64,
    /// When the oldest run started.
    pub oldest: Option<Timestamp>,
    /// Number of pinned runs.
    pub pinned: u32,
}

/// Which runs are too old: those that meet either condition, unless they are pinned.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OldRuns {
    /// Runs that started before this instant.
    pub before: Option<Timestamp>,
    /// All runs but this number of newest ones.
    pub beyond: Option<u32>,
}

/// Stands for no `before`: no run started earlier.
const NEVER: i64 = i64::MIN;

impl Store {
    pub async fn run_usage(&self) -> Result<RunUsage, Error> {
        self.read_runs(|tx| {
            // SQLite reads the length of a text without the text.
            let mut usage = tx
                .prepare_cached(
                    "SELECT count(*), coalesce(sum(octet_length(summary)), 0), min(started_at)
                     FROM tool_runs",
                )?
                .query_row([], |row| {
                    Ok(RunUsage {
                        runs: row.get(0)?,
                        bytes: bytes(row.get(1)?),
                        oldest: row
                            .get::<_, Option<i64>>(2)?
                            .and_then(Timestamp::from_unix_millis),
                        pinned: 0,
                    })
                })?;
            let sql = "SELECT coalesce(sum(octet_length(body)), 0) FROM tool_run_details";
            usage.bytes += bytes(row::get(tx, sql, [])?);
            let sql = "SELECT count(*) FROM tool_runs WHERE pinned = 1";
            usage.pinned = row::get(tx, sql, [])?;
            Ok(usage)
        })
        .await
    }

    /// When the newest of the runs started that began before an instant.
    pub async fn newest_run_before(&self, before: Timestamp) -> Result<Option<Timestamp>, Error> {
        let before = before.unix_millis();
        self.read(move |tx| {
            let sql = "SELECT max(started_at) FROM tool_runs WHERE started_at < ?1";
            let newest: Option<i64> = row::get(tx, sql, [before])?;
            Ok(newest.and_then(Timestamp::from_unix_millis))
        })
        .await
    }

    /// Number of runs that are too old and have ended.
    pub async fn count_old_runs(&self, old: &OldRuns) -> Result<u32, Error> {
        let OldRuns { before, beyond } = old.clone();
        let before = before.map_or(NEVER, Timestamp::unix_millis);
        self.read(move |tx| {
            let last = last_beyond(tx, beyond)?.unwrap_or_default();
            let sql = "SELECT count(*) FROM tool_runs
                       WHERE (started_at < ?1 OR id <= ?2) AND state <> 'running' AND pinned = 0";
            Ok(row::get(tx, sql, (before, last))?)
        })
        .await
    }

    /// Removes the oldest of the runs that are too old and have ended, at most `at_most`. Returns how many.
    pub async fn trim_runs(&self, old: &OldRuns, at_most: u32) -> Result<u32, Error> {
        let OldRuns { before, beyond } = old.clone();
        let before = before.map_or(NEVER, Timestamp::unix_millis);
        self.write(move |tx| {
            let last = last_beyond(tx, beyond)?.unwrap_or_default();
            let removed = execute(
                tx,
                "DELETE FROM tool_runs WHERE rowid IN (
                         SELECT rowid FROM tool_runs
                         WHERE (started_at < ?1 OR id <= ?2) AND state <> 'running' AND pinned = 0
                         ORDER BY id LIMIT ?3)",
                (before, last, at_most),
            )?;
            Ok(u32::try_from(removed).unwrap_or(u32::MAX))
        })
        .await
    }

    /// Gives the space of removed runs back to the file system. Takes as long as what is left is large.
    pub async fn compact(&self) -> Result<(), Error> {
        self.writer().compact().await
    }
}

/// Returns the id of the newest run beyond the `keep` newest.
fn last_beyond(tx: &Transaction<'_>, keep: Option<u32>) -> Result<Option<String>, Error> {
    let Some(keep) = keep else {
        return Ok(None);
    };
    let sql = "SELECT id FROM tool_runs ORDER BY id DESC LIMIT 1 OFFSET ?1";
    Ok(row::find(tx, sql, [keep])?)
}

fn bytes(sum: i64) -> u64 {
    u64::try_from(sum).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use patchbay_model::{RunId, RunQuery};

    use super::*;
    use crate::samples::{answered, at, run, store};

    /// A store with ten runs, one per second; the last one is running.
    async fn ten_runs() -> (tempfile::TempDir, Store) {
        let (home, store) = store().await;
        for number in 0..9 {
            store
                .open_run(&answered(run(number), "fine"))
                .await
                .unwrap();
        }
        store.open_run(&run(9)).await.unwrap();
        (home, store)
    }

    async fn left(store: &Store) -> Vec<RunId> {
        let page = store.list_runs(&RunQuery::default()).await.unwrap();
        page.runs.into_iter().map(|run| run.id).rev().collect()
    }

    #[tokio::test]
    async fn usage_counts_runs_and_their_bytes() {
        let (_home, store) = store().await;
        assert_eq!(store.run_usage().await.unwrap(), RunUsage::default());
        let long = "ü".repeat(100_000);
        store.open_run(&answered(run(1), &long)).await.unwrap();
        store.open_run(&run(2)).await.unwrap();
        let usage = store.run_usage().await.unwrap();
        assert_eq!(usage.runs, 2);
        assert!((200_000..210_000).contains(&usage.bytes), "{usage:?}");
        let oldest = usage.oldest.map(Timestamp::unix_millis);
        assert_eq!(oldest, Some(at(1).unix_millis()));
    }

    #[tokio::test]
    async fn what_was_removed_is_not_left_in_the_file() {
        let (home, store) = store().await;
        for number in 0..20 {
            let text = format!("secret-word-{number} ").repeat(10_000);
            store.open_run(&answered(run(number), &text)).await.unwrap();
        }
        let all = OldRuns {
            before: Some(at(1000)),
            beyond: None,
        };
        store.trim_runs(&all, 100).await.unwrap();
        store.compact().await.unwrap();
        let files = std::fs::read_dir(home.path()).unwrap();
        let files = files.map(|file| file.unwrap().path());
        let files = files.filter(|path| path.is_file());
        let kept: Vec<u8> = files
            .flat_map(|path| std::fs::read(path).unwrap())
            .collect();
        assert!(kept.len() < 1024 * 1024, "{} bytes are left", kept.len());
        let is_left = kept.windows(12).any(|it| it == b"secret-word-");
        assert!(!is_left);
        store.open_run(&answered(run(30), "fine")).await.unwrap();
        assert_eq!(left(&store).await, [run(30).summary.id]);
    }

    #[tokio::test]
    async fn the_oldest_runs_are_trimmed_first_in_batches() {
        let (_home, store) = ten_runs().await;
        let old = OldRuns {
            before: Some(at(5)),
            beyond: None,
        };
        assert_eq!(store.count_old_runs(&old).await.unwrap(), 5);
        assert_eq!(store.trim_runs(&old, 3).await.unwrap(), 3);
        assert_eq!(store.count_old_runs(&old).await.unwrap(), 2);
        assert_eq!(left(&store).await[0], run(3).summary.id);
        assert_eq!(store.trim_runs(&old, 3).await.unwrap(), 2);
        assert_eq!(store.trim_runs(&old, 3).await.unwrap(), 0);
        assert_eq!(left(&store).await.len(), 5);
    }

    #[tokio::test]
    async fn the_newest_runs_are_kept() {
        let (_home, store) = ten_runs().await;
        let old = OldRuns {
            before: None,
            beyond: Some(4),
        };
        assert_eq!(store.trim_runs(&old, 100).await.unwrap(), 6);
        assert_eq!(left(&store).await[0], run(6).summary.id);
    }

    #[tokio::test]
    async fn a_running_run_is_never_trimmed() {
        let (_home, store) = ten_runs().await;
        assert_eq!(store.trim_runs(&OldRuns::default(), 100).await.unwrap(), 0);
        let all = OldRuns {
            before: Some(at(1000)),
            beyond: Some(0),
        };
        assert_eq!(store.trim_runs(&all, 100).await.unwrap(), 9);
        assert_eq!(left(&store).await, [run(9).summary.id]);
        assert_eq!(store.find_run(&run(1).summary.id).await.unwrap(), None);
    }
}
