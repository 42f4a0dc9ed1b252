//! A server that is a program of this computer, spoken to over its standard streams: a JSON-RPC message on each
//! line, within the same bounds as over HTTP.
//!
//! What stands on a line and is no message is what the program says to people, as is its standard error. A line
//! that is too long ends the session, for there is no other way to know where the next message begins.
//!
//! Source: MCP 2025-11-25 and 2026-07-28, "Transports", "stdio".

#[cfg(unix)]
mod announcement;
pub(super) mod host;
mod lines;
mod process;
mod stderr;

use std::sync::Arc;
use std::time::Duration;

use patchbay_model::SentRequest;
use rmcp::model::{ClientJsonRpcMessage, ServerJsonRpcMessage};
use rmcp::service::RoleClient;
use rmcp::transport::Transport;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt as _};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

#[cfg(unix)]
pub use self::announcement::Announcement;
pub(super) use self::process::Process;
pub use self::process::{McpProgram, ProcessGuard};

use self::host::{Attached, ExitListener};
use self::lines::{Lines, NextLine};
use self::process::{Streams, Violation};
use super::McpLimits;
use super::pending_requests::{PendingRequests, Read, SendError};
use super::server_log::ServerLog;
use crate::Error;

/// How many messages wait in either direction.
const BACKLOG: usize = 64;

/// How long what a program wrote last may take to arrive after its end.
const OUTPUT_GRACE: Duration = Duration::from_millis(500);

/// The streams of one program; clones are the same ones, so that a second way to negotiate meets the same
/// process.
#[derive(Clone)]
pub(super) struct StdioTransport {
    shared: Arc<Shared>,
    incoming: Arc<tokio::sync::Mutex<mpsc::Receiver<ServerJsonRpcMessage>>>,
}

struct Shared {
    outgoing: mpsc::Sender<Vec<u8>>,
    pending_requests: PendingRequests,
    limits: McpLimits,
    process: Process,
    /// Where the end is told of one that another process holds.
    exit_listener: Option<ExitListener>,
}

/// Starts a program and listens to it.
///
/// # Errors
/// [`Error::ProgramNotStarted`].
pub(super) fn start(program: McpProgram, limits: McpLimits) -> Result<StdioTransport, Error> {
    let (process, streams) = process::start(program)?;
    Ok(listen_to(process, streams, limits, None))
}

/// Listens to a program that another process holds.
pub(super) fn attach(attached: Attached, limits: McpLimits) -> StdioTransport {
    let Attached {
        process,
        streams,
        exit_listener,
    } = attached;
    listen_to(process, streams, limits, Some(exit_listener))
}

fn listen_to(
    process: Process,
    streams: Streams,
    limits: McpLimits,
    exit_listener: Option<ExitListener>,
) -> StdioTransport {
    let (outgoing, to_write) = mpsc::channel(BACKLOG);
    let (to_rmcp, incoming) = mpsc::channel(BACKLOG);
    let shared = Arc::new(Shared {
        outgoing,
        pending_requests: PendingRequests::new(limits, Arc::new(process.stderr().server_log())),
        limits,
        process: process.clone(),
        exit_listener,
    });
    tokio::spawn(write(streams.stdin, to_write, process.stopping().clone()));
    tokio::spawn(listen(Arc::clone(&shared), streams.stdout, to_rmcp));
    StdioTransport {
        shared,
        incoming: Arc::new(tokio::sync::Mutex::new(incoming)),
    }
}

/// Writes messages until the program is told to end, which is the end of its input.
async fn write(
    mut stdin: Box<dyn AsyncWrite + Send + Unpin>,
    mut messages: mpsc::Receiver<Vec<u8>>,
    stopping: CancellationToken,
) {
    let writing = async {
        while let Some(message) = messages.recv().await {
            // A program that closed its input has ended, or is about to: the reader tells how.
            if stdin.write_all(&message).await.is_err() || stdin.flush().await.is_err() {
                return;
            }
        }
    };
    tokio::select! {
        () = writing => {}
        () = stopping.cancelled() => {}
    }
    // Of a socket the other half is still read; whether the other side hears it changes nothing.
    drop(stdin.shutdown().await);
}

