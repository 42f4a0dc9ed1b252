//! Servers that ask the person during a call, in both eras.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use axum::Router;
use axum::response::IntoResponse as _;
use futures::{StreamExt as _, stream};
use patchbay_model::{Content, Json, Question, QuestionAnswer};
use serde_json::{Map, Value, json};
use tokio::sync::{broadcast, mpsc, watch};
use tokio_util::sync::CancellationToken;

use super::hand_made::{self, accepted, event, events, result_of};
use super::{Server, call, connect_to, http, json_of, run_tool, target, text_of, tools_of};
use crate::Error;
use crate::mcp::question_router::{QuestionKind, QuestionRouter};
use crate::mcp::server_log::ServerLog;
use crate::mcp::{
    Asker, CallOutcome, ClientFeatures, McpLimits, McpSession, McpTarget, ToolCall, connect,
};

/// Gives a scripted answer after a delay, and records the questions.
pub(super) struct ScriptedAsker {
    /// `None` to answer only once the server says that the person is done.
    answer: Option<QuestionAnswer>,
    after: Duration,
    asked: Mutex<Vec<Question>>,
    /// Number of questions that were closed before they were answered.
    closed: Mutex<usize>,
    /// Messages of questions that nobody was asked.
    not_shown: Mutex<Vec<String>>,
}

impl ScriptedAsker {
    pub(super) fn new(answer: Option<QuestionAnswer>, after: Duration) -> Arc<Self> {
        Arc::new(Self {
            answer,
            after,
            asked: Mutex::default(),
            closed: Mutex::default(),
            not_shown: Mutex::default(),
        })
    }

    pub(super) fn answering(answer: QuestionAnswer) -> Arc<Self> {
        Self::new(Some(answer), Duration::ZERO)
    }

    pub(super) fn accepting(values: Value) -> Arc<Self> {
        Self::accepting_after(values, Duration::ZERO)
    }

    fn accepting_after(values: Value, after: Duration) -> Arc<Self> {
        let values = Json(values);
        Self::new(Some(QuestionAnswer::Accept { values }), after)
    }

    pub(super) fn questions(&self) -> Vec<Question> {
        self.asked.lock().unwrap().clone()
    }

    pub(super) fn asked(&self) -> usize {
        self.asked.lock().unwrap().len()
    }
}

/// Counts a question that was closed before it was answered.
struct CountClosed<'a> {
    asker: &'a ScriptedAsker,
    is_answered: bool,
}

impl Drop for CountClosed<'_> {
    fn drop(&mut self) {
        if !self.is_answered {
            *self.asker.closed.lock().unwrap() += 1;
        }
    }
}

#[async_trait]
impl Asker for ScriptedAsker {
    async fn ask(&self, question: Question, done: &CancellationToken) -> QuestionAnswer {
        self.asked.lock().unwrap().push(question);
        let mut guard = CountClosed {
            asker: self,
            is_answered: false,
        };
        tokio::time::sleep(self.after).await;
        let answer = match self.answer.clone() {
            Some(answer) => answer,
            None => {
                done.cancelled().await;
                let values = Json(Value::Null);
                QuestionAnswer::Accept { values }
            }
        };
        guard.is_answered = true;
        answer
    }

    fn note_not_shown(&self, message: &str) {
        self.not_shown.lock().unwrap().push(message.to_owned());
    }
}

/// A server of the older era that asks all `questions` at once during each call, and responds with the answers.
fn legacy(questions: Vec<Value>) -> Router {
    let (answers, _) = broadcast::channel::<(Value, Value)>(64);
    hand_made::legacy(move |message| match message.method.as_str() {
        "tools/call" | "prompts/get" => {
            let (send, receive) = mpsc::unbounded_channel();
            let (mut answers, questions) = (answers.subscribe(), questions.clone());
            tokio::spawn(async move {
                for (number, params) in questions.iter().enumerate() {
                    let id = format!("q{number}");
                    send.send(event(&elicitation(&id, params))).unwrap();
                }
                let mut all = Map::new();
                while all.len() < questions.len() {
                    let (id, answer) = answers.recv().await.unwrap();
                    all.insert(id.as_str().unwrap().to_owned(), answer);
                }
                let text = Value::Object(all).to_string();
                drop(send.send(message.event(result_of(&text))));
            });
            let pieces = tokio_stream::wrappers::UnboundedReceiverStream::new(receive);
            events(pieces.map(Ok))
        }
        "" => {
            drop(answers.send((message.id, message.result)));
            accepted()
        }
        _ => accepted(),
    })
}

