//! Runs of tools, which the history shows.
//!
//! Lists only read `tool_runs`. Arguments and results, which can be large, are in `tool_run_details`, the full-text
//! index in `tool_run_texts`.

mod label;
mod queued_writes;
mod retention;

use std::collections::HashSet;
use std::sync::Arc;

use patchbay_model::{Code, Problem, RunId, RunPage, RunQuery, RunState, ToolRun, ToolRunSummary};
use rusqlite::types::Value;
use rusqlite::{Transaction, params_from_iter};

use crate::migrations::Migration;
use crate::row::{self, execute, from_body, list_rows, parse_row, to_body};
use crate::run_search::{Conditions, origin_columns, state_word, texts_of};
use crate::{Error, Store};

pub(crate) use queued_writes::{RunWrite, merge_writes, write_run};
pub use retention::{OldRuns, RunUsage};

const TABLE: &str = "tool_runs";

/// Default length of a page.
const PAGE: u32 = 50;
const MAX_PAGE: u32 = 500;

/// Runs with larger results, in bytes, are written at once instead of being queued in memory.
const LARGE_RESULT: u32 = 256 * 1024;

pub(crate) const MIGRATIONS: &[Migration] = &[
    Migration {
        version: 1,
        older_may_use: false,
        sql: "
        CREATE TABLE tool_runs (
            rowid INTEGER PRIMARY KEY,
            id TEXT NOT NULL UNIQUE,
            connector TEXT NOT NULL,
            connector_title TEXT NOT NULL,
            tool TEXT NOT NULL,
            state TEXT NOT NULL,
            origin TEXT NOT NULL,
            client TEXT,
            -- Milliseconds since 1970.
            started_at INTEGER NOT NULL,
            -- The open store that works on it; none once it is over.
            owner TEXT,
            summary TEXT NOT NULL
        ) STRICT;
        CREATE INDEX tool_runs_started_at ON tool_runs (started_at);
        CREATE INDEX tool_runs_owner ON tool_runs (owner) WHERE owner IS NOT NULL;
        -- All that filters look at, so that counting does not read the summaries.
        CREATE INDEX tool_runs_filter
            ON tool_runs (id, state, connector, connector_title, tool, origin, client);
        CREATE TABLE tool_run_details (
            run INTEGER PRIMARY KEY REFERENCES tool_runs (rowid) ON DELETE CASCADE,
            body TEXT NOT NULL
        ) STRICT;
        CREATE VIRTUAL TABLE tool_run_texts USING fts5 (
            tool, connector, arguments, result, problem, identity,
            content = '', contentless_delete = 1, tokenize = 'unicode61 remove_diacritics 2',
            -- Else the first letters of a word are looked up word by word.
            prefix = '1 2 3'
        );
        CREATE TRIGGER tool_runs_texts AFTER DELETE ON tool_runs BEGIN
            DELETE FROM tool_run_texts WHERE rowid = old.rowid;
        END;
    ",
    },
    label::MIGRATION,
];

impl Store {
    /// Inserts a run that starts, or replaces the one with the same id; it is on disk when this returns. While it is
    /// `running` this store owns it, see [`Store::close_orphans`].
    pub async fn open_run(&self, run: &ToolRun) -> Result<(), Error> {
        let run = Arc::new(run.clone());
        self.write_run_now(RunWrite { run, is_new: true }).await
    }

    /// Like [`Store::open_run`], but does not wait for the disk: this store finds the run at once, other processes
    /// within 10 ms. A process that is killed within those 10 ms loses it.
    ///
    /// # Errors
    /// Those of an earlier queued run that could not be written, so that nothing runs unrecorded when the history
    /// cannot be written.
    pub async fn queue_run(&self, run: Arc<ToolRun>) -> Result<(), Error> {
        if let Some(failure) = self.writer().take_failure() {
            return Err(failure);
        }
        self.writer().queue(RunWrite { run, is_new: true }).await
    }

    /// Updates a run, unless it was removed meanwhile. It is queued as in [`Store::queue_run`], or written before this
    /// returns when its result is large.
    pub async fn close_run(&self, run: Arc<ToolRun>) -> Result<(), Error> {
        let is_large = run.summary.result_bytes > Some(LARGE_RESULT);
        let write = RunWrite { run, is_new: false };
        if is_large {
            return self.write_run_now(write).await;
        }
        self.writer().queue(write).await
    }

    async fn write_run_now(&self, write: RunWrite) -> Result<(), Error> {
        let owner = self.owner().to_owned();
        self.write(move |tx| write_run(tx, &write, &owner)).await
    }

    /// Waits until every queued run is written, and fails when one could not be.
    pub async fn flush_runs(&self) -> Result<(), Error> {
        self.writer().flush().await?;
        self.writer().take_failure().map_or(Ok(()), Err)
    }

    /// Returns the run with its details.
    pub async fn find_run(&self, id: &RunId) -> Result<Option<ToolRun>, Error> {
        let id = id.clone();
        self.read_runs(move |tx| match row_of(tx, &id)? {
            Some(row) => read_details(tx, row).map(Some),
            None => Ok(None),
        })
        .await
    }

