//! Consents that are refused, cancelled, extended, or answered twice.

use std::time::Duration;

use patchbay_model::{AuthorizationState, Code, Explain as _, Redirect, Secret, Status};
use patchbay_ops::{
    ConnectorChanges, Error, StartAuthorization, add_connector, cancel_authorization,
    extend_authorization, find_authorization, finish_authorization, handle_callback_link,
    list_authorizations, list_connectors, refresh_tools, remove_connector, restore_connector,
    start_authorization, wait_for_authorization,
};
use patchbay_playground::{Endpoint, Failure, IssuerParameter, Playground};
use serde_json::{Value, json};
use url::Url;

use crate::support::{
    Answer, Browser, Child, Harness, Role, TIMEOUT, add_request, oauth, oauth_for, open_shared,
    parameter, send_line, sign_in_request, start_playground, text_of, visit,
};

#[tokio::test]
async fn a_declined_consent_says_so_and_can_be_asked_again() {
    let harness = Harness::new().await;
    harness.browser.set_answer(Answer::Deny);
    let connector = harness.add().await;
    let outcome = harness.sign_in(&connector).await;
    assert_eq!(outcome.state, AuthorizationState::Denied);
    let problem = outcome.problem.unwrap();
    assert_eq!(problem.code, Code::AuthDenied);
    assert_eq!(problem.detail.as_deref(), Some("The person denied access"));
    let page = harness.browser.ended(1).await.page.unwrap();
    assert!(page.contains("denied"), "{page}");
    assert_eq!(harness.playground.token_requests(), 0);
    let kept = harness.connector(&connector.id).await;
    assert_eq!(kept.status.status, Status::NeedsAuthorization);
    assert!(kept.draft);

    harness.browser.set_answer(Answer::Allow);
    harness.authorize(&connector).await;
    let registrations = harness.playground.registrations();
    assert_eq!(registrations, 1, "the registration is used again");
}

/// A server may let everybody connect and list tools: then only the refusal of a call says where to sign in.
#[tokio::test]
async fn what_the_refusal_of_a_call_names_counts_at_the_next_sign_in() {
    let mut harness = Harness::new().await;
    let named = harness.playground.at("named");
    let resource = json!({
        "resource": harness.playground.url(),
        "authorization_servers": [harness.playground.issuer()],
        "scopes_supported": ["read", "write"],
    });
    harness.playground.tamper(move |asked, reply| {
        let is_anonymous = asked.path == "/mcp" && asked.header("authorization").is_none();
        let method = asked.rpc_method().filter(|_| is_anonymous);
        let result = match method.as_deref() {
            Some("initialize") => json!({
                "protocolVersion": "2025-11-25", "capabilities": { "tools": {} },
                "serverInfo": { "name": "half open", "version": "1" },
            }),
            Some("tools/list") => {
                let read_only = json!({ "readOnlyHint": true });
                let schema = json!({ "type": "object" });
                let echo =
                    json!({ "name": "echo", "inputSchema": schema, "annotations": read_only });
                json!({ "tools": [echo] })
            }
            Some("tools/call") => {
                let challenge = format!("Bearer resource_metadata=\"{named}\", scope=\"read\"");
                return reply.set_header("www-authenticate", challenge);
            }
            Some("notifications/initialized") => {
                reply.status = 202;
                return;
            }
            Some(_) => {
                reply.status = 405;
                return;
            }
            None if asked
                .path
                .starts_with("/.well-known/oauth-protected-resource") =>
            {
                reply.status = 404;
                return;
            }
            None if asked.path == "/named" => Value::Null,
            None => return,
        };
        let asked: Value = serde_json::from_str(&asked.body).unwrap_or_default();
        let body = match result {
            Value::Null => resource.clone(),
            result => json!({ "jsonrpc": "2.0", "id": asked["id"], "result": result }),
        };
        reply.status = 200;
        reply.set_header("content-type", "application/json");
        reply.body = body.to_string().into_bytes();
    });
    let connector = harness.add_open_at(harness.playground.url()).await;
    refresh_tools(&harness.cx, &connector.id).await.unwrap();
    assert_eq!(harness.echo_code(&connector).await, Code::AuthNeeded);
    harness.restart().await;
    let by_browser = ConnectorChanges {
        authentication: Some(oauth()),
        ..ConnectorChanges::default()
    };
    harness.update(&connector, by_browser).await;
    harness.authorize(&connector).await;
    let page = harness.browser.page(1).await;
    assert_eq!(parameter(&page, "scope"), "read");
    assert_eq!(harness.playground.count(|it| it.path == "/named"), 1);
}

