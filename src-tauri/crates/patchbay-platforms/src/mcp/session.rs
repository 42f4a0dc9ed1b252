//! A connection to a server, for as many requests as wanted.

mod calls;
mod completion;
mod listening;
mod lists;
mod logging;
mod pending;
mod resource_watch;
mod resources;
mod rounds;
mod tasks;

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use patchbay_http::TEXT_LIMIT;
use patchbay_model::{SentRequest, ServerFacts, Tool, Transport, clean_text};
use rmcp::model::{
    ClientRequest, DiscoverRequest, DiscoverRequestParams, ErrorCode, ErrorData, ListToolsRequest,
    PingRequest, ProtocolVersion,
};
use rmcp::service::{Peer as RmcpPeer, RoleClient, RunningService};
use serde_json::Value;
use tokio::sync::watch;
use tokio_util::sync::{CancellationToken, DropGuard};
use tokio_util::task::TaskTracker;

use self::lists::Listing;
use self::pending::Timeouts;
pub use self::resource_watch::ResourceWatch;
use super::client_handler::McpClientHandler;
use super::stdio::Process;
use super::wire::{ResumableSession, Wire};
use super::{McpLimits, ToolCall, tools};
use crate::{Error, Unreachable};

/// How long a server may take to hear that the session ends.
const CLOSE_LIMIT: Duration = Duration::from_secs(5);

pub(super) type Running = RunningService<RoleClient, McpClientHandler>;

/// What is at the other end.
pub(super) enum Peer {
    /// A server behind an address.
    Host {
        /// Host and port.
        host: String,
        /// How it is reached.
        transport: Transport,
        /// What it is reached by.
        wire: Wire,
    },
    /// A program of our own.
    Program(Process),
}

impl Peer {
    /// What people call it.
    pub(super) fn name(&self) -> &str {
        match self {
            Self::Host { host, .. } => host,
            Self::Program(process) => process.name(),
        }
    }

    pub(super) fn transport(&self) -> Transport {
        match self {
            Self::Host { transport, .. } => *transport,
            Self::Program(_) => Transport::Stdio,
        }
    }

    /// That it does not answer any more.
    fn lost(&self) -> Error {
        match self {
            Self::Host { host, .. } => Error::Unreachable {
                host: host.clone(),
                how: Unreachable::Lost,
                source: None,
            },
            Self::Program(process) => process.ended(),
        }
    }
}

/// What a server says that it has.
#[derive(Clone, Copy, Default)]
pub(super) struct ServerOffer {
    pub(super) tools: bool,
    pub(super) completions: bool,
    /// Messages to be logged, where somebody reads them.
    pub(super) log: bool,
    /// News of its tools.
    pub(super) tool_changes: bool,
    /// News of its resources.
    pub(super) resource_changes: bool,
    /// News of a single resource, to whoever wants them.
    pub(super) resource_updates: bool,
    /// News of its prompts.
    pub(super) prompt_changes: bool,
}

/// How a session is used.
struct Usage {
    /// Requests that wait for their answers.
    under_way: usize,
    /// When the last one ended.
    last: Instant,
}

/// A session with one server. Clones are the same session; it ends when the last one is dropped.
#[derive(Clone)]
pub struct McpSession(Arc<Inner>);

struct Inner {
    peer: RmcpPeer<RoleClient>,
    client_handler: McpClientHandler,
    facts: ServerFacts,
    limits: McpLimits,
    offers: ServerOffer,
    remote: Peer,
    /// Ends the process that is the server, when nobody did before.
    _process: Option<DropGuard>,
    usage: Mutex<Usage>,
    running: Mutex<Option<Running>>,
    cancel_notices: TaskTracker,
    /// Resources whose changes the server was asked to tell, each with how many wait for them; locked while it is
    /// asked, so that it hears the last word last.
    subscriptions: tokio::sync::Mutex<HashMap<String, usize>>,
}

impl McpSession {
    pub(super) fn new(
        running: Running,
        client_handler: McpClientHandler,
        facts: ServerFacts,
        limits: McpLimits,
        offers: ServerOffer,
        remote: Peer,
    ) -> Self {
        let process = match &remote {
            Peer::Host { .. } => None,
            Peer::Program(process) => Some(process.stop_on_drop()),
        };
        Self(Arc::new(Inner {
            peer: running.peer().clone(),
            client_handler,
            facts,
            limits,
            offers,
            remote,
            _process: process,
            usage: Mutex::new(Usage {
                under_way: 0,
                last: Instant::now(),
            }),
            running: Mutex::new(Some(running)),
            cancel_notices: TaskTracker::new(),
            subscriptions: tokio::sync::Mutex::default(),
        }))
    }

    /// What the server said of itself.
    pub fn facts(&self) -> &ServerFacts {
        &self.0.facts
    }

    /// Whether the server was greeted with the handshake of the older era.
    fn is_legacy(&self) -> bool {
        self.0.facts.protocol_version.as_str() < ProtocolVersion::NO_INITIALIZE.as_str()
    }

    /// Marked from now on when the server says that its tools changed, until the session is dropped.
    pub fn subscribe_tool_changes(&self) -> watch::Receiver<()> {
        self.0.client_handler.subscribe_tool_changes()
    }

