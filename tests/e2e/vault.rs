//! Signing in where secrets cannot be kept, and where a passphrase keeps them.

use patchbay_model::{
    Code, Explain as _, Json, RunState, Secret, Status, VaultBackend, VaultState,
};
use patchbay_ops::{
    AddConnector, AuthenticationChoice, Context, SecretInput, StartAuthorization, add_connector,
    choose_passphrase, list_authorizations, list_connectors, list_wallet, probe_vault,
    start_authorization, unlock_vault, use_keychain, vault_status,
};
use patchbay_vault::Behavior;
use serde_json::json;

use crate::support::{Harness, text_of};

#[tokio::test]
async fn without_a_keychain_nothing_is_asked_of_the_user() {
    let cases = [
        (Behavior::Absent, Code::VaultNoKeychain),
        (Behavior::NeverCreated, Code::VaultNoKeychain),
        (Behavior::Locked, Code::VaultLocked),
        (Behavior::Denied, Code::VaultDenied),
    ];
    for (mood, code) in cases {
        let harness = Harness::new().await;
        let connector = harness.add().await;
        harness.keychain.set_behavior(mood);
        let request = StartAuthorization {
            connector: connector.id.clone(),
            redirect: None,
            timeout_seconds: None,
            choices: Json::default(),
            accept_issuer: None,
        };
        let error = start_authorization(&harness.cx, request).await.unwrap_err();
        assert_eq!(error.code(), code, "{mood:?}");
        assert!(error.hint().is_some(), "{mood:?} has a way on");
        assert!(harness.browser.opened().is_empty());
        assert!(harness.playground.log().is_empty(), "nobody is told of it");
        assert!(list_authorizations(&harness.cx).await.unwrap().is_empty());
        let kept = harness.connector(&connector.id).await;
        assert_eq!(kept, connector, "{mood:?}");

        let error = add_bearer(&harness.cx, &harness).await.unwrap_err();
        assert_eq!(error.code(), code, "{mood:?}");
        assert!(list_wallet(&harness.cx).await.unwrap().is_empty());
        assert_eq!(list_connectors(&harness.cx).await.unwrap().len(), 1);

        harness.keychain.set_behavior(Behavior::Working);
        harness.sign_in(&connector).await;
        let status = harness.connector(&connector.id).await.status.status;
        assert_eq!(status, Status::Ready, "{mood:?}");
    }
}

#[tokio::test]
async fn a_keychain_that_is_locked_for_a_while_loses_no_sign_in() {
    for mood in [Behavior::Locked, Behavior::Absent, Behavior::Denied] {
        let mut harness = Harness::new().await;
        let connector = harness.connected().await;
        harness.restart().await;
        harness.keychain.set_behavior(mood);
        let run = harness
            .run(&connector, "echo", json!({ "message": "hi" }))
            .await;
        let problem = run.summary.problem.unwrap();
        assert!(problem.code.as_str().starts_with("vault."), "{problem:?}");
        assert_eq!(run.summary.state, RunState::Failed);
        let status = harness.connector(&connector.id).await.status.status;
        assert_eq!(status, Status::Ready, "that says nothing of the connector");

        harness.keychain.set_behavior(Behavior::Working);
        let run = harness
            .run(&connector, "echo", json!({ "message": "hi" }))
            .await;
        assert_eq!(text_of(&run), "hi");
        assert_eq!(harness.browser.opened().len(), 1);
    }
}

#[tokio::test]
async fn a_key_that_is_lost_is_named_and_nothing_is_reset() {
    let mut harness = Harness::new().await;
    let connector = harness.connected().await;
    harness.cx.close().await;
    harness.keychain.lose_entries();
    harness.restart().await;
    let run = harness
        .run(&connector, "echo", json!({ "message": "hi" }))
        .await;
    assert_eq!(run.summary.problem.unwrap().code, Code::VaultKeyLost);
    let error = probe_vault(&harness.cx).await.unwrap_err();
    assert_eq!(error.code(), Code::VaultKeyLost);
    let status = vault_status(&harness.cx).await;
    assert_eq!(status.state, VaultState::Unavailable);
    let request = StartAuthorization {
        connector: connector.id.clone(),
        redirect: None,
        timeout_seconds: None,
        choices: Json::default(),
        accept_issuer: None,
    };
    let error = start_authorization(&harness.cx, request).await.unwrap_err();
    assert_eq!(error.code(), Code::VaultKeyLost);
    assert_eq!(harness.browser.opened().len(), 1);
    assert_eq!(
        harness.keychain.entries(),
        0,
        "no new key in place of the lost one"
    );
    assert_eq!(list_wallet(&harness.cx).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_passphrase_keeps_a_sign_in_where_there_is_no_keychain() {
    let mut harness = Harness::new().await;
    harness.keychain.set_behavior(Behavior::Absent);
    let choose = |text: &str| choose_passphrase(&harness.cx, Secret::new(text));
    assert_eq!(
        choose("short").await.unwrap_err().code(),
        Code::UsageInvalid
    );
    let status = choose("four words are enough").await.unwrap();
    assert_eq!(status.backend, Some(VaultBackend::Passphrase));
    assert_eq!(status.state, VaultState::Ready);
    let connector = harness.connected().await;

    harness.restart().await;
    let run = harness
        .run(&connector, "echo", json!({ "message": "hi" }))
        .await;
    assert_eq!(run.summary.problem.unwrap().code, Code::VaultLocked);
    let wrong = unlock_vault(&harness.cx, Secret::new("four other words here"));
    assert_eq!(wrong.await.unwrap_err().code(), Code::VaultPassphrase);
    unlock_vault(&harness.cx, Secret::new("four words are enough"))
        .await
        .unwrap();
    let run = harness
        .run(&connector, "echo", json!({ "message": "hi" }))
        .await;
    assert_eq!(text_of(&run), "hi");

    harness.keychain.set_behavior(Behavior::Working);
    let status = use_keychain(&harness.cx).await.unwrap();
    assert_eq!(status.backend, Some(VaultBackend::Keychain));
    harness.restart().await;
    let run = harness
        .run(&connector, "echo", json!({ "message": "hi" }))
        .await;
    assert_eq!(text_of(&run), "hi");
    assert_eq!(harness.browser.opened().len(), 1);
}

#[tokio::test]
async fn the_keychain_is_read_once_in_a_process() {
    let mut harness = Harness::new().await;
    let connector = harness.connected().await;
    harness.restart().await;
    let before = harness.keychain.reads();
    for _ in 0..5 {
        harness
            .run(&connector, "echo", json!({ "message": "hi" }))
            .await;
    }
    assert_eq!(harness.keychain.reads(), before + 1);
}

async fn add_bearer(cx: &Context, harness: &Harness) -> Result<(), patchbay_ops::Error> {
    let request = AddConnector {
        url: harness.playground.bearer_url().to_string(),
        name: Some("bearer".to_owned()),
        title: None,
        authentication: Some(AuthenticationChoice::Bearer {
            token: SecretInput::New {
                secret: Secret::new(harness.playground.bearer_token()),
            },
        }),
        allow_plain_http: false,
    };
    add_connector(cx, request).await.map(drop)
}
