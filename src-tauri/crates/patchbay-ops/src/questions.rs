//! Questions that servers ask during an operation.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use parking_lot::Mutex;
use patchbay_http::{Reach, text};
use patchbay_model::{
    Connector, ConnectorId, FieldProblem, IdentityLine, Json, Question, QuestionAnswer, QuestionId,
    Reply, RunQuestion, SamplingRequest, Secret, ToolRunSummary,
};
use patchbay_platforms::mcp::Asker;
use serde_json::{Value, json};
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;
use url::Url;

use crate::argument_check::check_arguments;
use crate::authorizations::await_user::open_browser;
use crate::context::Context;
use crate::context::open_questions::{AskedDuring, OpenQuestion, PendingQuestion};
use crate::error::Error;
use crate::events::Event;
use crate::redact::marked_values;
use crate::stored_connectors::reach_of;

/// Maximum characters of a question that are saved with its run.
const MESSAGE_LIMIT: usize = 4_000;

/// Maximum number of questions that are saved with a run though nobody saw them.
const MAX_NOT_SHOWN: usize = 100;

/// Questions of an operation after which all further ones can be declined at once.
const BEFORE_DECLINE_ALL: usize = 3;

/// Returns the open questions, the oldest first.
pub fn list_questions(cx: &Context) -> Vec<OpenQuestion> {
    let waiting = cx.questions().lock();
    waiting.iter().map(|one| one.open.clone()).collect()
}

/// Validates the values of an answer; an answer to a page has none.
pub fn question_problems(question: &Question, values: &Value) -> Vec<FieldProblem> {
    match question {
        Question::Form(form) => check_arguments(&form.form.schema, values),
        Question::Page { .. } => Vec::new(),
        Question::Sampling(_) => check_arguments(&SamplingRequest::answer_schema(), values),
    }
}

/// Answers a question. Does not open its page, see [`open_question_page`].
///
/// # Errors
/// [`Error::NotFound`] when it is no longer open; [`Error::Fields`] when the values are invalid, and it stays open.
pub fn answer_question(cx: &Context, id: &QuestionId, answer: QuestionAnswer) -> Result<(), Error> {
    let waiting = {
        let mut all = cx.questions().lock();
        let at = all.iter().position(|one| one.open.id == *id);
        let at = at.ok_or_else(|| no_question(id))?;
        if let QuestionAnswer::Accept { values } = &answer {
            let fields = question_problems(&all[at].open.question, values);
            if !fields.is_empty() {
                return Err(Error::Fields { fields });
            }
        }
        all.remove(at)
    };
    if answer == QuestionAnswer::DeclineAll {
        waiting.declines_rest.store(true, Ordering::SeqCst);
    }
    // The receiver may have been dropped meanwhile.
    drop(waiting.answer.send(answer));
    cx.emit(Event::QuestionsChanged);
    Ok(())
}

/// Opens the page of a question in the browser. The question stays open.
///
/// # Errors
/// [`Error::NotFound`] when it is no longer open or has no page; [`Error::OAuth`] when the URL is not allowed;
/// [`Error::Browser`].
pub async fn open_question_page(cx: &Context, id: &QuestionId) -> Result<(), Error> {
    let (url, reach) = {
        let all = cx.questions().lock();
        let found = all.iter().find(|one| one.open.id == *id);
        let page = found.and_then(|one| match &one.open.question {
            Question::Page { url, .. } => Some((Url::parse(url).ok()?, one.reach.clone())),
            Question::Form(_) | Question::Sampling(_) => None,
        });
        page.ok_or_else(|| no_question(id))?
    };
    let page = cx.addresses().browser_url("page", &reach, url).await;
    let page = page.map_err(patchbay_oauth::Error::from)?;
    open_browser(cx, &page).await
}

fn no_question(id: &QuestionId) -> Error {
    Error::not_found("open question", id)
}

/// Forwards the questions of one operation to the user, and logs the answers.
pub(crate) struct PersonAsker {
    cx: Context,
    connector: ConnectorId,
    connector_title: String,
    during: AskedDuring,
    identity: IdentityLine,
    reach: Reach,
    declines_rest: Arc<AtomicBool>,
    log: Mutex<QuestionLog>,
}

