//! Servers that ask the person during a call, in both eras.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use axum::Router;
use futures::StreamExt as _;
use patchbay_model::{Content, Json, Question, QuestionAnswer};
use serde_json::{Map, Value, json};
use tokio::sync::{broadcast, mpsc};
use tokio_util::sync::CancellationToken;

use super::hand_made::{self, ReceivedRequest, accepted, event, events, failure, result};
use super::{Server, call, http, run_tool, target, tools_of};
use crate::Error;
use crate::mcp::{
    Asker, CallOutcome, ClientFeatures, McpLimits, McpSession, McpTarget, ToolCall, connect,
};

/// Gives a scripted answer after a delay, and records the questions.
pub(super) struct Person {
    answer: Option<QuestionAnswer>,
    after: Duration,
    pub(super) asked: Mutex<Vec<Question>>,
    /// Questions that were closed before they were answered.
    closed: Mutex<usize>,
}

impl Person {
    pub(super) fn who(answer: Option<QuestionAnswer>, after: Duration) -> Arc<Self> {
        Arc::new(Self {
            answer,
            after,
            asked: Mutex::default(),
            closed: Mutex::default(),
        })
    }

    pub(super) fn sending(values: Value) -> Arc<Self> {
        let values = Json(values);
        Self::who(Some(QuestionAnswer::Accept { values }), Duration::ZERO)
    }

    pub(super) fn asked(&self) -> usize {
        self.asked.lock().unwrap().len()
    }
}

/// Counts a question that was closed before it was answered.
struct Closing<'a>(&'a Person, bool);

impl Drop for Closing<'_> {
    fn drop(&mut self) {
        if !self.1 {
            *self.0.closed.lock().unwrap() += 1;
        }
    }
}

#[async_trait]
impl Asker for Person {
    async fn ask(&self, question: Question) -> QuestionAnswer {
        self.asked.lock().unwrap().push(question);
        let mut closing = Closing(self, false);
        tokio::time::sleep(self.after).await;
        let Some(answer) = self.answer.clone() else {
            return std::future::pending().await;
        };
        closing.1 = true;
        answer
    }
}

/// A server of the older era that asks all of `questions` at once during each call, and answers with what it was told.
fn legacy(questions: Vec<Value>) -> Router {
    let (answers, _) = broadcast::channel::<(Value, Value)>(64);
    hand_made::server(move |asked: ReceivedRequest| {
        let (answers, questions) = (answers.clone(), questions.clone());
        async move {
            match asked.method.as_str() {
                "tools/call" | "prompts/get" => {
                    let (send, receive) = mpsc::unbounded_channel();
                    let mut told = answers.subscribe();
                    tokio::spawn(async move {
                        for (number, params) in questions.iter().enumerate() {
                            let id = format!("q{number}");
                            let question = json!({"jsonrpc": "2.0", "id": id, "method": "elicitation/create", "params": params});
                            send.send(event(&question)).unwrap();
                        }
                        let mut all = Map::new();
                        while all.len() < questions.len() {
                            let (id, answer) = told.recv().await.unwrap();
                            all.insert(id.as_str().unwrap().to_owned(), answer);
                        }
                        let text = Value::Object(all).to_string();
                        let done =
                            json!({"jsonrpc": "2.0", "id": asked.id, "result": given(&text)});
                        drop(send.send(event(&done)));
                    });
                    let pieces = tokio_stream::wrappers::UnboundedReceiverStream::new(receive);
                    events(pieces.map(Ok))
                }
                "" => {
                    drop(answers.send((asked.id, asked.result)));
                    accepted()
                }
                _ => accepted(),
            }
        }
    })
}

/// A text in the form of the result of a call, a prompt and a resource.
fn given(text: &str) -> Value {
    let content = json!({"type": "text", "text": text});
    json!({
        "resultType": "complete", "content": [content],
        "messages": [{"role": "user", "content": content}],
        "contents": [{"uri": "echo", "text": text}],
    })
}

