//! HTTP under rmcp: bounded answers, credentials to one origin only, errors that say what is wrong.

mod answer;
mod send;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use futures::stream::{BoxStream, StreamExt};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use rmcp::model::{ClientJsonRpcMessage, ClientRequest, GetExtensions, RequestId};
use rmcp::transport::streamable_http_client::{
    SseError, StreamableHttpClient, StreamableHttpError, StreamableHttpPostResponse,
};
use serde_json::Value;
use sse_stream::Sse;
use tokio_util::sync::{CancellationToken, DropGuard};
use url::Url;

use super::exchange::Exchange;
use super::sse::{self, BrokenStream};
use super::tools;
use crate::{Error, TokenSource};

const SESSION_ID: HeaderName = HeaderName::from_static("mcp-session-id");
const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");
const BOTH_KINDS: HeaderValue = HeaderValue::from_static("application/json, text/event-stream");
const EVENT_STREAM: HeaderValue = HeaderValue::from_static("text/event-stream");
const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// The HTTP side of one connection; clones are the same one.
#[derive(Clone)]
pub(super) struct Wire(Arc<Inner>);

struct Inner {
    http: reqwest::Client,
    url: Url,
    tokens: Arc<dyn TokenSource>,
    body_bytes: usize,
    failure: Mutex<Option<Error>>,
    /// Ends whatever is under way, because the connection is not wanted any more.
    abandoned: CancellationToken,
}

/// Stands for an error that was put aside, because rmcp only hands on errors that can be cloned or
/// printed.
#[derive(Debug, thiserror::Error)]
#[error("the request failed")]
pub(super) struct PutAside;

type RmcpResult<T> = Result<T, StreamableHttpError<PutAside>>;

/// Why a POST brought nothing.
enum Failure {
    /// The session is over: rmcp starts another one.
    SessionOver,
    /// Anything else.
    Known(Error),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Known(error)
    }
}

/// What is asked for, and the part of it that shapes how an answer is read.
struct Asked {
    id: RequestId,
    exchange: Exchange,
    /// Whether somebody looks at the exchange; nobody does during the negotiation.
    is_followed: bool,
    kind: Kind,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Discover,
    Initialize,
    ListTools,
    Other,
}

impl Wire {
    pub(super) fn new(
        http: reqwest::Client,
        url: Url,
        tokens: Arc<dyn TokenSource>,
        body_bytes: usize,
    ) -> Self {
        Self(Arc::new(Inner {
            http,
            url,
            tokens,
            body_bytes,
            failure: Mutex::default(),
            abandoned: CancellationToken::new(),
        }))
    }

    /// Ends every request at once when the answer is dropped: rmcp sends on a task of its own, which
    /// would go on where nobody waits any more. Disarm it once somebody does.
    pub(super) fn abandon_on_drop(&self) -> DropGuard {
        self.0.abandoned.clone().drop_guard()
    }

    /// The last error of a request that no [`Exchange`] went with, which is how negotiations fail.
    pub(super) fn take_failure(&self) -> Option<Error> {
        self.lock().take()
    }