#[tokio::test]
async fn a_consent_that_nobody_answers_expires() {
    let (harness, connector) = Harness::unanswered().await;
    let request = StartAuthorization {
        timeout_seconds: Some(1),
        ..sign_in_request(&connector.id)
    };
    let pending = start_authorization(&harness.cx, request).await.unwrap();
    let page = harness.browser.page(1).await;
    let outcome = harness.wait_for_end(&pending).await;
    assert_eq!(outcome.state, AuthorizationState::Expired);
    assert_eq!(outcome.problem.unwrap().code, Code::AuthTimedOut);
    let status = harness.connector(&connector.id).await.status;
    assert_eq!(status.status, Status::NeedsAuthorization);

    let late = handle_callback_link(&harness.cx, &answer_to(&page, "code=late"));
    assert_eq!(late.unwrap_err().code(), Code::AuthCallback);
    assert_eq!(harness.playground.token_requests(), 0);
}

#[tokio::test]
async fn the_user_can_have_more_time() {
    let (harness, connector) = Harness::unanswered().await;
    let pending = harness.start_waiting(&connector, Redirect::DeepLink).await;
    let extend = || extend_authorization(&harness.cx, &pending.id);
    let extended = extend().await.unwrap();
    assert_eq!(
        extended.deadline_at,
        pending.deadline_at + Duration::from_secs(300)
    );

    // Beyond the first deadline; each extension makes it look at the clock again.
    harness.clock.advance(Duration::from_secs(400));
    extend().await.unwrap();
    harness.assert_awaits_user(&pending).await;
    harness.clock.advance(Duration::from_secs(2000));
    extend().await.unwrap();
    harness
        .assert_ends(&pending, AuthorizationState::Expired)
        .await;
    assert_eq!(extend().await.unwrap_err().code(), Code::Conflict);
}

#[tokio::test]
async fn a_cancelled_consent_leaves_a_connector_that_worked_as_it_was() {
    let harness = Harness::new().await;
    let fresh = harness.add().await;
    harness.browser.set_answer(Answer::Nothing);
    let pending = harness.start_waiting(&fresh, Redirect::Loopback).await;
    let callback_url = callback_url(&harness.browser.page(1).await);
    assert_eq!(harness.status(&fresh).await, Status::Authorizing);
    let outcome = harness.cancel(&pending).await;
    assert_eq!(outcome.state, AuthorizationState::Cancelled);
    assert_eq!(harness.status(&fresh).await, Status::NeedsAuthorization);
    let port = std::net::TcpStream::connect(("127.0.0.1", callback_url.port().unwrap()));
    assert!(port.is_err(), "the port is closed");

    harness.browser.set_answer(Answer::Allow);
    harness.sign_in(&fresh).await;
    harness.browser.set_answer(Answer::Nothing);
    let pending = harness.start_waiting(&fresh, Redirect::Loopback).await;
    harness.cancel(&pending).await;
    assert_eq!(harness.status(&fresh).await, Status::Ready);
    cancel_authorization(&harness.cx, &pending.id)
        .await
        .unwrap();
}

#[tokio::test]
async fn a_connector_has_one_consent_at_a_time_and_a_new_one_after_it() {
    let (harness, connector) = Harness::unanswered().await;
    let first = harness.start(&connector, Redirect::Loopback).await;
    let second = harness.start(&connector, Redirect::DeepLink).await;
    assert_eq!(first.id, second.id);
    harness
        .wait_for_state(&first, AuthorizationState::AwaitingUser)
        .await;
    assert_eq!(harness.browser.opened().len(), 1);
    for _ in 0..20 {
        harness.cancel(&first).await;
        let next = harness.start(&connector, Redirect::Loopback).await;
        assert_ne!(first.id, next.id, "one that is over is not under way");
        harness.cancel(&next).await;
    }
}

