//! Refreshing tokens: once for all callers, durably, and without the user while the provider allows it.

use std::time::Duration;

use patchbay_model::{
    Authorization, AuthorizationState, Code, Connector, Explain as _, OauthGrant, Status,
    WalletEntry,
};
use patchbay_ops::{
    AuthenticationChoice, Context, StartAuthorization, add_connector, refresh_tools,
    start_authorization, wait_for_authorization,
};
use patchbay_playground::{
    CONFIDENTIAL_CLIENT_ID, CONFIDENTIAL_CLIENT_SECRET, Document, Endpoint, Failure, Playground,
    RefreshTokens,
};
use serde_json::json;
use url::Url;

use crate::support::{
    Browser, Child, Harness, Role, TIMEOUT, add_request, assert_done, echo, oauth, oauth_app,
    oauth_for, open_shared, receive_line, run_in, send_line, sign_in_request, start_playground,
};

/// Number of concurrent calls of each of two processes.
const CALLS: usize = 50;

/// Has the server name another authorization server, and signs in there; returns that and how it ended.
async fn sign_in_elsewhere(
    harness: &Harness,
    connector: &Connector,
) -> (Playground, Authorization) {
    let other = start_playground(|_| {}).await;
    let named = json!({ "authorization_servers": [other.issuer()] });
    harness.configure(|switches| switches.resource_metadata = Document::Patched(named));
    let request = StartAuthorization {
        accept_issuer: Some(other.issuer()),
        ..sign_in_request(&connector.id)
    };
    let pending = start_authorization(&harness.cx, request).await.unwrap();
    let ended = harness.wait_for_end(&pending).await;
    (other, ended)
}

#[tokio::test]
async fn two_processes_that_find_the_token_lapsing_renew_it_once() {
    // By the clock of each process the token is in the last of its five minutes.
    let shared = SharedHome::new().await;
    let done = shared
        .call_in_two_processes(Duration::from_secs(270), || {})
        .await;
    assert_eq!(done, 2 * CALLS);
    assert_eq!(shared.playground.refreshes(), 1);
}

#[tokio::test]
async fn two_processes_that_are_refused_renew_the_token_once() {
    let shared = SharedHome::new().await;
    let expire = || shared.playground.expire_access_tokens();
    let done = shared.call_in_two_processes(Duration::ZERO, expire).await;
    assert_eq!(done, 2 * CALLS);
    assert_eq!(shared.playground.refreshes(), 1);
}

#[tokio::test]
async fn calls_refused_together_renew_the_token_once() {
    let (harness, connector) = Harness::connected().await;
    for round in 1..=5 {
        harness.playground.expire_access_tokens();
        assert_eq!(call_at_once(&harness.cx, &connector).await, CALLS);
        assert_eq!(harness.playground.refreshes(), round);
    }
}

#[tokio::test]
async fn an_app_of_ones_own_signs_in_as_itself_and_again_when_its_token_lapses() {
    let harness = Harness::new().await;
    let app = signing_in_as_itself(Some(CONFIDENTIAL_CLIENT_SECRET));
    let connector = harness.add_at(harness.playground.url(), app).await;
    let asked = || {
        harness.playground.count(|request| {
            request.path == "/auth/token" && request.body.contains("client_credentials")
        })
    };
    // No page shows where the secret goes, so the user has to agree to it first.
    let outcome = harness.sign_in(&connector).await;
    assert_eq!(outcome.problem.unwrap().code, Code::AuthIssuerChanged);
    let first = outcome.issuer_change.unwrap();
    assert_eq!(first.former, None);
    assert_eq!(
        first.current,
        format!("127.0.0.1:{}", harness.playground.port())
    );
    assert_eq!(asked(), 0);
    let request = StartAuthorization {
        accept_issuer: Some(first.issuer),
        ..sign_in_request(&connector.id)
    };
    let pending = start_authorization(&harness.cx, request).await.unwrap();
    let outcome = harness.wait_for_end(&pending).await;
    assert_eq!(outcome.state, AuthorizationState::Authorized, "{outcome:?}");
    assert!(harness.browser.opened().is_empty());
    assert_done(&harness.echo(&connector).await);
    harness.playground.expire_access_tokens();
    assert_done(&harness.echo(&connector).await);
    assert_eq!(asked(), 2);
    // From now on the app belongs there.
    harness.authorize(&connector).await;

    let (other, ended) = sign_in_elsewhere(&harness, &connector).await;
    let problem = ended.problem.unwrap();
    assert_eq!(problem.code, Code::AuthClientNeeded);
    for issuer in [harness.playground.issuer(), other.issuer()] {
        assert!(problem.message.contains(&issuer), "{problem:?}");
    }
    assert_eq!(other.count(|request| request.method == "POST"), 0);
}