fn elicitation(id: &str, params: &Value) -> Value {
    json!({"jsonrpc": "2.0", "id": id, "method": "elicitation/create", "params": params})
}

/// A server of the newer era that requires answers to `questions` before it responds.
fn modern(questions: Value) -> Router {
    hand_made::modern_with_inputs(questions, Some("s\u{e9}"), |capabilities| {
        assert!(
            capabilities["elicitation"]["form"].is_object(),
            "{capabilities}"
        );
    })
}

pub(super) fn client_features(sampling: bool) -> ClientFeatures {
    ClientFeatures {
        asks: true,
        sampling,
        ..ClientFeatures::default()
    }
}

async fn session(router: Router, limits: McpLimits) -> (Server, McpSession) {
    let server = Server::start(router).await;
    let target = McpTarget {
        client_features: client_features(false),
        ..target(&server.url)
    };
    let session = connect(&http(), target, limits, &CancellationToken::new()).await;
    (server, session.unwrap())
}

async fn call_server(router: Router, asker: &Arc<ScriptedAsker>) -> Result<CallOutcome, Error> {
    call_and_capture(router, asker).await.0
}

/// Calls the tool; also returns the captured request.
async fn call_and_capture(
    router: Router,
    asker: &Arc<ScriptedAsker>,
) -> (Result<CallOutcome, Error>, Option<String>) {
    let (_server, session) = session(router, McpLimits::DEFAULT).await;
    let call = call_with(asker);
    let capture = call.capture.clone();
    let outcome = run_tool(&session, call).await;
    let sent = capture.take_exchange().and_then(|kept| kept.request.body);
    (outcome, sent)
}

pub(super) fn call_with(asker: &Arc<ScriptedAsker>) -> ToolCall {
    ToolCall {
        asker: Some(Arc::clone(asker) as Arc<dyn Asker>),
        ..call("echo")
    }
}

/// The answers that the server received.
fn answers_in(outcome: &CallOutcome) -> Value {
    json_of(text_of(outcome))
}

fn ask_name(name: &str) -> Value {
    json!({"message": "Who?", "requestedSchema": {"type": "object", "properties": {
        name: {"type": "string", "default": "Ada"},
    }, "required": [name]}})
}

/// A question that does not fit rmcp's types.
fn ask_count() -> Value {
    json!({"mode": "form", "message": "How many?", "requestedSchema": {"type": "object", "properties": {
        "count": {"anyOf": [{"type": "integer"}, {"type": "null"}], "default": 3.0},
        "deep": {"type": "object", "properties": {"x": {"type": "string"}}},
    }, "required": ["count"]}})
}

#[tokio::test]
async fn a_question_of_the_older_era_is_asked_and_answered() {
    let asker = ScriptedAsker::accepting(json!({"name": "Grace"}));
    let (outcome, sent) = call_and_capture(legacy(vec![ask_name("name")]), &asker).await;
    assert_eq!(
        answers_in(&outcome.unwrap()),
        json!({"q0": {"action": "accept", "content": {"name": "Grace"}}})
    );
    let asked = asker.questions();
    let [Question::Form(form)] = asked.as_slice() else {
        panic!("{asked:?}");
    };
    assert_eq!(form.message, "Who?");
    assert_eq!(form.form.values.0, json!({"name": "Ada"}));
    // The captured request does not contain the answer.
    assert!(!sent.unwrap().contains("Grace"));
}

