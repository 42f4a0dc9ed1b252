//! Questions that a server asks during a tool call, a prompt or a resource read, routed to the person behind it.
//!
//! A session has at most one open question; others wait for their turn. More than a number per minute are cancelled, as
//! are questions that nobody can answer. The timeouts of a call are paused until its questions are answered.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use parking_lot::Mutex;
use patchbay_model::{Question, QuestionAnswer, Reply};
use rmcp::model::{
    ConstString as _, CreateMessageRequestMethod, ElicitationCreateRequestMethod, ErrorCode,
    ErrorData, RequestId,
};
use serde_json::{Value, json};
use tokio::sync::watch;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::questions::{self, ParsedQuestion};
use super::server_log::ServerLog;
use super::{ClientFeatures, sampling};

/// Maximum number of questions in [`WINDOW`].
const MAX_QUESTIONS: usize = 10;
const WINDOW: Duration = Duration::from_secs(60);

/// The entry of a request's metadata that names the task it belongs to.
///
/// Source: MCP 2025-11-25, "Tasks", "Related Task Metadata".
pub(super) const RELATED_TASK: &str = "io.modelcontextprotocol/related-task";

/// Asks the person who had a server do something.
#[async_trait]
pub trait Asker: Send + Sync {
    /// Asks the person. The future is dropped once the answer is not needed any more. `done` is cancelled when the
    /// server notifies that the person is done on the page of the question, which accepts it.
    async fn ask(&self, question: Question, done: &CancellationToken) -> QuestionAnswer;

    /// Whether there is anyone to ask. The session may be shared with others who have someone, so that the server was
    /// told that it may ask.
    fn can_ask(&self) -> bool {
        true
    }

    /// Notes that the server asked something with this message that nobody was asked, and was told so by "cancel".
    fn note_not_shown(&self, _message: &str) {}
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
    /// Redacts the secrets in answers.
    log: Arc<ServerLog>,
    /// Locked while a question is open; those that wait get it in order.
    turn: tokio::sync::Mutex<()>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// Calls in flight that know whom to ask, oldest first.
    calls: Vec<Arc<Call>>,
    asked_at: VecDeque<Instant>,
}

/// A call that knows whom to ask.
struct Call {
    asker: Arc<dyn Asker>,
    /// Number of its questions that are open or wait for their turn.
    unanswered: watch::Sender<usize>,
    /// The pages that the person has to visit, by id; cancelled when they are done there.
    pages: Mutex<HashMap<String, CancellationToken>>,
    /// The requests that it sent.
    requests: Mutex<HashSet<RequestId>>,
    /// The id of the task that the server made of it.
    task: Mutex<Option<String>>,
    ended: CancellationToken,
}

impl QuestionRouter {
    pub(super) fn new(
        client_features: &ClientFeatures,
        answer_timeout: Duration,
        log: Arc<ServerLog>,
    ) -> Self {
        let mut allowed_kinds = Vec::new();
        if client_features.asks {
            allowed_kinds.push(QuestionKind::Elicitation);
            allowed_kinds.extend(client_features.sampling.then_some(QuestionKind::Sampling));
        }
        Self {
            allowed_kinds,
            answer_timeout,
            log,
            turn: tokio::sync::Mutex::default(),
            state: Mutex::default(),
        }
    }

    /// The kind of question that a method asks; `None` if the method wasn't declared to the server.
    pub(super) fn may_ask(&self, method: &str) -> Option<QuestionKind> {
        let mut all = self.allowed_kinds.iter().copied();
        all.find(|kind| kind.method() == method)
    }