/// A server of the newer era that requires answers to `questions` before it responds.
fn modern(questions: Value) -> Router {
    hand_made::raw(move |asked: ReceivedRequest| {
        let questions = questions.clone();
        async move {
            match asked.method.as_str() {
                "server/discover" => result(&asked.id, discovered()),
                "tools/call" | "prompts/get" | "resources/read" => {
                    let told = &asked.params["inputResponses"];
                    if asked.params["requestState"].is_null() {
                        let more = json!({"resultType": "input_required", "inputRequests": questions, "requestState": "s\u{e9}"});
                        return result(&asked.id, more);
                    }
                    assert_eq!(asked.params["requestState"], "s\u{e9}");
                    let named = [&asked.params["name"], &asked.params["uri"]];
                    assert!(named.contains(&&json!("echo")), "{named:?}");
                    let capabilities =
                        &asked.params["_meta"]["io.modelcontextprotocol/clientCapabilities"];
                    assert!(
                        capabilities["elicitation"]["form"].is_object(),
                        "{capabilities}"
                    );
                    result(&asked.id, given(&told.to_string()))
                }
                _ => accepted(),
            }
        }
    })
}

pub(super) fn discovered() -> Value {
    json!({
        "resultType": "complete", "ttlMs": 0, "cacheScope": "private",
        "supportedVersions": ["2026-07-28"], "capabilities": {"tools": {}},
        "serverInfo": {"name": "hand-made", "version": "1"},
    })
}

async fn session(router: Router, limits: McpLimits) -> (Server, McpSession) {
    let server = Server::start(router).await;
    let target = McpTarget {
        client_features: ClientFeatures {
            asks: true,
            ..ClientFeatures::default()
        },
        ..target(&server.url)
    };
    let session = connect(&http(), target, limits, &CancellationToken::new()).await;
    (server, session.unwrap())
}

async fn called(router: Router, person: &Arc<Person>) -> Result<CallOutcome, Error> {
    captured(router, person).await.0
}

/// Calls the tool; also returns the captured request.
async fn captured(
    router: Router,
    person: &Arc<Person>,
) -> (Result<CallOutcome, Error>, Option<String>) {
    let (_server, session) = session(router, McpLimits::DEFAULT).await;
    let call = asking(person);
    let capture = call.capture.clone();
    let outcome = run_tool(&session, call).await;
    let sent = capture.take_exchange().and_then(|kept| kept.request.body);
    (outcome, sent)
}

pub(super) fn asking(person: &Arc<Person>) -> ToolCall {
    ToolCall {
        asker: Some(Arc::clone(person) as Arc<dyn Asker>),
        ..call("echo")
    }
}

/// The response that the server received.
fn told(outcome: &CallOutcome) -> Value {
    let [Content::Text { text }] = outcome.result.content.as_slice() else {
        panic!("{:?}", outcome.result);
    };
    serde_json::from_str(text).unwrap()
}

fn who(name: &str) -> Value {
    json!({"message": "Who?", "requestedSchema": {"type": "object", "properties": {
        name: {"type": "string", "default": "Ada"},
    }, "required": [name]}})
}

/// A question that does not fit rmcp's types.
fn odd() -> Value {
    json!({"mode": "form", "message": "How many?", "requestedSchema": {"type": "object", "properties": {
        "count": {"anyOf": [{"type": "integer"}, {"type": "null"}], "default": 3.0},
        "deep": {"type": "object", "properties": {"x": {"type": "string"}}},
    }, "required": ["count"]}})
}

#[tokio::test]
async fn a_question_of_the_older_era_is_asked_and_answered() {
    let person = Person::sending(json!({"name": "Grace"}));
    let (outcome, sent) = captured(legacy(vec![who("name")]), &person).await;
    assert_eq!(
        told(&outcome.unwrap()),
        json!({"q0": {"action": "accept", "content": {"name": "Grace"}}})
    );
    let asked = person.asked.lock().unwrap();
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
    let person = Person::sending(json!({"deep": {"x": "y"}}));
    let outcome = called(legacy(vec![odd()]), &person).await.unwrap();
    let content = json!({"deep": {"x": "y"}, "count": null});
    assert_eq!(
        told(&outcome),
        json!({"q0": {"action": "accept", "content": content}})
    );
}

#[tokio::test]
async fn no_and_nothing_are_told_apart() {
    for (answer, word) in [
        (QuestionAnswer::Decline, "decline"),
        (QuestionAnswer::Cancel, "cancel"),
    ] {
        let person = Person::who(Some(answer), Duration::ZERO);
        let outcome = called(legacy(vec![who("name")]), &person).await.unwrap();
        assert_eq!(told(&outcome), json!({"q0": {"action": word}}));
    }
}

