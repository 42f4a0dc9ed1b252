//! A connection to a server, for any number of requests.

mod calls;
mod completion;
mod listening;
mod lists;
mod logging;
mod pending;
mod renewal;
mod resource_watch;
mod resources;
mod rounds;
mod tasks;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use parking_lot::Mutex;
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
pub use self::tasks::TASK_LIFETIME;
use super::client_handler::McpClientHandler;
use super::stdio::Process;
use super::wire::{ResumableSession, Wire};
use super::{McpLimits, ToolCall, tools};
use crate::{Error, Unreachable};

/// Timeout for closing a session.
const CLOSE_LIMIT: Duration = Duration::from_secs(5);

pub(super) type Running = RunningService<RoleClient, McpClientHandler>;

/// The server of a session.
pub(super) enum Peer {
    /// A server behind an address.
    Host(Wire, Transport),
    /// A local program.
    Program(Process),
}

impl Peer {
    /// Display name.
    pub(super) fn name(&self) -> String {
        match self {
            Self::Host(wire, _) => wire.host(),
            Self::Program(process) => process.name().to_owned(),
        }
    }

    pub(super) fn transport(&self) -> Transport {
        match self {
            Self::Host(_, transport) => *transport,
            Self::Program(_) => Transport::Stdio,
        }
    }

    /// The error for a lost connection.
    fn lost(&self) -> Error {
        match self {
            Self::Host(wire, _) => Error::unreachable(wire.host(), Unreachable::Lost),
            Self::Program(process) => process.end_error(),
        }
    }
}

/// The declared capabilities of a server.
#[derive(Clone, Copy)]
pub(super) struct ServerOffer {
    pub(super) tools: bool,
    pub(super) completions: bool,
    /// Calls of tools as tasks, in the older era.
    pub(super) task_calls: bool,
    /// Log notifications, if anybody reads them.
    pub(super) log: bool,
    /// Notifications of changes to the list of tools.
    pub(super) tool_changes: bool,
    /// Notifications of changes to the list of resources.
    pub(super) resource_changes: bool,
    /// Subscriptions to single resources.
    pub(super) resource_updates: bool,
    /// Notifications of changes to the list of prompts.
    pub(super) prompt_changes: bool,
}

struct Usage {
    /// Number of requests in flight.
    in_flight: usize,
    /// When the last one ended.
    last: Instant,
}

/// A session with one server. Clones share it; it ends when the last one is dropped.
#[derive(Clone)]
pub struct McpSession(Arc<Inner>);