#[tokio::test]
async fn what_is_outside_of_the_subset_is_asked_too() {
    let asker = ScriptedAsker::accepting(json!({"deep": {"x": "y"}}));
    let outcome = call_server(legacy(vec![ask_count()]), &asker)
        .await
        .unwrap();
    let content = json!({"deep": {"x": "y"}, "count": null});
    assert_eq!(
        answers_in(&outcome),
        json!({"q0": {"action": "accept", "content": content}})
    );
}

#[tokio::test]
async fn no_and_nothing_are_told_apart() {
    for (answer, word) in [
        (QuestionAnswer::Decline, "decline"),
        (QuestionAnswer::Cancel, "cancel"),
    ] {
        let asker = ScriptedAsker::answering(answer);
        let outcome = call_server(legacy(vec![ask_name("name")]), &asker)
            .await
            .unwrap();
        assert_eq!(answers_in(&outcome), json!({"q0": {"action": word}}));
    }
}

#[tokio::test]
async fn a_page_is_asked_about_and_only_a_safe_one() {
    let page =
        |url: &str| json!({"mode": "url", "message": "Pay", "url": url, "elicitationId": "1"});
    let asker = ScriptedAsker::accepting(Value::Null);
    let outcome = call_server(legacy(vec![page("https://pay.example/x")]), &asker).await;
    assert_eq!(
        answers_in(&outcome.unwrap()),
        json!({"q0": {"action": "accept"}})
    );
    assert!(matches!(&asker.questions()[0], Question::Page { host, .. } if host == "pay.example"));
    let outcome = call_server(legacy(vec![page("javascript:alert(1)")]), &asker).await;
    assert_eq!(
        answers_in(&outcome.unwrap()),
        json!({"q0": {"action": "cancel"}})
    );
    assert_eq!(asker.asked(), 1);
}

#[tokio::test]
async fn asked_at_once_they_are_open_one_after_the_other_while_the_clock_stands_still() {
    let values = json!({"name": "Ada"});
    let delay = Duration::from_millis(400);
    let asker = ScriptedAsker::accepting_after(values, delay);
    let limits = McpLimits {
        total: Duration::from_millis(600),
        ..McpLimits::DEFAULT
    };
    let (_server, session) = session(legacy(vec![ask_name("name"); 3]), limits).await;
    let call = ToolCall {
        timeout: Duration::from_millis(500),
        ..call_with(&asker)
    };
    let began = std::time::Instant::now();
    let answers = answers_in(&run_tool(&session, call).await.unwrap());
    assert!(began.elapsed() >= delay * 3, "two at a time");
    for id in ["q0", "q1", "q2"] {
        assert_eq!(answers[id]["action"], "accept", "{answers}");
    }
    assert_eq!(asker.asked(), 3);
}

#[tokio::test]
async fn a_question_is_for_the_call_on_whose_stream_it_arrives() {
    let (started, _) = watch::channel(0);
    let (answered, _) = watch::channel(false);
    let router = hand_made::legacy(move |message| match message.method.as_str() {
        "tools/call" => {
            started.send_modify(|number| *number += 1);
            let is_first = *started.borrow() == 1;
            let (mut started, mut answered) = (started.subscribe(), answered.subscribe());
            let question = async move {
                drop(started.wait_for(|number| *number == 2).await);
                Ok(event(&elicitation("q", &ask_name("name"))))
            };
            let response = async move {
                drop(answered.wait_for(|is_answered| *is_answered).await);
                Ok(message.event(result_of("done")))
            };
            let question = stream::iter(is_first.then_some(question)).then(|it| it);
            events(question.chain(stream::once(response)))
        }
        "" => {
            answered.send_replace(true);
            accepted()
        }
        _ => accepted(),
    });
    let (_server, session) = session(router, McpLimits::DEFAULT).await;
    let askers = [(); 2].map(|()| ScriptedAsker::accepting(json!({"name": "Ada"})));
    let first = run_tool(&session, call_with(&askers[0]));
    let second = async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        run_tool(&session, call_with(&askers[1])).await
    };
    let (first, second) = tokio::join!(first, second);
    first.and(second).unwrap();
    assert_eq!(askers.map(|asker| asker.asked()), [1, 0]);
}

