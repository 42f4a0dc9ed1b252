//! Pending requests of a connection whose answers all come on one stream: a message is a line of a program, or an
//! event of a 2024-11-05 server.

use std::collections::HashMap;
use std::sync::Arc;

use parking_lot::Mutex;
use patchbay_http::json;
use patchbay_model::SentRequest;
use rmcp::model::{ClientJsonRpcMessage, ClientNotification, RequestId, ServerJsonRpcMessage};
use serde_json::Value;

use super::McpLimits;
use super::request::{NegotiationFailure, RequestKind, TrackedRequest};
use super::server_log::ServerLog;
use super::server_requests::{SendError, ServerRequests};
use super::wire::{SMALL_BYTES, answer};
use crate::Error;

/// The pending requests of one stream.
pub(super) struct PendingRequests {
    limits: McpLimits,
    log: Arc<ServerLog>,
    pending: Mutex<Pending>,
    server_requests: ServerRequests,
    failure: NegotiationFailure,
}

#[derive(Default)]
struct Pending {
    tracked: HashMap<RequestId, TrackedRequest>,
    /// Whether the stream has ended.
    is_over: bool,
}

/// The result of a response that can't be read; no request has such a result.
pub(super) const UNREADABLE: Value = Value::Bool(false);

/// Returns a malformed response in place of one that is not valid UTF-8, so that the request which it answers fails at
/// once. Only its id is taken over: replaced bytes could change what the rest means.
pub(super) fn unreadable_answer(piece: &[u8], limits: json::Limits) -> Option<Value> {
    let text = String::from_utf8_lossy(piece);
    let mut message = json::parse(text.as_bytes(), limits).ok()?;
    let id = answer::is_answer(&message).then(|| message["id"].take())?;
    Some(serde_json::json!({ "jsonrpc": "2.0", "id": id, "result": UNREADABLE }))
}

/// What one piece of the stream is.
pub(super) enum Read {
    /// The response to a request, in the form that rmcp needs.
    Answer(ServerJsonRpcMessage),
    /// A request or notification of the server.
    Unsolicited(ServerJsonRpcMessage),
    /// A message that rmcp does not need.
    Ignored,
    NotAMessage,
}

impl PendingRequests {
    pub(super) fn new(limits: McpLimits, log: Arc<ServerLog>) -> Self {
        Self {
            limits,
            log,
            pending: Mutex::default(),
            server_requests: ServerRequests::default(),
            failure: NegotiationFailure::default(),
        }
    }

    pub(super) fn log(&self) -> &Arc<ServerLog> {
        &self.log
    }

    pub(super) fn server_requests(&self) -> &ServerRequests {
        &self.server_requests
    }

    /// Registers a message before it is sent, to match its response; returns its JSON and its request. In a dry run
    /// the description of its text by `plan` is stored for the caller instead.
    ///
    /// # Errors
    /// [`SendError`] in a dry run, and once the stream has ended: the request fails with the error that `over` returns.
    pub(super) fn note_outgoing(
        &self,
        message: &ClientJsonRpcMessage,
        plan: impl FnOnce(String) -> Result<SentRequest, Error>,
        over: impl FnOnce() -> Error,
    ) -> Result<(Value, Option<TrackedRequest>), SendError> {
        let tracked = TrackedRequest::of(message);
        let json = serde_json::to_value(message).map_err(|_| SendError)?;
        if let Some(tracked) = &tracked {
            if tracked.kind.begins_negotiation() {
                self.server_requests.clear();
            }
            if let Some(slot) = tracked.exchange.plan() {
                let error = match plan(json.to_string()) {
                    Ok(planned) => {
                        *slot.lock() = Some(planned);
                        Error::Cancelled
                    }
                    Err(error) => error,
                };
                tracked.exchange.fail(error);
                return Err(SendError);
            }
            let mut pending = self.pending.lock();
            if pending.is_over {
                drop(pending);
                self.failure.record(over(), Some(tracked));
                return Err(SendError);
            }
            pending.tracked.insert(tracked.id.clone(), tracked.clone());
        } else if let ClientJsonRpcMessage::Notification(told) = message
            && let ClientNotification::CancelledNotification(cancelled) = &told.notification
            && let Some(id) = &cancelled.params.request_id
        {
            self.pending.lock().tracked.remove(id);
        }
        Ok((json, tracked))
    }

