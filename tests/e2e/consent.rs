//! Consents that do not go straight to their end.

use std::time::Duration;

use patchbay_model::{
    AuthorizationState, Code, Explain as _, Json, OauthGrant, Redirect, Secret, Status,
};
use patchbay_ops::{
    AddConnector, AuthenticationChoice, ConnectorChanges, Error, StartAuthorization, add_connector,
    cancel_authorization, disconnect_connector, extend_authorization, find_authorization,
    finish_authorization, handle_callback_link, list_authorizations, list_connectors,
    open_authorization_page, remove_connector, restore_connector, start_authorization,
    update_connector,
};
use patchbay_playground::{Endpoint, Failure, IssuerParameter, LoopbackPort, Options, Playground};
use url::Url;

use crate::support::{Answer, Browser, Child, Harness, Role, oauth, open_shared, visit};

#[tokio::test]
async fn a_declined_consent_says_so_and_can_be_asked_again() {
    let harness = Harness::new().await;
    harness.browser.will(Answer::Deny);
    let connector = harness.add().await;
    let over = harness.sign_in(&connector).await;
    assert_eq!(over.state, AuthorizationState::Denied);
    let problem = over.problem.unwrap();
    assert_eq!(problem.code, Code::AuthDenied);
    assert_eq!(problem.detail.as_deref(), Some("The person denied access"));
    let page = harness.browser.ended(1).await.page.unwrap();
    assert!(page.contains("denied"), "{page}");
    assert_eq!(harness.playground.token_requests(), 0);
    let kept = harness.connector(&connector.id).await;
    assert_eq!(kept.status.status, Status::NeedsAuthorization);
    assert!(kept.draft);

    harness.browser.will(Answer::Allow);
    let over = harness.sign_in(&connector).await;
    assert_eq!(over.state, AuthorizationState::Authorized);
    assert_eq!(
        harness.playground.registrations(),
        1,
        "the registration is used again"
    );
}

#[tokio::test]
async fn a_consent_that_nobody_answers_expires() {
    let harness = Harness::new().await;
    harness.browser.will(Answer::Nothing);
    let connector = harness.add().await;
    let request = StartAuthorization {
        connector: connector.id.clone(),
        redirect: None,
        timeout_seconds: Some(1),
        choices: Json::default(),
        accept_issuer: None,
    };
    let begun = start_authorization(&harness.cx, request).await.unwrap();
    let page = harness.browser.page(1).await;
    let over = harness.end_of(&begun).await;
    assert_eq!(over.state, AuthorizationState::Expired);
    assert_eq!(over.problem.unwrap().code, Code::AuthTimedOut);
    let status = harness.connector(&connector.id).await.status;
    assert_eq!(status.status, Status::NeedsAuthorization);

    let late = handle_callback_link(&harness.cx, &answer_to(&page, "code=late"));
    assert_eq!(late.unwrap_err().code(), Code::AuthCallback);
    assert_eq!(harness.playground.token_requests(), 0);
}

#[tokio::test]
async fn the_user_can_have_more_time() {
    let harness = Harness::new().await;
    harness.browser.will(Answer::Nothing);
    let connector = harness.add().await;
    let begun = harness.start(&connector, Redirect::DeepLink).await;
    harness
        .reaches(&begun, AuthorizationState::AwaitingUser)
        .await;
    let extend = || extend_authorization(&harness.cx, &begun.id);
    let extended = extend().await.unwrap();
    assert_eq!(
        extended.deadline_at,
        begun.deadline_at + Duration::from_secs(300)
    );

    // Beyond the first deadline; each extension makes it look at the clock again.
    harness.clock.put_forward(Duration::from_secs(400));
    extend().await.unwrap();
    let now = find_authorization(&harness.cx, &begun.id).await.unwrap();
    assert_eq!(now.state, AuthorizationState::AwaitingUser);
    harness.clock.put_forward(Duration::from_secs(2000));
    extend().await.unwrap();
    assert_eq!(
        harness.end_of(&begun).await.state,
        AuthorizationState::Expired
    );
    assert_eq!(extend().await.unwrap_err().code(), Code::Conflict);
}

