//! Runs of tools: what history shows.
//!
//! Lists read `tool_runs` alone; arguments and results, which can be large, lie in `tool_run_details`,
//! the words by which a run is found in `tool_run_texts`.

mod label;
mod retention;
mod writes;

use std::sync::Arc;

use patchbay_model::{Code, Problem, RunId, RunPage, RunQuery, RunState, ToolRun, ToolRunSummary};
use rusqlite::types::Value;
use rusqlite::{OptionalExtension, Transaction, params_from_iter};

use crate::migrations::Migration;
use crate::row::{from_body, parse_row, to_body};
use crate::run_search::{Conditions, origin_columns, state_word, texts_of};
use crate::{Error, Store};

pub use retention::{OldRuns, RunUsage};
pub(crate) use writes::{RunWrite, merge_writes, write_run};

const TABLE: &str = "tool_runs";

/// Length of a page where the query names none, and the most that it can be.
const PAGE: u32 = 50;
const MAX_PAGE: u32 = 500;

/// Answers of more bytes do not lie in memory until they are written.
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
    /// Adds a run that begins, or puts it in place of the one with its id; a crash later on leaves it
    /// there. While it is `running` it belongs to this store, see [`Store::close_orphans`].
    ///
    /// # Errors
    /// [`Error::Failed`], [`Error::Row`].
    pub async fn open_run(&self, run: &ToolRun) -> Result<(), Error> {
        let is_new = true;
        self.write_run_now(Arc::new(run.clone()), is_new).await
    }

    /// As [`Store::open_run`], without waiting for the disk: this store finds the run at once, other
    /// processes after 20 ms, and a process that is killed within those 20 ms leaves no trace of it.
    ///
    /// # Errors
    /// Those of an earlier run that could not be written meanwhile, so that nothing goes on unseen when
    /// the history cannot be kept: [`Error::Failed`], [`Error::Row`]; and [`Error::Interrupted`].
    pub async fn queue_run(&self, run: &ToolRun) -> Result<(), Error> {
        if let Some(failure) = self.writer().take_failure() {
            return Err(failure);
        }
        let run = Arc::new(run.clone());
        self.writer().queue(RunWrite { run, is_new: true }).await
    }

    /// Notes how a run went on or ended, unless it was removed meanwhile. It is written as soon as a
    /// run of [`Store::queue_run`], or before this returns when its answer is large.
    ///
    /// # Errors
    /// [`Error::Failed`], [`Error::Row`] when its answer is large; [`Error::Interrupted`].
    pub async fn close_run(&self, run: Arc<ToolRun>) -> Result<(), Error> {
        let is_new = false;
        if run.summary.result_bytes > Some(LARGE_RESULT) {
            return self.write_run_now(run, is_new).await;
        }
        self.writer().queue(RunWrite { run, is_new }).await
    }

    async fn write_run_now(&self, run: Arc<ToolRun>, is_new: bool) -> Result<(), Error> {
        let write = RunWrite { run, is_new };
        let owner = self.owner().to_owned();
        self.write(move |tx| write_run(tx, &write, &owner)).await
    }

    /// Waits until every run that was noted is written.
    ///
    /// # Errors
    /// [`Error::Failed`], [`Error::Row`] when one could not be; [`Error::Interrupted`].
    pub async fn flush_runs(&self) -> Result<(), Error> {
        self.writer().flush().await?;
        self.writer().take_failure().map_or(Ok(()), Err)
    }

    /// The run with everything that is known of it, if it is there.
    ///
    /// # Errors
    /// [`Error::Failed`], [`Error::Row`].
    pub async fn find_run(&self, id: &RunId) -> Result<Option<ToolRun>, Error> {
        let id = id.clone();
        self.read_runs(move |tx| match row_of(tx, &id)? {
            Some(row) => read_details(tx, row).map(Some),
            None => Ok(None),
        })
        .await
    }

    /// One page of the runs that the query asks for, newest first; filters typed into its text count.
    ///
    /// # Errors
    /// [`Error::Failed`].
    pub async fn list_runs(&self, query: &RunQuery) -> Result<RunPage, Error> {
        let query = query.clone().expand();
        let mut all = Conditions::of(&query);
        if all.ends_with_beginning() {
            let expand = move |tx: &Transaction<'_>| all.expand(tx).map(|()| all);
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
        // In a long history each may take as long as the other.
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

    /// Removes the run; `false` when it was not there.
    ///
    /// # Errors
    /// [`Error::Failed`].
    pub async fn remove_run(&self, id: &RunId) -> Result<bool, Error> {
        let id = id.to_string();
        self.write(move |tx| {
            let removed = tx
                .prepare_cached("DELETE FROM tool_runs WHERE id = ?1")?
                .execute([&id])?;
            Ok(removed > 0)
        })
        .await
    }

    /// Ends the runs that are still `running` though whoever ran them is gone: they become `failed`
    /// with the code `cancelled`. Answers which. Those that a server works on as a task stay, see
    /// [`Store::claim_task`].
    ///
    /// `is_alive` is asked about the owners of such runs; [`Store::liveness`] knows.
    ///
    /// # Errors
    /// [`Error::Failed`], [`Error::Row`].
    pub async fn close_orphans(
        &self,
        is_alive: impl Fn(&str) -> bool + Send + 'static,
    ) -> Result<Vec<RunId>, Error> {
        let owner = self.owner().to_owned();
        self.write(move |tx| {
            let orphans = orphans(tx, is_alive)?;
            let mut closed = Vec::with_capacity(orphans.len());
            for (row, mut run) in orphans {
                if run.task.is_some() {
                    continue;
                }
                run.summary.state = RunState::Failed;
                run.summary.problem = Some(interrupted_problem());
                update(tx, row, &run, &owner)?;
                write_details(tx, row, &run)?;
                closed.push(run.summary.id);
            }
            Ok(closed)
        })
        .await
    }

    /// The runs that a server works on as a task, and nobody waits for, the oldest first.
    ///
    /// # Errors
    /// [`Error::Failed`], [`Error::Row`].
    pub async fn list_abandoned_tasks(
        &self,
        is_alive: impl Fn(&str) -> bool + Send + 'static,
    ) -> Result<Vec<RunId>, Error> {
        self.read_runs(move |tx| {
            let left = orphans(tx, is_alive)?.into_iter();
            let left = left.filter(|(_, run)| run.task.is_some());
            Ok(left.map(|(_, run)| run.summary.id).collect())
        })
        .await
    }

    /// Makes such a run one of this store, as if it had been opened here; `None` where it is over, is no task, or
    /// somebody waits for it.
    ///
    /// # Errors
    /// [`Error::Failed`], [`Error::Row`].
    pub async fn claim_task(
        &self,
        id: &RunId,
        is_alive: impl Fn(&str) -> bool + Send + 'static,
    ) -> Result<Option<ToolRun>, Error> {
        let (id, owner) = (id.clone(), self.owner().to_owned());
        self.write(move |tx| {
            let mut left = orphans(tx, is_alive)?.into_iter();
            let found = left.find(|(_, run)| run.summary.id == id && run.task.is_some());
            let Some((row, run)) = found else {
                return Ok(None);
            };
            update(tx, row, &run, &owner)?;
            Ok(Some(run))
        })
        .await
    }

    /// Lets go of such a run, so that it can be claimed again.
    ///
    /// # Errors
    /// [`Error::Failed`].
    pub async fn release_task(&self, id: &RunId) -> Result<(), Error> {
        let id = id.clone();
        self.write(move |tx| {
            tx.prepare_cached(
                "UPDATE tool_runs SET owner = '' WHERE id = ?1 AND state = 'running'",
            )?
            .execute([id.as_str()])?;
            Ok(())
        })
        .await
    }
}

fn interrupted_problem() -> Problem {
    Problem::new(Code::Cancelled, "Patchbay quit before the tool responded")
        .with_hint("Check whether it took effect before running it again.")
}

/// Writes the row of a run that is new, or the same again; answers its number.
fn insert(tx: &Transaction<'_>, run: &ToolRun, owner: &str) -> Result<i64, Error> {
    if let Some(row) = row_of(tx, &run.summary.id)? {
        update(tx, row, run, owner)?;
        return Ok(row);
    }
    let summary = &run.summary;
    let (origin, client) = origin_columns(&summary.origin);
    tx.prepare_cached(
        "INSERT INTO tool_runs (id, connector, connector_title, tool, origin, client, started_at,
                                state, owner, summary)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
    )?
    .execute((
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
    ))?;
    Ok(tx.last_insert_rowid())
}