#[tokio::test]
async fn what_belongs_to_another_consent_is_ignored() {
    let (harness, connector) = Harness::unanswered().await;
    let pending = harness.start_waiting(&connector, Redirect::Loopback).await;
    let page = harness.browser.page(1).await;

    let wrong = Secret::new("patchbay://oauth/callback?code=x&state=wrong");
    let pasted = finish_authorization(&harness.cx, &pending.id, &wrong).await;
    assert_eq!(pasted.unwrap_err().code(), Code::AuthCallback);
    let linked = handle_callback_link(&harness.cx, &wrong);
    assert_eq!(linked.unwrap_err().code(), Code::AuthCallback);
    let mut address = callback_url(&page);
    address.set_query(Some("code=x&state=wrong"));
    let shown = visit(&address).await;
    assert!(!shown.contains("Signed in"), "{shown}");
    address.set_query(Some("error=access_denied"));
    visit(&address).await;
    harness.assert_awaits_user(&pending).await;
    assert_eq!(harness.playground.token_requests(), 0);

    harness.browser.set_answer(Answer::Allow);
    harness.open_page(&pending).await;
    harness.assert_authorized(&pending).await;
}

#[tokio::test]
async fn an_error_of_the_provider_ends_the_consent_in_words() {
    let harness = Harness::new().await;
    let address = harness.playground.url();
    let connector = harness.add_at(address, oauth_for(&["fly"])).await;
    let outcome = harness.sign_in(&connector).await;
    assert_eq!(outcome.state, AuthorizationState::Failed);
    let problem = outcome.problem.unwrap();
    assert_eq!(problem.code, Code::AuthExchange);
    assert!(problem.message.contains("invalid_scope"), "{problem:?}");
    let page = harness.browser.ended(1).await.page.unwrap();
    assert!(page.contains("invalid_scope"), "{page}");
}

#[tokio::test]
async fn whose_account_it_is_is_told_and_a_change_of_it_pointed_out() {
    let harness = Harness::new().await;
    let choice = oauth_for(&["openid", "read"]);
    let connector = harness.add_at(harness.playground.url(), choice).await;
    let outcome = harness.authorize(&connector).await;
    assert_eq!(outcome.identity.user.as_deref(), Some("lena-fischer"));
    assert_eq!(outcome.asked_as, None);
    let kept = harness.connector(&connector.id).await;
    assert_eq!(kept.identity.user.as_deref(), Some("lena-fischer"));

    harness.configure(|switches| switches.people = vec!["sam-okafor".to_owned()]);
    let outcome = harness.sign_in(&kept).await;
    assert_eq!(outcome.identity.user.as_deref(), Some("sam-okafor"));
    assert_eq!(outcome.asked_as.as_deref(), Some("lena-fischer"));
}

#[tokio::test]
async fn the_account_of_another_connector_is_pointed_out() {
    let harness = Harness::new().await;
    let add = || harness.add_at(harness.playground.url(), oauth_for(&["openid", "read"]));
    let first = add().await;
    assert_eq!(harness.authorize(&first).await.same_as, None);
    // Both have the title that the server reports.
    let second = add().await;
    let same_as = harness.authorize(&second).await.same_as;
    assert_eq!(same_as.as_ref(), Some(&first.name));
    let rename = ConnectorChanges {
        title: Some("Work".to_owned()),
        ..ConnectorChanges::default()
    };
    harness.update(&first, rename).await;
    let same_as = harness.authorize(&second).await.same_as;
    assert_eq!(same_as.as_deref(), Some("Work"));

    // Several accounts may have such a name.
    harness.configure(|switches| switches.people = vec!["Lena Fischer".to_owned()]);
    for connector in [&first, &second] {
        let outcome = harness.authorize(connector).await;
        assert_eq!(outcome.identity.user.as_deref(), Some("Lena Fischer"));
        assert_eq!(outcome.same_as, None);
    }
}

