//! Event streams: that of a request, which is reopened until its response, and that of unsolicited messages.

use std::time::Duration;

use futures::stream::StreamExt as _;
use http::{HeaderMap, Method, StatusCode};
use patchbay_http::{Capture, json};
use rmcp::model::{CancelledNotificationMethod, ConstString as _, ServerJsonRpcMessage};
use rmcp::transport::streamable_http_client::{SseError, StreamableHttpError};
use serde::Deserialize as _;
use serde_json::Value;
use sse_stream::Sse;

use super::reconnect::{asks_for_polling, clamp_retry};
use super::refusal::{ReceivedResponse, names_session, refusal};
use super::{DeferredError, RmcpResult, SESSION_ID, SMALL_BYTES, Wire, answer};
use crate::mcp::request::{RequestKind, TrackedRequest};
use crate::mcp::server_requests::TooManyRequests;
use crate::mcp::sse::{self, Events, StreamError, StreamLimits};
use crate::{Error, Unreachable};

/// Maximum bytes of a stream, as a multiple of the limit for one response.
const STREAM_FACTOR: usize = 4;

/// Maximum number of events of a stream.
const STREAM_EVENTS: usize = 100_000;

/// Maximum bytes of an event id, which is sent back as a header.
const EVENT_ID_BYTES: usize = 1024;

/// Waits before a stream that is still in use elsewhere is requested again.
const OCCUPIED_WAITS: [Duration; 4] = [
    Duration::from_millis(50),
    Duration::from_millis(100),
    Duration::from_millis(200),
    Duration::from_millis(400),
];

/// Maximum number of requests whose streams can be resumed.
const RESUMABLE: usize = 64;

impl Wire {
    pub(in crate::mcp) fn stream_limits(&self, event: usize) -> StreamLimits {
        StreamLimits {
            event,
            bytes: self.0.limits.body_bytes.saturating_mul(STREAM_FACTOR),
            events: STREAM_EVENTS,
        }
    }

    /// Reads an event stream, looking for the response.
    pub(super) fn watch(&self, answer: reqwest::Response, tracked: &TrackedRequest) -> Events {
        let limits = self.stream_limits(self.answer_bytes(tracked.kind));
        let (wire, tracked) = (self.clone(), tracked.clone());
        let open = tracked.reconnects.open_stream();
        sse::events(answer, limits)
            .take_until(self.0.shutdown.clone().cancelled_owned())
            .then(move |event| {
                let _until_dropped = &open;
                let (wire, tracked) = (wire.clone(), tracked.clone());
                async move {
                    match event {
                        Ok(event) => wire.watch_event(event, &tracked).await,
                        Err(error) => {
                            wire.record_stream_error(&error, &tracked);
                            Err(error)
                        }
                    }
                }
            })
            .boxed()
    }

    /// Takes the response out of its event, and removes from each event what rmcp must not see.
    async fn watch_event(&self, event: Sse, tracked: &TrackedRequest) -> Result<Sse, SseError> {
        if event.retry.is_some_and(asks_for_polling) {
            tracked.reconnects.allow_polling();
        }
        let mut event = clamp_event(event);
        if let Some(id) = &event.id {
            self.note_resumable(id, tracked);
        }
        let Some(data) = event.data.take() else {
            return Ok(event);
        };
        let bytes = data.len();
        tracked.exchange.note(|facts| facts.bytes += bytes as u64);
        let read = self.read(data.as_bytes(), tracked).map(|mut message| {
            answer::add_id(&mut message, &tracked.id);
            message
        });
        event.data = match read {
            Ok(message) if answer::is_answer(&message) && answer::is_for(&message, &tracked.id) => {
                self.0.resumable.lock().remove(&tracked.id);
                tracked.exchange.capture().note_body(data.as_bytes());
                answer::for_rmcp_as_text(message, tracked)
            }
            // A response to another request, which rmcp would take for the end of this stream.
            Ok(message) if answer::is_answer(&message) => None,
            Ok(message) if self.0.log.take(&message) => None,
            Ok(message) if bytes <= SMALL_BYTES => match self.admit(&message).await {
                Ok(is_admitted) => is_admitted.then(|| message.to_string()),
                Err(error) => {
                    self.give_up(error.into_error(), tracked);
                    return Err(refused());
                }
            },
            Ok(_) | Err(json::Error::NotJson) => {
                tracing::debug!(bytes, "dropped a message that is too large or not JSON");
                None
            }
            Err(json::Error::Exceeded(limit)) => {
                self.give_up(self.limit_error(tracked.kind, limit), tracked);
                return Err(refused());
            }
        };
        Ok(event)
    }

