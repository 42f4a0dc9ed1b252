//! Reads the responses of a server, within limits.

use std::time::Instant;

use http::{HeaderMap, StatusCode};
use patchbay_http::{json, read_body};
use rmcp::model::{ErrorCode, ErrorData, RequestId, ServerJsonRpcMessage, ServerResult};
use rmcp::transport::streamable_http_client::StreamableHttpPostResponse;
use serde_json::{Map, Value, json};

use super::refusal::{ReceivedResponse, is_html, media_type, names_session, refusal};
use super::{PostError, Wire};
use crate::mcp::request::{RequestKind, TrackedRequest};
use crate::mcp::tools;
use crate::{Error, Found};

impl Wire {
    /// Reads the response to a notification or a reply, of which only the status matters.
    pub(super) async fn read_acknowledgement(
        &self,
        sent: ReceivedResponse,
    ) -> Result<StreamableHttpPostResponse, PostError> {
        if sent.answer.status().is_success() {
            return Ok(StreamableHttpPostResponse::Accepted);
        }
        Err(refusal(sent).await.0.into())
    }

    pub(super) async fn read_success(
        &self,
        sent: ReceivedResponse,
        tracked: &TrackedRequest,
        in_session: bool,
    ) -> Result<StreamableHttpPostResponse, PostError> {
        let status = sent.answer.status();
        let session = session_id(sent.answer.headers());
        if is_event_stream(&sent.answer) {
            let events = self.watch(sent.answer, tracked);
            return Ok(StreamableHttpPostResponse::Sse(events, session));
        }
        let media_type = media_type(sent.answer.headers());
        let (mut answer, limit) = (sent.answer, self.answer_bytes(tracked.kind));
        let started = Instant::now();
        let body = read_body(&mut answer, limit, None).await;
        let body =
            body.map_err(|error| error.into_error(answer.url(), limit, started.elapsed()))?;
        let may_come_later = matches!(status, StatusCode::ACCEPTED | StatusCode::NO_CONTENT);
        // Without a session there is no other stream on which it could come.
        if may_come_later && in_session && body.is_empty() {
            return Ok(StreamableHttpPostResponse::Accepted);
        }
        tracked
            .exchange
            .note(|facts| facts.bytes += body.len() as u64);
        tracked.exchange.capture().note_body(&body);
        let message = self.read(&body, tracked).map_err(|error| match error {
            json::Error::NotJson => not_json(tracked.kind, &body, media_type),
            json::Error::Exceeded(limit) => self.limit_error(tracked.kind, limit),
        })?;
        // Freed early, since it may be large.
        drop(body);
        let message = self.answer_message(message, tracked)?;
        Ok(StreamableHttpPostResponse::Json(message, session))
    }

    /// Reads an error response. A JSON-RPC error in it is a valid response all the same.
    pub(super) async fn read_refusal(
        &self,
        sent: ReceivedResponse,
        tracked: &TrackedRequest,
        in_session: bool,
    ) -> Result<StreamableHttpPostResponse, PostError> {
        let status = sent.answer.status();
        let session = session_id(sent.answer.headers());
        let (error, body) = refusal(sent).await;
        tracked.exchange.capture().note_body(&body);
        let message = self.read(&body, tracked).ok();
        if status == StatusCode::BAD_REQUEST && in_session && names_session(&body) {
            let is_own = |message: &Value| is_for(message, &tracked.id);
            // What is about the session, and not about a request in it, lacks the id of that.
            if self.0.session.is_untried() || !message.as_ref().is_some_and(is_own) {
                return Err(PostError::SessionOver);
            }
        }
        if matches!(
            status,
            StatusCode::FORBIDDEN
                | StatusCode::PROXY_AUTHENTICATION_REQUIRED
                | StatusCode::TOO_MANY_REQUESTS
        ) {
            return Err(error.into());
        }
        if let Some(message @ Value::Object(_)) = message
            && message.get("error").is_some_and(Value::is_object)
            && let Ok(message) = self.answer_message(message, tracked)
        {
            return Ok(StreamableHttpPostResponse::Json(message, session));
        }
        // A server of the older era refuses the unknown request; rmcp then starts its handshake.
        if tracked.kind == RequestKind::Discover && !in_session && status.is_client_error() {
            let error = ErrorData::invalid_request(format!("HTTP {status}"), None);
            let message = ServerJsonRpcMessage::error(error, Some(tracked.id.clone()));
            return Ok(StreamableHttpPostResponse::Json(message, None));
        }
        let says_nothing = error.refusal().is_none_or(|it| it.text.is_none());
        let found = match status.as_u16() {
            status @ (404 | 405 | 406 | 415) => Some(Found::Status(status)),
            400 if says_nothing => Some(Found::Status(400)),
            _ => None,
        };
        match found.filter(|_| tracked.kind == RequestKind::Initialize) {
            Some(found) => Err(Error::NotAServer { found }.into()),
            None => Err(error.into()),
        }
    }

