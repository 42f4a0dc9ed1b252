//! Servers that are programs and outlive a command: a process of our own holds them, so that what a server remembers
//! is still there for the next command, and it is not started each time.
//!
//! That process is the app, where it runs and was the first to need one; else the first command that needs a server
//! starts one for nothing but this, which ends when nothing is left to hold. It needs neither the vault nor the
//! database: what a program needs comes to it over a socket of this user alone, from whoever looked whether the program
//! is allowed. Who cannot reach it starts the server for itself.
//!
//! On Windows each command has servers of its own: a process that is started there keeps the output of the command
//! that started it open, and whoever reads that would wait for minutes.

#[cfg(unix)]
mod host;
#[cfg(unix)]
mod socket;

use patchbay_model::{Connector, ConnectorId, ServerCommand};
use patchbay_platforms::mcp::{AttachError, Attached, HeldServer, Launch, McpProgram};
use serde::Serialize;
use sha2::{Digest as _, Sha256};
use specta::Type;

#[cfg(unix)]
pub use self::host::host_sessions;
use crate::connectors::list_connectors;
use crate::context::Context;
use crate::context::session_host::SessionHost;
use crate::error::Error;

/// The argument by which the command line becomes the process that holds sessions.
pub const HOST_SESSIONS: &str = "__host";

/// A server that outlives the commands that use it.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct HeldSession {
    /// Whose server it is.
    pub connector: ConnectorId,
    /// What the connector is called; its id where it is gone.
    pub name: String,
    /// The program that was started.
    pub program: String,
    /// Its first process.
    pub pid: u32,
    /// How many commands use it now.
    pub clients: u32,
    /// For how long it runs, in seconds.
    pub seconds: u32,
}

/// Holds sessions until nobody needs them; on this system there are none.
///
/// # Errors
/// None.
#[cfg(not(unix))]
pub async fn host_sessions(_program: std::path::PathBuf) -> Result<(), Error> {
    Ok(())
}

/// The servers that are held now.
///
/// # Errors
/// [`Error::Store`]; [`Error::File`] where the process that holds them does not answer.
pub async fn list_sessions(cx: &Context) -> Result<Vec<HeldSession>, Error> {
    let held = list(cx).await?;
    if held.is_empty() {
        return Ok(Vec::new());
    }
    let connectors = list_connectors(cx).await?;
    let named = |held: HeldServer| {
        let mut known = connectors.iter();
        let connector = known.find(|known| known.id.as_str() == held.connector);
        HeldSession {
            name: connector.map_or_else(|| held.connector.clone(), |known| known.name.clone()),
            connector: ConnectorId::new(held.connector),
            program: held.program,
            pid: held.pid,
            clients: held.clients,
            seconds: held.seconds,
        }
    };
    Ok(held.into_iter().map(named).collect())
}

/// Ends the servers that are held for a connector, or all of them, and tells how many those were.
///
/// # Errors
/// [`Error::File`] where the process that holds them does not answer.
#[cfg(unix)]
pub async fn end_sessions(cx: &Context, id: Option<&ConnectorId>) -> Result<u32, Error> {
    host::end(cx.paths(), id.map(|id| id.as_str().to_owned())).await
}

/// Ends the servers that are held; on this system there are none.
///
/// # Errors
/// None.
#[cfg(not(unix))]
pub async fn end_sessions(_cx: &Context, _id: Option<&ConnectorId>) -> Result<u32, Error> {
    Ok(0)
}

/// Ends the connection of a connector, and the server that is held for it: nobody may use it any more, or it would
/// go on with what it was given before. The next use starts it anew.
pub async fn end_session(cx: &Context, id: &ConnectorId) {
    cx.sessions().close(id).await;
    if let Err(error) = end_sessions(cx, Some(id)).await {
        tracing::warn!(%error, "a server that outlives commands was not ended");
    }
}

/// The server of a connector, where it is held; `None` where it is to be started for this process alone.
///
/// # Errors
/// [`ProgramNotStarted`](patchbay_platforms::Error::ProgramNotStarted).
pub(super) async fn attach(
    cx: &Context,
    connector: &Connector,
    command: &ServerCommand,
    program: &McpProgram,
) -> Result<Option<Attached>, patchbay_platforms::Error> {
    let Some(host) = cx.session_host() else {
        return Ok(None);
    };
    let digest = digest(connector, command, program);
    let Some(launch) = Launch::new(program, connector.id.as_str(), digest, cx.asks()) else {
        return Ok(None);
    };
    match attach_by(cx, host, launch).await {
        Ok(attached) => Ok(attached),
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

#[cfg(unix)]
async fn attach_by(
    cx: &Context,
    host: &SessionHost,
    launch: Launch,
) -> Result<Option<Attached>, AttachError> {
    host::attach(cx, host, launch).await.map(Some)
}

#[cfg(not(unix))]
async fn attach_by(
    _cx: &Context,
    _host: &SessionHost,
    _launch: Launch,
) -> Result<Option<Attached>, AttachError> {
    Ok(None)
}

#[cfg(unix)]
async fn list(cx: &Context) -> Result<Vec<HeldServer>, Error> {
    host::list(cx.paths()).await
}

#[cfg(not(unix))]
async fn list(_cx: &Context) -> Result<Vec<HeldServer>, Error> {
    Ok(Vec::new())
}

/// Tells what is started from anything else. What is inherited from the terminal is left out: two of them differ, and
/// are to meet the same server. What a server may ask for it is told when it is greeted, which it is once.
fn digest(connector: &Connector, command: &ServerCommand, program: &McpProgram) -> String {
    let mut parts = vec![
        program.file.display().to_string(),
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
    let secrets = program.secrets.iter().map(|secret| secret.expose());
    for part in parts.iter().map(String::as_str).chain(secrets) {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    hash.finalize()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}
