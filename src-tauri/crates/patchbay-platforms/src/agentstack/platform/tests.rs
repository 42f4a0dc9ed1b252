//! The platform against servers on loopback.

mod abilities;
mod consents;
mod fake;
mod relay;
mod tools;

use axum::response::Response;
use patchbay_http::Retries;
use patchbay_http::testing::{JumpingClock, Server, cancellable_options, json};
use patchbay_model::{Explain, Status};
use proptest::prelude::*;
use serde_json::{Map, json as value};

use super::*;
use crate::testing::{account, call};

/// Any JSON, with the names that the readers look at.
pub(crate) fn any_json() -> impl Strategy<Value = Value> {
    crate::testing::any_json("id url state items metadata name auth_request type disconnect_reason")
}

/// Signed in without credentials.
fn signed_in(base: &str, clock: Arc<JumpingClock>) -> Arc<dyn Platform> {
    (AGENTSTACK.sign_in)(account(&value!({"base_url": base}), &[], clock)).unwrap()
}

async fn answered_by(answers: impl IntoIterator<Item = Response>) -> (Arc<dyn Platform>, Server) {
    let server = Server::start(answers).await;
    (signed_in(&server.base, JumpingClock::new()), server)
}

fn id() -> RemoteId {
    RemoteId::new("c-1")
}

async fn shown(platform: &dyn Platform) -> (Status, Option<String>) {
    let connectors = platform.connectors().unwrap();
    let found = connectors.find_connector(&id(), &options()).await.unwrap();
    (found.status, found.reason)
}

fn connector(state: &str) -> Value {
    value!({"id": "c-1", "url": "https://mcp.example.com/mcp", "state": state})
}

fn options() -> CallOptions {
    CallOptions::default()
}

async fn authorization(settings: Value, secrets: &[(&str, &str)]) -> Result<Option<String>> {
    let server = Server::start([json(200, value!({"items": []}))]).await;
    let mut settings = settings;
    settings["base_url"] = server.base.clone().into();
    let platform = (AGENTSTACK.sign_in)(account(&settings, secrets, JumpingClock::new()))?;
    platform.check(&options()).await?;
    let seen = server.seen();
    assert_eq!(seen[0].uri.path(), "/edge/api/v1/connectors");
    let sent = seen[0].headers.get("authorization");
    Ok(sent.map(|value| value.to_str().unwrap().to_owned()))
}

#[tokio::test]
async fn only_a_call_that_asks_for_it_is_retried() {
    for (retries, requests) in [(None, 1), (Some(Retries::Times(1)), 2)] {
        let answers = [json(503, value!({})), json(200, value!({"items": []}))];
        let (platform, server) = answered_by(answers).await;
        let options = CallOptions {
            retries,
            ..options()
        };
        let listed = platform.call("list", value!({}), &options).await;
        assert_eq!(listed.is_ok(), requests == 2);
        assert_eq!(server.seen().len(), requests);
    }
}

#[tokio::test]
async fn each_way_to_sign_in_sends_its_header() {
    let (token, password) = (("token", "tok-1"), ("password", "p:w"));
    for (settings, secrets, header) in [
        (value!({}), vec![], None),
        (value!({"auth": "none"}), vec![token], None),
        (
            value!({"auth": "bearer"}),
            vec![token],
            Some("Bearer tok-1"),
        ),
        (value!({}), vec![token], Some("Bearer tok-1")),
        (
            value!({"auth": "basic", "user": "ü"}),
            vec![password],
            Some("Basic w7w6cDp3"),
        ),
        (
            value!({"user": "ü"}),
            vec![password],
            Some("Basic w7w6cDp3"),
        ),
    ] {
        let sent = authorization(settings.clone(), &secrets).await.unwrap();
        assert_eq!(sent.as_deref(), header, "{settings}");
    }
}

