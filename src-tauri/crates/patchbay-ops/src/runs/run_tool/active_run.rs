//! A run whose tool is being called.

use std::sync::Arc;
use std::time::{Duration, Instant};

use patchbay_http::{Capture, SentSecrets};
use patchbay_model::{Code, Connector, Explain, RunId, ToolRun, millis};
use patchbay_platforms::mcp::{Asker, CallProgress, TaskKeeper, ToolCall};
use tokio_util::sync::CancellationToken;

use super::RunProgress;
use super::progress::Progress;
use super::task::RunTask;
use super::{capture, finish};
use crate::authorizations::scope_upgrade;
use crate::backend::{CompletedCall, for_connector};
use crate::context::Context;
use crate::context::running::RunningGuard;
use crate::error::Error;
use crate::events::Event;
use crate::questions::PersonAsker;
use crate::redact::KnownSecrets;
use crate::stored_connectors::status;

/// Time that a platform has after a call to tell how the connector is.
const STATUS_TIMEOUT: Duration = Duration::from_secs(5);

/// A run that is in the history and can be cancelled, and what its call leaves.
pub(in crate::runs) struct ActiveRun<'a> {
    cx: &'a Context,
    connector: &'a Connector,
    run: Arc<ToolRun>,
    began: Instant,
    /// How long it had run before it was resumed.
    earlier: Duration,
    cancel: CancellationToken,
    /// The secrets that the call may send.
    secrets: KnownSecrets,
    asker: Arc<PersonAsker>,
    capture: Capture,
    sent: SentSecrets,
    task: Arc<RunTask>,
    _running: RunningGuard<'a, RunId>,
}

impl<'a> ActiveRun<'a> {
    /// Makes the run cancellable and tells of its start.
    pub(in crate::runs) fn begin(
        cx: &'a Context,
        connector: &'a Connector,
        run: Arc<ToolRun>,
        began: Instant,
        cancel: CancellationToken,
        secrets: KnownSecrets,
        on_progress: &impl Fn(RunProgress),
    ) -> Self {
        let running = cx.running().register(&run.summary.id, cancel.clone());
        emit_run_changed(cx, &run);
        on_progress(RunProgress::Started {
            run: run.summary.id.clone(),
            identity: run.summary.identity.clone(),
        });
        let asker = PersonAsker::for_run(cx, &run.summary, connector);
        Self {
            cx,
            connector,
            began,
            earlier: Duration::ZERO,
            cancel,
            secrets,
            asker,
            capture: Capture::enabled(),
            sent: SentSecrets::enabled(),
            task: RunTask::new(cx, &run),
            run,
            _running: running,
        }
    }

    /// Counts the time before the run was resumed, too.
    pub(in crate::runs) fn resumed_after(self, earlier: Duration) -> Self {
        Self { earlier, ..self }
    }

    /// Calls the tool and forwards its progress, without secrets, and its questions.
    pub(in crate::runs) async fn call(
        &self,
        call: ToolCall,
        on_progress: impl Fn(RunProgress) + Send + Sync + 'static,
    ) -> Result<CompletedCall, Error> {
        let progress = Arc::new(Progress::new(on_progress));
        let (sink, secrets) = (Arc::clone(&progress), self.secrets.clone());
        let report = move |step: CallProgress| {
            sink.push(RunProgress::Progress {
                progress: step.progress,
                total: step.total,
                message: step.message.map(|message| secrets.redact_text(message)),
            });
        };
        let call = ToolCall {
            task_keeper: Some(Arc::clone(&self.task) as Arc<dyn TaskKeeper>),
            progress: Arc::new(report),
            asker: Some(Arc::clone(&self.asker) as Arc<dyn Asker>),
            capture: self.capture.clone(),
            sent: self.sent.clone(),
            ..call
        };
        let backend = for_connector(self.cx, self.connector);
        let credential = self.run.credential.clone();
        let called = tokio::select! {
            called = backend.call_tool(call, credential, &self.cancel) => called,
            never = progress.flush_periodically() => match never {},
        };
        progress.flush();
        called
    }

