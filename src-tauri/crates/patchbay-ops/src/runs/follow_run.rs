//! Resuming runs that a server works on as a task after the process that started them has ended.

use std::sync::Arc;
use std::time::{Duration, Instant};

use patchbay_model::{Code, Connector, Explain, RunId, RunState, ToolRun, millis};
use patchbay_platforms::mcp::{TASK_LIFETIME, ToolCall, ends_task};
use serde_json::Map;
use tokio_util::sync::CancellationToken;

use crate::backend::for_connector;
use crate::context::Context;
use crate::error::Error;
use crate::redact::KnownSecrets;
use crate::runs::find_run;
use crate::runs::run_tool::finish::finish_run;
use crate::runs::run_tool::{ActiveRun, RunProgress, emit_run_changed};
use crate::stored_connectors::find_connector;
use crate::stored_connectors::time_limits::run_limit;

/// Time between two checks of a run that another process awaits.
const POLL_INTERVAL: Duration = Duration::from_millis(500);

/// The first and the longest pause before a server is asked again that could not be reached.
const RETRY_PAUSES: (Duration, Duration) = (Duration::from_secs(10), Duration::from_secs(300));

/// Waits until a run of any process has ended. A task whose process is gone is resumed here: it can be cancelled, and
/// `on_progress` is called as in [`run_tool`](super::run_tool::run_tool).
///
/// # Errors
/// [`Error::NotFound`]; errors that prevent asking the server, which leave the run as it is.
pub async fn follow_run(
    cx: &Context,
    id: &RunId,
    on_progress: impl Fn(RunProgress) + Send + Sync + 'static,
) -> Result<ToolRun, Error> {
    loop {
        let store = cx.store();
        if let Some(run) = store.claim_task(id, store.liveness()).await? {
            let cancel = cx.shutdown().child_token();
            return resume_run(cx, run, cancel, on_progress).await;
        }
        let run = find_run(cx, id).await?;
        if run.summary.state != RunState::Running || cx.shutdown().is_cancelled() {
            return Ok(run);
        }
        tokio::select! {
            () = cx.shutdown().cancelled() => {}
            () = tokio::time::sleep(POLL_INTERVAL) => {}
        }
    }
}

/// Resumes every task whose process is gone, in the background.
pub async fn resume_abandoned_runs(cx: &Context) -> Result<(), Error> {
    let store = cx.store();
    let tasks = store.list_abandoned_tasks(store.liveness()).await?;
    for id in tasks {
        let waiting = cx.clone();
        cx.tasks()
            .spawn(async move { keep_following(&waiting, &id).await });
    }
    Ok(())
}

/// Whether a server may be reached later, as before the network is up.
fn is_unreached(code: Code) -> bool {
    matches!(
        code,
        Code::NetworkUnreachable
            | Code::NetworkDns
            | Code::NetworkTls
            | Code::TimedOut
            | Code::PlatformFailed
    )
}

/// Follows a run until it has ended, however often its server can't be reached.
async fn keep_following(cx: &Context, id: &RunId) {
    let (mut pause, longest) = RETRY_PAUSES;
    while let Err(error) = follow_run(cx, id, |_| {}).await {
        // The message may contain the server's text, which must not be logged.
        tracing::warn!(code = error.code().as_str(), run = %id, "a task could not be waited for");
        // Asking again for what a person refused would only bother them.
        if !is_unreached(error.code()) {
            return;
        }
        tokio::select! {
            () = cx.shutdown().cancelled() => return,
            () = tokio::time::sleep(pause) => {}
        }
        pause = (pause * 2).min(longest);
    }
}

/// Cancels the run of a task whose process is gone, and tells the server if it is connected. Returns whether it is one.
pub(super) async fn cancel_abandoned(cx: &Context, id: &RunId) -> Result<bool, Error> {
    let store = cx.store();
    let Some(run) = store.claim_task(id, store.liveness()).await? else {
        return Ok(false);
    };
    let cancelled = CancellationToken::new();
    cancelled.cancel();
    resume_run(cx, run, cancelled, |_| {}).await?;
    Ok(true)
}

async fn resume_run(
    cx: &Context,
    run: ToolRun,
    cancel: CancellationToken,
    on_progress: impl Fn(RunProgress) + Send + Sync + 'static,
) -> Result<ToolRun, Error> {
    let id = run.summary.id.clone();
    let ended = await_task(cx, run, cancel, on_progress).await;
    if !matches!(&ended, Ok(run) if run.summary.state != RunState::Running) {
        cx.store().release_task(&id).await?;
    }
    ended
}