#[tokio::test]
async fn a_sign_in_that_lacks_something_is_refused() {
    for (settings, secrets) in [
        (value!({"auth": "bearer"}), vec![]),
        (value!({"auth": "bearer"}), vec![("token", "")]),
        (value!({"auth": "basic"}), vec![("password", "p")]),
        (value!({"auth": "basic", "user": "u"}), vec![]),
        (
            value!({"auth": "basic", "user": "u:v"}),
            vec![("password", "p")],
        ),
        (value!({"auth": "digest"}), vec![]),
    ] {
        let refused = authorization(settings.clone(), &secrets).await;
        assert!(matches!(refused, Err(Error::Usage(_))), "{settings}");
    }
}

#[tokio::test]
async fn arguments_that_do_not_fit_send_nothing() {
    let (platform, server) = answered_by([]).await;
    for (operation, arguments) in [
        ("list", value!({"page_token": "x"})),
        ("create", value!({})),
        (
            "create",
            value!({"url": "https://a", "match_preset": "yes"}),
        ),
        ("get", value!({"connector": 7})),
        ("get", value!({"connector": ""})),
        ("get", value!({"connector": ".."})),
        ("get", value!({"connector": {"url": "https://a"}})),
        ("wait_for_state", value!({"connector": {"id": "a"}})),
        (
            "wait_for_state",
            value!({"connector": "a", "poll_interval": -1}),
        ),
        ("mcp_proxy", value!({"connector": "a"})),
        ("mcp", value!({"connector": "a", "method": "NO WAY"})),
        (
            "mcp",
            value!({"connector": "a", "method": "POST", "content": "{}", "content_json": {}}),
        ),
        ("callback", value!({})),
    ] {
        let refused = call(&*platform, operation, arguments.clone()).await;
        assert!(
            matches!(refused, Err(Error::Usage(_))),
            "{operation} {arguments}"
        );
    }
    assert!(server.seen().is_empty());
}

#[tokio::test]
async fn a_refusal_keeps_the_words_of_the_platform() {
    let detail = "Duplicate connector found: url='https://a/' already exists";
    let validation = value!({"detail": [{"loc": ["body", "url"], "msg": "bad URL"}]});
    let answers = [json(409, value!({"detail": detail})), json(422, validation)];
    let (platform, _server) = answered_by(answers).await;
    let new = value!({"url": "https://a"});
    let error = call(&*platform, "create", new.clone()).await.unwrap_err();
    assert_eq!(error.refusal().unwrap().text.as_deref(), Some(detail));
    assert_eq!(error.hint().as_deref(), Some("Refresh the list to see it."));
    let error = call(&*platform, "create", new).await.unwrap_err();
    let fields = &error.refusal().unwrap().fields;
    assert_eq!(
        (fields[0].path.as_str(), fields[0].message.as_str()),
        ("/url", "bad URL")
    );
}

fn plain(status: u16) -> Response {
    let mut answer = Response::new(axum::body::Body::empty());
    *answer.status_mut() = status.try_into().unwrap();
    answer
}

#[tokio::test]
async fn a_wait_that_is_stopped_sends_nothing_more() {
    let (platform, server) = answered_by([json(200, connector("created"))]).await;
    let (options, stop) = cancellable_options();
    stop.cancel();
    let arguments = value!({"connector": connector("created")});
    let outcome = platform.call("wait_for_state", arguments, &options).await;
    assert!(matches!(outcome, Err(Error::Cancelled)));
    assert!(server.seen().is_empty());
}

/// `next_page_token` is set although there is nothing more: following it would never end.
#[tokio::test]
async fn a_token_of_the_last_page_is_not_followed() {
    let page = value!({
        "items": [connector("created")], "total_count": 1, "has_more": false,
        "next_page_token": "c-1"
    });
    let (platform, server) = answered_by([json(200, page)]).await;
    let connectors = platform.connectors().unwrap();
    let all = connectors.list_connectors(&options()).await.unwrap();
    assert_eq!(all.len(), 1);
    assert_eq!(server.seen().len(), 1);
}