/// Writes how the run stands; where and when it began does not change.
fn update(tx: &Transaction<'_>, row: i64, run: &ToolRun, owner: &str) -> Result<(), Error> {
    let summary = &run.summary;
    tx.prepare_cached(
        "UPDATE tool_runs SET state = ?2, owner = ?3, summary = ?4 WHERE rowid = ?1",
    )?
    .execute((
        row,
        state_word(summary.state),
        owner_of(summary.state, owner),
        to_body(TABLE, summary)?,
    ))?;
    Ok(())
}

fn owner_of(state: RunState, owner: &str) -> Option<&str> {
    (state == RunState::Running).then_some(owner)
}

fn write_details(tx: &Transaction<'_>, row: i64, run: &ToolRun) -> Result<(), Error> {
    tx.prepare_cached(
        "INSERT INTO tool_run_details (run, body) VALUES (?1, ?2)
         ON CONFLICT (run) DO UPDATE SET body = excluded.body",
    )?
    .execute((row, to_body(TABLE, run)?))?;
    let [tool, connector, arguments, result, problem, identity] = texts_of(run);
    tx.prepare_cached(
        "INSERT OR REPLACE INTO tool_run_texts
             (rowid, tool, connector, arguments, result, problem, identity)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )?
    .execute((row, tool, connector, arguments, result, problem, identity))?;
    Ok(())
}