#[tokio::test]
async fn a_question_is_for_the_call_whose_task_it_names() {
    let (features, limit) = (client_features(false), Duration::from_secs(5));
    let router = QuestionRouter::new(&features, limit, Arc::new(ServerLog::unread()));
    let askers: [Arc<dyn Asker>; 2] = [
        ScriptedAsker::accepting(json!({ "name": "task" })),
        ScriptedAsker::accepting(json!({ "name": "latest" })),
    ];
    let [task, _latest] = askers
        .each_ref()
        .map(|asker| router.register_call(Some(asker)));
    task.as_ref().unwrap().note_task("t1");
    let never = CancellationToken::new();
    for (named, who) in [
        (Some("t1"), "task"),
        (Some("t2"), "latest"),
        (None, "latest"),
    ] {
        let (kind, asked) = (QuestionKind::Elicitation, ask_name("name"));
        let answer = router.answer(kind, &asked, (None, named), &never).await;
        assert_eq!(answer.unwrap()["content"]["name"], who);
    }
}

#[tokio::test]
async fn questions_that_wait_for_their_turn_end_with_their_run() {
    let asker = ScriptedAsker::new(None, Duration::ZERO);
    let (_server, session) = session(legacy(vec![ask_name("name"); 3]), McpLimits::DEFAULT).await;
    let cancel = CancellationToken::new();
    let first = async {
        while asker.asked() == 0 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        cancel.cancel();
    };
    let (called, ()) = tokio::join!(session.call_tool(call_with(&asker), &cancel), first);
    assert!(matches!(called, Err(Error::Cancelled)), "{called:?}");
    while *asker.closed.lock().unwrap() == 0 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    // The others were never shown.
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_eq!(asker.asked(), 1);
}

#[tokio::test]
async fn a_flood_of_questions_is_cut_off() {
    let questions = json!(
        (0..40)
            .map(|n| (
                format!("k{n:02}"),
                json!({"method": "elicitation/create", "params": ask_name("name")})
            ))
            .collect::<Map<_, _>>()
    );
    let asker = ScriptedAsker::accepting(json!({"name": "Ada"}));
    let outcome = call_server(modern(questions), &asker).await.unwrap();
    let answers = answers_in(&outcome);
    assert_eq!(answers["k09"]["action"], "accept");
    assert_eq!(answers["k10"]["action"], "cancel");
    assert_eq!(asker.asked(), 10);
    assert_eq!(asker.not_shown.lock().unwrap().len(), 30);
}

#[tokio::test]
async fn questions_of_the_newer_era_are_asked_one_after_the_other() {
    let question = |params: Value| json!({"method": "elicitation/create", "params": params});
    // Without an elicitation id.
    let page = json!({"mode": "url", "message": "Pay", "url": "https://pay.example/x"});
    let questions = json!({"b": question(ask_count()), "a": question(page)});
    let asker = ScriptedAsker::accepting_after(json!({"count": 4}), Duration::from_millis(50));
    let (outcome, sent) = call_and_capture(modern(questions), &asker).await;
    assert_eq!(
        answers_in(&outcome.unwrap()),
        json!({"a": {"action": "accept"}, "b": {"action": "accept", "content": {"count": 4}}})
    );
    assert_eq!(asker.asked(), 2);
    assert!(!sent.unwrap().contains("inputResponses"));
}

#[tokio::test]
async fn a_question_that_cannot_be_shown_is_noted() {
    let page = json!({"mode": "url", "message": "Pay here", "url": "ftp://pay.example/x"});
    let question = json!({"q": {"method": "elicitation/create", "params": page}});
    let asker = ScriptedAsker::accepting(json!({}));
    let outcome = call_server(modern(question), &asker).await.unwrap();
    assert_eq!(answers_in(&outcome)["q"]["action"], "cancel");
    assert_eq!(*asker.not_shown.lock().unwrap(), ["Pay here"]);
}

