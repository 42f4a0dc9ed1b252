//! HTTP with server-sent events, as servers of 2024-11-05 speak: one stream brings every message of the server, and
//! its first event names the address that ours are posted to.
//!
//! Addresses, credentials and redirects are those of `wire`. The stream is never asked for again: whatever was under
//! way on one that ended is lost, and the next request finds the session closed.
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
use super::inbox::{Inbox, NotSent, Read};
use super::sse::{self, BrokenStream, Events, Spent};
use super::wire::refusal::refusal;
use super::wire::{EVENT_STREAM, JSON, Wire, answer};
use crate::{Error, Unreachable};

/// How long a server may take to open the stream and name the address: one of streamable HTTP may open a stream as
/// well, and say nothing on it.
const ENDPOINT_WAIT: Duration = Duration::from_secs(10);

/// Most bytes of the address.
const ENDPOINT_BYTES: usize = 8 * 1024;

/// How many messages wait for rmcp.
const BACKLOG: usize = 64;

/// Why there is no connection.
pub(super) enum NotOpened {
    /// Nobody there speaks this way.
    NotSpoken,
    /// Anything else.
    Failed(Error),
}

/// A connection. Dropping it ends the stream.
pub(super) struct EventPipe {
    shared: Arc<Shared>,
    incoming: mpsc::Receiver<ServerJsonRpcMessage>,
    _until_dropped: DropGuard,
}

/// Its other end, which outlives it.
pub(super) struct Shared {
    wire: Wire,
    /// Where messages are posted to.
    endpoint: Url,
    inbox: Inbox,
    over: CancellationToken,
}

/// Why the stream is not read any further.
#[derive(Clone, Copy)]
enum End {
    /// It ended, or was cut.
    Lost,
    TooLarge(usize),
    TooMany(usize),
    Exceeded(json::Exceeded),
    /// The address was named twice.
    NamedAgain,
    /// Nothing is at the address that was named.
    NothingThere,
}

/// Asks for the stream and reads it up to the address.
pub(super) async fn open(wire: Wire, limits: McpLimits) -> Result<EventPipe, NotOpened> {
    let spent = Spent::default();
    let opening = async {
        let (mut events, asked) = stream(&wire, spent.clone()).await?;
        let endpoint = endpoint(&mut events, &asked).await?;
        Ok((events, endpoint))
    };
    let opened = tokio::time::timeout(ENDPOINT_WAIT, opening).await;
    let (events, endpoint) = opened.unwrap_or(Err(NotOpened::NotSpoken))?;
    let (to_rmcp, incoming) = mpsc::channel(BACKLOG);
    let over = CancellationToken::new();
    let log = Arc::clone(wire.log());
    let shared = Arc::new(Shared {
        wire,
        endpoint,
        inbox: Inbox::new(limits, log),
        over: over.clone(),
    });
    tokio::spawn(listen(Arc::clone(&shared), events, spent, to_rmcp));
    Ok(EventPipe {
        shared,
        incoming,
        _until_dropped: over.drop_guard(),
    })
}

/// The events, and the address they came from at last.
async fn stream(wire: &Wire, spent: Spent) -> Result<(Events, Url), NotOpened> {
    let headers = HeaderMap::from_iter([(header::ACCEPT, EVENT_STREAM)]);
    let sent = wire
        .send_to(wire.url(), Method::GET, &headers, None, &Capture::default())
        .await
        .map_err(NotOpened::Failed)?;
    match sent.answer.status() {
        StatusCode::OK if answer::is_event_stream(&sent.answer) => {
            let from = sent.answer.url().clone();
            let limits = wire.stream_limits(wire.limits().body_bytes);
            Ok((sse::events_counting(sent.answer, limits, spent), from))
        }
        StatusCode::FORBIDDEN | StatusCode::TOO_MANY_REQUESTS => {
            Err(NotOpened::Failed(refusal(sent).await.0))
        }
        _ => Err(NotOpened::NotSpoken),
    }
}

/// Reads up to the event that names the address for messages.
async fn endpoint(events: &mut Events, from: &Url) -> Result<Url, NotOpened> {
    while let Some(event) = events.next().await {
        let event = event.map_err(|error| match End::of(&error) {
            End::Lost => NotOpened::NotSpoken,
            end => NotOpened::Failed(end.error("")),
        })?;
        if is_endpoint(&event) {
            let named = event.data.unwrap_or_default();
            return read_endpoint(&named, from).map_err(NotOpened::Failed);
        }
    }
    Err(NotOpened::NotSpoken)
}

fn is_endpoint(event: &Sse) -> bool {
    event.event.as_deref() == Some("endpoint")
}

/// The address for messages: absolute, or relative to where the stream is, and never of another origin, which would
/// be sent credentials and everything else.
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

