//! What a run of a tool would send.

use patchbay_model::{IdentityLine, Json, ToolEffect};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use specta::Type;

use crate::hosted_connectors::HostedCall;
use crate::redact::{KnownSecrets, REDACTED, hide_marked};
use crate::run_tool::{Prepared, RunTool, identity, prepare};
use crate::{Context, Error, hosted_connectors};

/// What a run would send, secrets redacted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct DryRun {
    /// HTTP method.
    pub method: String,
    /// Where it would go, absolute URL; `None` for a program of this computer.
    pub endpoint: Option<String>,
    /// Header name and value, secret values as `<redacted>`.
    pub headers: Vec<(String, String)>,
    /// The body: a JSON-RPC message, or what a hosted platform takes; null where there is none.
    pub body: Json,
    /// As who.
    pub identity: IdentityLine,
    /// What the tool does to the world.
    pub effect: ToolEffect,
}

/// Shows exactly what a run would send, as whom, secrets redacted; the call itself is not sent.
///
/// # Errors
/// As [`run_tool`](crate::run_tool()), without [`Error::ConfirmationNeeded`].
pub async fn dry_run(cx: &Context, request: RunTool) -> Result<DryRun, Error> {
    let prepared = prepare(cx, &request).await?;
    let arguments = hide_marked(&request.arguments, &prepared.tool.input_schema);
    match prepared.connector.remote_id {
        Some(_) => at_platform(cx, prepared, arguments, &request).await,
        None => at_server(cx, prepared, &arguments).await,
    }
}

/// The request of the connector's platform, as the platform's own client makes it.
async fn at_platform(
    cx: &Context,
    prepared: Prepared,
    arguments: Value,
    request: &RunTool,
) -> Result<DryRun, Error> {
    let connector = prepared.connector;
    // What is hidden of an object is an object.
    let arguments = match arguments {
        Value::Object(arguments) => arguments,
        _ => prepared.arguments,
    };
    let call = HostedCall {
        tool: prepared.tool.name.clone(),
        arguments,
        credential: request.credential.clone(),
    };
    let planned = hosted_connectors::plan_call(cx, &connector, call).await?;
    let secrets = KnownSecrets::new(hosted_connectors::secrets_of(cx, &connector).await);
    let headers = planned.headers.into_iter();
    Ok(DryRun {
        method: planned.method,
        endpoint: Some(secrets.hide_text(planned.url.into())),
        headers: headers
            .map(|(name, value)| (name, secrets.hide_text(value)))
            .collect(),
        body: Json(secrets.hide(planned.body.unwrap_or_default())),
        identity: identity(&connector, request),
        effect: prepared.tool.effect,
    })
}

/// The message to an MCP server.
async fn at_server(cx: &Context, prepared: Prepared, arguments: &Value) -> Result<DryRun, Error> {
    let hidden = |name: &str| (name.to_owned(), REDACTED.to_owned());
    let mut headers = vec![("Content-Type".to_owned(), "application/json".to_owned())];
    let sent = cx.tokens().header_names(&prepared.connector).await?;
    headers.extend(sent.iter().map(|name| hidden(name)));
    Ok(DryRun {
        method: "POST".to_owned(),
        endpoint: prepared.connector.endpoint.clone(),
        headers,
        body: Json(json!({
            "jsonrpc": "2.0",
            "id": 1,
            "method": "tools/call",
            "params": { "name": prepared.tool.name, "arguments": arguments },
        })),
        identity: prepared.connector.identity.clone(),
        effect: prepared.tool.effect,
    })
}
