//! MCP sessions that outlive a command. HTTP sessions are resumed by the session id; programs are kept running by a
//! host process and are not started for each command.
//!
//! The host is the app if it runs and was the first to need one. Otherwise the first command that needs a server starts
//! a process that does nothing else and exits when it holds no sessions. The host needs neither vault nor database: the
//! client that checked whether a program is allowed sends everything over a socket or pipe that only this user can
//! use. The app calls its own host directly. A client that cannot reach the host starts the server itself.

mod host;
pub(crate) mod over_http;
#[cfg(windows)]
mod pipe;
pub(crate) mod settings;
#[cfg(unix)]
mod socket;

use std::path::Path;
use std::time::UNIX_EPOCH;

use patchbay_model::{
    Connector, ConnectorId, Secret, ServerCommand, Timestamp, clean_text, megabytes,
};
use patchbay_platforms::mcp::{AttachError, Attached, Launch, McpProgram};
use serde::Serialize;
use sha2::{Digest as _, Sha256};
use specta::Type;

pub use self::host::host_sessions;
#[cfg(windows)]
pub use self::host::start_host;
use crate::context::Context;
use crate::error::Error;
use crate::stored_connectors::list_connectors;

/// Command line argument that makes the command line the host process.
pub const HOST_SESSIONS: &str = "__host";

/// Command line argument that makes the command line start the host process and exit.
#[cfg(windows)]
pub const START_HOST: &str = "__start-host";

/// Maximum length of the last line, in characters.
const LAST_LINE_LENGTH: usize = 200;

/// A session that outlives the commands that use it.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct HeldSession {
    pub connector: ConnectorId,
    /// Name of the connector; its id if it is gone.
    pub name: String,
    /// The program, or the address of the server.
    pub server: String,
    /// Process id of the program; `None` for an HTTP session.
    pub pid: Option<u32>,
    /// Number of commands that use it now.
    pub clients: u32,
    /// Age in seconds.
    pub seconds: u32,
    /// Resident memory of the program and what it started, in KiB, if known.
    pub memory_kib: Option<u32>,
    /// The last line that the program wrote to its standard error.
    pub last_line: Option<String>,
}

impl HeldSession {
    /// The process, its memory and its last line; `None` for an HTTP session.
    pub(crate) fn process_words(&self) -> Option<String> {
        let mut words = format!("process {}", self.pid?);
        if let Some(memory) = self.memory_kib {
            words += &format!(", {}", megabytes(u64::from(memory) * 1024));
        }
        if let Some(line) = &self.last_line {
            words += &format!(", last line: {line}");
        }
        Some(words)
    }
}

/// Lists the sessions that the next command can use.
///
/// # Errors
/// [`Error::Store`]; [`Error::File`] when the host process does not respond.
pub async fn list_sessions(cx: &Context) -> Result<Vec<HeldSession>, Error> {
    let held = host::list(cx.paths()).await?;
    let own = cx.sessions().lasting();
    let left = over_http::list(cx).await;
    if held.is_empty() && own.is_empty() && left.is_empty() {
        return Ok(Vec::new());
    }
    let now = cx.now().unix_millis();
    let connectors = list_connectors(cx).await?;
    let name = |connector: &str| {
        let mut known = connectors.iter();
        let known = known.find(|known| known.id.as_str() == connector);
        known.map_or_else(|| connector.to_owned(), |known| known.name.clone())
    };
    let held = held.into_iter().map(|held| HeldSession {
        name: name(&held.connector),
        connector: ConnectorId::new(held.connector),
        server: held.program,
        pid: Some(held.pid),
        clients: held.clients,
        seconds: held.seconds,
        memory_kib: held.memory_kib,
        last_line: held
            .last_line
            .map(|line| clean_text(&line, LAST_LINE_LENGTH)),
    });
    let over_http = |connector: ConnectorId, server, clients, since: Timestamp| HeldSession {
        name: name(connector.as_str()),
        connector,
        server,
        pid: None,
        clients,
        seconds: u32::try_from((now - since.unix_millis()) / 1000).unwrap_or_default(),
        memory_kib: None,
        last_line: None,
    };
    let own = own.into_iter().map(|(settings, since)| {
        let connector = &settings.connector;
        let endpoint = connector.endpoint.clone().unwrap_or_default();
        over_http(connector.id.clone(), endpoint, 1, since)
    });
    let left = left
        .into_iter()
        .map(|record| over_http(record.connector, record.endpoint, 0, record.since));
    Ok(held.chain(own).chain(left).collect())
}

