//! Running a tool.

pub(super) mod capture;
pub(super) mod finish;
mod progress;
pub(super) mod task;
mod tool_lookup;

use std::sync::Arc;
use std::time::{Duration, Instant};

use patchbay_http::{Capture, Captured, SentSecrets};
use patchbay_model::{
    Code, Connector, ConnectorId, Explain, IdentityLine, Json, Origin, RunId, RunLabel, RunState,
    Tool, ToolEffect, ToolRun, ToolRunSummary,
};
use patchbay_platforms::mcp::{Asker, CallProgress, TaskKeeper, ToolCall};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use specta::Type;
use tokio_util::sync::CancellationToken;

use self::progress::Progress;
use self::task::RunTask;
use crate::authorizations::scope_upgrade;
use crate::backend::{CompletedCall, for_connector};
use crate::connectors::tools;
use crate::context::Context;
use crate::context::session_host::SessionHost;
use crate::context::tool_cache::{CachedTool, RunTarget};
use crate::error::{Error, TimeLimit};
use crate::events::Event;
use crate::json_object::not_an_object;
use crate::questions::{PersonAsker, QuestionLog};
use crate::redact::{KnownSecrets, marked_values, redact_marked};
use crate::stored_connectors::status;
use crate::stored_connectors::time_limits::run_limit;

/// Time that a platform has after a call to tell how the connector is.
const STATUS_TIMEOUT: Duration = Duration::from_secs(5);

#[derive(Clone, Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct RunTool {
    /// The connector that offers it.
    pub connector: ConnectorId,
    /// Name of the tool.
    pub tool: String,
    /// A JSON object.
    pub arguments: Json,
    /// Maximum seconds without a sign of life; `None` for the connector's limit, or the default.
    pub timeout_seconds: Option<u32>,
    /// Whether the user confirmed a destructive tool.
    pub confirmed: bool,
    /// The run that is repeated.
    pub replay_of: Option<RunId>,
    /// Who asks for it.
    pub origin: Origin,
    /// Name of a credential that the platform stores for the connector; `None` for the connector's default.
    pub credential: Option<String>,
    /// Whether to run it as a task, of which the server keeps the result until it is fetched. Tools that can only run so
    /// are always run so.
    #[serde(default)]
    #[specta(optional)]
    pub as_task: bool,
}

impl RunTool {
    /// A run with everything else as usual, and not confirmed.
    pub fn new(
        connector: ConnectorId,
        tool: impl Into<String>,
        arguments: Json,
        origin: Origin,
    ) -> Self {
        Self {
            connector,
            tool: tool.into(),
            arguments,
            timeout_seconds: None,
            confirmed: false,
            replay_of: None,
            origin,
            credential: None,
            as_task: false,
        }
    }
}

/// A step of a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(
    tag = "kind",
    rename_all = "snake_case",
    rename_all_fields = "camelCase"
)]
pub enum RunProgress {
    /// It is in the history now and can be cancelled by this id.
    Started {
        run: RunId,
        /// As who it runs.
        identity: IdentityLine,
    },
    /// The tool says how far it is.
    Progress {
        /// How far, in the tool's own unit.
        progress: f64,
        /// How much there is, where known.
        total: Option<f64>,
        /// In words.
        message: Option<String>,
    },
}

