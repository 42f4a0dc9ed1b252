//! Queued writes of runs, which are written in batches.

use std::collections::HashMap;
use std::sync::Arc;

use patchbay_model::{RunId, ToolRun};
use rusqlite::Transaction;

use super::{insert, insert_details, replace_details, row_of, update};
use crate::Error;

/// A run to be written.
#[derive(Debug)]
pub(crate) struct RunWrite {
    pub(crate) run: Arc<ToolRun>,
    /// Whether to insert it where it is missing. The end of a run that was removed meanwhile must not bring it back.
    pub(crate) is_new: bool,
}

/// Keeps one write per run: of a run that started and ended within a batch only the end is written.
pub(crate) fn merge_writes(writes: Vec<RunWrite>) -> Vec<RunWrite> {
    let mut positions: HashMap<RunId, usize> = HashMap::with_capacity(writes.len());
    let mut merged: Vec<RunWrite> = Vec::with_capacity(writes.len());
    for write in writes {
        if let Some(position) = positions.get(&write.run.summary.id) {
            merged[*position].run = write.run;
        } else {
            positions.insert(write.run.summary.id.clone(), merged.len());
            merged.push(write);
        }
    }
    merged
}

pub(crate) fn write_run(tx: &Transaction<'_>, write: &RunWrite, owner: &str) -> Result<(), Error> {
    if write.is_new
        && let Some(row) = insert(tx, &write.run, owner)?
    {
        return insert_details(tx, row, &write.run);
    }
    let Some(row) = row_of(tx, &write.run.summary.id)? else {
        return Ok(());
    };
    update(tx, row, &write.run, owner)?;
    replace_details(tx, row, &write.run)
}

#[cfg(test)]
mod tests {
    use patchbay_model::{RunQuery, RunState};

    use super::*;
    use crate::Store;
    use crate::samples::{answered, open_again, run, store};

    async fn count(store: &Store, query: &str) -> u32 {
        let page = store.list_runs(&RunQuery::parse(query)).await.unwrap();
        page.total
    }

    #[test]
    fn of_a_run_that_started_and_ended_one_write_is_left() {
        let write = |run: ToolRun, is_new| RunWrite {
            run: Arc::new(run),
            is_new,
        };
        let writes = merge_writes(vec![
            write(run(1), true),
            write(answered(run(2), "of an earlier window"), false),
            write(run(3), true),
            write(answered(run(1), "fine"), false),
        ]);
        let kept: Vec<_> = writes
            .iter()
            .map(|write| {
                (
                    write.run.summary.id.as_str(),
                    write.run.summary.state,
                    write.is_new,
                )
            })
            .collect();
        assert_eq!(
            kept,
            [
                ("run-000001", RunState::Done, true),
                ("run-000002", RunState::Done, false),
                ("run-000003", RunState::Running, true),
            ]
        );
    }

    #[tokio::test]
    async fn queued_runs_are_found_at_once() {
        let (_home, store) = store().await;
        let open = run(1);
        store.queue_run(open.clone().into()).await.unwrap();
        assert_eq!(count(&store, "status:running").await, 1);
        let over = answered(open, "zeppelin");
        store.close_run(over.clone().into()).await.unwrap();
        let found = store.find_run(&over.summary.id).await.unwrap();
        assert_eq!(found.as_ref(), Some(&over));
        store.queue_run(run(2).into()).await.unwrap();
        assert_eq!(count(&store, "zeppelin").await, 1);
        assert_eq!(store.run_usage().await.unwrap().runs, 2);
    }

    #[tokio::test]
    async fn writes_keep_their_order() {
        let (_home, store) = store().await;
        let open = run(1);
        store.queue_run(open.clone().into()).await.unwrap();
        assert!(store.remove_run(&open.summary.id).await.unwrap());
        store
            .close_run(answered(open, "late").into())
            .await
            .unwrap();
        assert_eq!(count(&store, "").await, 0);
    }

    #[tokio::test]
    async fn other_stores_read_queued_rows_after_a_flush_or_a_drop() {
        let (home, store) = store().await;
        let elsewhere = open_again(&home).await;
        store.queue_run(run(1).into()).await.unwrap();
        store.flush_runs().await.unwrap();
        assert_eq!(count(&elsewhere, "status:running").await, 1);

        store.queue_run(run(2).into()).await.unwrap();
        for number in [1, 2] {
            let over = answered(run(number), "fine");
            store.close_run(over.into()).await.unwrap();
        }
        drop(store);
        assert_eq!(count(&elsewhere, "status:done").await, 2);
    }

    #[tokio::test]
    async fn more_rows_than_the_queue_holds_are_all_written() {
        const RUNS: u64 = 1_000;
        let (_home, store) = store().await;
        let runs = (0..RUNS).map(|number| {
            let store = store.clone();
            async move {
                let open = run(number);
                store.queue_run(open.clone().into()).await.unwrap();
                store
                    .close_run(answered(open, "fine").into())
                    .await
                    .unwrap();
            }
        });
        let mut tasks: tokio::task::JoinSet<()> = runs.collect();
        while let Some(done) = tasks.join_next().await {
            done.unwrap();
        }
        assert_eq!(u64::from(count(&store, "status:done").await), RUNS);
    }

    #[tokio::test]
    async fn a_large_result_is_written_before_its_run_is_closed() {
        let (home, store) = store().await;
        let elsewhere = open_again(&home).await;
        let open = run(1);
        store.queue_run(open.clone().into()).await.unwrap();
        let mut over = answered(open, "large");
        over.summary.result_bytes = Some(u32::MAX);
        store.close_run(over.into()).await.unwrap();
        assert_eq!(count(&elsewhere, "status:done").await, 1);
    }

    #[tokio::test]
    async fn a_row_that_cannot_be_written_is_reported_once_and_affects_no_other() {
        let (_home, store) = store().await;
        let refuse = "CREATE TRIGGER refuse BEFORE INSERT ON tool_runs WHEN new.id = 'run-000001'
                      BEGIN SELECT RAISE(FAIL, 'refused'); END";
        store
            .write(move |tx| Ok(tx.execute_batch(refuse)?))
            .await
            .unwrap();
        for number in 0..3 {
            store.queue_run(run(number).into()).await.unwrap();
        }
        assert_eq!(count(&store, "").await, 2);
        let found = store.queue_run(run(3).into()).await.unwrap_err();
        assert!(matches!(found, Error::Failed(_)), "{found:?}");
        store.queue_run(run(4).into()).await.unwrap();
        store.flush_runs().await.unwrap();
        assert_eq!(count(&store, "").await, 3);
    }
}
