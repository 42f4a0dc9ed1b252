//! Multi-round requests: a server asks for input instead of answering, and the same request is sent again with it.
//!
//! Source: MCP 2026-07-28, "Multi Round-Trip Requests".

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use patchbay_model::clean_text;
use rmcp::model::ClientRequest;
use serde_json::Value;
use tokio_util::sync::CancellationToken;

use super::McpSession;
use super::pending::Timeouts;
use crate::Error;
use crate::mcp::Asker;
use crate::mcp::client_handler::McpClientHandler;
use crate::mcp::question_router::RegisteredCall;

/// How often a server may ask before it answers.
const MAX_ROUNDS: usize = 10;

/// First and longest wait for a server that only says that it is not ready; the wait doubles each time.
const BACKOFF_BOUNDS: (Duration, Duration) = (Duration::from_millis(50), Duration::from_secs(2));

/// What the rounds of one request came to until now.
pub(super) struct Rounds<'a> {
    client_handler: &'a McpClientHandler,
    asked: usize,
    /// How often in a row it only had us wait.
    waits: u32,
    /// How long it had us wait in all.
    waited: Duration,
    limit: Duration,
}

/// What the next round adds to the request.
#[derive(Default)]
pub(super) struct Round {
    /// What the server wants to see again.
    pub(super) state: Option<String>,
    /// The answers to what it asked; `None` where it only had us wait.
    pub(super) responses: Option<BTreeMap<String, Value>>,
}

impl<'a> Rounds<'a> {
    pub(super) fn new(client_handler: &'a McpClientHandler, limit: Duration) -> Self {
        Self {
            client_handler,
            asked: 0,
            waits: 0,
            waited: Duration::ZERO,
            limit,
        }
    }

    /// Answers what a result asks for, or waits where it asks for nothing.
    ///
    /// # Errors
    /// [`Error::TimedOut`] after too long a wait; [`Error::Protocol`] after too many rounds; those of
    /// [`McpClientHandler::answer_all`].
    pub(super) async fn next(
        &mut self,
        result: &Value,
        registered_call: Option<&RegisteredCall<'_>>,
    ) -> Result<Round, Error> {
        let state = result["requestState"].as_str().map(str::to_owned);
        let Some(requests) = result["inputRequests"].as_object() else {
            let pause = backoff(self.waits);
            (self.waits, self.waited) = (self.waits + 1, self.waited + pause);
            if self.waited > self.limit {
                return Err(Error::TimedOut { after: self.limit });
            }
            tokio::time::sleep(pause).await;
            return Ok(Round {
                state,
                responses: None,
            });
        };
        self.waits = 0;
        self.asked += 1;
        if self.asked > MAX_ROUNDS {
            let words = format!("more than {MAX_ROUNDS} rounds of questions");
            return Err(Error::Protocol(words));
        }
        let responses = self
            .client_handler
            .answer_all(registered_call, requests)
            .await?;
        Ok(Round {
            state,
            responses: Some(responses),
        })
    }
}

impl McpSession {
    /// The result of a request that is made as often as the server asks first; what it asks goes to `asker`.
    ///
    /// # Errors
    /// [`Error::InputRequired`] when the server asks and nobody is there, or for what nobody can give;
    /// [`Error::NotAnswered`]; [`Error::TimedOut`], the time of questions apart; those of every request.
    pub(super) async fn request_until_answered(
        &self,
        request: impl Fn(Round) -> ClientRequest + Send + Sync,
        asker: Option<&Arc<dyn Asker>>,
        cancel: &CancellationToken,
    ) -> Result<Value, Error> {
        let registered_call = self.0.client_handler.question_router().register_call(asker);
        let registered_call = registered_call.as_ref();
        let mut rounds = Rounds::new(&self.0.client_handler, self.0.limits.total);
        let mut round = Round::default();
        loop {
            let timeouts = Timeouts {
                is_asking: registered_call.map(RegisteredCall::is_asking),
                ..Timeouts::from_limits(&self.0.limits)
            };
            let mut answered = self
                .request(request(round), timeouts, &|_| {}, cancel)
                .await?;
            let result = answered.answer["result"].take();
            match result["resultType"].as_str() {
                None | Some("complete") => return Ok(result),
                Some("input_required") => {
                    let next = rounds.next(&result, registered_call);
                    round = tokio::select! {
                        biased;
                        () = cancel.cancelled() => return Err(Error::Cancelled),
                        round = next => round?,
                    };
                }
                Some(other) => return Err(unexpected(other)),
            }
        }
    }
}

/// That a result is of a kind that nobody asked for.
pub(super) fn unexpected(kind: &str) -> Error {
    Error::Protocol(format!("unexpected result type {}", clean_text(kind, 50)))
}

fn backoff(in_a_row: u32) -> Duration {
    let (shortest, longest) = BACKOFF_BOUNDS;
    shortest
        .saturating_mul(2_u32.saturating_pow(in_a_row))
        .min(longest)
}