/// Ends the sessions of a connector, or all of them, and returns their number.
///
/// # Errors
/// [`Error::File`] when the host process does not respond.
pub async fn end_sessions(cx: &Context, id: Option<&ConnectorId>) -> Result<u32, Error> {
    let resumable = over_http::end_all(cx, id).await;
    let held = host::end(cx.paths(), id.map(|id| id.as_str().to_owned())).await?;
    Ok(resumable + held)
}

/// Ends the connection and the sessions of a connector whose settings changed or that may not be used any more. The
/// next use starts a new session.
pub async fn end_session(cx: &Context, id: &ConnectorId) {
    cx.sessions().close(id).await;
    // How it failed to start says nothing of other settings.
    cx.restarts().forget(id);
    if let Err(error) = end_sessions(cx, Some(id)).await {
        tracing::warn!(%error, "a session that outlives commands was not ended");
    }
}

/// Attaches to the server of a connector in the host process; `None` if it has to be started in this process.
pub(super) async fn attach(
    cx: &Context,
    connector: &Connector,
    command: &ServerCommand,
    program: &McpProgram,
    secrets: &[(String, Secret)],
) -> Result<Option<Attached>, patchbay_platforms::Error> {
    let Some(host) = cx.session_host() else {
        return Ok(None);
    };
    let digest = digest(connector, command, program, secrets);
    let Some(launch) = Launch::new(program, connector.id.as_str(), digest, cx.can_ask()) else {
        return Ok(None);
    };
    match host::attach(cx, host, launch).await {
        Ok(attached) => Ok(Some(attached)),
        Err(AttachError::NotStarted(why)) => {
            let program = program.name.clone();
            Err(patchbay_platforms::Error::ProgramNotStarted { program, why })
        }
        Err(error) => {
            tracing::warn!(%error, "the server is started for this command alone");
            Ok(None)
        }
    }
}

/// Identifies a launch. The environment inherited from the terminal is left out, with the passwords in it, so that two
/// terminals share a server.
/// Roots and sampling are included, as a server is told about them only during initialization.
fn digest(
    connector: &Connector,
    command: &ServerCommand,
    program: &McpProgram,
    secrets: &[(String, Secret)],
) -> String {
    let mut parts = vec![
        program.file.display().to_string(),
        file_version(&program.file),
        program.folder.display().to_string(),
        program.arguments.len().to_string(),
    ];
    parts.extend(program.arguments.iter().cloned());
    for (name, value) in &command.variables {
        parts.extend([name.clone(), value.clone()]);
    }
    parts.push(connector.roots.len().to_string());
    parts.extend(connector.roots.iter().cloned());
    parts.push(connector.sampling.to_string());
    let mut hash = Sha256::new();
    let secrets = secrets.iter().map(|(_, secret)| secret.expose());
    for part in parts.iter().map(String::as_str).chain(secrets) {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    format!("{:x}", hash.finalize())
}

/// Differs when the file was replaced, as by an upgrade or a build.
fn file_version(file: &Path) -> String {
    let version = file.metadata().and_then(|found| {
        let modified = found.modified()?.duration_since(UNIX_EPOCH);
        Ok((found.len(), modified.unwrap_or_default().as_nanos()))
    });
    format!("{version:?}")
}