    /// Returns one page of the runs that match the query, newest first. Filters typed into its text apply.
    pub async fn list_runs(&self, query: &RunQuery) -> Result<RunPage, Error> {
        let query = query.clone().expand();
        let mut all = Conditions::of(&query);
        if all.ends_with_prefix() {
            let expand = move |tx: &Transaction<'_>| all.expand_prefix(tx).map(|()| all);
            all = self.read_runs(expand).await?;
        }
        let mut listed = all.clone();
        if let Some(before) = &query.before {
            listed.after(before);
        }
        let limit = match query.limit {
            0 => PAGE,
            limit => limit.min(MAX_PAGE),
        };
        // In a long history both take about equally long.
        let ((total, has_more_than_total), (runs, next)) = tokio::try_join!(
            self.read_runs(move |tx| count(tx, &all)),
            self.read_runs(move |tx| page(tx, &listed, limit)),
        )?;
        Ok(RunPage {
            runs,
            next,
            total,
            has_more_than_total,
        })
    }

    /// Removes the run. Returns whether it existed.
    pub async fn remove_run(&self, id: &RunId) -> Result<bool, Error> {
        self.change_rows("DELETE FROM tool_runs WHERE id = ?1", [id.to_string()])
            .await
    }

    /// Marks the `running` runs whose owner is gone as `failed`, with the code `cancelled`, and returns their ids. Runs
    /// that a server works on as a task stay, see [`Store::claim_task`].
    ///
    /// `is_alive` tells whether an owner still exists; use [`Store::liveness`].
    pub async fn close_orphans(
        &self,
        is_alive: impl Fn(&str) -> bool + Send + 'static,
    ) -> Result<Vec<RunId>, Error> {
        let gone = self.find_gone_owners(TABLE, is_alive).await?;
        let owner = self.owner().to_owned();
        self.write(move |tx| {
            let orphans = orphans(tx, &gone)?;
            let mut closed = Vec::with_capacity(orphans.len());
            for (row, mut run) in orphans {
                if run.task.is_some() {
                    continue;
                }
                run.summary.state = RunState::Failed;
                run.summary.problem = Some(interrupted_problem());
                update(tx, row, &run, &owner)?;
                replace_details(tx, row, &run)?;
                closed.push(run.summary.id);
            }
            Ok(closed)
        })
        .await
    }

    /// Returns the runs that a server works on as a task and whose owner is gone, the oldest first.
    pub async fn list_abandoned_tasks(
        &self,
        is_alive: impl Fn(&str) -> bool + Send + 'static,
    ) -> Result<Vec<RunId>, Error> {
        let gone = self.find_gone_owners(TABLE, is_alive).await?;
        self.read_runs(move |tx| {
            let mut orphans = orphans(tx, &gone)?;
            orphans.retain(|(_, run)| run.task.is_some());
            Ok(orphans.into_iter().map(|(_, run)| run.summary.id).collect())
        })
        .await
    }

    /// Makes this store the owner of such a run. Returns `None` when it has ended, is no task, or its owner is alive.
    pub async fn claim_task(
        &self,
        id: &RunId,
        is_alive: impl Fn(&str) -> bool + Send + 'static,
    ) -> Result<Option<ToolRun>, Error> {
        let gone = self.find_gone_owners(TABLE, is_alive).await?;
        let (id, owner) = (id.clone(), self.owner().to_owned());
        self.write(move |tx| {
            let mut orphans = orphans(tx, &gone)?.into_iter();
            let found = orphans.find(|(_, run)| run.summary.id == id && run.task.is_some());
            let Some((row, run)) = found else {
                return Ok(None);
            };
            update(tx, row, &run, &owner)?;
            Ok(Some(run))
        })
        .await
    }

    /// Gives up the ownership of such a run, so that it can be claimed again.
    pub async fn release_task(&self, id: &RunId) -> Result<(), Error> {
        let sql = "UPDATE tool_runs SET owner = '' WHERE id = ?1 AND state = 'running'";
        self.execute(sql, [id.to_string()]).await
    }
}

fn interrupted_problem() -> Problem {
    Problem::new(Code::Cancelled, "Patchbay quit before the tool responded")
        .with_hint("Check whether it took effect before running it again.")
}

/// Inserts the row of a run and returns its rowid; `None` when there is one.
fn insert(tx: &Transaction<'_>, run: &ToolRun, owner: &str) -> Result<Option<i64>, Error> {
    let summary = &run.summary;
    let (origin, client) = origin_columns(&summary.origin);
    let inserted = execute(
        tx,
        "INSERT INTO tool_runs (id, connector, connector_title, tool, origin, client, started_at,
                                state, owner, summary)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
         ON CONFLICT (id) DO NOTHING",
        (
            summary.id.as_str(),
            summary.connector.as_str(),
            &summary.connector_title,
            &summary.tool,
            origin,
            client,
            summary.started_at.unix_millis(),
            state_word(summary.state),
            owner_of(summary.state, owner),
            to_body(TABLE, summary)?,
        ),
    )?;
    Ok((inserted > 0).then(|| tx.last_insert_rowid()))
}

