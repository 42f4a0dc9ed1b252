//! Servers that request their roots.

use patchbay_model::Content;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use super::hand_made::{self, ReceivedRequest, accepted, result};
use super::http_sse::{Old, asks_for_roots};
use super::{Server, call, http, target};
use crate::Error;
use crate::mcp::{CallOutcome, ClientFeatures, McpLimits, McpTarget, connect};

/// Paths in the form of this system.
#[cfg(unix)]
pub(super) const NOTES: &str = "/srv/notes";
#[cfg(unix)]
const DRAFTS: &str = "/srv/drafts";
#[cfg(windows)]
pub(super) const NOTES: &str = r"C:\srv\notes";
#[cfg(windows)]
const DRAFTS: &str = r"C:\srv\drafts";

/// The root for a folder.
pub(super) fn root(folder: &str, name: &str) -> Value {
    let uri = url::Url::from_file_path(folder).unwrap();
    json!({ "uri": uri, "name": name })
}

fn client_features(roots: &[&str]) -> ClientFeatures {
    ClientFeatures {
        roots: roots.iter().map(Into::into).collect(),
        ..ClientFeatures::default()
    }
}

/// The response that the server received.
pub(super) fn told(outcome: &CallOutcome) -> Value {
    let [Content::Text { text }] = outcome.result.content.as_slice() else {
        panic!("{:?}", outcome.result);
    };
    serde_json::from_str(text).unwrap()
}

/// Calls a tool of that server without an asker.
async fn called(router: axum::Router, roots: &[&str]) -> Result<CallOutcome, Error> {
    let server = Server::start(router).await;
    let target = McpTarget {
        client_features: client_features(roots),
        ..target(&server.url)
    };
    let (limits, cancel) = (McpLimits::DEFAULT, CancellationToken::new());
    let session = connect(&http(), target, limits, &cancel).await.unwrap();
    session.call_tool(call("echo"), &cancel).await
}

/// A server of the newer era that requires roots before it responds.
fn modern() -> axum::Router {
    hand_made::raw(async |asked: ReceivedRequest| match asked.method.as_str() {
        "server/discover" => result(&asked.id, super::asks::discovered()),
        "tools/call" => {
            let told = &asked.params["inputResponses"]["folders"];
            if told.is_null() {
                let more = json!({"resultType": "input_required", "inputRequests": {"folders": {"method": "roots/list"}}});
                return result(&asked.id, more);
            }
            let client_features =
                &asked.params["_meta"]["io.modelcontextprotocol/clientCapabilities"];
            let extensions = json!({"io.modelcontextprotocol/tasks": {}});
            assert_eq!(
                client_features,
                &json!({"roots": {}, "extensions": extensions})
            );
            let content = json!([{"type": "text", "text": told.to_string()}]);
            let done = json!({"resultType": "complete", "content": content});
            result(&asked.id, done)
        }
        _ => accepted(),
    })
}

#[tokio::test]
async fn the_newer_era_is_told_exactly_the_chosen_ones_and_nobody_is_asked() {
    let outcome = called(modern(), &[NOTES, DRAFTS]).await.unwrap();
    assert_eq!(
        told(&outcome),
        json!({"roots": [root(NOTES, "notes"), root(DRAFTS, "drafts")]})
    );
    let refused = called(modern(), &[]).await;
    assert!(matches!(refused, Err(Error::InputRequired)), "{refused:?}");
}

#[tokio::test]
async fn events_of_the_first_revision_carry_them_too() {
    let old = || Old::new(asks_for_roots).router();
    let outcome = called(old(), &[NOTES]).await.unwrap();
    assert_eq!(told(&outcome), json!({"roots": [root(NOTES, "notes")]}));
    // An error, which has no result.
    let outcome = called(old(), &[]).await.unwrap();
    assert_eq!(told(&outcome), Value::Null);
}

#[cfg(unix)]
#[tokio::test]
async fn programs_are_told_them_and_without_any_that_there_is_no_such_thing() {
    use std::sync::Arc;

    use super::programs::{Groups, program};
    use crate::mcp::connect_program;

    for (roots, answer) in [
        (
            &[NOTES][..],
            json!({"roots": [{"uri": "file:///srv/notes", "name": "notes"}]}),
        ),
        (&[], json!({"code": -32601, "message": "roots/list"})),
    ] {
        let groups = Arc::new(Groups::default());
        let (limits, cancel) = (McpLimits::DEFAULT, CancellationToken::new());
        let program = program("roots", &groups);
        let session = connect_program(program, client_features(roots), limits, &cancel).await;
        let session = session.unwrap();
        let outcome = session.call_tool(call("echo"), &cancel).await.unwrap();
        assert_eq!(told(&outcome), answer);
        session.close().await;
    }
}
