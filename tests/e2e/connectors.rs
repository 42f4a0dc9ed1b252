//! Connectors and credentials after they work: disconnecting, removing, switching off, replacing.

use std::time::Duration;

use patchbay_model::{
    Authentication, Code, Explain as _, Secret, Status, WalletEntry, WalletEntryId, WalletKind,
};
use patchbay_ops::{
    AddWalletEntry, AuthenticationChoice, CheckState, ConnectorChanges, SecretInput, SecretValue,
    WalletSecret, add_wallet_entry, check_connector, find_connector, list_connectors, list_tools,
    refresh_tools, remove_connector, remove_wallet_entry, replace_wallet_secret, restore_connector,
    run_tool,
};
use patchbay_playground::{
    Document, Endpoint, Failure, LoggedRequest, Options, Playground, RefreshTokens,
};
use serde_json::json;
use url::Url;

use crate::support::{Harness, assert_done, echo, request, start_playground, text_of, wait_until};

#[tokio::test]
async fn disconnecting_gives_the_tokens_back() {
    let (harness, connector) = Harness::connected().await;
    let gone = harness.disconnect(&connector).await;
    assert!(gone.revoked);
    assert_eq!(gone.note, None);
    assert_eq!(gone.connector.status.status, Status::Disconnected);
    assert_eq!(gone.connector.identity.credential, None);
    assert!(harness.wallet().await.is_empty());
    let revoked = harness
        .playground
        .count(|it| it.path == "/auth/revoke" && it.status == Some(200));
    assert!(revoked >= 1);

    assert_eq!(harness.echo_code(&connector).await, Code::AuthNeeded);
    assert_eq!(harness.browser.opened().len(), 1);
    harness.authorize(&connector).await;
    let again = harness.disconnect(&connector).await;
    assert!(again.revoked);
    let twice = harness.disconnect(&connector).await;
    assert!(!twice.revoked);
}

#[tokio::test]
async fn arguments_that_belong_into_headers_are_sent_there_also_by_the_first_call() {
    let mut harness = Harness::new().await;
    let connector = harness.add_open().await;
    let schema = json!({ "properties": { "message": { "x-mcp-header": "Message" } } });
    let change = ("echo".to_owned(), json!({ "inputSchema": schema }));
    harness.configure(|switches| switches.tool_changes.extend([change]));
    refresh_tools(&harness.cx, &connector.id).await.unwrap();
    harness.restart().await;
    assert_done(&harness.echo(&connector).await);
    let with_header = |it: &LoggedRequest| {
        it.rpc_method().as_deref() == Some("tools/call") && it.header("mcp-param-message").is_some()
    };
    assert_eq!(harness.playground.count(with_header), 1);
}

#[tokio::test]
async fn tokens_that_are_not_needed_any_more_are_given_back() {
    let (harness, connector) = Harness::connected().await;
    let revoked = || {
        let is_revocation =
            |it: &LoggedRequest| it.path == "/auth/revoke" && it.status == Some(200);
        harness.playground.count(is_revocation)
    };
    let other = ConnectorChanges {
        authentication: Some(AuthenticationChoice::None),
        ..ConnectorChanges::default()
    };
    harness.update(&connector, other).await;
    assert!(harness.wallet().await.is_empty());
    wait_until("the tokens were not revoked", || revoked() > 0).await;

    let before = revoked();
    let connector = harness.connect().await;
    let entry = harness.wallet().await.remove(0).id;
    remove_wallet_entry(&harness.cx, &entry, true)
        .await
        .unwrap();
    assert_eq!(harness.echo_code(&connector).await, Code::AuthNeeded);
    wait_until("the tokens were not revoked", || revoked() > before).await;
}

#[tokio::test]
async fn disconnecting_says_when_the_provider_was_not_told() {
    let harness = Harness::new().await;
    let silent = json!({ "revocation_endpoint": null });
    harness.configure(|switches| switches.server_metadata = Document::Patched(silent));
    let connector = harness.connect().await;
    let gone = harness.disconnect(&connector).await;
    assert!(!gone.revoked);
    assert!(gone.note.unwrap().contains("can't revoke access"));
    assert!(harness.wallet().await.is_empty());

    harness.configure(|switches| {
        switches.server_metadata = Document::Published;
        let failure = Failure::always(500, "server_error");
        switches.failures.extend([(Endpoint::Revocation, failure)]);
    });
    harness.sign_in(&connector).await;
    let gone = harness.disconnect(&connector).await;
    assert!(!gone.revoked);
    assert!(gone.note.unwrap().contains("couldn't be revoked"));
    assert!(harness.wallet().await.is_empty(), "gone here in any case");
}

#[tokio::test]
async fn disconnecting_says_nothing_of_a_token_that_had_ended_by_itself() {
    let harness = Harness::with(|switches| {
        switches.refresh_tokens = RefreshTokens::Never;
        let failure = Failure::always(400, "invalid_token");
        switches.failures.extend([(Endpoint::Revocation, failure)]);
    })
    .await;
    let connector = harness.connect().await;
    harness.clock.advance(Duration::from_secs(301));
    let gone = harness.disconnect(&connector).await;
    assert_eq!((gone.revoked, gone.note), (false, None));
}

