//! Questions that a server asks during a tool call, a prompt or a resource read, routed to the person behind it.
//!
//! A session has at most one open question, and a limit per minute; others are cancelled, as are questions that nobody
//! can answer. The timeouts of a call are paused while its question is open.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use patchbay_model::{Question, QuestionAnswer};
use rmcp::model::{
    ConstString as _, CreateMessageRequestMethod, ElicitationCreateRequestMethod, ErrorCode,
    ErrorData,
};
use serde_json::{Value, json};
use tokio::sync::watch;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::questions::{self, ParsedQuestion};
use super::{ClientFeatures, lock, sampling};

/// Maximum number of questions in [`WINDOW`].
const MAX_QUESTIONS: usize = 10;
const WINDOW: Duration = Duration::from_secs(60);

/// Asks the person who had a server do something.
#[async_trait]
pub trait Asker: Send + Sync {
    /// Asks the person. The future is dropped once the answer is not needed any more.
    async fn ask(&self, question: Question) -> QuestionAnswer;
}

/// How a server asks the person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum QuestionKind {
    /// For values, or to open a page.
    Elicitation,
    /// For what a language model would write.
    Sampling,
}

impl QuestionKind {
    pub(super) fn method(self) -> &'static str {
        match self {
            Self::Elicitation => ElicitationCreateRequestMethod::VALUE,
            Self::Sampling => CreateMessageRequestMethod::VALUE,
        }
    }

    /// Parses the parameters of a request; `None` if a person can't be asked for it.
    fn read(self, params: &Value) -> Option<ParsedQuestion> {
        match self {
            Self::Elicitation => questions::read(params),
            Self::Sampling => sampling::read(params),
        }
    }

    /// The answer in wire form.
    ///
    /// # Errors
    /// The error message to send when there is no text: a sampling request has no other negative answer.
    fn to_wire(
        self,
        parsed: Option<&ParsedQuestion>,
        answer: QuestionAnswer,
    ) -> Result<Value, ErrorData> {
        match self {
            Self::Elicitation => Ok(to_wire(parsed, answer)),
            Self::Sampling => sampling::to_wire(answer)
                .map_err(|words| ErrorData::new(ErrorCode(-1), words, None)),
        }
    }
}

/// Routes the questions of one session to the person behind a call.
pub(super) struct QuestionRouter {
    /// The kinds of questions that were declared to the server.
    allowed_kinds: Vec<QuestionKind>,
    /// How long a question stays open.
    answer_timeout: Duration,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// Calls in flight whose person can be asked, oldest first.
    calls: Vec<Arc<Call>>,
    is_open: bool,
    asked_at: VecDeque<Instant>,
}

/// A call whose person can be asked.
struct Call {
    asker: Arc<dyn Asker>,
    is_asking: watch::Sender<bool>,
    ended: CancellationToken,
}

impl QuestionRouter {
    pub(super) fn new(client_features: &ClientFeatures, answer_timeout: Duration) -> Self {
        let mut allowed_kinds = Vec::new();
        if client_features.asks {
            allowed_kinds.push(QuestionKind::Elicitation);
            allowed_kinds.extend(client_features.sampling.then_some(QuestionKind::Sampling));
        }
        Self {
            allowed_kinds,
            answer_timeout,
            state: Mutex::default(),
        }
    }

    /// The kind of question that a method asks; `None` if the method wasn't declared to the server.
    pub(super) fn may_ask(&self, method: &str) -> Option<QuestionKind> {
        let mut all = self.allowed_kinds.iter().copied();
        all.find(|kind| kind.method() == method)
    }

