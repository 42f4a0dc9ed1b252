//! Resuming runs that a server works on as a task after the process that started them has ended.

use std::time::{Duration, Instant};

use patchbay_model::{Connector, Explain, RunId, RunState, ServerTask, ToolRun};
use patchbay_platforms::mcp::{ToolCall, ends_task};
use serde_json::Map;
use tokio_util::sync::CancellationToken;

use crate::backend::for_connector;
use crate::connectors::find_connector;
use crate::context::Context;
use crate::error::Error;
use crate::redact::KnownSecrets;
use crate::runs::find_run;
use crate::runs::run_tool::finish::millis;
use crate::runs::run_tool::{
    RunHooks, RunProgress, call, emit_run_changed, record_outcome, silence_limit,
};

/// Time between two checks of a run that another process awaits.
const POLL_INTERVAL: Duration = Duration::from_millis(500);

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
            return resume_run(cx, run, on_progress).await;
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
        cx.tasks().spawn(async move {
            if let Err(error) = follow_run(&waiting, &id, |_| {}).await {
                // The message may contain the server's text, which must not be logged.
                tracing::warn!(code = error.code().as_str(), run = %id, "a task could not be waited for");
            }
        });
    }
    Ok(())
}

async fn resume_run(
    cx: &Context,
    run: ToolRun,
    on_progress: impl Fn(RunProgress) + Send + Sync + 'static,
) -> Result<ToolRun, Error> {
    let began = Instant::now();
    let id = run.summary.id.clone();
    let cancel = cx.shutdown().child_token();
    let _guard = cx.running().register(&id, cancel.clone());
    emit_run_changed(cx, &run);
    on_progress(RunProgress::Started {
        run: id.clone(),
        identity: run.summary.identity.clone(),
    });
    let ended = await_task(cx, &run, began, &cancel, on_progress).await;
    if !matches!(&ended, Ok(run) if run.summary.state != RunState::Running) {
        cx.store().release_task(&id).await?;
    }
    ended
}

async fn await_task(
    cx: &Context,
    run: &ToolRun,
    began: Instant,
    cancel: &CancellationToken,
    on_progress: impl Fn(RunProgress) + Send + Sync + 'static,
) -> Result<ToolRun, Error> {
    let connector = find_connector(cx, &run.summary.connector).await?;
    let hooks = RunHooks::new(cx, run, &connector);
    let (again, task) = (run.clone(), run.task.clone());
    let resumed = resume_call(&again, task, &connector);
    let called = call(cx, &connector, resumed, &hooks, cancel, on_progress).await;
    if hooks.task.is_detached() {
        return Ok(again);
    }
    match called {
        // Closing the connection cancels the attempt to connect, but not the task.
        Err(Error::Cancelled) if !cancel.is_cancelled() => Err(Error::Cancelled),
        Err(error) if !ends_task(error.code()) => Err(error),
        called => {
            let mut run = again;
            let earlier = cx.now().unix_millis() - run.summary.started_at.unix_millis();
            let earlier = Duration::from_millis(earlier.max(0).cast_unsigned());
            run.summary.duration_ms = Some(millis(earlier.saturating_sub(began.elapsed())));
            let recorded = hooks.take_questions();
            run.questions.extend(recorded.questions);
            let secrets = for_connector(cx, &connector).secrets().await;
            let secrets = KnownSecrets::new(secrets).and(KnownSecrets::new(recorded.secrets));
            let wire = hooks.capture.take_exchange();
            Ok(record_outcome(cx, run, &connector, called, (wire, began), &secrets).await)
        }
    }
}

fn resume_call(run: &ToolRun, task: Option<ServerTask>, connector: &Connector) -> ToolCall {
    // The arguments are not sent again, and secret ones were not saved.
    let arguments = Map::new();
    ToolCall {
        as_task: true,
        resumes: task,
        ..ToolCall::new(
            run.summary.tool.clone(),
            arguments,
            silence_limit(connector),
        )
    }
}
