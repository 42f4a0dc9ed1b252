//! The relay, through which the platform forwards requests to an MCP server with the stored token.
//!
//! Source: Agent Stack contract, section 3, `mcp`.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use http::header::CONTENT_ENCODING;
use http::{HeaderMap, HeaderValue, Method};
use patchbay_http::{CallOptions, Request, StreamedAnswer};
use patchbay_model::Secret;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::inflate::inflate;
use crate::agentstack::client::AgentStack;
use crate::agentstack::wire::ConnectorRef;
use crate::{Contract, Error, Operation, Result};

/// Tools may run for long, and a stream may have no events; neither the platform nor the official client has a limit.
const IDLE_TIMEOUT: Duration = Duration::from_secs(3600);

/// Required by MCP servers for `POST`.
static ACCEPT_JSON_OR_SSE: HeaderValue =
    HeaderValue::from_static("application/json, text/event-stream");

/// Headers whose value is secret.
const SECRET_HEADERS: [&str; 3] = ["authorization", "cookie", "proxy-authorization"];

/// Send a request to the MCP server.
///
/// A refusal is the MCP server's as often as the platform's, with headers and body as they came.
///
/// Source: Agent Stack contract, section 3.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Mcp {
    /// The connector.
    pub connector: ConnectorRef,
    /// HTTP method; the platform relays `POST` and `GET`.
    pub method: String,
    /// Headers; accept, content-type, mcp-protocol-version, mcp-session-id and last-event-id get through.
    pub headers: Option<BTreeMap<String, String>>,
    /// Body as text; not together with `content_json`.
    pub content: Option<String>,
    /// Body as JSON.
    pub content_json: Option<Value>,
}

impl Operation<AgentStack> for Mcp {
    const CONTRACT: Contract = Contract::write("mcp_proxy");
    type Output = Value;
    const IS_STREAMED: bool = true;

    /// Returns `{"status_code", "headers", "text"}`, with `base64` instead of `text` if the body is not UTF-8.
    async fn run(&self, client: &AgentStack, options: &CallOptions) -> Result<Value> {
        let mut answer = self.stream(client, options).await?;
        let body = answer.read(client.api.body_bytes).await?;
        let (status, headers) = (answer.status, headers_by_name(&answer.headers));
        let (name, text) = match String::from_utf8(body) {
            Ok(text) => ("text", text),
            Err(other) => ("base64", BASE64_STANDARD.encode(other.as_bytes())),
        };
        Ok(json!({"status_code": status, "headers": headers, name: text}))
    }

    async fn stream(&self, client: &AgentStack, options: &CallOptions) -> Result<StreamedAnswer> {
        let (request, options) = self.prepare(options)?;
        let answer = client.api.stream(request, &options).await?;
        Ok(match is_marked_gzip(&answer.headers) {
            true => inflate(answer),
            false => answer,
        })
    }
}

impl Mcp {
    /// Builds the request, and options with its secret headers.
    fn prepare<'a>(&self, options: &'a CallOptions) -> Result<(Request, Cow<'a, CallOptions>)> {
        let method = Method::from_bytes(self.method.to_ascii_uppercase().as_bytes())
            .map_err(|_| Error::Usage("method isn't an HTTP method".to_owned()))?;
        let mut request = Request::new(method, self.connector.path()?.then("/mcp"))
            .timeout(IDLE_TIMEOUT)
            .accept(&ACCEPT_JSON_OR_SSE);
        request = match (&self.content, &self.content_json) {
            (Some(_), Some(_)) => {
                return Err(Error::Usage(
                    "use either content or content_json".to_owned(),
                ));
            }
            (Some(text), None) if !text.is_empty() => {
                request.bytes(Some("application/json"), text.clone())
            }
            (_, None) => request,
            (None, Some(json)) => request.json(json)?,
        };
        let mut options = Cow::Borrowed(options);
        for (name, value) in self.headers.iter().flatten() {
            if SECRET_HEADERS.contains(&name.to_ascii_lowercase().as_str()) {
                let secret = (name.clone(), Secret::new(value.as_str()));
                options.to_mut().headers.insert(0, secret);
            } else {
                request = request.header(name, value.as_str());
            }
        }
        Ok((request, options))
    }
}

/// Compressed bytes may arrive although none were requested, and plain bytes may be labelled as compressed.
fn is_marked_gzip(headers: &HeaderMap) -> bool {
    headers.get_all(CONTENT_ENCODING).iter().any(|coding| {
        let coding = coding.to_str().unwrap_or_default();
        coding.to_ascii_lowercase().contains("gzip")
    })
}

/// Headers by name; several of one name are joined by commas.
fn headers_by_name(headers: &HeaderMap) -> Map<String, Value> {
    let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let joined = |name| {
        let mut values = headers.get_all(name).iter().map(text);
        let first = values.next().unwrap_or_default();
        values.fold(first, |joined, value| joined + ", " + &value)
    };
    headers
        .keys()
        .map(|name| (name.to_string(), joined(name).into()))
        .collect()
}
