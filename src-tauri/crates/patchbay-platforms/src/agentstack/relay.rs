//! The relay: an MCP server's own bytes, by way of the platform, which adds the token that it keeps.
//!
//! Source: Agent Stack contract, section 3, `mcp`.

use std::borrow::Cow;
use std::time::Duration;

use futures::FutureExt;
use futures::stream::{self, StreamExt};
use http::header::CONTENT_ENCODING;
use http::{HeaderMap, HeaderValue, Method};
use patchbay_http::{Answer, Api, CallOptions, Request, StreamedAnswer};
use patchbay_model::Secret;
use serde_json::{Map, Value, json};

use super::arguments::Mcp;
use super::client;
use super::inflate::inflated;
use crate::Error;
use crate::operations::arguments_with;

/// Longest silence. Tools may think for long, and a stream of events may have none; neither platform nor
/// official client has a limit.
const SILENCE: Duration = Duration::from_secs(3600);

/// What an MCP server wants to hear from everyone who posts to it.
static BOTH_KINDS: HeaderValue = HeaderValue::from_static("application/json, text/event-stream");

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
pub(super) async fn open(
    api: &Api,
    given: Value,
    options: &CallOptions,
) -> Result<StreamedAnswer, Error> {
    let (request, options) = prepared(given, options)?;
    let answer = api.stream(request, &options).await?;
    Ok(match names_gzip(&answer.headers) {
        true => inflated(answer),
        false => answer,
    })
}

/// Asked for or not, compressed bytes may come; and bytes may only be called compressed.
fn names_gzip(headers: &HeaderMap) -> bool {
    headers.get_all(CONTENT_ENCODING).iter().any(|coding| {
        let coding = coding.to_str().unwrap_or_default();
        coding.to_ascii_lowercase().contains("gzip")
    })
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
        .accept(&BOTH_KINDS);
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

/// As [`open`], read to its end: `{"status_code", "headers", "text"}`, with `base64` in place of `text`
/// where the body is no text.
///
/// # Errors
/// Those of [`open`]; [`Error::TooLarge`] beyond the limit of answers that are read as a whole.
pub(super) async fn call(api: &Api, given: Value, options: &CallOptions) -> Result<Value, Error> {
    let (request, options) = prepared(given, options)?;
    let answer = api.send_raw(request, &options).await?;
    let (status, headers) = (answer.status, named(&answer.headers));
    let body = match names_gzip(&answer.headers) {
        true => {
            inflated(streamed(answer))
                .read(api.body_bytes)
                .boxed()
                .await?
        }
        false => answer.body.into(),
    };
    let (name, text) = match String::from_utf8(body) {
        Ok(text) => ("text", text),
        Err(other) => ("base64", base64(other.as_bytes())),
    };
    Ok(json!({"status_code": status, "headers": headers, name: text}))
}

/// An answer as if it had come in one piece.
fn streamed(answer: Answer) -> StreamedAnswer {
    let body = answer.body;
    StreamedAnswer {
        status: answer.status,
        headers: answer.headers,
        pieces: stream::once(async { Ok(body) }).boxed(),
    }
}

fn base64(bytes: &[u8]) -> String {
    use base64::Engine;
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

/// Headers by name; several of one name are joined by commas.
fn named(headers: &HeaderMap) -> Map<String, Value> {
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
