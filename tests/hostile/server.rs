//! A server and its authorization server that answer with what means harm, at every place of the way.
//!
//! The peer is the Playground, which is right in everything but the one answer that is tampered with, so
//! that each place is reached.

mod app;
mod bodies;
mod shapes;
// Its terminals are those of the program `script`.
#[cfg(target_os = "linux")]
mod terminal;

pub(crate) use app::PATIENCE;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use patchbay_playground::{LoggedRequest, Playground, Reply};
use serde_json::Value;

/// An answer of the way from an address to a run and back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Exchange {
    ResourceMetadata,
    ServerMetadata,
    Registration,
    Token,
    Refresh,
    Revocation,
    Handshake,
    ToolList,
    ToolResult,
    ToolError,
    ResourceList,
    Resource,
    PromptList,
    Prompt,
}

impl Exchange {
    pub(crate) const ALL: [Self; 14] = [
        Self::ResourceMetadata,
        Self::ServerMetadata,
        Self::Registration,
        Self::Token,
        Self::Refresh,
        Self::Revocation,
        Self::Handshake,
        Self::ToolList,
        Self::ToolResult,
        Self::ToolError,
        Self::ResourceList,
        Self::Resource,
        Self::PromptList,
        Self::Prompt,
    ];

    /// Whether this is asked for.
    pub(crate) fn is_asked(self, asked: &LoggedRequest) -> bool {
        let grant = || asked.parameter("grant_type");
        let rpc = |method: &str| asked.rpc_method().as_deref() == Some(method);
        let calls = |tool: &str| rpc("tools/call") && asked.body.contains(&format!("\"{tool}\""));
        match self {
            Self::ResourceMetadata => asked
                .path
                .starts_with("/.well-known/oauth-protected-resource"),
            Self::ServerMetadata => asked.path.starts_with("/.well-known/oauth-authorization"),
            Self::Registration => asked.path == "/auth/register",
            Self::Token => {
                asked.path == "/auth/token" && grant().as_deref() == Some("authorization_code")
            }
            Self::Refresh => {
                asked.path == "/auth/token" && grant().as_deref() == Some("refresh_token")
            }
            Self::Revocation => asked.path == "/auth/revoke",
            Self::Handshake => rpc("initialize") || rpc("server/discover"),
            Self::ToolList => rpc("tools/list"),
            Self::ToolResult => calls("echo"),
            Self::ToolError => calls("crash"),
            Self::ResourceList => rpc("resources/list"),
            Self::Resource => rpc("resources/read"),
            Self::PromptList => rpc("prompts/list"),
            Self::Prompt => rpc("prompts/get"),
        }
    }

    /// Changes every answer at this place; the count is of those that were changed.
    pub(crate) fn tamper(
        self,
        playground: &Playground,
        change: impl Fn(&mut Reply) + Send + Sync + 'static,
    ) -> Arc<AtomicUsize> {
        let changed = Arc::<AtomicUsize>::default();
        let count = Arc::clone(&changed);
        playground.tamper(move |asked, reply| {
            // A server says 401 before it has an answer.
            if self.is_asked(asked) && reply.status < 400 {
                change(reply);
                count.fetch_add(1, Ordering::SeqCst);
            }
        });
        changed
    }
}

/// The JSON of an answer, whether sent as it is or as an event.
pub(crate) fn json_of(reply: &Reply) -> Option<Value> {
    let text = std::str::from_utf8(&reply.body).ok()?;
    let mut events = text.lines().filter_map(|line| line.strip_prefix("data:"));
    let event = events.find_map(|data| serde_json::from_str::<Value>(data).ok());
    let whole = || serde_json::from_str(text).ok();
    event.or_else(whole).filter(Value::is_object)
}

/// Sends this JSON, as the answer was sent.
pub(crate) fn set_json(reply: &mut Reply, json: &Value) {
    set_text(reply, json.to_string().as_bytes());
}

/// Sends these bytes where the JSON stood.
pub(crate) fn set_text(reply: &mut Reply, bytes: &[u8]) {
    let text = String::from_utf8_lossy(&reply.body).into_owned();
    let data = text.lines().find(|line| {
        let data = line.strip_prefix("data:");
        data.is_some_and(|data| data.trim_start().starts_with('{'))
    });
    reply.body = match data {
        Some(data) => {
            let (before, after) = text.split_once(data).unwrap();
            [before.as_bytes(), b"data: ", bytes, after.as_bytes()].concat()
        }
        None => bytes.to_vec(),
    };
}
