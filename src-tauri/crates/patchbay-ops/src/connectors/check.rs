//! The doctor: checks a connector step by step and reports which step fails.

use std::time::Instant;

use futures::StreamExt;
use patchbay_model::{
    Authentication, Code, Connector, ConnectorId, Explain, Problem, ServerFacts, Status, Tool,
    count, millis,
};
use serde::{Deserialize, Serialize};
use specta::Type;
use tokio_util::sync::CancellationToken;

use crate::abilities::abilities;
use crate::backend::for_connector;
use crate::connector_view::ConnectorView;
use crate::connectors::deviations::deviations_of;
use crate::connectors::tools;
use crate::context::Context;
use crate::error::Error;
use crate::processes::environment::path_variable;
use crate::servers::find_program;
use crate::servers::sessions::{HeldSession, list_sessions, over_http};
use crate::stored_connectors::view::view_connector;
use crate::stored_connectors::{find_connector, list_connectors};

/// Result of a check.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Check {
    /// The connector after the check.
    pub connector: ConnectorView,
    /// The steps in order; those after a failure are skipped.
    pub steps: Vec<CheckStep>,
}

/// One step of the doctor.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct CheckStep {
    /// `name`, `connect`, `tls`, `discovery`, `sign_in`, `negotiation` or `tools`; for a program `found`, `started`,
    /// `spoke`, `negotiation` or `tools`.
    pub name: String,
    pub state: CheckState,
    /// Detail for display.
    pub note: Option<String>,
    /// Why the step failed.
    pub problem: Option<Problem>,
    pub duration_ms: Option<u32>,
}

impl CheckStep {
    /// What people call the step.
    pub fn label(&self) -> &str {
        match self.name.as_str() {
            "name" => "DNS",
            "connect" => "connection",
            "tls" => "TLS",
            "sign_in" => "sign-in",
            "negotiation" => "handshake",
            name => name,
        }
    }
}

/// Outcome of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum CheckState {
    Passed,
    Failed,
    /// Does not apply, or follows a failed step.
    Skipped,
}

/// Maximum number of concurrent checks. It bounds their memory, as each may read the maximum size of a tool list, and how
/// many local servers start at once, which would slow each other down beyond their time limits.
pub const MAX_CONCURRENT_CHECKS: usize = 4;

/// Checks one connector: connects anew and lists its tools. Never opens a browser.
///
/// # Errors
/// [`Error::NotFound`], [`Error::SwitchedOff`], [`Error::Store`]; [`Error::Cancelled`] by [`cancel_check`]. Problems of
/// the connector are returned in the steps.
pub async fn check_connector(cx: &Context, id: &ConnectorId) -> Result<Check, Error> {
    let cancel = cx.shutdown().child_token();
    let _guard = cx.checks().register(id, cancel.clone());
    let connector = find_connector(cx, id).await?;
    tokio::select! {
        () = cancel.cancelled() => return Err(Error::Cancelled),
        // Does not end a tool run in progress.
        () = cx.sessions().drain(id) => {}
    }
    check(cx, connector, &cancel).await
}

/// Like [`check_connector`], without ending or taking over a session in which the server may remember what it was told:
/// checks an open one, and nothing where a command has just left one to the next.
pub(crate) async fn check_in_background(cx: &Context, id: &ConnectorId) -> Result<(), Error> {
    match cx.sessions().is_remembered(id) {
        Some(true) => {}
        Some(false) => cx.sessions().drain(id).await,
        None if over_http::is_left(cx, id).await => return Ok(()),
        None => {}
    }
    let cancel = cx.shutdown().child_token();
    let _guard = cx.checks().register(id, cancel.clone());
    let connector = find_connector(cx, id).await?;
    check(cx, connector, &cancel).await.map(drop)
}

