//! The doctor: looks at a connector step by step and says which one fails.

use std::time::Instant;

use futures::StreamExt;
use patchbay_model::{
    Authentication, Code, Connector, ConnectorId, Explain, Problem, Status, Tool, count,
};
use serde::{Deserialize, Serialize};
use specta::Type;
use tokio_util::sync::CancellationToken;

use crate::abilities::abilities;
use crate::backend::for_connector;
use crate::connectors::deviations::deviations_of;
use crate::connectors::view::{ConnectorView, view_connector};
use crate::connectors::{find_connector, list_connectors, tools};
use crate::context::Context;
use crate::error::Error;
use crate::servers;

/// What the doctor found: name, connection, TLS, discovery, sign-in, negotiation, tools.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Check {
    /// The connector after the check.
    pub connector: ConnectorView,
    /// The steps in order; those after the first failure are skipped.
    pub steps: Vec<CheckStep>,
}

/// One step of the doctor.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct CheckStep {
    /// `name`, `connect`, `tls`, `discovery`, `sign_in`, `negotiation` or `tools`; of a program `found`, `started`,
    /// `spoke`, `negotiation` or `tools`.
    pub name: String,
    /// How it went.
    pub state: CheckState,
    /// A few words of what was seen.
    pub note: Option<String>,
    /// Why it failed.
    pub problem: Option<Problem>,
    /// How long it took, in milliseconds.
    pub duration_ms: Option<u32>,
}

/// How a step went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum CheckState {
    /// Well.
    Passed,
    /// Not well.
    Failed,
    /// Not looked at, because an earlier one failed or it does not apply.
    Skipped,
}

/// The steps in the order in which a connection is made.
const STEPS: [&str; 7] = [
    "name",
    "connect",
    "tls",
    "discovery",
    "sign_in",
    "negotiation",
    "tools",
];

/// The steps in the order in which a program is spoken to.
const STEPS_OF_PROGRAM: [&str; 5] = ["found", "started", "spoke", "negotiation", "tools"];

fn steps_of(connector: &Connector) -> &'static [&'static str] {
    match connector.command {
        Some(_) => &STEPS_OF_PROGRAM,
        None => &STEPS,
    }
}

/// How many connectors are looked at at once. Each may list as much as is accepted, which together must stay
/// below what a computer can spare.
const AT_ONCE: usize = 4;

/// Has the doctor look at one connector: connects anew and lists its tools. Never opens a browser.
///
/// # Errors
/// [`Error::NotFound`], [`Error::SwitchedOff`], [`Error::Store`]; [`Error::Cancelled`] by [`cancel_check`]. What ails
/// the connector stands in the steps.
pub async fn check_connector(cx: &Context, id: &ConnectorId) -> Result<Check, Error> {
    let connector = find_connector(cx, id).await?;
    // A run may be under way: the doctor must not end it.
    cx.sessions().drain(id).await;
    let cancel = cx.shutdown().child_token();
    let _guard = cx.checks().register(id, cancel.clone());
    let began = Instant::now();
    let listed = relist_tools(cx, connector, &cancel).await;
    let took = u32::try_from(began.elapsed().as_millis()).ok();
    let connector = find_connector(cx, id).await?;
    let is_connected = cx.sessions().slot(id).lock().await.is_some();
    let steps = match listed {
        Ok(tools) => match platform_problem(&connector) {
            Some(error) => failed_steps(&connector, error.problem(), is_connected, took),
            None => passed_steps(&connector, tools.len(), took),
        },
        // Whatever it was doing at that moment says so in its own words.
        Err(_) if cancel.is_cancelled() => return Err(Error::Cancelled),
        Err(error @ (Error::Store(_) | Error::NotFound { .. } | Error::SwitchedOff { .. })) => {
            return Err(error);
        }
        Err(error) => failed_steps(&connector, error.problem(), is_connected, took),
    };
    let steps = add_program_path(&connector, steps).await;
    let steps = with_deviations(cx, &connector, steps).await?;
    let connector = view_connector(cx, connector).await?;
    Ok(Check { connector, steps })
}

/// Stops the check of a connector, and the program that it starts; nothing when none is under way.
pub fn cancel_check(cx: &Context, id: &ConnectorId) {
    cx.checks().cancel(id);
}

/// The problem of a connector whose tools were listed without error: some platforms list none and report a status
/// instead.
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

/// The tools as they are now. A connector that its platform turned off may be on again there, which is asked
/// first; what is turned off here stays so.
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
    tools::refresh(cx, &connector, cancel).await
}