async fn await_task(
    cx: &Context,
    run: ToolRun,
    cancel: CancellationToken,
    on_progress: impl Fn(RunProgress) + Send + Sync + 'static,
) -> Result<ToolRun, Error> {
    let began = Instant::now();
    let connector = match find_connector(cx, &run.summary.connector).await {
        Err(Error::NotFound { .. }) => return close_lost(cx, run).await,
        found => found?,
    };
    let secrets = || async { KnownSecrets::new(for_connector(cx, &connector).secrets().await) };
    let (earlier, call) = (age(cx, &run), resume_call(&run, &connector));
    let (run, stop, known) = (Arc::new(run), cancel.clone(), secrets().await);
    let active = ActiveRun::begin(cx, &connector, run, began, stop, known, &on_progress);
    let active = active.resumed_after(earlier);
    let called = active.call(call, on_progress).await;
    if active.is_detached() {
        return Ok(active.into_run());
    }
    match called {
        // Closing the connection cancels the attempt to connect, but not the task.
        Err(Error::Cancelled) if !cancel.is_cancelled() => Err(Error::Cancelled),
        Err(error) if !ends_task(error.code()) => match age(cx, active.run()) <= TASK_LIFETIME {
            true => Err(error),
            false => close_lost(cx, active.into_run()).await,
        },
        // The token may have been renewed meanwhile.
        called => Ok(active.end(called, secrets().await).await),
    }
}

/// Closes a run whose server cannot be asked for the result any more.
async fn close_lost(cx: &Context, mut run: ToolRun) -> Result<ToolRun, Error> {
    run.summary.duration_ms = Some(millis(age(cx, &run)));
    let lost = Err(patchbay_platforms::Error::TaskLost.into());
    finish_run(
        &mut run,
        lost,
        None,
        Instant::now(),
        &KnownSecrets::default(),
    );
    cx.store().close_run(run.clone().into()).await?;
    emit_run_changed(cx, &run);
    Ok(run)
}

/// Time since the run began.
fn age(cx: &Context, run: &ToolRun) -> Duration {
    let millis = cx.now().unix_millis() - run.summary.started_at.unix_millis();
    Duration::from_millis(millis.max(0).cast_unsigned())
}

fn resume_call(run: &ToolRun, connector: &Connector) -> ToolCall {
    // The arguments are not sent again, and secret ones were not saved.
    let arguments = Map::new();
    ToolCall {
        as_task: true,
        resumes: run.task.clone(),
        ..ToolCall::new(run.summary.tool.clone(), arguments, run_limit(connector))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runs::cancel_run::cancel_run;
    use crate::runs::remove_run;
    use crate::testing::{UNREACHABLE_URL, add, finished_run, open_temporary};
    use patchbay_model::{ServerTask, Timestamp};
    use patchbay_store::Store;

    /// Saves a run of a task as a process that is gone left it.
    async fn leave_behind(cx: &Context, connector: &Connector, started_at: Timestamp) -> RunId {
        let mut run = finished_run();
        run.summary.connector = connector.id.clone();
        run.summary.state = RunState::Running;
        run.summary.started_at = started_at;
        run.task = Some(ServerTask {
            id: "t1".to_owned(),
            extension: true,
        });
        let gone = Store::open(&cx.paths().database()).await.unwrap();
        gone.open_run(&run).await.unwrap();
        run.summary.id
    }

    async fn state(cx: &Context, id: &RunId) -> RunState {
        find_run(cx, id).await.unwrap().summary.state
    }

    #[tokio::test]
    async fn a_task_that_nobody_can_be_asked_for_is_lost_after_its_lifetime_or_without_connector() {
        let (_home, cx) = open_temporary().await;
        let connector = add(&cx, UNREACHABLE_URL).await;
        let id = leave_behind(&cx, &connector, cx.now()).await;
        follow_run(&cx, &id, |_| {}).await.unwrap_err();
        assert_eq!(state(&cx, &id).await, RunState::Running, "it may come back");
        let old = leave_behind(&cx, &connector, finished_run().summary.started_at).await;
        let nowhere = Connector {
            id: patchbay_model::ConnectorId::new("con_nowhere"),
            ..connector
        };
        for _ in 0..2 {
            let run = follow_run(&cx, &old, |_| {}).await.unwrap();
            assert_eq!(run.summary.state, RunState::Failed);
            assert_eq!(run.summary.problem.unwrap().code, Code::McpServerError);
            remove_run(&cx, &old).await.unwrap();
            leave_behind(&cx, &nowhere, cx.now()).await;
        }
        cx.close().await;
    }

    #[tokio::test]
    async fn a_task_whose_process_is_gone_can_be_cancelled_and_deleted() {
        let (_home, cx) = open_temporary().await;
        let connector = add(&cx, UNREACHABLE_URL).await;
        let id = leave_behind(&cx, &connector, cx.now()).await;
        cancel_run(&cx, &id).await.unwrap();
        assert_eq!(state(&cx, &id).await, RunState::Cancelled);
        remove_run(&cx, &id).await.unwrap();
        let id = leave_behind(&cx, &connector, cx.now()).await;
        remove_run(&cx, &id).await.unwrap();
        cx.close().await;
    }
}