    /// Registers a call, until the returned guard is dropped; `None` if the server may not ask.
    pub(super) fn register_call(
        &self,
        asker: Option<&Arc<dyn Asker>>,
    ) -> Option<RegisteredCall<'_>> {
        let asker = asker.filter(|_| !self.allowed_kinds.is_empty())?;
        let call = Arc::new(Call {
            asker: Arc::clone(asker),
            unanswered: watch::Sender::default(),
            pages: Mutex::default(),
            requests: Mutex::default(),
            task: Mutex::default(),
            ended: CancellationToken::new(),
        });
        self.state.lock().calls.push(Arc::clone(&call));
        Some(RegisteredCall {
            question_router: self,
            call,
        })
    }

    /// Answers a request of the server. `origin` is the request on whose stream it arrived, and `task` the task that it
    /// names. Without either, as over stdio, the protocol doesn't say which call it belongs to: the latest one is
    /// assumed.
    ///
    /// # Errors
    /// The error to send if there is no answer.
    pub(super) async fn answer(
        &self,
        kind: QuestionKind,
        params: &Value,
        (origin, task): (Option<&RequestId>, Option<&str>),
        withdrawn: &CancellationToken,
    ) -> Result<Value, ErrorData> {
        let call = self.call_of(origin, task);
        let Some(call) = call else {
            return kind.to_wire(None, QuestionAnswer::Cancel);
        };
        tokio::select! {
            biased;
            () = withdrawn.cancelled() => kind.to_wire(None, QuestionAnswer::Cancel),
            answer = self.answer_for(&call, kind, params, kind.read(params)) => answer,
        }
    }

    fn call_of(&self, origin: Option<&RequestId>, task: Option<&str>) -> Option<Arc<Call>> {
        let calls = &self.state.lock().calls;
        let has_sent =
            |call: &&Arc<Call>| origin.is_some_and(|id| call.requests.lock().contains(id));
        let is_task = |call: &&Arc<Call>| task.is_some() && call.task.lock().as_deref() == task;
        let found = calls.iter().find(has_sent);
        let found = found.or_else(|| calls.iter().find(is_task));
        found.or(calls.last()).cloned()
    }

    async fn answer_for(
        &self,
        call: &Call,
        kind: QuestionKind,
        params: &Value,
        parsed: Option<ParsedQuestion>,
    ) -> Result<Value, ErrorData> {
        let Some(parsed) = parsed else {
            call.asker
                .note_not_shown(params["message"].as_str().unwrap_or_default());
            return kind.to_wire(None, QuestionAnswer::Cancel);
        };
        let answer = self.ask(call, &parsed, &CancellationToken::new()).await;
        if let QuestionAnswer::Accept { values } = &answer {
            self.log.redact(&parsed.secrets_among(values));
        }
        kind.to_wire(Some(&parsed), answer)
    }

    /// Notes that the person is done on a page; ids of others are ignored.
    ///
    /// Source: MCP 2025-11-25, "Elicitation", "Completion Notifications for URL Mode Elicitation".
    pub(super) fn note_page_done(&self, id: &str) {
        for call in &self.state.lock().calls {
            if let Some(done) = call.pages.lock().get(id) {
                done.cancel();
            }
        }
    }

    async fn ask(
        &self,
        call: &Call,
        parsed: &ParsedQuestion,
        done: &CancellationToken,
    ) -> QuestionAnswer {
        let Some(_unanswered) = call.asker.can_ask().then(|| self.admit(call)).flatten() else {
            call.asker.note_not_shown(&parsed.question.message());
            return QuestionAnswer::Cancel;
        };
        let asked = async {
            let _turn = self.turn.lock().await;
            let answer = call.asker.ask(parsed.question.clone(), done);
            let answer = tokio::time::timeout(self.answer_timeout, answer).await;
            answer.unwrap_or(QuestionAnswer::Cancel)
        };
        tokio::select! {
            biased;
            () = call.ended.cancelled() => QuestionAnswer::Cancel,
            answer = asked => answer,
        }
    }

    /// Admits a question; `None` if the rate limit is reached.
    fn admit<'a>(&self, call: &'a Call) -> Option<UnansweredQuestion<'a>> {
        let mut state = self.state.lock();
        let now = Instant::now();
        while let Some(first) = state.asked_at.front()
            && now.duration_since(*first) >= WINDOW
        {
            state.asked_at.pop_front();
        }
        if state.asked_at.len() >= MAX_QUESTIONS {
            return None;
        }
        state.asked_at.push_back(now);
        call.unanswered.send_modify(|count| *count += 1);
        Some(UnansweredQuestion(call))
    }
}

/// A question that is open or waits for its turn.
struct UnansweredQuestion<'a>(&'a Call);

impl Drop for UnansweredQuestion<'_> {
    fn drop(&mut self) {
        self.0.unanswered.send_modify(|count| *count -= 1);
    }
}

/// A call in flight that knows whom to ask.
pub(super) struct RegisteredCall<'a> {
    question_router: &'a QuestionRouter,
    call: Arc<Call>,
}

impl RegisteredCall<'_> {
    /// Whether there is anyone to ask.
    pub(super) fn can_ask(&self) -> bool {
        self.call.asker.can_ask()
    }

    /// Notes a request of the call, on whose stream questions may arrive.
    pub(super) fn note_request(&self, id: &RequestId) {
        self.call.requests.lock().insert(id.clone());
    }

    /// Notes the task that the server made of the call.
    pub(super) fn note_task(&self, id: &str) {
        *self.call.task.lock() = Some(id.to_owned());
    }

    /// The number of its unanswered questions, and when that changes.
    pub(super) fn unanswered(&self) -> watch::Receiver<usize> {
        self.call.unanswered.subscribe()
    }

    /// Answers a question in a result, before the tool goes on. The answer to a page repeats the request, which would be
    /// too early before the person is done there.
    ///
    /// # Errors
    /// If there is no answer.
    pub(super) async fn answer(
        &self,
        kind: QuestionKind,
        params: &Value,
    ) -> Result<Value, ErrorData> {
        let parsed = kind.read(params).map(ParsedQuestion::awaiting_done);
        self.question_router
            .answer_for(&self.call, kind, params, parsed)
            .await
    }

    /// Offers the pages that an error names, until the person is not done with one; `None` if it names none. A page on
    /// which the server knows the person to be done is offered no longer.
    pub(super) async fn offer_pages(&self, data: Option<&Value>) -> Option<Reply> {
        let mut tokens = HashMap::new();
        let pages = questions::parse_required_pages(data).into_iter();
        let pages: Vec<_> = pages
            .map(|page| {
                let done = match page.page_id.clone() {
                    Some(id) => CancellationToken::clone(tokens.entry(id).or_default()),
                    None => CancellationToken::new(),
                };
                (page, done)
            })
            .collect();
        *self.call.pages.lock() = tokens;
        let mut reply = None;
        for (page, done) in &pages {
            let answer = match done.is_cancelled() {
                true => Reply::Answered,
                false => self
                    .question_router
                    .ask(&self.call, page, done)
                    .await
                    .reply(),
            };
            reply = Some(answer);
            if answer != Reply::Answered {
                break;
            }
        }
        reply
    }
}

impl Drop for RegisteredCall<'_> {
    fn drop(&mut self) {
        self.call.ended.cancel();
        let calls = &mut self.question_router.state.lock().calls;
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
        QuestionAnswer::Decline | QuestionAnswer::DeclineAll => json!({ "action": "decline" }),
        QuestionAnswer::Cancel => json!({ "action": "cancel" }),
    }
}