struct Inner {
    peer: RmcpPeer<RoleClient>,
    client_handler: McpClientHandler,
    facts: ServerFacts,
    limits: McpLimits,
    offers: ServerOffer,
    remote: Peer,
    /// Ends the server's process.
    _process: Option<DropGuard>,
    usage: Mutex<Usage>,
    running: Mutex<Option<Running>>,
    /// Whether it was closed from here, before the connection was lost.
    was_closed: AtomicBool,
    cancel_notices: TaskTracker,
    has_listed_tools: AtomicBool,
    /// Number of watches of each subscribed resource. Locked during requests, so that they arrive in order.
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
            Peer::Host(..) => None,
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
                in_flight: 0,
                last: Instant::now(),
            }),
            running: Mutex::new(Some(running)),
            was_closed: AtomicBool::new(false),
            cancel_notices: TaskTracker::new(),
            has_listed_tools: AtomicBool::new(false),
            subscriptions: tokio::sync::Mutex::default(),
        }))
    }

    pub fn facts(&self) -> &ServerFacts {
        &self.0.facts
    }

    /// Whether the server speaks a revision of the older era, with a handshake.
    fn is_legacy(&self) -> bool {
        self.0.facts.protocol_version.as_str() < ProtocolVersion::NO_INITIALIZE.as_str()
    }

    /// Whether tools may be called as tasks. A caller must not do so unless the server declared it; in the newer era the
    /// server decides by itself.
    fn takes_task_calls(&self) -> bool {
        self.is_legacy() && self.0.offers.task_calls
    }

    /// Waits until a new server of the older era knows its roots, which it requests after the handshake: it would refuse
    /// calls that come earlier. In the newer era it requests them within a call.
    pub(super) async fn wait_for_roots(&self) {
        if self.is_legacy() {
            self.0.client_handler.wait_for_roots().await;
        }
    }

    /// Marked as changed whenever the server notifies of changes to its tools, until the session is dropped.
    pub fn subscribe_tool_changes(&self) -> watch::Receiver<()> {
        self.0.client_handler.tool_changes.subscribe()
    }

    /// Marked as changed whenever the server notifies of changes to its resources or prompts, until the session is
    /// dropped.
    pub fn subscribe_offer_changes(&self) -> watch::Receiver<()> {
        self.0.client_handler.offer_changes.subscribe()
    }

    pub fn is_closed(&self) -> bool {
        self.0.peer.is_transport_closed()
    }

    /// Whether Patchbay ended its program, because the session was ended or its settings changed.
    pub fn is_stopped(&self) -> bool {
        matches!(&self.0.remote, Peer::Program(process) if process.is_stopped())
    }

    /// Whether the server may remember what it was told in this session, and forgets it when that ends.
    pub fn is_remembered(&self) -> bool {
        match &self.0.remote {
            Peer::Host(wire, Transport::StreamableHttp) => wire.has_session(),
            _ => true,
        }
    }

    /// Time since the last request ended; `None` while one is in flight.
    pub fn idle_for(&self) -> Option<Duration> {
        let usage = self.0.usage.lock();
        (usage.in_flight == 0).then(|| usage.last.elapsed())
    }

    /// Lists the tools of the server, without malformed ones.
    ///
    /// # Errors
    /// [`Error::Protocol`] if the list has too many pages or items, or loops;
    /// [`Error::TooLarge`]; [`Error::TimedOut`]; and those of every request:
    /// [`Error::Unauthorized`], [`Error::Forbidden`], [`Error::Unreachable`], [`Error::Cancelled`],
    /// [`Error::ServerError`], [`Error::RateLimited`], [`Error::Status`], [`Error::Credential`].
    ///
    /// Source: MCP 2026-07-28, `tools/list`; MCP requirements R4, R27, R30.
    pub async fn list_tools(&self, cancel: &CancellationToken) -> Result<Vec<Tool>, Error> {
        let (mut found, mut names) = (Vec::new(), HashSet::new());
        let list = Listing {
            member: "tools",
            is_offered: self.0.offers.tools,
            request: |params| ListToolsRequest::with_param(params).into(),
        };
        self.pages(&list, cancel, |page| {
            tools::read_page(page, &mut names, &mut found);
        })
        .await?;
        self.0.has_listed_tools.store(true, Ordering::Relaxed);
        if !self.takes_task_calls() {
            for tool in &mut found {
                (tool.needs_task, tool.may_be_task) = (false, false);
            }
        }
        Ok(found)
    }

    /// Whether a call has to be preceded by a list of the tools, from which rmcp knows the arguments that are also sent
    /// as headers.
    ///
    /// Source: MCP 2026-07-28, "Custom Headers from Tool Parameters".
    pub fn must_list_before(&self, call: &ToolCall) -> bool {
        call.names_headers
            && !self.is_legacy()
            && matches!(self.0.remote, Peer::Host(..))
            && !self.0.has_listed_tools.load(Ordering::Relaxed)
    }

    /// Describes the first request of [`McpSession::call_tool`] without sending it; without its headers if
    /// [`McpSession::must_list_before`] it.
    ///
    /// # Errors
    /// [`Error::Unreachable`] if the session is closed; [`Error::Cancelled`].
    pub async fn plan_call(
        &self,
        call: &ToolCall,
        cancel: &CancellationToken,
    ) -> Result<SentRequest, Error> {
        self.plan(self.first_request(call), cancel).await
    }

    /// Checks that the server responds.
    ///
    /// # Errors
    /// Those of every request, as in [`McpSession::list_tools`].
    ///
    /// Source: MCP 2025-11-25, `ping`; MCP 2026-07-28 has none, so `server/discover` is sent instead.
    pub async fn ping(&self, cancel: &CancellationToken) -> Result<(), Error> {
        let request = if self.is_legacy() {
            ClientRequest::PingRequest(PingRequest::default())
        } else {
            DiscoverRequest::new(DiscoverRequestParams {}).into()
        };
        let timeouts = Timeouts::from_limits(&self.0.limits);
        self.request(request, timeouts, cancel).await?;
        Ok(())
    }

    /// Drops this clone, and closes the session if it is the last one; otherwise calls of the others may be in flight.
    pub async fn drain(self) {
        if Arc::strong_count(&self.0) == 1 {
            self.close().await;
        }
    }

    /// Waits a few seconds at most until the server has received pending cancellations. No request may be made
    /// meanwhile.
    pub async fn flush_cancellations(&self) {
        self.0.cancel_notices.close();
        let _ = tokio::time::timeout(CLOSE_LIMIT, self.0.cancel_notices.wait()).await;
    }

    /// Closes the connection for all clones but leaves the session of the server open, and returns it to be resumed.
    /// `None` if it can't be resumed: then it is ended, as by [`McpSession::close`].
    pub async fn detach(&self) -> Option<ResumableSession> {
        // Cancellations have to arrive before the session is resumed.
        self.flush_cancellations().await;
        let wire = match &self.0.remote {
            Peer::Host(wire, _) if !self.is_closed() && wire.detach() => Some(wire),
            _ => None,
        };
        self.close().await;
        // A ping may have arrived until now.
        wire?.detached()
    }

    /// Ends the session for all clones, and tells the server if the protocol allows; gives up after a few seconds.
    /// Requests in flight fail with [`Error::ProgramStopped`] or [`Error::Cancelled`].
    pub async fn close(&self) {
        if !self.is_closed() {
            self.0.was_closed.store(true, Ordering::Relaxed);
        }
        self.flush_cancellations().await;
        let running = self.0.running.lock().take();
        if let Some(mut running) = running {
            let _ = running.close_with_timeout(CLOSE_LIMIT).await;
        }
        if let Peer::Program(process) = &self.0.remote {
            process.end().await;
        }
    }
}

const METHOD_NOT_FOUND: i64 = ErrorCode::METHOD_NOT_FOUND.0 as i64;

/// Converts a JSON-RPC error; its message is cleaned.
pub(super) fn server_error(error: ErrorData) -> Error {
    Error::ServerError {
        code: i64::from(error.code.0),
        message: clean_text(&error.message, TEXT_LIMIT),
        data: error.data.filter(|data| *data != Value::Null),
    }
}
