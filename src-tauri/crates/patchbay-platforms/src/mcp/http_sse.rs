//! HTTP with server-sent events, as of 2024-11-05: one stream carries every message of the server, and its first event
//! names the endpoint that ours are posted to.
//!
//! Requests are sent by `wire`, with its rules for credentials and redirects. The stream is never reopened: requests in
//! flight when it ends are lost, and the next one finds the session closed.
//!
//! Source: MCP 2024-11-05, "Transports", "HTTP with SSE".

use std::sync::Arc;
use std::time::Duration;

use futures::stream::StreamExt as _;
use http::{HeaderMap, Method, StatusCode, header};
use patchbay_http::{Capture, check_address, json};
use rmcp::model::{ClientJsonRpcMessage, ServerJsonRpcMessage};
use rmcp::service::RoleClient;
use rmcp::transport::Transport;
use rmcp::transport::streamable_http_client::SseError;
use sse_stream::Sse;
use tokio::sync::mpsc;
use tokio_util::sync::{CancellationToken, DropGuard};
use url::Url;

use super::McpLimits;
use super::credential_wait::CredentialWait;
use super::pending_requests::{PendingRequests, Read};
use super::request::NegotiationFailure;
use super::server_requests::{SendError, TooManyRequests};
use super::sse::{self, Events, StreamError, StreamUsage};
use super::wire::refusal::refusal;
use super::wire::{EVENT_STREAM, JSON, Wire, answer};
use crate::{Error, Unreachable};

/// Maximum bytes of the endpoint's address.
const ENDPOINT_BYTES: usize = 8 * 1024;

/// Capacity of the queue of messages for rmcp.
const BACKLOG: usize = 64;

/// A connection. Dropping it closes the stream.
pub(super) struct SseTransport {
    shared: Arc<Shared>,
    incoming: mpsc::Receiver<ServerJsonRpcMessage>,
    _until_dropped: DropGuard,
}

/// The state of a connection, which outlives the transport.
struct Shared {
    wire: Wire,
    /// Where messages are posted to.
    endpoint: Url,
    pending_requests: PendingRequests,
    over: CancellationToken,
}

/// Why a stream ended.
#[derive(Clone, Copy)]
enum StreamEnd {
    /// It ended, or was cut.
    Lost,
    TooLarge(usize),
    TooMany(usize),
    Exceeded(json::Exceeded),
    Unanswered,
    DuplicateEndpoint,
    /// Posting to the endpoint gave 404.
    EndpointNotFound,
}

/// Opens the stream and reads it up to the endpoint event; `None` if the server does not support this transport.
///
/// # Errors
/// [`Error::TimedOut`] if it is silent, not counting the time that credentials take: `wait` knows it. Those of the
/// stream.
pub(super) async fn open(
    wire: Wire,
    limits: McpLimits,
    wait: &CredentialWait,
) -> Result<Option<SseTransport>, Error> {
    let usage = StreamUsage::default();
    let limit = limits.endpoint.max(limits.connect / 3);
    let opened = within(limit, wait, stream(&wire, usage.clone())).await?;
    let Some((mut events, stream_url)) = opened else {
        return Ok(None);
    };
    let endpoint = within(limit, wait, endpoint(&mut events, &stream_url)).await?;
    let Some(endpoint) = endpoint else {
        return Ok(None);
    };
    let (to_rmcp, incoming) = mpsc::channel(BACKLOG);
    let over = CancellationToken::new();
    let log = Arc::clone(wire.log());
    let shared = Arc::new(Shared {
        wire,
        endpoint,
        pending_requests: PendingRequests::new(limits, log),
        over: over.clone(),
    });
    tokio::spawn(listen(Arc::clone(&shared), events, usage, to_rmcp));
    Ok(Some(SseTransport {
        shared,
        incoming,
        _until_dropped: over.drop_guard(),
    }))
}

async fn within<T>(
    limit: Duration,
    wait: &CredentialWait,
    step: impl Future<Output = Result<T, Error>>,
) -> Result<T, Error> {
    tokio::select! {
        biased;
        done = step => done,
        () = wait.limit_reached(limit) => Err(Error::TimedOut { after: limit }),
    }
}

