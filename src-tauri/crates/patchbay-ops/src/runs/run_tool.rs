//! Running a tool.

mod active_run;
pub(super) mod capture;
pub(super) mod finish;
mod progress;
mod task;
mod tool_lookup;

use std::sync::Arc;
use std::time::{Duration, Instant};

use patchbay_model::{
    Connector, ConnectorId, Explain, IdentityLine, Json, Origin, RunId, RunLabel, RunState, Tool,
    ToolEffect, ToolRun, ToolRunSummary,
};
use patchbay_platforms::mcp::ToolCall;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use specta::Type;

pub(super) use self::active_run::{ActiveRun, emit_run_changed};
use crate::backend::for_connector;
use crate::connectors::tools;
use crate::context::Context;
use crate::context::session_host::SessionHost;
use crate::context::tool_cache::{CachedTool, RunTarget};
use crate::error::{Error, TimeLimit};
use crate::json_object::not_an_object;
use crate::redact::{KnownSecrets, marked_values, redact_marked};
use crate::stored_connectors::status;
use crate::stored_connectors::time_limits::run_limit;

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
/// killed process loses those of its last 10 ms.
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
    let call = tool_call(&request, &mut prepared);
    let (cancel, connector) = (cx.shutdown().child_token(), &prepared.connector);
    let active = ActiveRun::begin(cx, connector, run, began, cancel, secrets, &on_progress);
    let called = active.call(call, on_progress).await;
    let called = called.map_err(|error| name_call_limit(error, &request));
    if active.is_detached() {
        return Ok(active.into_run());
    }
    // A token may have been renewed meanwhile. A vault that could not be read is not read again.
    let later = match &called {
        Err(error) if error.code().as_str().starts_with("vault.") => KnownSecrets::default(),
        _ => collect_secrets(cx, &prepared).await,
    };
    Ok(active.end(called, later).await)
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
    pub(crate) known: Arc<CachedTool>,
    /// The effect with these arguments.
    pub(crate) effect: ToolEffect,
    /// The arguments to send.
    pub(crate) arguments: Map<String, Value>,
    pub(crate) as_task: bool,
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
        known,
        effect,
        arguments,
        as_task: needs_task || request.as_task,
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
    let arguments = if prepared.known.has_marked_secrets {
        redact_marked(&request.arguments, &prepared.known.tool.input_schema)
    } else {
        request.arguments.0.clone()
    };
    let arguments = capture::filter_arguments(secrets.redact(arguments), connector.capture);
    ToolRun {
        summary: ToolRunSummary {
            id: RunId::new(cx.new_id("run")),
            connector: connector.id.clone(),
            connector_title: connector.title.clone(),
            tool: prepared.known.tool.name.clone(),
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
    let (arguments, secrets) = match prepared.known.has_marked_secrets {
        // They are redacted afterwards too.
        true => {
            let arguments = prepared.arguments.clone();
            let schema = &prepared.known.tool.input_schema;
            let secrets = marked_values(&Value::Object(arguments.clone()), schema);
            (arguments, secrets)
        }
        false => (std::mem::take(&mut prepared.arguments), Vec::new()),
    };
    let name = prepared.known.tool.name.clone();
    ToolCall {
        secrets,
        names_headers: prepared.known.names_headers,
        as_task: prepared.as_task,
        ..ToolCall::new(name, arguments, timeout)
    }
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

async fn collect_secrets(cx: &Context, prepared: &Prepared) -> KnownSecrets {
    let secrets = for_connector(cx, &prepared.connector).secrets().await;
    let secrets = KnownSecrets::new(secrets);
    if !prepared.known.has_marked_secrets {
        return secrets;
    }
    let arguments = Value::Object(prepared.arguments.clone());
    let schema = &prepared.known.tool.input_schema;
    secrets.and(KnownSecrets::marked(&arguments, schema))
}
