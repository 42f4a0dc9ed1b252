//! Multi-round requests: a server asks for input instead of answering, and the same request is sent again with it.
//!
//! Source: MCP 2026-07-28, "Multi Round-Trip Requests".

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use patchbay_model::{Reply, clean_text};
use rmcp::model::ClientRequest;
use serde_json::Value;
use tokio_util::sync::CancellationToken;

use super::McpSession;
use super::pending::Timeouts;
use crate::Error;
use crate::mcp::client_handler::McpClientHandler;
use crate::mcp::question_router::RegisteredCall;
use crate::mcp::{Asker, backoff};

/// The person has to visit a page before the request.
///
/// Source: MCP 2025-11-25, "Elicitation", "URL Elicitation Required Error".
const URL_ELICITATION_REQUIRED: i64 = -32042;

/// How often the pages that a request requires are offered.
const MAX_VISITS: usize = 3;

/// Maximum number of rounds with questions.
const MAX_ROUNDS: usize = 10;

/// First and longest wait for a server that asks for no input, only to be asked again; the wait doubles each time.
const BACKOFF_BOUNDS: (Duration, Duration) = (Duration::from_millis(50), Duration::from_secs(2));

/// The rounds of one request so far.
pub(super) struct Rounds<'a> {
    client_handler: &'a McpClientHandler,
    /// `None` if nobody can be asked.
    registered_call: Option<&'a RegisteredCall<'a>>,
    cancel: &'a CancellationToken,
    asked: usize,
    /// Consecutive rounds without a question.
    waits: u32,
    /// Total wait in rounds without a question.
    waited: Duration,
    limit: Duration,
}

/// What the next round adds to the request.
#[derive(Default)]
pub(super) struct Round {
    /// The server's state, sent back unchanged.
    pub(super) state: Option<String>,
    /// The answers to its questions; `None` if there were none.
    pub(super) responses: Option<BTreeMap<String, Value>>,
}

impl<'a> Rounds<'a> {
    pub(super) fn new(
        session: &'a McpSession,
        registered_call: Option<&'a RegisteredCall<'a>>,
        limit: Duration,
        cancel: &'a CancellationToken,
    ) -> Self {
        Self {
            client_handler: &session.0.client_handler,
            registered_call,
            cancel,
            asked: 0,
            waits: 0,
            waited: Duration::ZERO,
            limit,
        }
    }

    /// The next round after a result; `None` if it is complete.
    ///
    /// # Errors
    /// [`Error::Protocol`] for a result of an unknown type, and after too many rounds; [`Error::TimedOut`] if it waited too long;
    /// [`Error::Cancelled`]; those of [`McpClientHandler::answer_all`].
    pub(super) async fn next(&mut self, result: &Value) -> Result<Option<Round>, Error> {
        match result["resultType"].as_str() {
            None | Some("complete") => Ok(None),
            Some("input_required") => tokio::select! {
                biased;
                () = self.cancel.cancelled() => Err(Error::Cancelled),
                round = self.answer(result) => round.map(Some),
            },
            Some(other) => {
                let other = clean_text(other, 50);
                Err(Error::Protocol(format!("unexpected result type {other}")))
            }
        }
    }

    /// Answers the questions of a result, or waits if there are none.
    async fn answer(&mut self, result: &Value) -> Result<Round, Error> {
        let state = result["requestState"].as_str().map(str::to_owned);
        let requests = result["inputRequests"].as_object();
        let Some(requests) = requests.filter(|requests| !requests.is_empty()) else {
            let pause = backoff(self.waits, BACKOFF_BOUNDS);
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
            .answer_all(self.registered_call, requests)
            .await?;
        Ok(Round {
            state,
            responses: Some(responses),
        })
    }
}

/// The visits of the person to pages that a request requires.
pub(super) struct PageVisits<'a> {
    registered_call: Option<&'a RegisteredCall<'a>>,
    cancel: &'a CancellationToken,
    visits: usize,
}

impl<'a> PageVisits<'a> {
    pub(super) fn new(
        registered_call: Option<&'a RegisteredCall<'a>>,
        cancel: &'a CancellationToken,
    ) -> Self {
        Self {
            registered_call,
            cancel,
            visits: 0,
        }
    }

    /// Offers the pages that an error requires to be visited first; returns whether the person is done there. The server
    /// has not executed the request, so it is safe to repeat.
    ///
    /// # Errors
    /// [`Error::PageFirst`] if the person closed or declined a page, or was there already; [`Error::Cancelled`].
    pub(super) async fn next(&mut self, error: &Error) -> Result<bool, Error> {
        let (Error::ServerError { code, data, .. }, Some(registered_call)) =
            (error, self.registered_call)
        else {
            return Ok(false);
        };
        if *code != URL_ELICITATION_REQUIRED || !registered_call.can_ask() {
            return Ok(false);
        }
        if self.visits == MAX_VISITS {
            return Err(Error::PageFirst);
        }
        self.visits += 1;
        let reply = tokio::select! {
            biased;
            () = self.cancel.cancelled() => return Err(Error::Cancelled),
            reply = registered_call.offer_pages(data.as_ref()) => reply,
        };
        match reply {
            Some(Reply::Answered) => Ok(true),
            Some(_) => Err(Error::PageFirst),
            None => Ok(false),
        }
    }
}

impl McpSession {
    /// Repeats a request with answers until it has a result; the server's questions go to `asker`.
    ///
    /// # Errors
    /// [`Error::InputRequired`] if the server asks and nobody can answer; [`Error::FeatureOff`];
    /// [`Error::NotAnswered`]; [`Error::PageFirst`]; [`Error::AsksOverHandshake`]; [`Error::CannotAsk`];
    /// [`Error::TimedOut`], not counting the time of questions; those of every request.
    pub(super) async fn request_until_answered(
        &self,
        request: impl Fn(Round) -> ClientRequest + Send + Sync,
        asker: Option<&Arc<dyn Asker>>,
        cancel: &CancellationToken,
    ) -> Result<Value, Error> {
        let registered_call = self.0.client_handler.question_router.register_call(asker);
        let registered_call = registered_call.as_ref();
        let features_off = &self.0.client_handler.features_off;
        let asked_before = features_off.asked();
        let mut rounds = Rounds::new(self, registered_call, self.0.limits.total, cancel);
        let mut visits = PageVisits::new(registered_call, cancel);
        let mut round = Round::default();
        loop {
            let timeouts = Timeouts {
                call: registered_call,
                ..Timeouts::from_limits(&self.0.limits)
            };
            let response = self.request(request(round), timeouts, cancel).await;
            if let Err(error) = &response
                && Box::pin(visits.next(error)).await?
            {
                // Such a server keeps no state between the rounds.
                round = Round::default();
                continue;
            }
            let response = response.map_err(|error| {
                let can_ask = registered_call.is_some_and(RegisteredCall::can_ask);
                let error = self.explain_back_channel(error, can_ask);
                features_off.explain(error, &asked_before)
            })?;
            match rounds.next(&response.result).await? {
                Some(next) => round = next,
                None => return Ok(response.result),
            }
        }
    }
}