#[tokio::test]
async fn what_is_asked_for_a_prompt_or_a_resource_is_answered_in_both_eras() {
    let scripted = ScriptedAsker::accepting(json!({"name": "Ada"}));
    let asker = Arc::clone(&scripted) as Arc<dyn Asker>;
    let (cancel, limits) = (CancellationToken::new(), McpLimits::DEFAULT);
    let question = json!({"method": "elicitation/create", "params": ask_name("name")});
    let (_modern, session) = session(modern(json!({"q0": question})), limits).await;
    let answer = json!({"q0": {"action": "accept", "content": {"name": "Ada"}}});
    let text = |content: &Content| match content {
        Content::Text { text, .. } => json_of(text),
        Content::Resource { text, .. } => json_of(text.as_ref().unwrap()),
        other => panic!("{other:?}"),
    };
    let filled = session.fill_prompt("echo", Map::new(), Some(&asker), &cancel);
    assert_eq!(text(&filled.await.unwrap().messages[0].content), answer);
    let read = session.read_resource("echo", Some(&asker), &cancel);
    assert_eq!(text(&read.await.unwrap()[0]), answer);
    let refused = session.read_resource("echo", None, &cancel).await;
    assert!(matches!(refused, Err(Error::InputRequired)), "{refused:?}");
    let (_legacy, session) = self::session(legacy(vec![ask_name("name")]), limits).await;
    let filled = session.fill_prompt("echo", Map::new(), Some(&asker), &cancel);
    assert_eq!(text(&filled.await.unwrap().messages[0].content), answer);
    assert_eq!(scripted.asked(), 3);
}

#[tokio::test]
async fn without_a_person_nothing_is_declared_and_nobody_asked() {
    let declared: Arc<Mutex<Value>> = Arc::default();
    let recorded = Arc::clone(&declared);
    let router = hand_made::raw(move |message| match message.method.as_str() {
        "server/discover" => message.refuse_method(),
        "initialize" => {
            *recorded.lock().unwrap() = message.params["capabilities"].clone();
            message.respond(hand_made::welcome())
        }
        "tools/call" => {
            let request = json!({"method": "elicitation/create", "params": {}});
            let requests = json!({ "a": request });
            message.respond(json!({"resultType": "input_required", "inputRequests": requests}))
        }
        _ => accepted(),
    });
    let server = Server::start(router).await;
    let session = connect_to(target(&server.url)).await.unwrap();
    let asker = ScriptedAsker::accepting(json!({}));
    let refused = run_tool(&session, call_with(&asker)).await;
    assert!(matches!(refused, Err(Error::InputRequired)), "{refused:?}");
    let client_features = json!({ "extensions": { "io.modelcontextprotocol/tasks": {} } });
    assert_eq!(*declared.lock().unwrap(), client_features);
    assert_eq!(asker.asked(), 0);
}

#[tokio::test]
async fn a_question_without_a_call_is_cancelled() {
    let (answers, mut received) = mpsc::unbounded_channel();
    let router = hand_made::legacy(move |message| match message.method.as_str() {
        "tools/list" => {
            let question = event(&elicitation("q", &ask_name("name")));
            let list = message.event(json!({"tools": []}));
            events(stream::iter([Ok(question), Ok(list)]))
        }
        "" => {
            answers.send(message.result).unwrap();
            accepted()
        }
        _ => accepted(),
    });
    let (_server, session) = session(router, McpLimits::DEFAULT).await;
    tools_of(&session).await.unwrap();
    assert_eq!(received.recv().await.unwrap(), json!({"action": "cancel"}));
}

#[tokio::test]
async fn a_server_that_is_never_ready_is_left_at_the_limit() {
    for result in [
        json!({"resultType": "input_required"}),
        // As some serializers write it: no question either.
        json!({"resultType": "input_required", "inputRequests": {}}),
    ] {
        let router = hand_made::modern(move |message| match message.method.as_str() {
            "tools/call" => message.respond(result.clone()),
            _ => accepted(),
        });
        is_left_at_the_limit(router).await;
    }
}

async fn is_left_at_the_limit(router: Router) {
    let limit = Duration::from_millis(600);
    let limits = McpLimits {
        total: limit,
        ..McpLimits::DEFAULT
    };
    let (_server, session) = session(router, limits).await;
    let call = ToolCall {
        timeout: Duration::from_millis(500),
        ..call_with(&ScriptedAsker::accepting(json!({})))
    };
    let ended = run_tool(&session, call).await;
    assert!(
        matches!(ended, Err(Error::TimedOut { after }) if after == limit),
        "{ended:?}"
    );
}