/// Opens the stream; returns the events, and the address that they come from after redirects. `None` if the server does
/// not support this transport.
async fn stream(wire: &Wire, usage: StreamUsage) -> Result<Option<(Events, Url)>, Error> {
    let headers = HeaderMap::from_iter([(header::ACCEPT, EVENT_STREAM)]);
    let sent = wire
        .send_to(wire.url(), Method::GET, &headers, None, &Capture::default())
        .await?;
    match sent.answer.status() {
        StatusCode::OK if answer::is_event_stream(&sent.answer) => {
            let from = sent.answer.url().clone();
            let limits = wire.stream_limits(wire.limits().body_bytes);
            let events = sse::events_counting(sent.answer, limits, usage);
            Ok(Some((events, from)))
        }
        StatusCode::NOT_IMPLEMENTED => Ok(None),
        StatusCode::FORBIDDEN | StatusCode::TOO_MANY_REQUESTS => Err(refusal(sent).await.0),
        status if status.is_server_error() => Err(refusal(sent).await.0),
        _ => Ok(None),
    }
}

/// Reads up to the endpoint event. `None` if the stream ends before it.
async fn endpoint(events: &mut Events, from: &Url) -> Result<Option<Url>, Error> {
    while let Some(event) = events.next().await {
        match event {
            Ok(event) if is_endpoint(&event) => {
                return read_endpoint(&event.data.unwrap_or_default(), from).map(Some);
            }
            Ok(_) => {}
            Err(error) => match StreamEnd::of(&error) {
                StreamEnd::Lost => return Ok(None),
                end => return Err(end.error("")),
            },
        }
    }
    Ok(None)
}

fn is_endpoint(event: &Sse) -> bool {
    event.event.as_deref() == Some("endpoint")
}

/// Resolves the endpoint, absolute or relative to the stream's URL. Another origin is refused: it would be sent the
/// credentials.
fn read_endpoint(named: &str, from: &Url) -> Result<Url, Error> {
    let named = named.trim();
    let invalid = || Error::Protocol("it names no valid address for messages".to_owned());
    if named.len() > ENDPOINT_BYTES {
        return Err(invalid());
    }
    let mut endpoint = from.join(named).map_err(|_| invalid())?;
    check_address(&endpoint).map_err(|_| invalid())?;
    if endpoint.origin() != from.origin() {
        let to = endpoint.origin().ascii_serialization();
        return Err(Error::Protocol(format!(
            "it names an address on another server for messages, {to}"
        )));
    }
    endpoint.set_fragment(None);
    Ok(endpoint)
}

/// Passes on the server's messages until the stream ends or exceeds a limit; then every request in flight fails.
async fn listen(
    shared: Arc<Shared>,
    mut events: Events,
    usage: StreamUsage,
    to_rmcp: mpsc::Sender<ServerJsonRpcMessage>,
) {
    let end = loop {
        let event = tokio::select! {
            biased;
            () = shared.over.cancelled() => break StreamEnd::Lost,
            event = events.next() => event,
        };
        let read = match event {
            None => break StreamEnd::Lost,
            Some(Err(error)) => break StreamEnd::of(&error),
            Some(Ok(event)) => shared.read(&event),
        };
        let message = match read {
            Ok(Read::Answer(message)) => {
                usage.reset();
                message
            }
            Ok(Read::Unsolicited(message)) => message,
            Ok(Read::Ignored | Read::NotAMessage) => continue,
            Err(end) => break end,
        };
        match shared
            .pending_requests
            .server_requests()
            .admit(&message)
            .await
        {
            Ok(true) => {
                if to_rmcp.send(message).await.is_err() {
                    break StreamEnd::Lost;
                }
            }
            Ok(false) => {}
            Err(TooManyRequests) => break StreamEnd::Unanswered,
        }
    };
    shared.end(end);
}

impl SseTransport {
    pub(super) fn failure(&self) -> &NegotiationFailure {
        self.shared.pending_requests.failure()
    }
}

impl Shared {
    fn read(&self, event: &Sse) -> Result<Read, StreamEnd> {
        match event.event.as_deref() {
            _ if is_endpoint(event) => Err(StreamEnd::DuplicateEndpoint),
            None | Some("" | "message") => {
                let data = event.data.as_deref().unwrap_or_default();
                self.pending_requests
                    .read(data.as_bytes())
                    .map_err(StreamEnd::Exceeded)
            }
            // Such as `ping`.
            Some(_) => Ok(Read::Ignored),
        }
    }