async fn check(
    cx: &Context,
    connector: Connector,
    cancel: &CancellationToken,
) -> Result<Check, Error> {
    let (id, began) = (connector.id.clone(), Instant::now());
    let listed = relist_tools(cx, connector, cancel).await;
    let took = Some(millis(began.elapsed()));
    let connector = find_connector(cx, &id).await?;
    let is_connected = cx.sessions().is_remembered(&id).is_some();
    let mut steps = match listed {
        Ok(tools) => match platform_problem(&connector) {
            Some(error) => failed_steps(&connector, &error, is_connected, took),
            None => passed_steps(&connector, tools.len(), took),
        },
        // The error depends on what was cancelled.
        Err(_) if cancel.is_cancelled() => return Err(Error::Cancelled),
        Err(error @ (Error::Store(_) | Error::NotFound { .. } | Error::SwitchedOff { .. })) => {
            return Err(error);
        }
        Err(error) => failed_steps(&connector, &error, is_connected, took),
    };
    add_notes(cx, &connector, &mut steps).await?;
    let connector = view_connector(cx, connector).await?;
    Ok(Check { connector, steps })
}

/// Cancels the check of a connector and ends the program that it starts; does nothing if no check runs.
pub fn cancel_check(cx: &Context, id: &ConnectorId) {
    cx.checks().cancel(id);
}

/// Returns the problem of a connector whose tools were listed without error: some platforms list no tools and report a
/// status instead.
pub fn platform_problem(connector: &Connector) -> Option<Error> {
    let title = connector.title.clone();
    match connector.status.status {
        Status::NeedsAuthorization => Some(Error::SignInNeeded { connector: title }),
        Status::Failing => Some(Error::FailingAtPlatform {
            connector: title,
            reason: connector.status.reason.clone(),
        }),
        _ => None,
    }
}

/// Lists the tools anew. If the platform had turned the connector off, its status is refreshed first.
async fn relist_tools(
    cx: &Context,
    mut connector: Connector,
    cancel: &CancellationToken,
) -> Result<Vec<Tool>, Error> {
    let is_off = connector.status.status == Status::Disabled;
    if is_off && !abilities(&connector).configured_here {
        for_connector(cx, &connector).refresh().await?;
        connector = find_connector(cx, &connector.id).await?;
    }
    tools::refresh_with_status(cx, &connector, cancel).await
}

/// Checks all enabled connectors concurrently; results are emitted as events, too.
pub async fn check_connectors(cx: &Context) -> Result<Vec<Check>, Error> {
    let connectors = list_connectors(cx).await?;
    let on = connectors.into_iter().filter(|connector| {
        !matches!(
            connector.status.status,
            Status::Disabled | Status::Authorizing
        )
    });
    let checks = futures::stream::iter(on)
        .map(|connector| async move {
            let checked = check_connector(cx, &connector.id).await;
            checked
                .inspect_err(|error| {
                    tracing::warn!(connector = %connector.id, %error, "a check came to nothing");
                })
                .ok()
        })
        .buffer_unordered(MAX_CONCURRENT_CHECKS)
        .filter_map(async |check| check);
    Ok(checks.collect().await)
}

fn applies(connector: &Connector, step: &str) -> bool {
    let endpoint = connector.endpoint.as_deref().unwrap_or_default();
    if connector.command.is_some() {
        return true;
    }
    if abilities(connector).reports_status {
        // We only see what the platform between us and the service reports.
        return matches!(step, "name" | "connect" | "tls" | "sign_in" | "tools");
    }
    match step {
        "tls" => endpoint.starts_with("https:"),
        "discovery" => matches!(connector.authentication, Authentication::Oauth { .. }),
        "sign_in" => connector.authentication != Authentication::None,
        _ => true,
    }
}

/// Returns the steps of a connector, all of which passed or do not apply.
fn new_steps(connector: &Connector) -> Vec<CheckStep> {
    let names: &[&str] = match connector.command {
        Some(_) => &["found", "started", "spoke", "negotiation", "tools"],
        None => &[
            "name",
            "connect",
            "tls",
            "discovery",
            "sign_in",
            "negotiation",
            "tools",
        ],
    };
    let step = |name: &&str| {
        let (state, note) = match applies(connector, name) {
            true => (CheckState::Passed, None),
            false => (CheckState::Skipped, Some("not needed".to_owned())),
        };
        CheckStep {
            name: (*name).to_owned(),
            state,
            note,
            problem: None,
            duration_ms: None,
        }
    };
    names.iter().map(step).collect()
}

