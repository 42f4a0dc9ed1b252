//! A held server and its clients.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use patchbay_http::json;
use patchbay_model::Secret;
use serde_json::Value;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt as _};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, watch};
use tokio::time::Instant;
use tokio_util::sync::{CancellationToken, DropGuard};

use super::super::lines::{Lines, NextLine};
use super::super::process::{Process, Streams, Violation};
use super::super::stderr::StderrTail;
use super::super::{BACKLOG, OUTPUT_GRACE, wait_until_gone};
use super::input::Input;
use super::mux::{ClientId, Mux, Outgoing};
use super::{CallSecrets, ClientMessage, DROPPED, ExitNotice, SECRETS};
use crate::mcp::McpLimits;
use crate::mcp::pending_requests::unreadable_answer;
use crate::mcp::server_log::ServerLog;
use crate::mcp::wire::SMALL_BYTES;
use crate::mcp::wire::answer::is_answer;

/// How long a client may leave its messages unread before it is dropped.
const CLIENT_SEND_TIMEOUT: Duration = Duration::from_secs(10);

/// The queue of messages for each client.
type Clients = HashMap<ClientId, mpsc::Sender<ClientMessage>>;

pub(super) enum ClientEvent {
    /// A client attached.
    Attached(NewClient),
    /// A client sent a message.
    Message(Queued),
    Detached(ClientId),
}

/// A client that attaches.
#[derive(Clone)]
pub(super) struct NewClient {
    pub(super) id: ClientId,
    pub(super) queue: mpsc::Sender<ClientMessage>,
    /// Whether it has a person who can answer questions.
    pub(super) can_ask: bool,
}

/// A message of a client, which holds a place in the backlog of that client until it is forwarded.
pub(super) struct Queued {
    client: ClientId,
    message: Value,
    _place: OwnedSemaphorePermit,
}

/// A client of a held server; it detaches when its guard is dropped.
pub(in crate::mcp::stdio) struct Client {
    pub(in crate::mcp::stdio) sender: ClientSender,
    pub(in crate::mcp::stdio) messages: mpsc::Receiver<ClientMessage>,
    pub(in crate::mcp::stdio) attached: DropGuard,
}

impl Client {
    fn new(
        id: ClientId,
        events: mpsc::UnboundedSender<ClientEvent>,
        messages: mpsc::Receiver<ClientMessage>,
        stderr: StderrTail,
    ) -> Self {
        let (detached, leaving) = (CancellationToken::new(), events.clone());
        let attached = detached.clone().drop_guard();
        tokio::spawn(async move {
            detached.cancelled().await;
            drop(leaving.send(ClientEvent::Detached(id)));
        });
        Self {
            sender: ClientSender {
                id,
                events,
                backlog: Arc::new(Semaphore::new(BACKLOG)),
                stderr,
            },
            messages,
            attached,
        }
    }
}

/// Sends messages of a client to its server.
pub(in crate::mcp::stdio) struct ClientSender {
    id: ClientId,
    events: mpsc::UnboundedSender<ClientEvent>,
    /// The places for messages that the server has yet to take.
    backlog: Arc<Semaphore>,
    /// That of the server.
    stderr: StderrTail,
}

impl ClientSender {
    /// Redacts secrets in what the server logs from now on.
    pub(in crate::mcp::stdio) fn redact(&self, secrets: &[Secret]) {
        self.stderr.redact(secrets);
    }

    /// Sends a message; `false` if the server has ended.
    pub(in crate::mcp::stdio) async fn send(&self, message: Value) -> bool {
        let place = tokio::select! {
            place = Arc::clone(&self.backlog).acquire_owned() => place,
            () = self.events.closed() => return false,
        };
        let Ok(_place) = place else { return false };
        let queued = Queued {
            client: self.id,
            message,
            _place,
        };
        let is_sent = self.events.send(ClientEvent::Message(queued)).is_ok();
        // The session that was woken runs next on this thread; a sender that goes on would have another thread woken.
        tokio::task::yield_now().await;
        is_sent
    }
}

/// A handle of a held server.
pub(super) struct Handle {
    pub(super) process: Process,
    /// Unbounded, so that clients come and go even if the server takes no more messages; those of a client are limited
    /// by its backlog.
    pub(super) events: mpsc::UnboundedSender<ClientEvent>,
    pub(super) clients: watch::Receiver<usize>,
    /// Whether a client waits for the outcome of a call.
    pub(super) has_calls: watch::Receiver<bool>,
}

impl Handle {
    pub(super) fn client(&self, id: ClientId, messages: mpsc::Receiver<ClientMessage>) -> Client {
        let stderr = self.process.stderr().clone();
        Client::new(id, self.events.clone(), messages, stderr)
    }

