//! Servers that request sampling.

use std::sync::Arc;

use futures::{StreamExt as _, stream};
use patchbay_model::{Code, Explain as _, QuestionAnswer};
use serde_json::json;
use tokio::sync::broadcast;

use super::elicitation::{ScriptedAsker, call_with, client_features};
use super::hand_made;
use super::{Server, connect_to, json_of, run_tool, target, text_of};
use crate::mcp::{CallOutcome, McpTarget};
use crate::{ClientFeature, Error};

fn writing(text: &str) -> Arc<ScriptedAsker> {
    ScriptedAsker::accepting(json!({ "text": text }))
}

/// A server of the newer era that requires a text before it responds.
fn modern() -> axum::Router {
    let prompt = json!({"role": "user", "content": {"type": "text", "text": "Hi"}});
    let request = json!({"method": "sampling/createMessage", "params": {"messages": [prompt], "maxTokens": 10}});
    hand_made::modern_with_inputs(json!({ "text": request }), None, |capabilities| {
        assert_eq!(capabilities["sampling"], json!({}));
    })
}

async fn call_server(asker: &Arc<ScriptedAsker>, sampling: bool) -> Result<CallOutcome, Error> {
    let server = Server::start(modern()).await;
    let target = McpTarget {
        client_features: client_features(sampling),
        ..target(&server.url)
    };
    run_tool(&connect_to(target).await.unwrap(), call_with(asker)).await
}

#[tokio::test]
async fn the_newer_era_gets_what_the_person_wrote() {
    let outcome = call_server(&writing("Ahoy"), true).await.unwrap();
    assert_eq!(
        json_of(text_of(&outcome))["text"],
        json!({"role": "assistant", "content": {"type": "text", "text": "Ahoy"}, "model": "human", "stopReason": "endTurn"})
    );
}

#[tokio::test]
async fn a_call_of_the_newer_era_ends_without_the_text() {
    for answer in [QuestionAnswer::Decline, QuestionAnswer::Cancel] {
        let refused = call_server(&ScriptedAsker::answering(answer), true).await;
        assert!(matches!(refused, Err(Error::NotAnswered)), "{refused:?}");
    }
    // Without sampling turned on the person is not asked.
    let asker = writing("Ahoy");
    let refused = call_server(&asker, false).await;
    assert!(is_off(&refused), "{refused:?}");
    assert!(asker.questions().is_empty());
}

fn is_off(called: &Result<CallOutcome, Error>) -> bool {
    let feature = ClientFeature::Sampling;
    matches!(called, Err(Error::FeatureOff { feature: off, .. }) if *off == feature)
}

#[tokio::test]
async fn a_tool_that_fails_without_sampling_says_that_it_is_off() {
    let (answers, _) = broadcast::channel::<()>(4);
    let router = hand_made::legacy(move |message| match message.method.as_str() {
        "tools/call" => {
            let mut answered = answers.subscribe();
            let prompt = json!({"role": "user", "content": {"type": "text", "text": "Hi"}});
            let request = json!({"jsonrpc": "2.0", "id": "s", "method": "sampling/createMessage",
                "params": {"messages": [prompt], "maxTokens": 10}});
            let failure =
                json!({"isError": true, "content": [{"type": "text", "text": "no model"}]});
            let response = stream::once(async move {
                answered.recv().await.unwrap();
                Ok(message.event(failure))
            });
            let request = stream::iter([Ok(hand_made::event(&request))]);
            hand_made::events(request.chain(response))
        }
        "" => {
            assert_eq!(message.error["code"], -32601);
            answers.send(()).unwrap();
            hand_made::accepted()
        }
        _ => hand_made::accepted(),
    });
    let server = Server::start(router).await;
    let session = connect_to(target(&server.url)).await.unwrap();
    let failed = run_tool(&session, super::call("a")).await;
    assert!(is_off(&failed), "{failed:?}");
    let problem = failed.err().unwrap().problem();
    assert_eq!(problem.code, Code::McpFeatureOff);
    assert_eq!(problem.detail.as_deref(), Some("no model"));
}

#[cfg(unix)]
#[tokio::test]
async fn programs_get_a_text_or_an_error_and_are_told_only_where_it_is_turned_on() {
    use super::programs::{program, start};

    let text = json!({"role": "assistant", "content": {"type": "text", "text": "Ahoy"}, "model": "human", "stopReason": "endTurn"});
    let rejected = json!({"code": -1, "message": "User rejected sampling request"});
    let nobody = json!({"code": -1, "message": "Nobody answered the sampling request"});
    let unknown = json!({"code": -32601, "message": "sampling/createMessage"});
    let answering = ScriptedAsker::answering;
    for (asker, sampling, answer) in [
        (writing("Ahoy"), true, text),
        (answering(QuestionAnswer::Decline), true, rejected),
        (answering(QuestionAnswer::Cancel), true, nobody),
        (writing("Ahoy"), false, unknown),
    ] {
        let program = program("samples", &Arc::default());
        let session = start(program, client_features(sampling)).await.unwrap();
        let outcome = run_tool(&session, call_with(&asker)).await.unwrap();
        let received = json_of(text_of(&outcome));
        assert_eq!(received["answer"], answer);
        assert_eq!(
            received["capabilities"].get("sampling"),
            sampling.then(|| json!({})).as_ref()
        );
        let asked = asker.questions();
        match asked.as_slice() {
            [patchbay_model::Question::Sampling(request)] if sampling => {
                assert_eq!(request.messages[0].text(), "A name for a ship?\n<b>");
                assert_eq!(request.max_tokens, Some(100));
            }
            other => assert!(other.is_empty() && !sampling, "{other:?}"),
        }
        session.close().await;
    }
}
