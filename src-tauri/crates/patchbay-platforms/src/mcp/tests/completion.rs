//! Completions.

use std::collections::BTreeMap;

use patchbay_model::{CompletionRequest, CompletionTarget};
use serde_json::json;
use tokio_util::sync::CancellationToken;

use super::hand_made::{self, accepted};
use super::{Server, connected, json_of};

/// A server that returns the parameters of a completion as its only value.
async fn server(declares_completions: bool) -> Server {
    let capabilities = match declares_completions {
        true => json!({"tools": {}, "completions": {}}),
        false => json!({"tools": {}}),
    };
    let respond = |mut message: hand_made::ReceivedMessage| match message.method.as_str() {
        "completion/complete" => {
            message.params.as_object_mut().unwrap().remove("_meta");
            let values = [message.params.to_string()];
            message.respond(json!({"completion": {"values": values}}))
        }
        _ => accepted(),
    };
    Server::start(hand_made::legacy_with(capabilities, respond)).await
}

async fn complete(server: &Server, request: CompletionRequest) -> Vec<String> {
    let session = connected(&server.url).await;
    let cancel = CancellationToken::new();
    session.complete(request, &cancel).await.unwrap()
}

#[tokio::test]
async fn prompts_and_templates_are_completed_with_what_is_filled_in_already() {
    let server = server(true).await;
    let prompt = CompletionRequest {
        target: CompletionTarget::Prompt {
            name: "review".to_owned(),
        },
        argument: "branch".to_owned(),
        value: "ma".to_owned(),
        others: BTreeMap::from([("repo".to_owned(), "patchbay".to_owned())]),
    };
    let template = CompletionRequest {
        target: CompletionTarget::Template {
            uri: "repo://{path}".to_owned(),
        },
        argument: "path".to_owned(),
        value: String::new(),
        others: BTreeMap::new(),
    };
    assert_eq!(
        json_of(&complete(&server, prompt).await[0]),
        json!({
            "ref": {"type": "ref/prompt", "name": "review"},
            "argument": {"name": "branch", "value": "ma"},
            "context": {"arguments": {"repo": "patchbay"}},
        })
    );
    assert_eq!(
        json_of(&complete(&server, template.clone()).await[0]),
        json!({
            "ref": {"type": "ref/resource", "uri": "repo://{path}"},
            "argument": {"name": "path", "value": ""},
        })
    );
    let silent = self::server(false).await;
    assert!(complete(&silent, template).await.is_empty());
}
