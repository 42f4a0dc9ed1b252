//! Reads what a server answered, within bounds.

use std::time::Instant;

use http::header::CONTENT_TYPE;
use http::{HeaderMap, StatusCode};
use patchbay_http::{
    Capture, Clock as _, SystemClock, TEXT_LIMIT, challenge, host_of, json, read_body, read_start,
    retry_after, text,
};
use patchbay_model::Secret;
use rmcp::model::{ErrorData, RequestId, ServerJsonRpcMessage, ServerResult};
use rmcp::transport::streamable_http_client::StreamableHttpPostResponse;
use serde_json::Value;

use super::send::Sent;
use super::{Asked, Failure, Kind, Wire};
use crate::mcp::tools;
use crate::{Error, Found, Refusal};

/// How much of an error's body is looked at.
const ERROR_BYTES: usize = 64 * 1024;

impl Wire {
    /// The answer to a notification or a reply: nothing in it matters but its status.
    pub(super) async fn read_acknowledgement(
        &self,
        sent: Sent,
    ) -> Result<StreamableHttpPostResponse, Failure> {
        if sent.answer.status().is_success() {
            return Ok(StreamableHttpPostResponse::Accepted);
        }
        Err(refusal(sent).await.0.into())
    }

    pub(super) async fn read_success(
        &self,
        sent: Sent,
        asked: &Asked,
    ) -> Result<StreamableHttpPostResponse, Failure> {
        let session = session_id(sent.answer.headers());
        if is_event_stream(&sent.answer) {
            let events = self.watch(sent.answer, asked);
            return Ok(StreamableHttpPostResponse::Sse(events, session));
        }
        let media_type = media_type(sent.answer.headers());
        let (mut answer, limit) = (sent.answer, self.answer_bytes(asked.kind));
        let started = Instant::now();
        let body = read_body(&mut answer, limit, None).await;
        let body =
            body.map_err(|error| error.into_error(answer.url(), limit, started.elapsed()))?;
        asked
            .exchange
            .note(|facts| facts.bytes += body.len() as u64);
        asked.exchange.capture().note_body(&body);
        let message = self.read(&body, asked).map_err(|error| match error {
            json::Error::NotJson => not_json(asked.kind, &body, media_type),
            json::Error::Exceeded(limit) => self.limit_error(asked.kind, limit),
        })?;
        // Large ones are not kept twice.
        drop(body);
        let message = self.answer_message(message, asked)?;
        Ok(StreamableHttpPostResponse::Json(message, session))
    }

    /// An answer without success. A JSON-RPC error in it is the server's answer all the same.
    pub(super) async fn read_refusal(
        &self,
        sent: Sent,
        asked: &Asked,
        in_session: bool,
    ) -> Result<StreamableHttpPostResponse, Failure> {
        let status = sent.answer.status();
        let session = session_id(sent.answer.headers());
        let (error, body) = refusal(sent).await;
        asked.exchange.capture().note_body(&body);
        if matches!(
            status,
            StatusCode::FORBIDDEN | StatusCode::TOO_MANY_REQUESTS
        ) {
            return Err(error.into());
        }
        if let Ok(message @ Value::Object(_)) = self.read(&body, asked)
            && message.get("error").is_some_and(Value::is_object)
            && let Ok(message) = self.answer_message(message, asked)
        {
            return Ok(StreamableHttpPostResponse::Json(message, session));
        }
        // A server of the older era refuses what it does not know; rmcp then starts its handshake.
        if asked.kind == Kind::Discover && !in_session && status.is_client_error() {
            let error = ErrorData::invalid_request(format!("HTTP {status}"), None);
            let message = ServerJsonRpcMessage::error(error, Some(asked.id.clone()));
            return Ok(StreamableHttpPostResponse::Json(message, None));
        }
        if asked.kind == Kind::Initialize && status.is_client_error() {
            let found = Found::Status(status.as_u16());
            return Err(Error::NotAServer { found }.into());
        }
        Err(error.into())
    }