/// Updates the columns that change during a run.
fn update(tx: &Transaction<'_>, row: i64, run: &ToolRun, owner: &str) -> Result<(), Error> {
    let summary = &run.summary;
    execute(
        tx,
        "UPDATE tool_runs SET state = ?2, owner = ?3, summary = ?4 WHERE rowid = ?1",
        (
            row,
            state_word(summary.state),
            owner_of(summary.state, owner),
            to_body(TABLE, summary)?,
        ),
    )?;
    Ok(())
}

fn owner_of(state: RunState, owner: &str) -> Option<&str> {
    (state == RunState::Running).then_some(owner)
}

fn insert_details(tx: &Transaction<'_>, row: i64, run: &ToolRun) -> Result<(), Error> {
    execute(
        tx,
        "INSERT INTO tool_run_details (run, body) VALUES (?1, ?2)",
        (row, to_body(TABLE, run)?),
    )?;
    let [tool, connector, arguments, result, problem, identity] = texts_of(run);
    execute(
        tx,
        "INSERT INTO tool_run_texts
             (rowid, tool, connector, arguments, result, problem, identity)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        (row, tool, connector, arguments, result, problem, identity),
    )?;
    Ok(())
}

fn replace_details(tx: &Transaction<'_>, row: i64, run: &ToolRun) -> Result<(), Error> {
    execute(tx, "DELETE FROM tool_run_details WHERE run = ?1", [row])?;
    execute(tx, "DELETE FROM tool_run_texts WHERE rowid = ?1", [row])?;
    insert_details(tx, row, run)
}

fn read_details(tx: &Transaction<'_>, row: i64) -> Result<ToolRun, Error> {
    let sql = "SELECT body FROM tool_run_details WHERE run = ?1";
    let body: String = row::get(tx, sql, [row])?;
    from_body(TABLE, &body)
}

fn row_of(tx: &Transaction<'_>, id: &RunId) -> Result<Option<i64>, Error> {
    let sql = "SELECT rowid FROM tool_runs WHERE id = ?1";
    Ok(row::find(tx, sql, [id.as_str()])?)
}

/// Returns how many runs meet the conditions, and whether there may be more.
fn count(tx: &Transaction<'_>, conditions: &Conditions) -> Result<(u32, bool), Error> {
    let mut statement = tx.prepare_cached(&conditions.count())?;
    let values = params_from_iter(conditions.values());
    Ok(statement.query_row(values, |row| Ok((row.get(0)?, row.get(1)?)))?)
}

/// Returns the newest runs, at most `limit`.
pub(crate) fn newest(tx: &Transaction<'_>, limit: u32) -> Result<Vec<ToolRunSummary>, Error> {
    let all = Conditions::of(&RunQuery::default());
    page(tx, &all, limit).map(|(runs, _)| runs)
}

/// Returns the first `limit` runs that meet the conditions, and the last id when there is a next page.
fn page(
    tx: &Transaction<'_>,
    conditions: &Conditions,
    limit: u32,
) -> Result<(Vec<ToolRunSummary>, Option<RunId>), Error> {
    // One more row than requested shows whether there is a next page.
    let more = Value::Integer(i64::from(limit) + 1);
    let values = params_from_iter(conditions.values().chain([&more]));
    let mut rows: Vec<(String, String)> = list_rows(tx, &conditions.page(), values, |row| {
        Ok((row.get(0)?, row.get(1)?))
    })?;
    let mut next = None;
    if rows.len() > limit as usize {
        rows.truncate(limit as usize);
        next = rows.last().map(|(id, _)| RunId::new(id.as_str()));
    }
    let runs = rows
        .iter()
        .filter_map(|(_, summary)| parse_row(TABLE, summary));
    Ok((runs.collect(), next))
}

/// Returns the open runs whose owner is gone, with their rowids, without those that this version cannot read.
fn orphans(tx: &Transaction<'_>, gone: &HashSet<String>) -> Result<Vec<(i64, ToolRun)>, Error> {
    let sql = "SELECT tool_runs.rowid, tool_runs.owner, tool_run_details.body FROM tool_runs
               JOIN tool_run_details ON tool_run_details.run = tool_runs.rowid
               WHERE tool_runs.owner IS NOT NULL ORDER BY tool_runs.id";
    let owned: Vec<(i64, String, String)> = list_rows(tx, sql, [], |row| {
        Ok((row.get(0)?, row.get(1)?, row.get(2)?))
    })?;
    let orphaned = owned
        .into_iter()
        .filter(|(_, owner, _)| gone.contains(owner));
    Ok(orphaned
        .filter_map(|(row, _, body)| Some((row, parse_row(TABLE, &body)?)))
        .collect())
}

#[cfg(test)]
mod tests;
