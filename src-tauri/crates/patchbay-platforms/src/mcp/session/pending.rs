//! One request under way: every wait ends, and nobody is left waiting.

use std::time::Duration;

use patchbay_http::text;
use patchbay_model::SentRequest;
use rmcp::model::{ClientRequest, GetExtensions, ProgressNotificationParam, ServerResult};
use rmcp::service::{RequestHandle, RoleClient, ServiceError};
use serde_json::{Value, json};
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::watch;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::{Inner, McpSession, server_error};
use crate::Error;
use crate::mcp::exchange::Exchange;
use crate::mcp::{CallProgress, McpLimits, tools};

/// How long a server may take to hear that an answer is not awaited any more.
pub(super) const FAREWELL_LIMIT: Duration = Duration::from_secs(5);

/// How long progress that was told before an answer may come after it: rmcp hands on both side by side.
const LATE_PROGRESS: Duration = Duration::from_millis(200);

/// How long an answer is awaited.
pub(super) struct Patience {
    /// Longest silence.
    pub(super) idle: Duration,
    /// Longest time at all.
    pub(super) total: Duration,
    /// Whether a question of the server is open: its time counts for neither.
    pub(super) is_asking: Option<watch::Receiver<bool>>,
}

impl Patience {
    pub(super) fn usual(limits: &McpLimits) -> Self {
        Self {
            idle: limits.idle,
            total: limits.total,
            is_asking: None,
        }
    }
}

/// An answer with what is known of its way.
pub(super) struct Answered {
    pub(super) answer: Value,
    pub(super) status: Option<u16>,
    pub(super) bytes: u64,
    pub(super) values: usize,
}

impl McpSession {
    /// Sends a request and waits for its answer, a result.
    pub(super) async fn request(
        &self,
        request: ClientRequest,
        patience: Patience,
        progress: &(dyn Fn(CallProgress) + Send + Sync),
        cancel: &CancellationToken,
    ) -> Result<Answered, Error> {
        let exchange = Exchange::default();
        self.exchange(request, exchange, patience, progress, cancel)
            .await
    }

    /// What [`McpSession::request`] would send, made on the same way and stopped before it leaves.
    pub(super) async fn plan(
        &self,
        request: ClientRequest,
        cancel: &CancellationToken,
    ) -> Result<SentRequest, Error> {
        let exchange = Exchange::planned();
        let patience = Patience::usual(&self.0.limits);
        let ended = self
            .exchange(request, exchange.clone(), patience, &|_| {}, cancel)
            .await;
        match (exchange.take_planned(), ended) {
            (Some(planned), _) => Ok(planned),
            (None, Err(error)) => Err(error),
            (None, Ok(_)) => Err(self.lost()),
        }
    }

    pub(super) async fn exchange(
        &self,
        mut request: ClientRequest,
        exchange: Exchange,
        mut patience: Patience,
        progress: &(dyn Fn(CallProgress) + Send + Sync),
        cancel: &CancellationToken,
    ) -> Result<Answered, Error> {
        request.extensions_mut().insert(exchange.clone());
        let _until_answered = InUse::begin(&self.0);
        // Before the request leaves, so that nothing of its progress is missed.
        let mut updates = self.0.own_side.progress();
        let handle = self
            .0
            .peer
            .send_cancellable_request(request, self.request_options())
            .await
            .map_err(|_| self.lost())?;
        let mut pending = Pending {
            handle: Some(handle),
            farewells: &self.0.farewells,
        };
        let mut last = None;
        let mut idle = std::pin::pin!(tokio::time::sleep(patience.idle));
        let mut total = std::pin::pin!(tokio::time::sleep(patience.total));
        let mut asking_since = None;
        let answer = loop {
            tokio::select! {
                biased;
                () = cancel.cancelled() => return Err(Error::Cancelled),
                answer = pending.answer() => break answer,
                () = exchange.failed() => {
                    pending.forget();
                    return Err(exchange.take().failure.unwrap_or_else(|| self.lost()));
                }
                step = updates.recv() => match step {
                    Ok(step) if pending.is_about(&step) => {
                        report(&step, &mut last, progress);
                        idle.as_mut().reset(Instant::now() + patience.idle);
                    }
                    Ok(_) | Err(RecvError::Lagged(_)) => {}
                    Err(RecvError::Closed) => return Err(self.lost()),
                },
                is_asking = next(&mut patience.is_asking) => match is_asking {
                    true => asking_since = Some(Instant::now()),
                    false => if let Some(since) = asking_since.take() {
                        idle.as_mut().reset(Instant::now() + patience.idle);
                        let later = total.deadline() + since.elapsed();
                        total.as_mut().reset(later);
                    },
                },
                () = &mut idle, if asking_since.is_none() => return Err(Error::TimedOut { after: patience.idle }),
                () = &mut total, if asking_since.is_none() => return Err(Error::TimedOut { after: patience.total }),
            }
        };
        let until = Instant::now() + LATE_PROGRESS;
        loop {
            let step = match is_in_the_middle(last) {
                true => tokio::time::timeout_at(until, updates.recv())
                    .await
                    .ok()
                    .and_then(Result::ok),
                false => updates.try_recv().ok(),
            };
            let Some(step) = step else { break };
            if pending.is_about(&step) {
                report(&step, &mut last, progress);
            }
        }
        pending.forget();
        self.answered(answer, &exchange)
    }

