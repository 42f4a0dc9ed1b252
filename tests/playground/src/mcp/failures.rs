//! Tools that fail, in the two ways there are.

use rmcp::handler::server::wrapper::Parameters;
use rmcp::model::{CallToolResult, ContentBlock};
use rmcp::{ErrorData, schemars, tool, tool_router};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use super::Tools;

/// What `fail` takes.
#[derive(Debug, Deserialize, JsonSchema)]
struct Fail {
    /// What the tool says went wrong
    #[serde(default = "default_reason")]
    #[schemars(default = "default_reason")]
    reason: String,
}

fn default_reason() -> String {
    "The printer is out of paper.".to_owned()
}

#[tool_router(router = failure_tools, vis = "pub(crate)")]
impl Tools {
    #[tool(
        title = "Fail",
        description = "Answers that it could not do its work: a result marked as an error.",
        annotations(read_only_hint = true, idempotent_hint = true, open_world_hint = false)
    )]
    fn fail(&self, Parameters(Fail { reason }): Parameters<Fail>) -> CallToolResult {
        CallToolResult::error(vec![ContentBlock::text(reason)])
    }

    #[tool(
        title = "Crash",
        description = "Answers with an error of the protocol instead of a result.",
        annotations(read_only_hint = true, idempotent_hint = true, open_world_hint = false)
    )]
    fn crash(&self) -> Result<String, ErrorData> {
        Err(ErrorData::internal_error(
            "the tool crashed",
            Some(json!({ "incident": "playground-1" })),
        ))
    }
}
