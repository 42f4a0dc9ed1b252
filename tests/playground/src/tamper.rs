//! Answers that are changed on their way out, for clients that must not believe a server.

use std::convert::Infallible;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures::{StreamExt as _, stream};
use serde_json::Value;

use crate::log::{self, LoggedRequest, MAX_BODY_BYTES};
use crate::shared::{Shared, lock};

/// The largest answer that is held to be changed, in bytes.
const MAX_ANSWER_BYTES: usize = 64 * 1024 * 1024;

const DROP: usize = 16;

/// An answer before it leaves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    pub status: u16,
    /// Header names in lower case and their values; names may come more than once.
    pub headers: Vec<(String, Vec<u8>)>,
    /// The body. Empty for a stream of events that the server holds open, which passes as it is unless
    /// something is put here.
    pub body: Vec<u8>,
    /// How the body leaves.
    pub pace: Pace,
}

/// How a body leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pace {
    AtOnce,
    /// A few bytes at a time, with that pause before each.
    Drip(Duration),
    /// Again and again, without an end.
    Endless,
    /// Whole, and then the connection breaks.
    Cut,
}

impl Reply {
    /// Replaces every value of a header.
    pub fn set_header(&mut self, name: &str, value: impl Into<Vec<u8>>) {
        self.headers.retain(|(known, _)| known != name);
        self.headers.push((name.to_owned(), value.into()));
    }

    /// The JSON object of it, whether sent as it is or as an event.
    #[must_use]
    pub fn json(&self) -> Option<Value> {
        let text = std::str::from_utf8(&self.body).ok()?;
        let mut events = text.lines().filter_map(|line| line.strip_prefix("data:"));
        let event = events.find_map(|data| serde_json::from_str::<Value>(data).ok());
        let whole = || serde_json::from_str(text).ok();
        event.or_else(whole).filter(Value::is_object)
    }

    /// Sends this JSON, as the answer was sent.
    pub fn set_json(&mut self, json: &Value) {
        self.set_text(json.to_string().as_bytes());
    }

    /// Sends these bytes where the JSON stood.
    pub fn set_text(&mut self, bytes: &[u8]) {
        let text = String::from_utf8_lossy(&self.body);
        let event = text.lines().find(|line| {
            let data = line.strip_prefix("data:");
            data.is_some_and(|data| data.trim_start().starts_with('{'))
        });
        let around = event.and_then(|event| text.split_once(event));
        self.body = match around {
            Some((before, after)) => {
                [before.as_bytes(), b"data: ", bytes, after.as_bytes()].concat()
            }
            None => bytes.to_vec(),
        };
    }
}

/// What lays hand on answers.
#[derive(Clone)]
pub(crate) struct Tamper(pub(crate) Arc<Change>);

type Change = dyn Fn(&LoggedRequest, &mut Reply) + Send + Sync;

impl fmt::Debug for Tamper {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tamper")
    }
}

/// Middleware: lets the tamper change the answer, where there is one.
pub(crate) async fn apply_tamper(
    State(shared): State<Arc<Shared>>,
    request: Request,
    next: Next,
) -> Response {
    let Some(Tamper(change)) = lock(&shared.tamper).clone() else {
        return next.run(request).await;
    };
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, MAX_BODY_BYTES).await else {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    };
    let asked = log::logged(&parts, &body);
    let is_mcp = matches!(parts.uri.path(), "/mcp" | "/open/mcp" | "/bearer/mcp");
    let is_held_open = parts.method == Method::GET && is_mcp;
    let answer = next.run(Request::from_parts(parts, Body::from(body))).await;
    let (head, body) = answer.into_parts();
    let (bytes, stream) = if is_held_open {
        (Bytes::new(), Some(body))
    } else {
        match to_bytes(body, MAX_ANSWER_BYTES).await {
            Ok(bytes) => (bytes, None),
            Err(_) => return StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        }
    };
    let mut reply = Reply {
        status: head.status.as_u16(),
        headers: head
            .headers
            .iter()
            .filter(|(name, _)| *name != header::CONTENT_LENGTH)
            .map(|(name, value)| (name.as_str().to_owned(), value.as_bytes().to_vec()))
            .collect(),
        body: bytes.into(),
        pace: Pace::AtOnce,
    };
    change(&asked, &mut reply);
    let body = match stream {
        Some(stream) if reply.body.is_empty() => stream,
        _ => body_of(reply.body, reply.pace),
    };
    let mut answer = Response::new(body);
    *answer.status_mut() =
        StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    for (name, value) in reply.headers {
        // What no header can hold is left out: no server could send it either.
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            answer.headers_mut().append(name, value);
        }
    }
    answer
}

fn body_of(bytes: Vec<u8>, pace: Pace) -> Body {
    let whole = Bytes::from(bytes);
    match pace {
        Pace::AtOnce => Body::from(whole),
        Pace::Drip(pause) => {
            let starts = stream::iter((0..whole.len()).step_by(DROP));
            Body::from_stream(starts.then(move |at| {
                let drop = whole.slice(at..whole.len().min(at + DROP));
                async move {
                    tokio::time::sleep(pause).await;
                    Ok::<_, Infallible>(drop)
                }
            }))
        }
        Pace::Endless => Body::from_stream(stream::repeat_with(move || {
            Ok::<_, Infallible>(whole.clone())
        })),
        Pace::Cut => Body::from_stream(stream::iter([Ok(whole)]).chain(stream::once(async {
            // The bytes before it have to leave first.
            tokio::time::sleep(Duration::from_millis(20)).await;
            Err(std::io::Error::other("cut"))
        }))),
    }
}