/// Runs a tool and saves the run in the history, whatever its outcome.
///
/// Once it has started, a failed run is returned too, with its `state` and `problem`. `on_progress` must not block; its
/// first call has the id by which the run can be cancelled.
///
/// This process sees the run in the history at once. It is on disk before a destructive tool is called; of other runs a
/// killed process loses those of its last 50 ms.
///
/// # Errors
/// Those that prevent the start: [`Error::NotFound`]; [`Error::SwitchedOff`]; [`Error::Arguments`];
/// [`Error::ConfirmationNeeded`]; [`Error::Usage`] when the arguments are not a JSON object, when a credential is named
/// and the platform does not support that, or when the tool cannot be run as a task.
pub async fn run_tool(
    cx: &Context,
    request: RunTool,
    on_progress: impl Fn(RunProgress) + Send + Sync + 'static,
) -> Result<ToolRun, Error> {
    let began = Instant::now();
    let mut prepared = prepare(cx, &request).await?;
    if prepared.effect.needs_confirmation() && !request.confirmed {
        return Err(Error::ConfirmationNeeded { what: request.tool });
    }
    let secrets = collect_secrets(cx, &prepared).await;
    let run = Arc::new(new_run(cx, &request, &prepared, &secrets));
    record_start(cx, &run, prepared.effect).await?;
    let cancel = cx.shutdown().child_token();
    let _guard = cx.running().register(&run.summary.id, cancel.clone());
    emit_run_changed(cx, &run);
    on_progress(RunProgress::Started {
        run: run.summary.id.clone(),
        identity: run.summary.identity.clone(),
    });

    let hooks = RunHooks::new(cx, &run, &prepared.connector);
    let tool_call = tool_call(&request, &mut prepared);
    let called = call(
        cx,
        &prepared.connector,
        tool_call,
        &hooks,
        &cancel,
        &secrets,
        on_progress,
    )
    .await;
    let called = called.map_err(|error| name_call_limit(error, &request));
    if hooks.task.is_detached() {
        return Ok(Arc::unwrap_or_clone(run));
    }
    let recorded = hooks.take_questions();
    // The token may have been renewed meanwhile. The earlier secrets were sent and may not be available again, so both
    // are redacted. A vault that could not be read is not read again.
    let secrets = match &called {
        Err(error) if error.code().as_str().starts_with("vault.") => secrets,
        _ => secrets.and(collect_secrets(cx, &prepared).await),
    };
    let sent = recorded.secrets.into_iter().chain(hooks.sent.all());
    let secrets = secrets.and(KnownSecrets::new(sent));
    let wire = hooks.capture.take_exchange();
    drop(hooks);
    let mut run = Arc::unwrap_or_clone(run);
    run.questions = recorded.questions;
    Ok(record_outcome(
        cx,
        run,
        &prepared.connector,
        called,
        (wire, began),
        &secrets,
        &cancel,
    )
    .await)
}

/// Saves the outcome of a run, filtered by its connector's capture level, and updates the connector. Returns the
/// unfiltered run.
pub(super) async fn record_outcome(
    cx: &Context,
    mut run: ToolRun,
    connector: &Connector,
    called: Result<CompletedCall, Error>,
    (wire, began): (Option<Captured>, Instant),
    secrets: &KnownSecrets,
    cancel: &CancellationToken,
) -> ToolRun {
    let tool = run.summary.tool.clone();
    let failed = match &called {
        Ok(called) => Ok(called.outcome.result.is_error),
        Err(error) => Err(record_failure(cx, connector, &tool, error).await),
    };
    finish::finish_run(&mut run, called, wire, began, secrets);
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
        Ok(is_error) => record_success(cx, connector, &tool, is_error, cancel).await,
        Err(updated) => updated,
    };
    if let Err(error) = updated {
        tracing::warn!(code = error.code().as_str(), run = %run.summary.id, "a run could not be noted");
    }
    Arc::unwrap_or_clone(run)
}

/// Receives the questions, the exchange and the task of a running call.
pub(super) struct RunHooks {
    asker: Option<Arc<PersonAsker>>,
    pub(super) capture: Capture,
    pub(super) sent: SentSecrets,
    pub(super) task: Arc<RunTask>,
}

impl RunHooks {
    pub(super) fn new(cx: &Context, run: &Arc<ToolRun>, connector: &Connector) -> Self {
        let asker = || PersonAsker::for_run(cx, &run.summary, connector);
        Self {
            asker: cx.can_ask().then(asker),
            capture: Capture::enabled(),
            sent: SentSecrets::enabled(),
            task: RunTask::new(cx, run),
        }
    }

    pub(super) fn take_questions(&self) -> QuestionLog {
        let asker = self.asker.as_ref();
        asker.map(|asker| asker.take()).unwrap_or_default()
    }
}

/// Adds the run to the history. A destructive one is on disk when this returns.
async fn record_start(cx: &Context, run: &Arc<ToolRun>, effect: ToolEffect) -> Result<(), Error> {
    match effect {
        ToolEffect::Destructive => cx.store().open_run(run).await?,
        ToolEffect::Read | ToolEffect::Write => cx.store().queue_run(Arc::clone(run)).await?,
    }
    Ok(())
}

/// Number of runs and rotations in progress, and of commands that use a server of this process. All end with it.
pub fn count_active_runs(cx: &Context) -> usize {
    let host = cx.session_host().and_then(SessionHost::own);
    cx.running().len() + cx.rotations().len() + host.map_or(0, |host| host.guests())
}