fn passed_steps(connector: &Connector, tools: usize, took: Option<u32>) -> Vec<CheckStep> {
    let mut steps = new_steps(connector);
    let facts = connector.server.as_ref();
    for step in &mut steps {
        step.note = match step.name.as_str() {
            "sign_in" => connector.identity.credential.clone().or(step.note.take()),
            "negotiation" => facts.map(ServerFacts::protocol),
            "tools" => Some(count(tools, "tool")),
            _ => step.note.take(),
        };
    }
    if let Some(last) = steps.last_mut() {
        last.duration_ms = took;
    }
    steps
}

/// Notes the path of the program and what runs of it, and where the sign-in deviates from the standards.
async fn add_notes(
    cx: &Context,
    connector: &Connector,
    steps: &mut [CheckStep],
) -> Result<(), Error> {
    let passed = |step: &&mut CheckStep| step.state == CheckState::Passed;
    for step in steps.iter_mut().filter(passed) {
        match (step.name.as_str(), &connector.command) {
            ("found", Some(command)) => {
                let path = path_variable(&command.variables);
                step.note = find_program(&command.program, path).await.ok();
            }
            ("started", Some(_)) => {
                let sessions = list_sessions(cx).await.unwrap_or_default();
                let running = sessions.iter().find(|it| it.connector == connector.id);
                step.note = running.and_then(HeldSession::process_words);
            }
            ("discovery", _) => {
                let all = deviations_of(cx, connector).await?.into_iter();
                let words: Vec<_> = all.filter(|it| it.is_on).map(|it| it.words).collect();
                step.note = (!words.is_empty()).then(|| words.join(", "));
            }
            _ => {}
        }
    }
    Ok(())
}

/// Returns the steps after a failure. Those before the failed one have passed, as each step needs the previous ones.
fn failed_steps(
    connector: &Connector,
    error: &Error,
    is_connected: bool,
    took: Option<u32>,
) -> Vec<CheckStep> {
    let problem = error.problem();
    let failing = match connector.command {
        // Whatever its code: the server of the connector is not what failed.
        Some(_) if is_of_credential(error) => "started",
        None if is_of_credential(error) => "sign_in",
        // After initialization only listing the tools can fail.
        Some(_) if is_connected => "tools",
        Some(_) => failing_step_of_program(problem.code),
        None => failing_step(problem.code),
    };
    // Steps between the platform and the service are not visible.
    let is_hidden = abilities(connector).reports_status && !applies(connector, failing);
    let failing = if is_hidden { "tools" } else { failing };
    let mut steps = new_steps(connector);
    let place = steps.iter().position(|step| step.name == failing);
    let place = place.unwrap_or(0);
    for step in steps.iter_mut().skip(place + 1) {
        step.state = CheckState::Skipped;
        step.note = None;
    }
    steps[place] = CheckStep {
        name: failing.to_owned(),
        state: CheckState::Failed,
        note: None,
        problem: Some(problem),
        duration_ms: took,
    };
    steps
}

/// Whether a credential could not be supplied.
fn is_of_credential(error: &Error) -> bool {
    matches!(
        error,
        Error::Platform(patchbay_platforms::Error::Credential(_)) | Error::SecretLost { .. }
    )
}

fn failing_step_of_program(code: Code) -> &'static str {
    match code {
        Code::ProgramNotFound | Code::UsageInvalid => "found",
        Code::ProgramNotAllowed | Code::ProgramNotStarted | Code::FileFailed => "started",
        code if code.as_str().starts_with("vault.") => "started",
        Code::ProgramEnded | Code::TimedOut => "spoke",
        _ => "negotiation",
    }
}

fn failing_step(code: Code) -> &'static str {
    match code {
        Code::NetworkDns | Code::UsageInvalid => "name",
        Code::NetworkUnreachable => "connect",
        Code::NetworkTls => "tls",
        Code::AuthDiscovery | Code::AuthUnsafeUrl | Code::AuthClientNeeded => "discovery",
        Code::PlatformSignedOut => "sign_in",
        code if code.as_str().starts_with("auth.") || code.as_str().starts_with("vault.") => {
            "sign_in"
        }
        Code::McpServerError | Code::NetworkTooLarge => "tools",
        _ => "negotiation",
    }
}