    /// Fails a request that is not sent.
    pub(super) fn refuse(&self, tracked: &TrackedRequest, error: Error) {
        self.pending.lock().tracked.remove(&tracked.id);
        tracked.exchange.fail(error);
    }

    /// Reads one piece of the stream.
    ///
    /// # Errors
    /// The limit that the piece exceeds: which request it answers is unknown then.
    pub(super) fn read(&self, piece: &[u8]) -> Result<Read, json::Exceeded> {
        let (message, values) = match json::parse_counting(piece, self.limits.json()) {
            Ok(read) => read,
            Err(json::Error::NotJson) => match unreadable_answer(piece, self.limits.json()) {
                Some(answer) => (answer, 0),
                None => return Ok(Read::NotAMessage),
            },
            Err(json::Error::Exceeded(limit)) => return Err(limit),
        };
        Ok(self.classify(message, piece, values))
    }

    /// Reads a message that was parsed within the limits before.
    pub(super) fn take(&self, message: Value) -> Read {
        let piece = serde_json::to_vec(&message).unwrap_or_default();
        let values = json::count_values(&message);
        self.classify(message, &piece, values)
    }

    fn classify(&self, message: Value, piece: &[u8], values: usize) -> Read {
        if message["jsonrpc"] != "2.0" {
            // A log line that is JSON. An error response to it would be logged in turn.
            return Read::NotAMessage;
        }
        if answer::is_answer(&message) {
            let answer = self.answer(message, piece, values);
            return answer.map_or(Read::Ignored, Read::Answer);
        }
        if self.log.take(&message) {
            return Read::Ignored;
        }
        if piece.len() > SMALL_BYTES {
            tracing::debug!(bytes = piece.len(), "dropped a large message");
            return Read::Ignored;
        }
        serde_json::from_value(message).map_or(Read::Ignored, Read::Unsolicited)
    }

    /// Matches a response to its request, and returns the part that rmcp needs.
    fn answer(
        &self,
        mut message: Value,
        piece: &[u8],
        values: usize,
    ) -> Option<ServerJsonRpcMessage> {
        let tracked = self.take_pending(&message)?;
        let bytes = piece.len();
        tracked.exchange.capture().note_body(piece);
        tracked.exchange.note(|facts| {
            facts.bytes += bytes as u64;
            facts.values += values;
        });
        if let RequestKind::List(what) = tracked.kind {
            let most = self.limits.list_items;
            if bytes > self.limits.page_bytes {
                let limit = self.limits.page_bytes as u64;
                self.failure
                    .record(Error::TooLarge { limit }, Some(&tracked));
                return None;
            }
            if message["result"][what].as_array().map_or(0, Vec::len) > most {
                let error = Error::Protocol(format!("more than {most} {what}"));
                self.failure.record(error, Some(&tracked));
                return None;
            }
        }
        message["id"] = tracked.id.clone().into_json_value();
        let is_readable = message["result"] != UNREADABLE;
        let for_rmcp = is_readable
            .then(|| answer::for_rmcp(message, &tracked))
            .flatten();
        if for_rmcp.is_none() {
            let error = Error::Protocol("malformed response".to_owned());
            self.failure.record(error, Some(&tracked));
        }
        for_rmcp
    }

    /// Removes the request that a message answers. An error may lack the id if only one request is pending.
    fn take_pending(&self, message: &Value) -> Option<TrackedRequest> {
        let mut pending = self.pending.lock();
        let tracked = &mut pending.tracked;
        // Subscriptions stay open and are not counted.
        let mut awaited = tracked
            .values()
            .filter(|tracked| tracked.kind != RequestKind::Listen);
        let only = match (awaited.next(), awaited.next()) {
            (Some(tracked), None) => Some(tracked.id.clone()),
            _ => None,
        };
        let id = if message["id"].is_null() && message["error"].is_object() && only.is_some() {
            only
        } else {
            tracked
                .keys()
                .find(|id| answer::is_for(message, id))
                .cloned()
        };
        tracked.remove(&id?)
    }

    /// Fails all pending requests, each with an error by `why`.
    pub(super) fn end(&self, why: impl Fn() -> Error) {
        let tracked = {
            let mut pending = self.pending.lock();
            pending.is_over = true;
            std::mem::take(&mut pending.tracked)
        };
        for tracked in tracked.values() {
            self.failure.record(why(), Some(tracked));
        }
        self.failure.record_if_none(why);
    }

    pub(super) fn failure(&self) -> &NegotiationFailure {
        &self.failure
    }
}
