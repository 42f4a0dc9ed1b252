//! The platform against a server on loopback.

mod creation;
mod credentials;
pub(crate) mod fixture;
mod settings;

use axum::response::Response;
use patchbay_http::testing::{JumpingClock, Server, json};
use patchbay_model::Status;
use proptest::prelude::*;
use serde_json::json as value;

use super::*;
use crate::testing::{self, call};

/// Any JSON, with the names that the readers look at.
pub(crate) fn any_json() -> impl Strategy<Value = Value> {
    testing::any_json("id name connector connectors oauth active")
}

fn account(settings: &Value, key: &str) -> AccountConfig {
    testing::account(settings, &[("api_key", key)], JumpingClock::new())
}

async fn signed_in(answers: impl IntoIterator<Item = Response>) -> (Arc<dyn Platform>, Server) {
    let server = Server::start(answers).await;
    let platform =
        (COHERE.sign_in)(account(&value!({"base_url": server.base}), "test-key")).unwrap();
    (platform, server)
}

fn options() -> CallOptions {
    CallOptions::default()
}

fn page(ids: impl IntoIterator<Item = usize>) -> Response {
    let ids = ids.into_iter();
    let connectors: Vec<_> = ids.map(|id| value!({"id": format!("c{id}")})).collect();
    json(200, value!({ "connectors": connectors }))
}

#[test]
fn addresses_of_cohere_lose_their_version() {
    assert_eq!(
        base_url("https://api.cohere.com/v1"),
        "https://api.cohere.com"
    );
    assert_eq!(
        base_url("https://api.cohere.ai/v1/"),
        "https://api.cohere.ai/"
    );
    assert_eq!(base_url("https://a.example/v1"), "https://a.example/v1");
}

#[tokio::test]
async fn the_list_goes_on_until_a_page_is_short() {
    let (cohere, server) = signed_in([page(0..100), page(99..150)]).await;
    let connectors = cohere.connectors().unwrap();
    let all = connectors.list_connectors(&options()).await.unwrap();
    // One that moved on to the second page is there once.
    assert_eq!(all.len(), 150);
    let asked: Vec<_> = server
        .seen()
        .into_iter()
        .map(|seen| seen.uri.to_string())
        .collect();
    assert_eq!(
        asked,
        [
            "/edge/v1/connectors?limit=100&offset=0",
            "/edge/v1/connectors?limit=100&offset=100"
        ]
    );
}

#[tokio::test]
async fn the_list_ends_with_the_total() {
    let full: Vec<_> = (0..100)
        .map(|id| value!({"id": format!("c{id}")}))
        .collect();
    let answer = json(200, value!({"connectors": full, "total_count": 100.0}));
    let (cohere, server) = signed_in([answer]).await;
    let connectors = cohere.connectors().unwrap();
    assert_eq!(
        connectors.list_connectors(&options()).await.unwrap().len(),
        100
    );
    assert_eq!(server.seen().len(), 1);
}

#[tokio::test]
async fn a_page_that_is_no_web_address_is_not_opened() {
    let answer = json(200, value!({"redirect_url": "file:///etc/passwd"}));
    let (cohere, server) = signed_in([answer]).await;
    let consents = cohere.consents().unwrap();
    let redirect = "http://127.0.0.1:1/done".parse().unwrap();
    let started = consents
        .start_consent(
            ConsentRequest::new(&RemoteId::new("a"), Some(&redirect), Map::new()),
            &options(),
        )
        .await;
    assert_eq!(started.unwrap_err().kind(), "unsafe_url");
    assert_eq!(
        server.seen()[0].uri,
        "/edge/v1/connectors/a/oauth/authorize?after_token_redirect=http%3A%2F%2F127.0.0.1%3A1%2Fdone"
    );
}

