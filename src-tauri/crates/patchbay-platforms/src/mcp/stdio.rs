//! A server that is a program of this computer, spoken to over its standard streams: a JSON-RPC message on each
//! line, within the same bounds as over HTTP.
//!
//! What stands on a line and is no message is what the program says to people, as is its standard error. A line
//! that is too long ends the session, for there is no other way to know where the next message begins.
//!
//! Source: MCP 2025-11-25 and 2026-07-28, "Transports", "stdio".

mod lines;
mod process;
mod said;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use patchbay_http::json;
use rmcp::model::{ClientJsonRpcMessage, ClientNotification, RequestId, ServerJsonRpcMessage};
use rmcp::service::RoleClient;
use rmcp::transport::Transport;
use serde_json::Value;
use tokio::io::AsyncWriteExt as _;
use tokio::process::{ChildStdin, ChildStdout};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

pub(super) use self::process::Process;
pub use self::process::{McpProgram, ProcessGuard};

use self::lines::{Lines, Next};
use self::process::Cut;
use super::McpLimits;
use super::wire::{Asked, Kind, MOST_DEPTH, SMALL_BYTES, answer, classify_request};
use crate::Error;

/// How many messages wait in either direction.
const BACKLOG: usize = 64;

/// How long what a program wrote last may take to arrive after its end.
const LAST_WORDS: Duration = Duration::from_millis(500);

/// The streams of one program; clones are the same ones, so that a second way to negotiate meets the same
/// process.
#[derive(Clone)]
pub(super) struct Pipe {
    shared: Arc<Shared>,
    incoming: Arc<tokio::sync::Mutex<mpsc::Receiver<ServerJsonRpcMessage>>>,
}

struct Shared {
    outgoing: mpsc::Sender<Vec<u8>>,
    pending: Mutex<Pending>,
    /// The last error of a request that no exchange went with, which is how negotiations fail.
    failure: Mutex<Option<Error>>,
    limits: McpLimits,
    process: Process,
}

#[derive(Default)]
struct Pending {
    asked: HashMap<RequestId, Asked>,
    /// Nothing can be asked any more.
    is_over: bool,
}

/// A message could not be handed over; why stands in its exchange.
#[derive(Debug, thiserror::Error)]
#[error("the message couldn't be sent")]
pub(super) struct NotSent;

/// Starts a program and listens to it.
///
/// # Errors
/// [`Error::ProgramNotStarted`].
pub(super) fn start(program: McpProgram, limits: McpLimits) -> Result<Pipe, Error> {
    let (process, streams) = process::start(program)?;
    let (outgoing, to_write) = mpsc::channel(BACKLOG);
    let (to_rmcp, incoming) = mpsc::channel(BACKLOG);
    let shared = Arc::new(Shared {
        outgoing,
        pending: Mutex::default(),
        failure: Mutex::default(),
        limits,
        process: process.clone(),
    });
    tokio::spawn(write(streams.stdin, to_write, process.stopping().clone()));
    tokio::spawn(listen(Arc::clone(&shared), streams.stdout, to_rmcp));
    Ok(Pipe {
        shared,
        incoming: Arc::new(tokio::sync::Mutex::new(incoming)),
    })
}

/// Writes messages until the program is told to end, which is the end of its input.
async fn write(
    mut stdin: ChildStdin,
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
}

/// Hands on what the program says, until it ends or says too much; then every call in flight ends.
async fn listen(
    shared: Arc<Shared>,
    stdout: ChildStdout,
    to_rmcp: mpsc::Sender<ServerJsonRpcMessage>,
) {
    let mut lines = Lines::new(stdout, shared.limits.body_bytes);
    let reason = loop {
        let next = tokio::select! {
            next = lines.next() => next,
            // Something that the program left behind may hold its output open.
            () = gone(&shared.process) => break None,
        };
        let message = match next {
            Next::Line(line) => shared.read(line),
            Next::TooLong => break Some(Cut::TooLarge(shared.limits.body_bytes as u64)),
            Next::End => break None,
        };
        match message {
            Ok(None) => {}
            Ok(Some(message)) => {
                if to_rmcp.send(message).await.is_err() {
                    break None;
                }
            }
            Err(limit) => break Some(Cut::Exceeded(limit)),
        }
    };
    shared.end(reason).await;
}

/// Waits until the process has ended, and what it wrote last has arrived.
async fn gone(process: &Process) {
    process.exited().await;
    tokio::time::sleep(LAST_WORDS).await;
}

impl Pipe {
    pub(super) fn process(&self) -> &Process {
        &self.shared.process
    }

    /// Why a request of the negotiation failed, where that is known.
    pub(super) fn take_failure(&self) -> Option<Error> {
        lock(&self.shared.failure).take()
    }
}