#[tokio::test]
async fn the_clock_of_a_call_stands_still_while_its_question_is_open() {
    let values = json!({"name": "Ada"});
    let asker = ScriptedAsker::accepting_after(values, Duration::from_millis(1500));
    let limits = McpLimits {
        total: Duration::from_millis(600),
        ..McpLimits::DEFAULT
    };
    let (_server, session) = session(legacy(vec![ask_name("name")]), limits).await;
    let call = ToolCall {
        timeout: Duration::from_millis(500),
        ..call_with(&asker)
    };
    let outcome = run_tool(&session, call).await.unwrap();
    assert_eq!(answers_in(&outcome)["q0"]["action"], "accept");
}

#[tokio::test]
async fn a_question_that_nobody_answers_is_closed_in_the_end() {
    let asker = ScriptedAsker::new(None, Duration::ZERO);
    let limits = McpLimits {
        answer: Duration::from_millis(200),
        ..McpLimits::DEFAULT
    };
    let (_server, session) = session(legacy(vec![ask_name("name")]), limits).await;
    let outcome = run_tool(&session, call_with(&asker)).await;
    assert_eq!(
        answers_in(&outcome.unwrap()),
        json!({"q0": {"action": "cancel"}})
    );
    assert_eq!(*asker.closed.lock().unwrap(), 1);
}

