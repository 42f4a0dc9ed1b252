//! Completions.

use std::collections::BTreeMap;

use patchbay_model::{CompletionRequest, CompletionTarget};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use super::hand_made::{self, ReceivedRequest, accepted, failure, result};
use super::{Server, connected};

/// A server that suggests what it was asked, as text; one that does not say so answers all the same.
fn server(says_so: bool) -> axum::Router {
    hand_made::raw(move |asked: ReceivedRequest| async move {
        match asked.method.as_str() {
            "server/discover" => failure(&asked.id, -32601, "Method not found"),
            "initialize" => {
                let mut welcome = hand_made::welcome();
                if says_so {
                    welcome["capabilities"]["completions"] = json!({});
                }
                result(&asked.id, welcome)
            }
            "completion/complete" => {
                let mut params = asked.params;
                params.as_object_mut().unwrap().remove("_meta");
                let values = [params.to_string()];
                result(&asked.id, json!({"completion": {"values": values}}))
            }
            _ => accepted(),
        }
    })
}

async fn asked(server: &Server, request: CompletionRequest) -> Vec<String> {
    let session = connected(&server.url).await;
    let cancel = CancellationToken::new();
    session.complete(request, &cancel).await.unwrap()
}

#[tokio::test]
async fn prompts_and_templates_are_completed_with_what_is_filled_in_already() {
    let server = Server::start(server(true)).await;
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
    let json_of = |values: Vec<String>| serde_json::from_str::<Value>(&values[0]).unwrap();
    assert_eq!(
        json_of(asked(&server, prompt).await),
        json!({
            "ref": {"type": "ref/prompt", "name": "review"},
            "argument": {"name": "branch", "value": "ma"},
            "context": {"arguments": {"repo": "patchbay"}},
        })
    );
    assert_eq!(
        json_of(asked(&server, template.clone()).await),
        json!({
            "ref": {"type": "ref/resource", "uri": "repo://{path}"},
            "argument": {"name": "path", "value": ""},
        })
    );
    let silent = Server::start(self::server(false)).await;
    assert!(asked(&silent, template).await.is_empty());
}
