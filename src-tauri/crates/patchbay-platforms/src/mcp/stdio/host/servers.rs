//! The host: all servers that one process holds.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use tokio::io::{AsyncWrite, AsyncWriteExt as _};
use tokio::sync::{Mutex, mpsc};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::super::lines::{Lines, NextLine};
use super::super::process;
use super::super::{Link, McpProgram, ProcessGuard};
use super::attach::{AttachError, Attached, Stream, unexpected};
use super::idle::{IdleSession, IdleSessions};
use super::memory::GroupMemory;
use super::session::{Client, ClientEvent, Handle, NewClient, relay_client, spawn};
use super::{
    HeldServer, HostRequest, HostResponse, LINE_BYTES, Launch, RequestEnvelope, ResponseEnvelope,
    VERSION, line,
};
use crate::Error;
use crate::mcp::log_line::LineSink;

/// Timeout for the request of a client.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(10);

/// How long a client with another program for the same connector waits for calls of others, before their server is ended.
const CALL_PATIENCE: Duration = Duration::from_secs(10);

/// Capacity of the queue of messages for a client.
const BACKLOG: usize = 256;

/// Creates the log for a server, by connector id.
type MakeLog = Box<dyn Fn(&str) -> LineSink + Send + Sync>;

/// Holds servers for clients that attach.
pub struct Host {
    guard: Arc<dyn ProcessGuard>,
    log: MakeLog,
    /// How long a server is kept without a client.
    idle: Duration,
    /// By connector id.
    servers: Mutex<HashMap<String, Server>>,
    idle_sessions: IdleSessions,
    clients: AtomicU64,
    /// Attached clients in other processes.
    guests: AtomicUsize,
    memory: GroupMemory,
    draining: CancellationToken,
}

struct Server {
    handle: Handle,
    digest: String,
    program: String,
    since: Instant,
}

impl Server {
    fn group(&self) -> Option<u32> {
        self.handle.process.group()
    }

    /// Whether nothing of it is left.
    fn is_over(&self) -> bool {
        !self.handle.is_live() && self.handle.process.is_gone()
    }
}

impl Host {
    /// Servers are ended after `idle` without a client; `log` creates the log for a server, by connector id.
    pub fn new(guard: Arc<dyn ProcessGuard>, log: MakeLog, idle: Duration) -> Self {
        Self {
            guard,
            log,
            idle,
            servers: Mutex::default(),
            idle_sessions: IdleSessions::default(),
            clients: AtomicU64::new(0),
            guests: AtomicUsize::new(0),
            memory: GroupMemory::default(),
            draining: CancellationToken::new(),
        }
    }

    /// Cancelled when new clients are refused.
    pub fn draining(&self) -> &CancellationToken {
        &self.draining
    }

    /// Number of attached clients in other processes.
    pub fn guests(&self) -> usize {
        self.guests.load(Ordering::Relaxed)
    }

    /// Whether neither servers nor sessions are left.
    pub async fn is_empty(&self) -> bool {
        let are_over = self.idle_sessions.are_over(self.idle).await;
        let mut servers = self.servers.lock().await;
        servers.retain(|_, server| !server.is_over());
        are_over && servers.is_empty()
    }

    /// Whether a client still uses a server.
    pub async fn is_used(&self) -> bool {
        let servers = self.servers.lock().await;
        servers.values().any(|server| server.handle.is_live())
    }

