//! The HTTP client below rmcp: limits for responses, credentials for one origin only, and precise errors.

pub(super) mod answer;
pub(super) mod reconnect;
pub(super) mod refusal;
mod send;
mod session;
mod streams;

use std::collections::HashMap;
use std::sync::Arc;

use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use parking_lot::Mutex;
use patchbay_http::{Capture, credentials, host_of, json};
use rmcp::model::{ClientJsonRpcMessage, RequestId};
use rmcp::transport::streamable_http_client::{
    StreamableHttpClient, StreamableHttpError, StreamableHttpPostResponse,
};
use serde_json::Value;
use tokio::sync::watch;
use tokio_util::sync::{CancellationToken, DropGuard};
use url::Url;

use self::reconnect::Reconnects;
pub use self::send::is_credential_header;
pub use self::session::{ResumableSession, SessionLife};
use self::session::{SessionState, fingerprint};
use super::request::{NegotiationFailure, RequestKind, TrackedRequest};
use super::server_log::ServerLog;
use super::server_requests::ServerRequests;
use super::sse::Events;
use super::{McpLimits, McpTarget};
use crate::{Error, PlainHttp, TokenSource};

const SESSION_ID: HeaderName = HeaderName::from_static("mcp-session-id");
const PROTOCOL_VERSION: HeaderName = HeaderName::from_static("mcp-protocol-version");
const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");
const ACCEPT_JSON_OR_SSE: HeaderValue =
    HeaderValue::from_static("application/json, text/event-stream");
pub(super) const EVENT_STREAM: HeaderValue = HeaderValue::from_static("text/event-stream");
pub(super) const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// Maximum bytes of a response of the negotiation, and of an unsolicited message.
pub(super) const SMALL_BYTES: usize = 1024 * 1024;

/// The HTTP side of one connection. Clones share it.
#[derive(Clone)]
pub(super) struct Wire(Arc<Inner>);

struct Inner {
    http: reqwest::Client,
    url: Url,
    tokens: Arc<dyn TokenSource>,
    plain_http: PlainHttp,
    limits: McpLimits,
    log: Arc<ServerLog>,
    failure: NegotiationFailure,
    /// Requests whose streams can be resumed, with the id of the last event of each.
    resumable: Mutex<HashMap<RequestId, (String, TrackedRequest)>>,
    /// Reconnections of the stream of unsolicited messages.
    unsolicited: Arc<Reconnects>,
    /// Aborts all requests in flight.
    shutdown: CancellationToken,
    session: SessionState,
    /// Unanswered requests of the server.
    server_requests: ServerRequests,
}

/// Placeholder for a stored error: rmcp only passes on errors that can be cloned or printed.
#[derive(Debug, thiserror::Error)]
#[error("the request failed")]
pub(super) struct DeferredError;

type RmcpResult<T> = Result<T, StreamableHttpError<DeferredError>>;

/// Why a POST failed.
enum PostError {
    /// The session is over: rmcp starts another one.
    SessionOver,
    Known(Error),
}

impl From<Error> for PostError {
    fn from(error: Error) -> Self {
        Self::Known(error)
    }
}

impl Wire {
    /// `session` may differ from that of the target, which is resumed once only.
    pub(super) fn new(
        http: &reqwest::Client,
        target: &McpTarget,
        limits: McpLimits,
        log: Arc<ServerLog>,
        session: SessionLife,
    ) -> Self {
        Self(Arc::new(Inner {
            http: http.clone(),
            url: target.url.clone(),
            tokens: Arc::clone(&target.tokens),
            plain_http: target.plain_http.clone(),
            limits,
            log,
            failure: NegotiationFailure::default(),
            resumable: Mutex::default(),
            unsolicited: Arc::default(),
            shutdown: CancellationToken::new(),
            session: SessionState::new(session),
            server_requests: ServerRequests::default(),
        }))
    }

    /// Aborts every request when the returned guard is dropped: rmcp sends on a task of its own, which would outlive
    /// the caller. Disarm it once a session owns the connection.
    pub(super) fn cancel_on_drop(&self) -> DropGuard {
        self.0.shutdown.clone().drop_guard()
    }

    pub(super) fn failure(&self) -> &NegotiationFailure {
        &self.0.failure
    }

    /// The server's address.
    pub(super) fn url(&self) -> &Url {
        &self.0.url
    }

    pub(super) fn limits(&self) -> &McpLimits {
        &self.0.limits
    }

    pub(super) fn log(&self) -> &Arc<ServerLog> {
        &self.0.log
    }

    /// Host and port, for display.
    pub(super) fn host(&self) -> String {
        host_of(&self.0.url)
    }