#[tokio::test]
async fn an_app_without_a_secret_cannot_sign_in_as_itself() {
    let harness = Harness::new().await;
    let app = signing_in_as_itself(None);
    let request = add_request(harness.playground.url(), app);
    let refused = add_connector(&harness.cx, request).await.unwrap_err();
    assert_eq!(refused.code(), Code::UsageInvalid, "{refused}");
    assert!(harness.wallet().await.is_empty());
}

#[tokio::test]
async fn a_call_that_hears_late_of_its_refusal_takes_the_renewed_token() {
    let (harness, connector) = Harness::connected().await;
    harness.playground.expire_access_tokens();
    let slow = Duration::from_millis(500);
    let delay = |on: bool| {
        harness.configure(|switches| {
            switches.delays.clear();
            switches.delays.extend(on.then_some((Endpoint::Mcp, slow)));
        });
    };
    let calls = |tool: &str, it: &Playground| {
        it.count(|request| request.path == "/mcp" && request.body.contains(tool))
    };
    delay(true);
    let late = tokio::spawn({
        let (cx, id) = (harness.cx.clone(), connector.id.clone());
        async move { run_in(&cx, &id, "whoami", json!({})).await }
    });
    let begun = harness
        .playground
        .wait_until(|it| calls("whoami", it) == 1, TIMEOUT);
    assert!(begun.await);
    delay(false);
    assert_done(&harness.echo(&connector).await);
    assert!(!late.is_finished(), "the other was refused first");
    assert_done(&late.await.unwrap());
    assert_eq!(harness.playground.refreshes(), 1);
}

#[tokio::test]
#[ignore = "a role for another test's process"]
async fn calls_at_once() {
    let Some(role) = Role::take().await else {
        return;
    };
    let connector = patchbay_ops::find_connector(&role.cx, &role.connector)
        .await
        .unwrap();
    send_line("ready");
    receive_line();
    let done = call_at_once(&role.cx, &connector).await;
    send_line(&done.to_string());
    role.cx.close().await;
}

#[tokio::test]
async fn a_renewed_token_survives_a_kill_right_after_its_first_use() {
    let shared = SharedHome::new().await;
    let playground = &shared.playground;
    for round in 1..=3 {
        playground.expire_access_tokens();
        let home = shared.home.path();
        let mut child = Child::start(
            "refresh::waits_with_a_new_token",
            home,
            &shared.connector.id,
            Duration::ZERO,
        );
        assert_eq!(child.receive_line().await, "ready");
        assert!(
            playground
                .wait_until(|it| it.waits_begun() == round, TIMEOUT)
                .await
        );
        child.kill().await;
        assert_eq!(playground.refreshes(), round);
    }
    // Reuse of a rotated refresh token would have revoked the sign-in.
    playground.expire_access_tokens();
    assert_done(&echo(&shared.cx, &shared.connector.id).await);
    assert_eq!(playground.refreshes(), 4);
    assert_eq!(playground.consents_shown(), 1);
}

#[tokio::test]
#[ignore = "a role for another test's process"]
async fn waits_with_a_new_token() {
    let Some(role) = Role::take().await else {
        return;
    };
    send_line("ready");
    run_in(&role.cx, &role.connector, "wait", json!({})).await;
}

#[tokio::test]
async fn a_token_refused_in_the_middle_is_renewed_without_the_user() {
    for rotate in [true, false] {
        let harness = Harness::with(|switches| switches.rotate_refresh_tokens = rotate).await;
        let connector = harness.connect().await;
        for round in 1..=3 {
            harness.playground.expire_access_tokens();
            assert_done(&harness.echo(&connector).await);
            assert_eq!(harness.playground.refreshes(), round);
        }
        assert_eq!(harness.browser.opened().len(), 1);
        assert_eq!(harness.status(&connector).await, Status::Ready);
    }
}

