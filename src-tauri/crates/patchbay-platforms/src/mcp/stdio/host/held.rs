//! One server that is held, and its clients.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use patchbay_http::json;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::{mpsc, watch};
use tokio::time::Instant;

use super::super::lines::{Lines, Next};
use super::super::process::{Cut, Process, Streams};
use super::super::{BACKLOG, LAST_WORDS, gone, write};
use super::mux::{ClientId, Mux, Out};
use super::{Farewell, line};
use crate::mcp::McpLimits;
use crate::mcp::wire::MOST_DEPTH;

/// How long a client may leave what is for it unread before it is given up.
const STALLED: Duration = Duration::from_secs(10);

/// Most messages that a server has not taken: what it brings about itself waits for no room.
const MOST_WAITING: usize = 16 * BACKLOG;

/// What a client does.
pub(super) enum Act {
    /// It comes, and hears what is sent there.
    Come(ClientId, mpsc::Sender<Vec<u8>>),
    /// It says something.
    Say(ClientId, Vec<u8>),
    /// It is gone.
    Leave(ClientId),
}

/// A server that is held, as others see it.
pub(super) struct Handle {
    pub(super) process: Process,
    pub(super) acts: mpsc::Sender<Act>,
    pub(super) clients: watch::Receiver<usize>,
}

impl Handle {
    /// Whether whoever comes now is served.
    pub(super) fn is_live(&self) -> bool {
        !self.acts.is_closed() && !self.process.stopping().is_cancelled()
    }
}

/// Holds a server that was started, until it ends or nobody used it for that long.
pub(super) fn hold(process: Process, streams: Streams, idle: Duration) -> Handle {
    let (outgoing, to_write) = mpsc::channel(BACKLOG);
    let (acts_to, acts) = mpsc::channel(BACKLOG);
    let (count, clients) = watch::channel(0);
    let Streams { stdin, stdout } = streams;
    tokio::spawn(write(stdin, to_write, process.stopping().clone()));
    let held = Held {
        process: process.clone(),
        waiting: VecDeque::new(),
        clients: HashMap::new(),
        count,
        mux: Mux::default(),
        idle,
        unused_since: Instant::now(),
    };
    let lines = Lines::new(stdout, McpLimits::DEFAULT.body_bytes);
    tokio::spawn(held.run(lines, outgoing, acts));
    Handle {
        process,
        acts: acts_to,
        clients,
    }
}

struct Held {
    process: Process,
    /// What the server has not taken yet.
    waiting: VecDeque<Vec<u8>>,
    clients: HashMap<ClientId, mpsc::Sender<Vec<u8>>>,
    count: watch::Sender<usize>,
    mux: Mux,
    idle: Duration,
    unused_since: Instant,
}

impl Held {
    async fn run<R: AsyncRead + Unpin>(
        mut self,
        mut lines: Lines<R>,
        outgoing: mpsc::Sender<Vec<u8>>,
        mut acts: mpsc::Receiver<Act>,
    ) {
        let process = self.process.clone();
        let gone = gone(&process);
        tokio::pin!(gone);
        loop {
            let is_unused = self.clients.is_empty() && !process.stopping().is_cancelled();
            tokio::select! {
                room = outgoing.reserve(), if !self.waiting.is_empty() => {
                    match (room, self.waiting.pop_front()) {
                        (Ok(room), Some(next)) => room.send(next),
                        // It listens to nothing any more: how it ends is heard below.
                        _ => self.waiting.clear(),
                    }
                }
                Some(act) = acts.recv(), if self.waiting.len() < BACKLOG => self.act(act).await,
                next = lines.next() => match next {
                    Next::Line(line) => {
                        if let Err(cut) = self.hear(line).await {
                            process.cut(cut);
                            break;
                        }
                    }
                    Next::TooLong => {
                        process.cut(Cut::TooLarge(McpLimits::DEFAULT.body_bytes as u64));
                        break;
                    }
                    Next::End => break,
                },
                // Something that the program left behind may hold its output open.
                () = &mut gone => break,
                () = tokio::time::sleep_until(self.unused_since + self.idle), if is_unused => {
                    process.stop();
                }
            }
        }
        // Whoever comes from here on is told to begin anew.
        acts.close();
        self.end().await;
    }

