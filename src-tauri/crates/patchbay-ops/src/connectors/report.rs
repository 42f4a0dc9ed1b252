//! Text reports of checks to share with others: versions, steps and the last log lines, without secrets and without the
//! user's name and home folder.

mod person;
mod words;

use std::env::consts::{ARCH, OS};

use patchbay_model::{Connector, ConnectorId, Problem};
use serde_json::json;
use url::Url;

use self::person::Person;
use self::words::redact_secret_words;
use crate::connectors::check::{CheckState, CheckStep};
use crate::context::Context;
use crate::error::Error;
use crate::logging::{map_addresses, sanitize_log_text};
use crate::redact::KnownSecrets;
use crate::servers::log::read_server_log;
use crate::stored_connectors::find_connector;

/// Number of log lines in a report.
const LOG_LINES: usize = 40;

/// Builds a report of checks, which the user reviews before sharing it.
pub async fn check_report(
    cx: &Context,
    checked: &[(ConnectorId, Vec<CheckStep>)],
) -> Result<String, Error> {
    let status = cx.vault().status().await;
    let mut lines = vec![
        format!("Patchbay {}", env!("CARGO_PKG_VERSION")),
        format!("System: {OS} {ARCH}"),
        format!("Vault: {}", word(&status.state)),
    ];
    let mut secrets = Vec::new();
    for (id, steps) in checked {
        let connector = find_connector(cx, id).await?;
        lines.push(String::new());
        lines.extend(description(&connector));
        lines.extend(steps.iter().flat_map(step_lines));
        if connector.command.is_some() {
            lines.extend(log_lines(cx, id).await?);
        }
        secrets.extend(cx.tokens().secrets_of(&connector).await);
    }
    let text = KnownSecrets::new(secrets).redact_text(lines.join("\n"));
    // The path of an address may be a secret.
    let text = map_addresses(&text, &["http://", "https://"], host_of);
    let lines = text.lines().map(redact_secret_words);
    let text = lines.collect::<Vec<_>>().join("\n") + "\n";
    Ok(Person::of_system().redact(&sanitize_log_text(&text)))
}

fn description(connector: &Connector) -> Vec<String> {
    let mut lines = vec![format!("Connector: {}", connector.title)];
    if let Some(command) = &connector.command {
        lines.push(format!("Command: {}", command.line()));
        let names = command.variables.keys().map(String::as_str);
        let names = names.collect::<Vec<_>>().join(", ");
        lines.extend((!names.is_empty()).then(|| format!("Variables: {names}")));
    }
    if let Some(address) = &connector.endpoint {
        lines.push(format!("Address: {address}"));
    }
    if let Some(server) = &connector.server {
        let (name, version) = (&server.name, &server.version);
        let spoken = &server.protocol_version;
        lines.push(format!("Server: {name} {version}, MCP {spoken}"));
    }
    lines
}

fn step_lines(step: &CheckStep) -> Vec<String> {
    let mark = match step.state {
        CheckState::Passed => "ok",
        CheckState::Failed => "!!",
        CheckState::Skipped => "--",
    };
    let took = step.duration_ms.map(|took| format!("{took} ms"));
    let facts: Vec<_> = [step.note.clone(), took].into_iter().flatten().collect();
    let first = format!("{mark}  {:<12} {}", step.label(), facts.join(", "));
    let mut lines = vec![first.trim_end().to_owned()];
    lines.extend(step.problem.iter().flat_map(problem_lines));
    lines
}

fn problem_lines(problem: &Problem) -> Vec<String> {
    let mut lines = vec![format!("    {}: {}", problem.code, problem.message)];
    let details = problem.detail.iter().flat_map(|detail| detail.lines());
    lines.extend(details.map(|line| format!("    | {line}")));
    lines
}

async fn log_lines(cx: &Context, id: &ConnectorId) -> Result<Vec<String>, Error> {
    let log = read_server_log(cx, id).await?;
    let last = log.iter().skip(log.len().saturating_sub(LOG_LINES));
    let last = last.map(|line| format!("    {} {}", line.at, line.text));
    Ok(std::iter::once("Log:".to_owned()).chain(last).collect())
}

/// Returns the scheme and host of an address.
fn host_of(address: &str) -> String {
    match Url::parse(address) {
        Ok(url) => url.origin().ascii_serialization(),
        Err(_) => "an address".to_owned(),
    }
}

/// Returns the serialized name of an enum value.
fn word(value: &impl serde::Serialize) -> String {
    json!(value).as_str().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests;
