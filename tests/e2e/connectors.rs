//! Connectors and credentials after they work: disconnecting, removing, switching off, replacing.

use std::time::Duration;

use patchbay_model::{
    Authentication, AuthorizationState, Code, Explain as _, RunState, Secret, Status, WalletKind,
};
use patchbay_ops::{
    AddWalletEntry, AuthenticationChoice, CheckState, ConnectorChanges, SecretInput, SecretValue,
    WalletSecret, add_wallet_entry, check_connector, disconnect_connector, list_connectors,
    list_tools, list_wallet, refresh_tools, remove_connector, remove_wallet_entry,
    replace_wallet_secret, restore_connector, run_tool, update_connector,
};
use patchbay_playground::{
    Document, Endpoint, Failure, LoggedRequest, LoopbackPort, Options, Playground, RefreshTokens,
};
use serde_json::json;

use crate::support::{Harness, request, text_of};

#[tokio::test]
async fn disconnecting_gives_the_tokens_back() {
    let harness = Harness::new().await;
    let connector = harness.connected().await;
    let gone = disconnect_connector(&harness.cx, &connector.id)
        .await
        .unwrap();
    assert!(gone.revoked);
    assert_eq!(gone.note, None);
    assert_eq!(gone.connector.status.status, Status::Disconnected);
    assert_eq!(gone.connector.identity.credential, None);
    assert!(list_wallet(&harness.cx).await.unwrap().is_empty());
    let revoked = harness
        .playground
        .count(|it| it.path == "/auth/revoke" && it.status == Some(200));
    assert!(revoked >= 1);

    let run = harness
        .run(&connector, "echo", json!({ "message": "hi" }))
        .await;
    assert_eq!(run.summary.problem.unwrap().code, Code::AuthNeeded);
    assert_eq!(harness.browser.opened().len(), 1);
    let over = harness.sign_in(&connector).await;
    assert_eq!(over.state, AuthorizationState::Authorized);
    let again = disconnect_connector(&harness.cx, &connector.id)
        .await
        .unwrap();
    assert!(again.revoked);
    let twice = disconnect_connector(&harness.cx, &connector.id)
        .await
        .unwrap();
    assert!(!twice.revoked);
}

#[tokio::test]
async fn disconnecting_says_when_the_provider_was_not_told() {
    let harness = Harness::new().await;
    let silent = json!({ "revocation_endpoint": null });
    harness
        .playground
        .turn(|switches| switches.server_metadata = Document::Patched(silent));
    let connector = harness.connected().await;
    let gone = disconnect_connector(&harness.cx, &connector.id)
        .await
        .unwrap();
    assert!(!gone.revoked);
    assert!(gone.note.unwrap().contains("can't revoke access"));
    assert!(list_wallet(&harness.cx).await.unwrap().is_empty());

    harness.playground.turn(|switches| {
        switches.server_metadata = Document::Published;
        let failure = Failure::always(500, "server_error");
        switches.failures.extend([(Endpoint::Revocation, failure)]);
    });
    harness.sign_in(&connector).await;
    let gone = disconnect_connector(&harness.cx, &connector.id)
        .await
        .unwrap();
    assert!(!gone.revoked);
    assert!(gone.note.unwrap().contains("couldn't be revoked"));
    assert!(
        list_wallet(&harness.cx).await.unwrap().is_empty(),
        "gone here in any case"
    );
}

#[tokio::test]
async fn disconnecting_says_nothing_of_a_token_that_had_ended_by_itself() {
    let harness = Harness::with(|switches| {
        switches.refresh_tokens = RefreshTokens::Never;
        let failure = Failure::always(400, "invalid_token");
        switches.failures.extend([(Endpoint::Revocation, failure)]);
    })
    .await;
    let connector = harness.connected().await;
    harness.clock.put_forward(Duration::from_secs(301));
    let gone = disconnect_connector(&harness.cx, &connector.id)
        .await
        .unwrap();
    assert_eq!((gone.revoked, gone.note), (false, None));
}

#[tokio::test]
async fn a_connector_that_is_switched_off_is_left_alone() {
    let harness = Harness::new().await;
    let connector = harness.connected().await;
    let switch = async |on: bool| {
        let changes = ConnectorChanges {
            enabled: Some(on),
            ..ConnectorChanges::default()
        };
        update_connector(&harness.cx, &connector.id, changes)
            .await
            .unwrap()
    };
    let off = switch(false).await;
    assert_eq!(off.status.status, Status::Disabled);
    let before = harness.playground.log().len();
    let echo = request(&connector.id, "echo", json!({ "message": "hi" }));
    let refused = [
        run_tool(&harness.cx, echo, |_| {})
            .await
            .map(drop)
            .unwrap_err(),
        refresh_tools(&harness.cx, &connector.id)
            .await
            .map(drop)
            .unwrap_err(),
        check_connector(&harness.cx, &connector.id)
            .await
            .map(drop)
            .unwrap_err(),
    ];
    for error in refused {
        assert_eq!(error.code(), Code::Conflict, "{error}");
    }
    assert_eq!(harness.playground.log().len(), before, "nothing is sent");
    switch(true).await;
    let run = harness
        .run(&connector, "echo", json!({ "message": "hi" }))
        .await;
    assert_eq!(text_of(&run), "hi");
    assert_eq!(harness.browser.opened().len(), 1);
    assert_eq!(
        harness.connector(&connector.id).await.status.status,
        Status::Ready
    );
}