    /// Checks that the message answers the request, and converts it for rmcp.
    fn answer_message(
        &self,
        mut message: Value,
        tracked: &TrackedRequest,
    ) -> Result<ServerJsonRpcMessage, Error> {
        if !is_answer(&message) {
            return Err(match tracked.kind {
                RequestKind::Discover | RequestKind::Initialize => Error::NotAServer {
                    found: Found::OtherJson,
                },
                _ => Error::Protocol("not JSON-RPC".to_owned()),
            });
        }
        add_id(&mut message, &tracked.id);
        if !is_for(&message, &tracked.id) {
            return Err(Error::Protocol("response to another request".to_owned()));
        }
        for_rmcp(message, tracked).ok_or_else(|| Error::Protocol("malformed response".to_owned()))
    }
}

/// The experimental capability that stands for the one for tasks.
pub(in crate::mcp) const TASK_CALLS: &str = "patchbay/tasks.requests.tools.call";

/// Changes a message into one that fits rmcp's types: a part of another type would make it refuse the whole.
pub(super) fn fit_rmcp(mut message: Value) -> Value {
    let Value::Object(members) = &mut message else {
        return message;
    };
    if let Some(Value::Object(error)) = members.get_mut("error") {
        fit_error(error);
        members.remove("result");
    } else {
        members.remove("error");
    }
    if let Some(Value::Object(result)) = members.get_mut("result") {
        fit_server_info(result);
        fit_capabilities(result);
        if result.contains_key("supportedVersions") {
            let required = [
                ("resultType", json!("complete")),
                ("ttlMs", json!(0)),
                ("cacheScope", json!("private")),
            ];
            for (name, default) in required {
                result.entry(name).or_insert(default);
            }
        }
    }
    message
}

fn fit_error(error: &mut Map<String, Value>) {
    let code = error.get("code").and_then(Value::as_i64);
    if code.is_none_or(|code| i32::try_from(code).is_err()) {
        error.insert("code".to_owned(), ErrorCode::INTERNAL_ERROR.0.into());
    }
    if !error.get("message").is_some_and(Value::is_string) {
        error.insert("message".to_owned(), "".into());
    }
}

fn fit_server_info(result: &mut Map<String, Value>) {
    let Some(Value::Object(info)) = result.get_mut("serverInfo") else {
        return;
    };
    info.retain(|name, value| value.is_string() || name == "icons");
    for required in ["name", "version"] {
        info.entry(required).or_insert_with(|| "".into());
    }
    if let Some(icons) = info.get_mut("icons") {
        // Before its final form, the size of an icon was a text.
        let icon = |icon: &Value| {
            let (address, media_type) = (icon["src"].as_str()?, icon["mimeType"].as_str());
            Some(json!({ "src": address, "mimeType": media_type }))
        };
        *icons = icons
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(icon)
            .collect();
    }
}