    /// Whether this process is ending while the server works on; then the run has not ended.
    pub(in crate::runs) fn is_detached(&self) -> bool {
        self.task.is_detached()
    }

    pub(in crate::runs) fn run(&self) -> &ToolRun {
        &self.run
    }

    /// Returns the run as it began.
    pub(in crate::runs) fn into_run(self) -> ToolRun {
        drop(self.task);
        Arc::unwrap_or_clone(self.run)
    }

    /// Saves the outcome, filtered by the connector's capture level, and updates the connector. Returns the unfiltered
    /// run. `later` are the secrets after the call: those before it may not be available again.
    pub(in crate::runs) async fn end(
        self,
        called: Result<CompletedCall, Error>,
        later: KnownSecrets,
    ) -> ToolRun {
        let (cx, connector) = (self.cx, self.connector);
        let asked = self.asker.take();
        let sent = asked.secrets.into_iter().chain(self.sent.all());
        let secrets = self.secrets.and(later).and(KnownSecrets::new(sent));
        // It shares the run.
        drop(self.task);
        let mut run = Arc::unwrap_or_clone(self.run);
        run.questions.extend(asked.questions);
        run.summary.duration_ms = Some(millis(self.earlier));
        let tool = run.summary.tool.clone();
        let failed = match &called {
            Ok(called) => Ok(called.outcome.result.is_error),
            Err(error) => Err(record_failure(cx, connector, &tool, error).await),
        };
        let wire = self.capture.take_exchange();
        finish::finish_run(&mut run, called, wire, self.began, &secrets);
        let run = Arc::new(run);
        let recorded = capture::filter_run(&run);
        let closed = cx.store().close_run(Arc::clone(&recorded)).await;
        // The tool has run and may not be repeatable: the caller gets the result even when saving it failed.
        if let Err(error) = closed {
            tracing::warn!(%error, run = %run.summary.id, "a run could not be saved");
            cx.note_unsaved_run(error.into());
        }
        // Who hears that it has ended may quit at once, without being told that something is running.
        cx.running().remove(&run.summary.id);
        emit_run_changed(cx, &recorded);
        drop(recorded);
        // A platform may take long to tell how the connector is, which must not keep the run open.
        let updated = match failed {
            Ok(is_error) => record_success(cx, connector, &tool, is_error, &self.cancel).await,
            Err(updated) => updated,
        };
        if let Err(error) = updated {
            tracing::warn!(code = error.code().as_str(), run = %run.summary.id, "a run could not be noted");
        }
        Arc::unwrap_or_clone(run)
    }
}

/// Updates the status of a connector that was not known to work.
async fn record_success(
    cx: &Context,
    connector: &Connector,
    tool: &str,
    is_error: bool,
    cancel: &CancellationToken,
) -> Result<(), Error> {
    scope_upgrade::record_tool_access(cx, connector, tool, false).await?;
    if status::is_settled(connector.status.status) {
        return Ok(());
    }
    let backend = for_connector(cx, connector);
    let change = tokio::time::timeout(STATUS_TIMEOUT, backend.status_after_call(is_error));
    match cancel.run_until_cancelled(change).await {
        Some(Ok(Some(change))) => status::change(cx, &connector.id, change).await.map(drop),
        _ => Ok(()),
    }
}

async fn record_failure(
    cx: &Context,
    connector: &Connector,
    tool: &str,
    error: &Error,
) -> Result<(), Error> {
    scope_upgrade::record_refused_scopes(cx, &connector.id, error).await?;
    if error.code() == Code::AuthForbidden {
        return scope_upgrade::record_tool_access(cx, connector, tool, true).await;
    }
    // One slow or failing tool says nothing about its connector.
    if matches!(
        error.code(),
        Code::TimedOut | Code::McpServerError | Code::McpFeatureOff
    ) {
        return Ok(());
    }
    status::record_failure(cx, &connector.id, error).await
}

pub(in crate::runs) fn emit_run_changed(cx: &Context, run: &ToolRun) {
    if cx.is_listened_to() {
        cx.emit(Event::RunChanged {
            run: Box::new(run.summary.clone()),
        });
    }
}