#[tokio::test]
async fn a_token_endpoint_that_fails_for_a_while_ends_nothing() {
    let (harness, connector) = Harness::connected().await;
    let failing = |on: bool| {
        harness.configure(|switches| {
            switches.failures.clear();
            if on {
                let failure = Failure::always(500, "server_error");
                switches.failures.insert(Endpoint::Token, failure);
            }
        });
    };
    failing(true);
    harness.clock.advance(Duration::from_secs(270));
    assert_done(&harness.echo(&connector).await);
    assert_eq!(harness.playground.refreshes(), 1, "tried ahead of time");

    harness.playground.expire_access_tokens();
    let problem = harness.echo_problem(&connector).await;
    assert_eq!(problem.code, Code::AuthExchange);
    assert!(problem.retryable, "{problem:?}");
    assert_eq!(harness.status(&connector).await, Status::Failing);
    assert!(!wallet_entry(&harness).await.needs_authorization);

    failing(false);
    assert_done(&harness.echo(&connector).await);
    let status = harness.connector(&connector.id).await.status;
    assert_eq!((status.status, status.reason), (Status::Ready, None));
    assert_eq!(harness.browser.opened().len(), 1);
}

#[tokio::test]
async fn a_sign_in_that_the_provider_ended_asks_for_the_user() {
    let (harness, connector) = Harness::connected().await;
    let before = wallet_entry(&harness).await;
    harness.playground.revoke_everything();
    let problem = harness.echo_problem(&connector).await;
    assert_eq!(problem.code, Code::AuthExpired);
    assert_eq!(problem.hint.as_deref(), Some("Sign in again."));
    let status = harness.connector(&connector.id).await.status;
    assert_eq!(status.status, Status::NeedsAuthorization);
    assert_eq!(status.code, Some(Code::AuthExpired));
    assert!(wallet_entry(&harness).await.needs_authorization);
    assert_eq!(harness.browser.opened().len(), 1, "nothing opens by itself");

    harness.authorize(&connector).await;
    let after = wallet_entry(&harness).await;
    assert_eq!((after.id, after.needs_authorization), (before.id, false));
    assert_done(&harness.echo(&connector).await);
}

#[tokio::test]
async fn the_page_offers_the_account_of_an_expired_sign_in_to_who_told_it() {
    let people = vec!["lena@example.com".to_owned()];
    let harness = Harness::with(|switches| switches.people = people).await;
    let choice = oauth_for(&["openid", "read"]);
    let connector = harness.add_at(harness.playground.url(), choice).await;
    harness.authorize(&connector).await;
    // Perhaps to choose another account.
    harness.authorize(&connector).await;
    harness.playground.revoke_everything();
    assert_eq!(harness.echo_code(&connector).await, Code::AuthExpired);
    harness.authorize(&connector).await;

    harness.playground.revoke_everything();
    assert_eq!(harness.echo_code(&connector).await, Code::AuthExpired);
    sign_in_elsewhere(&harness, &connector).await;
    let hint = |page: &Url| {
        let mut pairs = page.query_pairs();
        let hint = pairs.find(|(name, _)| name == "login_hint");
        hint.map(|(_, user)| user.into_owned())
    };
    let hints: Vec<_> = harness.browser.opened().iter().map(hint).collect();
    assert_eq!(
        hints,
        [None, None, Some("lena@example.com".to_owned()), None]
    );
}

#[tokio::test]
async fn without_a_refresh_token_the_user_is_asked_when_the_token_lapses() {
    let harness = Harness::with(|switches| switches.refresh_tokens = RefreshTokens::Never).await;
    let connector = harness.connect().await;
    assert!(
        connector.identity.expires_at.is_some(),
        "it does not renew itself"
    );
    assert_done(&harness.echo(&connector).await);
    harness.clock.advance(Duration::from_secs(270));
    assert_done(&harness.echo(&connector).await);
    harness.playground.expire_access_tokens();
    assert_eq!(harness.echo_code(&connector).await, Code::AuthExpired);
    assert_eq!(harness.status(&connector).await, Status::NeedsAuthorization);
}

