//! Negotiates era and transport with a server, and starts a session.

use std::sync::Arc;
use std::time::Duration;

use patchbay_http::check_address;
use patchbay_model::{ServerFacts, Transport, clean_text};
use rmcp::model::{ProtocolVersion, ServerPeerInfo};
use rmcp::service::{ClientInitializeError, ClientLifecycleMode, ClientServiceExt, RoleClient};
use rmcp::transport::IntoTransport;
use rmcp::transport::common::client_side_sse::ExponentialBackoff;
use rmcp::transport::streamable_http_client::{
    StreamableHttpClientTransport, StreamableHttpClientTransportConfig,
};
use tokio_util::sync::CancellationToken;

use super::client_handler::McpClientHandler;
use super::credential_wait::CredentialWait;
use super::http_sse;
use super::log_line::LogSecrets;
use super::request::NegotiationFailure;
use super::server_log::ServerLog;
use super::session::{McpSession, Peer, Running, ServerOffer};
use super::stdio::host::Attached;
use super::stdio::{self, McpProgram, Process, StdioTransport};
use super::wire::answer::TASK_CALLS;
use super::wire::{ResumableSession, SessionLife, Wire};
use super::{ClientFeatures, HANDSHAKE, McpLimits, McpTarget, non_empty_line, non_empty_lines};
use crate::{Error, Found, TokenSource, icon};

const NAME_LIMIT: usize = 200;
const INSTRUCTIONS_LIMIT: usize = 20_000;

/// The version of each handshake: a server may echo any, and the newer era has none.
const LEGACY_VERSION: ProtocolVersion = ProtocolVersion::LATEST_WITH_INITIALIZE;

/// How long a program may keep writing to its standard error before it responds.
const LONGEST_START: Duration = Duration::from_secs(3600);

/// Connects to a server of either era over streamable HTTP, or over the HTTP with server-sent events of 2024-11-05 if
/// the server does not support that.
///
/// `http` must follow no redirects by itself, so that credentials stay with the origin of the target;
/// it should have a timeout for connecting and none for whole requests.
///
/// # Errors
/// [`Error::NotAServer`] if something else is at that address; [`Error::Unauthorized`] and
/// [`Error::Forbidden`] if credentials are missing or refused; [`Error::RedirectRefused`];
/// [`Error::Unreachable`]; [`Error::TimedOut`] after [`McpLimits::connect`], not counting the time that credentials take;
/// [`Error::Cancelled`]; [`Error::TooLarge`]; [`Error::RateLimited`]; [`Error::Status`]; [`Error::ServerError`];
/// [`Error::Protocol`]; [`Error::UnsupportedVersion`]; [`Error::Credential`] from the token source.
///
/// Requests in flight are aborted by `cancel`, at the timeout, and when the future is dropped.
///
/// Source: MCP 2026-07-28, "Lifecycle"; MCP requirements R1, R2.
pub async fn connect(
    http: &reqwest::Client,
    target: McpTarget,
    limits: McpLimits,
    cancel: &CancellationToken,
) -> Result<McpSession, Error> {
    check_address(&target.url)?;
    let wait = Arc::new(CredentialWait::new(Arc::clone(&target.tokens)));
    let target = McpTarget {
        tokens: Arc::clone(&wait) as Arc<dyn TokenSource>,
        ..target
    };
    tokio::select! {
        biased;
        () = cancel.cancelled() => Err(Error::Cancelled),
        session = negotiate(http, target, limits, &wait) => session,
        () = wait.limit_reached(limits.connect) => {
            Err(Error::TimedOut { after: limits.connect })
        }
    }
}