    /// Passes on unsolicited messages, within limits.
    fn forward_unsolicited(&self, answer: reqwest::Response) -> Events {
        let (open, wire) = (self.0.unsolicited.open_stream(), self.clone());
        sse::events(answer, self.stream_limits(SMALL_BYTES))
            .then(move |event| {
                let _until_dropped = &open;
                let wire = wire.clone();
                async move { wire.watch_unsolicited(clamp_event(event?)).await }
            })
            .boxed()
    }

    async fn watch_unsolicited(&self, mut event: Sse) -> Result<Sse, SseError> {
        let Some(data) = event.data.take() else {
            return Ok(event);
        };
        let limits = self.json_limits(RequestKind::Other);
        let Ok(mut message) = json::parse(data.as_bytes(), limits) else {
            return Ok(event);
        };
        self.0.session.number_incoming(&mut message);
        if self.0.log.take(&message) {
            return Ok(event);
        }
        match self.admit(&message).await {
            Ok(is_admitted) => event.data = is_admitted.then(|| message.to_string()),
            Err(error) => {
                tracing::warn!(error = %error.into_error(), "no longer listening");
                self.0.unsolicited.end();
                return Err(refused());
            }
        }
        Ok(event)
    }

    /// Registers a request of the server, or its cancellation; `false` if rmcp must not see the message.
    async fn admit(&self, message: &Value) -> Result<bool, TooManyRequests> {
        let is_message = message["jsonrpc"] == "2.0" && message["method"].is_string();
        // Such as a sign of life of the server's own, which would fail a handshake.
        if !is_message && !answer::is_answer(message) {
            return Ok(false);
        }
        let is_request = message.get("id").is_some();
        if !is_request && message["method"] != CancelledNotificationMethod::VALUE {
            return Ok(true);
        }
        match ServerJsonRpcMessage::deserialize(message) {
            Ok(message) => self.0.server_requests.admit(&message).await,
            // rmcp couldn't read it either.
            Err(_) => Ok(false),
        }
    }

    /// Fails a request for good: its stream is not reopened.
    fn give_up(&self, error: Error, tracked: &TrackedRequest) {
        tracked.reconnects.end();
        self.0.resumable.lock().remove(&tracked.id);
        // An earlier loss of the stream is not the reason.
        tracked.exchange.note(|facts| facts.failure = None);
        self.0.failure.record(error, Some(tracked));
    }

    fn record_stream_error(&self, error: &SseError, tracked: &TrackedRequest) {
        if let SseError::Utf8Parse(_) = error {
            let error = Error::Protocol("malformed response".to_owned());
            return self.give_up(error, tracked);
        }
        match StreamError::find(error) {
            // Requesting the same event again would have the same result.
            Some(StreamError::TooLarge(limit)) => {
                let limit = *limit as u64;
                self.give_up(Error::TooLarge { limit }, tracked);
            }
            Some(StreamError::TooMany(limit)) => {
                let words = format!("more than {limit} events in a response");
                self.give_up(Error::Protocol(words), tracked);
            }
            // Recorded only: rmcp may resume the stream where it was cut.
            _ => tracked.exchange.note(|facts| {
                let lost = Error::unreachable(self.host(), Unreachable::Lost);
                facts.failure.get_or_insert(lost);
            }),
        }
    }

