//! The MCP client: any server, in both eras of the protocol.
//!
//! [`connect`], and [`connect_program`] for a program of this computer, negotiate and give an [`McpSession`], which lists and calls tools. rmcp does the
//! protocol; what it leaves open is done here: bounded answers (`wire`), credentials to one origin
//! only, lists whose every tool stands alone (`tools`), and time limits of every wait (`session`).
//!
//! Source: MCP requirements R1–R8, R20, R26, R27, R30.

mod call;
mod client_features;
mod client_handler;
mod content;
mod exchange;
mod http_sse;
mod log_line;
mod negotiate;
mod pending_requests;
mod question_router;
mod questions;
mod resources;
mod sampling;
mod server_log;
mod session;
mod sse;
mod stdio;
mod tools;
mod uri_template;
mod wire;

#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::Duration;

use patchbay_model::ServerFacts;
use url::Url;

pub use call::{CallOutcome, TaskKeeper, ToolCall};
pub use client_features::ClientFeatures;
pub(crate) use content::tool_result;
pub use log_line::LineSink;
pub use negotiate::{connect, connect_attached, connect_program, end_session};
pub use patchbay_http::CallProgress;
pub use question_router::Asker;
pub use session::{McpSession, ResourceWatch};
#[cfg(unix)]
pub use stdio::Announcement;
pub use stdio::host::{
    AttachError, Attached, HeldServer, Host, IdleSession, Launch, attach, drain, end_held,
    keep_alive, list_held, release,
};
pub use stdio::{McpProgram, ProcessGuard};
pub(crate) use tools::read_page;
pub use uri_template::UriTemplate;
pub use wire::{ResumableSession, SessionLife};

use crate::{NoToken, PlainHttp, TokenSource};

/// The newest revision that begins with a handshake.
pub const HANDSHAKE: &str = "2025-11-25";

/// A server to connect to.
#[derive(Clone)]
pub struct McpTarget {
    /// Absolute `http` or `https` URL.
    pub url: Url,
    /// What to send as credentials, to the origin of `url` only.
    pub tokens: Arc<dyn TokenSource>,
    /// Whether they may go over plain http.
    pub plain_http: PlainHttp,
    /// What the server was found to be the last time, to save asking again; `None` to find out.
    pub server_facts: Option<ServerFacts>,
    /// What the server is told that it may ask for.
    pub client_features: ClientFeatures,
    /// Hears what the server has logged, line by line; must not block for long. `None` where nobody reads it.
    pub log: Option<LineSink>,
    /// How long its session lasts, where it gives one.
    pub session: SessionLife,
}

impl McpTarget {
    /// A server of which nothing is known, without a credential: for a look at what it answers.
    pub fn anonymous(url: Url) -> Self {
        Self {
            url,
            tokens: Arc::new(NoToken),
            plain_http: PlainHttp::Refused,
            server_facts: None,
            client_features: ClientFeatures::default(),
            log: None,
            session: SessionLife::Connection,
        }
    }
}

/// How much, and for how long, a server is listened to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct McpLimits {
    /// Longest time from the first request to the end of the negotiation; longer for a program as long as it tells
    /// people what it does.
    pub connect: Duration,
    /// Longest silence while an answer is awaited.
    pub idle: Duration,
    /// Longest time for one answer, whatever progress is told.
    pub total: Duration,
    /// How long a question of the server stays open.
    pub answer: Duration,
    /// Most pages of one list.
    pub list_pages: usize,
    /// Most items of one list.
    pub list_items: usize,
    /// Most bytes of one list, over all its pages.
    pub list_bytes: u64,
    /// Most bytes of one page of a list, after decompression.
    pub page_bytes: usize,
    /// Most bytes of one answer or one event, after decompression.
    pub body_bytes: usize,
    /// Most values of one answer, and of one list over all its pages, as [`patchbay_http::json::Limits`] counts them.
    pub values: usize,
    /// How often in a row a stream that ends soon is asked for again.
    pub reconnects: u32,
    /// Shortest and longest wait before a stream is asked for again; it doubles from one to the other.
    pub reconnect_waits: (Duration, Duration),
}

impl McpLimits {
    /// What is given without a reason for more.
    pub const DEFAULT: Self = Self {
        connect: Duration::from_secs(30),
        idle: Duration::from_secs(60),
        total: Duration::from_secs(600),
        answer: Duration::from_secs(600),
        list_pages: 100,
        list_items: 5_000,
        list_bytes: 4 * 1024 * 1024,
        page_bytes: 4 * 1024 * 1024,
        body_bytes: 12 * 1024 * 1024,
        values: 200_000,
        reconnects: 30,
        reconnect_waits: (Duration::from_millis(500), Duration::from_secs(30)),
    };
}

impl Default for McpLimits {
    fn default() -> Self {
        Self::DEFAULT
    }
}