#[tokio::test]
async fn the_test_search_asks_the_service_itself_and_marks_a_failure() {
    let service = Server::start([
        json(200, value!({"results": [{"title": "t"}]})),
        json(500, value!({"message": "no index for tok-12345"})),
    ])
    .await;
    let url = format!("{}search?k=1", service.base);
    let connector = || json(200, value!({"connector": {"id": "a", "url": url}}));
    let (cohere, _server) = signed_in([connector(), connector(), connector()]).await;
    let search = value!({
        "id": "a", "query": "leave", "service_auth": {"type": "bearer", "token": "tok-12345"}
    });
    let found = call(&*cohere, "test_search", search.clone()).await.unwrap();
    assert_eq!(found, value!({"results": [{"title": "t"}]}));
    let seen = service.seen().remove(0);
    assert_eq!(seen.uri, "/edge/search?k=1");
    assert_eq!(seen.headers["authorization"], "Bearer tok-12345");
    assert_eq!(seen.body, r#"{"query":"leave"}"#);

    let failed = call(&*cohere, "test_search", search).await;
    assert_eq!(failed.unwrap_err().status(), Some(500));
    let connectors = cohere.connectors().unwrap();
    let listed = connectors
        .find_connector(&RemoteId::new("a"), &options())
        .await
        .unwrap();
    assert_eq!(listed.status, Status::Failing);
    assert_eq!(listed.reason.as_deref(), Some("no index for <redacted>"));
}

async fn searched(cohere: &dyn Platform) -> Error {
    let search = value!({ "id": "a", "query": "leave" });
    call(cohere, "test_search", search).await.unwrap_err()
}

#[tokio::test]
async fn a_refusal_of_the_service_is_not_one_of_cohere() {
    for status in [400, 401, 403, 404, 409] {
        let refusal = json(status, value!({"message": "who are you?"}));
        let service = Server::start([refusal]).await;
        let connector = || json(200, value!({"connector": {"id": "a", "url": service.base}}));
        let (cohere, _server) = signed_in([connector(), connector()]).await;
        let error = searched(&*cohere).await;
        assert_eq!((error.kind(), error.status()), ("platform", Some(status)));
        let connectors = cohere.connectors().unwrap();
        let id = RemoteId::new("a");
        let found = connectors.find_connector(&id, &options()).await.unwrap();
        assert_eq!(found.status, Status::Failing);
        assert_eq!(found.reason.as_deref(), Some("who are you?"));
    }
}

#[tokio::test]
async fn a_search_url_in_the_local_network_is_not_requested() {
    for url in [
        "http://10.1.2.3/search",
        "https://192.168.1.1/",
        "http://169.254.169.254/",
    ] {
        let connector = || json(200, value!({"connector": {"id": "a", "url": url}}));
        let (cohere, _server) = signed_in([connector(), connector()]).await;
        let error = searched(&*cohere).await;
        assert!(matches!(error, Error::PrivateAddress { .. }), "{error:?}");
        // It was not tested.
        let connectors = cohere.connectors().unwrap();
        let id = RemoteId::new("a");
        let found = connectors.find_connector(&id, &options()).await.unwrap();
        assert_eq!(found.status, Status::Ready);
    }
}

#[tokio::test]
async fn an_abandoned_consent_is_over() {
    let fixture = fixture::Fixture::new().await;
    let id = fixture
        .created(value!({"authentication": fixture::app()}))
        .await;
    let consents = fixture.platform.consents().unwrap();
    let request = ConsentRequest::new(&id, None, Map::new());
    consents
        .start_consent(request, &fixture.options)
        .await
        .unwrap();
    let connectors = fixture.platform.connectors().unwrap();
    let status = async || {
        let found = connectors.find_connector(&id, &fixture.options);
        found.await.unwrap().status
    };
    assert_eq!(status().await, Status::Authorizing);
    consents.abandon_consent(&id);
    assert_eq!(status().await, Status::NeedsAuthorization);
    fixture.over();
}

#[tokio::test]
async fn a_connector_that_is_there_again_was_not_tested() {
    let service = Server::start([json(500, value!({}))]).await;
    let connector = value!({"id": "a", "url": service.base});
    let got = || json(200, value!({ "connector": connector }));
    let list = |connectors: &[&Value]| json(200, value!({ "connectors": connectors }));
    let answers = [got(), list(&[&connector]), list(&[]), list(&[&connector])];
    let (cohere, _server) = signed_in(answers).await;
    searched(&*cohere).await;
    let connectors = cohere.connectors().unwrap();
    for status in [Some(Status::Failing), None, Some(Status::Ready)] {
        let all = connectors.list_connectors(&options()).await.unwrap();
        assert_eq!(all.first().map(|one| one.status), status);
    }
}

#[tokio::test]
async fn an_operation_that_there_is_not_is_refused() {
    let (cohere, server) = signed_in([]).await;
    let refused = call(&*cohere, "share", value!({})).await;
    assert_eq!(refused.unwrap_err().kind(), "usage");
    assert!(server.seen().is_empty());
}

#[tokio::test]
async fn a_test_search_that_cohere_would_send_otherwise_says_nothing_of_the_connector() {
    for (status, auth_type) in [(401, "service_auth"), (403, "service_auth"), (429, "none")] {
        let service = Server::start([json(status, value!({"message": "who are you?"}))]).await;
        let connector = value!({"id": "a", "url": service.base, "auth_type": auth_type});
        let connector = || json(200, value!({ "connector": connector }));
        let (cohere, _server) = signed_in([connector(), connector()]).await;
        searched(&*cohere).await;
        let connectors = cohere.connectors().unwrap();
        let id = RemoteId::new("a");
        let found = connectors.find_connector(&id, &options()).await.unwrap();
        assert_eq!(found.status, Status::Ready, "{status}");
    }
}
