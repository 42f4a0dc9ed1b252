//! Local server programs, over their standard streams: a JSON-RPC message per line, within the same limits as over
//! HTTP.
//!
//! A line that is not a message is logged, as is standard error. A line that is too long ends the session, since the
//! beginning of the next message can't be found.
//!
//! Source: MCP 2025-11-25 and 2026-07-28, "Transports", "stdio".

pub(super) mod host;
mod lines;
mod process;
mod stderr;

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use patchbay_model::{SentRequest, megabytes};
use rmcp::model::{ClientJsonRpcMessage, ServerJsonRpcMessage};
use rmcp::service::RoleClient;
use rmcp::transport::Transport;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt as _};
use tokio::sync::mpsc;
use tokio::time::Instant;

pub(super) use self::process::Process;
pub use self::process::{McpProgram, ProcessGuard};

use self::host::{
    Attached, Client, ClientMessage, ClientSender, note_exit, secrets_line, take_notice,
};
use self::lines::{Lines, NextLine};
use self::process::{Streams, Violation};
use super::McpLimits;
use super::pending_requests::{PendingRequests, Read};
use super::request::NegotiationFailure;
use super::server_log::ServerLog;
use super::server_requests::{SendError, ServerRequests, TooManyRequests};
use crate::Error;

/// Capacity of the queues of messages in either direction.
const BACKLOG: usize = 64;

/// How long the last output of a program may take to arrive after its end.
const OUTPUT_GRACE: Duration = Duration::from_millis(500);

/// The streams of one program. Clones share them, so that a second attempt to negotiate uses the same process.
#[derive(Clone)]
pub(super) struct StdioTransport {
    shared: Arc<Shared>,
    reader: Arc<tokio::sync::Mutex<Reader>>,
}

/// Reads the messages of the program as rmcp asks for them.
struct Reader {
    incoming: Incoming,
    /// A message that may have to wait for the server's other requests to be answered, and until when.
    unadmitted: Option<(ServerJsonRpcMessage, Instant)>,
    /// Until the process is gone. A child process of the program may keep its output open.
    gone: Pin<Box<dyn Future<Output = ()> + Send>>,
    /// Why no more is read.
    end: Option<End>,
}

/// The connection to a program.
enum Link {
    /// Its own streams, or a stream to the process that holds it.
    Streams(Streams),
    /// The host in this process, which holds it.
    Host(Client),
}

enum Outgoing {
    Stream(mpsc::Sender<Vec<u8>>),
    Host(ClientSender),
}

enum Incoming {
    Stream(Lines<Box<dyn AsyncRead + Send + Unpin>>),
    /// Messages that the host has parsed.
    Host(mpsc::Receiver<ClientMessage>),
}

/// Why no more messages are read: the program has ended, or is ended for the violation.
type End = Option<Violation>;

struct Shared {
    outgoing: Outgoing,
    sending: tokio::sync::Mutex<()>,
    pending_requests: PendingRequests,
    limits: McpLimits,
    process: Process,
}

/// Starts a program.
///
/// # Errors
/// [`Error::ProgramNotStarted`].
pub(super) fn start(program: McpProgram, limits: McpLimits) -> Result<StdioTransport, Error> {
    let (process, streams) = process::start(program)?;
    Ok(listen_to(process, Link::Streams(streams), limits))
}

/// Uses a program that a host holds.
pub(super) fn attach(attached: Attached, limits: McpLimits) -> StdioTransport {
    listen_to(attached.process, attached.link, limits)
}

