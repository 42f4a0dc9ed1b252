//! The client side: attaches to a host.

use std::io;
use std::time::Duration;

use patchbay_model::Secret;
use semver::{BuildMetadata, Version};
use tokio::io::{
    AsyncBufReadExt as _, AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, BufReader,
    ReadHalf, WriteHalf,
};

use super::super::Link;
use super::super::process::{self, Process, Streams, Violation};
use super::{
    CallSecrets, DROPPED, ExitNotice, HeldServer, HostRequest, HostResponse, IdleSession,
    LINE_BYTES, Launch, RequestEnvelope, ResponseEnvelope, STARTING, VERSION, line,
};

/// Timeout for the host's response; it may have to end the previous server of the connector first.
const HOST_TIMEOUT: Duration = Duration::from_secs(10);

/// A server that a host holds, ready to be initialized.
pub struct Attached {
    pub(in crate::mcp::stdio) process: Process,
    pub(in crate::mcp::stdio) link: Link,
    /// Whether the server was started for this client.
    pub(in crate::mcp) is_new: bool,
}

impl Attached {
    pub(super) fn new(name: &str, secrets: Vec<Secret>, link: Link, is_new: bool) -> Self {
        Self {
            process: process::attach(name, secrets),
            link,
            is_new,
        }
    }
}