    /// Checks that the message answers what was asked, and hands it to rmcp in a form it can read.
    fn answer_message(
        &self,
        mut message: Value,
        asked: &Asked,
    ) -> Result<ServerJsonRpcMessage, Error> {
        if !is_answer(&message) {
            return Err(match asked.kind {
                Kind::Discover | Kind::Initialize => Error::NotAServer {
                    found: Found::OtherJson,
                },
                _ => Error::Protocol("not JSON-RPC".to_owned()),
            });
        }
        // The id may be left out of an error; there is no doubt what it belongs to.
        if message.get("error").is_some() && message["id"].is_null() {
            message["id"] = asked.id.clone().into_json_value();
        }
        if !is_for(&message, &asked.id) {
            return Err(Error::Protocol("response to another request".to_owned()));
        }
        for_rmcp(message, asked).ok_or_else(|| Error::Protocol("malformed response".to_owned()))
    }
}

/// Keeps the result of a message, the first one counts, and gives what rmcp needs of it: to know that
/// the request was answered, and the tools whose parameters go into headers. So that nothing large is
/// read or kept twice.
///
/// `None` when it is malformed.
pub(in crate::mcp) fn for_rmcp(message: Value, asked: &Asked) -> Option<ServerJsonRpcMessage> {
    if message["error"].is_object() || matches!(asked.kind, Kind::Discover | Kind::Initialize) {
        return serde_json::from_value(message).ok();
    }
    let result = match asked.kind {
        Kind::List("tools") => tools::for_rmcp(&message["result"]).into(),
        _ => ServerResult::empty(()),
    };
    asked.exchange.note(|facts| {
        facts.answer.get_or_insert(message);
    });
    Some(ServerJsonRpcMessage::response(result, asked.id.clone()))
}

/// As [`for_rmcp`], for a message that came as `data` of an event.
pub(super) fn for_rmcp_as_text(data: String, message: Value, asked: &Asked) -> Option<String> {
    if message["error"].is_object() || matches!(asked.kind, Kind::Discover | Kind::Initialize) {
        return Some(data);
    }
    drop(data);
    serde_json::to_string(&for_rmcp(message, asked)?).ok()
}

/// Whether this is a JSON-RPC result or error.
pub(in crate::mcp) fn is_answer(message: &Value) -> bool {
    message["jsonrpc"] == "2.0" && (message.get("result").is_some() != message["error"].is_object())
}

/// Whether the answer is for that request; some servers turn numbers into text.
pub(in crate::mcp) fn is_for(message: &Value, id: &RequestId) -> bool {
    match id {
        RequestId::Number(number) => {
            let id = &message["id"];
            id.as_i64() == Some(*number) || id.as_str() == Some(&number.to_string())
        }
        RequestId::String(text) => message["id"].as_str() == Some(text),
    }
}

pub(in crate::mcp) fn is_event_stream(answer: &reqwest::Response) -> bool {
    media_type(answer.headers()).as_deref() == Some("text/event-stream")
}

/// The words of an answer that is no success, cleaned.
pub(super) async fn short_text(sent: Sent, capture: &Capture) -> Option<String> {
    let is_html = is_html(media_type(sent.answer.headers()).as_deref());
    let body = read_start(sent.answer, ERROR_BYTES).await;
    capture.note_body(&body);
    words(&body, is_html, &sent.secrets)
}

/// The error that a status without success is, and the start of the body.
pub(in crate::mcp) async fn refusal(sent: Sent) -> (Error, Vec<u8>) {
    let status = sent.answer.status();
    let headers = sent.answer.headers().clone();
    let host = host_of(sent.answer.url());
    let is_html = is_html(media_type(&headers).as_deref());
    let body = read_start(sent.answer, ERROR_BYTES).await;
    let refusal = Box::new(Refusal {
        status: status.as_u16(),
        host: Some(host),
        text: words(&body, is_html, &sent.secrets),
        ..Refusal::default()
    });
    let error = match status {
        StatusCode::FORBIDDEN => {
            let challenge = challenge(&headers);
            Error::Forbidden {
                scope: challenge.as_deref().and_then(wanted_scope),
                challenge,
                refusal,
            }
        }
        StatusCode::TOO_MANY_REQUESTS => Error::RateLimited {
            retry_after: retry_after(&headers, SystemClock.now()),
            refusal,
        },
        _ => Error::Status(refusal),
    };
    (error, body)
}