    /// Posts a message; its response, if any, comes on the stream.
    async fn send(&self, message: &ClientJsonRpcMessage) -> Result<(), SendError> {
        let _until_sent = self
            .pending_requests
            .server_requests()
            .begin_answer(message)?;
        let lost = || StreamEnd::Lost.error(&self.wire.host());
        let headers = HeaderMap::from_iter([(header::ACCEPT, JSON), (header::CONTENT_TYPE, JSON)]);
        let plan = |text| self.wire.plan(&self.endpoint, &headers, text);
        let (message, tracked) = self.pending_requests.note_outgoing(message, plan, lost)?;
        let capture = tracked
            .as_ref()
            .map(|tracked| tracked.exchange.capture().clone());
        let (capture, body) = (capture.unwrap_or_default(), message.to_string().into());
        let posting =
            self.wire
                .send_to(&self.endpoint, Method::POST, &headers, Some(body), &capture);
        let overdue = async {
            match &tracked {
                None => tokio::time::sleep(self.wire.limits().idle).await,
                // The caller of a request has a timeout of its own.
                Some(_) => std::future::pending().await,
            }
        };
        let sent = tokio::select! {
            biased;
            () = self.over.cancelled() => return Err(SendError),
            () = overdue => return Err(SendError),
            sent = posting => sent,
        };
        let error = match sent {
            Ok(sent) => {
                let status = sent.answer.status();
                if let Some(tracked) = &tracked {
                    let status = status.as_u16();
                    tracked.exchange.note(|facts| facts.status = Some(status));
                }
                if status.is_success() {
                    return Ok(());
                }
                if status == StatusCode::NOT_FOUND {
                    self.end(match tracked.is_some_and(|tracked| !tracked.is_followed) {
                        true => StreamEnd::EndpointNotFound,
                        // The session is over, even if its stream is still open.
                        false => StreamEnd::Lost,
                    });
                    return Err(SendError);
                }
                let (error, body) = refusal(sent).await;
                if let Some(tracked) = &tracked {
                    tracked.exchange.capture().note_body(&body);
                }
                error
            }
            Err(error) => error,
        };
        self.pending_requests
            .failure()
            .record(error, tracked.as_ref());
        Err(SendError)
    }

    /// Ends the connection and fails all pending requests.
    fn end(&self, end: StreamEnd) {
        let host = self.wire.host();
        self.pending_requests.end(|| end.error(&host));
        self.over.cancel();
    }
}

impl StreamEnd {
    fn of(error: &SseError) -> Self {
        match StreamError::find(error) {
            Some(StreamError::TooLarge(limit)) => Self::TooLarge(*limit),
            Some(StreamError::TooMany(limit)) => Self::TooMany(*limit),
            _ => Self::Lost,
        }
    }

    fn error(self, host: &str) -> Error {
        match self {
            Self::Lost => Error::unreachable(host, Unreachable::Lost),
            Self::TooLarge(limit) => Error::TooLarge {
                limit: limit as u64,
            },
            Self::TooMany(limit) => {
                Error::Protocol(format!("more than {limit} events without a response"))
            }
            Self::Exceeded(limit) => Error::Exceeded(limit),
            Self::Unanswered => TooManyRequests.into_error(),
            Self::DuplicateEndpoint => {
                Error::Protocol("it names an address for messages twice".to_owned())
            }
            Self::EndpointNotFound => {
                let words =
                    "the address it names for messages doesn't exist; a proxy may change its paths";
                Error::Protocol(words.to_owned())
            }
        }
    }
}

impl Transport<RoleClient> for SseTransport {
    type Error = SendError;

    fn send(
        &mut self,
        item: ClientJsonRpcMessage,
    ) -> impl Future<Output = Result<(), SendError>> + Send + 'static {
        let shared = Arc::clone(&self.shared);
        async move { shared.send(&item).await }
    }

    async fn receive(&mut self) -> Option<ServerJsonRpcMessage> {
        self.incoming.recv().await
    }

    async fn close(&mut self) -> Result<(), SendError> {
        self.shared.over.cancel();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_for_messages_is_of_the_same_origin() {
        let from: Url = "https://a.example/mcp/sse".parse().unwrap();
        for (named, expected) in [
            ("/messages?s=1", "https://a.example/messages?s=1"),
            ("messages#x", "https://a.example/mcp/messages"),
            (" ?s=1 ", "https://a.example/mcp/sse?s=1"),
            ("https://a.example:443/m", "https://a.example/m"),
        ] {
            assert_eq!(read_endpoint(named, &from).unwrap().as_str(), expected);
        }
        for named in [
            "https://b.example/messages",
            "//b.example/messages",
            "http://a.example/messages",
            "https://a.example:8443/messages",
            "https://a@a.example/messages",
            "https://",
            "file:///etc/passwd",
            "data:,x",
        ] {
            let error = read_endpoint(named, &from).err();
            assert!(matches!(error, Some(Error::Protocol(_))), "{named}");
        }
        assert!(read_endpoint(&"a".repeat(ENDPOINT_BYTES + 1), &from).is_err());
    }
}
