//! All servers that one process holds.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::io::{AsyncWrite, AsyncWriteExt as _};
use tokio::sync::{Mutex, mpsc};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::super::lines::{Lines, Next};
use super::super::process::{self, Process};
use super::super::{McpProgram, OnLine, ProcessGuard};
use super::attach::Stream;
use super::held::{Act, Handle, carry, hold};
use super::{Answer, Ask, Held, Hello, LINE_BYTES, Launch, Reply, VERSION, line};
use crate::Error;

/// How long a client may take to say what it wants.
const HELLO: Duration = Duration::from_secs(10);

/// How many messages wait for a client.
const BACKLOG: usize = 256;

/// Makes the log of a connector's server.
type MakeLog = Box<dyn Fn(&str) -> OnLine + Send + Sync>;

/// Holds servers for whoever attaches.
pub struct Host {
    guard: Arc<dyn ProcessGuard>,
    log: MakeLog,
    /// After how long without a client a server is ended.
    idle: Duration,
    servers: Mutex<HashMap<Key, Server>>,
    clients: AtomicU64,
    draining: CancellationToken,
}

/// A server is told once whether it may ask, so that there is one for each.
type Key = (String, bool);

struct Server {
    handle: Handle,
    digest: String,
    program: String,
    since: Instant,
}

impl Host {
    /// Servers are ended after `idle` without a client; `log` makes the log for the server of a connector, whose id
    /// it is told.
    pub fn new(guard: Arc<dyn ProcessGuard>, log: MakeLog, idle: Duration) -> Self {
        Self {
            guard,
            log,
            idle,
            servers: Mutex::default(),
            clients: AtomicU64::new(0),
            draining: CancellationToken::new(),
        }
    }

    /// Cancelled when no new client is to be taken on.
    pub fn draining(&self) -> &CancellationToken {
        &self.draining
    }

    /// Whether nothing is held.
    pub async fn is_empty(&self) -> bool {
        let mut servers = self.servers.lock().await;
        servers.retain(|_, server| server.handle.is_live());
        servers.is_empty()
    }

    /// Does what one client asks for, until it is gone.
    pub async fn serve(&self, stream: impl Stream) {
        let (read, mut write) = tokio::io::split(stream);
        let mut lines = Lines::new(read, LINE_BYTES);
        let hello = match tokio::time::timeout(HELLO, lines.next()).await {
            Ok(Next::Line(hello)) => understood(hello),
            _ => return,
        };
        let answer = match hello {
            None => Answer::Refused,
            Some(Ask::List) => Answer::Held(self.list().await),
            Some(Ask::End(Some(connector))) => Answer::Ended(self.end(Some(&connector)).await),
            Some(Ask::End(None)) => Answer::Ended(self.close().await),
            Some(Ask::Drain) => {
                self.drain().await;
                Answer::Draining
            }
            Some(Ask::Open(launch)) => match self.come(*launch).await {
                Ok(None) => Answer::Refused,
                Ok(Some((client, acts, for_client))) => {
                    if reply(&mut write, Answer::Opened).await {
                        carry(client, lines, write, &acts, for_client).await;
                    } else {
                        drop(acts.send(Act::Leave(client)).await);
                    }
                    return;
                }
                Err(error) => Answer::NotStarted(why(error)),
            },
        };
        reply(&mut write, answer).await;
    }

    /// Takes a client to its server; `None` where nobody is taken on any more.
    async fn come(
        &self,
        launch: Launch,
    ) -> Result<Option<(u64, mpsc::Sender<Act>, mpsc::Receiver<Vec<u8>>)>, Error> {
        let key = (launch.connector.clone(), launch.asks);
        let client = self.clients.fetch_add(1, Ordering::Relaxed);
        let (to_client, for_client) = mpsc::channel(BACKLOG);
        let mut servers = self.servers.lock().await;
        if self.draining.is_cancelled() {
            return Ok(None);
        }
        if let Some(known) = servers.get(&key) {
            let acts = known.handle.acts.clone();
            let is_same = known.digest == launch.digest && known.handle.is_live();
            if is_same
                && acts
                    .send(Act::Come(client, to_client.clone()))
                    .await
                    .is_ok()
            {
                return Ok(Some((client, acts, for_client)));
            }
            // Two at a time could be in each other's way.
            known.handle.process.end().await;
            servers.remove(&key);
        }
        let server = self.start(launch)?;
        let acts = server.handle.acts.clone();
        drop(acts.send(Act::Come(client, to_client)).await);
        servers.insert(key, server);
        Ok(Some((client, acts, for_client)))
    }

    fn start(&self, launch: Launch) -> Result<Server, Error> {
        let (digest, program) = (launch.digest, launch.name.clone());
        let (process, streams) = process::start(McpProgram {
            name: launch.name,
            file: PathBuf::from(launch.file),
            arguments: launch.arguments,
            folder: PathBuf::from(launch.folder),
            environment: launch.environment,
            secrets: launch.secrets,
            guard: Arc::clone(&self.guard),
            asks: launch.asks,
            log: (self.log)(&launch.connector),
        })?;
        Ok(Server {
            handle: hold(process, streams, self.idle),
            digest,
            program,
            since: Instant::now(),
        })
    }

    async fn list(&self) -> Vec<Held> {
        let servers = self.servers.lock().await;
        let live = servers.iter().filter(|(_, server)| server.handle.is_live());
        let held = live.map(|((connector, _), server)| Held {
            connector: connector.clone(),
            program: server.program.clone(),
            pid: server.handle.process.group().unwrap_or_default(),
            clients: u32::try_from(*server.handle.clients.borrow()).unwrap_or(u32::MAX),
            seconds: u32::try_from(server.since.elapsed().as_secs()).unwrap_or(u32::MAX),
        });
        held.collect()
    }

    /// Ends what is held for a connector, or all of it; how many servers that were.
    async fn end(&self, connector: Option<&str>) -> u32 {
        let mut servers = self.servers.lock().await;
        let meant = servers.extract_if(|(of, _), server| {
            connector.is_none_or(|connector| of == connector) && server.handle.is_live()
        });
        let meant: Vec<Process> = meant.map(|(_, server)| server.handle.process).collect();
        drop(servers);
        futures::future::join_all(meant.iter().map(Process::end)).await;
        u32::try_from(meant.len()).unwrap_or(u32::MAX)
    }

    /// Takes nobody on any more, and ends all servers; how many those were.
    pub async fn close(&self) -> u32 {
        self.draining.cancel();
        self.end(None).await
    }

    /// Ends what nobody uses now, and the rest when nobody does any more.
    async fn drain(&self) {
        self.draining.cancel();
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

/// What a client asks for. One of another version is understood where it asks us to go.
fn understood(hello: &[u8]) -> Option<Ask> {
    let hello: Hello<serde_json::Value> = serde_json::from_slice(hello).ok()?;
    let ask = serde_json::from_value(hello.ask).ok()?;
    match ask {
        Ask::Open(_) if hello.version != VERSION => None,
        ask => Some(ask),
    }
}

/// Whether the client heard it.
async fn reply(write: &mut (impl AsyncWrite + Unpin), answer: Answer) -> bool {
    let version = VERSION.to_owned();
    let Ok(text) = line(&Reply { version, answer }) else {
        return false;
    };
    write.write_all(&text).await.is_ok() && write.flush().await.is_ok()
}

fn why(error: Error) -> String {
    match error {
        Error::ProgramNotStarted { why, .. } => why,
        other => other.to_string(),
    }
}