/// Hands on what the server says, until the stream ends or says too much; then every call in flight ends.
async fn listen(
    shared: Arc<Shared>,
    mut events: Events,
    spent: Spent,
    to_rmcp: mpsc::Sender<ServerJsonRpcMessage>,
) {
    let end = loop {
        let event = tokio::select! {
            biased;
            () = shared.over.cancelled() => break End::Lost,
            event = events.next() => event,
        };
        let read = match event {
            None => break End::Lost,
            Some(Err(error)) => break End::of(&error),
            Some(Ok(event)) => shared.read(&event),
        };
        let message = match read {
            Ok(Read::Answer(message)) => {
                spent.reset();
                message
            }
            Ok(Read::Unasked(message)) => message,
            Ok(Read::Useless | Read::Stray) => continue,
            Err(end) => break end,
        };
        if to_rmcp.send(message).await.is_err() {
            break End::Lost;
        }
    };
    shared.end(end);
}

impl EventPipe {
    /// What outlives the connection, for what went wrong with it.
    pub(super) fn shared(&self) -> Arc<Shared> {
        Arc::clone(&self.shared)
    }
}

impl Shared {
    /// Why a request of the negotiation failed, where that is known.
    pub(super) fn take_failure(&self) -> Option<Error> {
        self.inbox.take_failure()
    }

    fn read(&self, event: &Sse) -> Result<Read, End> {
        match event.event.as_deref() {
            _ if is_endpoint(event) => Err(End::NamedAgain),
            None | Some("" | "message") => {
                let data = event.data.as_deref().unwrap_or_default();
                self.inbox.read(data.as_bytes()).map_err(End::Exceeded)
            }
            // Such as `ping`.
            Some(_) => Ok(Read::Useless),
        }
    }

    /// Posts a message; its answer, if any, comes on the stream.
    async fn send(&self, message: &ClientJsonRpcMessage) -> Result<(), NotSent> {
        let lost = || End::Lost.error(&self.wire.host());
        let headers = HeaderMap::from_iter([(header::ACCEPT, JSON), (header::CONTENT_TYPE, JSON)]);
        let plan = |text| self.wire.plan(&self.endpoint, &headers, text);
        let (text, asked) = self.inbox.note_outgoing(message, plan, lost)?;
        let nobody = Capture::default();
        let capture = asked
            .as_ref()
            .map_or(&nobody, |asked| asked.exchange.capture());
        let body = Some(text.into());
        let posting = self
            .wire
            .send_to(&self.endpoint, Method::POST, &headers, body, capture);
        let sent = tokio::select! {
            biased;
            () = self.over.cancelled() => return Err(NotSent),
            sent = posting => sent,
        };
        let error = match sent {
            Ok(sent) => {
                let status = sent.answer.status();
                if let Some(asked) = &asked {
                    let status = status.as_u16();
                    asked.exchange.note(|facts| facts.status = Some(status));
                }
                if status.is_success() {
                    return Ok(());
                }
                if status == StatusCode::NOT_FOUND {
                    self.end(match asked.is_some_and(|asked| !asked.is_followed) {
                        true => End::NothingThere,
                        // The session is over, as its stream may not have told.
                        false => End::Lost,
                    });
                    return Err(NotSent);
                }
                let (error, body) = refusal(sent).await;
                if let Some(asked) = &asked {
                    asked.exchange.capture().note_body(&body);
                }
                error
            }
            Err(error) => error,
        };
        self.inbox.fail(error, asked.as_ref());
        Err(NotSent)
    }

    /// Ends the connection, and with it whatever is under way.
    fn end(&self, end: End) {
        let host = self.wire.host();
        self.inbox.end(|| end.error(&host));
        self.over.cancel();
    }
}

impl End {
    /// Why a stream broke.
    fn of(error: &SseError) -> Self {
        let broken = match error {
            SseError::Body(inner) => inner.downcast_ref::<BrokenStream>(),
            _ => None,
        };
        match broken {
            Some(BrokenStream::TooLarge(limit)) => Self::TooLarge(*limit),
            Some(BrokenStream::TooMany(limit)) => Self::TooMany(*limit),
            _ => Self::Lost,
        }
    }

    fn error(self, host: &str) -> Error {
        match self {
            Self::Lost => Error::Unreachable {
                host: host.to_owned(),
                how: Unreachable::Lost,
                source: None,
            },
            Self::TooLarge(limit) => Error::TooLarge {
                limit: limit as u64,
            },
            Self::TooMany(limit) => {
                Error::Protocol(format!("more than {limit} events without a response"))
            }
            Self::Exceeded(limit) => Error::Exceeded(limit),
            Self::NamedAgain => {
                Error::Protocol("it names an address for messages twice".to_owned())
            }
            Self::NothingThere => {
                let words =
                    "the address it names for messages doesn't exist; a proxy may change its paths";
                Error::Protocol(words.to_owned())
            }
        }
    }
}

impl Transport<RoleClient> for EventPipe {
    type Error = NotSent;

    fn send(
        &mut self,
        item: ClientJsonRpcMessage,
    ) -> impl Future<Output = Result<(), NotSent>> + Send + 'static {
        let shared = Arc::clone(&self.shared);
        async move { shared.send(&item).await }
    }

    async fn receive(&mut self) -> Option<ServerJsonRpcMessage> {
        self.incoming.recv().await
    }

    async fn close(&mut self) -> Result<(), NotSent> {
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
