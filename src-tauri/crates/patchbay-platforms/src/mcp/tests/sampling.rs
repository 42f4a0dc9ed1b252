//! Servers that request sampling.

use std::sync::Arc;
use std::time::Duration;

use patchbay_model::{Content, QuestionAnswer};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use super::asks::{Person, asking};
use super::hand_made::{self, ReceivedRequest, accepted, result};
use super::{Server, http, target};
use crate::Error;
use crate::mcp::{CallOutcome, ClientFeatures, McpLimits, McpTarget, connect};

fn client_features(sampling: bool) -> ClientFeatures {
    ClientFeatures {
        asks: true,
        sampling,
        ..ClientFeatures::default()
    }
}

/// The response that the server received.
fn told(outcome: &CallOutcome) -> Value {
    let [Content::Text { text }] = outcome.result.content.as_slice() else {
        panic!("{:?}", outcome.result);
    };
    serde_json::from_str(text).unwrap()
}

fn saying(text: &str) -> Arc<Person> {
    Person::sending(json!({ "text": text }))
}

fn saying_nothing(answer: QuestionAnswer) -> Arc<Person> {
    Person::who(Some(answer), Duration::ZERO)
}

/// A server of the newer era that requires a text before it responds.
fn modern() -> axum::Router {
    hand_made::raw(async |asked: ReceivedRequest| match asked.method.as_str() {
        "server/discover" => result(&asked.id, super::asks::discovered()),
        "tools/call" => {
            let told = &asked.params["inputResponses"]["text"];
            if told.is_null() {
                let message = json!({"role": "user", "content": {"type": "text", "text": "Hi"}});
                let request = json!({"method": "sampling/createMessage", "params": {"messages": [message], "maxTokens": 10}});
                let more =
                    json!({"resultType": "input_required", "inputRequests": {"text": request}});
                return result(&asked.id, more);
            }
            let client_features =
                &asked.params["_meta"]["io.modelcontextprotocol/clientCapabilities"];
            assert_eq!(client_features["sampling"], json!({}));
            let content = json!([{"type": "text", "text": told.to_string()}]);
            let done = json!({"resultType": "complete", "content": content});
            result(&asked.id, done)
        }
        _ => accepted(),
    })
}

async fn called(person: &Arc<Person>, sampling: bool) -> Result<CallOutcome, Error> {
    let server = Server::start(modern()).await;
    let target = McpTarget {
        client_features: client_features(sampling),
        ..target(&server.url)
    };
    let (limits, cancel) = (McpLimits::DEFAULT, CancellationToken::new());
    let session = connect(&http(), target, limits, &cancel).await.unwrap();
    session.call_tool(asking(person), &cancel).await
}

#[tokio::test]
async fn the_newer_era_gets_what_the_person_wrote() {
    let outcome = called(&saying("Ahoy"), true).await.unwrap();
    assert_eq!(
        told(&outcome),
        json!({"role": "assistant", "content": {"type": "text", "text": "Ahoy"}, "model": "human", "stopReason": "endTurn"})
    );
}

#[tokio::test]
async fn a_call_of_the_newer_era_ends_without_the_text() {
    for answer in [QuestionAnswer::Decline, QuestionAnswer::Cancel] {
        let refused = called(&saying_nothing(answer), true).await;
        assert!(matches!(refused, Err(Error::NotAnswered)), "{refused:?}");
    }
    // Without sampling turned on the person is not asked.
    let person = saying("Ahoy");
    let refused = called(&person, false).await;
    assert!(matches!(refused, Err(Error::InputRequired)), "{refused:?}");
    assert!(person.asked.lock().unwrap().is_empty());
}

#[cfg(unix)]
#[tokio::test]
async fn programs_get_a_text_or_an_error_and_are_told_only_where_it_is_turned_on() {
    use super::programs::{Groups, program};
    use crate::mcp::connect_program;

    let text = json!({"role": "assistant", "content": {"type": "text", "text": "Ahoy"}, "model": "human", "stopReason": "endTurn"});
    let rejected = json!({"code": -1, "message": "User rejected sampling request"});
    let nobody = json!({"code": -1, "message": "Nobody answered the sampling request"});
    let unknown = json!({"code": -32601, "message": "sampling/createMessage"});
    for (person, sampling, answer) in [
        (saying("Ahoy"), true, text),
        (saying_nothing(QuestionAnswer::Decline), true, rejected),
        (saying_nothing(QuestionAnswer::Cancel), true, nobody),
        (saying("Ahoy"), false, unknown),
    ] {
        let groups = Arc::new(Groups::default());
        let (limits, cancel) = (McpLimits::DEFAULT, CancellationToken::new());
        let program = program("samples", &groups);
        let session = connect_program(program, client_features(sampling), limits, &cancel).await;
        let session = session.unwrap();
        let outcome = session.call_tool(asking(&person), &cancel).await.unwrap();
        let told = told(&outcome);
        assert_eq!(told["answer"], answer);
        assert_eq!(
            told["capabilities"].get("sampling"),
            sampling.then(|| json!({})).as_ref()
        );
        let asked = person.asked.lock().unwrap().clone();
        match asked.as_slice() {
            [patchbay_model::Question::Sampling(request)] if sampling => {
                assert_eq!(request.messages[0].text, "A name for a ship?\n<b>");
                assert_eq!(request.max_tokens, Some(100));
            }
            other => assert!(other.is_empty() && !sampling, "{other:?}"),
        }
        session.close().await;
    }
}