    async fn post(
        &self,
        message: &ClientJsonRpcMessage,
        session: Option<Arc<str>>,
        protocol_headers: HashMap<HeaderName, HeaderValue>,
        tracked: Option<&TrackedRequest>,
    ) -> Result<StreamableHttpPostResponse, PostError> {
        let mut body =
            serde_json::to_value(message).map_err(|error| Error::Usage(error.to_string()))?;
        if session.is_some() {
            self.0.session.number_outgoing(&mut body);
        }
        let bytes = body.to_string();
        let capture = tracked.map(|tracked| tracked.exchange.capture().clone());
        let mut headers = header_map(protocol_headers, session.as_deref())?;
        headers.insert(header::ACCEPT, ACCEPT_JSON_OR_SSE);
        headers.insert(header::CONTENT_TYPE, JSON);
        if let Some(tracked) = tracked
            && let Some(plan) = tracked.exchange.plan()
        {
            let planned = self.plan(&self.0.url, &headers, bytes)?;
            *plan.lock() = Some(planned);
            return Err(Error::Cancelled.into());
        }
        let sent = self
            .send(
                Method::POST,
                &headers,
                Some(bytes.into()),
                &capture.unwrap_or_default(),
            )
            .await?;
        let status = sent.answer.status();
        if let Some(tracked) = tracked {
            tracked
                .exchange
                .note(|facts| facts.status = Some(status.as_u16()));
        }
        if status == StatusCode::NOT_FOUND && session.is_some() {
            return Err(PostError::SessionOver);
        }
        let Some(tracked) = tracked else {
            return self.read_acknowledgement(sent).await;
        };
        if status.is_success() {
            if tracked.kind == RequestKind::Initialize {
                let id = answer::session_id(sent.answer.headers());
                self.0.session.begin(id.as_deref(), &sent.credentials);
            }
            self.read_success(sent, tracked, session.is_some()).await
        } else {
            self.read_refusal(sent, tracked, session.is_some()).await
        }
    }

    /// Answers a handshake from the session that is resumed in its place. A session that began with other credentials
    /// may be another user's and is not resumed.
    async fn resume(
        &self,
        message: &ClientJsonRpcMessage,
    ) -> Result<Option<StreamableHttpPostResponse>, PostError> {
        let Some((request, resumed)) = self.0.session.take_resumed(message) else {
            return Ok(None);
        };
        if let Some(known) = &resumed.credentials {
            let now = credentials(&*self.0.tokens).await?;
            if fingerprint(resumed.id.expose(), &now) != *known {
                return Ok(None);
            }
        }
        let id = resumed.id.expose().to_owned();
        let answer = self.0.session.resume(resumed, request);
        Ok(answer.map(|answer| StreamableHttpPostResponse::Json(answer, Some(id))))
    }

    /// Records whether the session works: one that only fails is not resumed.
    fn note_answer(&self, posted: &Result<StreamableHttpPostResponse, PostError>) {
        match posted {
            Ok(_) => self.0.session.note_answer(true),
            Err(
                PostError::Known(Error::Status(_) | Error::Protocol(_)) | PostError::SessionOver,
            ) => self.0.session.note_answer(false),
            Err(_) => {}
        }
    }

    /// Number of sessions that began; also marked as changed when the server may have forgotten the current one.
    pub(super) fn sessions_begun(&self) -> watch::Receiver<u64> {
        self.0.session.begun.subscribe()
    }

    /// Whether the server knows this session from others.
    pub(super) fn has_session(&self) -> bool {
        self.0.session.has_id()
    }

    /// Leaves the session open to be resumed later; `false` if there is none that works.
    pub(super) fn detach(&self) -> bool {
        self.0.session.detach()
    }

    /// Returns the session that was left open.
    pub(super) fn detached(&self) -> Option<ResumableSession> {
        self.0.session.detached()
    }

    /// Ends a session that won't be resumed.
    pub(super) async fn end_session(&self, session: ResumableSession) {
        let version = session.handshake["protocolVersion"].as_str();
        let version = version.and_then(|version| HeaderValue::from_str(version).ok());
        let headers = version.map(|version| (PROTOCOL_VERSION, version));
        let headers = headers.into_iter().collect();
        self.delete(headers, session.id.expose()).await;
    }

    async fn delete(&self, headers: HashMap<HeaderName, HeaderValue>, session: &str) {
        if let Ok(headers) = header_map(headers, Some(session)) {
            // A server may refuse to end a session (405), which then ends by itself.
            let _ = self
                .send(Method::DELETE, &headers, None, &Capture::default())
                .await;
        }
    }

    /// Maximum bytes of a response to a request of that kind.
    fn answer_bytes(&self, kind: RequestKind) -> usize {
        let limits = &self.0.limits;
        match kind {
            kind if kind.is_read_by_rmcp() => limits.body_bytes.min(SMALL_BYTES),
            RequestKind::List(_) => limits.body_bytes.min(limits.page_bytes),
            _ => limits.body_bytes,
        }
    }