#[tokio::test]
async fn a_cancelled_consent_leaves_a_connector_that_worked_as_it_was() {
    let harness = Harness::new().await;
    let fresh = harness.add().await;
    harness.browser.will(Answer::Nothing);
    let begun = harness.start(&fresh, Redirect::Loopback).await;
    let callback_url = callback_url(&harness.browser.page(1).await);
    harness
        .reaches(&begun, AuthorizationState::AwaitingUser)
        .await;
    let status = harness.connector(&fresh.id).await.status.status;
    assert_eq!(status, Status::Authorizing);
    cancel_authorization(&harness.cx, &begun.id).await.unwrap();
    let over = harness.end_of(&begun).await;
    assert_eq!(over.state, AuthorizationState::Cancelled);
    let status = harness.connector(&fresh.id).await.status.status;
    assert_eq!(status, Status::NeedsAuthorization);
    let port = std::net::TcpStream::connect(("127.0.0.1", callback_url.port().unwrap()));
    assert!(port.is_err(), "the port is closed");

    harness.browser.will(Answer::Allow);
    harness.sign_in(&fresh).await;
    harness.browser.will(Answer::Nothing);
    let begun = harness.start(&fresh, Redirect::Loopback).await;
    harness
        .reaches(&begun, AuthorizationState::AwaitingUser)
        .await;
    cancel_authorization(&harness.cx, &begun.id).await.unwrap();
    harness.end_of(&begun).await;
    assert_eq!(
        harness.connector(&fresh.id).await.status.status,
        Status::Ready
    );
    cancel_authorization(&harness.cx, &begun.id).await.unwrap();
}

#[tokio::test]
async fn a_connector_has_one_consent_at_a_time_and_a_new_one_after_it() {
    let harness = Harness::new().await;
    harness.browser.will(Answer::Nothing);
    let connector = harness.add().await;
    let first = harness.start(&connector, Redirect::Loopback).await;
    let second = harness.start(&connector, Redirect::DeepLink).await;
    assert_eq!(first.id, second.id);
    harness
        .reaches(&first, AuthorizationState::AwaitingUser)
        .await;
    assert_eq!(harness.browser.opened().len(), 1);
    for _ in 0..20 {
        cancel_authorization(&harness.cx, &first.id).await.unwrap();
        harness.end_of(&first).await;
        let next = harness.start(&connector, Redirect::Loopback).await;
        assert_ne!(first.id, next.id, "one that is over is not under way");
        cancel_authorization(&harness.cx, &next.id).await.unwrap();
        harness.end_of(&next).await;
    }
}

#[tokio::test]
async fn what_belongs_to_another_consent_is_ignored() {
    let harness = Harness::new().await;
    harness.browser.will(Answer::Nothing);
    let connector = harness.add().await;
    let begun = harness.start(&connector, Redirect::Loopback).await;
    let page = harness.browser.page(1).await;
    harness
        .reaches(&begun, AuthorizationState::AwaitingUser)
        .await;

    let wrong = Secret::new("patchbay://oauth/callback?code=x&state=wrong");
    let pasted = finish_authorization(&harness.cx, &begun.id, &wrong).await;
    assert_eq!(pasted.unwrap_err().code(), Code::AuthCallback);
    let linked = handle_callback_link(&harness.cx, &wrong);
    assert_eq!(linked.unwrap_err().code(), Code::AuthCallback);
    let mut address = callback_url(&page);
    address.set_query(Some("code=x&state=wrong"));
    let shown = visit(&address).await;
    assert!(!shown.contains("Signed in"), "{shown}");
    address.set_query(Some("error=access_denied"));
    visit(&address).await;
    let now = find_authorization(&harness.cx, &begun.id).await.unwrap();
    assert_eq!(now.state, AuthorizationState::AwaitingUser);
    assert_eq!(harness.playground.token_requests(), 0);

    harness.browser.will(Answer::Allow);
    open_authorization_page(&harness.cx, &begun.id)
        .await
        .unwrap();
    let over = harness.end_of(&begun).await;
    assert_eq!(over.state, AuthorizationState::Authorized, "{over:?}");
}

