//! Tools that depend on who calls.

use axum::http::request::Parts;
use rmcp::handler::server::tool::Extension;
use rmcp::handler::server::wrapper::Parameters;
use rmcp::model::{CallToolResult, ContentBlock};
use rmcp::{schemars, tool, tool_router};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use super::Tools;
use crate::protection::Caller;
use crate::shared::lock;

/// What `check_login` takes.
#[derive(Debug, Deserialize, JsonSchema)]
struct Login {
    /// The name of the user
    user: String,
    /// The password; nothing checks it
    #[schemars(extend("writeOnly" = true, "format" = "password"))]
    password: String,
}

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

    #[tool(
        title = "Check a login",
        description = "Takes a password and repeats it in its answer, as no real tool should: see that it is not kept.",
        annotations(read_only_hint = true, idempotent_hint = true, open_world_hint = false)
    )]
    fn check_login(
        &self,
        Parameters(Login { user, password }): Parameters<Login>,
    ) -> CallToolResult {
        CallToolResult::success(vec![ContentBlock::text(format!(
            "{user} came in with the password {password}."
        ))])
    }
}