#[tokio::test]
async fn a_token_that_works_again_needs_no_sign_in() {
    let harness = Harness::with(|switches| switches.refresh_tokens = RefreshTokens::Never).await;
    let connector = harness.connect().await;
    harness.fail(Endpoint::Mcp, Failure::once(401, "invalid_token"));
    assert_eq!(harness.echo_code(&connector).await, Code::AuthExpired);
    assert!(wallet_entry(&harness).await.needs_authorization);
    assert_done(&harness.echo(&connector).await);
    assert!(!wallet_entry(&harness).await.needs_authorization);
}

#[tokio::test]
async fn offline_access_is_asked_for_where_it_is_offered() {
    let harness =
        Harness::with(|switches| switches.refresh_tokens = RefreshTokens::WithOfflineAccess).await;
    let connector = harness.connect().await;
    harness.playground.expire_access_tokens();
    assert_done(&harness.echo(&connector).await);
}

#[tokio::test]
async fn consent_is_insisted_on_from_the_sign_in_after_one_that_could_not_be_renewed() {
    let harness =
        Harness::with(|switches| switches.refresh_tokens = RefreshTokens::WithConsent).await;
    let connector = harness.connect().await;
    assert!(!wallet_entry(&harness).await.renews);
    harness.playground.expire_access_tokens();
    assert_eq!(harness.echo_code(&connector).await, Code::AuthExpired);

    let connector = harness.connector(&connector.id).await;
    harness.sign_in(&connector).await;
    assert!(wallet_entry(&harness).await.renews);
    harness.playground.expire_access_tokens();
    assert_done(&harness.echo(&connector).await);

    let connector = harness.connector(&connector.id).await;
    harness.sign_in(&connector).await;
    assert!(wallet_entry(&harness).await.renews);
    let pages = harness.browser.opened();
    let prompts: Vec<bool> = pages
        .iter()
        .map(|page| page.as_str().contains("prompt=consent"))
        .collect();
    assert_eq!(prompts, [false, true, true]);
}

#[tokio::test]
async fn a_tool_that_needs_more_scopes_gets_them_after_another_consent() {
    let (harness, connector) = Harness::connected().await;
    let refused = harness.run(&connector, "admin_report", json!({})).await;
    assert_eq!(refused.summary.problem.unwrap().code, Code::AuthForbidden);
    // The tool is marked; the other tools work, and make nobody forget what the server asked for.
    let marked = harness.connector(&connector.id).await;
    assert_eq!(marked.status.status, Status::Ready);
    assert_eq!(marked.tools_lacking_access, ["admin_report"]);
    assert_done(&harness.echo(&connector).await);
    let still = harness.connector(&connector.id).await;
    assert_eq!(still.status.status, Status::Ready);
    assert_eq!(still.tools_lacking_access, ["admin_report"]);

    let outcome = harness.sign_in(&connector).await;
    let mut scopes = outcome.scopes.clone();
    scopes.sort();
    assert_eq!(scopes, ["admin", "read", "write"]);
    let signed_in = harness.connector(&connector.id).await;
    assert_eq!(signed_in.status.status, Status::Ready);
    assert!(signed_in.tools_lacking_access.is_empty());
    assert_done(&harness.run(&connector, "admin_report", json!({})).await);
    let mut granted = wallet_entry(&harness).await.scopes;
    granted.sort();
    assert_eq!(granted, ["admin", "read", "write"]);
    assert_eq!(
        harness.playground.refreshes(),
        0,
        "a refresh does not widen scopes"
    );
}

#[tokio::test]
async fn a_scope_that_the_provider_does_not_offer_does_not_lock_the_user_out() {
    let (harness, connector) = Harness::connected_at_own_port().await;
    harness.configure(|switches| {
        let scopes = ["fly".to_owned()].into();
        switches.extra_scopes.insert("echo".to_owned(), scopes);
    });
    assert_eq!(harness.echo_code(&connector).await, Code::AuthForbidden);
    // Refused to the saved registration, then to a new one that was made with the scope.
    for registrations in [1, 2] {
        let outcome = harness.sign_in(&connector).await;
        assert_eq!(outcome.state, AuthorizationState::Failed);
        let message = outcome.problem.unwrap().message;
        assert!(message.contains("invalid_scope"), "{message}");
        assert_eq!(harness.playground.registrations(), registrations);
    }
    let outcome = harness.sign_in(&connector).await;
    assert_eq!(outcome.state, AuthorizationState::Authorized);
    assert!(!outcome.scopes.contains(&"fly".to_owned()));
}