#[tokio::test]
async fn a_removed_connector_can_be_restored_for_a_while() {
    let mut harness = Harness::new().await;
    let connector = harness.connected().await;
    remove_connector(&harness.cx, &connector.id).await.unwrap();
    assert!(list_connectors(&harness.cx).await.unwrap().is_empty());
    let echo = request(&connector.id, "echo", json!({ "message": "hi" }));
    let error = run_tool(&harness.cx, echo, |_| {}).await.unwrap_err();
    assert_eq!(error.code(), Code::NotFound);
    harness.restart().await;
    restore_connector(&harness.cx, &connector.id).await.unwrap();
    let run = harness
        .run(&connector, "echo", json!({ "message": "hi" }))
        .await;
    assert_eq!(text_of(&run), "hi");

    remove_connector(&harness.cx, &connector.id).await.unwrap();
    harness.clock.put_forward(Duration::from_secs(11 * 60));
    harness.restart().await;
    let error = restore_connector(&harness.cx, &connector.id)
        .await
        .unwrap_err();
    assert_eq!(error.code(), Code::NotFound);
    assert!(
        list_wallet(&harness.cx).await.unwrap().is_empty(),
        "its tokens went with it"
    );
    assert!(list_tools(&harness.cx, None).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_credential_in_use_is_removed_only_when_confirmed() {
    let harness = Harness::new().await;
    let entry = wallet_bearer(&harness, harness.playground.bearer_token()).await;
    let choice = || AuthenticationChoice::Bearer {
        token: SecretInput::Entry {
            entry: entry.clone(),
        },
    };
    let address = harness.playground.bearer_url();
    let one = harness.add_at(address.as_str(), choice()).await;
    let other = harness.add_at(address.as_str(), choice()).await;
    let wallet = list_wallet(&harness.cx).await.unwrap();
    assert_eq!(wallet[0].used_by.len(), 2);

    let error = remove_wallet_entry(&harness.cx, &entry, false)
        .await
        .unwrap_err();
    assert_eq!(error.code(), Code::ConfirmationNeeded);
    let run = harness.run(&one, "echo", json!({ "message": "hi" })).await;
    assert_eq!(run.summary.state, RunState::Done);
    remove_wallet_entry(&harness.cx, &entry, true)
        .await
        .unwrap();
    for connector in [&one, &other] {
        let status = harness.connector(&connector.id).await.status.status;
        assert_eq!(status, Status::NeedsAuthorization);
    }
    let run = harness.run(&one, "echo", json!({ "message": "hi" })).await;
    assert_eq!(run.summary.problem.unwrap().code, Code::AuthNeeded);
    let error = refresh_tools(&harness.cx, &other.id).await.unwrap_err();
    assert_eq!(error.code(), Code::AuthNeeded);
}

#[tokio::test]
async fn a_replaced_secret_is_sent_from_the_next_call_on() {
    let harness = Harness::new().await;
    let entry = wallet_bearer(&harness, harness.playground.bearer_token()).await;
    let choice = AuthenticationChoice::Bearer {
        token: SecretInput::Entry {
            entry: entry.clone(),
        },
    };
    let address = harness.playground.bearer_url();
    let connector = harness.add_at(address.as_str(), choice).await;
    let run = || harness.run(&connector, "echo", json!({ "message": "hi" }));
    let replace = async |token: &str| {
        let token = Secret::new(token);
        replace_wallet_secret(&harness.cx, &entry, WalletSecret::Bearer { token })
            .await
            .unwrap();
    };
    assert_eq!(run().await.summary.state, RunState::Done);
    replace("a-wrong-one").await;
    let refused = run().await.summary.problem.unwrap();
    assert_eq!(refused.code, Code::AuthRefused);
    assert!(
        refused.message.ends_with("rejected its token"),
        "{refused:?}"
    );
    let status = harness.connector(&connector.id).await.status.status;
    assert_eq!(status, Status::NeedsAuthorization);
    replace(harness.playground.bearer_token()).await;
    assert_eq!(run().await.summary.state, RunState::Done);
    assert_eq!(
        harness.connector(&connector.id).await.status.status,
        Status::Ready
    );

    let other = WalletSecret::OauthClient {
        client_id: "x".to_owned(),
        client_secret: None,
    };
    let error = replace_wallet_secret(&harness.cx, &entry, other)
        .await
        .unwrap_err();
    assert_eq!(error.code(), Code::UsageInvalid);
    let taken = AddWalletEntry {
        name: "Token".to_owned(),
        secret: WalletSecret::Bearer {
            token: Secret::new("x"),
        },
    };
    let error = add_wallet_entry(&harness.cx, taken).await.unwrap_err();
    assert_eq!(error.code(), Code::UsageInvalid);
}

#[tokio::test]
async fn an_address_of_another_origin_gets_no_token_of_the_first() {
    let harness = Harness::new().await;
    let connector = harness.connected().await;
    let mut options = Options::default();
    options.switches.loopback_port = LoopbackPort::Free;
    let other = Playground::start(options).await.unwrap();
    let changes = ConnectorChanges {
        url: Some(other.url().to_string()),
        ..ConnectorChanges::default()
    };
    let moved = update_connector(&harness.cx, &connector.id, changes)
        .await
        .unwrap();
    assert_eq!(moved.identity.credential, None);
    let run = harness
        .run(&connector, "echo", json!({ "message": "hi" }))
        .await;
    assert_eq!(run.summary.problem.unwrap().code, Code::AuthNeeded);
    assert_eq!(other.count(|it| it.header("authorization").is_some()), 0);
    let kinds: Vec<_> = list_wallet(&harness.cx)
        .await
        .unwrap()
        .iter()
        .map(|it| it.kind)
        .collect();
    assert!(
        !kinds.contains(&WalletKind::Oauth),
        "tokens that nobody uses are gone"
    );

    let over = harness.sign_in(&connector).await;
    assert_eq!(over.state, AuthorizationState::Authorized);
    assert_eq!(other.token_requests(), 1);
}

#[tokio::test]
async fn an_address_of_another_origin_gets_no_secret_that_was_typed_for_the_first() {
    let harness = Harness::new().await;
    let other = Playground::start(Options::default()).await.unwrap();
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
        let connector = harness
            .add_at(harness.playground.open_url().as_str(), choice)
            .await;
        let to = |url: String| ConnectorChanges {
            url: Some(url),
            ..ConnectorChanges::default()
        };
        let near = harness.playground.at("mcp?tenant=2").to_string();
        let stays = update_connector(&harness.cx, &connector.id, to(near)).await;
        assert_ne!(stays.unwrap().authentication, Authentication::None);
        let away = other.open_url().to_string();
        let moved = update_connector(&harness.cx, &connector.id, to(away)).await;
        let moved = moved.unwrap();
        assert_eq!(moved.authentication, Authentication::None);
        assert_eq!(moved.identity.credential, None);
        refresh_tools(&harness.cx, &connector.id).await.unwrap();
    }
    let sent = |request: &LoggedRequest| {
        let mut values = request.headers.iter().map(|(_, value)| value);
        values.any(|value| value.contains("for-one-origin"))
    };
    assert_eq!(other.count(sent), 0);
    assert_eq!(
        list_wallet(&harness.cx).await.unwrap().len(),
        2,
        "none is lost"
    );
}

#[tokio::test]
async fn a_server_that_comes_back_is_found_again() {
    let Harness {
        playground,
        cx,
        home: _home,
        ..
    } = Harness::new().await;
    let (port, address) = (playground.port(), playground.open_url());
    let request_to = |url: String| patchbay_ops::AddConnector {
        url,
        name: None,
        title: None,
        authentication: Some(AuthenticationChoice::None),
        allow_plain_http: false,
    };
    let connector = patchbay_ops::add_connector(&cx, request_to(address.to_string()))
        .await
        .unwrap();
    let echo = || request(&connector.id, "echo", json!({ "message": "hi" }));
    let run = run_tool(&cx, echo(), |_| {}).await.unwrap();
    assert_eq!(text_of(&run), "hi");
    playground.stop().await;

    let run = run_tool(&cx, echo(), |_| {}).await.unwrap();
    assert_eq!(run.summary.problem.unwrap().code, Code::NetworkUnreachable);
    let status = patchbay_ops::find_connector(&cx, &connector.id)
        .await
        .unwrap()
        .status;
    assert_eq!(status.status, Status::Failing);

    let options = Options {
        port,
        ..Options::default()
    };
    let _back = Playground::start(options).await.unwrap();
    let run = run_tool(&cx, echo(), |_| {}).await.unwrap();
    assert_eq!(text_of(&run), "hi");
    let status = patchbay_ops::find_connector(&cx, &connector.id)
        .await
        .unwrap()
        .status;
    assert_eq!(status.status, Status::Ready);
}

#[tokio::test]
async fn the_doctor_names_the_step_that_fails() {
    let harness = Harness::new().await;
    let connector = harness.connected().await;
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
    harness.playground.turn(|switches| {
        let failure = Failure::always(500, "server_error");
        switches.failures.extend([(Endpoint::Mcp, failure)]);
    });
    let expected = ("negotiation".to_owned(), Code::PlatformFailed);
    assert_eq!(failing().await, Some(expected));
    harness.playground.stop().await;
    let expected = ("connect".to_owned(), Code::NetworkUnreachable);
    assert_eq!(failing().await, Some(expected));
    assert_eq!(harness.browser.opened().len(), 1);
}

async fn wallet_bearer(harness: &Harness, token: &str) -> patchbay_model::WalletEntryId {
    let entry = AddWalletEntry {
        name: "Token".to_owned(),
        secret: WalletSecret::Bearer {
            token: Secret::new(token),
        },
    };
    add_wallet_entry(&harness.cx, entry).await.unwrap().id
}
