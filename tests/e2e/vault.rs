//! Sign-in without a keychain, and with a passphrase.

use patchbay_model::{Code, Explain as _, RunState, Secret, Status, VaultBackend, VaultState};
use patchbay_ops::{
    AddConnector, Error, add_connector, choose_passphrase, list_authorizations, list_connectors,
    probe_vault, start_authorization, unlock_vault, use_keychain, vault_status,
};
use patchbay_vault::Behavior;

use crate::support::{Harness, add_request, bearer, sign_in_request, text_of};

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
        let request = sign_in_request(&connector.id);
        let error = start_authorization(&harness.cx, request).await.unwrap_err();
        assert_eq!(error.code(), code, "{mood:?}");
        assert!(error.hint().is_some(), "{mood:?} has a way on");
        assert!(harness.browser.opened().is_empty());
        assert!(harness.playground.log().is_empty(), "nobody is told of it");
        assert!(list_authorizations(&harness.cx).await.unwrap().is_empty());
        let kept = harness.connector(&connector.id).await;
        assert_eq!(kept, connector, "{mood:?}");

        let error = add_bearer(&harness).await.unwrap_err();
        assert_eq!(error.code(), code, "{mood:?}");
        assert!(harness.wallet().await.is_empty());
        assert_eq!(list_connectors(&harness.cx).await.unwrap().len(), 1);

        harness.keychain.set_behavior(Behavior::Working);
        harness.sign_in(&connector).await;
        assert_eq!(harness.status(&connector).await, Status::Ready, "{mood:?}");
    }
}

#[tokio::test]
async fn a_keychain_that_is_locked_for_a_while_loses_no_sign_in() {
    for mood in [Behavior::Locked, Behavior::Absent, Behavior::Denied] {
        let (mut harness, connector) = Harness::connected().await;
        harness.restart().await;
        harness.keychain.set_behavior(mood);
        let run = harness.echo(&connector).await;
        let problem = run.summary.problem.unwrap();
        assert!(problem.code.as_str().starts_with("vault."), "{problem:?}");
        assert_eq!(run.summary.state, RunState::Failed);
        // It says nothing of the connector.
        assert_eq!(harness.status(&connector).await, Status::Ready);

        harness.keychain.set_behavior(Behavior::Working);
        assert_eq!(text_of(&harness.echo(&connector).await), "hi");
        assert_eq!(harness.browser.opened().len(), 1);
    }
}

#[tokio::test]
async fn a_key_that_is_lost_is_named_and_nothing_is_reset() {
    let (mut harness, connector) = Harness::connected().await;
    harness.cx.close().await;
    harness.keychain.lose_entries();
    harness.restart().await;
    assert_eq!(harness.echo_code(&connector).await, Code::VaultKeyLost);
    let error = probe_vault(&harness.cx).await.unwrap_err();
    assert_eq!(error.code(), Code::VaultKeyLost);
    let status = vault_status(&harness.cx).await;
    assert_eq!(status.state, VaultState::Unavailable);
    let request = sign_in_request(&connector.id);
    let error = start_authorization(&harness.cx, request).await.unwrap_err();
    assert_eq!(error.code(), Code::VaultKeyLost);
    assert_eq!(harness.browser.opened().len(), 1);
    let entries = harness.keychain.entries();
    assert_eq!(entries, 0, "no new key in place of the lost one");
    assert_eq!(harness.wallet().await.len(), 1);
}

#[tokio::test]
async fn a_passphrase_keeps_a_sign_in_where_there_is_no_keychain() {
    let mut harness = Harness::new().await;
    harness.keychain.set_behavior(Behavior::Absent);
    let choose = |text: &str| choose_passphrase(&harness.cx, Secret::new(text));
    let refused = choose("short").await.unwrap_err();
    assert_eq!(refused.code(), Code::UsageInvalid);
    let status = choose("four words are enough").await.unwrap();
    assert_eq!(status.backend, Some(VaultBackend::Passphrase));
    assert_eq!(status.state, VaultState::Ready);
    let connector = harness.connect().await;

    harness.restart().await;
    assert_eq!(harness.echo_code(&connector).await, Code::VaultLocked);
    let wrong = unlock_vault(&harness.cx, Secret::new("four other words here"));
    assert_eq!(wrong.await.unwrap_err().code(), Code::VaultPassphrase);
    let right = unlock_vault(&harness.cx, Secret::new("four words are enough"));
    right.await.unwrap();
    assert_eq!(text_of(&harness.echo(&connector).await), "hi");

    harness.keychain.set_behavior(Behavior::Working);
    let status = use_keychain(&harness.cx).await.unwrap();
    assert_eq!(status.backend, Some(VaultBackend::Keychain));
    harness.restart().await;
    assert_eq!(text_of(&harness.echo(&connector).await), "hi");
    assert_eq!(harness.browser.opened().len(), 1);
}

#[tokio::test]
async fn the_keychain_is_read_once_in_a_process() {
    let (mut harness, connector) = Harness::connected().await;
    harness.restart().await;
    let before = harness.keychain.reads();
    for _ in 0..5 {
        harness.echo(&connector).await;
    }
    assert_eq!(harness.keychain.reads(), before + 1);
}

async fn add_bearer(harness: &Harness) -> Result<(), Error> {
    let playground = &harness.playground;
    let request = AddConnector {
        name: Some("bearer".to_owned()),
        ..add_request(playground.bearer_url(), bearer(playground.bearer_token()))
    };
    add_connector(&harness.cx, request).await.map(drop)
}