    /// Host and port for people.
    pub(super) fn host(&self) -> String {
        send::host(&self.0.url)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<Error>> {
        self.0
            .failure
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn put_aside(&self, error: Error, asked: Option<&Asked>) -> StreamableHttpError<PutAside> {
        match asked {
            Some(asked) if asked.is_followed => asked.exchange.fail(error),
            _ => *self.lock() = Some(error),
        }
        StreamableHttpError::Client(PutAside)
    }

    async fn post(
        &self,
        message: &ClientJsonRpcMessage,
        session: Option<Arc<str>>,
        protocol_headers: HashMap<HeaderName, HeaderValue>,
        asked: Option<&Asked>,
    ) -> Result<StreamableHttpPostResponse, Failure> {
        let body =
            serde_json::to_value(message).map_err(|error| Error::Usage(error.to_string()))?;
        let bytes = body.to_string();
        if let Some(asked) = asked {
            asked.exchange.note(|facts| facts.request = body);
        }
        let mut headers = header_map(protocol_headers, session.as_deref())?;
        headers.insert(header::ACCEPT, BOTH_KINDS);
        headers.insert(header::CONTENT_TYPE, JSON);
        if let Some(asked) = asked
            && let Some(plan) = asked.exchange.plan()
        {
            let planned = self.plan(Method::POST, &headers, bytes.into())?;
            *plan.lock().unwrap_or_else(PoisonError::into_inner) = Some(planned);
            return Err(Error::Cancelled.into());
        }
        let sent = self
            .send(Method::POST, &headers, Some(bytes.into()))
            .await?;
        let status = sent.answer.status();
        if let Some(asked) = asked {
            asked
                .exchange
                .note(|facts| facts.status = Some(status.as_u16()));
        }
        if matches!(status, StatusCode::ACCEPTED | StatusCode::NO_CONTENT) {
            return Ok(StreamableHttpPostResponse::Accepted);
        }
        if status == StatusCode::NOT_FOUND && session.is_some() {
            return Err(Failure::SessionOver);
        }
        let Some(asked) = asked else {
            return self.read_acknowledgement(sent).await;
        };
        if status.is_success() {
            self.read_success(sent, asked).await
        } else {
            self.read_refusal(sent, asked, session.is_some()).await
        }
    }

    /// Watches the events of an answer for the answer itself.
    fn watch(&self, answer: reqwest::Response, asked: &Asked) -> BoxStream<'static, EventResult> {
        let limit = self.0.body_bytes;
        let (exchange, id, kind) = (asked.exchange.clone(), asked.id.clone(), asked.kind);
        let host = self.host();
        sse::events(answer, limit)
            .take_until(self.0.abandoned.clone().cancelled_owned())
            .map(move |event| match event {
                Ok(mut event) => {
                    if let Some(data) = &mut event.data {
                        note_answer(data, &exchange, &id, kind);
                    }
                    Ok(event)
                }
                Err(error) => {
                    note_broken(&error, &exchange, limit, &host);
                    Err(error)
                }
            })
            .boxed()
    }
}

type EventResult = Result<Sse, SseError>;

/// Keeps the answer when this event is it, and makes it readable for rmcp.
fn note_answer(data: &mut String, exchange: &Exchange, id: &RequestId, kind: Kind) {
    exchange.note(|facts| facts.bytes += data.len() as u64);
    let Ok(mut message) = serde_json::from_str::<Value>(data) else {
        return;
    };
    if !answer::is_answer(&message) || !answer::is_for(&message, id) {
        return;
    }
    exchange.note(|facts| facts.answer = Some(message.clone()));
    if kind == Kind::ListTools && tools::drop_unreadable(&mut message) {
        *data = message.to_string();
    }
}

fn note_broken(error: &SseError, exchange: &Exchange, limit: usize, host: &str) {
    let broken = match error {
        SseError::Body(inner) => inner.downcast_ref::<BrokenStream>(),
        _ => None,
    };
    if let Some(BrokenStream::TooLarge(_)) = broken {
        // Asking for the same event again would bring the same.
        exchange.fail(Error::TooLarge {
            limit: limit as u64,
        });
    } else {
        // Noted only: rmcp may resume the stream where it was cut.
        exchange.note(|facts| {
            facts.failure.get_or_insert(Error::Unreachable {
                host: host.to_owned(),
                how: crate::Unreachable::Lost,
                source: None,
            });
        });
    }
}

fn header_map(
    headers: HashMap<HeaderName, HeaderValue>,
    session: Option<&str>,
) -> Result<HeaderMap, Error> {
    let mut map: HeaderMap = headers.into_iter().collect();
    if let Some(session) = session {
        let value = HeaderValue::from_str(session)
            .map_err(|_| Error::Protocol("its session id is no header value".to_owned()))?;
        map.insert(SESSION_ID, value);
    }
    Ok(map)
}

fn asked(message: &ClientJsonRpcMessage) -> Option<Asked> {
    let ClientJsonRpcMessage::Request(request) = message else {
        return None;
    };
    let exchange = request.request.extensions().get::<Exchange>().cloned();
    Some(Asked {
        id: request.id.clone(),
        is_followed: exchange.is_some(),
        exchange: exchange.unwrap_or_default(),
        kind: match &request.request {
            ClientRequest::DiscoverRequest(_) => Kind::Discover,
            ClientRequest::InitializeRequest(_) => Kind::Initialize,
            ClientRequest::ListToolsRequest(_) => Kind::ListTools,
            _ => Kind::Other,
        },
    })
}

impl StreamableHttpClient for Wire {
    type Error = PutAside;

    async fn post_message(
        &self,
        _uri: Arc<str>,
        message: ClientJsonRpcMessage,
        session_id: Option<Arc<str>>,
        _auth_header: Option<String>,
        custom_headers: HashMap<HeaderName, HeaderValue>,
    ) -> RmcpResult<StreamableHttpPostResponse> {
        let asked = asked(&message);
        let posted = tokio::select! {
            biased;
            () = self.0.abandoned.cancelled() => Err(Error::Cancelled.into()),
            posted = self.post(&message, session_id, custom_headers, asked.as_ref()) => posted,
        };
        posted.map_err(|failure| match failure {
            Failure::SessionOver => StreamableHttpError::SessionExpired,
            Failure::Known(error) => self.put_aside(error, asked.as_ref()),
        })
    }

    async fn get_stream(
        &self,
        _uri: Arc<str>,
        session_id: Option<Arc<str>>,
        last_event_id: Option<String>,
        _auth_header: Option<String>,
        custom_headers: HashMap<HeaderName, HeaderValue>,
    ) -> RmcpResult<BoxStream<'static, EventResult>> {
        let refused = |_| StreamableHttpError::ServerDoesNotSupportSse;
        let mut headers = header_map(custom_headers, session_id.as_deref()).map_err(refused)?;
        headers.insert(header::ACCEPT, EVENT_STREAM);
        if let Some(id) = last_event_id.and_then(|id| HeaderValue::from_str(&id).ok()) {
            headers.insert(LAST_EVENT_ID, id);
        }
        let sent = match self.send(Method::GET, &headers, None).await {
            Ok(sent) => sent,
            // Only these can be different the next time.
            Err(Error::Unreachable { .. } | Error::TimedOut { .. }) => {
                return Err(StreamableHttpError::Client(PutAside));
            }
            Err(error) => return Err(refused(error)),
        };
        if sent.answer.status().is_server_error() {
            return Err(StreamableHttpError::Client(PutAside));
        }
        if sent.answer.status() != StatusCode::OK || !answer::is_event_stream(&sent.answer) {
            return Err(StreamableHttpError::ServerDoesNotSupportSse);
        }
        Ok(sse::events(sent.answer, self.0.body_bytes))
    }

    async fn delete_session(
        &self,
        _uri: Arc<str>,
        session_id: Arc<str>,
        _auth_header: Option<String>,
        custom_headers: HashMap<HeaderName, HeaderValue>,
    ) -> RmcpResult<()> {
        // A server may refuse to end a session (405), and then it ends by itself.
        if let Ok(headers) = header_map(custom_headers, Some(&session_id)) {
            let _ = self.send(Method::DELETE, &headers, None).await;
        }
        Ok(())
    }
}