#[tokio::test]
async fn a_callback_of_another_issuer_is_answered_and_waited_past() {
    let wrong = IssuerParameter::Wrong("https://evil.example".to_owned());
    for parameter in [wrong, IssuerParameter::Missing] {
        let harness = Harness::with(|switches| switches.issuer_parameter = parameter).await;
        let connector = harness.add().await;
        let pending = harness.start(&connector, Redirect::Loopback).await;
        let ended = harness.browser.ended(1).await;
        let page = ended.page.unwrap();
        assert!(page.contains("different authorization server"), "{page}");
        let now = find_authorization(&harness.cx, &pending.id).await.unwrap();
        assert_eq!(now.state, AuthorizationState::AwaitingUser);
        assert!(now.trace.iter().any(|step| step.method == "callback"));
        assert_eq!(harness.playground.token_requests(), 0);

        // Pasted and as a link it is refused alike, and the right one still completes.
        let pasted = Secret::new(ended.at.as_str());
        let refused = finish_authorization(&harness.cx, &pending.id, &pasted).await;
        let query = ended.at.query().unwrap();
        let link = Secret::new(format!("patchbay://oauth/callback?{query}"));
        let linked = handle_callback_link(&harness.cx, &link);
        for refused in [refused, linked] {
            let refused = refused.unwrap_err();
            assert_eq!(refused.code(), Code::AuthCallback);
            let message = refused.to_string();
            assert!(
                message.contains("different authorization server"),
                "{message}"
            );
        }
        let now = find_authorization(&harness.cx, &pending.id).await.unwrap();
        let sent_away = now.trace.iter().filter(|step| step.method == "callback");
        assert_eq!(sent_away.count(), 3);
        let issuer = harness.playground.issuer();
        let mut right = ended.at;
        let pairs: Vec<(String, String)> = right.query_pairs().into_owned().collect();
        right
            .query_pairs_mut()
            .clear()
            .extend_pairs(pairs.iter().filter(|(name, _)| name != "iss"))
            .append_pair("iss", &issuer);
        visit(&right).await;
        harness.assert_authorized(&pending).await;
    }
    let harness =
        Harness::with(|switches| switches.issuer_parameter = IssuerParameter::Absent).await;
    harness.connect().await;
}

#[tokio::test]
async fn a_token_endpoint_that_fails_keeps_the_connector_for_another_try() {
    let harness = Harness::new().await;
    harness.fail(Endpoint::Token, Failure::once(500, "server_error"));
    let connector = harness.add().await;
    let outcome = harness.sign_in(&connector).await;
    assert_eq!(outcome.state, AuthorizationState::Failed);
    assert_eq!(outcome.problem.unwrap().code, Code::AuthExchange);
    let page = harness.browser.ended(1).await.page.unwrap();
    assert!(page.contains("HTTP 500"), "{page}");
    harness.authorize(&connector).await;
}

#[tokio::test]
async fn a_provider_that_forgot_us_gets_another_registration() {
    let (harness, connector) = Harness::connected_at_own_port().await;
    let page = harness.browser.page(1).await;
    let client = parameter(&page, "client_id");
    assert!(harness.playground.remove_client(&client));

    let pending = harness.start_waiting(&connector, Redirect::Loopback).await;
    // Only the user sees that the provider does not know us.
    let page = harness.browser.ended(2).await.page.unwrap();
    assert!(page.contains("cannot go on"), "{page}");
    let waiting = find_authorization(&harness.cx, &pending.id).await.unwrap();
    assert!(waiting.reuses_registration);
    harness.cancel(&pending).await;
    assert_eq!(harness.playground.registrations(), 1);
    harness.authorize(&connector).await;
    assert_eq!(harness.playground.registrations(), 2);
}

#[tokio::test]
async fn a_provider_that_refuses_our_refresh_gets_another_registration_at_once() {
    let (harness, connector) = Harness::connected_at_own_port().await;
    let page = harness.browser.page(1).await;
    let client = parameter(&page, "client_id");
    assert!(harness.playground.remove_client(&client));
    harness.playground.expire_access_tokens();
    assert_eq!(harness.echo_code(&connector).await, Code::AuthExpired);
    assert_eq!(harness.status(&connector).await, Status::NeedsAuthorization);

    harness.authorize(&connector).await;
    assert_eq!(harness.playground.registrations(), 2);
}