    /// Registers a call whose person can be asked, until the returned guard is dropped; `None` if nobody can be asked.
    pub(super) fn register_call(
        &self,
        asker: Option<&Arc<dyn Asker>>,
    ) -> Option<RegisteredCall<'_>> {
        let asker = asker.filter(|_| !self.allowed_kinds.is_empty())?;
        let call = Arc::new(Call {
            asker: Arc::clone(asker),
            is_asking: watch::Sender::new(false),
            ended: CancellationToken::new(),
        });
        lock(&self.state).calls.push(Arc::clone(&call));
        Some(RegisteredCall {
            question_router: self,
            call,
        })
    }

    /// Answers a request of the server. The protocol doesn't say which call it belongs to: the latest one is assumed.
    ///
    /// # Errors
    /// The error to send if there is no answer.
    pub(super) async fn answer(
        &self,
        kind: QuestionKind,
        params: &Value,
        withdrawn: &CancellationToken,
    ) -> Result<Value, ErrorData> {
        let call = lock(&self.state).calls.last().cloned();
        let Some(call) = call else {
            return kind.to_wire(None, QuestionAnswer::Cancel);
        };
        tokio::select! {
            biased;
            () = withdrawn.cancelled() => kind.to_wire(None, QuestionAnswer::Cancel),
            answer = self.answer_for(&call, kind, params) => answer,
        }
    }

    async fn answer_for(
        &self,
        call: &Call,
        kind: QuestionKind,
        params: &Value,
    ) -> Result<Value, ErrorData> {
        let Some(parsed) = kind.read(params) else {
            return kind.to_wire(None, QuestionAnswer::Cancel);
        };
        let answer = self.ask(call, &parsed).await;
        kind.to_wire(Some(&parsed), answer)
    }

    async fn ask(&self, call: &Call, parsed: &ParsedQuestion) -> QuestionAnswer {
        let Some(_open) = self.open(call) else {
            return QuestionAnswer::Cancel;
        };
        tokio::select! {
            biased;
            () = call.ended.cancelled() => QuestionAnswer::Cancel,
            answer = call.asker.ask(parsed.question.clone()) => answer,
            () = tokio::time::sleep(self.answer_timeout) => QuestionAnswer::Cancel,
        }
    }

    /// Opens a question; `None` if one is open already, or the rate limit is reached.
    fn open<'a>(&'a self, call: &'a Call) -> Option<QuestionGuard<'a>> {
        let mut state = lock(&self.state);
        let now = Instant::now();
        while let Some(first) = state.asked_at.front()
            && now.duration_since(*first) >= WINDOW
        {
            state.asked_at.pop_front();
        }
        if state.is_open || state.asked_at.len() >= MAX_QUESTIONS {
            return None;
        }
        state.is_open = true;
        state.asked_at.push_back(now);
        call.is_asking.send_replace(true);
        Some(QuestionGuard {
            question_router: self,
            call,
        })
    }
}

/// An open question.
struct QuestionGuard<'a> {
    question_router: &'a QuestionRouter,
    call: &'a Call,
}

impl Drop for QuestionGuard<'_> {
    fn drop(&mut self) {
        lock(&self.question_router.state).is_open = false;
        self.call.is_asking.send_replace(false);
    }
}

/// A call in flight whose person can be asked.
pub(super) struct RegisteredCall<'a> {
    question_router: &'a QuestionRouter,
    call: Arc<Call>,
}

impl RegisteredCall<'_> {
    /// Whether a question is open, and when that changes.
    pub(super) fn is_asking(&self) -> watch::Receiver<bool> {
        self.call.is_asking.subscribe()
    }

    /// Answers a question in a result, before the tool goes on.
    ///
    /// # Errors
    /// If there is no answer.
    pub(super) async fn answer(
        &self,
        kind: QuestionKind,
        params: &Value,
    ) -> Result<Value, ErrorData> {
        self.question_router
            .answer_for(&self.call, kind, params)
            .await
    }

    /// Offers the pages that an error names; returns whether one was opened.
    pub(super) async fn offer_pages(&self, data: Option<&Value>) -> bool {
        let mut was_opened = false;
        for parsed in questions::parse_required_pages(data) {
            match self.question_router.ask(&self.call, &parsed).await {
                QuestionAnswer::Accept { .. } => was_opened = true,
                // After a refusal the other pages aren't offered.
                QuestionAnswer::Decline | QuestionAnswer::Cancel => break,
            }
        }
        was_opened
    }
}

impl Drop for RegisteredCall<'_> {
    fn drop(&mut self) {
        self.call.ended.cancel();
        let calls = &mut lock(&self.question_router.state).calls;
        calls.retain(|call| !Arc::ptr_eq(call, &self.call));
    }
}

/// The answer to an elicitation in wire form. For a page it contains no values.
fn to_wire(parsed: Option<&ParsedQuestion>, answer: QuestionAnswer) -> Value {
    match answer {
        QuestionAnswer::Accept { values } => match parsed {
            Some(parsed) if matches!(parsed.question, Question::Form(_)) => {
                json!({ "action": "accept", "content": parsed.complete(values) })
            }
            _ => json!({ "action": "accept" }),
        },
        QuestionAnswer::Decline => json!({ "action": "decline" }),
        QuestionAnswer::Cancel => json!({ "action": "cancel" }),
    }
}