#[tokio::test]
async fn a_list_that_needs_more_scopes_says_so_and_signs_nobody_out() {
    let (harness, connector) = Harness::connected().await;
    harness.configure(|switches| {
        let scopes = ["admin".to_owned()].into();
        switches
            .extra_scopes
            .insert("tools/list".to_owned(), scopes);
    });
    let error = refresh_tools(&harness.cx, &connector.id).await.unwrap_err();
    assert_eq!(error.code(), Code::AuthForbidden);
    assert_eq!(error.hint().as_deref(), Some("Sign in with more access."));
    let status = harness.connector(&connector.id).await.status;
    assert_eq!(status.status, Status::Failing);
    assert_eq!(status.code, Some(Code::AuthForbidden));
    assert_eq!(status.reason.as_deref(), Some("this needs the scope admin"));
    assert!(!wallet_entry(&harness).await.needs_authorization);

    let outcome = harness.sign_in(&connector).await;
    assert!(outcome.scopes.contains(&"admin".to_owned()));
    let status = harness.connector(&connector.id).await.status;
    assert_eq!((status.status, status.code), (Status::Ready, None));
}

fn signing_in_as_itself(secret: Option<&str>) -> AuthenticationChoice {
    let mut app = oauth_app(CONFIDENTIAL_CLIENT_ID, secret);
    if let AuthenticationChoice::Oauth { grant, .. } = &mut app {
        *grant = OauthGrant::ClientCredentials;
    }
    app
}

async fn wallet_entry(harness: &Harness) -> WalletEntry {
    let mut wallet = harness.wallet().await;
    assert_eq!(wallet.len(), 1);
    wallet.remove(0)
}

/// Makes [`CALLS`] concurrent calls and returns the number that succeeded.
async fn call_at_once(cx: &Context, connector: &Connector) -> usize {
    let mut calls = tokio::task::JoinSet::new();
    for number in 0..CALLS {
        let (cx, id) = (cx.clone(), connector.id.clone());
        let arguments = json!({ "message": number.to_string() });
        calls.spawn(async move { run_in(&cx, &id, "echo", arguments).await });
    }
    let mut done = 0;
    while let Some(run) = calls.join_next().await {
        let run = run.unwrap();
        assert_done(&run);
        done += 1;
    }
    done
}

/// A home that several processes share, with a connected Playground.
struct SharedHome {
    playground: Playground,
    cx: Context,
    connector: Connector,
    home: tempfile::TempDir,
}

impl SharedHome {
    async fn new() -> Self {
        let playground = start_playground(|_| {}).await;
        let home = tempfile::tempdir().unwrap();
        let cx = open_shared(home.path(), &Browser::new(), Duration::ZERO).await;
        let request = add_request(playground.url(), oauth());
        let connector = add_connector(&cx, request).await.unwrap();
        let request = sign_in_request(&connector.id);
        let pending = start_authorization(&cx, request).await.unwrap();
        let outcome = wait_for_authorization(&cx, &pending.id).await.unwrap();
        assert_eq!(outcome.state, AuthorizationState::Authorized);
        Self {
            playground,
            cx,
            connector,
            home,
        }
    }

    /// Calls from two processes whose clocks are `late`, and returns the number of calls that succeeded.
    async fn call_in_two_processes(&self, late: Duration, right_before: impl Fn()) -> usize {
        let start = || {
            Child::start(
                "refresh::calls_at_once",
                self.home.path(),
                &self.connector.id,
                late,
            )
        };
        let mut children = [start(), start()];
        for child in &mut children {
            assert_eq!(child.receive_line().await, "ready");
        }
        right_before();
        for child in &mut children {
            child.send_line("go").await;
        }
        let mut done = 0;
        for mut child in children {
            done += child.receive_line().await.parse::<usize>().unwrap();
            assert!(child.end().await.success());
        }
        done
    }
}