#[tokio::test]
async fn an_error_of_the_provider_ends_the_consent_in_words() {
    let harness = Harness::new().await;
    let choice = AuthenticationChoice::Oauth {
        client: None,
        callback_port: None,
        callback_host: None,
        redirect: Redirect::Loopback,
        scopes: vec!["fly".to_owned()],
        grant: OauthGrant::AuthorizationCode,
    };
    let connector = harness
        .add_at(harness.playground.url().as_str(), choice)
        .await;
    let over = harness.sign_in(&connector).await;
    assert_eq!(over.state, AuthorizationState::Failed);
    let problem = over.problem.unwrap();
    assert_eq!(problem.code, Code::AuthExchange);
    assert!(problem.message.contains("invalid_scope"), "{problem:?}");
    let page = harness.browser.ended(1).await.page.unwrap();
    assert!(page.contains("invalid_scope"), "{page}");
}

#[tokio::test]
async fn whose_account_it_is_is_told_and_a_change_of_it_pointed_out() {
    let harness = Harness::new().await;
    let choice = AuthenticationChoice::Oauth {
        client: None,
        callback_port: None,
        callback_host: None,
        redirect: Redirect::Loopback,
        scopes: vec!["openid".to_owned(), "read".to_owned()],
        grant: OauthGrant::AuthorizationCode,
    };
    let connector = harness
        .add_at(harness.playground.url().as_str(), choice)
        .await;
    let over = harness.sign_in(&connector).await;
    assert_eq!(over.state, AuthorizationState::Authorized, "{over:?}");
    assert_eq!(over.identity.user.as_deref(), Some("lena-fischer"));
    assert_eq!(over.asked_as, None);
    let kept = harness.connector(&connector.id).await;
    assert_eq!(kept.identity.user.as_deref(), Some("lena-fischer"));

    harness
        .playground
        .turn(|switches| switches.people = vec!["sam-okafor".to_owned()]);
    let over = harness.sign_in(&kept).await;
    assert_eq!(over.identity.user.as_deref(), Some("sam-okafor"));
    assert_eq!(over.asked_as.as_deref(), Some("lena-fischer"));
}

#[tokio::test]
async fn a_callback_of_another_issuer_is_answered_and_waited_past() {
    let wrong = IssuerParameter::Wrong("https://evil.example".to_owned());
    for parameter in [wrong, IssuerParameter::Missing] {
        let harness = Harness::with(|switches| switches.issuer_parameter = parameter).await;
        let connector = harness.add().await;
        let begun = harness.start(&connector, Redirect::Loopback).await;
        let ended = harness.browser.ended(1).await;
        let page = ended.page.unwrap();
        assert!(page.contains("different authorization server"), "{page}");
        let now = find_authorization(&harness.cx, &begun.id).await.unwrap();
        assert_eq!(now.state, AuthorizationState::AwaitingUser);
        assert!(now.trace.iter().any(|step| step.method == "callback"));
        assert_eq!(harness.playground.token_requests(), 0);

        // Pasted it is refused, too, and the right one still completes.
        let pasted = Secret::new(ended.at.as_str());
        let refused = finish_authorization(&harness.cx, &begun.id, &pasted).await;
        assert_eq!(refused.unwrap_err().code(), Code::AuthCallback);
        let issuer = harness.playground.issuer();
        let mut right = ended.at;
        let pairs: Vec<(String, String)> = right.query_pairs().into_owned().collect();
        right
            .query_pairs_mut()
            .clear()
            .extend_pairs(pairs.iter().filter(|(name, _)| name != "iss"))
            .append_pair("iss", &issuer);
        visit(&right).await;
        let over = harness.end_of(&begun).await;
        assert_eq!(over.state, AuthorizationState::Authorized, "{over:?}");
    }
    let harness =
        Harness::with(|switches| switches.issuer_parameter = IssuerParameter::Absent).await;
    harness.connected().await;
}

#[tokio::test]
async fn a_token_endpoint_that_fails_keeps_the_connector_for_another_try() {
    let harness = Harness::new().await;
    let failure = Failure::once(500, "server_error");
    harness
        .playground
        .turn(|switches| switches.failures.extend([(Endpoint::Token, failure)]));
    let connector = harness.add().await;
    let over = harness.sign_in(&connector).await;
    assert_eq!(over.state, AuthorizationState::Failed);
    assert_eq!(over.problem.unwrap().code, Code::AuthExchange);
    let page = harness.browser.ended(1).await.page.unwrap();
    assert!(page.contains("HTTP 500"), "{page}");
    let over = harness.sign_in(&connector).await;
    assert_eq!(over.state, AuthorizationState::Authorized);
}