/// A run whose arguments are valid.
pub(crate) struct Prepared {
    pub(crate) connector: Arc<Connector>,
    pub(crate) tool: Arc<Tool>,
    /// The effect with these arguments.
    pub(crate) effect: ToolEffect,
    /// The arguments to send.
    pub(crate) arguments: Map<String, Value>,
    pub(crate) as_task: bool,
    /// Whether the tool's schema marks anything as secret.
    has_marked_secrets: bool,
    /// Whether the tool's schema has parameters in headers.
    names_headers: bool,
}

/// Looks up and validates everything before anything is sent.
pub(crate) async fn prepare(cx: &Context, request: &RunTool) -> Result<Prepared, Error> {
    let RunTarget { connector, tool } =
        tool_lookup::find(cx, &request.connector, &request.tool).await?;
    status::ensure_enabled(&connector)?;
    if request.credential.is_some() && !for_connector(cx, &connector).takes_credential().await? {
        return Err(Error::usage(
            format!(
                "connector {} can't run with another credential",
                connector.title
            ),
            "Run it without naming a credential.",
        ));
    }
    let Value::Object(arguments) = request.arguments.0.clone() else {
        return Err(not_an_object("arguments"));
    };
    let known = match tool {
        None if connector.tool_count.is_none() => {
            list_and_find_tool(cx, &connector, request).await?
        }
        tool => tool,
    };
    let backend = for_connector(cx, &connector);
    let unlisted = || backend.unlisted_tool(&request.tool).map(CachedTool::new);
    let known = match known.or_else(|| unlisted().map(Arc::new)) {
        // The server may have added it since.
        None if connector.tool_count.is_some() => {
            find_added_tool(cx, &connector, &request.tool).await?
        }
        known => known,
    };
    let Some(known) = known else {
        return Err(tools::not_found(cx, &connector.id, &request.tool).await?);
    };
    let fields = known.check.problems(&request.arguments);
    if !fields.is_empty() {
        return Err(Error::Arguments {
            tool: request.tool.clone(),
            fields,
        });
    }
    let effect = backend.effect_of(&known.tool, &arguments);
    drop(backend);
    let Tool {
        needs_task,
        may_be_task,
        ..
    } = *known.tool;
    if request.as_task && !needs_task && !may_be_task {
        return Err(Error::usage(
            format!("the tool {} can't run as a task", request.tool),
            "Run it as usual.",
        ));
    }
    Ok(Prepared {
        connector,
        tool: Arc::clone(&known.tool),
        effect,
        arguments,
        as_task: needs_task || request.as_task,
        has_marked_secrets: known.has_marked_secrets,
        names_headers: known.names_headers,
    })
}

/// Lists the tools of a connector whose tools were never listed, and finds the tool.
async fn list_and_find_tool(
    cx: &Context,
    connector: &Connector,
    request: &RunTool,
) -> Result<Option<Arc<CachedTool>>, Error> {
    tools::refresh(cx, connector, cx.shutdown()).await?;
    Ok(tool_lookup::find(cx, &connector.id, &request.tool)
        .await?
        .tool)
}

/// Lists the tools anew, and finds the tool. Where they cannot be listed, a similar name is taken for a typing error.
async fn find_added_tool(
    cx: &Context,
    connector: &Connector,
    name: &str,
) -> Result<Option<Arc<CachedTool>>, Error> {
    let Err(failed) = tools::refresh_tools(cx, &connector.id).await else {
        return Ok(tool_lookup::find(cx, &connector.id, name).await?.tool);
    };
    match tools::not_found(cx, &connector.id, name).await? {
        Error::ToolNotFound { similar, .. } if similar.is_empty() => Err(failed),
        missing => Err(missing),
    }
}

fn new_run(
    cx: &Context,
    request: &RunTool,
    prepared: &Prepared,
    secrets: &KnownSecrets,
) -> ToolRun {
    let connector = &prepared.connector;
    let arguments = if prepared.has_marked_secrets {
        redact_marked(&request.arguments, &prepared.tool.input_schema)
    } else {
        request.arguments.0.clone()
    };
    let arguments = capture::filter_arguments(secrets.redact(arguments), connector.capture);
    ToolRun {
        summary: ToolRunSummary {
            id: RunId::new(cx.new_id("run")),
            connector: connector.id.clone(),
            connector_title: connector.title.clone(),
            tool: prepared.tool.name.clone(),
            identity: run_identity(connector, request.credential.as_deref()),
            origin: request.origin.clone(),
            state: RunState::Running,
            started_at: cx.now(),
            duration_ms: None,
            result_bytes: None,
            problem: None,
            arguments_line: finish::arguments_line(&arguments),
            capture: connector.capture,
            label: RunLabel::default(),
        },
        arguments: Json(arguments),
        result: None,
        exchange: None,
        timings: None,
        replay_of: request.replay_of.clone(),
        credential: request.credential.clone(),
        questions: Vec::new(),
        task: None,
        as_task: request.as_task,
    }
}

