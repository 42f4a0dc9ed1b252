//! The MCP client for servers of both eras of the protocol: with and without a handshake.
//!
//! [`connect`], and [`connect_program`] for a local program, negotiate and return an [`McpSession`], which lists and
//! calls tools. rmcp implements the protocol; added here are limits for responses and credentials for one origin only
//! (`wire`), lists in which a malformed tool hides only itself (`tools`), and timeouts for every wait (`session`).
//!
//! Source: MCP requirements R1–R8, R20, R26, R27, R30.

mod call;
mod client_features;
mod client_handler;
mod content;
mod credential_wait;
mod exchange;
mod features_off;
mod http_sse;
mod log_line;
mod negotiate;
mod pending_requests;
mod question_router;
mod questions;
mod request;
mod resources;
mod sampling;
mod server_log;
mod server_requests;
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

use patchbay_http::{json, text};
use patchbay_model::{ServerFacts, clean_text};
use url::Url;

pub use call::{CallOutcome, TaskKeeper, ToolCall, ends_task};
pub use client_features::ClientFeatures;
pub(crate) use content::tool_result;
pub use log_line::LineSink;
pub use negotiate::{connect, connect_attached, connect_program, end_session};
pub use patchbay_http::CallProgress;
pub use question_router::Asker;
pub use session::{McpSession, ResourceWatch, TASK_LIFETIME};
pub use stdio::host::{
    AttachError, Attached, HeldServer, Host, IdleSession, Launch, attach, drain, end_held,
    keep_alive, list_held, release,
};
pub use stdio::{McpProgram, ProcessGuard};
pub use tools::names_headers;
pub(crate) use tools::read_page;
pub use uri_template::UriTemplate;
pub use wire::{ResumableSession, SessionLife, is_credential_header};

use crate::{NoToken, PlainHttp, TokenSource};

/// The newest protocol revision with a handshake.
pub const HANDSHAKE: &str = "2025-11-25";

/// Maximum levels of arrays and objects in a message.
const MAX_DEPTH: usize = 100;

/// A server to connect to.
#[derive(Clone)]
pub struct McpTarget {
    /// Absolute `http` or `https` URL.
    pub url: Url,
    /// Credentials, sent to the origin of `url` only.
    pub tokens: Arc<dyn TokenSource>,
    /// Whether credentials may be sent over plain http.
    pub plain_http: PlainHttp,
    /// The facts of the previous connection, by which the negotiation is shorter.
    pub server_facts: Option<ServerFacts>,
    pub client_features: ClientFeatures,
    /// Receives the server's log messages; must not block for long.
    pub log: Option<LineSink>,
    /// How long a session of the server lasts, if it creates one.
    pub session: SessionLife,
}

impl McpTarget {
    /// An unknown server, without credentials.
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

/// Limits of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct McpLimits {
    /// Timeout of the negotiation; extended while a program writes to its standard error.
    pub connect: Duration,
    /// Timeout for the stream of a server of 2024-11-05, and for its endpoint event; longer where [`Self::connect`] was
    /// raised.
    pub endpoint: Duration,
    /// Maximum time without progress while waiting for a response.
    pub idle: Duration,
    /// Maximum time for one response, whatever its progress.
    pub total: Duration,
    /// How long a question of the server stays open.
    pub answer: Duration,
    /// Maximum number of pages of one list.
    pub list_pages: usize,
    /// Maximum number of items of one list.
    pub list_items: usize,
    /// Maximum bytes of one list, over all its pages.
    pub list_bytes: u64,
    /// Maximum bytes of one page of a list, after decompression.
    pub page_bytes: usize,
    /// Maximum bytes of one response or one event, after decompression.
    pub body_bytes: usize,
    /// Maximum number of values of one response, and of one list over all its pages, as [`json::Limits`] counts them.
    pub values: usize,
    /// Maximum number of consecutive reconnections of a stream that soon ends.
    pub reconnects: u32,
    /// Shortest and longest wait before a stream is reopened; it doubles from one to the other.
    pub reconnect_waits: (Duration, Duration),
}

impl McpLimits {
    pub const DEFAULT: Self = Self {
        connect: Duration::from_secs(30),
        endpoint: Duration::from_secs(10),
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

    /// Limits of one message.
    fn json(&self) -> json::Limits {
        json::Limits {
            values: self.values,
            depth: MAX_DEPTH,
            text: self.body_bytes,
            items: None,
        }
    }
}

impl Default for McpLimits {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// Cleans a text line by line; `None` if nothing is left.
fn non_empty_lines(text: &str, max_chars: usize) -> Option<String> {
    let text = text::clean_lines(text, max_chars);
    (!text.is_empty()).then_some(text)
}

/// Cleans a text to a single line; `None` if nothing is left.
fn non_empty_line(text: &str, max_chars: usize) -> Option<String> {
    let text = clean_text(text, max_chars);
    (!text.is_empty()).then_some(text)
}

/// The wait after so many attempts in a row; it doubles from the shortest to the longest.
fn backoff(attempts: u32, (shortest, longest): (Duration, Duration)) -> Duration {
    shortest
        .saturating_mul(2_u32.saturating_pow(attempts))
        .min(longest)
}