#[tokio::test]
async fn a_provider_that_forgot_us_gets_another_registration() {
    let harness = Harness::new().await;
    let connector = harness.connected().await;
    let page = harness.browser.page(1).await;
    let client = page.query_pairs().find(|(name, _)| name == "client_id");
    assert!(harness.playground.remove_client(&client.unwrap().1));
    harness.playground.expire_access_tokens();
    let run = harness
        .run(&connector, "echo", serde_json::json!({ "message": "hi" }))
        .await;
    assert_eq!(run.summary.problem.unwrap().code, Code::AuthExpired);
    let status = harness.connector(&connector.id).await.status.status;
    assert_eq!(status, Status::NeedsAuthorization);

    let begun = harness.start(&connector, Redirect::Loopback).await;
    // Only the user sees that the provider does not know us.
    let page = harness.browser.ended(2).await.page.unwrap();
    assert!(page.contains("cannot go on"), "{page}");
    harness
        .reaches(&begun, AuthorizationState::AwaitingUser)
        .await;
    cancel_authorization(&harness.cx, &begun.id).await.unwrap();
    harness.end_of(&begun).await;
    assert_eq!(harness.playground.registrations(), 1);
    let over = harness.sign_in(&connector).await;
    assert_eq!(over.state, AuthorizationState::Authorized);
    assert_eq!(harness.playground.registrations(), 2);
}

#[tokio::test]
async fn a_removed_connector_takes_its_consent_with_it() {
    let harness = Harness::new().await;
    harness.browser.will(Answer::Nothing);
    let connector = harness.add().await;
    let begun = harness.start(&connector, Redirect::Loopback).await;
    harness
        .reaches(&begun, AuthorizationState::AwaitingUser)
        .await;
    remove_connector(&harness.cx, &connector.id).await.unwrap();
    assert_eq!(
        harness.end_of(&begun).await.state,
        AuthorizationState::Cancelled
    );
    assert!(list_connectors(&harness.cx).await.unwrap().is_empty());
    let restored = restore_connector(&harness.cx, &connector.id).await.unwrap();
    assert_eq!(restored.status.status, Status::NeedsAuthorization);
}

#[tokio::test]
async fn what_the_user_decides_meanwhile_outlasts_the_consent() {
    let harness = Harness::new().await;
    let connector = harness.connected().await;
    harness.browser.will(Answer::Nothing);

    let begun = harness.start(&connector, Redirect::Loopback).await;
    harness
        .reaches(&begun, AuthorizationState::AwaitingUser)
        .await;
    disconnect_connector(&harness.cx, &connector.id)
        .await
        .unwrap();
    assert_eq!(
        harness.end_of(&begun).await.state,
        AuthorizationState::Cancelled
    );
    let status = harness.connector(&connector.id).await.status.status;
    assert_eq!(status, Status::Disconnected);

    let begun = harness.start(&connector, Redirect::Loopback).await;
    harness
        .reaches(&begun, AuthorizationState::AwaitingUser)
        .await;
    let off = ConnectorChanges {
        enabled: Some(false),
        ..ConnectorChanges::default()
    };
    update_connector(&harness.cx, &connector.id, off)
        .await
        .unwrap();
    assert_eq!(
        harness.end_of(&begun).await.state,
        AuthorizationState::Cancelled
    );
    let status = harness.connector(&connector.id).await.status.status;
    assert_eq!(status, Status::Disabled);

    let opened = harness.browser.opened().len();
    let request = StartAuthorization {
        connector: connector.id.clone(),
        redirect: None,
        timeout_seconds: None,
        choices: Json::default(),
        accept_issuer: None,
    };
    let refused = start_authorization(&harness.cx, request).await.unwrap_err();
    assert!(matches!(refused, Error::SwitchedOff { .. }), "{refused:?}");
    assert_eq!(harness.browser.opened().len(), opened);
}

