//! Signing in where secrets cannot be kept, and where a passphrase keeps them.

use patchbay_model::{
    Code, Explain as _, Json, RunState, Secret, Status, VaultBackend, VaultState,
};
use patchbay_ops::{
    AddConnector, AuthenticationChoice, Context, SecretInput, StartAuthorization, add_connector,
    choose_passphrase, list_authorizations, list_connectors, list_wallet, probe_vault,
    start_authorization, unlock_vault, use_keychain, vault_status,
};
use patchbay_vault::Mood;
use serde_json::json;

use crate::support::{Desk, text_of};

#[tokio::test]
async fn without_a_keychain_nothing_is_asked_of_the_user() {
    let cases = [
        (Mood::Absent, Code::VaultNoKeychain),
        (Mood::NeverCreated, Code::VaultNoKeychain),
        (Mood::Locked, Code::VaultLocked),
        (Mood::Denied, Code::VaultDenied),
    ];
    for (mood, code) in cases {
        let desk = Desk::new().await;
        let connector = desk.add().await;
        desk.keychain.set_mood(mood);
        let request = StartAuthorization {
            connector: connector.id.clone(),
            redirect: None,
            timeout_seconds: None,
            choices: Json::default(),
            accept_issuer: None,
        };
        let error = start_authorization(&desk.cx, request).await.unwrap_err();
        assert_eq!(error.code(), code, "{mood:?}");
        assert!(error.hint().is_some(), "{mood:?} has a way on");
        assert!(desk.browser.opened().is_empty());
        assert!(desk.playground.log().is_empty(), "nobody is told of it");
        assert!(list_authorizations(&desk.cx).await.unwrap().is_empty());
        let kept = desk.connector(&connector.id).await;
        assert_eq!(kept, connector, "{mood:?}");

        let error = add_bearer(&desk.cx, &desk).await.unwrap_err();
        assert_eq!(error.code(), code, "{mood:?}");
        assert!(list_wallet(&desk.cx).await.unwrap().is_empty());
        assert_eq!(list_connectors(&desk.cx).await.unwrap().len(), 1);

        desk.keychain.set_mood(Mood::Working);
        desk.sign_in(&connector).await;
        let status = desk.connector(&connector.id).await.status.status;
        assert_eq!(status, Status::Ready, "{mood:?}");
    }
}

#[tokio::test]
async fn a_keychain_that_is_locked_for_a_while_loses_no_sign_in() {
    for mood in [Mood::Locked, Mood::Absent, Mood::Denied] {
        let mut desk = Desk::new().await;
        let connector = desk.connected().await;
        desk.restart().await;
        desk.keychain.set_mood(mood);
        let run = desk
            .run(&connector, "echo", json!({ "message": "hi" }))
            .await;
        let problem = run.summary.problem.unwrap();
        assert!(problem.code.as_str().starts_with("vault."), "{problem:?}");
        assert_eq!(run.summary.state, RunState::Failed);
        let status = desk.connector(&connector.id).await.status.status;
        assert_eq!(status, Status::Ready, "that says nothing of the connector");

        desk.keychain.set_mood(Mood::Working);
        let run = desk
            .run(&connector, "echo", json!({ "message": "hi" }))
            .await;
        assert_eq!(text_of(&run), "hi");
        assert_eq!(desk.browser.opened().len(), 1);
    }
}

#[tokio::test]
async fn a_key_that_is_lost_is_named_and_nothing_is_reset() {
    let mut desk = Desk::new().await;
    let connector = desk.connected().await;
    desk.cx.close().await;
    desk.keychain.lose_entries();
    desk.restart().await;
    let run = desk
        .run(&connector, "echo", json!({ "message": "hi" }))
        .await;
    assert_eq!(run.summary.problem.unwrap().code, Code::VaultKeyLost);
    let error = probe_vault(&desk.cx).await.unwrap_err();
    assert_eq!(error.code(), Code::VaultKeyLost);
    let status = vault_status(&desk.cx).await;
    assert_eq!(status.state, VaultState::Unavailable);
    let request = StartAuthorization {
        connector: connector.id.clone(),
        redirect: None,
        timeout_seconds: None,
        choices: Json::default(),
        accept_issuer: None,
    };
    let error = start_authorization(&desk.cx, request).await.unwrap_err();
    assert_eq!(error.code(), Code::VaultKeyLost);
    assert_eq!(desk.browser.opened().len(), 1);
    assert_eq!(
        desk.keychain.entries(),
        0,
        "no new key in place of the lost one"
    );
    assert_eq!(list_wallet(&desk.cx).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_passphrase_keeps_a_sign_in_where_there_is_no_keychain() {
    let mut desk = Desk::new().await;
    desk.keychain.set_mood(Mood::Absent);
    let choose = |text: &str| choose_passphrase(&desk.cx, Secret::new(text));
    assert_eq!(
        choose("short").await.unwrap_err().code(),
        Code::UsageInvalid
    );
    let status = choose("four words are enough").await.unwrap();
    assert_eq!(status.backend, Some(VaultBackend::Passphrase));
    assert_eq!(status.state, VaultState::Ready);
    let connector = desk.connected().await;

    desk.restart().await;
    let run = desk
        .run(&connector, "echo", json!({ "message": "hi" }))
        .await;
    assert_eq!(run.summary.problem.unwrap().code, Code::VaultLocked);
    let wrong = unlock_vault(&desk.cx, Secret::new("four other words here"));
    assert_eq!(wrong.await.unwrap_err().code(), Code::VaultPassphrase);
    unlock_vault(&desk.cx, Secret::new("four words are enough"))
        .await
        .unwrap();
    let run = desk
        .run(&connector, "echo", json!({ "message": "hi" }))
        .await;
    assert_eq!(text_of(&run), "hi");

    desk.keychain.set_mood(Mood::Working);
    let status = use_keychain(&desk.cx).await.unwrap();
    assert_eq!(status.backend, Some(VaultBackend::Keychain));
    desk.restart().await;
    let run = desk
        .run(&connector, "echo", json!({ "message": "hi" }))
        .await;
    assert_eq!(text_of(&run), "hi");
    assert_eq!(desk.browser.opened().len(), 1);
}

#[tokio::test]
async fn the_keychain_is_read_once_in_a_process() {
    let mut desk = Desk::new().await;
    let connector = desk.connected().await;
    desk.restart().await;
    let before = desk.keychain.reads();
    for _ in 0..5 {
        desk.run(&connector, "echo", json!({ "message": "hi" }))
            .await;
    }
    assert_eq!(desk.keychain.reads(), before + 1);
}

async fn add_bearer(cx: &Context, desk: &Desk) -> Result<(), patchbay_ops::Error> {
    let request = AddConnector {
        url: desk.playground.bearer_url().to_string(),
        name: Some("bearer".to_owned()),
        title: None,
        authentication: Some(AuthenticationChoice::Bearer {
            token: SecretInput::New {
                secret: Secret::new(desk.playground.bearer_token()),
            },
        }),
        allow_plain_http: false,
    };
    add_connector(cx, request).await.map(drop)
}
