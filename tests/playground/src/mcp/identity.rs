//! Tools that depend on who calls.

use axum::http::request::Parts;
use rmcp::handler::server::tool::Extension;
use rmcp::model::{CallToolResult, ContentBlock};
use rmcp::{tool, tool_router};
use serde_json::json;

use super::Tools;
use crate::protection::Caller;
use crate::shared::lock;

#[tool_router(router = identity_tools, vis = "pub(crate)")]
impl Tools {
    #[tool(
        title = "Who am I",
        description = "Answers with the person, the client and the scopes of the access token. Needs a sign-in.",
        annotations(read_only_hint = true, idempotent_hint = true, open_world_hint = false)
    )]
    fn whoami(&self, Extension(parts): Extension<Parts>) -> CallToolResult {
        match parts.extensions.get::<Caller>() {
            Some(caller) => CallToolResult::structured(json!({
                "subject": caller.subject,
                "clientId": caller.client_id,
                "scopes": caller.scopes,
            })),
            None => CallToolResult::error(vec![ContentBlock::text(
                "Nobody is signed in at this endpoint.",
            )]),
        }
    }

    #[tool(
        title = "Admin report",
        description = "Counts what happened so far. Needs the scope admin where a sign-in is needed.",
        annotations(read_only_hint = true, idempotent_hint = true, open_world_hint = false)
    )]
    fn admin_report(&self) -> CallToolResult {
        let notes = lock(&self.shared.notes).texts.len();
        let requests = self.shared.log.count(|_| true);
        CallToolResult::structured(json!({ "notes": notes, "requests": requests }))
    }
}