    async fn act(&mut self, act: Act) {
        match act {
            Act::Come(client, to) => {
                self.clients.insert(client, to);
                self.count.send_replace(self.clients.len());
            }
            Act::Say(client, line) => {
                // Bounded by its line alone: whoever may attach may as well start programs.
                let message = serde_json::from_slice(&line).ok();
                let out = message.and_then(|message| self.mux.client_says(client, message));
                self.send(out).await;
            }
            Act::Leave(client) => self.leave(client).await,
        }
    }

    async fn hear(&mut self, line: &[u8]) -> Result<(), Cut> {
        if line.is_empty() {
            return Ok(());
        }
        let limits = McpLimits::DEFAULT;
        let limits = json::Limits {
            values: limits.values,
            depth: MOST_DEPTH,
            text: limits.body_bytes,
            items: None,
        };
        match json::parse(line, limits) {
            Ok(message) if message["jsonrpc"] == "2.0" => {
                let out = self.mux.server_says(message);
                self.send(out).await;
            }
            Err(json::Error::Exceeded(limit)) => return Err(Cut::Exceeded(limit)),
            _ => self.process.said().stray(line),
        }
        Ok(())
    }

    async fn leave(&mut self, client: ClientId) {
        if self.clients.remove(&client).is_none() {
            return;
        }
        self.count.send_replace(self.clients.len());
        self.unused_since = Instant::now();
        let out = self.mux.leave(client);
        Box::pin(self.send(out)).await;
        if self.clients.is_empty() && !self.mux.has_answered() {
            // Nobody waits any more for what never spoke.
            self.process.stop();
        }
    }

    async fn send(&mut self, out: impl IntoIterator<Item = Out>) {
        let mut stalled = Vec::new();
        for out in out {
            let (to, message) = match out {
                Out::Server(message) => {
                    if self.waiting.len() < MOST_WAITING {
                        self.waiting.extend(line(&message).ok());
                    }
                    continue;
                }
                Out::Client(client, message) => (vec![client], message),
                Out::All(message) => (self.clients.keys().copied().collect(), message),
            };
            let Ok(text) = line(&message) else {
                continue;
            };
            for client in to {
                let Some(sender) = self.clients.get(&client) else {
                    continue;
                };
                if sender.send_timeout(text.clone(), STALLED).await.is_err() {
                    stalled.push(client);
                }
            }
        }
        for client in stalled {
            self.leave(client).await;
        }
    }

    /// Ends the process, and tells who is there how it ended.
    async fn end(self) {
        if self.process.outcome().1.is_none() {
            // Its output may end a little before it does.
            drop(tokio::time::timeout(LAST_WORDS, self.process.exited()).await);
        }
        self.process.stop();
        let (patchbay_ended, cut) = self.process.outcome();
        let farewell = Farewell {
            patchbay_ended,
            said: self.process.said().text(),
            cut,
        };
        if let Ok(text) = line(&farewell) {
            for client in self.clients.values() {
                drop(client.send_timeout(text.clone(), LAST_WORDS).await);
            }
        }
    }
}

/// Carries messages between a client and a server until one of them is gone.
pub(super) async fn carry(
    client: ClientId,
    mut lines: Lines<impl AsyncRead + Unpin>,
    to_client: impl AsyncWrite + Send + Unpin + 'static,
    acts: &mpsc::Sender<Act>,
    for_client: mpsc::Receiver<Vec<u8>>,
) {
    let until_gone = tokio_util::sync::CancellationToken::new();
    let reading = async {
        while let Next::Line(line) = lines.next().await {
            if !line.is_empty() && acts.send(Act::Say(client, line.to_vec())).await.is_err() {
                // What the server said last is still to be written.
                return std::future::pending().await;
            }
        }
    };
    tokio::select! {
        () = write(Box::new(to_client), for_client, until_gone.clone()) => {}
        () = reading => {}
    }
    drop(acts.send(Act::Leave(client)).await);
}