#[tokio::test]
async fn a_removed_connector_takes_its_consent_with_it() {
    let (harness, connector) = Harness::unanswered().await;
    let pending = harness.start_waiting(&connector, Redirect::Loopback).await;
    remove_connector(&harness.cx, &connector.id).await.unwrap();
    harness
        .assert_ends(&pending, AuthorizationState::Cancelled)
        .await;
    assert!(list_connectors(&harness.cx).await.unwrap().is_empty());
    let restored = restore_connector(&harness.cx, &connector.id).await.unwrap();
    assert_eq!(restored.status.status, Status::NeedsAuthorization);
}

#[tokio::test]
async fn what_the_user_decides_meanwhile_outlasts_the_consent() {
    let (harness, connector) = Harness::connected().await;
    harness.browser.set_answer(Answer::Nothing);

    let pending = harness.start_waiting(&connector, Redirect::Loopback).await;
    harness.disconnect(&connector).await;
    harness
        .assert_ends(&pending, AuthorizationState::Cancelled)
        .await;
    assert_eq!(harness.status(&connector).await, Status::Disconnected);

    let pending = harness.start_waiting(&connector, Redirect::Loopback).await;
    let off = ConnectorChanges {
        enabled: Some(false),
        ..ConnectorChanges::default()
    };
    harness.update(&connector, off).await;
    harness
        .assert_ends(&pending, AuthorizationState::Cancelled)
        .await;
    assert_eq!(harness.status(&connector).await, Status::Disabled);

    let opened = harness.browser.opened().len();
    let request = sign_in_request(&connector.id);
    let refused = start_authorization(&harness.cx, request).await.unwrap_err();
    assert!(matches!(refused, Error::SwitchedOff { .. }), "{refused:?}");
    assert_eq!(harness.browser.opened().len(), opened);
}

#[tokio::test]
async fn a_code_is_redeemed_once_however_often_it_comes() {
    let harness = Harness::new().await;
    let slow = Duration::from_millis(300);
    harness.configure(|switches| switches.delays.extend([(Endpoint::Token, slow)]));
    let connector = harness.add().await;
    let pending = harness.start_waiting(&connector, Redirect::DeepLink).await;
    let link = Secret::new(harness.browser.ended(1).await.at.as_str());
    handle_callback_link(&harness.cx, &link).unwrap();
    let second = finish_authorization(&harness.cx, &pending.id, &link).await;
    assert_eq!(second.unwrap_err().code(), Code::Conflict);
    harness
        .wait_for_state(&pending, AuthorizationState::Exchanging)
        .await;
    let third = handle_callback_link(&harness.cx, &link);
    assert_eq!(third.unwrap_err().code(), Code::Conflict);
    harness.assert_authorized(&pending).await;
    assert_eq!(harness.playground.token_requests(), 1);
}

#[tokio::test]
async fn tokens_that_were_issued_before_a_cancellation_are_saved() {
    let harness = Harness::new().await;
    let slow = Duration::from_secs(30);
    harness.configure(|switches| switches.delays.extend([(Endpoint::UserInfo, slow)]));
    let choice = oauth_for(&["openid", "read"]);
    let connector = harness.add_at(harness.playground.url(), choice).await;
    let pending = harness.start(&connector, Redirect::Loopback).await;
    let asks_who = || harness.playground.count(|it| it.path == "/auth/userinfo") > 0;
    let outcome = async {
        while harness.playground.token_requests() == 0 && !asks_who() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
        harness.cancel(&pending).await
    };
    let outcome = tokio::time::timeout(slow, outcome).await.unwrap();
    assert_eq!(outcome.state, AuthorizationState::Cancelled);
    assert_eq!(harness.wallet().await.len(), 1);
    harness.configure(|switches| switches.delays.clear());
    assert_eq!(text_of(&harness.echo(&connector).await), "hi");
    assert_eq!(harness.browser.opened().len(), 1);
}