    /// Handles the request of one client; an attached client until it is gone.
    pub async fn serve(&self, stream: impl Stream) {
        let (read, mut write) = tokio::io::split(stream);
        let mut lines = Lines::new(read, LINE_BYTES);
        let first = match tokio::time::timeout(REQUEST_TIMEOUT, lines.next()).await {
            Ok(NextLine::Line(first)) => parse_request(first),
            _ => return,
        };
        let response = match first {
            None => HostResponse::Refused,
            Some(HostRequest::List) => HostResponse::Servers(self.list().await),
            Some(HostRequest::KeepAlive(session)) => match self.keep_alive(*session).await {
                true => HostResponse::Kept,
                false => HostResponse::Refused,
            },
            Some(HostRequest::Release(connector)) => {
                self.idle_sessions.release(|kept| kept == connector).await;
                HostResponse::Released
            }
            Some(HostRequest::End(Some(connector))) => {
                HostResponse::Ended(self.end(Some(&connector)).await)
            }
            Some(HostRequest::End(None)) => HostResponse::Ended(self.close().await),
            Some(HostRequest::Drain) => {
                self.drain().await;
                HostResponse::Draining
            }
            Some(HostRequest::Attach(launch)) => match self.attach_client(*launch).await {
                Ok(None) => HostResponse::Refused,
                Ok(Some((client, is_new))) => {
                    let response = match is_new {
                        true => HostResponse::Started,
                        false => HostResponse::Attached,
                    };
                    if respond(&mut write, response).await {
                        self.guests.fetch_add(1, Ordering::Relaxed);
                        relay_client(client, lines, write).await;
                        self.guests.fetch_sub(1, Ordering::Relaxed);
                    }
                    return;
                }
                Err(error) => HostResponse::NotStarted(start_failure(error)),
            },
        };
        respond(&mut write, response).await;
    }

    /// Attaches from within this process to a server, which is started unless it runs.
    ///
    /// # Errors
    /// [`AttachError::NotStarted`]; [`AttachError::Unreachable`] if new clients are refused.
    pub async fn attach(&self, launch: Launch) -> Result<Attached, AttachError> {
        let (name, secrets) = (launch.name.clone(), launch.secrets.clone());
        match self.attach_client(launch).await {
            Ok(Some((client, is_new))) => {
                Ok(Attached::new(&name, secrets, Link::Host(client), is_new))
            }
            Ok(None) => Err(unexpected(&HostResponse::Refused)),
            Err(error) => Err(AttachError::NotStarted(start_failure(error))),
        }
    }

    /// Attaches a client to its server, and returns whether that was started for it; `None` if new clients are refused.
    async fn attach_client(&self, launch: Launch) -> Result<Option<(Client, bool)>, Error> {
        let connector = launch.connector.clone();
        let (queue, for_client) = mpsc::channel(BACKLOG);
        let client = NewClient {
            id: self.clients.fetch_add(1, Ordering::Relaxed),
            queue,
            can_ask: launch.can_ask,
        };
        loop {
            let mut servers = self.servers.lock().await;
            if self.draining.is_cancelled() {
                return Ok(None);
            }
            let Some(known) = servers.get(&connector) else {
                let id = client.id;
                let server = self.start(launch, client)?;
                let client = server.handle.client(id, for_client);
                servers.insert(connector, server);
                return Ok(Some((client, true)));
            };
            let is_same = known.digest == launch.digest && known.handle.is_live();
            let attached = ClientEvent::Attached(client.clone());
            if is_same && known.handle.events.send(attached).is_ok() {
                return Ok(Some((known.handle.client(client.id, for_client), false)));
            }
            let process = known.handle.process.clone();
            if process.is_gone() {
                servers.remove(&connector);
                continue;
            }
            let mut has_calls = known.handle.has_calls.clone();
            // Other clients are served meanwhile. It stays in the map until it is gone, because two servers of a
            // connector at a time could interfere.
            drop(servers);
            let answered = has_calls.wait_for(|has_calls| !has_calls);
            drop(tokio::time::timeout(CALL_PATIENCE, answered).await);
            process.end().await;
        }
    }

    /// Keeps a session alive; `false` if that failed.
    async fn keep_alive(&self, session: IdleSession) -> bool {
        if self.draining.is_cancelled() {
            return false;
        }
        let kept = self.idle_sessions.keep(session).await;
        kept.inspect_err(|error| tracing::warn!(%error, "a session is not kept alive"))
            .is_ok()
    }