/// Hands on what the program says, until it ends or says too much; then every call in flight ends.
async fn listen(
    shared: Arc<Shared>,
    stdout: Box<dyn AsyncRead + Send + Unpin>,
    to_rmcp: mpsc::Sender<ServerJsonRpcMessage>,
) {
    let mut lines = Lines::new(stdout, shared.limits.body_bytes);
    let reason = loop {
        let next = tokio::select! {
            next = lines.next() => next,
            // Something that the program left behind may hold its output open.
            () = wait_until_gone(&shared.process) => break None,
        };
        let message = match next {
            NextLine::Line(line) => shared.read(line),
            NextLine::TooLong => {
                break Some(Violation::TooLarge(shared.limits.body_bytes as u64));
            }
            NextLine::End => break None,
        };
        match message {
            Ok(None) => {}
            Ok(Some(message)) => {
                if to_rmcp.send(message).await.is_err() {
                    break None;
                }
            }
            Err(violation) => break Some(violation),
        }
    };
    shared.end(reason).await;
}

/// Waits until the process has ended, and what it wrote last has arrived.
async fn wait_until_gone(process: &Process) {
    process.exited().await;
    tokio::time::sleep(OUTPUT_GRACE).await;
}

impl StdioTransport {
    pub(super) fn process(&self) -> &Process {
        &self.shared.process
    }

    /// Where messages go that are to be logged.
    pub(super) fn log(&self) -> &ServerLog {
        self.shared.pending_requests.log()
    }

    /// Why a request of the negotiation failed, where that is known.
    pub(super) fn take_failure(&self) -> Option<Error> {
        self.shared.pending_requests.take_failure()
    }
}

impl Shared {
    /// Puts a message on its way.
    async fn send(&self, message: &ClientJsonRpcMessage) -> Result<(), SendError> {
        let plan = |text| Ok(SentRequest::line(text));
        let (text, tracked) = self
            .pending_requests
            .note_outgoing(message, plan, || self.process.ended())?;
        if let Some(tracked) = tracked {
            let capture = tracked.exchange.capture();
            capture.note_request(|| SentRequest::line(text.as_str()));
        }
        let mut bytes = text.into_bytes();
        bytes.push(b'\n');
        self.outgoing.send(bytes).await.map_err(|_| SendError)
    }

    /// The message of a line; `None` of what is none, or of no use to rmcp.
    ///
    /// # Errors
    /// What the program is to be ended for.
    fn read(&self, line: &[u8]) -> Result<Option<ServerJsonRpcMessage>, Violation> {
        let is_exit_notice = |exit_listener: &ExitListener| exit_listener.take(line, &self.process);
        if line.is_empty() || self.exit_listener.as_ref().is_some_and(is_exit_notice) {
            return Ok(None);
        }
        match self.pending_requests.read(line) {
            Ok(Read::Answer(message) | Read::Unsolicited(message)) => Ok(Some(message)),
            Ok(Read::Ignored) => Ok(None),
            Ok(Read::NotAMessage) => self.process.note_stray(line).map(|()| None),
            Err(limit) => Err(Violation::Exceeded(limit)),
        }
    }

    /// Ends the process, and with it whatever is under way.
    async fn end(&self, cut: Option<Violation>) {
        match cut {
            Some(cut) => self.process.cut(cut),
            // Its output may end a little before it does.
            None => drop(tokio::time::timeout(OUTPUT_GRACE, self.process.exited()).await),
        }
        self.process.stop();
        self.pending_requests.end(|| self.process.ended());
    }
}

impl Transport<RoleClient> for StdioTransport {
    type Error = SendError;

    fn send(
        &mut self,
        item: ClientJsonRpcMessage,
    ) -> impl Future<Output = Result<(), SendError>> + Send + 'static {
        let shared = Arc::clone(&self.shared);
        async move { shared.send(&item).await }
    }

    async fn receive(&mut self) -> Option<ServerJsonRpcMessage> {
        self.incoming.lock().await.recv().await
    }

    /// The process outlives it: a negotiation may go on in another way.
    async fn close(&mut self) -> Result<(), SendError> {
        Ok(())
    }
}
