//! The platform against servers on loopback.

use axum::response::Response;
use patchbay_http::testing::{JumpingClock, Server, cancellable_options, json};
use patchbay_model::{Code, Explain, Status};
use proptest::prelude::*;
use serde_json::{Map, json as value};

use super::*;
use crate::ConsentState;
use crate::testing::{account, call};

mod abilities;
mod over_mcp;

/// Any JSON, with the names that the readers look at.
pub(crate) fn any_json() -> impl Strategy<Value = Value> {
    crate::testing::any_json(
        "id provider status items next_cursor total error message ok redirect_url \
         connector_id",
    )
}

async fn signed_in(answers: impl IntoIterator<Item = Response>) -> (Arc<dyn Platform>, Server) {
    signed_in_with(value!({}), ("api_key", "tnx_a_b"), answers).await
}

async fn signed_in_by_password(
    answers: impl IntoIterator<Item = Response>,
) -> (Arc<dyn Platform>, Server) {
    signed_in_with(value!({"email": "a@b"}), ("password", "hunter22"), answers).await
}

async fn signed_in_with(
    mut settings: Value,
    secret: (&str, &str),
    answers: impl IntoIterator<Item = Response>,
) -> (Arc<dyn Platform>, Server) {
    let server = Server::start(answers).await;
    settings["base_url"] = server.base.clone().into();
    let account = account(&settings, &[secret], JumpingClock::new());
    ((TENEX.sign_in)(account).unwrap(), server)
}

fn options() -> CallOptions {
    CallOptions::default()
}

fn connector(status: &str) -> Response {
    json(
        200,
        value!({"id": "con_1", "provider": "gmail", "status": status}),
    )
}

fn empty() -> Response {
    json(200, value!({"items": []}))
}

fn token(token: &str) -> Response {
    json(
        200,
        value!({"access_token": token, "token_type": "bearer", "expires_in": 3600}),
    )
}

#[test]
fn nothing_works_without_a_key_or_a_password() {
    for (settings, secrets) in [
        (value!({}), vec![]),
        (value!({}), vec![("api_key", "")]),
        (value!({"email": "a@b"}), vec![]),
        (value!({}), vec![("password", "p")]),
    ] {
        let refused = (TENEX.sign_in)(account(&settings, &secrets, JumpingClock::new())).map(drop);
        assert_eq!(refused.unwrap_err().kind(), "usage", "{settings}");
    }
}

