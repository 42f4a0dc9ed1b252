//! Server programs that outlive their clients: one process of ours, the host, holds them, and others attach over
//! private streams to use a server as if it were their own. The host also keeps sessions over HTTP alive whose servers
//! send pings.
//!
//! The first line in each direction is an envelope with version and request or response; JSON-RPC messages follow, a
//! line each, and at last the exit notice of the server. Whoever creates the stream has to authorize the client.

mod attach;
mod idle;
mod input;
mod memory;
mod mux;
mod servers;
mod session;

pub use self::attach::{
    AttachError, Attached, attach, drain, end_held, keep_alive, list_held, release,
};
pub use self::idle::IdleSession;
pub use self::servers::Host;

pub(super) use self::attach::{note_exit, secrets_line, take_notice};
pub(super) use self::session::{Client, ClientSender};

use patchbay_model::Secret;
use serde::{Deserialize, Serialize, Serializer};
use serde_json::Value;

use super::McpProgram;
use super::process::Violation;

/// Maximum bytes of a line on the stream.
const LINE_BYTES: usize = 16 * 1024 * 1024;

/// Maximum bytes of a message on the stream, without its line break.
pub(super) const MESSAGE_BYTES: usize = LINE_BYTES - 1;

/// Version of the protocol on the stream, which may differ in every version of Patchbay.
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// A program to hold for a connector.
#[derive(Clone, Serialize, Deserialize)]
pub struct Launch {
    /// Connector id.
    pub connector: String,
    /// Digest of command, folder, variables, secrets and declared features: a server with another digest is restarted.
    pub digest: String,
    name: String,
    file: String,
    arguments: Vec<String>,
    folder: String,
    environment: Vec<(std::ffi::OsString, std::ffi::OsString)>,
    #[serde(serialize_with = "serialize_exposed")]
    secrets: Vec<Secret>,
    /// Whether the client has a person who can answer questions.
    can_ask: bool,
}

impl Launch {
    /// `None` if a path is not valid UTF-8.
    pub fn new(
        program: &McpProgram,
        connector: &str,
        digest: String,
        can_ask: bool,
    ) -> Option<Self> {
        Some(Self {
            connector: connector.to_owned(),
            digest,
            name: program.name.clone(),
            file: program.file.to_str()?.to_owned(),
            arguments: program.arguments.clone(),
            folder: program.folder.to_str()?.to_owned(),
            environment: program.environment.clone(),
            secrets: program.secrets.clone(),
            can_ask,
        })
    }
}

/// Exposes secrets to the host only, over the private stream.
fn serialize_exposed<S: Serializer>(secrets: &[Secret], to: S) -> Result<S::Ok, S::Error> {
    to.collect_seq(secrets.iter().map(Secret::expose))
}

/// The first line of a client.
#[derive(Serialize, Deserialize)]
struct RequestEnvelope<R> {
    version: String,
    request: R,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum HostRequest {
    /// Attach to a server, which is started unless it runs.
    Attach(Box<Launch>),
    List,
    /// Keep a session over HTTP alive until it is released or expires.
    KeepAlive(Box<IdleSession>),
    /// Stop keeping the session of a connector alive.
    Release(String),
    /// End the servers of a connector, or all servers and the host.
    End(Option<String>),
    /// Refuse new clients, and end with the last client.
    Drain,
}

/// The first line of the host.
#[derive(Serialize, Deserialize)]
struct ResponseEnvelope {
    version: String,
    response: HostResponse,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum HostResponse {
    /// Attached to a server that runs already.
    Attached,
    /// Attached to a server that was started for it.
    Started,
    NotStarted(String),
    Servers(Vec<HeldServer>),
    Kept,
    Released,
    Ended(u32),
    Draining,
    /// The host is of another version, or about to end.
    Refused,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeldServer {
    /// Connector id.
    pub connector: String,
    /// Display name of the program.
    pub program: String,
    /// Id of its first process.
    pub pid: u32,
    /// Number of attached clients.
    pub clients: u32,
    /// Running time in seconds.
    pub seconds: u32,
    /// Resident memory of its process group in KiB, if known.
    #[serde(default)]
    pub memory_kib: Option<u32>,
    /// The last line of its standard error, sanitized.
    #[serde(default)]
    pub last_line: Option<String>,
}

/// The line for [`ClientMessage::Starting`].
const STARTING: &[u8] = br#"{"patchbay_starting":true}"#;

/// The line after which a client gets no more, because it read too little.
const DROPPED: &[u8] = br#"{"patchbay_dropped":true}"#;

/// The beginning of the line for [`CallSecrets`].
const SECRETS: &[u8] = br#"{"patchbay_secrets":"#;

/// Secrets in the next message of a client, to be redacted in what the server logs.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct CallSecrets {
    #[serde(serialize_with = "serialize_exposed")]
    patchbay_secrets: Vec<Secret>,
}

/// A message of the host to a client.
pub(super) enum ClientMessage {
    /// The server wrote to its standard error before its first response.
    Starting,
    /// A message of the server, parsed within the usual limits.
    Json(Value),
    /// The server ended. This is the last message.
    Exited(ExitNotice),
}

impl ClientMessage {
    /// The line for another process.
    fn line(&self) -> std::io::Result<Vec<u8>> {
        match self {
            Self::Starting => Ok([STARTING, b"\n"].concat()),
            Self::Json(message) => line(message),
            Self::Exited(notice) => line(notice),
        }
    }
}

/// How a server ended.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ExitNotice {
    patchbay_exit: Option<String>,
    stderr: String,
    cut: Option<Violation>,
    /// Whether the host was asked to end it.
    is_stopped: bool,
}

fn line<T: Serialize>(message: &T) -> std::io::Result<Vec<u8>> {
    let mut line = serde_json::to_vec(message)?;
    line.push(b'\n');
    Ok(line)
}

#[cfg(test)]
mod tests;
