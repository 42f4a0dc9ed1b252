//! What a server asks while a tool runs, a prompt is filled in or a resource is read, on its way to the person who had
//! that done.
//!
//! One question of a session is open at a time, and there are so many a minute: what is asked beyond that, and what
//! nobody can be asked, is cancelled. The clocks of a call stand still while its question is open.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
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

use super::Declared;
use super::questions::{self, Asked};
use super::sampling;

/// Most questions in [`WINDOW`].
const MOST: usize = 10;
const WINDOW: Duration = Duration::from_secs(60);

/// Asks the person who had a server do something.
#[async_trait]
pub trait Asker: Send + Sync {
    /// Puts the question to the person. The future is dropped when nobody waits for the answer any more.
    async fn ask(&self, question: Question) -> QuestionAnswer;
}

/// How a server asks the person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Asking {
    /// For values, or to open a page.
    Elicitation,
    /// For what a language model would write.
    Sampling,
}

impl Asking {
    pub(super) fn method(self) -> &'static str {
        match self {
            Self::Elicitation => ElicitationCreateRequestMethod::VALUE,
            Self::Sampling => CreateMessageRequestMethod::VALUE,
        }
    }

    /// Reads the parameters of a request; `None` of what nobody can be asked.
    fn read(self, params: &Value) -> Option<Asked> {
        match self {
            Self::Elicitation => questions::read(params),
            Self::Sampling => sampling::read(params),
        }
    }

    /// The answer as it is sent.
    ///
    /// # Errors
    /// What is sent in place of a text that nobody wrote: there is no answer without one.
    fn wire_form(self, asked: Option<&Asked>, answer: QuestionAnswer) -> Result<Value, ErrorData> {
        match self {
            Self::Elicitation => Ok(wire_form(asked, answer)),
            Self::Sampling => sampling::wire_form(answer)
                .map_err(|words| ErrorData::new(ErrorCode(-1), words, None)),
        }
    }
}

/// Where the questions of one session arrive.
pub(super) struct Desk {
    /// How the server is told that it may ask.
    declares: Vec<Asking>,
    /// How long a question stays open.
    patience: Duration,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// Calls under way whose person can be asked, in the order in which they began.
    calls: Vec<Arc<Call>>,
    is_open: bool,
    asked_at: VecDeque<Instant>,
}

/// A call whose person can be asked.
struct Call {
    asker: Arc<dyn Asker>,
    is_asking: watch::Sender<bool>,
    over: CancellationToken,
}

impl Desk {
    pub(super) fn new(declared: &Declared, patience: Duration) -> Self {
        let mut declares = Vec::new();
        if declared.asks {
            declares.push(Asking::Elicitation);
            declares.extend(declared.sampling.then_some(Asking::Sampling));
        }
        Self {
            declares,
            patience,
            state: Mutex::default(),
        }
    }

    /// How that method asks, where the server was told that it may.
    pub(super) fn may_ask(&self, method: &str) -> Option<Asking> {
        let mut all = self.declares.iter().copied();
        all.find(|asking| asking.method() == method)
    }