/// Has the doctor look at all connectors that are switched on, several at once; each one's news comes as
/// an event.
pub async fn check_connectors(cx: &Context) -> Result<(), Error> {
    let connectors = list_connectors(cx).await?;
    let on = connectors.into_iter().filter(|connector| {
        !matches!(
            connector.status.status,
            Status::Disabled | Status::Authorizing
        )
    });
    futures::stream::iter(on)
        .for_each_concurrent(AT_ONCE, |connector| async move {
            if let Err(error) = check_connector(cx, &connector.id).await {
                tracing::warn!(connector = %connector.id, %error, "a check came to nothing");
            }
        })
        .await;
    Ok(())
}

fn applies(connector: &Connector, step: &str) -> bool {
    let endpoint = connector.endpoint.as_deref().unwrap_or_default();
    if connector.command.is_some() {
        return true;
    }
    if abilities(connector).reports_status {
        // The platform stands between us and the service: what it says is all that there is to see.
        return matches!(step, "name" | "connect" | "tls" | "sign_in" | "tools");
    }
    match step {
        "tls" => endpoint.starts_with("https:"),
        "discovery" => matches!(connector.authentication, Authentication::Oauth { .. }),
        "sign_in" => connector.authentication != Authentication::None,
        _ => true,
    }
}

fn new_step(connector: &Connector, name: &str) -> CheckStep {
    let applies = applies(connector, name);
    CheckStep {
        name: name.to_owned(),
        state: if applies {
            CheckState::Passed
        } else {
            CheckState::Skipped
        },
        note: (!applies).then(|| "not needed".to_owned()),
        problem: None,
        duration_ms: None,
    }
}

fn passed_steps(connector: &Connector, tools: usize, took: Option<u32>) -> Vec<CheckStep> {
    let names = steps_of(connector).iter();
    let mut steps: Vec<_> = names.map(|name| new_step(connector, name)).collect();
    let facts = connector.server.as_ref();
    for step in &mut steps {
        step.note = match step.name.as_str() {
            "sign_in" => connector.identity.credential.clone().or(step.note.take()),
            "negotiation" => facts.map(|facts| format!("MCP {}", facts.protocol_version)),
            "tools" => Some(count(tools, "tool")),
            _ => step.note.take(),
        };
    }
    if let Some(last) = steps.last_mut() {
        last.duration_ms = took;
    }
    steps
}

/// The file that is started, where it was found.
async fn add_program_path(connector: &Connector, mut steps: Vec<CheckStep>) -> Vec<CheckStep> {
    let found = steps.iter_mut().find(|step| step.name == "found");
    if let (Some(step), Some(command)) = (found, &connector.command)
        && step.state == CheckState::Passed
    {
        step.note = servers::file_of(command).await;
    }
    steps
}

/// Where the sign-in differs from the standards.
async fn with_deviations(
    cx: &Context,
    connector: &Connector,
    mut steps: Vec<CheckStep>,
) -> Result<Vec<CheckStep>, Error> {
    let discovery = steps.iter_mut().find(|step| step.name == "discovery");
    if let Some(step) = discovery.filter(|step| step.state == CheckState::Passed) {
        let mut all = deviations_of(cx, connector).await?;
        all.retain(|one| one.is_on);
        let words: Vec<_> = all.into_iter().map(|one| one.words).collect();
        step.note = (!words.is_empty()).then(|| words.join(", "));
    }
    Ok(steps)
}

/// The steps before the one that failed went well, for each needs those before it.
fn failed_steps(
    connector: &Connector,
    problem: Problem,
    is_connected: bool,
    took: Option<u32>,
) -> Vec<CheckStep> {
    let failing = match connector.command {
        // A server that was greeted has only its tools left to tell.
        Some(_) if is_connected => "tools",
        Some(_) => failing_step_of_program(problem.code),
        None => failing_step(problem.code),
    };
    // What a platform does between us and the service is not seen.
    let is_hidden = abilities(connector).reports_status && !applies(connector, failing);
    let failing = if is_hidden { "tools" } else { failing };
    let names = steps_of(connector);
    let mut steps: Vec<_> = names.iter().map(|name| new_step(connector, name)).collect();
    let place = names.iter().position(|name| *name == failing).unwrap_or(0);
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

fn failing_step_of_program(code: Code) -> &'static str {
    match code {
        Code::ProgramNotFound | Code::UsageInvalid => "found",
        Code::ProgramNotAllowed | Code::ProgramNotStarted | Code::FileFailed => "started",
        code if code.as_str().starts_with("vault.") || code == Code::ReferenceNotAllowed => {
            "started"
        }
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