/// Also copies the capability for tasks of the older era, which rmcp drops, to where rmcp keeps it.
///
/// Source: MCP 2025-11-25, "Tasks", "Capabilities".
fn fit_capabilities(result: &mut Map<String, Value>) {
    let Some(Value::Object(capabilities)) = result.get_mut("capabilities") else {
        return;
    };
    // Some servers say `true` for a capability without options.
    capabilities.retain(|_, capability| capability.is_object() || *capability == true);
    for (name, capability) in capabilities.iter_mut() {
        let Value::Object(options) = capability else {
            *capability = json!({});
            continue;
        };
        match name.as_str() {
            "experimental" | "extensions" => options.retain(|_, option| option.is_object()),
            "tools" | "prompts" | "resources" => options.retain(|_, option| option.is_boolean()),
            _ => {}
        }
    }
    if let Some(tasks) = capabilities.get("tasks")
        && tasks["requests"]["tools"]["call"].is_object()
        && let Value::Object(experimental) = capabilities
            .entry("experimental")
            .or_insert_with(|| json!({}))
    {
        experimental.insert(TASK_CALLS.to_owned(), json!({}));
    }
}

/// Stores the first result in the exchange and returns the part that rmcp needs: that there is a response, and the
/// tools with parameters in headers. So nothing large is parsed or kept twice.
///
/// `None` if it is malformed.
pub(in crate::mcp) fn for_rmcp(
    mut message: Value,
    tracked: &TrackedRequest,
) -> Option<ServerJsonRpcMessage> {
    // As it was sent, for rmcp compares it.
    message["id"] = tracked.id.clone().into_json_value();
    if message["error"].is_object() || tracked.kind.is_read_by_rmcp() {
        return serde_json::from_value(fit_rmcp(message)).ok();
    }
    let raw = message["result"].take();
    let result = match tracked.kind {
        RequestKind::List("tools") => tools::for_rmcp(&raw).into(),
        _ => ServerResult::empty(()),
    };
    tracked.exchange.note(|facts| {
        facts.result.get_or_insert(raw);
    });
    Some(ServerJsonRpcMessage::response(result, tracked.id.clone()))
}

/// As [`for_rmcp`], for the data of an event.
pub(super) fn for_rmcp_as_text(mut message: Value, tracked: &TrackedRequest) -> Option<String> {
    message["id"] = tracked.id.clone().into_json_value();
    if message["error"].is_object() || tracked.kind.is_read_by_rmcp() {
        return Some(fit_rmcp(message).to_string());
    }
    serde_json::to_string(&for_rmcp(message, tracked)?).ok()
}

/// Whether this is a JSON-RPC result or error. Some servers send both members, one of them null.
pub(in crate::mcp) fn is_answer(message: &Value) -> bool {
    let is_error = message["error"].is_object() && message["result"].is_null();
    message["jsonrpc"] == "2.0" && (is_error || result_of(message).is_some())
}

/// The result in a response; `None` if it is an error.
pub(in crate::mcp) fn result_of(message: &Value) -> Option<&Value> {
    message
        .get("result")
        .filter(|_| !message["error"].is_object())
}

/// Adds the id to an error, which may lack it: where one request is answered, it can belong to that one only.
pub(super) fn add_id(message: &mut Value, id: &RequestId) {
    if message["error"].is_object() && message["id"].is_null() {
        message["id"] = id.clone().into_json_value();
    }
}

/// The number of a request; some servers turn it into text or into a decimal fraction.
pub(in crate::mcp) fn number_of(id: &Value) -> Option<i64> {
    if let Some(text) = id.as_str() {
        return text.parse().ok();
    }
    // Exact for all numbers of a session.
    let whole = || id.as_f64().filter(|number| number.fract() == 0.0);
    id.as_i64()
        .or_else(|| format!("{:.0}", whole()?).parse().ok())
}