#[tokio::test]
async fn a_page_is_asked_about_and_only_a_safe_one() {
    let page =
        |url: &str| json!({"mode": "url", "message": "Pay", "url": url, "elicitationId": "1"});
    let person = Person::sending(Value::Null);
    let outcome = called(legacy(vec![page("https://pay.example/x")]), &person).await;
    assert_eq!(told(&outcome.unwrap()), json!({"q0": {"action": "accept"}}));
    assert!(
        matches!(&person.asked.lock().unwrap()[0], Question::Page { host, .. } if host == "pay.example")
    );
    let outcome = called(legacy(vec![page("javascript:alert(1)")]), &person).await;
    assert_eq!(told(&outcome.unwrap()), json!({"q0": {"action": "cancel"}}));
    assert_eq!(person.asked(), 1);
}

#[tokio::test]
async fn asked_at_once_one_is_open_and_the_others_are_cancelled() {
    let values = Json(json!({"name": "Ada"}));
    let person = Person::who(
        Some(QuestionAnswer::Accept { values }),
        Duration::from_millis(300),
    );
    let outcome = called(legacy(vec![who("name"); 3]), &person).await.unwrap();
    let told = told(&outcome);
    let actions: Vec<_> = ["q0", "q1", "q2"]
        .map(|id| told[id]["action"].as_str().unwrap())
        .into();
    assert_eq!(
        actions.iter().filter(|action| **action == "accept").count(),
        1,
        "{told}"
    );
    assert_eq!(person.asked(), 1);
}

#[tokio::test]
async fn a_flood_of_questions_is_cut_off() {
    let questions = json!(
        (0..40)
            .map(|n| (
                format!("k{n:02}"),
                json!({"method": "elicitation/create", "params": who("name")})
            ))
            .collect::<Map<_, _>>()
    );
    let person = Person::sending(json!({"name": "Ada"}));
    let outcome = called(modern(questions), &person).await.unwrap();
    let told = told(&outcome);
    assert_eq!(told["k09"]["action"], "accept");
    assert_eq!(told["k10"]["action"], "cancel");
    assert_eq!(person.asked(), 10);
}

#[tokio::test]
async fn a_form_that_nobody_could_fill_in_is_cancelled() {
    let fields: Map<_, _> = (0..10_000)
        .map(|n| (format!("f{n}"), json!({"type": "string"})))
        .collect();
    let huge = json!({"message": "m", "requestedSchema": {"type": "object", "properties": fields}});
    let person = Person::sending(json!({}));
    let outcome = called(legacy(vec![huge]), &person).await.unwrap();
    assert_eq!(told(&outcome), json!({"q0": {"action": "cancel"}}));
    assert_eq!(person.asked(), 0);
}

#[tokio::test]
async fn questions_of_the_newer_era_are_asked_one_after_the_other() {
    let question = |params: Value| json!({"method": "elicitation/create", "params": params});
    // Without an elicitation id.
    let page = json!({"mode": "url", "message": "Pay", "url": "https://pay.example/x"});
    let questions = json!({"b": question(odd()), "a": question(page)});
    let values = Json(json!({"count": 4}));
    let person = Person::who(
        Some(QuestionAnswer::Accept { values }),
        Duration::from_millis(50),
    );
    let (outcome, sent) = captured(modern(questions), &person).await;
    assert_eq!(
        told(&outcome.unwrap()),
        json!({"a": {"action": "accept"}, "b": {"action": "accept", "content": {"count": 4}}})
    );
    assert_eq!(person.asked(), 2);
    assert!(!sent.unwrap().contains("inputResponses"));
}