#[tokio::test]
async fn a_question_ends_with_its_run() {
    for router in [
        legacy(vec![ask_name("name")]),
        modern(json!({"a": {"method": "elicitation/create", "params": ask_name("name")}})),
    ] {
        let asker = ScriptedAsker::new(None, Duration::ZERO);
        let (_server, session) = session(router, McpLimits::DEFAULT).await;
        let cancel = CancellationToken::new();
        let stopping = cancel.clone();
        let watched = Arc::clone(&asker);
        let stopped = async move {
            while watched.asked() == 0 {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
            stopping.cancel();
        };
        let (called, ()) = tokio::join!(session.call_tool(call_with(&asker), &cancel), stopped);
        assert!(matches!(called, Err(Error::Cancelled)), "{called:?}");
        for _ in 0..100 {
            if *asker.closed.lock().unwrap() == 1 {
                break;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        assert_eq!(*asker.closed.lock().unwrap(), 1);
    }
}

#[tokio::test]
async fn pages_that_an_error_names_are_offered_and_the_call_is_repeated_when_they_are_done() {
    let router = |errors: usize| {
        let calls = Arc::new(Mutex::new(0));
        hand_made::legacy(move |message| {
            if message.method != "tools/call" {
                return accepted();
            }
            let mut calls = calls.lock().unwrap();
            *calls += 1;
            if *calls > errors {
                return message.respond(result_of("signed"));
            }
            let data = json!({"elicitations": [{"mode": "url", "message": "Sign", "url": "https://sign.example/", "elicitationId": "1"}]});
            let error = json!({"code": -32042, "message": "first", "data": data});
            axum::Json(message.error_response(error)).into_response()
        })
    };
    let asker = ScriptedAsker::accepting(Value::Null);
    let done = call_server(router(2), &asker).await.unwrap();
    assert_eq!(text_of(&done), "signed");
    let asked = asker.questions();
    assert_eq!(asked.len(), 2);
    let awaits_done = |question: &Question| {
        matches!(
            question,
            Question::Page {
                awaits_done: true,
                ..
            }
        )
    };
    assert!(asked.iter().all(awaits_done), "{asked:?}");
    let never = call_server(router(usize::MAX), &asker).await;
    assert!(matches!(never, Err(Error::PageFirst)), "{never:?}");
    assert_eq!(asker.asked(), 5);
    let asker = ScriptedAsker::answering(QuestionAnswer::Cancel);
    let closed = call_server(router(1), &asker).await;
    assert!(matches!(closed, Err(Error::PageFirst)), "{closed:?}");
    let asker = ScriptedAsker::answering(QuestionAnswer::Decline);
    let refused = call_server(router(1), &asker).await;
    assert!(matches!(refused, Err(Error::PageFirst)), "{refused:?}");
}

#[tokio::test]
async fn a_prompt_or_a_resource_may_want_a_page_first_too() {
    let router = |errors: usize| {
        let requests = Arc::new(Mutex::new(0));
        hand_made::legacy(move |message| {
            if !matches!(message.method.as_str(), "prompts/get" | "resources/read") {
                return accepted();
            }
            let mut requests = requests.lock().unwrap();
            *requests += 1;
            if *requests > errors {
                return message.respond(result_of("signed"));
            }
            let data = json!({"elicitations": [{"mode": "url", "message": "Sign", "url": "https://sign.example/", "elicitationId": "1"}]});
            let error = json!({"code": -32042, "message": "first", "data": data});
            axum::Json(message.error_response(error)).into_response()
        })
    };
    let (cancel, limits) = (CancellationToken::new(), McpLimits::DEFAULT);
    let scripted = ScriptedAsker::accepting(Value::Null);
    let asker = Arc::clone(&scripted) as Arc<dyn Asker>;
    let (_server, first) = session(router(1), limits).await;
    let filled = first.fill_prompt("echo", Map::new(), Some(&asker), &cancel);
    assert_eq!(filled.await.unwrap().messages.len(), 1);
    let (_server, first) = session(router(1), limits).await;
    let read = first.read_resource("echo", Some(&asker), &cancel);
    assert_eq!(read.await.unwrap().len(), 1);
    assert_eq!(scripted.asked(), 2);
    let (_server, first) = session(router(usize::MAX), limits).await;
    let never = first.read_resource("echo", Some(&asker), &cancel).await;
    assert!(matches!(never, Err(Error::PageFirst)), "{never:?}");
    let refused = first.read_resource("echo", None, &cancel).await;
    assert!(
        matches!(refused, Err(Error::ServerError { code: -32042, .. })),
        "{refused:?}"
    );
}

#[tokio::test]
async fn a_server_that_asks_in_the_older_era_only_is_told_apart() {
    let says = "Cannot send 'elicitation/create': this transport context has no back-channel for server-initiated requests.";
    let failing = || {
        hand_made::modern(move |message| match message.method.as_str() {
            "tools/call" | "prompts/get" => message.fail(-32600, says),
            _ => accepted(),
        })
    };
    let with_result = |text: &'static str| {
        hand_made::modern(move |message| match message.method.as_str() {
            "tools/call" => {
                let content = json!([{"type": "text", "text": text}]);
                message
                    .respond(json!({"resultType": "complete", "content": content, "isError": true}))
            }
            _ => accepted(),
        })
    };
    for server in [
        failing(),
        with_result(
            "Server-to-client requests are not available on protocol revision 2026-07-28: x",
        ),
        with_result(
            "Error calling tool 'ask': elicitation via server-initiated requests is unavailable on 2026-07-28 connections.",
        ),
    ] {
        let asker = ScriptedAsker::accepting(json!({}));
        let refused = call_server(server, &asker).await;
        assert!(
            matches!(refused, Err(Error::AsksOverHandshake)),
            "{refused:?}"
        );
    }
    let asker = ScriptedAsker::accepting(json!({})) as Arc<dyn Asker>;
    let (_server, session) = session(failing(), McpLimits::DEFAULT).await;
    let cancel = CancellationToken::new();
    let refused = session.fill_prompt("echo", Map::new(), Some(&asker), &cancel);
    let refused = refused.await;
    assert!(
        matches!(refused, Err(Error::AsksOverHandshake)),
        "{refused:?}"
    );
    // In the older era there is no other era to try.
    let older = hand_made::legacy(move |message| message.fail(-32600, says));
    let asker = ScriptedAsker::accepting(json!({}));
    let refused = call_server(older, &asker).await;
    assert!(matches!(refused, Err(Error::CannotAsk)), "{refused:?}");
}
