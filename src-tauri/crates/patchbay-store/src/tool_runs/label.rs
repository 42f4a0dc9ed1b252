//! Labels that the user gives runs.

use patchbay_model::{RunId, RunLabel, RunState, ToolRunSummary};

use super::{TABLE, read_details, replace_details, row_of};
use crate::migrations::Migration;
use crate::row::{execute, to_body};
use crate::{Error, Store};

/// Older programs would delete pinned runs.
pub(super) const MIGRATION: Migration = Migration {
    version: 8,
    older_may_use: false,
    sql: "
        ALTER TABLE tool_runs ADD COLUMN pinned INTEGER NOT NULL DEFAULT 0;
        CREATE INDEX tool_runs_pinned ON tool_runs (id) WHERE pinned = 1;
        INSERT INTO changes (list, number) VALUES ('run_labels', 0);
        CREATE TRIGGER changes_tool_runs_label AFTER UPDATE OF pinned ON tool_runs
        BEGIN UPDATE changes SET number = number + 1 WHERE list = 'run_labels'; END;
    ",
};

impl Store {
    /// Labels a run and returns its summary; `None` when it does not exist. A running one stays as it is, because its
    /// end would overwrite the label.
    pub async fn label_run(
        &self,
        id: &RunId,
        label: RunLabel,
    ) -> Result<Option<ToolRunSummary>, Error> {
        let id = id.clone();
        self.write(move |tx| {
            let Some(row) = row_of(tx, &id)? else {
                return Ok(None);
            };
            let mut run = read_details(tx, row)?;
            if run.summary.state == RunState::Running {
                return Ok(Some(run.summary));
            }
            run.summary.label = label;
            execute(
                tx,
                "UPDATE tool_runs SET pinned = ?2, summary = ?3 WHERE rowid = ?1",
                (row, run.summary.label.pinned, to_body(TABLE, &run.summary)?),
            )?;
            replace_details(tx, row, &run)?;
            Ok(Some(run.summary))
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use patchbay_model::RunQuery;

    use super::*;
    use crate::OldRuns;
    use crate::samples::{answered, at, run, store};

    fn label(name: &str, pinned: bool) -> RunLabel {
        RunLabel {
            name: Some(name.into()),
            note: Some("seen at\nthe harbour".into()),
            pinned,
        }
    }

    async fn found(store: &Store, text: &str) -> Vec<String> {
        let page = store.list_runs(&RunQuery::parse(text)).await.unwrap();
        page.runs
            .into_iter()
            .map(|run| run.id.to_string())
            .collect()
    }

    #[tokio::test]
    async fn a_run_is_found_by_its_label() {
        let (_home, store) = store().await;
        for number in 1..=2 {
            let over = answered(run(number), "fine");
            store.open_run(&over).await.unwrap();
        }
        let id = run(1).summary.id;
        let before = store.changes().await.unwrap();
        let said = label("Before the move", true);
        let labelled = store.label_run(&id, said.clone()).await.unwrap().unwrap();
        assert_eq!(labelled.label, said);
        assert_ne!(store.changes().await.unwrap(), before);
        for text in ["move", "harbour", "harbour fine is:pinned"] {
            assert_eq!(found(&store, text).await, ["run-000001"], "{text}");
        }
        let page = store.list_runs(&RunQuery::default()).await.unwrap();
        assert_eq!(page.runs[1].label, said);
        let whole = store.find_run(&id).await.unwrap().unwrap();
        assert_eq!(whole.summary.label, said);
        assert!(whole.result.is_some());
        let nothing = RunLabel::default();
        store.label_run(&id, nothing).await.unwrap();
        for text in ["harbour", "is:pinned"] {
            assert_eq!(found(&store, text).await, [""; 0], "{text}");
        }
        let nowhere = RunId::new("run-none");
        let none = store.label_run(&nowhere, said).await.unwrap();
        assert_eq!(none, None);
    }

    #[tokio::test]
    async fn a_running_run_is_not_labelled() {
        let (_home, store) = store().await;
        store.queue_run(run(1).into()).await.unwrap();
        let id = run(1).summary.id;
        let left = store.label_run(&id, label("Early", true)).await.unwrap();
        assert!(left.unwrap().label.is_empty());
        assert_eq!(found(&store, "is:pinned").await, [""; 0]);
    }

    #[tokio::test]
    async fn pinned_runs_are_never_trimmed() {
        let (_home, store) = store().await;
        for number in 1..=3 {
            let over = answered(run(number), "fine");
            store.open_run(&over).await.unwrap();
        }
        let id = run(2).summary.id;
        store.label_run(&id, label("Kept", true)).await.unwrap();
        let all = OldRuns {
            before: Some(at(1000)),
            beyond: Some(0),
        };
        assert_eq!(store.count_old_runs(&all).await.unwrap(), 2);
        assert_eq!(store.run_usage().await.unwrap().pinned, 1);
        assert_eq!(store.trim_runs(&all, 100).await.unwrap(), 2);
        assert_eq!(found(&store, "").await, ["run-000002"]);
        assert!(store.remove_run(&id).await.unwrap());
    }
}