fn read_details(tx: &Transaction<'_>, row: i64) -> Result<ToolRun, Error> {
    let body: String = tx
        .prepare_cached("SELECT body FROM tool_run_details WHERE run = ?1")?
        .query_row([row], |row| row.get(0))?;
    from_body(TABLE, &body)
}

fn row_of(tx: &Transaction<'_>, id: &RunId) -> Result<Option<i64>, Error> {
    let row = tx
        .prepare_cached("SELECT rowid FROM tool_runs WHERE id = ?1")?
        .query_row([id.as_str()], |row| row.get(0))
        .optional()?;
    Ok(row)
}

/// How many runs meet the conditions, and whether there may be more.
fn count(tx: &Transaction<'_>, conditions: &Conditions) -> Result<(u32, bool), Error> {
    let mut statement = tx.prepare_cached(&conditions.count())?;
    let values = params_from_iter(conditions.values());
    Ok(statement.query_row(values, |row| Ok((row.get(0)?, row.get(1)?)))?)
}

/// The first `limit` runs that meet the conditions, and where the next page begins.
fn page(
    tx: &Transaction<'_>,
    conditions: &Conditions,
    limit: u32,
) -> Result<(Vec<ToolRunSummary>, Option<RunId>), Error> {
    // One more than asked for tells whether there is a next page.
    let more = Value::Integer(i64::from(limit) + 1);
    let mut statement = tx.prepare_cached(&conditions.page())?;
    let mut rows: Vec<(String, String)> = statement
        .query_map(
            params_from_iter(conditions.values().chain([&more])),
            |row| Ok((row.get(0)?, row.get(1)?)),
        )?
        .collect::<Result<_, _>>()?;
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

/// The runs whose owner is gone, with their rows; without those that this version cannot read.
fn orphans(
    tx: &Transaction<'_>,
    is_alive: impl Fn(&str) -> bool,
) -> Result<Vec<(i64, ToolRun)>, Error> {
    let owned: Vec<(i64, String, String)> = tx
        .prepare_cached(
            "SELECT tool_runs.rowid, tool_runs.owner, tool_run_details.body FROM tool_runs
             JOIN tool_run_details ON tool_run_details.run = tool_runs.rowid
             WHERE tool_runs.owner IS NOT NULL ORDER BY tool_runs.id",
        )?
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
        .collect::<Result<_, _>>()?;
    let gone = owned.into_iter().filter(|(_, owner, _)| !is_alive(owner));
    Ok(gone
        .filter_map(|(row, _, body)| Some((row, parse_row(TABLE, &body)?)))
        .collect())
}

#[cfg(test)]
mod tests;
