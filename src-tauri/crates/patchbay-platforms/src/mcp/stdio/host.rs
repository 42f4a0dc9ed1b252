//! Programs that outlive whoever uses them: one process of ours holds them, and others attach over a stream that is
//! theirs alone, to speak with a server as if it were their own. It also keeps sessions alive whose servers are
//! elsewhere and want to know that somebody is there.
//!
//! The first line in each direction says who speaks and what is wanted; what follows are JSON-RPC messages, a line
//! each, and as the last of them how the server ended. Who may attach is seen to by whoever makes the stream.

mod attach;
mod idle;
mod input;
mod mux;
mod servers;
mod session;

pub use self::attach::{
    AttachError, Attached, attach, drain, end_held, keep_alive, list_held, release,
};
pub use self::idle::IdleSession;
pub use self::servers::Host;

pub(super) use self::attach::ExitListener;
pub(super) use self::session::{Client, ClientSender};

use patchbay_model::Secret;
use serde::{Deserialize, Serialize, Serializer};
use serde_json::Value;

use super::McpProgram;
use super::process::Violation;

/// Most bytes of a line between the two.
const LINE_BYTES: usize = 16 * 1024 * 1024;

/// Who speaks: processes of another version may mean something else by the same words.
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// A program to be held, and what it is held for.
#[derive(Clone, Serialize, Deserialize)]
pub struct Launch {
    /// The connector whose server it is.
    pub connector: String,
    /// Digest of its command, folder, variables, secrets and what is declared to it: with another digest it is
    /// restarted.
    pub digest: String,
    name: String,
    file: String,
    arguments: Vec<String>,
    folder: String,
    environment: Vec<(std::ffi::OsString, std::ffi::OsString)>,
    #[serde(serialize_with = "serialize_exposed")]
    secrets: Vec<Secret>,
    /// Whether it may ask a person. A server that may not is a separate one.
    asks: bool,
}

impl Launch {
    /// `None` where a path is no text, which few programs take.
    pub fn new(program: &McpProgram, connector: &str, digest: String, asks: bool) -> Option<Self> {
        Some(Self {
            connector: connector.to_owned(),
            digest,
            name: program.name.clone(),
            file: program.file.to_str()?.to_owned(),
            arguments: program.arguments.clone(),
            folder: program.folder.to_str()?.to_owned(),
            environment: program.environment.clone(),
            secrets: program.secrets.clone(),
            asks,
        })
    }
}

/// The stream is to the holder alone, and nothing of it is kept.
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
    /// Attach to a server, which is started where it does not run.
    Attach(Box<Launch>),
    List,
    /// Keep a session over HTTP alive until it is released, or nobody wanted it for long.
    KeepAlive(Box<IdleSession>),
    /// Let go of the session of a connector that is kept alive.
    Release {
        connector: String,
        asks: bool,
    },
    /// End what is held for a connector, or all of it and the host too.
    End(Option<String>),
    /// Take nobody on any more, and end with the last client.
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
    Attached,
    NotStarted(String),
    Servers(Vec<HeldServer>),
    Kept,
    Released,
    Ended(u32),
    Draining,
    /// By one of another version, or one that is about to end.
    Refused,
}

/// A server that is held.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeldServer {
    /// The connector whose server it is.
    pub connector: String,
    /// The program that was started.
    pub program: String,
    /// Its first process.
    pub pid: u32,
    /// How many use it now.
    pub clients: u32,
    /// For how long it runs, in seconds.
    pub seconds: u32,
}

/// The line for a server that starts.
const STARTING: &[u8] = br#"{"patchbay_starting":true}"#;

/// What a client hears of the server that is held.
pub(super) enum ClientMessage {
    /// It wrote a line for people, and has not spoken yet.
    Starting,
    /// It sent this, read within the usual limits.
    Json(Value),
    /// It ended. This comes last.
    Exited(ExitNotice),
}

impl ClientMessage {
    /// As it goes to another process.
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
}

/// A message as a line.
fn line<T: Serialize>(message: &T) -> std::io::Result<Vec<u8>> {
    let mut line = serde_json::to_vec(message)?;
    line.push(b'\n');
    Ok(line)
}

#[cfg(test)]
mod tests;