/// The identity of a run with a credential, `None` for the connector's default. Level and expiry of a named one are
/// unknown here.
pub fn run_identity(connector: &Connector, credential: Option<&str>) -> IdentityLine {
    let own = connector.identity.clone();
    match credential {
        Some(name) if own.credential.as_deref() != Some(name) => IdentityLine {
            credential: Some(name.to_owned()),
            user: None,
            level: None,
            expires_at: None,
            ..own
        },
        _ => own,
    }
}

fn tool_call(request: &RunTool, prepared: &mut Prepared) -> ToolCall {
    let timeout = match request.timeout_seconds {
        Some(seconds) => Duration::from_secs(seconds.max(1).into()),
        None => run_limit(&prepared.connector),
    };
    let (arguments, secrets) = match prepared.has_marked_secrets {
        // They are redacted afterwards too.
        true => {
            let arguments = prepared.arguments.clone();
            let schema = &prepared.tool.input_schema;
            let secrets = marked_values(&Value::Object(arguments.clone()), schema);
            (arguments, secrets)
        }
        false => (std::mem::take(&mut prepared.arguments), Vec::new()),
    };
    let name = prepared.tool.name.clone();
    ToolCall {
        secrets,
        names_headers: prepared.names_headers,
        as_task: prepared.as_task,
        ..ToolCall::new(name, arguments, timeout)
    }
}

/// Calls the tool and forwards its progress, without secrets, and its questions.
pub(super) async fn call(
    cx: &Context,
    connector: &Connector,
    call: ToolCall,
    hooks: &RunHooks,
    cancel: &CancellationToken,
    secrets: &KnownSecrets,
    on_progress: impl Fn(RunProgress) + Send + Sync + 'static,
) -> Result<CompletedCall, Error> {
    let progress = Arc::new(Progress::new(on_progress));
    let (sink, secrets) = (Arc::clone(&progress), secrets.clone());
    let report = move |step: CallProgress| {
        sink.push(RunProgress::Progress {
            progress: step.progress,
            total: step.total,
            message: step.message.map(|message| secrets.redact_text(message)),
        });
    };
    let credential = hooks.task.credential();
    let call = ToolCall {
        task_keeper: Some(Arc::clone(&hooks.task) as Arc<dyn TaskKeeper>),
        progress: Arc::new(report),
        asker: hooks.asker.clone().map(|asker| asker as Arc<dyn Asker>),
        capture: hooks.capture.clone(),
        sent: hooks.sent.clone(),
        ..call
    };
    let backend = for_connector(cx, connector);
    let called = tokio::select! {
        called = backend.call_tool(call, credential, cancel) => called,
        never = progress.flush_periodically() => match never {},
    };
    progress.flush();
    called
}

/// Names the time limit of the request in the error, where that was exceeded.
fn name_call_limit(error: Error, request: &RunTool) -> Error {
    match error {
        Error::TooSlow {
            connector,
            limit: TimeLimit::Run,
            seconds,
        } if request.timeout_seconds.is_some() => Error::TooSlow {
            connector,
            limit: TimeLimit::Call,
            seconds,
        },
        error => error,
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

async fn collect_secrets(cx: &Context, prepared: &Prepared) -> KnownSecrets {
    let secrets = for_connector(cx, &prepared.connector).secrets().await;
    let secrets = KnownSecrets::new(secrets);
    if !prepared.has_marked_secrets {
        return secrets;
    }
    let arguments = Value::Object(prepared.arguments.clone());
    let schema = &prepared.tool.input_schema;
    secrets.and(KnownSecrets::marked(&arguments, schema))
}

pub(super) fn emit_run_changed(cx: &Context, run: &ToolRun) {
    if cx.is_listened_to() {
        cx.emit(Event::RunChanged {
            run: Box::new(run.summary.clone()),
        });
    }
}
