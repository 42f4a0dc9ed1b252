//! One request in flight: every wait has a timeout, and the server is told if its response is no longer needed.

use std::convert::Infallible;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Weak};
use std::time::Duration;

use patchbay_http::text;
use patchbay_model::SentRequest;
use rmcp::model::{
    ClientRequest, GetExtensions, ProgressNotificationParam, ProgressToken, ServerResult,
};
use rmcp::service::{RequestHandle, RoleClient, ServiceError};
use serde_json::{Value, json};
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::watch;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::{Inner, McpSession, Peer, server_error};
use crate::Error;
use crate::mcp::exchange::Exchange;
use crate::mcp::question_router::RegisteredCall;
use crate::mcp::{CallProgress, McpLimits, ToolCall, tools};

/// Timeout for telling a server that a response is no longer awaited.
pub(super) const CANCEL_NOTICE_TIMEOUT: Duration = Duration::from_secs(5);

/// How long progress may arrive after the response: rmcp delivers both concurrently.
const LATE_PROGRESS: Duration = Duration::from_millis(200);

/// The error that rmcp gives to a request in flight when it begins another session, as the server has forgotten this one.
const SESSION_REPLACED: &str =
    "streamable HTTP session was re-initialized before the response arrived";

/// Timeouts of a response.
pub(super) struct Timeouts<'a> {
    /// Maximum time without progress.
    pub(super) idle: Duration,
    /// Maximum total time.
    pub(super) total: Duration,
    /// The call whose person the server may ask; the time of unanswered questions does not count.
    pub(super) call: Option<&'a RegisteredCall<'a>>,
}

impl Timeouts<'_> {
    /// One limit for the time without progress and for the total time.
    pub(super) fn within(limit: Duration) -> Self {
        Self {
            idle: limit,
            total: limit,
            call: None,
        }
    }

    pub(super) fn from_limits(limits: &McpLimits) -> Self {
        Self {
            idle: limits.idle,
            total: limits.total,
            call: None,
        }
    }
}

/// A call in flight.
#[derive(Clone, Copy)]
pub(super) struct CallContext<'a> {
    pub(super) call: &'a ToolCall,
    /// `None` if the server may not ask.
    pub(super) registered_call: Option<&'a RegisteredCall<'a>>,
    pub(super) cancel: &'a CancellationToken,
}

impl<'a> CallContext<'a> {
    /// Whether there is anyone to ask.
    pub(super) fn can_ask(&self) -> bool {
        self.registered_call.is_some_and(RegisteredCall::can_ask)
    }

    pub(super) fn timeouts(&self, total: Duration) -> Timeouts<'a> {
        Timeouts {
            idle: self.call.timeout,
            total,
            call: self.registered_call,
        }
    }
}

/// A result with the size of its response.
pub(super) struct RawResponse {
    pub(super) result: Value,
    pub(super) status: Option<u16>,
    pub(super) bytes: u64,
    pub(super) values: usize,
    /// The token of its request.
    pub(super) progress_token: ProgressToken,
}

impl McpSession {
    /// Sends a request and waits for its result, ignoring progress.
    pub(super) async fn request(
        &self,
        request: ClientRequest,
        timeouts: Timeouts<'_>,
        cancel: &CancellationToken,
    ) -> Result<RawResponse, Error> {
        let exchange = Exchange::default();
        self.exchange(request, exchange, timeouts, &|_| {}, cancel)
            .await
    }

    /// Describes the request that [`McpSession::request`] would send: it takes the same path and stops before sending.
    pub(super) async fn plan(
        &self,
        request: ClientRequest,
        cancel: &CancellationToken,
    ) -> Result<SentRequest, Error> {
        let exchange = Exchange::dry_run();
        let timeouts = Timeouts::from_limits(&self.0.limits);
        let response = self
            .exchange(request, exchange.clone(), timeouts, &|_| {}, cancel)
            .await;
        match (exchange.take_planned(), response) {
            (Some(planned), _) => Ok(planned),
            (None, Err(error)) => Err(error),
            (None, Ok(_)) => Err(self.lost()),
        }
    }