fn listen_to(process: Process, link: Link, limits: McpLimits) -> StdioTransport {
    let stopping = process.stopping().clone();
    let (outgoing, incoming) = match link {
        Link::Streams(Streams { stdin, stdout }) => {
            let (outgoing, to_write) = mpsc::channel(BACKLOG);
            tokio::spawn(write(stdin, to_write, process.clone()));
            let lines = Lines::new(stdout, limits.body_bytes);
            (Outgoing::Stream(outgoing), Incoming::Stream(lines))
        }
        Link::Host(client) => {
            let attached = client.attached;
            tokio::spawn(async move {
                stopping.cancelled().await;
                drop(attached);
            });
            (
                Outgoing::Host(client.sender),
                Incoming::Host(client.messages),
            )
        }
    };
    let gone = wait_until_gone(process.clone());
    StdioTransport {
        shared: Arc::new(Shared {
            outgoing,
            sending: tokio::sync::Mutex::default(),
            pending_requests: PendingRequests::new(limits, Arc::new(process.stderr().server_log())),
            limits,
            process,
        }),
        reader: Arc::new(tokio::sync::Mutex::new(Reader {
            incoming,
            unadmitted: None,
            gone: Box::pin(gone),
            end: None,
        })),
    }
}

/// Writes messages until the program is stopped, and then closes its input.
async fn write(
    mut stdin: Box<dyn AsyncWrite + Send + Unpin>,
    mut messages: mpsc::Receiver<Vec<u8>>,
    process: Process,
) {
    let writing = async {
        while let Some(message) = messages.recv().await {
            if stdin.write_all(&message).await.is_err() || stdin.flush().await.is_err() {
                // It has probably ended, which the reader reports; so does the reader of a host's stream.
                tokio::time::sleep(OUTPUT_GRACE).await;
                if process.group().is_some() && process.record_closed_input() {
                    process.stop();
                }
                return;
            }
        }
    };
    tokio::select! {
        () = writing => {}
        () = process.stopping().cancelled() => {}
    }
    // The other half of a socket is still read. An error is of no consequence.
    drop(stdin.shutdown().await);
}

/// Waits until the process has ended and its last output has arrived.
async fn wait_until_gone(process: Process) {
    process.wait_for_exit().await;
    tokio::time::sleep(OUTPUT_GRACE).await;
}

impl Reader {
    /// Reads the next message that rmcp needs; `None` once the program has ended or exceeded a limit, when every
    /// request in flight has failed. Cancel safe.
    async fn next(&mut self, shared: &Shared) -> Option<ServerJsonRpcMessage> {
        if self.end.is_none() {
            match self.read(shared).await {
                Ok(message) => return Some(message),
                Err(end) => self.end = Some(end),
            }
        }
        shared.end(self.end.flatten()).await;
        None
    }

    async fn read(&mut self, shared: &Shared) -> Result<ServerJsonRpcMessage, End> {
        let server_requests = shared.pending_requests.server_requests();
        loop {
            if let Some((message, deadline)) = &self.unadmitted {
                let admitted = server_requests.admit_until(*deadline, message).await;
                let is_admitted =
                    admitted.map_err(|TooManyRequests| Some(Violation::Unanswered))?;
                if let Some((message, _)) = self.unadmitted.take().filter(|_| is_admitted) {
                    return Ok(message);
                }
            }
            let received = tokio::select! {
                received = self.incoming.receive(shared) => received?,
                () = &mut self.gone => return Err(None),
            };
            self.unadmitted = received.map(|message| (message, ServerRequests::deadline()));
        }
    }
}

impl Incoming {
    /// Receives the next message; `None` for one that rmcp does not need. Cancel safe.
    async fn receive(&mut self, shared: &Shared) -> Result<Option<ServerJsonRpcMessage>, End> {
        match self {
            Self::Stream(lines) => match lines.next().await {
                NextLine::Line(line) => shared.read(line).map_err(Some),
                NextLine::TooLong => {
                    let limit = shared.limits.body_bytes as u64;
                    Err(Some(Violation::TooLarge(limit)))
                }
                NextLine::End => Err(None),
            },
            Self::Host(messages) => match messages.recv().await {
                Some(message) => Ok(shared.take(message)),
                None => Err(None),
            },
        }
    }
}

impl StdioTransport {
    pub(super) fn process(&self) -> &Process {
        &self.shared.process
    }

    pub(super) fn log(&self) -> &Arc<ServerLog> {
        self.shared.log()
    }

    pub(super) fn failure(&self) -> &NegotiationFailure {
        self.shared.pending_requests.failure()
    }
}

impl Shared {
    fn log(&self) -> &Arc<ServerLog> {
        self.pending_requests.log()
    }

