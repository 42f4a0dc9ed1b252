//! What a run of a tool would send.

use patchbay_model::{IdentityLine, Json, ToolEffect};
use serde::{Deserialize, Serialize};
use serde_json::json;
use specta::Type;

use crate::redact::{REDACTED, hide_marked};
use crate::run_tool::{RunTool, prepare};
use crate::{Context, Error};

/// What a run would send, secrets redacted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct DryRun {
    /// Where it would go, absolute URL.
    pub endpoint: Option<String>,
    /// Header name and value, secret values as `<redacted>`.
    pub headers: Vec<(String, String)>,
    /// The JSON-RPC message.
    pub body: Json,
    /// As who.
    pub identity: IdentityLine,
    /// What the tool does to the world.
    pub effect: ToolEffect,
}

/// Shows exactly what a run would send, as whom, secrets redacted; sends nothing.
///
/// # Errors
/// As [`run_tool`], without [`Error::ConfirmationNeeded`].
pub async fn dry_run(cx: &Context, request: RunTool) -> Result<DryRun, Error> {
    let prepared = prepare(cx, &request).await?;
    let hidden = |name: &str| (name.to_owned(), REDACTED.to_owned());
    let mut headers = vec![("Content-Type".to_owned(), "application/json".to_owned())];
    let sent = cx.tokens().header_names(&prepared.connector).await?;
    headers.extend(sent.iter().map(|name| hidden(name)));
    let arguments = hide_marked(&request.arguments, &prepared.tool.input_schema);
    Ok(DryRun {
        endpoint: prepared.connector.endpoint.clone(),
        headers,
        body: Json(json!({
            "jsonrpc": "2.0",
            "id": 1,
            "method": "tools/call",
            "params": { "name": request.tool, "arguments": arguments },
        })),
        identity: prepared.connector.identity,
        effect: prepared.tool.effect,
    })
}