/// Why a request to a host failed.
#[derive(Debug, thiserror::Error)]
pub enum AttachError {
    /// The host is about to end, or the stream broke.
    #[error("the process that holds sessions didn't answer: {0}")]
    Unreachable(#[from] io::Error),
    /// The host is of an older version.
    #[error("version {0} of Patchbay still holds sessions")]
    OlderHost(String),
    /// The host is of a newer version.
    #[error("version {0} of Patchbay holds sessions, which is newer than this one")]
    NewerHost(String),
    /// The host could not start the program; neither could this process.
    #[error("it couldn't be started: {0}")]
    NotStarted(String),
}

/// A stream to a host.
pub trait Stream: AsyncRead + AsyncWrite + Send + Unpin + 'static {}

impl<S: AsyncRead + AsyncWrite + Send + Unpin + 'static> Stream for S {}

/// Attaches to a server, which the host starts unless it runs.
pub async fn attach(stream: impl Stream, launch: Launch) -> Result<Attached, AttachError> {
    let (name, secrets) = (launch.name.clone(), launch.secrets.clone());
    let (response, stdout, stdin) = request(stream, HostRequest::Attach(Box::new(launch))).await?;
    let is_new = match response {
        HostResponse::Attached => false,
        HostResponse::Started => true,
        HostResponse::NotStarted(why) => return Err(AttachError::NotStarted(why)),
        other => return Err(unexpected(&other)),
    };
    let streams = Streams {
        stdin: Box::new(stdin),
        stdout: Box::new(stdout),
    };
    Ok(Attached::new(
        &name,
        secrets,
        Link::Streams(streams),
        is_new,
    ))
}

/// Lists the held servers.
pub async fn list_held(stream: impl Stream) -> Result<Vec<HeldServer>, AttachError> {
    match request(stream, HostRequest::List).await?.0 {
        HostResponse::Servers(held) => Ok(held),
        other => Err(unexpected(&other)),
    }
}

/// Ends the servers of a connector, or all servers and the host; returns the number of servers.
pub async fn end_held(stream: impl Stream, connector: Option<String>) -> Result<u32, AttachError> {
    match request(stream, HostRequest::End(connector)).await?.0 {
        HostResponse::Ended(count) => Ok(count),
        other => Err(unexpected(&other)),
    }
}

/// Makes the host keep a session over HTTP alive.
pub async fn keep_alive(stream: impl Stream, session: IdleSession) -> Result<(), AttachError> {
    match request(stream, HostRequest::KeepAlive(Box::new(session)))
        .await?
        .0
    {
        HostResponse::Kept => Ok(()),
        other => Err(unexpected(&other)),
    }
}

/// Makes the host stop keeping the session of a connector alive.
pub async fn release(stream: impl Stream, connector: String) -> Result<(), AttachError> {
    match request(stream, HostRequest::Release(connector)).await?.0 {
        HostResponse::Released => Ok(()),
        other => Err(unexpected(&other)),
    }
}

/// Makes the host refuse new clients, and end with the last client.
pub async fn drain(stream: impl Stream) -> Result<(), AttachError> {
    request(stream, HostRequest::Drain).await.map(drop)
}

type Responded<S> = (HostResponse, BufReader<ReadHalf<S>>, WriteHalf<S>);

async fn request<S: Stream>(stream: S, request: HostRequest) -> Result<Responded<S>, AttachError> {
    let exchange = async {
        let (read, mut write) = tokio::io::split(stream);
        let envelope = RequestEnvelope {
            version: VERSION.to_owned(),
            request,
        };
        write.write_all(&line(&envelope)?).await?;
        write.flush().await?;
        let mut read = BufReader::new(read);
        let mut response = Vec::new();
        let mut bounded = (&mut read).take(LINE_BYTES as u64);
        if bounded.read_until(b'\n', &mut response).await? == 0 {
            // The host ended.
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let envelope: ResponseEnvelope = serde_json::from_slice(&response)?;
        Ok((envelope, read, write))
    };
    let responded: io::Result<_> = tokio::time::timeout(HOST_TIMEOUT, exchange)
        .await
        .unwrap_or_else(|elapsed| Err(elapsed.into()));
    let (ResponseEnvelope { version, response }, read, write) = responded?;
    match response {
        HostResponse::Refused if is_older(&version) => Err(AttachError::OlderHost(version)),
        HostResponse::Refused if version != VERSION => Err(AttachError::NewerHost(version)),
        response => Ok((response, read, write)),
    }
}

pub(super) fn unexpected(response: &HostResponse) -> AttachError {
    AttachError::Unreachable(io::Error::other(match response {
        HostResponse::Refused => "it is about to end",
        _ => "it answered something else",
    }))
}

/// Whether a version is older than ours.
fn is_older(version: &str) -> bool {
    precedence(version) < precedence(VERSION)
}

/// A version without its build, to be compared; what is no version is older than any.
fn precedence(version: &str) -> Option<Version> {
    let mut version = Version::parse(version).ok()?;
    version.build = BuildMetadata::EMPTY;
    Some(version)
}

/// The line that tells the host of secrets before the message with them; empty if it is too long for a line.
pub(in crate::mcp::stdio) fn secrets_line(secrets: &[Secret]) -> Vec<u8> {
    let patchbay_secrets = secrets.to_vec();
    let line = line(&CallSecrets { patchbay_secrets }).unwrap_or_default();
    match line.len() {
        ..=LINE_BYTES => line,
        _ => Vec::new(),
    }
}

/// Records a notice of the host; `false` if the line is none.
pub(in crate::mcp::stdio) fn take_notice(line: &[u8], process: &Process) -> bool {
    if line == STARTING {
        process.stderr().note_activity();
        return true;
    }
    if line == DROPPED {
        process.record_violation(Violation::Unread);
        return true;
    }
    let Ok(notice) = serde_json::from_slice(line) else {
        return false;
    };
    note_exit(notice, process);
    true
}

pub(in crate::mcp::stdio) fn note_exit(notice: ExitNotice, process: &Process) {
    for line in notice.stderr.lines() {
        process.stderr().note(line.as_bytes());
    }
    if let Some(violation) = notice.cut {
        process.record_violation(violation);
    }
    process.record_notice(notice.patchbay_exit, notice.is_stopped);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pre_release_is_older_than_its_release() {
        let versions = [
            "0.1.9",
            "0.2.0-alpha.9",
            "0.2.0-beta.2",
            "0.2.0-beta.10",
            "0.2.0",
            "0.10.0-beta.1",
        ];
        assert!(
            versions
                .map(precedence)
                .is_sorted_by(|one, next| one < next)
        );
        assert_eq!(precedence("0.2.0+build-1"), precedence("0.2.0"));
    }
}