    pub(super) async fn exchange(
        &self,
        mut request: ClientRequest,
        exchange: Exchange,
        timeouts: Timeouts<'_>,
        progress: &(dyn Fn(CallProgress) + Send + Sync),
        cancel: &CancellationToken,
    ) -> Result<RawResponse, Error> {
        if cancel.is_cancelled() {
            return Err(Error::Cancelled);
        }
        request.extensions_mut().insert(exchange.clone());
        let _usage = UsageGuard::begin(&self.0);
        // Before the request is sent, so that no progress and no question is missed.
        let mut updates = self.0.client_handler.progress.subscribe();
        let mut unanswered = timeouts.call.map(RegisteredCall::unanswered);
        let handle = self
            .0
            .peer
            .send_cancellable_request(request, self.request_options())
            .await
            .map_err(|_| self.lost())?;
        if let Some(call) = timeouts.call {
            call.note_request(&handle.id);
        }
        let progress_token = handle.progress_token.clone();
        let mut pending = Pending {
            handle: Some(handle),
            cancel_notices: &self.0.cancel_notices,
        };
        let mut last = None;
        let mut idle = std::pin::pin!(tokio::time::sleep(timeouts.idle));
        let mut total = std::pin::pin!(tokio::time::sleep(timeouts.total));
        let mut asking_since = None;
        let answer = loop {
            tokio::select! {
                biased;
                () = cancel.cancelled() => return Err(Error::Cancelled),
                answer = pending.answer() => break answer,
                () = exchange.wait_for_failure() => {
                    pending.forget();
                    return Err(exchange.take().failure.unwrap_or_else(|| self.lost()));
                }
                step = updates.recv() => match step {
                    Ok(step) if has_token(&step, &progress_token) => {
                        report(&step, &mut last, progress);
                        idle.as_mut().reset(Instant::now() + timeouts.idle);
                    }
                    Ok(_) | Err(RecvError::Lagged(_)) => {}
                    Err(RecvError::Closed) => return Err(self.lost()),
                },
                is_asking = wait_for_question(&mut unanswered) => match is_asking {
                    true => { asking_since.get_or_insert_with(Instant::now); },
                    false => if let Some(since) = asking_since.take() {
                        idle.as_mut().reset(Instant::now() + timeouts.idle);
                        let later = total.deadline() + since.elapsed();
                        total.as_mut().reset(later);
                    },
                },
                () = &mut idle, if asking_since.is_none() => return Err(Error::TimedOut { after: timeouts.idle }),
                () = &mut total, if asking_since.is_none() => return Err(Error::TimedOut { after: timeouts.total }),
            }
        };
        let until = Instant::now() + LATE_PROGRESS;
        loop {
            let step = match expects_more_progress(last) {
                true => tokio::time::timeout_at(until, updates.recv())
                    .await
                    .ok()
                    .and_then(Result::ok),
                false => updates.try_recv().ok(),
            };
            let Some(step) = step else { break };
            if has_token(&step, &progress_token) {
                report(&step, &mut last, progress);
            }
        }
        pending.forget();
        self.read_response(answer, &exchange, progress_token)
    }

    /// Passes on the progress of a task, which the server reports under the token of its call, until dropped.
    ///
    /// Source: MCP 2025-11-25, "Tasks", "Task Progress Notifications".
    pub(super) async fn report_progress(
        &self,
        token: &ProgressToken,
        progress: &(dyn Fn(CallProgress) + Send + Sync),
    ) -> Infallible {
        let mut updates = self.0.client_handler.progress.subscribe();
        let mut last = None;
        loop {
            match updates.recv().await {
                Ok(step) if has_token(&step, token) => report(&step, &mut last, progress),
                Ok(_) | Err(RecvError::Lagged(_)) => {}
                Err(RecvError::Closed) => return std::future::pending().await,
            }
        }
    }

    fn read_response(
        &self,
        answer: Result<ServerResult, ServiceError>,
        exchange: &Exchange,
        progress_token: ProgressToken,
    ) -> Result<RawResponse, Error> {
        let facts = exchange.take();
        match answer {
            Ok(result) => Ok(RawResponse {
                result: merge_raw_result(facts.result, &result),
                status: facts.status,
                bytes: facts.bytes,
                values: facts.values,
                progress_token,
            }),
            Err(ServiceError::McpError(error)) if error.message != SESSION_REPLACED => {
                Err(server_error(error))
            }
            Err(_) => Err(facts.failure.unwrap_or_else(|| self.lost())),
        }
    }

