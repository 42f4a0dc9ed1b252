//! The relay: an MCP server's own bytes, by way of the platform, which adds the token that it keeps.
//!
//! Source: Agent Stack contract, section 3, `mcp`.

use std::borrow::Cow;
use std::time::Duration;

use futures::StreamExt;
use http::header::{ACCEPT, CONTENT_ENCODING};
use http::{HeaderMap, Method};
use patchbay_model::Secret;
use serde_json::{Map, Value, json};

use super::arguments::Mcp;
use super::client;
use super::inflate::inflated;
use crate::Error;
use crate::http::{Api, CallOptions, Request, StreamedAnswer};
use crate::operations::arguments_with;

/// Longest silence. Tools may think for long, and a stream of events may have none; neither platform nor
/// official client has a limit.
const SILENCE: Duration = Duration::from_secs(3600);

/// What an MCP server wants to hear from everyone who posts to it.
const BOTH_KINDS: &str = "application/json, text/event-stream";

/// Headers whose value is a secret of the caller.
const SECRET_HEADERS: [&str; 3] = ["authorization", "cookie", "proxy-authorization"];

/// Sends a request to the MCP server of a connector; `given` are the arguments of [`Mcp`]. Status and
/// headers are there first, then the pieces as they come, also when there are none. Dropping the answer
/// closes the connection.
///
/// # Errors
/// [`Error::Usage`] when there are two bodies, or the method is no HTTP method; those of [`Api::stream`].
/// A refusal is the MCP server's as often as the platform's, with headers and body as they came.
///
/// Source: Agent Stack contract, section 3, `mcp`; traces `mcp-*`.
pub(super) async fn mcp(
    api: &Api,
    given: Value,
    options: &CallOptions,
) -> Result<StreamedAnswer, Error> {
    let (request, options) = prepared(given, options)?;
    let answer = api.stream(request, &options).await?;
    // Asked for or not, compressed bytes may come; and bytes may only be called compressed.
    let names_gzip = answer
        .headers
        .get_all(CONTENT_ENCODING)
        .iter()
        .any(|coding| {
            let coding = coding.to_str().unwrap_or_default();
            coding.to_ascii_lowercase().contains("gzip")
        });
    Ok(if names_gzip { inflated(answer) } else { answer })
}

/// The request, and the options with the secrets among its headers.
fn prepared(given: Value, options: &CallOptions) -> Result<(Request, Cow<'_, CallOptions>), Error> {
    let mcp = arguments_with(given, "content_json", |mcp: &mut Mcp, content| {
        mcp.content_json = Some(Value::Object(content));
    })?;
    let method = Method::from_bytes(mcp.method.to_ascii_uppercase().as_bytes())
        .map_err(|_| Error::Usage("method is no HTTP method".to_owned()))?;
    let path = client::path(&mcp.connector)?.then("/mcp");
    let mut request = Request::new(method, path)
        .timeout(SILENCE)
        .header(ACCEPT.as_str(), BOTH_KINDS);
    request = match (mcp.content, mcp.content_json) {
        (Some(_), Some(_)) => {
            return Err(Error::Usage(
                "content and content_json exclude each other".to_owned(),
            ));
        }
        (Some(text), None) if !text.is_empty() => request.bytes(Some("application/json"), text),
        (_, None) => request,
        (None, Some(json)) => request.json(&json)?,
    };
    let mut options = Cow::Borrowed(options);
    for (name, value) in mcp.headers.unwrap_or_default() {
        if SECRET_HEADERS.contains(&name.to_ascii_lowercase().as_str()) {
            options
                .to_mut()
                .headers
                .insert(0, (name, Secret::new(value)));
        } else {
            request = request.header(&name, value);
        }
    }
    Ok((request, options))
}

/// Reads an answer of the relay to its end: `{"status_code", "headers", "text"}`, with `base64` in place
/// of `text` where the body is no text.
///
/// # Errors
/// [`Error::TooLarge`] beyond the limit of answers that are read as a whole; those of the pieces.
pub(super) async fn read_whole(api: &Api, mut answer: StreamedAnswer) -> Result<Value, Error> {
    let mut body = Vec::new();
    while let Some(piece) = answer.pieces.next().await {
        let piece = piece?;
        if body.len() + piece.len() > api.body_bytes {
            return Err(Error::TooLarge {
                limit: api.body_bytes as u64,
            });
        }
        body.extend_from_slice(&piece);
    }
    let (name, text) = match String::from_utf8(body) {
        Ok(text) => ("text", text),
        Err(other) => ("base64", base64(other.as_bytes())),
    };
    Ok(json!({
        "status_code": answer.status,
        "headers": named(&answer.headers),
        name: text,
    }))
}

fn base64(bytes: &[u8]) -> String {
    use base64::Engine;
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

/// Headers by name; several of one name are joined by commas.
fn named(headers: &HeaderMap) -> Map<String, Value> {
    let joined = |name| {
        let values = headers.get_all(name).iter();
        let values = values.map(|value| String::from_utf8_lossy(value.as_bytes()));
        values.collect::<Vec<_>>().join(", ")
    };
    headers
        .keys()
        .map(|name| (name.to_string(), joined(name).into()))
        .collect()
}
