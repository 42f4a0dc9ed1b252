//! What every part of one running Playground shares.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rmcp::transport::streamable_http_server::session::local::LocalSessionManager;
use tokio_util::sync::CancellationToken;
use url::Url;

use crate::authorization::clients::Clients;
use crate::authorization::store::Store;
use crate::log::Log;
use crate::switches::Switches;
use crate::tamper::Tamper;

/// The state of one running Playground.
#[derive(Debug)]
pub(crate) struct Shared {
    /// `http://127.0.0.1:PORT/`
    pub(crate) base: Url,
    pub(crate) bearer_token: String,
    pub(crate) switches: Mutex<Switches>,
    /// Changes answers on their way out.
    pub(crate) tamper: Mutex<Option<Tamper>>,
    pub(crate) log: Log,
    pub(crate) clients: Clients,
    pub(crate) store: Mutex<Store>,
    /// The notes of the tools `add_note`, `list_notes` and `delete_note`.
    pub(crate) notes: Mutex<Notes>,
    /// Calls of the tool `wait` that began, and those that were cancelled.
    pub(crate) waits: Mutex<Waits>,
    /// The sessions of `/sessions/mcp`.
    pub(crate) sessions: Arc<LocalSessionManager>,
    /// Cancelled when the Playground stops; everything that waits listens to it.
    pub(crate) stopping: CancellationToken,
}

/// Notes by id. Ids are never used twice.
#[derive(Debug, Default)]
pub(crate) struct Notes {
    pub(crate) last: u32,
    pub(crate) texts: BTreeMap<u32, String>,
}

/// How the calls of the tool `wait` went.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Waits {
    pub(crate) begun: usize,
    pub(crate) cancelled: usize,
}

impl Shared {
    /// A copy of the switches as they are now.
    pub(crate) fn switches(&self) -> Switches {
        lock(&self.switches).clone()
    }

    /// The absolute URL of `path`, which has no leading slash.
    pub(crate) fn at(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    /// The issuer: a URL with a path, so that clients must know how well-known paths are built from it
    /// (RFC 8414, section 3.1) and nothing is found at the root of the host, where the servers without OAuth live too.
    pub(crate) fn issuer(&self) -> String {
        self.at("auth")
    }

    /// The protected resource, as published and as wanted in `resource`.
    pub(crate) fn resource(&self) -> String {
        self.at("mcp")
    }
}

/// Locks, also after a panic elsewhere: a test server should go on to answer.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