    pub(super) fn lost(&self) -> Error {
        match &self.0.remote {
            peer if !self.0.was_closed.load(Ordering::Relaxed) => peer.lost(),
            Peer::Program(process) => process.stop_error(),
            Peer::Host(..) => Error::Cancelled,
        }
    }
}

/// Waits until a question is asked or answered, and returns whether any is unanswered; waits forever if there can't be
/// any.
async fn wait_for_question(unanswered: &mut Option<watch::Receiver<usize>>) -> bool {
    if let Some(unanswered) = unanswered
        && unanswered.changed().await.is_ok()
    {
        return *unanswered.borrow_and_update() > 0;
    }
    std::future::pending().await
}

/// The raw result without the tools that rmcp rejected. A response on another request's stream was seen by rmcp only.
fn merge_raw_result(raw: Option<Value>, result: &ServerResult) -> Value {
    let Some(mut raw) = raw else {
        return json!(result);
    };
    if let ServerResult::ListToolsResult(list) = result {
        tools::retain_accepted(&mut raw, &list.tools);
    }
    raw
}

fn has_token(step: &ProgressNotificationParam, token: &ProgressToken) -> bool {
    // Some servers turn numbers into text.
    step.progress_token.0.to_string() == token.0.to_string()
}

/// Passes progress on, unless it would go backwards: rmcp may deliver two notifications in the wrong order.
fn report(
    step: &ProgressNotificationParam,
    last: &mut Option<(f64, Option<f64>)>,
    progress: &(dyn Fn(CallProgress) + Send + Sync),
) {
    if last.is_some_and(|(progress, _)| step.progress < progress) {
        return;
    }
    *last = Some((step.progress, step.total));
    progress(CallProgress {
        progress: step.progress,
        total: step.total,
        message: step
            .message
            .as_deref()
            .map(|words| text::clean_lines(words, patchbay_http::TEXT_LIMIT)),
    });
}

/// Whether the last progress was short of its total.
fn expects_more_progress(last: Option<(f64, Option<f64>)>) -> bool {
    matches!(last, Some((progress, Some(total))) if progress < total)
}

/// Counts a request as in flight.
pub(super) struct UsageGuard(Weak<Inner>);

impl UsageGuard {
    pub(super) fn begin(session: &Arc<Inner>) -> Self {
        session.usage.lock().in_flight += 1;
        Self(Arc::downgrade(session))
    }
}

impl Drop for UsageGuard {
    fn drop(&mut self) {
        if let Some(session) = self.0.upgrade() {
            let mut usage = session.usage.lock();
            usage.in_flight -= 1;
            usage.last = std::time::Instant::now();
        }
    }
}

/// A request in flight. Dropping it tells the server that its response is no longer awaited.
struct Pending<'a> {
    handle: Option<RequestHandle<RoleClient>>,
    cancel_notices: &'a TaskTracker,
}

impl Pending<'_> {
    async fn answer(&mut self) -> Result<ServerResult, ServiceError> {
        match &mut self.handle {
            Some(handle) => (&mut handle.rx)
                .await
                .unwrap_or(Err(ServiceError::TransportClosed)),
            None => Err(ServiceError::TransportClosed),
        }
    }

    /// Prevents the cancellation on drop.
    fn forget(&mut self) {
        self.handle = None;
    }
}

impl Drop for Pending<'_> {
    fn drop(&mut self) {
        let (Some(handle), Ok(runtime)) =
            (self.handle.take(), tokio::runtime::Handle::try_current())
        else {
            return;
        };
        let cancel_notice = async move {
            let reason = Some("no longer awaited".to_owned());
            let _ = tokio::time::timeout(CANCEL_NOTICE_TIMEOUT, handle.cancel(reason)).await;
        };
        self.cancel_notices.spawn_on(cancel_notice, &runtime);
    }
}