#[tokio::test]
async fn a_code_is_redeemed_once_however_often_it_comes() {
    let harness = Harness::new().await;
    let slow = Duration::from_millis(300);
    harness
        .playground
        .turn(|switches| switches.delays.extend([(Endpoint::Token, slow)]));
    let connector = harness.add().await;
    let begun = harness.start(&connector, Redirect::DeepLink).await;
    let link = Secret::new(harness.browser.ended(1).await.at.as_str());
    harness
        .reaches(&begun, AuthorizationState::AwaitingUser)
        .await;
    handle_callback_link(&harness.cx, &link).unwrap();
    let second = finish_authorization(&harness.cx, &begun.id, &link).await;
    assert_eq!(second.unwrap_err().code(), Code::Conflict);
    harness
        .reaches(&begun, AuthorizationState::Exchanging)
        .await;
    let third = handle_callback_link(&harness.cx, &link);
    assert_eq!(third.unwrap_err().code(), Code::Conflict);
    assert_eq!(
        harness.end_of(&begun).await.state,
        AuthorizationState::Authorized
    );
    assert_eq!(harness.playground.token_requests(), 1);
}

#[tokio::test]
async fn quitting_in_the_middle_leaves_an_honest_row() {
    let mut harness = Harness::new().await;
    harness.browser.will(Answer::Nothing);
    let connector = harness.add().await;
    let begun = harness.start(&connector, Redirect::Loopback).await;
    harness
        .reaches(&begun, AuthorizationState::AwaitingUser)
        .await;
    harness.restart().await;
    let kept = find_authorization(&harness.cx, &begun.id).await.unwrap();
    assert_eq!(kept.state, AuthorizationState::Cancelled);
    let status = harness.connector(&connector.id).await.status.status;
    assert_eq!(status, Status::NeedsAuthorization);
}

#[tokio::test]
async fn a_consent_cut_off_by_a_kill_shows_as_expired() {
    let mut options = Options::default();
    options.switches.loopback_port = LoopbackPort::Free;
    let playground = Playground::start(options).await.unwrap();
    let home = tempfile::tempdir().unwrap();
    let browser = Browser::new();
    let cx = open_shared(home.path(), &browser, Duration::ZERO).await;
    let request = AddConnector {
        url: playground.url().to_string(),
        name: None,
        title: None,
        authentication: Some(oauth(None)),
        allow_plain_http: false,
    };
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
    assert_eq!(
        live[0].state,
        AuthorizationState::AwaitingUser,
        "it lives elsewhere"
    );
    child.kill().await;

    let cx = open_shared(home.path(), &browser, Duration::ZERO).await;
    let kept = list_authorizations(&cx).await.unwrap();
    assert_eq!(kept[0].state, AuthorizationState::Expired);
    let connectors = list_connectors(&cx).await.unwrap();
    assert_eq!(connectors[0].status.status, Status::NeedsAuthorization);
    let request = StartAuthorization {
        connector: connector.id,
        redirect: None,
        timeout_seconds: None,
        choices: Json::default(),
        accept_issuer: None,
    };
    let begun = start_authorization(&cx, request).await.unwrap();
    let over = patchbay_ops::wait_for_authorization(&cx, &begun.id)
        .await
        .unwrap();
    assert_eq!(over.state, AuthorizationState::Authorized);
}

#[tokio::test]
#[ignore = "a role for another test's process"]
async fn waits_for_its_user() {
    let Some(role) = Role::take().await else {
        return;
    };
    role.browser.will(Answer::Nothing);
    let request = StartAuthorization {
        connector: role.connector,
        redirect: None,
        timeout_seconds: None,
        choices: Json::default(),
        accept_issuer: None,
    };
    let begun = start_authorization(&role.cx, request).await.unwrap();
    role.browser.page(1).await;
    while find_authorization(&role.cx, &begun.id).await.unwrap().state
        != AuthorizationState::AwaitingUser
    {
        tokio::task::yield_now().await;
    }
    Role::send_line("waiting");
    patchbay_ops::wait_for_authorization(&role.cx, &begun.id)
        .await
        .unwrap();
}

/// The redirect that a consent page was asked with.
fn callback_url(page: &Url) -> Url {
    let mut pairs = page.query_pairs();
    let redirect = pairs.find(|(name, _)| name == "redirect_uri").unwrap().1;
    Url::parse(&redirect).unwrap()
}

/// A link that answers a consent page, with its state.
fn answer_to(page: &Url, answer: &str) -> Secret {
    let mut pairs = page.query_pairs();
    let state = pairs.find(|(name, _)| name == "state").unwrap().1;
    Secret::new(format!("patchbay://oauth/callback?{answer}&state={state}"))
}