#[tokio::test]
async fn a_connector_that_is_switched_off_is_left_alone() {
    let (harness, connector) = Harness::connected().await;
    let switch = async |on: bool| {
        let changes = ConnectorChanges {
            enabled: Some(on),
            ..ConnectorChanges::default()
        };
        harness.update(&connector, changes).await
    };
    let off = switch(false).await;
    assert_eq!(off.status.status, Status::Disabled);
    let before = harness.playground.log().len();
    let echo = request(&connector.id, "echo", json!({ "message": "hi" }));
    let refused = [
        run_tool(&harness.cx, echo, |_| {}).await.map(drop),
        refresh_tools(&harness.cx, &connector.id).await.map(drop),
        check_connector(&harness.cx, &connector.id).await.map(drop),
    ];
    for refused in refused {
        assert_eq!(refused.unwrap_err().code(), Code::Conflict);
    }
    assert_eq!(harness.playground.log().len(), before, "nothing is sent");
    switch(true).await;
    assert_eq!(text_of(&harness.echo(&connector).await), "hi");
    assert_eq!(harness.browser.opened().len(), 1);
    assert_eq!(harness.status(&connector).await, Status::Ready);
}

#[tokio::test]
async fn a_removed_connector_can_be_restored_for_a_while() {
    let (mut harness, connector) = Harness::connected().await;
    remove_connector(&harness.cx, &connector.id).await.unwrap();
    assert!(list_connectors(&harness.cx).await.unwrap().is_empty());
    let echo = request(&connector.id, "echo", json!({ "message": "hi" }));
    let error = run_tool(&harness.cx, echo, |_| {}).await.unwrap_err();
    assert_eq!(error.code(), Code::NotFound);
    harness.restart().await;
    restore_connector(&harness.cx, &connector.id).await.unwrap();
    assert_eq!(text_of(&harness.echo(&connector).await), "hi");

    remove_connector(&harness.cx, &connector.id).await.unwrap();
    harness.clock.advance(Duration::from_secs(11 * 60));
    harness.restart().await;
    let error = restore_connector(&harness.cx, &connector.id)
        .await
        .unwrap_err();
    assert_eq!(error.code(), Code::NotFound);
    assert!(harness.wallet().await.is_empty(), "its tokens went with it");
    assert!(list_tools(&harness.cx, None).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_credential_in_use_is_removed_only_when_confirmed() {
    let harness = Harness::new().await;
    let entry = wallet_bearer(&harness, harness.playground.bearer_token()).await;
    let one = harness.add_guarded(saved_bearer(&entry)).await;
    let other = harness.add_guarded(saved_bearer(&entry)).await;
    let wallet = harness.wallet().await;
    assert_eq!(wallet[0].used_by.len(), 2);

    let error = remove_wallet_entry(&harness.cx, &entry, false)
        .await
        .unwrap_err();
    assert_eq!(error.code(), Code::ConfirmationNeeded);
    assert_done(&harness.echo(&one).await);
    remove_wallet_entry(&harness.cx, &entry, true)
        .await
        .unwrap();
    for connector in [&one, &other] {
        assert_eq!(harness.status(connector).await, Status::NeedsAuthorization);
    }
    assert_eq!(harness.echo_code(&one).await, Code::AuthNeeded);
    let error = refresh_tools(&harness.cx, &other.id).await.unwrap_err();
    assert_eq!(error.code(), Code::AuthNeeded);
}

#[tokio::test]
async fn a_replaced_secret_is_sent_from_the_next_call_on() {
    let harness = Harness::new().await;
    let entry = wallet_bearer(&harness, harness.playground.bearer_token()).await;
    let connector = harness.add_guarded(saved_bearer(&entry)).await;
    let replace = async |token: &str| {
        let token = Secret::new(token);
        replace_wallet_secret(&harness.cx, &entry, WalletSecret::Bearer { token })
            .await
            .unwrap();
    };
    assert_done(&harness.echo(&connector).await);
    replace("a-wrong-one").await;
    let refused = harness.echo_problem(&connector).await;
    assert_eq!(refused.code, Code::AuthRefused);
    assert!(
        refused.message.ends_with("rejected its token"),
        "{refused:?}"
    );
    assert_eq!(harness.status(&connector).await, Status::NeedsAuthorization);
    replace(harness.playground.bearer_token()).await;
    assert_done(&harness.echo(&connector).await);
    assert_eq!(harness.status(&connector).await, Status::Ready);

    let other = WalletSecret::OauthClient {
        client_id: "x".to_owned(),
        client_secret: None,
    };
    let error = replace_wallet_secret(&harness.cx, &entry, other)
        .await
        .unwrap_err();
    assert_eq!(error.code(), Code::UsageInvalid);
    let error = add_wallet_entry(&harness.cx, wallet_token("x")).await;
    let error = error.unwrap_err();
    assert_eq!(error.code(), Code::UsageInvalid);
}

#[tokio::test]
async fn an_address_of_another_origin_gets_no_token_of_the_first() {
    let (harness, connector) = Harness::connected().await;
    let other = start_playground(|_| {}).await;
    let moved = harness.update(&connector, to(&other.url())).await;
    assert_eq!(moved.identity.credential, None);
    assert_eq!(harness.echo_code(&connector).await, Code::AuthNeeded);
    assert_eq!(other.count(|it| it.header("authorization").is_some()), 0);
    let wallet = harness.wallet().await;
    let is_oauth = |entry: &WalletEntry| entry.kind == WalletKind::Oauth;
    assert!(
        !wallet.iter().any(is_oauth),
        "tokens that nobody uses are gone"
    );

    harness.authorize(&connector).await;
    assert_eq!(other.token_requests(), 1);
}

#[tokio::test]
async fn an_address_of_another_origin_gets_no_secret_that_was_typed_for_the_first() {
    let harness = Harness::new().await;
    let other = start_playground(|_| {}).await;
    let secret = || Secret::new("for-one-origin-alone");
    let bearer = AuthenticationChoice::Bearer {
        token: SecretInput::New { secret: secret() },
    };
    let value = SecretValue::New { secret: secret() };
    let headers = AuthenticationChoice::Headers {
        entry: None,
        values: [("X-Key".to_owned(), value)].into(),
    };
    for choice in [bearer, headers] {
        let connector = harness.add_at(harness.playground.open_url(), choice).await;
        let stays = harness.update(&connector, to(&harness.playground.at("mcp?tenant=2")));
        assert_eq!(stays.await.authentication, connector.authentication);
        let moved = harness.update(&connector, to(&other.open_url())).await;
        assert_eq!(moved.authentication, Authentication::None);
        assert_eq!(moved.identity.credential, None);
        refresh_tools(&harness.cx, &connector.id).await.unwrap();
    }
    let sent = |request: &LoggedRequest| {
        let mut values = request.headers.iter().map(|(_, value)| value);
        values.any(|value| value.contains("for-one-origin"))
    };
    assert_eq!(other.count(sent), 0);
    assert_eq!(harness.wallet().await.len(), 2, "none is lost");
}

#[tokio::test]
async fn a_server_that_comes_back_is_found_again() {
    let harness = Harness::new().await;
    let port = harness.playground.port();
    let connector = harness.add_open().await;
    assert_eq!(text_of(&harness.echo(&connector).await), "hi");
    harness.playground.stop().await;

    let cx = &harness.cx;
    let run = echo(cx, &connector.id).await;
    assert_eq!(run.summary.problem.unwrap().code, Code::NetworkUnreachable);
    let status = async || {
        find_connector(cx, &connector.id)
            .await
            .unwrap()
            .status
            .status
    };
    assert_eq!(status().await, Status::Failing);

    let options = Options {
        port,
        ..Options::default()
    };
    let _back = Playground::start(options).await.unwrap();
    assert_eq!(text_of(&echo(cx, &connector.id).await), "hi");
    assert_eq!(status().await, Status::Ready);
}

#[tokio::test]
async fn the_doctor_names_the_step_that_fails() {
    let (harness, connector) = Harness::connected().await;
    let failing = async || {
        let check = check_connector(&harness.cx, &connector.id).await.unwrap();
        let failed = check
            .steps
            .iter()
            .find(|step| step.state == CheckState::Failed);
        failed.map(|step| (step.name.clone(), step.problem.as_ref().unwrap().code))
    };
    assert_eq!(failing().await, None);
    harness.playground.revoke_everything();
    let expected = ("sign_in".to_owned(), Code::AuthExpired);
    assert_eq!(failing().await, Some(expected));
    harness.fail(Endpoint::Mcp, Failure::always(500, "server_error"));
    let expected = ("negotiation".to_owned(), Code::PlatformFailed);
    assert_eq!(failing().await, Some(expected));
    harness.playground.stop().await;
    let expected = ("connect".to_owned(), Code::NetworkUnreachable);
    assert_eq!(failing().await, Some(expected));
    assert_eq!(harness.browser.opened().len(), 1);
}

fn wallet_token(token: &str) -> AddWalletEntry {
    let token = Secret::new(token);
    AddWalletEntry {
        name: "Token".to_owned(),
        secret: WalletSecret::Bearer { token },
    }
}

async fn wallet_bearer(harness: &Harness, token: &str) -> WalletEntryId {
    let added = add_wallet_entry(&harness.cx, wallet_token(token)).await;
    added.unwrap().id
}

fn saved_bearer(entry: &WalletEntryId) -> AuthenticationChoice {
    let entry = entry.clone();
    AuthenticationChoice::Bearer {
        token: SecretInput::Entry { entry },
    }
}

/// Changes that give a connector another address.
fn to(url: &Url) -> ConnectorChanges {
    ConnectorChanges {
        url: Some(url.to_string()),
        ..ConnectorChanges::default()
    }
}