/// Why a mode of negotiation is tried.
#[derive(Clone)]
enum Cause {
    /// The last session was negotiated so, for that reason.
    LastTime(Option<String>),
    NewestFirst,
    /// A local server can ask questions in the revision of the handshake.
    QuestionsFirst,
    /// The server refused the revision.
    Refused(&'static str),
    OlderTransport,
    Relayed,
}

impl Cause {
    /// Why a session has that revision, as words after "because".
    fn reason(self, version: &str) -> Option<String> {
        let newest = ProtocolVersion::NO_INITIALIZE;
        let reason = match self {
            Self::LastTime(Some(reason)) => return Some(reason),
            Self::LastTime(None) => "it worked the last time".to_owned(),
            Self::NewestFirst if is_legacy(version) => format!("the server refused {newest}"),
            Self::NewestFirst => "it is the newest that both know".to_owned(),
            Self::QuestionsFirst | Self::OlderTransport if version != HANDSHAKE => {
                format!("the server offered it instead of {HANDSHAKE}")
            }
            Self::QuestionsFirst => "local servers can ask questions in it".to_owned(),
            Self::OlderTransport => "it is the newest over this transport".to_owned(),
            Self::Refused(version) => format!("the server refused {version}"),
            Self::Relayed => return None,
        };
        Some(reason)
    }
}

/// Tries one transport and mode after the other, each on a fresh connection (R2).
async fn negotiate(
    http: &reqwest::Client,
    target: McpTarget,
    limits: McpLimits,
    wait: &CredentialWait,
) -> Result<McpSession, Error> {
    let log = Arc::new(ServerLog::new(
        target.log.clone(),
        LogSecrets::new(Vec::new()),
    ));
    let features = &target.client_features;
    let wire_for = |session| Wire::new(http, &target, limits, Arc::clone(&log), session);
    if let SessionLife::Resumable(Some(_)) = &target.session {
        let resumed = wire_for(target.session.clone());
        let (mode, cause) = (ClientLifecycleMode::Initialize, last_time(&target));
        match start(resumed, (mode, cause), LEGACY_VERSION, features, limits).await {
            Err(error) if !is_final(&error) => {}
            session => return session,
        }
    }
    let wire = || {
        wire_for(match &target.session {
            SessionLife::Resumable(_) => SessionLife::Resumable(None),
            life => life.clone(),
        })
    };
    let events_first = prefers_http_sse(&target);
    let mut silence = None;
    if events_first {
        match start_http_sse(wire(), features, limits, wait).await {
            Ok(Some(session)) => return Ok(session),
            Ok(None) => {}
            // A streamable HTTP server may open a stream too, and stay silent on it.
            Err(error @ Error::TimedOut { .. }) => silence = Some(error),
            Err(error) => return Err(error),
        }
    }
    let mut last = None;
    for mode in modes(&target) {
        match start(wire(), mode, LEGACY_VERSION, features, limits).await {
            Ok(session) => return Ok(session),
            Err(error) if is_final(&error) => return Err(error),
            Err(error) => last = Some(error),
        }
    }
    if let Some(version) = last.as_ref().and_then(named_version) {
        let again = (ClientLifecycleMode::Initialize, Cause::Refused(HANDSHAKE));
        return start(wire(), again, version, features, limits).await;
    }
    let error = last.unwrap_or_else(|| Error::Protocol("no way to connect was tried".to_owned()));
    if is_relayed(&target) || !lacks_streamable_http(&error) {
        return Err(error);
    }
    if events_first {
        return Err(silence.unwrap_or(error));
    }
    match start_http_sse(wire(), features, limits, wait).await {
        Ok(Some(session)) => Ok(session),
        Ok(None) | Err(Error::TimedOut { .. }) => Err(error),
        Err(error) => Err(error),
    }
}

/// Whether a server is probably one of 2024-11-05: it was the last time, or an unknown one has the usual path of such
/// servers.
fn prefers_http_sse(target: &McpTarget) -> bool {
    match &target.server_facts {
        Some(facts) => facts.transport == Transport::Sse,
        None => target.url.path().trim_end_matches('/').ends_with("/sse"),
    }
}

/// Whether a server refused the first request of streamable HTTP in the way that one of 2024-11-05 does.
///
/// Source: MCP 2026-07-28, "Transports", "Backwards Compatibility".
fn lacks_streamable_http(error: &Error) -> bool {
    let status = match error {
        Error::NotAServer {
            found: Found::Status(status),
        } => *status,
        // It said why, which counts if the other transport fails too.
        Error::Status(refusal) => refusal.status,
        _ => return false,
    };
    matches!(status, 400 | 404 | 405 | 406 | 415)
}

/// What worked the last time comes first; plain `initialize` is the last resort.
fn modes(target: &McpTarget) -> Vec<(ClientLifecycleMode, Cause)> {
    let auto = ClientLifecycleMode::Auto {
        preferred_versions: known_versions(),
        legacy_version: Some(LEGACY_VERSION),
    };
    match &target.server_facts {
        _ if is_relayed(target) => vec![(ClientLifecycleMode::Initialize, Cause::Relayed)],
        Some(facts) if is_legacy(&facts.protocol_version) => vec![
            (ClientLifecycleMode::Initialize, last_time(target)),
            (auto, Cause::NewestFirst),
        ],
        _ => {
            let refused = Cause::Refused(ProtocolVersion::NO_INITIALIZE.as_str());
            vec![
                (auto, Cause::NewestFirst),
                (ClientLifecycleMode::Initialize, refused),
            ]
        }
    }
}

fn last_time(target: &McpTarget) -> Cause {
    let facts = target.server_facts.as_ref();
    Cause::LastTime(facts.and_then(|facts| facts.protocol_reason.clone()))
}

fn is_relayed(target: &McpTarget) -> bool {
    matches!(target.session, SessionLife::Relayed)
}

/// All known revisions, newest first.
fn known_versions() -> Vec<ProtocolVersion> {
    ProtocolVersion::KNOWN_VERSIONS
        .iter()
        .rev()
        .cloned()
        .collect()
}

/// Whether a revision has a handshake. Revisions are dates, whose text sorts by time.
fn is_legacy(version: &str) -> bool {
    version < ProtocolVersion::NO_INITIALIZE.as_str()
}

/// Whether another transport or mode would fail with the same error.
fn is_final(error: &Error) -> bool {
    matches!(
        error,
        Error::Unreachable { .. }
            | Error::Unauthorized { .. }
            | Error::Forbidden { .. }
            | Error::RedirectRefused { .. }
            | Error::PlainHttp { .. }
            | Error::RateLimited { .. }
            | Error::TooLarge { .. }
            | Error::Exceeded(_)
            | Error::PrivateAddress { .. }
            | Error::Credential(_)
            | Error::Usage(_)
    )
}

/// The newest older revision that a server names in its refusal of a handshake; it should have offered that instead.
///
/// Source: MCP 2025-11-25, "Lifecycle", "Error Handling".
fn named_version(refusal: &Error) -> Option<ProtocolVersion> {
    let Error::ServerError { message, data, .. } = refusal else {
        return None;
    };
    let data = data.as_ref().map(ToString::to_string).unwrap_or_default();
    let is_named = |version: &str| message.contains(version) || data.contains(version);
    let mut versions = known_versions().into_iter();
    versions.find(|version| version.as_str() < HANDSHAKE && is_named(version.as_str()))
}

/// `version` is the one for a handshake.
async fn start(
    wire: Wire,
    (mode, cause): (ClientLifecycleMode, Cause),
    version: ProtocolVersion,
    client_features: &ClientFeatures,
    limits: McpLimits,
) -> Result<McpSession, Error> {
    let version = matches!(mode, ClientLifecycleMode::Initialize).then_some(version);
    let handler = McpClientHandler::new(client_features, &limits, version, wire.log());
    let cancel_guard = wire.cancel_on_drop();
    let mut config = StreamableHttpClientTransportConfig::with_uri("");
    config.retry_config = Arc::new(retries(&limits));
    // A new handshake takes as long as the first, and an answer to a question may wait for new credentials.
    config.session_recovery_timeout = limits.connect;
    config.control_request_timeout = limits.idle;
    let transport = StreamableHttpClientTransport::with_client(wire.clone(), config);
    let running = serve(&handler, transport, mode, wire.failure()).await?;
    cancel_guard.disarm();
    let peer = Peer::Host(wire.clone(), Transport::StreamableHttp);
    session(running, handler, limits, (peer, cause), wire.log()).await
}

/// Negotiates over a transport, which records why a request fails.
async fn serve<T, E, A>(
    handler: &McpClientHandler,
    transport: T,
    mode: ClientLifecycleMode,
    failure: &NegotiationFailure,
) -> Result<Running, Error>
where
    T: IntoTransport<RoleClient, E, A>,
    E: std::error::Error + Send + Sync + 'static,
{
    let running = handler.clone().serve_with_lifecycle(transport, mode).await;
    let running = running.map_err(|error| failure.take().unwrap_or_else(|| explain(error)))?;
    let info = running.peer_info().ok_or_else(disconnect_error)?;
    // A server may answer a handshake with any version.
    match ProtocolVersion::KNOWN_VERSIONS.contains(&info.protocol_version) {
        true => Ok(running),
        false => Err(unsupported(std::slice::from_ref(&info.protocol_version))),
    }
}

/// Connects over the transport of 2024-11-05; `None` if the server does not support it.
async fn start_http_sse(
    wire: Wire,
    client_features: &ClientFeatures,
    limits: McpLimits,
    wait: &CredentialWait,
) -> Result<Option<McpSession>, Error> {
    let Some(pipe) = http_sse::open(wire.clone(), limits, wait).await? else {
        return Ok(None);
    };
    let version = Some(LEGACY_VERSION);
    let handler = McpClientHandler::new(client_features, &limits, version, wire.log());
    let (failure, mode) = (pipe.failure().clone(), ClientLifecycleMode::Initialize);
    let running = serve(&handler, pipe, mode, &failure).await?;
    let peer = Peer::Host(wire.clone(), Transport::Sse);
    let peer = (peer, Cause::OlderTransport);
    let session = session(running, handler, limits, peer, wire.log());
    session.await.map(Some)
}

/// Ends a session that won't be resumed; waits at most `limit` for its server.
pub async fn end_session(
    http: &reqwest::Client,
    target: McpTarget,
    session: ResumableSession,
    limit: Duration,
) {
    if check_address(&target.url).is_err() {
        return;
    }
    let log = Arc::new(ServerLog::unread());
    let (limits, life) = (McpLimits::DEFAULT, SessionLife::Connection);
    let wire = Wire::new(http, &target, limits, log, life);
    // If that fails, the server ends it by itself.
    let _ = tokio::time::timeout(limit, wire.end_session(session)).await;
}

/// Starts a local server program, and connects to it over its standard streams.
///
/// The handshake comes first; `server/discover` follows on the same process only if the server refuses it. A server of
/// both eras can ask questions in the older one only, and a slow starter would time out before its era is known.
///
/// # Errors
/// [`Error::ProgramNotStarted`]; [`Error::ProgramEnded`] if it ends before it responds; [`Error::TooLarge`],
/// [`Error::Exceeded`]; [`Error::TimedOut`] after [`McpLimits::connect`] without any output; [`Error::Cancelled`];
/// [`Error::ServerError`]; [`Error::Protocol`]; [`Error::UnsupportedVersion`]. The process is ended on each error, and
/// when the future is dropped.
pub async fn connect_program(
    program: McpProgram,
    client_features: ClientFeatures,
    limits: McpLimits,
    cancel: &CancellationToken,
) -> Result<McpSession, Error> {
    let pipe = stdio::start(program, limits)?;
    connect_over(pipe, true, &client_features, limits, cancel).await
}

/// Connects to a program that a host holds, which keeps running when the session ends.
///
/// # Errors
/// As [`connect_program`], except the first.
pub async fn connect_attached(
    attached: Attached,
    client_features: ClientFeatures,
    limits: McpLimits,
    cancel: &CancellationToken,
) -> Result<McpSession, Error> {
    let is_new = attached.is_new;
    let pipe = stdio::attach(attached, limits);
    connect_over(pipe, is_new, &client_features, limits, cancel).await
}

async fn connect_over(
    pipe: StdioTransport,
    is_new: bool,
    client_features: &ClientFeatures,
    limits: McpLimits,
    cancel: &CancellationToken,
) -> Result<McpSession, Error> {
    let cancel_guard = pipe.process().stop_on_drop();
    let session = tokio::select! {
        biased;
        () = cancel.cancelled() => Err(Error::Cancelled),
        session = negotiate_over(&pipe, is_new, client_features, limits) => session,
        after = wait_until_overdue(pipe.process(), limits.connect) => Err(Error::TimedOut { after }),
    };
    if session.is_ok() {
        // From here on the session ends the process.
        cancel_guard.disarm();
    }
    session
}

/// Waits until a program should have responded, and returns the timeout that applied. One that still writes to its
/// standard error may be downloading, which would be wasted and repeated if it were ended.
async fn wait_until_overdue(process: &Process, limit: Duration) -> Duration {
    let longest = limit.max(LONGEST_START);
    match tokio::time::timeout(longest, process.wait_until_quiet(limit)).await {
        Ok(()) => limit,
        Err(_) => longest,
    }
}

async fn negotiate_over(
    pipe: &StdioTransport,
    is_new: bool,
    client_features: &ClientFeatures,
    limits: McpLimits,
) -> Result<McpSession, Error> {
    let handshake = ClientLifecycleMode::Initialize;
    let first = (handshake.clone(), Cause::QuestionsFirst);
    let mut greeted = start_over(pipe, first, LEGACY_VERSION, client_features, limits).await;
    if let Some(version) = greeted.as_ref().err().and_then(named_version) {
        let again = (handshake, Cause::Refused(HANDSHAKE));
        greeted = start_over(pipe, again, version, client_features, limits).await;
    }
    match greeted {
        Ok(session) if is_new => {
            session.wait_for_roots().await;
            Ok(session)
        }
        Err(refusal @ Error::ServerError { .. }) => {
            let discover = ClientLifecycleMode::Discover {
                preferred_versions: known_versions(),
            };
            let next = (discover, Cause::Refused(HANDSHAKE));
            let discovered = start_over(pipe, next, LEGACY_VERSION, client_features, limits).await;
            // A server that knows handshakes said why it refuses this one.
            discovered.map_err(|error| match knows_handshake(&refusal) {
                true => refusal,
                false => error,
            })
        }
        session => session,
    }
}

/// Whether the refusal of a handshake is neither "method not found" nor "unsupported protocol version", as which a server
/// without handshakes refuses all of them.
fn knows_handshake(refusal: &Error) -> bool {
    !matches!(
        refusal,
        Error::ServerError {
            code: -32601 | -32022,
            ..
        }
    )
}

async fn start_over(
    pipe: &StdioTransport,
    (mode, cause): (ClientLifecycleMode, Cause),
    version: ProtocolVersion,
    client_features: &ClientFeatures,
    limits: McpLimits,
) -> Result<McpSession, Error> {
    let handler = McpClientHandler::new(client_features, &limits, Some(version), pipe.log());
    let running = serve(&handler, pipe.clone(), mode, pipe.failure()).await?;
    let peer = Peer::Program(pipe.process().clone());
    session(running, handler, limits, (peer, cause), pipe.log()).await
}

async fn session(
    running: Running,
    client_handler: McpClientHandler,
    limits: McpLimits,
    (peer, cause): (Peer, Cause),
    log: &ServerLog,
) -> Result<McpSession, Error> {
    let info = running.peer_info().ok_or_else(disconnect_error)?;
    let facts = facts(&info, &peer, cause);
    let capabilities = &info.capabilities;
    let (tools, resources) = (&capabilities.tools, &capabilities.resources);
    let prompts = &capabilities.prompts;
    let offers = ServerOffer {
        tools: tools.is_some(),
        completions: capabilities.completions.is_some(),
        task_calls: (capabilities.experimental.as_ref())
            .is_some_and(|them| them.contains_key(TASK_CALLS)),
        log: log.is_read() && capabilities.logging.is_some(),
        tool_changes: tools.as_ref().and_then(|it| it.list_changed) == Some(true),
        resource_changes: resources.as_ref().and_then(|it| it.list_changed) == Some(true),
        resource_updates: resources.as_ref().and_then(|it| it.subscribe) == Some(true),
        prompt_changes: prompts.as_ref().and_then(|it| it.list_changed) == Some(true),
    };
    let session = McpSession::new(running, client_handler, facts, limits, offers, peer);
    session.request_log_level().await;
    Ok(session)
}

/// rmcp's backoff for a stream that fails to open. `wire` waits for one that opens and soon ends, and counts both.
fn retries(limits: &McpLimits) -> ExponentialBackoff {
    let mut retries = ExponentialBackoff::default();
    (retries.base_duration, retries.max_delay) =
        (limits.reconnect_waits.0, Some(limits.reconnect_waits.1));
    retries.max_times = Some(limits.reconnects as usize);
    retries
}

fn facts(info: &ServerPeerInfo, peer: &Peer, cause: Cause) -> ServerFacts {
    let server = info.server_info.as_ref();
    ServerFacts {
        name: server
            .and_then(|server| {
                // The title is meant for people; the name may be an identifier.
                let title = server.title.as_deref();
                let title = title.and_then(|title| non_empty_line(title, NAME_LIMIT));
                title.or_else(|| non_empty_line(&server.name, NAME_LIMIT))
            })
            .unwrap_or_else(|| peer.name()),
        version: server
            .map(|server| clean_text(&server.version, NAME_LIMIT))
            .unwrap_or_default(),
        protocol_version: clean_text(info.protocol_version.as_str(), NAME_LIMIT),
        protocol_reason: cause.reason(info.protocol_version.as_str()),
        transport: peer.transport(),
        instructions: (info.instructions.as_deref())
            .and_then(|text| non_empty_lines(text, INSTRUCTIONS_LIMIT)),
        icon: server
            .and_then(|server| server.icons.as_deref())
            .and_then(|icons| {
                let all = icons.iter();
                icon::choose(all.map(|icon| (Some(&*icon.src), icon.mime_type.as_deref())))
            }),
    }
}

fn disconnect_error() -> Error {
    Error::Protocol("disconnected during handshake".to_owned())
}

/// The error for a server that supports only those versions.
fn unsupported(versions: &[ProtocolVersion]) -> Error {
    let versions: Vec<&str> = versions.iter().map(ProtocolVersion::as_str).collect();
    Error::UnsupportedVersion(clean_text(&versions.join(", "), NAME_LIMIT))
}

/// Converts the error of a negotiation that reached the server.
fn explain(error: ClientInitializeError) -> Error {
    match error {
        ClientInitializeError::JsonRpcError(error) => super::session::server_error(error),
        ClientInitializeError::LegacyFallbackFailed { fallback, .. } => explain(*fallback),
        ClientInitializeError::NoCompatibleProtocolVersion {
            server_supported, ..
        } => unsupported(&server_supported),
        ClientInitializeError::ConnectionClosed(_) => disconnect_error(),
        ClientInitializeError::ExpectedInitResponse(_)
        | ClientInitializeError::ExpectedInitResult(_) => {
            Error::Protocol("unexpected response to the handshake".to_owned())
        }
        other => Error::Protocol(clean_text(&other.to_string(), NAME_LIMIT)),
    }
}
