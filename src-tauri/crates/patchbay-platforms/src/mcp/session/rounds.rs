//! The rounds in which a server asks before it answers: the same request is made again, with what it asked for.
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
use super::pending::Patience;
use crate::Error;
use crate::mcp::Asker;
use crate::mcp::asking::Present;
use crate::mcp::own_side::OwnSide;

/// How often a server may ask before it answers.
const MOST_ROUNDS: usize = 10;

/// How long a server is left alone that only says that it is not ready, each time twice as long.
const WAITS: (Duration, Duration) = (Duration::from_millis(50), Duration::from_secs(2));

/// What the rounds of one request came to until now.
pub(super) struct Rounds<'a> {
    own_side: &'a OwnSide,
    asked: usize,
    /// How often in a row it only had us wait.
    waits: u32,
    /// How long it had us wait in all.
    waited: Duration,
    limit: Duration,
}

/// What the same request carries besides the next time.
#[derive(Default)]
pub(super) struct Round {
    /// What the server wants to see again.
    pub(super) state: Option<String>,
    /// The answers to what it asked; `None` where it only had us wait.
    pub(super) responses: Option<BTreeMap<String, Value>>,
}

impl<'a> Rounds<'a> {
    pub(super) fn new(own_side: &'a OwnSide, limit: Duration) -> Self {
        Self {
            own_side,
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
    /// [`OwnSide::answer_all`].
    pub(super) async fn next(
        &mut self,
        result: &Value,
        present: Option<&Present<'_>>,
    ) -> Result<Round, Error> {
        let state = result["requestState"].as_str().map(str::to_owned);
        let Some(requests) = result["inputRequests"].as_object() else {
            let pause = wait(self.waits);
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
        if self.asked > MOST_ROUNDS {
            let words = format!("more than {MOST_ROUNDS} rounds of questions");
            return Err(Error::Protocol(words));
        }
        let responses = self.own_side.answer_all(present, requests).await?;
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
    pub(super) async fn result_in_rounds(
        &self,
        request: impl Fn(Round) -> ClientRequest + Send + Sync,
        asker: Option<&Arc<dyn Asker>>,
        cancel: &CancellationToken,
    ) -> Result<Value, Error> {
        let present = self.0.own_side.desk().enter(asker);
        let present = present.as_ref();
        let mut rounds = Rounds::new(&self.0.own_side, self.0.limits.total);
        let mut round = Round::default();
        loop {
            let patience = Patience {
                is_asking: present.map(Present::is_asking),
                ..Patience::usual(&self.0.limits)
            };
            let mut answered = self
                .request(request(round), patience, &|_| {}, cancel)
                .await?;
            let result = answered.answer["result"].take();
            match result["resultType"].as_str() {
                None | Some("complete") => return Ok(result),
                Some("input_required") => {
                    let next = rounds.next(&result, present);
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

fn wait(in_a_row: u32) -> Duration {
    let (shortest, longest) = WAITS;
    shortest
        .saturating_mul(2_u32.saturating_pow(in_a_row))
        .min(longest)
}