/// What is saved of the questions of a run.
#[derive(Default)]
pub(crate) struct QuestionLog {
    pub(crate) questions: Vec<RunQuestion>,
    /// Secrets among the answers, for redaction.
    pub(crate) secrets: Vec<Secret>,
}

impl PersonAsker {
    /// For a run, as who it runs.
    pub(crate) fn for_run(cx: &Context, run: &ToolRunSummary, connector: &Connector) -> Arc<Self> {
        let during = AskedDuring::Run {
            run: run.id.clone(),
            tool: run.tool.clone(),
        };
        Self::new(cx, connector, during, run.identity.clone())
    }

    pub(crate) fn new(
        cx: &Context,
        connector: &Connector,
        during: AskedDuring,
        identity: IdentityLine,
    ) -> Arc<Self> {
        Arc::new(Self {
            cx: cx.clone(),
            connector: connector.id.clone(),
            connector_title: connector.title.clone(),
            during,
            identity,
            reach: reach_of(connector),
            declines_rest: Arc::default(),
            log: Mutex::default(),
        })
    }

    pub(crate) fn take(&self) -> QuestionLog {
        std::mem::take(&mut *self.log.lock())
    }

    /// Logs a question, as unanswered for now, since the run may end before it is closed. Returns its place in the log.
    fn record_question(&self, message: &str, reply: Reply) -> usize {
        let questions = &mut self.log.lock().questions;
        questions.push(RunQuestion {
            message: text::clean_lines(message, MESSAGE_LIMIT),
            reply,
        });
        questions.len() - 1
    }

    fn record_answer(&self, place: usize, question: &Question, answer: &QuestionAnswer) {
        let mut log = self.log.lock();
        if let (Question::Form(form), QuestionAnswer::Accept { values }) = (question, answer) {
            let secrets = marked_values(values, &form.form.schema);
            log.secrets.extend(secrets);
        }
        // The log may have been taken.
        if let Some(recorded) = log.questions.get_mut(place) {
            recorded.reply = answer.reply();
        }
    }
}

#[async_trait]
impl Asker for PersonAsker {
    async fn ask(&self, question: Question, done: &CancellationToken) -> QuestionAnswer {
        let cx = &self.cx;
        if self.declines_rest.load(Ordering::SeqCst) {
            self.record_question(&question.message(), Reply::Declined);
            return QuestionAnswer::Decline;
        }
        let may_decline_all = self.log.lock().questions.len() >= BEFORE_DECLINE_ALL;
        let (answer, answered) = oneshot::channel();
        let open = OpenQuestion {
            id: QuestionId::new(cx.new_id("ask")),
            connector: self.connector.clone(),
            connector_title: self.connector_title.clone(),
            during: self.during.clone(),
            identity: self.identity.clone(),
            asked_at: cx.now(),
            question: question.clone(),
            may_decline_all,
        };
        let mut listed = ListedQuestion {
            cx,
            asker: self,
            id: open.id.clone(),
            place: self.record_question(&question.message(), Reply::Cancelled),
            question,
            answer: QuestionAnswer::Cancel,
        };
        cx.questions().lock().push(PendingQuestion {
            open,
            reach: self.reach.clone(),
            answer,
            declines_rest: Arc::clone(&self.declines_rest),
        });
        cx.emit(Event::QuestionsChanged);
        listed.answer = tokio::select! {
            biased;
            answer = answered => answer.unwrap_or(QuestionAnswer::Cancel),
            () = done.cancelled() => QuestionAnswer::Accept {
                values: Json(json!({})),
            },
        };
        listed.answer.clone()
    }

    fn can_ask(&self) -> bool {
        self.cx.can_ask()
    }

    fn note_not_shown(&self, message: &str) {
        let is_not_shown = |question: &&RunQuestion| question.reply == Reply::NotShown;
        let count = self
            .log
            .lock()
            .questions
            .iter()
            .filter(is_not_shown)
            .count();
        if count < MAX_NOT_SHOWN {
            self.record_question(message, Reply::NotShown);
        }
    }
}