    /// Records the last event of a request, by which rmcp requests the rest of its stream.
    fn note_resumable(&self, id: &str, tracked: &TrackedRequest) {
        let mut resumable = self.0.resumable.lock();
        if resumable.len() >= RESUMABLE {
            // Those that were cancelled or timed out.
            resumable.retain(|_, (_, tracked)| !tracked.exchange.is_abandoned());
        }
        if resumable.len() >= RESUMABLE && !resumable.contains_key(&tracked.id) {
            return;
        }
        resumable.insert(tracked.id.clone(), (id.to_owned(), tracked.clone()));
    }

    /// The request whose stream ended with that event.
    pub(super) fn resume_after(&self, last_event: &str) -> Option<TrackedRequest> {
        let resumable = self.0.resumable.lock();
        let mut all = resumable.values();
        let found = all.find(|(id, _)| id == last_event);
        found.map(|(_, tracked)| tracked.clone())
    }

    /// Requests a stream: the rest of one that ended, or that of unsolicited messages.
    pub(super) async fn open_stream(
        &self,
        headers: &HeaderMap,
        resumed: Option<&TrackedRequest>,
    ) -> RmcpResult<Events> {
        let limits = &self.0.limits;
        let reconnects = resumed.map_or(&self.0.unsolicited, |tracked| &tracked.reconnects);
        let paused = reconnects.pause(limits.reconnects, limits.reconnect_waits);
        if paused.await.is_err() {
            let limit = limits.reconnects;
            match resumed {
                Some(tracked) => self.give_up(Error::TooManyReconnects { limit }, tracked),
                None => tracing::warn!(
                    limit,
                    "no longer listening: the stream ends again and again"
                ),
            }
            return Err(StreamableHttpError::ServerDoesNotSupportSse);
        }
        let mut waits = OCCUPIED_WAITS.iter();
        let sent = loop {
            let sent = match self
                .send(Method::GET, headers, None, &Capture::default())
                .await
            {
                Ok(sent) => sent,
                // Only these may succeed the next time.
                Err(Error::Unreachable { .. } | Error::TimedOut { .. }) => {
                    return Err(StreamableHttpError::Client(DeferredError));
                }
                Err(_) => return Err(StreamableHttpError::ServerDoesNotSupportSse),
            };
            // The server may not have noticed yet that the previous owner of the session closed its stream.
            match waits.next() {
                Some(wait) if sent.answer.status() == StatusCode::CONFLICT => {
                    tokio::time::sleep(*wait).await;
                }
                _ => break sent,
            }
        };
        let status = sent.answer.status();
        if status.is_server_error() {
            return Err(StreamableHttpError::Client(DeferredError));
        }
        if status != StatusCode::OK || !answer::is_event_stream(&sent.answer) {
            if headers.contains_key(SESSION_ID) && is_session_over(sent).await {
                self.0.session.begun.send_modify(|_| {});
            }
            return Err(StreamableHttpError::ServerDoesNotSupportSse);
        }
        Ok(match resumed {
            Some(tracked) => self.watch(sent.answer, tracked),
            None => self.forward_unsolicited(sent.answer),
        })
    }
}

/// Whether a server refuses a stream since it has forgotten the session.
async fn is_session_over(sent: ReceivedResponse) -> bool {
    match sent.answer.status() {
        StatusCode::NOT_FOUND => true,
        StatusCode::BAD_REQUEST => names_session(&refusal(sent).await.1),
        _ => false,
    }
}

/// The error that ends a stream.
fn refused() -> SseError {
    SseError::Body(Box::new(StreamError::Refused))
}

/// Limits the wait and the id of an event. An empty id resumes nothing.
fn clamp_event(mut event: Sse) -> Sse {
    event.retry = event.retry.map(clamp_retry);
    let is_usable = |id: &String| !id.is_empty() && id.len() <= EVENT_ID_BYTES;
    event.id = event.id.filter(is_usable);
    event
}