    /// Notes a call whose person can be asked, until the answer is dropped; `None` where nobody can.
    pub(super) fn enter(&self, asker: Option<&Arc<dyn Asker>>) -> Option<Present<'_>> {
        let asker = asker.filter(|_| !self.declares.is_empty())?;
        let call = Arc::new(Call {
            asker: Arc::clone(asker),
            is_asking: watch::Sender::new(false),
            over: CancellationToken::new(),
        });
        self.lock().calls.push(Arc::clone(&call));
        Some(Present { desk: self, call })
    }

    /// Answers a request of the server. What it is about nobody says: it is taken for a question of the call that
    /// began last.
    ///
    /// # Errors
    /// What is sent where there is no answer.
    pub(super) async fn answer(
        &self,
        asking: Asking,
        params: &Value,
        withdrawn: &CancellationToken,
    ) -> Result<Value, ErrorData> {
        let call = self.lock().calls.last().cloned();
        let asked = asking.read(params);
        let (Some(call), Some(asked)) = (call, asked) else {
            return asking.wire_form(None, QuestionAnswer::Cancel);
        };
        let answer = tokio::select! {
            biased;
            () = withdrawn.cancelled() => QuestionAnswer::Cancel,
            answer = self.ask(&call, &asked) => answer,
        };
        asking.wire_form(Some(&asked), answer)
    }

    async fn ask(&self, call: &Call, asked: &Asked) -> QuestionAnswer {
        let Some(_open) = self.open(call) else {
            return QuestionAnswer::Cancel;
        };
        tokio::select! {
            biased;
            () = call.over.cancelled() => QuestionAnswer::Cancel,
            answer = call.asker.ask(asked.question.clone()) => answer,
            () = tokio::time::sleep(self.patience) => QuestionAnswer::Cancel,
        }
    }

    /// Notes that a question is open; `None` when another one is, or there were too many.
    fn open<'a>(&'a self, call: &'a Call) -> Option<Open<'a>> {
        let mut state = self.lock();
        let now = Instant::now();
        while let Some(first) = state.asked_at.front()
            && now.duration_since(*first) >= WINDOW
        {
            state.asked_at.pop_front();
        }
        if state.is_open || state.asked_at.len() >= MOST {
            return None;
        }
        state.is_open = true;
        state.asked_at.push_back(now);
        call.is_asking.send_replace(true);
        Some(Open { desk: self, call })
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An open question.
struct Open<'a> {
    desk: &'a Desk,
    call: &'a Call,
}

impl Drop for Open<'_> {
    fn drop(&mut self) {
        self.desk.lock().is_open = false;
        self.call.is_asking.send_replace(false);
    }
}

/// A call under way whose person can be asked.
pub(super) struct Present<'a> {
    desk: &'a Desk,
    call: Arc<Call>,
}

impl Present<'_> {
    /// Whether a question is open, and when that changes.
    pub(super) fn is_asking(&self) -> watch::Receiver<bool> {
        self.call.is_asking.subscribe()
    }

    /// Answers a question that a result asks before the tool goes on.
    ///
    /// # Errors
    /// What would be sent where there is no answer.
    pub(super) async fn answer(&self, asking: Asking, params: &Value) -> Result<Value, ErrorData> {
        match asking.read(params) {
            Some(asked) => {
                let answer = self.desk.ask(&self.call, &asked).await;
                asking.wire_form(Some(&asked), answer)
            }
            None => asking.wire_form(None, QuestionAnswer::Cancel),
        }
    }

    /// Offers the pages that an error names; `true` when one was opened.
    pub(super) async fn offer_pages(&self, data: Option<&Value>) -> bool {
        let mut was_opened = false;
        for asked in questions::pages_of(data) {
            match self.desk.ask(&self.call, &asked).await {
                QuestionAnswer::Accept { .. } => was_opened = true,
                // Whoever says no to one is not asked for the rest.
                QuestionAnswer::Decline | QuestionAnswer::Cancel => break,
            }
        }
        was_opened
    }
}

impl Drop for Present<'_> {
    fn drop(&mut self) {
        self.call.over.cancel();
        let calls = &mut self.desk.lock().calls;
        calls.retain(|call| !Arc::ptr_eq(call, &self.call));
    }
}

/// The answer to values or a page as it is sent. Of a page nothing is sent but that it was opened.
fn wire_form(asked: Option<&Asked>, answer: QuestionAnswer) -> Value {
    match answer {
        QuestionAnswer::Accept { values } => match asked {
            Some(asked) if matches!(asked.question, Question::Form(_)) => {
                json!({ "action": "accept", "content": asked.complete(values) })
            }
            _ => json!({ "action": "accept" }),
        },
        QuestionAnswer::Decline => json!({ "action": "decline" }),
        QuestionAnswer::Cancel => json!({ "action": "cancel" }),
    }
}
