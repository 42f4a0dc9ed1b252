//! Servers that request their roots.

use serde_json::{Value, json};

use super::hand_made;
use super::http_sse::{SseServer, request_roots};
use super::{Server, call, connect_to, json_of, run_tool, target, text_of};
use crate::mcp::{CallOutcome, ClientFeatures, McpTarget};
use crate::{ClientFeature, Error};

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

/// Calls a tool of that server without an asker.
async fn call_server(router: axum::Router, roots: &[&str]) -> Result<CallOutcome, Error> {
    let server = Server::start(router).await;
    let target = McpTarget {
        client_features: client_features(roots),
        ..target(&server.url)
    };
    run_tool(&connect_to(target).await.unwrap(), call("echo")).await
}

/// A server of the newer era that requires roots before it responds.
fn modern() -> axum::Router {
    let inputs = json!({"folders": {"method": "roots/list"}});
    hand_made::modern_with_inputs(inputs, None, |capabilities| {
        let extensions = json!({"io.modelcontextprotocol/tasks": {}});
        assert_eq!(
            capabilities,
            &json!({"roots": {}, "extensions": extensions})
        );
    })
}

#[tokio::test]
async fn the_newer_era_is_told_exactly_the_chosen_ones_and_nobody_is_asked() {
    let outcome = call_server(modern(), &[NOTES, DRAFTS]).await.unwrap();
    assert_eq!(
        json_of(text_of(&outcome))["folders"],
        json!({"roots": [root(NOTES, "notes"), root(DRAFTS, "drafts")]})
    );
    let refused = call_server(modern(), &[]).await;
    let off = Err(ClientFeature::Roots);
    let refused = refused.map(drop).map_err(|error| match error {
        Error::FeatureOff { feature, .. } => feature,
        other => panic!("{other:?}"),
    });
    assert_eq!(refused, off);
}

#[tokio::test]
async fn events_of_the_first_revision_carry_them_too() {
    let old = || SseServer::new(request_roots).router();
    let outcome = call_server(old(), &[NOTES]).await.unwrap();
    assert_eq!(
        json_of(text_of(&outcome)),
        json!({"roots": [root(NOTES, "notes")]})
    );
    // An error, which has no result.
    let outcome = call_server(old(), &[]).await.unwrap();
    assert_eq!(json_of(text_of(&outcome)), Value::Null);
}

#[cfg(unix)]
#[tokio::test]
async fn programs_are_told_them_and_without_any_that_there_is_no_such_thing() {
    use super::programs::{program, start};

    for (roots, answer) in [
        (
            &[NOTES][..],
            json!({"roots": [{"uri": "file:///srv/notes", "name": "notes"}]}),
        ),
        (&[], json!({"code": -32601, "message": "roots/list"})),
    ] {
        let program = program("roots", &Default::default());
        let session = start(program, client_features(roots)).await.unwrap();
        let outcome = run_tool(&session, call("echo")).await.unwrap();
        assert_eq!(json_of(text_of(&outcome)), answer);
        session.close().await;
    }
}
