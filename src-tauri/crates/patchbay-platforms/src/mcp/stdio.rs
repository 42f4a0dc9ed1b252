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
mod incoming;
mod lines;
mod process;
mod stderr;

use std::sync::Arc;
use std::time::Duration;

use patchbay_model::SentRequest;
use rmcp::model::{ClientJsonRpcMessage, ServerJsonRpcMessage};
use rmcp::service::RoleClient;
use rmcp::transport::Transport;
use tokio::io::{AsyncWrite, AsyncWriteExt as _};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

#[cfg(unix)]
pub use self::announcement::Announcement;
pub(super) use self::process::Process;
pub use self::process::{McpProgram, ProcessGuard};

use self::host::{Attached, Client, ClientMessage, ClientSender, ExitListener};
use self::incoming::{Incoming, Next};
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

/// The way to a program.
enum Link {
    /// Its own streams, or one to the process that holds it.
    Streams(Streams),
    /// The host in this process, which holds it.
    Host(Client),
}

/// Where lines go that are for a program.
enum Outgoing {
    Stream(mpsc::Sender<Vec<u8>>),
    Host(ClientSender),
}

struct Shared {
    outgoing: Outgoing,
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
    Ok(listen_to(process, Link::Streams(streams), limits, None))
}

/// Listens to a program that a host holds.
pub(super) fn attach(attached: Attached, limits: McpLimits) -> StdioTransport {
    let Attached {
        process,
        link,
        exit_listener,
    } = attached;
    listen_to(process, link, limits, Some(exit_listener))
}

fn listen_to(
    process: Process,
    link: Link,
    limits: McpLimits,
    exit_listener: Option<ExitListener>,
) -> StdioTransport {
    let stopping = process.stopping().clone();
    let (outgoing, lines) = match link {
        Link::Streams(Streams { stdin, stdout }) => {
            let (outgoing, to_write) = mpsc::channel(BACKLOG);
            tokio::spawn(write(stdin, to_write, stopping));
            let lines = Incoming::Stream(Lines::new(stdout, limits.body_bytes));
            (Outgoing::Stream(outgoing), lines)
        }
        Link::Host(client) => {
            let attached = client.attached;
            tokio::spawn(async move {
                stopping.cancelled().await;
                drop(attached);
            });
            let lines = Incoming::Host(client.messages);
            (Outgoing::Host(client.sender), lines)
        }
    };
    let (to_rmcp, incoming) = mpsc::channel(BACKLOG);
    let shared = Arc::new(Shared {
        outgoing,
        pending_requests: PendingRequests::new(limits, Arc::new(process.stderr().server_log())),
        limits,
        process,
        exit_listener,
    });
    tokio::spawn(listen(Arc::clone(&shared), lines, to_rmcp));
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
    mut lines: Incoming,
    to_rmcp: mpsc::Sender<ServerJsonRpcMessage>,
) {
    let reason = loop {
        let next = tokio::select! {
            next = lines.next() => next,
            // Something that the program left behind may hold its output open.
            () = wait_until_gone(&shared.process) => break None,
        };
        let message = match next {
            Next::Message(message) => Ok(shared.take(message)),
            Next::Line(NextLine::Line(line)) => shared.read(line),
            Next::Line(NextLine::TooLong) => {
                break Some(Violation::TooLarge(shared.limits.body_bytes as u64));
            }
            Next::Line(NextLine::End) => break None,
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
        let is_sent = match &self.outgoing {
            Outgoing::Stream(stream) => {
                let mut line = text.into_bytes();
                line.push(b'\n');
                stream.send(line).await.is_ok()
            }
            Outgoing::Host(host) => {
                let message = serde_json::to_value(message).map_err(|_| SendError)?;
                host.send(message).await
            }
        };
        is_sent.then_some(()).ok_or(SendError)
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

    /// What rmcp needs of what the host in this process says.
    fn take(&self, message: ClientMessage) -> Option<ServerJsonRpcMessage> {
        match message {
            ClientMessage::Json(message) => match self.pending_requests.take(message) {
                Read::Answer(message) | Read::Unsolicited(message) => return Some(message),
                Read::Ignored | Read::NotAMessage => {}
            },
            ClientMessage::Starting => self.process.stderr().note_activity(),
            ClientMessage::Exited(notice) => {
                if let Some(exit_listener) = &self.exit_listener {
                    exit_listener.note_exit(notice, &self.process);
                }
            }
        }
        None
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