impl Shared {
    /// Puts a request on its way, so that its answer is known.
    async fn send(&self, message: &ClientJsonRpcMessage) -> Result<(), NotSent> {
        let asked = classify_request(message);
        let body = serde_json::to_value(message).map_err(|_| NotSent)?;
        let mut bytes = body.to_string().into_bytes();
        bytes.push(b'\n');
        if let Some(asked) = asked {
            if asked.exchange.plan().is_some() {
                let words = "a program of this computer is sent no HTTP request".to_owned();
                asked.exchange.fail(Error::Usage(words));
                return Err(NotSent);
            }
            asked.exchange.note(|facts| facts.request = body);
            let mut pending = lock(&self.pending);
            if pending.is_over {
                drop(pending);
                self.fail(self.process.ended(), &asked);
                return Err(NotSent);
            }
            pending.asked.insert(asked.id.clone(), asked);
        } else if let ClientJsonRpcMessage::Notification(told) = message
            && let ClientNotification::CancelledNotification(cancelled) = &told.notification
            && let Some(id) = &cancelled.params.request_id
        {
            lock(&self.pending).asked.remove(id);
        }
        self.outgoing.send(bytes).await.map_err(|_| NotSent)
    }

    /// The message of a line; `None` of what is none, or of no use to rmcp.
    ///
    /// # Errors
    /// The limit, for more than is read: whose answer it was cannot be told.
    fn read(&self, line: &[u8]) -> Result<Option<ServerJsonRpcMessage>, json::Exceeded> {
        if line.is_empty() {
            return Ok(None);
        }
        let limits = json::Limits {
            values: self.limits.values,
            depth: MOST_DEPTH,
            text: self.limits.body_bytes,
            items: None,
        };
        let (message, values) = match json::parse_counting(line, limits) {
            Ok(read) => read,
            Err(json::Error::NotJson) => {
                self.process.said().stray(line);
                return Ok(None);
            }
            Err(json::Error::Exceeded(limit)) => return Err(limit),
        };
        if message["jsonrpc"] != "2.0" {
            // A log line that is JSON: answering it would begin a dialogue with a log.
            self.process.said().stray(line);
            return Ok(None);
        }
        if answer::is_answer(&message) {
            return Ok(self.answer(message, line.len(), values));
        }
        if line.len() > SMALL_BYTES {
            tracing::debug!(bytes = line.len(), "dropped a large message");
            return Ok(None);
        }
        Ok(serde_json::from_value(message).ok())
    }

    /// Takes an answer to whoever asked, and gives rmcp what it needs of it.
    fn answer(
        &self,
        mut message: Value,
        bytes: usize,
        values: usize,
    ) -> Option<ServerJsonRpcMessage> {
        let asked = self.take_asked(&message)?;
        asked.exchange.note(|facts| {
            facts.bytes += bytes as u64;
            facts.values += values;
        });
        if let Kind::List(what) = asked.kind {
            let most = self.limits.list_items;
            if bytes > self.limits.page_bytes {
                let limit = self.limits.page_bytes as u64;
                self.fail(Error::TooLarge { limit }, &asked);
                return None;
            }
            if message["result"][what].as_array().map_or(0, Vec::len) > most {
                self.fail(Error::Protocol(format!("more than {most} {what}")), &asked);
                return None;
            }
        }
        message["id"] = asked.id.clone().into_json_value();
        let for_rmcp = answer::for_rmcp(message, &asked);
        if for_rmcp.is_none() {
            let error = Error::Protocol("malformed response".to_owned());
            self.fail(error, &asked);
        }
        for_rmcp
    }

    /// The request that a message answers. An error may leave the id out, where there is no doubt.
    fn take_asked(&self, message: &Value) -> Option<Asked> {
        let mut pending = lock(&self.pending);
        let asked = &mut pending.asked;
        let id = if message["id"].is_null() && message["error"].is_object() && asked.len() == 1 {
            asked.keys().next().cloned()
        } else {
            asked.keys().find(|id| answer::is_for(message, id)).cloned()
        };
        asked.remove(&id?)
    }

    fn fail(&self, error: Error, asked: &Asked) {
        if asked.is_followed {
            asked.exchange.fail(error);
        } else {
            *lock(&self.failure) = Some(error);
        }
    }

    /// Ends the process, and with it whatever is under way.
    async fn end(&self, cut: Option<Cut>) {
        match cut {
            Some(cut) => self.process.cut(cut),
            // Its output may end a little before it does.
            None => drop(tokio::time::timeout(LAST_WORDS, self.process.exited()).await),
        }
        self.process.stop();
        let asked = {
            let mut pending = lock(&self.pending);
            pending.is_over = true;
            std::mem::take(&mut pending.asked)
        };
        for asked in asked.values() {
            self.fail(self.process.ended(), asked);
        }
        lock(&self.failure).get_or_insert_with(|| self.process.ended());
    }
}

impl Transport<RoleClient> for Pipe {
    type Error = NotSent;

    fn send(
        &mut self,
        item: ClientJsonRpcMessage,
    ) -> impl Future<Output = Result<(), NotSent>> + Send + 'static {
        let shared = Arc::clone(&self.shared);
        async move { shared.send(&item).await }
    }

    async fn receive(&mut self) -> Option<ServerJsonRpcMessage> {
        self.incoming.lock().await.recv().await
    }

    /// The process outlives it: a negotiation may go on in another way.
    async fn close(&mut self) -> Result<(), NotSent> {
        Ok(())
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
