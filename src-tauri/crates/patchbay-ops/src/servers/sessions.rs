//! What servers remember for longer than a command: those of the web by an id that the next command sends, and those
//! that are programs because a process of our own holds them, which are not started each time either.
//!
//! That process is the app, where it runs and was the first to need one; else the first command that needs a server
//! starts one for nothing but this, which ends when nothing is left to hold. It needs neither the vault nor the
//! database: what a program needs comes to it over a socket or pipe of this user alone, from whoever looked whether the
//! program is allowed. The app takes no such way to what it holds itself. Who cannot reach it starts the server for
//! itself.

mod host;
pub(crate) mod over_http;
#[cfg(windows)]
mod pipe;
#[cfg(unix)]
mod socket;

use patchbay_model::{Connector, ConnectorId, ServerCommand};
use patchbay_platforms::mcp::{AttachError, Attached, IdleSession, Launch, McpProgram};
use serde::Serialize;
use sha2::{Digest as _, Sha256};
use specta::Type;

pub use self::host::host_sessions;
#[cfg(windows)]
pub use self::host::start_host;
use crate::connectors::list_connectors;
use crate::context::Context;
use crate::context::session_host::SessionHost;
use crate::error::Error;

/// The argument by which the command line becomes the process that holds sessions.
pub const HOST_SESSIONS: &str = "__host";

/// The argument by which the command line starts that process and is done.
#[cfg(windows)]
pub const START_HOST: &str = "__start-host";

/// A session that outlives the commands that use it.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct HeldSession {
    /// Whose session it is.
    pub connector: ConnectorId,
    /// What the connector is called; its id where it is gone.
    pub name: String,
    /// The program that was started, or the address of the server.
    pub server: String,
    /// The first process of the program; `None` for a server of the web.
    pub pid: Option<u32>,
    /// How many commands use it now.
    pub clients: u32,
    /// For how long it is there, in seconds.
    pub seconds: u32,
}

/// The sessions that are there for the next command now.
///
/// # Errors
/// [`Error::Store`]; [`Error::File`] where the process that holds programs does not answer.
pub async fn list_sessions(cx: &Context) -> Result<Vec<HeldSession>, Error> {
    let held = host::list(cx.paths()).await?;
    let left = over_http::list(cx).await;
    if held.is_empty() && left.is_empty() {
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
    });
    let left = left.into_iter().map(|left| HeldSession {
        name: name(left.connector.as_str()),
        connector: left.connector,
        server: left.endpoint,
        pid: None,
        clients: 0,
        seconds: u32::try_from((now - left.since.unix_millis()) / 1000).unwrap_or_default(),
    });
    Ok(held.chain(left).collect())
}

/// Ends the sessions that are there for a connector, or all of them, and tells how many those were.
///
/// # Errors
/// [`Error::File`] where the process that holds programs does not answer.
pub async fn end_sessions(cx: &Context, id: Option<&ConnectorId>) -> Result<u32, Error> {
    let left = over_http::end_all(cx, id).await;
    let held = host::end(cx.paths(), id.map(|id| id.as_str().to_owned())).await?;
    Ok(left + held)
}

/// Ends the connection of a connector, and the session that is there for it: nobody may use it any more, or it would
/// go on with what it was given before. The next use begins anew.
pub async fn end_session(cx: &Context, id: &ConnectorId) {
    cx.sessions().close(id).await;
    if let Err(error) = end_sessions(cx, Some(id)).await {
        tracing::warn!(%error, "a session that outlives commands was not ended");
    }
}

/// The server of a connector, where it is held; `None` where it is to be started for this process alone.
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

/// Has a session over HTTP kept alive until the next command, by whoever outlives us.
async fn keep_alive(cx: &Context, session: IdleSession) {
    let Some(host @ SessionHost::Program(_)) = cx.session_host() else {
        return;
    };
    if let Err(error) = host::keep_alive(cx, host, session).await {
        tracing::warn!(%error, "a session is not kept alive");
    }
}

/// Takes a session over HTTP back from whoever keeps it alive.
async fn release(cx: &Context, id: &ConnectorId) {
    if let Err(error) = host::release(cx.paths(), id, cx.can_ask()).await {
        tracing::debug!(%error, "a session was not taken back");
    }
}

/// Identifies what is started. The environment inherited from the terminal is left out, so that two terminals share a
/// server. Roots and sampling are included, as a server is told of them once, when it is initialized.
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