    async fn send(&self, message: &ClientJsonRpcMessage) -> Result<(), SendError> {
        let _until_sent = self
            .pending_requests
            .server_requests()
            .begin_answer(message)?;
        let plan = |text| Ok(SentRequest::line(text));
        let (message, tracked) = self
            .pending_requests
            .note_outgoing(message, plan, || self.process.end_error())?;
        let text = serde_json::to_string(&message).map_err(|_| SendError)?;
        if let Some(limit) = self.max_message_bytes()
            && text.len() > limit
        {
            if let Some(tracked) = &tracked {
                let (limit, name) = (megabytes(limit as u64), self.process.name());
                let what = format!("can't send more than {limit} to the program {name} at once");
                self.pending_requests.refuse(tracked, Error::Usage(what));
            }
            return Err(SendError);
        }
        if let Some(tracked) = &tracked {
            let capture = tracked.exchange.capture();
            capture.note_request(|| SentRequest::line(text.as_str()));
        }
        // No message may overtake what is redacted in it, even if another message takes that along.
        let _in_order = self.sending.lock().await;
        let secrets = self.log().take_untold_secrets();
        let is_sent = match &self.outgoing {
            Outgoing::Stream(stream) => {
                let mut line = text.into_bytes();
                line.push(b'\n');
                if !secrets.is_empty() && self.is_relayed() {
                    line = [secrets_line(&secrets), line].concat();
                }
                stream.send(line).await.is_ok()
            }
            Outgoing::Host(host) => {
                host.redact(&secrets);
                host.send(message).await
            }
        };
        is_sent.then_some(()).ok_or(SendError)
    }

    /// Whether a host in another process holds the program.
    fn is_relayed(&self) -> bool {
        matches!(self.outgoing, Outgoing::Stream(_)) && self.process.group().is_none()
    }

    /// A host would drop us for a message that exceeds this.
    fn max_message_bytes(&self) -> Option<usize> {
        self.is_relayed().then_some(host::MESSAGE_BYTES)
    }

    /// Reads a line; `None` if it is not a message, or not needed by rmcp.
    ///
    /// # Errors
    /// A violation for which the program has to be ended.
    fn read(&self, line: &[u8]) -> Result<Option<ServerJsonRpcMessage>, Violation> {
        let process = &self.process;
        // Only a host sends notices.
        if line.is_empty() || (process.group().is_none() && take_notice(line, process)) {
            return Ok(None);
        }
        match self.pending_requests.read(line) {
            Ok(Read::Answer(message) | Read::Unsolicited(message)) => Ok(Some(message)),
            Ok(Read::Ignored) => Ok(None),
            Ok(Read::NotAMessage) => self.process.note_stray(line).map(|()| None),
            Err(limit) => Err(Violation::Exceeded(limit)),
        }
    }

    /// Reads a message of the host in this process; `None` if rmcp does not need it.
    fn take(&self, message: ClientMessage) -> Option<ServerJsonRpcMessage> {
        match message {
            ClientMessage::Json(message) => match self.pending_requests.take(message) {
                Read::Answer(message) | Read::Unsolicited(message) => return Some(message),
                Read::Ignored | Read::NotAMessage => {}
            },
            ClientMessage::Starting => self.process.stderr().note_activity(),
            ClientMessage::Exited(notice) => note_exit(notice, &self.process),
        }
        None
    }

    /// Ends the process, and fails all pending requests.
    async fn end(&self, violation: End) {
        match violation {
            Some(violation) => self.process.record_violation(violation),
            None => {
                // Its output may end shortly before the process does.
                drop(tokio::time::timeout(OUTPUT_GRACE, self.process.wait_for_exit()).await);
                let is_lost = !self.process.has_notice() && !self.process.stopping().is_cancelled();
                if is_lost && self.is_relayed() {
                    self.process.record_violation(Violation::HostGone);
                }
            }
        }
        self.process.stop();
        self.pending_requests.end(|| self.process.end_error());
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
        self.reader.lock().await.next(&self.shared).await
    }

    /// Keeps the process, since the negotiation may continue in another mode.
    async fn close(&mut self) -> Result<(), SendError> {
        Ok(())
    }
}