#[tokio::test]
async fn tokens_that_come_after_a_cancellation_are_revoked() {
    let harness = Harness::new().await;
    let slow = Duration::from_secs(2);
    harness.configure(|switches| switches.delays.extend([(Endpoint::Token, slow)]));
    let connector = harness.add().await;
    let pending = harness.start(&connector, Redirect::Loopback).await;
    let requests = |path: &'static str| {
        move |playground: &Playground| playground.count(|request| request.path == path)
    };
    let (tokens, revocations) = (requests("/auth/token"), requests("/auth/revoke"));
    let asked = harness.playground.wait_until(|it| tokens(it) == 1, TIMEOUT);
    assert!(asked.await, "the code is exchanged");
    let outcome = harness.cancel(&pending).await;
    assert_eq!(outcome.state, AuthorizationState::Cancelled);
    let revoked = harness
        .playground
        .wait_until(|it| revocations(it) == 2, TIMEOUT);
    assert!(revoked.await, "both tokens are revoked");
    assert!(harness.wallet().await.is_empty());
}

#[tokio::test]
async fn quitting_in_the_middle_leaves_an_honest_row() {
    let (mut harness, connector) = Harness::unanswered().await;
    let pending = harness.start_waiting(&connector, Redirect::Loopback).await;
    harness.restart().await;
    assert_eq!(harness.state(&pending).await, AuthorizationState::Cancelled);
    assert_eq!(harness.status(&connector).await, Status::NeedsAuthorization);
}

#[tokio::test]
async fn a_consent_cut_off_by_a_kill_shows_as_expired() {
    let playground = start_playground(|_| {}).await;
    let home = tempfile::tempdir().unwrap();
    let browser = Browser::new();
    let cx = open_shared(home.path(), &browser, Duration::ZERO).await;
    let request = add_request(playground.url(), oauth());
    let connector = add_connector(&cx, request).await.unwrap();

    let mut child = Child::start(
        "consent::waits_for_its_user",
        home.path(),
        &connector.id,
        Duration::ZERO,
    );
    assert_eq!(child.receive_line().await, "waiting");
    let other = open_shared(home.path(), &browser, Duration::ZERO).await;
    let live = list_authorizations(&other).await.unwrap();
    let state = live[0].state;
    assert_eq!(
        state,
        AuthorizationState::AwaitingUser,
        "it lives elsewhere"
    );
    child.kill().await;

    let cx = open_shared(home.path(), &browser, Duration::ZERO).await;
    let kept = list_authorizations(&cx).await.unwrap();
    assert_eq!(kept[0].state, AuthorizationState::Expired);
    let connectors = list_connectors(&cx).await.unwrap();
    assert_eq!(connectors[0].status.status, Status::NeedsAuthorization);
    let request = sign_in_request(&connector.id);
    let pending = start_authorization(&cx, request).await.unwrap();
    let outcome = wait_for_authorization(&cx, &pending.id).await.unwrap();
    assert_eq!(outcome.state, AuthorizationState::Authorized);
}

#[tokio::test]
#[ignore = "a role for another test's process"]
async fn waits_for_its_user() {
    let Some(role) = Role::take().await else {
        return;
    };
    role.browser.set_answer(Answer::Nothing);
    let request = sign_in_request(&role.connector);
    let pending = start_authorization(&role.cx, request).await.unwrap();
    role.browser.page(1).await;
    while find_authorization(&role.cx, &pending.id)
        .await
        .unwrap()
        .state
        != AuthorizationState::AwaitingUser
    {
        tokio::task::yield_now().await;
    }
    send_line("waiting");
    wait_for_authorization(&role.cx, &pending.id).await.unwrap();
}

/// The redirect URI of a consent page.
fn callback_url(page: &Url) -> Url {
    Url::parse(&parameter(page, "redirect_uri")).unwrap()
}

/// A link that answers a consent page, with its `state`.
fn answer_to(page: &Url, answer: &str) -> Secret {
    let state = parameter(page, "state");
    Secret::new(format!("patchbay://oauth/callback?{answer}&state={state}"))
}