#[tokio::test]
async fn what_is_asked_for_a_prompt_or_a_resource_is_answered_in_both_eras() {
    let person = Person::sending(json!({"name": "Ada"}));
    let asker = Arc::clone(&person) as Arc<dyn Asker>;
    let (cancel, limits) = (CancellationToken::new(), McpLimits::DEFAULT);
    let question = json!({"method": "elicitation/create", "params": who("name")});
    let (_modern, session) = session(modern(json!({"q0": question})), limits).await;
    let answer = json!({"q0": {"action": "accept", "content": {"name": "Ada"}}});
    let text = |content: &Content| match content {
        Content::Text { text } => serde_json::from_str::<Value>(text).unwrap(),
        Content::Resource { text, .. } => serde_json::from_str(text.as_ref().unwrap()).unwrap(),
        other => panic!("{other:?}"),
    };
    let filled = session.fill_prompt("echo", Map::new(), Some(&asker), &cancel);
    assert_eq!(text(&filled.await.unwrap().messages[0].content), answer);
    let read = session.read_resource("echo", Some(&asker), &cancel);
    assert_eq!(text(&read.await.unwrap()[0]), answer);
    let refused = session.read_resource("echo", None, &cancel).await;
    assert!(matches!(refused, Err(Error::InputRequired)), "{refused:?}");
    let (_legacy, session) = self::session(legacy(vec![who("name")]), limits).await;
    let filled = session.fill_prompt("echo", Map::new(), Some(&asker), &cancel);
    assert_eq!(text(&filled.await.unwrap().messages[0].content), answer);
    assert_eq!(person.asked(), 3);
}

#[tokio::test]
async fn without_a_person_nothing_is_declared_and_nobody_asked() {
    let heard = Arc::new(Mutex::new(Value::Null));
    let hearing = Arc::clone(&heard);
    let router = hand_made::raw(move |asked: ReceivedRequest| {
        let hearing = Arc::clone(&hearing);
        async move {
            match asked.method.as_str() {
                "server/discover" => failure(&asked.id, -32601, "Method not found"),
                "initialize" => {
                    *hearing.lock().unwrap() = asked.params["capabilities"].clone();
                    result(&asked.id, hand_made::welcome())
                }
                "tools/call" => {
                    let more = json!({"resultType": "input_required", "inputRequests": {"a": {"method": "elicitation/create", "params": {}}}});
                    result(&asked.id, more)
                }
                _ => accepted(),
            }
        }
    });
    let server = Server::start(router).await;
    let cancel = CancellationToken::new();
    let session = connect(&http(), target(&server.url), McpLimits::DEFAULT, &cancel).await;
    let person = Person::sending(json!({}));
    let refused = session.unwrap().call_tool(asking(&person), &cancel).await;
    assert!(matches!(refused, Err(Error::InputRequired)), "{refused:?}");
    let client_features = json!({ "extensions": { "io.modelcontextprotocol/tasks": {} } });
    assert_eq!(*heard.lock().unwrap(), client_features);
    assert_eq!(person.asked(), 0);
}

#[tokio::test]
async fn a_question_without_a_call_is_cancelled() {
    let (answers, mut told) = mpsc::unbounded_channel();
    let router = hand_made::server(move |asked: ReceivedRequest| {
        let answers = answers.clone();
        async move {
            match asked.method.as_str() {
                "tools/list" => {
                    let question = json!({"jsonrpc": "2.0", "id": "q", "method": "elicitation/create", "params": who("name")});
                    let list = json!({"jsonrpc": "2.0", "id": asked.id, "result": {"tools": []}});
                    let pieces = futures::stream::iter([Ok(event(&question)), Ok(event(&list))]);
                    events(pieces)
                }
                "" => {
                    answers.send(asked.result).unwrap();
                    accepted()
                }
                _ => accepted(),
            }
        }
    });
    let (_server, session) = session(router, McpLimits::DEFAULT).await;
    tools_of(&session).await.unwrap();
    assert_eq!(told.recv().await.unwrap(), json!({"action": "cancel"}));
}

#[tokio::test]
async fn a_server_that_is_never_ready_is_left_at_the_limit() {
    let router = hand_made::raw(move |asked: ReceivedRequest| async move {
        match asked.method.as_str() {
            "server/discover" => result(&asked.id, discovered()),
            "tools/call" => result(&asked.id, json!({"resultType": "input_required"})),
            _ => accepted(),
        }
    });
    let limit = Duration::from_millis(600);
    let limits = McpLimits {
        total: limit,
        ..McpLimits::DEFAULT
    };
    let (_server, session) = session(router, limits).await;
    let call = ToolCall {
        timeout: Duration::from_millis(500),
        ..asking(&Person::sending(json!({})))
    };
    let ended = run_tool(&session, call).await;
    assert!(
        matches!(ended, Err(Error::TimedOut { after }) if after == limit),
        "{ended:?}"
    );
}