/// Whether a response is for that request.
pub(in crate::mcp) fn is_for(message: &Value, id: &RequestId) -> bool {
    match id {
        RequestId::Number(number) => number_of(&message["id"]) == Some(*number),
        RequestId::String(text) => message["id"].as_str() == Some(text),
    }
}

pub(in crate::mcp) fn is_event_stream(answer: &reqwest::Response) -> bool {
    media_type(answer.headers()).as_deref() == Some("text/event-stream")
}

fn not_json(kind: RequestKind, body: &[u8], media_type: Option<String>) -> Error {
    if !matches!(kind, RequestKind::Discover | RequestKind::Initialize) {
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

pub(super) fn session_id(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(super::SESSION_ID)?;
    value.to_str().ok().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

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
    fn the_capability_for_tasks_is_kept_where_a_tool_can_be_called_so() {
        let kept = |capabilities: Value| {
            let message = json!({"result": {"capabilities": capabilities}});
            let message = fit_rmcp(message);
            message["result"]["capabilities"]["experimental"].clone()
        };
        let tasks = json!({"requests": {"tools": {"call": {}}}});
        assert_eq!(kept(json!({"tasks": tasks})), json!({TASK_CALLS: {}}));
        assert_eq!(
            kept(json!({"tasks": tasks, "experimental": {"a": {}}})),
            json!({"a": {}, TASK_CALLS: {}})
        );
        for other in [json!({"list": {}}), json!({"requests": {}}), json!(7)] {
            assert_eq!(kept(json!({"tasks": other})), Value::Null);
        }
        let other = json!({"result": {"content": []}});
        assert_eq!(fit_rmcp(other.clone()), other);
    }

    #[test]
    fn a_member_that_is_null_beside_the_other_does_not_count() {
        let error = json!({"jsonrpc": "2.0", "id": 1, "result": null, "error": {"code": 1}});
        assert!(is_answer(&error));
        assert_eq!(result_of(&error), None);
        let result = json!({"jsonrpc": "2.0", "id": 1, "result": {}, "error": null});
        assert!(is_answer(&result));
        assert_eq!(result_of(&result), Some(&json!({})));
        let both = json!({"jsonrpc": "2.0", "id": 1, "result": {}, "error": {"code": 1}});
        assert!(!is_answer(&both));
    }

    #[test]
    fn what_rmcp_would_refuse_is_changed_or_left_out() {
        let cases = [
            (
                json!({"result": null, "error": {"code": "E1", "data": 1}}),
                json!({"error": {"code": -32603, "message": "", "data": 1}}),
            ),
            (json!({"result": {}, "error": null}), json!({"result": {}})),
            (
                json!({"result": {"serverInfo": {
                    "name": "a", "title": 7,
                    "icons": [7, {"src": "https://a.example/a.png", "sizes": "48x48"}],
                }}}),
                json!({"result": {"serverInfo": {
                    "name": "a", "version": "",
                    "icons": [{"src": "https://a.example/a.png", "mimeType": null}],
                }}}),
            ),
            (
                json!({"result": {"capabilities": {
                    "tools": {"listChanged": "yes"}, "prompts": true, "resources": false,
                    "logging": null, "experimental": {"a": true, "b": {}},
                }}}),
                json!({"result": {"capabilities": {
                    "tools": {}, "prompts": {}, "experimental": {"b": {}},
                }}}),
            ),
        ];
        for (message, fit) in cases {
            assert_eq!(fit_rmcp(message), fit);
        }
    }

    #[test]
    fn numbers_may_come_back_as_text() {
        let id = RequestId::Number(7);
        assert!(is_for(&json!({"id": 7}), &id));
        assert!(is_for(&json!({"id": "7"}), &id));
        assert!(is_for(&json!({"id": 7.0}), &id));
        assert!(!is_for(&json!({"id": 7.5}), &id));
        assert!(!is_for(&json!({"id": 8}), &id));
        assert!(!is_for(&json!({}), &id));
    }
}