/// The scopes of an `insufficient_scope` challenge (RFC 6750, section 3.1).
fn wanted_scope(challenge: &str) -> Option<String> {
    let start = challenge
        .match_indices("scope=")
        .map(|(at, _)| at)
        .find(|&at| at == 0 || matches!(challenge.as_bytes()[at - 1], b' ' | b',' | b'\t'))?;
    let value = &challenge[start + "scope=".len()..];
    let scope = match value.strip_prefix('"') {
        Some(quoted) => quoted.split('"').next()?,
        None => value.split([',', ' ']).next()?,
    };
    (!scope.is_empty()).then(|| scope.to_owned())
}

fn words(body: &[u8], is_html: bool, secrets: &[Secret]) -> Option<String> {
    if is_html {
        return None;
    }
    let text = String::from_utf8_lossy(body);
    let text = text::redact(&text, secrets.iter().map(Secret::expose));
    let text = text::clean_lines(&text, TEXT_LIMIT);
    (!text.is_empty()).then_some(text)
}

fn not_json(kind: Kind, body: &[u8], media_type: Option<String>) -> Error {
    if !matches!(kind, Kind::Discover | Kind::Initialize) {
        return Error::Protocol("not JSON".to_owned());
    }
    let starts_like_html = body.trim_ascii_start().starts_with(b"<");
    let found = if is_html(media_type.as_deref()) || starts_like_html {
        Found::Html
    } else if body.is_empty() {
        Found::Other("nothing".to_owned())
    } else {
        Found::Other(media_type.map_or_else(
            || "something else".to_owned(),
            |media_type| patchbay_model::clean_text(&media_type, 100),
        ))
    };
    Error::NotAServer { found }
}

fn session_id(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(super::SESSION_ID)?;
    value.to_str().ok().map(str::to_owned)
}

fn media_type(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(CONTENT_TYPE)?.to_str().ok()?;
    let essence = value.split(';').next().unwrap_or_default();
    Some(essence.trim().to_ascii_lowercase())
}

fn is_html(media_type: Option<&str>) -> bool {
    matches!(media_type, Some("text/html" | "application/xhtml+xml"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn scopes_of_a_challenge_are_found() {
        let of = |challenge| wanted_scope(challenge);
        assert_eq!(
            of(r#"Bearer error="insufficient_scope", scope="a b", error_description="x""#)
                .as_deref(),
            Some("a b")
        );
        assert_eq!(of("Bearer scope=a:b, realm=x").as_deref(), Some("a:b"));
        assert_eq!(of(r#"Bearer error="insufficient_scope""#), None);
        assert_eq!(of(r#"Bearer realm="x", scope="""#), None);
    }

    #[test]
    fn an_answer_is_either_result_or_error() {
        assert!(is_answer(
            &json!({"jsonrpc": "2.0", "id": 1, "result": null})
        ));
        assert!(is_answer(&json!({"jsonrpc": "2.0", "error": {"code": 1}})));
        assert!(!is_answer(
            &json!({"jsonrpc": "2.0", "method": "ping", "id": 1})
        ));
        assert!(!is_answer(&json!({"result": {}})));
        assert!(!is_answer(&json!([])));
    }

    #[test]
    fn numbers_may_come_back_as_text() {
        let id = RequestId::Number(7);
        assert!(is_for(&json!({"id": 7}), &id));
        assert!(is_for(&json!({"id": "7"}), &id));
        assert!(!is_for(&json!({"id": 8}), &id));
        assert!(!is_for(&json!({}), &id));
    }
}