/// Removes the question from the list when it is dropped: after the answer, or when nobody waits any more.
struct ListedQuestion<'a> {
    cx: &'a Context,
    asker: &'a PersonAsker,
    id: QuestionId,
    /// Its place in the log.
    place: usize,
    question: Question,
    answer: QuestionAnswer,
}

impl Drop for ListedQuestion<'_> {
    fn drop(&mut self) {
        let asker = self.asker;
        asker.record_answer(self.place, &self.question, &self.answer);
        let mut all = self.cx.questions().lock();
        let before = all.len();
        all.retain(|one| one.open.id != self.id);
        if all.len() < before {
            self.cx.emit(Event::QuestionsChanged);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use patchbay_model::{
        CaptureLevel, Content, Form, Origin, QuestionForm, RunId, RunLabel, RunState,
        SamplingMessage, SamplingRole,
    };

    use super::*;
    use crate::testing::{UNREACHABLE_URL, add, open_temporary};

    fn password() -> Question {
        let schema = json!({
            "type": "object",
            "properties": { "p": { "type": "string", "format": "password", "minLength": 8 } },
            "required": ["p"],
        });
        Question::Form(QuestionForm {
            message: "Sign in".to_owned(),
            form: Form {
                schema: Json(schema),
                ..Form::default()
            },
            secrets: vec!["p".to_owned()],
        })
    }

    async fn asker(cx: &Context) -> Arc<PersonAsker> {
        let connector = add(cx, UNREACHABLE_URL).await;
        let run = ToolRunSummary {
            id: RunId::new("run_1"),
            connector: connector.id.clone(),
            connector_title: connector.title.clone(),
            tool: "echo".to_owned(),
            identity: connector.identity.clone(),
            origin: Origin::Window,
            state: RunState::Running,
            started_at: cx.now(),
            duration_ms: None,
            result_bytes: None,
            problem: None,
            arguments_line: None,
            capture: CaptureLevel::default(),
            label: RunLabel::default(),
        };
        PersonAsker::for_run(cx, &run, &connector)
    }

    async fn ask(asker: &PersonAsker, question: Question) -> QuestionAnswer {
        asker.ask(question, &CancellationToken::new()).await
    }

    fn echo() -> AskedDuring {
        AskedDuring::Run {
            run: RunId::new("run_1"),
            tool: "echo".to_owned(),
        }
    }

    async fn wait_for_question(cx: &Context) -> OpenQuestion {
        loop {
            if let Some(open) = list_questions(cx).pop() {
                return open;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    #[tokio::test]
    async fn a_flood_of_questions_that_nobody_sees_is_not_kept() {
        let (_home, cx) = open_temporary().await;
        let asker = asker(&cx).await;
        for _ in 0..10 * MAX_NOT_SHOWN {
            asker.note_not_shown("again");
        }
        assert_eq!(asker.take().questions.len(), MAX_NOT_SHOWN);
    }

    #[tokio::test]
    async fn a_question_stays_open_until_a_valid_answer() {
        let (_home, cx) = open_temporary().await;
        let asker = asker(&cx).await;
        let accept = |text: &str| QuestionAnswer::Accept {
            values: Json(json!({ "p": text })),
        };
        let user = async {
            let open = wait_for_question(&cx).await;
            assert_eq!(open.during, echo());
            let refused = answer_question(&cx, &open.id, accept("short"));
            assert!(matches!(refused, Err(Error::Fields { .. })), "{refused:?}");
            assert_eq!(list_questions(&cx).len(), 1);
            let page = open_question_page(&cx, &open.id).await;
            assert!(matches!(page, Err(Error::NotFound { .. })), "{page:?}");
            answer_question(&cx, &open.id, accept("hunter2-hunter2")).unwrap();
            let again = answer_question(&cx, &open.id, QuestionAnswer::Decline);
            assert!(matches!(again, Err(Error::NotFound { .. })), "{again:?}");
        };
        let (answer, ()) = tokio::join!(ask(&asker, password()), user);
        assert_eq!(answer.reply(), Reply::Answered);
        let log = asker.take();
        assert_eq!(log.secrets[0].expose(), "hunter2-hunter2");
        assert_eq!(log.questions[0].reply, Reply::Answered);
    }

    #[tokio::test]
    async fn a_sampling_answer_is_valid_text_and_not_saved() {
        let (_home, cx) = open_temporary().await;
        let asker = asker(&cx).await;
        let accept = |values: Value| QuestionAnswer::Accept {
            values: Json(values),
        };
        let request = SamplingRequest {
            messages: vec![SamplingMessage {
                role: SamplingRole::User,
                content: vec![Content::text("x".repeat(10_000))],
            }],
            ..SamplingRequest::default()
        };
        let user = async {
            let open = wait_for_question(&cx).await;
            for wrong in [json!({}), json!({ "text": "" }), json!({ "text": 7 })] {
                let refused = answer_question(&cx, &open.id, accept(wrong));
                assert!(matches!(refused, Err(Error::Fields { .. })), "{refused:?}");
            }
            answer_question(&cx, &open.id, accept(json!({ "text": "Hi" }))).unwrap();
        };
        let (answer, ()) = tokio::join!(ask(&asker, Question::Sampling(request)), user);
        assert_eq!(answer, accept(json!({ "text": "Hi" })));
        let log = asker.take();
        assert!(log.questions[0].message.chars().count() <= MESSAGE_LIMIT);
        assert_eq!(log.questions[0].reply, Reply::Answered);
    }

    #[tokio::test]
    async fn a_page_is_answered_when_the_server_knows_that_the_person_is_done() {
        let (_home, cx) = open_temporary().await;
        let asker = asker(&cx).await;
        let page = Question::Page {
            message: "Sign".to_owned(),
            url: "https://sign.example/".to_owned(),
            host: "sign.example".to_owned(),
            awaits_done: true,
        };
        let done = CancellationToken::new();
        let server = async {
            wait_for_question(&cx).await;
            done.cancel();
        };
        let (answer, ()) = tokio::join!(asker.ask(page, &done), server);
        assert_eq!(answer.reply(), Reply::Answered);
        assert_eq!(list_questions(&cx), []);
        assert_eq!(asker.take().questions[0].reply, Reply::Answered);
    }

    #[tokio::test]
    async fn after_some_questions_all_further_ones_can_be_declined_at_once() {
        let (_home, cx) = open_temporary().await;
        let asker = asker(&cx).await;
        let user = async {
            let mut offered = Vec::new();
            loop {
                let open = wait_for_question(&cx).await;
                offered.push(open.may_decline_all);
                let answer = match open.may_decline_all {
                    true => QuestionAnswer::DeclineAll,
                    false => QuestionAnswer::Cancel,
                };
                answer_question(&cx, &open.id, answer).unwrap();
                if open.may_decline_all {
                    return offered;
                }
            }
        };
        let server = async {
            for _ in 0..6 {
                ask(&asker, password()).await;
            }
        };
        let (offered, ()) = tokio::join!(user, server);
        assert_eq!(offered, [false, false, false, true]);
        let replies = asker.take().questions.into_iter().map(|one| one.reply);
        let (cancelled, declined) = (Reply::Cancelled, Reply::Declined);
        assert_eq!(
            replies.collect::<Vec<_>>(),
            [
                cancelled, cancelled, cancelled, declined, declined, declined
            ]
        );
    }

    #[tokio::test]
    async fn an_abandoned_question_is_removed() {
        let (_home, cx) = open_temporary().await;
        let asker = asker(&cx).await;
        let mut events = cx.events();
        tokio::select! {
            answer = ask(&asker, password()) => panic!("{answer:?}"),
            open = wait_for_question(&cx) => assert_eq!(open.during, echo()),
        }
        assert_eq!(list_questions(&cx), []);
        for _ in 0..2 {
            assert!(matches!(events.recv().await, Ok(Event::QuestionsChanged)));
        }
        assert_eq!(asker.take().questions[0].reply, Reply::Cancelled);
    }

    #[tokio::test]
    async fn a_run_that_ends_before_its_question_is_closed_has_it_all_the_same() {
        let (_home, cx) = open_temporary().await;
        let asker = asker(&cx).await;
        tokio::select! {
            answer = ask(&asker, password()) => panic!("{answer:?}"),
            _ = wait_for_question(&cx) => {
                assert_eq!(asker.take().questions[0].reply, Reply::Cancelled);
            }
        }
    }
}