    /// Whether new clients can attach.
    pub(super) fn is_live(&self) -> bool {
        !self.events.is_closed() && !self.process.stopping().is_cancelled()
    }
}

/// Holds a server for its first client until it ends, or until it had no clients and was unused for `idle`.
pub(super) fn spawn(
    process: Process,
    streams: Streams,
    idle: Duration,
    first: NewClient,
) -> Handle {
    let (events_tx, events) = mpsc::unbounded_channel();
    let (count, clients) = watch::channel(1);
    let (calls, has_calls) = watch::channel(false);
    let Streams { stdin, stdout } = streams;
    let mut server_session = ServerSession {
        process: process.clone(),
        input: Input::new(stdin),
        queued: VecDeque::new(),
        clients: HashMap::new(),
        count,
        calls,
        log: process.stderr().server_log(),
        mux: Mux::default(),
        idle,
        last_used: Instant::now(),
    };
    server_session.attach(first);
    let lines = Lines::new(stdout, McpLimits::DEFAULT.body_bytes);
    tokio::spawn(server_session.run(lines, events));
    Handle {
        process,
        events: events_tx,
        clients,
        has_calls,
    }
}

struct ServerSession {
    process: Process,
    input: Input,
    /// Messages of clients that the server has no room for.
    queued: VecDeque<Queued>,
    clients: Clients,
    count: watch::Sender<usize>,
    calls: watch::Sender<bool>,
    /// Receives log notifications once, however many clients there are.
    log: ServerLog,
    mux: Mux,
    idle: Duration,
    /// When a client last sent or received a message.
    last_used: Instant,
}

impl ServerSession {
    async fn run<R: AsyncRead + Unpin>(
        mut self,
        mut lines: Lines<R>,
        mut events: mpsc::UnboundedReceiver<ClientEvent>,
    ) {
        let process = self.process.clone();
        let mut activity = process.stderr().activity();
        let gone = wait_until_gone(process.clone());
        tokio::pin!(gone);
        let mut closed_input = None;
        loop {
            let has_calls = self.mux.has_calls();
            self.calls
                .send_if_modified(|calls| std::mem::replace(calls, has_calls) != has_calls);
            let is_unused = self.clients.is_empty() && !process.stopping().is_cancelled();
            tokio::select! {
                () = self.input.write(), if self.input.waiting() > 0 => match self.input.is_open() {
                    true => self.forward_queued().await,
                    false => closed_input = Some(Instant::now() + OUTPUT_GRACE),
                },
                () = until(closed_input) => {
                    process.record_closed_input();
                    break;
                }
                () = process.stopping().cancelled(), if self.input.is_open() => self.input.close(),
                Some(event) = events.recv() => self.handle_event(event).await,
                next = lines.next() => match next {
                    NextLine::Line(line) => {
                        if let Err(violation) = self.handle_server_line(line).await {
                            process.record_violation(violation);
                            break;
                        }
                    }
                    NextLine::TooLong => {
                        let limit = McpLimits::DEFAULT.body_bytes as u64;
                        process.record_violation(Violation::TooLarge(limit));
                        break;
                    }
                    NextLine::End => break,
                },
                Ok(()) = activity.changed(), if !self.mux.has_answered() => {
                    self.notify_starting();
                }
                // A child process of the program may keep its output open.
                () = &mut gone => break,
                () = tokio::time::sleep_until(self.last_used + self.idle), if is_unused => {
                    process.stop();
                }
            }
        }
        // New clients are refused from here on. Those that attached just before are told how it ended too.
        events.close();
        while let Ok(event) = events.try_recv() {
            if let ClientEvent::Attached(client) = event {
                self.attach(client);
            }
        }
        self.end().await;
    }

    async fn handle_event(&mut self, event: ClientEvent) {
        match event {
            ClientEvent::Attached(client) => self.attach(client),
            ClientEvent::Message(queued) => {
                self.queued.push_back(queued);
                self.forward_queued().await;
            }
            ClientEvent::Detached(client) => self.detach(client).await,
        }
    }

    fn attach(&mut self, NewClient { id, queue, can_ask }: NewClient) {
        self.clients.insert(id, queue);
        self.count.send_replace(self.clients.len());
        if can_ask {
            self.mux.note_person(id);
        }
    }

    /// Forwards messages of clients as long as the server has room for them.
    async fn forward_queued(&mut self) {
        while self.input.has_room()
            && let Some(Queued {
                client, message, ..
            }) = self.queued.pop_front()
        {
            self.last_used = Instant::now();
            let out = self.mux.on_client(client, message);
            self.send(out).await;
        }
    }