    fn answered(
        &self,
        answer: Result<ServerResult, ServiceError>,
        exchange: &Exchange,
    ) -> Result<Answered, Error> {
        let facts = exchange.take();
        match answer {
            Ok(result) => Ok(Answered {
                answer: as_it_came(facts.answer, &result),
                status: facts.status,
                bytes: facts.bytes,
                values: facts.values,
            }),
            Err(ServiceError::McpError(error)) => Err(server_error(error)),
            Err(_) => Err(facts.failure.unwrap_or_else(|| self.lost())),
        }
    }

    fn lost(&self) -> Error {
        self.0.other_side.lost()
    }
}

/// Waits until a question is opened or closed; for ever where none can be.
async fn next(is_asking: &mut Option<watch::Receiver<bool>>) -> bool {
    if let Some(is_asking) = is_asking
        && is_asking.changed().await.is_ok()
    {
        return *is_asking.borrow_and_update();
    }
    std::future::pending().await
}

/// The answer as it came, without tools that rmcp refused. What came on the stream of another request was
/// seen by rmcp only.
fn as_it_came(answer: Option<Value>, result: &ServerResult) -> Value {
    let Some(mut answer) = answer else {
        return json!({ "result": result });
    };
    if let ServerResult::ListToolsResult(list) = result {
        tools::keep_accepted(&mut answer, &list.tools);
    }
    answer
}

/// Hands progress on, unless it would go backwards: rmcp may deliver two notices in the wrong order.
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

/// Whether more progress was to be expected.
fn is_in_the_middle(last: Option<(f64, Option<f64>)>) -> bool {
    matches!(last, Some((progress, Some(total))) if progress < total)
}

/// That a request is under way.
struct InUse<'a>(&'a Inner);

impl<'a> InUse<'a> {
    fn begin(session: &'a Inner) -> Self {
        session.in_use().under_way += 1;
        Self(session)
    }
}

impl Drop for InUse<'_> {
    fn drop(&mut self) {
        let mut in_use = self.0.in_use();
        in_use.under_way -= 1;
        in_use.last = std::time::Instant::now();
    }
}

/// A request whose answer is awaited. Dropping it tells the server that it is not any more.
struct Pending<'a> {
    handle: Option<RequestHandle<RoleClient>>,
    farewells: &'a TaskTracker,
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

    fn is_about(&self, step: &ProgressNotificationParam) -> bool {
        self.handle
            .as_ref()
            .is_some_and(|handle| handle.progress_token == step.progress_token)
    }

    /// There is nothing left to stop.
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
        let farewell = async move {
            let reason = Some("no longer awaited".to_owned());
            let _ = tokio::time::timeout(FAREWELL_LIMIT, handle.cancel(reason)).await;
        };
        self.farewells.spawn_on(farewell, &runtime);
    }
}