    /// Marked from now on when the server says that its resources or prompts changed, until the session is dropped.
    pub fn subscribe_offer_changes(&self) -> watch::Receiver<()> {
        self.0.client_handler.subscribe_offer_changes()
    }

    /// Whether nothing can be asked any more.
    pub fn is_closed(&self) -> bool {
        self.0.peer.is_transport_closed()
    }

    /// For how long nothing was asked; `None` while something is.
    pub fn idle_for(&self) -> Option<Duration> {
        let usage = self.0.usage();
        (usage.under_way == 0).then(|| usage.last.elapsed())
    }

    /// Every tool of the server. One that is malformed is left out; the rest is not affected.
    ///
    /// # Errors
    /// [`Error::Protocol`] when the list has too many pages or items, or repeats itself;
    /// [`Error::TooLarge`]; [`Error::TimedOut`]; and those of every request:
    /// [`Error::Unauthorized`], [`Error::Forbidden`], [`Error::Unreachable`], [`Error::Cancelled`],
    /// [`Error::ServerError`], [`Error::RateLimited`], [`Error::Status`], [`Error::Credential`].
    ///
    /// Source: MCP 2026-07-28, `tools/list`; MCP requirements R4, R27, R30.
    pub async fn list_tools(&self, cancel: &CancellationToken) -> Result<Vec<Tool>, Error> {
        let limit = self.0.limits.total;
        tokio::time::timeout(limit, self.list_pages(cancel))
            .await
            .unwrap_or(Err(Error::TimedOut { after: limit }))
    }

    async fn list_pages(&self, cancel: &CancellationToken) -> Result<Vec<Tool>, Error> {
        let (mut found, mut names) = (Vec::new(), HashSet::new());
        let list = Listing {
            member: "tools",
            is_offered: self.0.offers.tools,
            request: |params| {
                ListToolsRequest {
                    params,
                    ..Default::default()
                }
                .into()
            },
        };
        self.pages(&list, cancel, |page| {
            tools::read_page(page, &mut names, &mut found);
        })
        .await?;
        Ok(found)
    }

    /// What [`McpSession::call_tool`] would send; nothing is sent.
    ///
    /// # Errors
    /// [`Error::Unreachable`] when the session is over; [`Error::Cancelled`].
    pub async fn plan_call(
        &self,
        call: &ToolCall,
        cancel: &CancellationToken,
    ) -> Result<SentRequest, Error> {
        self.plan(self.first_request(call), cancel).await
    }

    /// Asks for a sign of life.
    ///
    /// # Errors
    /// Those of every request, as in [`McpSession::list_tools`].
    ///
    /// Source: MCP 2025-11-25, `ping`; MCP 2026-07-28 has none, so `server/discover` stands for it.
    pub async fn ping(&self, cancel: &CancellationToken) -> Result<(), Error> {
        let request = if self.is_legacy() {
            ClientRequest::PingRequest(PingRequest::default())
        } else {
            DiscoverRequest::new(DiscoverRequestParams {}).into()
        };
        let timeouts = Timeouts::from_limits(&self.0.limits);
        self.request(request, timeouts, &|_| {}, cancel).await?;
        Ok(())
    }

    /// Drops this clone: closes the session properly if it is the last one, and leaves it to the others where calls
    /// are still under way.
    pub async fn drain(self) {
        if Arc::strong_count(&self.0) == 1 {
            self.close().await;
        }
    }

    /// Waits a few seconds at most until the server has received pending cancellations. No request may be made
    /// meanwhile.
    pub async fn settle(&self) {
        self.0.cancel_notices.close();
        let _ = tokio::time::timeout(CLOSE_LIMIT, self.0.cancel_notices.wait()).await;
    }

    /// Ends the connection for all clones and leaves the session to whoever continues it, as its target wanted; `None`
    /// where the server gave none that can be continued: then it is ended, as by [`McpSession::close`].
    pub async fn detach(&self) -> Option<ResumableSession> {
        // Before it is continued: what is to be stopped belongs to us.
        self.settle().await;
        let session = match &self.0.remote {
            Peer::Host { wire, .. } if !self.is_closed() => wire.detach(),
            _ => None,
        };
        self.close().await;
        session
    }

    /// Ends the session for all clones, telling the server where the protocol knows how; gives up
    /// after a few seconds.
    pub async fn close(&self) {
        self.settle().await;
        let running = self
            .0
            .running
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if let Some(mut running) = running {
            let _ = running.close_with_timeout(CLOSE_LIMIT).await;
        }
        if let Peer::Program(process) = &self.0.remote {
            process.end().await;
        }
    }
}

impl Inner {
    fn usage(&self) -> MutexGuard<'_, Usage> {
        self.usage.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

const METHOD_NOT_FOUND: i64 = ErrorCode::METHOD_NOT_FOUND.0 as i64;

/// A JSON-RPC error, its words cleaned.
pub(super) fn server_error(error: ErrorData) -> Error {
    Error::ServerError {
        code: i64::from(error.code.0),
        message: clean_text(&error.message, TEXT_LIMIT),
        data: error.data.filter(|data| *data != Value::Null),
    }
}
