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

pub(crate) use app::TIMEOUT;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use patchbay_playground::{LoggedRequest, Playground, Reply};

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