#[tokio::test]
async fn the_clock_of_a_call_stands_still_while_its_question_is_open() {
    let values = Json(json!({"name": "Ada"}));
    let person = Person::who(
        Some(QuestionAnswer::Accept { values }),
        Duration::from_millis(1500),
    );
    let limits = McpLimits {
        total: Duration::from_millis(600),
        ..McpLimits::DEFAULT
    };
    let (_server, session) = session(legacy(vec![who("name")]), limits).await;
    let call = ToolCall {
        timeout: Duration::from_millis(500),
        ..asking(&person)
    };
    let outcome = run_tool(&session, call).await.unwrap();
    assert_eq!(told(&outcome)["q0"]["action"], "accept");
}

#[tokio::test]
async fn a_question_that_nobody_answers_is_closed_in_the_end() {
    let person = Person::who(None, Duration::ZERO);
    let limits = McpLimits {
        answer: Duration::from_millis(200),
        ..McpLimits::DEFAULT
    };
    let (_server, session) = session(legacy(vec![who("name")]), limits).await;
    let outcome = run_tool(&session, asking(&person)).await;
    assert_eq!(told(&outcome.unwrap()), json!({"q0": {"action": "cancel"}}));
    assert_eq!(*person.closed.lock().unwrap(), 1);
}

#[tokio::test]
async fn a_question_ends_with_its_run() {
    for router in [
        legacy(vec![who("name")]),
        modern(json!({"a": {"method": "elicitation/create", "params": who("name")}})),
    ] {
        let person = Person::who(None, Duration::ZERO);
        let (_server, session) = session(router, McpLimits::DEFAULT).await;
        let cancel = CancellationToken::new();
        let stopping = cancel.clone();
        let watched = Arc::clone(&person);
        let stopped = async move {
            while watched.asked() == 0 {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
            stopping.cancel();
        };
        let (called, ()) = tokio::join!(session.call_tool(asking(&person), &cancel), stopped);
        assert!(matches!(called, Err(Error::Cancelled)), "{called:?}");
        for _ in 0..100 {
            if *person.closed.lock().unwrap() == 1 {
                break;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        assert_eq!(*person.closed.lock().unwrap(), 1);
    }
}

#[tokio::test]
async fn pages_that_an_error_names_are_offered_and_the_call_is_left_to_the_person() {
    let router = || {
        hand_made::server(|asked: ReceivedRequest| async move {
            let data = json!({"elicitations": [{"mode": "url", "message": "Sign", "url": "https://sign.example/", "elicitationId": "1"}]});
            let error = json!({"code": -32042, "message": "first", "data": data});
            axum::response::IntoResponse::into_response(axum::Json(
                json!({"jsonrpc": "2.0", "id": asked.id, "error": error}),
            ))
        })
    };
    let person = Person::sending(Value::Null);
    let opened = called(router(), &person).await;
    assert!(matches!(opened, Err(Error::PageFirst)), "{opened:?}");
    let person = Person::who(Some(QuestionAnswer::Decline), Duration::ZERO);
    let refused = called(router(), &person).await;
    assert!(
        matches!(refused, Err(Error::ServerError { code: -32042, .. })),
        "{refused:?}"
    );
}

#[tokio::test]
async fn a_server_that_asks_in_the_older_era_only_is_told_apart() {
    let says = "Cannot send 'elicitation/create': this transport context has no back-channel for server-initiated requests.";
    let modern = |is_error: bool| {
        hand_made::raw(move |asked: ReceivedRequest| async move {
            match asked.method.as_str() {
                "server/discover" => result(&asked.id, discovered()),
                "tools/call" if is_error => failure(&asked.id, -32600, says),
                "tools/call" => {
                    let content = json!([{"type": "text", "text": "Server-to-client requests are not available on protocol revision 2026-07-28: x"}]);
                    result(
                        &asked.id,
                        json!({"resultType": "complete", "content": content, "isError": true}),
                    )
                }
                _ => accepted(),
            }
        })
    };
    for is_error in [true, false] {
        let person = Person::sending(json!({}));
        let refused = called(modern(is_error), &person).await;
        assert!(
            matches!(refused, Err(Error::AsksOverHandshake)),
            "{refused:?}"
        );
    }
    // In the older era there is no other era to try.
    let older =
        hand_made::server(
            move |asked: ReceivedRequest| async move { failure(&asked.id, -32600, says) },
        );
    let person = Person::sending(json!({}));
    let refused = called(older, &person).await;
    assert!(matches!(refused, Err(Error::CannotAsk)), "{refused:?}");
}
