//! Runs of tools and their history.

pub(crate) mod cancel_run;
pub(crate) mod compare;
pub(crate) mod dry_run;
pub(crate) mod export;
pub(crate) mod follow_run;
pub(crate) mod label;
pub(crate) mod next_page;
pub(crate) mod replay;
pub(crate) mod retention;
pub(crate) mod run_tool;
pub(crate) mod runs_file;
pub(crate) mod save_attachment;

use patchbay_model::{RunId, RunPage, RunQuery, RunState, ToolRun};

use crate::clock::is_id;
use crate::context::Context;
use crate::error::Error;

/// Returns a page of the history, newest first; `since:` in the text of the query counts from now.
pub async fn list_runs(cx: &Context, query: &RunQuery) -> Result<RunPage, Error> {
    Ok(cx.store().list_runs(&query.clone().at(cx.now())).await?)
}

/// Returns a run with its arguments and result.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Store`].
pub async fn find_run(cx: &Context, id: &RunId) -> Result<ToolRun, Error> {
    let run = cx.store().find_run(id).await?;
    run.ok_or_else(|| not_found(id))
}

/// The word that stands for the newest run.
pub const LATEST_RUN: &str = "latest";

/// Returns the id of the run that a text names: an id, also of a run that was removed, or [`LATEST_RUN`].
///
/// # Errors
/// [`Error::NotFound`] when there is no run yet, or no run has such an id; [`Error::Store`].
pub async fn resolve_run(cx: &Context, text: &str) -> Result<RunId, Error> {
    let id = RunId::new(text);
    if text != LATEST_RUN {
        return match is_id(text, "run") {
            true => Ok(id),
            false => Err(not_found(&id)),
        };
    }
    let query = RunQuery {
        limit: 1,
        ..RunQuery::default()
    };
    let newest = list_runs(cx, &query).await?.runs.into_iter().next();
    newest.map(|run| run.id).ok_or_else(|| not_found(&id))
}

/// Removes a run from the history.
///
/// # Errors
/// [`Error::NotFound`], [`Error::StillRunning`], [`Error::Store`].
pub async fn remove_run(cx: &Context, id: &RunId) -> Result<(), Error> {
    let store = cx.store();
    let run = find_run(cx, id).await?;
    let is_running = run.summary.state == RunState::Running;
    // A task whose process is gone is nobody's.
    if is_running && store.claim_task(id, store.liveness()).await?.is_none() {
        return Err(Error::StillRunning {
            origin: run.summary.origin,
        });
    }
    if store.remove_run(id).await? {
        Ok(())
    } else {
        Err(not_found(id))
    }
}

fn not_found(id: &RunId) -> Error {
    Error::not_found("run", id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{finished_run, open_temporary};

    #[tokio::test]
    async fn a_run_that_goes_on_is_not_removed() {
        let (_home, cx) = open_temporary().await;
        let mut run = finished_run();
        run.summary.state = RunState::Running;
        let id = run.summary.id.clone();
        cx.store().open_run(&run).await.unwrap();
        let refused = remove_run(&cx, &id).await;
        assert!(
            matches!(refused, Err(Error::StillRunning { .. })),
            "{refused:?}"
        );
        find_run(&cx, &id).await.unwrap();
        run.summary.state = RunState::Done;
        cx.store().close_run(run.into()).await.unwrap();
        remove_run(&cx, &id).await.unwrap();
        cx.close().await;
    }
}