    fn start(&self, launch: Launch, first: NewClient) -> Result<Server, Error> {
        let (digest, program) = (launch.digest, launch.name.clone());
        let (process, streams) = process::start(McpProgram {
            name: launch.name,
            file: PathBuf::from(launch.file),
            arguments: launch.arguments,
            folder: PathBuf::from(launch.folder),
            environment: launch.environment,
            secrets: launch.secrets,
            guard: Arc::clone(&self.guard),
            log: (self.log)(&launch.connector),
        })?;
        Ok(Server {
            handle: spawn(process, streams, self.idle, first),
            digest,
            program,
            since: Instant::now(),
        })
    }

    /// The process groups of the running servers.
    async fn groups(&self) -> Vec<u32> {
        let servers = self.servers.lock().await;
        let live = servers.values().filter(|server| server.handle.is_live());
        live.filter_map(Server::group).collect()
    }

    async fn list(&self) -> Vec<HeldServer> {
        let memory = self.memory.of(&self.groups().await).await;
        let servers = self.servers.lock().await;
        let live = servers.iter().filter(|(_, server)| server.handle.is_live());
        let held = live.map(|(connector, server)| HeldServer {
            connector: connector.clone(),
            program: server.program.clone(),
            pid: server.group().unwrap_or_default(),
            clients: u32::try_from(*server.handle.clients.borrow()).unwrap_or(u32::MAX),
            seconds: u32::try_from(server.since.elapsed().as_secs()).unwrap_or(u32::MAX),
            memory_kib: server.group().and_then(|group| memory.get(&group).copied()),
            last_line: server.handle.process.stderr().last(),
        });
        held.collect()
    }

    /// Ends servers and sessions of a connector, or all of them; returns the number of servers.
    async fn end(&self, connector: Option<&str>) -> u32 {
        let fits = |held: &str| connector.is_none_or(|connector| held == connector);
        self.idle_sessions.release(fits).await;
        let servers = self.servers.lock().await;
        let chosen: Vec<_> = servers
            .iter()
            .filter(|(held, _)| fits(held))
            .map(|(_, server)| (server.handle.is_live(), server.handle.process.clone()))
            .collect();
        drop(servers);
        // They stay in the map until they are gone, so that a new client waits for that.
        futures::future::join_all(chosen.iter().map(|(_, process)| process.end())).await;
        let ended = chosen.iter().filter(|(was_live, _)| *was_live).count();
        u32::try_from(ended).unwrap_or(u32::MAX)
    }

    /// Refuses new clients and ends all servers; returns their number.
    pub async fn close(&self) -> u32 {
        self.draining.cancel();
        self.end(None).await
    }

    /// Refuses new clients, and ends each server once it has no clients.
    async fn drain(&self) {
        self.draining.cancel();
        self.idle_sessions.release(|_| true).await;
        for server in self.servers.lock().await.values() {
            let (process, mut clients) =
                (server.handle.process.clone(), server.handle.clients.clone());
            tokio::spawn(async move {
                drop(clients.wait_for(|clients| *clients == 0).await);
                process.stop();
            });
        }
    }
}

/// Parses the request of a client. One of another version can't attach, but can make us end.
fn parse_request(first: &[u8]) -> Option<HostRequest> {
    let first: RequestEnvelope<serde_json::Value> = serde_json::from_slice(first).ok()?;
    let request = serde_json::from_value(first.request).ok()?;
    match request {
        HostRequest::Attach(_) | HostRequest::KeepAlive(_) if first.version != VERSION => None,
        request => Some(request),
    }
}

/// Sends a response; `false` if that failed.
async fn respond(write: &mut (impl AsyncWrite + Unpin), response: HostResponse) -> bool {
    let version = VERSION.to_owned();
    let Ok(text) = line(&ResponseEnvelope { version, response }) else {
        return false;
    };
    write.write_all(&text).await.is_ok() && write.flush().await.is_ok()
}

fn start_failure(error: Error) -> String {
    match error {
        Error::ProgramNotStarted { why, .. } => why,
        other => other.to_string(),
    }
}