    async fn handle_server_line(&mut self, line: &[u8]) -> Result<(), Violation> {
        if line.is_empty() {
            return Ok(());
        }
        match json::parse(line, McpLimits::DEFAULT.json()) {
            Ok(message) if message["jsonrpc"] == "2.0" => {
                if self.log.take(&message) {
                    return Ok(());
                }
                // As for any other connection.
                if line.len() > SMALL_BYTES && !is_answer(&message) {
                    tracing::debug!(bytes = line.len(), "dropped a large message");
                    return Ok(());
                }
                let out = self.mux.on_server(message);
                self.send(out).await;
            }
            Err(json::Error::Exceeded(limit)) => return Err(Violation::Exceeded(limit)),
            _ => match unreadable_answer(line, McpLimits::DEFAULT.json()) {
                Some(answer) => {
                    let out = self.mux.on_server(answer);
                    self.send(out).await;
                }
                None => return self.process.note_stray(line),
            },
        }
        Ok(())
    }

    /// Tells the clients that the server is still starting.
    fn notify_starting(&self) {
        for client in self.clients.values() {
            // Not needed by a client whose queue is full.
            drop(client.try_send(ClientMessage::Starting));
        }
    }

    async fn detach(&mut self, client: ClientId) {
        if self.clients.remove(&client).is_none() {
            return;
        }
        self.count.send_replace(self.clients.len());
        self.queued.retain(|queued| queued.client != client);
        let out = self.mux.detach(client);
        Box::pin(self.send(out)).await;
        if self.clients.is_empty() && !self.mux.has_answered() {
            // A server that never responded is not kept without a client.
            self.process.stop();
        }
    }

    async fn send(&mut self, out: impl IntoIterator<Item = Outgoing>) {
        let mut stalled = Vec::new();
        for out in out {
            match out {
                Outgoing::Server(message) => self.input.push(&message),
                Outgoing::Client(client, message) => {
                    self.last_used = Instant::now();
                    stalled.extend(deliver(&self.clients, client, message).await.err());
                }
                Outgoing::AllClients(message) => {
                    for client in self.clients.keys() {
                        let sent = deliver(&self.clients, *client, message.clone()).await;
                        stalled.extend(sent.err());
                    }
                }
            }
        }
        for client in stalled {
            self.detach(client).await;
        }
    }

    /// Ends the process, and tells the clients how it ended.
    async fn end(self) {
        let is_stopped = self.process.stopping().is_cancelled();
        if self.process.outcome().1.is_none() {
            // Its output may end shortly before the process does.
            drop(tokio::time::timeout(OUTPUT_GRACE, self.process.wait_for_exit()).await);
        }
        self.process.stop();
        let (patchbay_exit, cut) = self.process.outcome();
        let notice = ExitNotice {
            patchbay_exit,
            stderr: self.process.stderr().text(),
            cut,
            is_stopped,
        };
        for client in self.clients.values() {
            let notice = ClientMessage::Exited(notice.clone());
            drop(client.send_timeout(notice, OUTPUT_GRACE).await);
        }
    }
}

async fn until(deadline: Option<Instant>) {
    match deadline {
        Some(deadline) => tokio::time::sleep_until(deadline).await,
        None => std::future::pending().await,
    }
}

/// Sends a message to a client.
///
/// # Errors
/// The client, if it does not take the message in time.
async fn deliver(clients: &Clients, client: ClientId, message: Value) -> Result<(), ClientId> {
    let Some(sender) = clients.get(&client) else {
        return Ok(());
    };
    let message = ClientMessage::Json(message);
    let sent = sender.send_timeout(message, CLIENT_SEND_TIMEOUT).await;
    sent.map_err(|_| client)
}

/// Relays messages between a client and a server until one of them is gone.
pub(super) async fn relay_client(
    mut client: Client,
    mut lines: Lines<impl AsyncRead + Unpin>,
    mut to_client: impl AsyncWrite + Unpin,
) {
    let reading = async {
        while let NextLine::Line(line) = lines.next().await {
            if line.starts_with(SECRETS) {
                if let Ok(CallSecrets { patchbay_secrets }) = serde_json::from_slice(line) {
                    client.sender.redact(&patchbay_secrets);
                }
                continue;
            }
            // Limited by the length of the line only: a client is trusted, as it may start programs.
            let Ok(message) = serde_json::from_slice(line) else {
                continue;
            };
            if !client.sender.send(message).await {
                // The last messages of the server are still to be written.
                return std::future::pending().await;
            }
        }
    };
    let writing = async {
        let mut has_ended = false;
        while let Some(message) = client.messages.recv().await {
            has_ended = matches!(message, ClientMessage::Exited(_));
            let line = message.line()?;
            to_client.write_all(&line).await?;
            to_client.flush().await?;
        }
        if !has_ended {
            to_client.write_all(&[DROPPED, b"\n"].concat()).await?;
        }
        to_client.shutdown().await
    };
    tokio::select! {
        _ = writing => {}
        () = reading => {}
    }
}
