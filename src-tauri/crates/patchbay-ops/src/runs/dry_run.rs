//! Showing what a run would send.

use patchbay_model::{IdentityLine, SentRequest, ToolEffect};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use specta::Type;

use crate::backend::for_connector;
use crate::context::Context;
use crate::error::Error;
use crate::redact::redact_marked;
use crate::runs::run_tool::{RunTool, prepare, run_identity};

/// What a run would send, without secrets.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct DryRun {
    #[serde(flatten)]
    pub request: SentRequest,
    /// Whether the request is complete. `id`, session and protocol version of an MCP server are only known once it is
    /// connected.
    pub is_exact: bool,
    pub identity: IdentityLine,
    /// The effect with these arguments.
    pub effect: ToolEffect,
}

/// Returns what a run would send and as whom, without sending the call.
///
/// # Errors
/// As for [`run_tool`](crate::runs::run_tool()), without [`Error::ConfirmationNeeded`].
pub async fn dry_run(cx: &Context, request: RunTool) -> Result<DryRun, Error> {
    let prepared = prepare(cx, &request).await?;
    let arguments = redact_marked(&request.arguments, &prepared.known.tool.input_schema);
    // A redacted object is an object.
    let arguments = match arguments {
        Value::Object(arguments) => arguments,
        _ => prepared.arguments,
    };
    let backend = for_connector(cx, &prepared.connector);
    let credential = request.credential.clone();
    let planned = backend.plan_call(
        &prepared.known.tool,
        arguments,
        prepared.as_task,
        credential,
    );
    let planned = planned.await?;
    Ok(DryRun {
        request: planned.request,
        is_exact: planned.is_exact,
        identity: run_identity(&prepared.connector, request.credential.as_deref()),
        effect: prepared.effect,
    })
}