#[tokio::test]
async fn a_jwt_is_kept_until_it_lapses() {
    let server = Server::start([token("jwt-1"), empty(), empty(), token("jwt-2"), empty()]).await;
    let settings = value!({"base_url": server.base, "email": "a@b"});
    let clock = JumpingClock::new();
    let account = account(&settings, &[("password", "hunter22")], clock.clone());
    let tenex = (TENEX.sign_in)(account).unwrap();
    for wait in [0, 3599, 1] {
        patchbay_http::Clock::sleep(&*clock, Duration::from_secs(wait)).await;
        tenex.check(&options()).await.unwrap();
    }
    let seen = server.seen();
    assert_eq!(seen[0].uri, "/edge/api/v1/users/login");
    assert_eq!(seen[0].body, r#"{"email":"a@b","password":"hunter22"}"#);
    assert!(!seen[0].headers.contains_key("authorization"));
    for (n, token) in [(1, "jwt-1"), (2, "jwt-1"), (4, "jwt-2")] {
        assert_eq!(seen[n].headers["authorization"], format!("Bearer {token}"));
    }
}

#[tokio::test]
async fn a_kept_jwt_that_is_refused_is_replaced_once_and_a_fresh_one_is_not() {
    let refused = || json(401, value!({"detail": "expired"}));
    for (answers, kinds, requests) in [
        (
            vec![token("jwt-1"), empty(), refused(), token("jwt-2"), empty()],
            ["", ""],
            5,
        ),
        (
            vec![
                token("jwt-1"),
                empty(),
                refused(),
                token("jwt-2"),
                refused(),
            ],
            ["", "unauthorized"],
            5,
        ),
        (
            vec![token("jwt-1"), refused(), token("jwt-2"), empty()],
            ["unauthorized", ""],
            4,
        ),
    ] {
        let (tenex, server) = signed_in_by_password(answers).await;
        for kind in kinds {
            let outcome = tenex.check(&options()).await;
            assert_eq!(outcome.map_or_else(|error| error.kind(), |()| ""), kind);
        }
        assert_eq!(server.seen().len(), requests);
    }
}

#[tokio::test]
async fn a_wrong_password_is_told_as_such() {
    let refused = json(401, value!({"detail": "Wrong password hunter22"}));
    let (tenex, server) = signed_in_by_password([refused]).await;
    let error = tenex.check(&options()).await.unwrap_err();
    assert_eq!(error.kind(), "unauthorized");
    assert_eq!(
        error.refusal().unwrap().text.as_deref(),
        Some("Wrong password <redacted>")
    );
    assert_eq!(server.seen().len(), 1);
}

/// An account whose table has these operations switched off.
async fn without(
    off: &[&str],
    answers: impl IntoIterator<Item = Response>,
) -> (Arc<dyn Platform>, Server) {
    let routes: Map<String, Value> = off
        .iter()
        .map(|name| ((*name).to_owned(), value!({"enabled": false})))
        .collect();
    signed_in_with(
        value!({ "routes": routes }),
        ("api_key", "tnx_a_b"),
        answers,
    )
    .await
}

#[tokio::test]
async fn a_sign_in_is_checked_by_whatever_list_is_offered() {
    for (off, asked) in [
        (vec![], Some("/edge/api/v1/connectors?limit=1")),
        (
            vec!["list"],
            Some("/edge/api/v1/connectors/providers?limit=1"),
        ),
        (vec!["list", "list_providers"], None),
    ] {
        let (tenex, server) = without(&off, [empty()]).await;
        tenex.check(&options()).await.unwrap();
        let seen = server.seen();
        let seen: Vec<String> = seen.iter().map(|seen| seen.uri.to_string()).collect();
        assert_eq!(seen, Vec::from_iter(asked));
    }
    let (tenex, _server) = without(&["list"], [json(401, value!({"detail": "no"}))]).await;
    let refused = tenex.check(&options()).await.unwrap_err();
    assert_eq!(refused.kind(), "unauthorized");
}

#[tokio::test]
async fn what_the_table_switches_off_is_not_offered() {
    let (tenex, server) = without(&["test", "list"], []).await;
    assert!(tenex.tools().is_none());
    assert!(tenex.connectors().is_some());
    let listed = tenex
        .connectors()
        .unwrap()
        .list_connectors(&options())
        .await;
    assert_eq!(listed.unwrap_err().kind(), "not_supported");
    let (tenex, _none) = without(&["list", "get", "delete"], []).await;
    assert!(tenex.connectors().is_none());
    let tools = tenex.tools().unwrap();
    let tools = tools.list_tools(&RemoteId::new("con_1"), &options()).await;
    assert_eq!(tools.unwrap()[0].name, "test");
    assert!(server.seen().is_empty());
}

#[tokio::test]
async fn a_login_of_another_shape_does_not_show_its_token() {
    for body in [
        value!({"token": {"jwt": "eyJhbGciOi"}, "expires_in": 3600}),
        value!({"access_token": "eyJhbGciOi", "expires_in": "3600"}),
        value!("eyJhbGciOi"),
    ] {
        let (tenex, _server) = signed_in_by_password([json(200, body.clone())]).await;
        let outcome = tenex.check(&options()).await;
        let problem = outcome.unwrap_err().problem();
        assert_eq!(problem.code, Code::PlatformAnswer);
        assert!(!format!("{problem:?}").contains("eyJ"), "{body}");
    }
}

#[tokio::test]
async fn a_consent_connects_a_connector_again() {
    let pending = || json(200, value!({"connector_id": "con_1", "status": "pending"}));
    let given = json(
        200,
        value!({"connector_id": "con_1", "status": "connected"}),
    );
    let started = json(
        201,
        value!({"connector_id": "con_1", "redirect_url": "https://p.example/o", "expires_at": "2026-10-21T07:28:30Z"}),
    );
    let answers = [
        connector("needs_reauth"),
        started,
        pending(),
        connector("pending"),
        given,
    ];
    let (tenex, server) = signed_in(answers).await;
    let (id, consents) = (RemoteId::new("con_1"), tenex.consents().unwrap());
    let started = consents
        .start_consent(ConsentRequest::new(&id, None, Map::new()), &options())
        .await
        .unwrap();
    assert_eq!(started.page.unwrap().as_str(), "https://p.example/o");
    assert_eq!(started.valid_for, Some(Duration::from_secs(60)));
    assert_eq!(started.poll_every, Duration::from_secs(2));
    let seen = server.seen();
    assert_eq!(
        seen[1].body,
        r#"{"provider":"gmail","connector_id":"con_1"}"#
    );
    let state = consents.consent_state(&id, &options()).await.unwrap();
    assert_eq!(state, ConsentState::Waiting);
    let connectors = tenex.connectors().unwrap();
    let found = connectors.find_connector(&id, &options()).await.unwrap();
    assert_eq!(found.status, Status::Authorizing);
    let state = consents.consent_state(&id, &options()).await.unwrap();
    assert_eq!(state, ConsentState::Given);
}

#[tokio::test]
async fn a_test_decides_whether_a_connector_is_ready() {
    let tested = |ok: bool| json(200, value!({"ok": ok, "message": "401 from provider"}));
    let answers = [
        connector("connected"),
        tested(true),
        connector("connected"),
        tested(false),
        connector("connected"),
    ];
    let (tenex, _server) = signed_in(answers).await;
    let connectors = tenex.connectors().unwrap();
    let id = RemoteId::new("con_1");
    let mut states = Vec::new();
    for _ in 0..3 {
        states.push(
            connectors
                .find_connector(&id, &options())
                .await
                .unwrap()
                .status,
        );
        if states.len() < 3 {
            call(&*tenex, "test", value!({"id": "con_1"}))
                .await
                .unwrap();
        }
    }
    assert_eq!(states, [Status::Unknown, Status::Ready, Status::Failing]);
}

#[tokio::test]
async fn a_wait_ends_when_the_consent_lapses_and_when_it_is_stopped() {
    let pending = || json(200, value!({"status": "pending"}));
    let (tenex, server) = signed_in([pending(), pending(), pending()]).await;
    let wait = value!({"id": "con_1", "expires_at": "2026-10-21T07:27:33Z"});
    let error = call(&*tenex, "wait_for_grant", wait).await.unwrap_err();
    assert_eq!(error.kind(), "timeout");
    // At 0 and 2 seconds; the one at 4 would come too late.
    assert_eq!(server.seen().len(), 2);

    let (stopped, stop) = cancellable_options();
    stop.cancel();
    let error = tenex
        .call("wait_for_grant", value!({"id": "con_1"}), &stopped)
        .await
        .unwrap_err();
    assert_eq!(error.kind(), "cancelled");
}

#[tokio::test]
async fn a_route_may_ask_by_query() {
    let started = json(201, value!({"id": "con_8", "url": "https://p.example/"}));
    let route = value!({"method": "GET", "path": "/{provider}/oauth"});
    let settings = value!({"routes": {"start_oauth": route}});
    let (tenex, server) = signed_in_with(settings, ("api_key", "tnx_a_b"), [started]).await;
    let which = value!({"provider": "a/b", "role": "sink"});
    call(&*tenex, "start_oauth", which).await.unwrap();
    assert_eq!(
        server.seen()[0].uri,
        "/edge/api/v1/connectors/a%2Fb/oauth?provider=a%2Fb&role=sink"
    );
}

#[tokio::test]
async fn a_conflict_names_the_state_that_is_in_the_way() {
    for (code, hint) in [
        ("grant_in_progress", "in the browser"),
        ("connector_disabled", "Turn it on"),
        ("already_connected", "Refresh"),
    ] {
        let refusal = json(409, value!({"detail": "no", "code": code}));
        let (tenex, _server) = signed_in([refusal]).await;
        let refused = call(&*tenex, "start_oauth", value!({"provider": "gmail"})).await;
        let refused = refused.unwrap_err();
        assert_eq!((refused.kind(), refused.status()), ("conflict", Some(409)));
        assert!(refused.hint().unwrap().contains(hint), "{code}");
    }
}

#[tokio::test]
async fn a_secret_setting_that_comes_back_is_dropped() {
    let settings = value!({"region": "eu", "hook_secret": "hook-s3cret"});
    let connector = value!({
        "id": "con_1", "provider": "apollo", "status": "connected", "auth_type": "byok",
        "settings": settings,
    });
    let fields = value!([
        {"name": "api_key", "secret": true, "required": true},
        {"name": "hook_secret", "secret": true, "required": false},
        {"name": "region", "secret": false, "required": false},
    ]);
    let provider = value!({"provider": "apollo", "byok_fields": fields});
    let providers = || json(200, value!({"items": [provider]}));
    let single = || json(200, connector.clone());
    let listed = json(200, value!({"items": [connector]}));
    let (tenex, server) = signed_in([listed, providers(), single(), single(), providers()]).await;
    let connectors = tenex.connectors().unwrap();
    let listed = connectors.list_connectors(&options()).await.unwrap();
    assert_eq!(listed[0].native["settings"], value!({"region": "eu"}));
    // Which settings are secrets is known now.
    let id = RemoteId::new("con_1");
    let found = connectors.find_connector(&id, &options()).await.unwrap();
    assert_eq!(found.native["settings"], value!({"region": "eu"}));
    let settings = tenex
        .settings()
        .unwrap()
        .settings(&id, &options())
        .await
        .unwrap();
    assert_eq!(settings.form.values["settings"], value!({"region": "eu"}));
    assert!(!settings.native.0.to_string().contains("hook-s3cret"));
    assert_eq!(server.seen().len(), 5);
}