    /// Parses a message that is, or accompanies, the response to that request.
    fn read(&self, bytes: &[u8], tracked: &TrackedRequest) -> Result<Value, json::Error> {
        let limits = self.json_limits(tracked.kind);
        let (mut message, values) = json::parse_counting(bytes, limits)?;
        tracked.exchange.note(|facts| facts.values += values);
        self.0.session.number_incoming(&mut message);
        if tracked.kind == RequestKind::Initialize {
            self.0.session.note_handshake(&message);
        }
        Ok(message)
    }

    fn json_limits(&self, kind: RequestKind) -> json::Limits {
        let items = json::Items {
            // The message, its result, the list in it.
            level: 3,
            most: self.0.limits.list_items,
        };
        json::Limits {
            items: matches!(kind, RequestKind::List(_)).then_some(items),
            ..self.0.limits.json()
        }
    }

    /// The error for a response of that kind that exceeds a limit.
    fn limit_error(&self, kind: RequestKind, limit: json::Exceeded) -> Error {
        match (kind, limit) {
            (RequestKind::List(what), json::Exceeded::Items(most)) => {
                Error::Protocol(format!("more than {most} {what}"))
            }
            _ => Error::Exceeded(limit),
        }
    }
}

fn header_map(
    headers: HashMap<HeaderName, HeaderValue>,
    session: Option<&str>,
) -> Result<HeaderMap, Error> {
    let mut map: HeaderMap = headers.into_iter().collect();
    if let Some(session) = session {
        let mut value = HeaderValue::from_str(session)
            .map_err(|_| Error::Protocol("invalid session ID".to_owned()))?;
        value.set_sensitive(true);
        map.insert(SESSION_ID, value);
    }
    Ok(map)
}

impl StreamableHttpClient for Wire {
    type Error = DeferredError;

    async fn post_message(
        &self,
        _uri: Arc<str>,
        message: ClientJsonRpcMessage,
        session_id: Option<Arc<str>>,
        _auth_header: Option<String>,
        custom_headers: HashMap<HeaderName, HeaderValue>,
    ) -> RmcpResult<StreamableHttpPostResponse> {
        let tracked = TrackedRequest::of(&message);
        if self.0.session.skips(&message) {
            return Ok(StreamableHttpPostResponse::Accepted);
        }
        if tracked
            .as_ref()
            .is_some_and(|tracked| tracked.kind.begins_negotiation())
        {
            self.0.server_requests.clear();
        }
        let Ok(_until_sent) = self.0.server_requests.begin_answer(&message) else {
            return Ok(StreamableHttpPostResponse::Accepted);
        };
        let in_session = session_id.is_some() && tracked.is_some();
        let posted = async {
            match self.resume(&message).await? {
                Some(resumed) => Ok(resumed),
                None => {
                    self.post(&message, session_id, custom_headers, tracked.as_ref())
                        .await
                }
            }
        };
        let posted = tokio::select! {
            biased;
            () = self.0.shutdown.cancelled() => Err(Error::Cancelled.into()),
            posted = posted => posted,
        };
        if in_session {
            self.note_answer(&posted);
        }
        posted.map_err(|failure| match failure {
            PostError::SessionOver => StreamableHttpError::SessionExpired,
            PostError::Known(error) => {
                self.0.failure.record(error, tracked.as_ref());
                StreamableHttpError::Client(DeferredError)
            }
        })
    }

    async fn get_stream(
        &self,
        _uri: Arc<str>,
        session_id: Option<Arc<str>>,
        last_event_id: Option<String>,
        _auth_header: Option<String>,
        custom_headers: HashMap<HeaderName, HeaderValue>,
    ) -> RmcpResult<Events> {
        let refused = |_| StreamableHttpError::ServerDoesNotSupportSse;
        let mut headers = header_map(custom_headers, session_id.as_deref()).map_err(refused)?;
        headers.insert(header::ACCEPT, EVENT_STREAM);
        let resumed = last_event_id
            .as_deref()
            .and_then(|id| self.resume_after(id));
        if let Some(id) = last_event_id.and_then(|id| HeaderValue::from_str(&id).ok()) {
            headers.insert(LAST_EVENT_ID, id);
        }
        self.open_stream(&headers, resumed.as_ref()).await
    }

    async fn delete_session(
        &self,
        _uri: Arc<str>,
        session_id: Arc<str>,
        _auth_header: Option<String>,
        custom_headers: HashMap<HeaderName, HeaderValue>,
    ) -> RmcpResult<()> {
        if self.0.session.ends_with_connection() {
            self.delete(custom_headers, &session_id).await;
        }
        Ok(())
    }
}
