//! Connectors whose secrets are lost.

use std::fs;

use patchbay_model::{Code, Explain as _, Secret, Status, VaultState, WalletKind};
use patchbay_ops::{
    CheckState, WalletSecret, check_connector, replace_wallet_secret, set_vault_aside, vault_status,
};

use crate::support::{Harness, bearer, text_of};

#[tokio::test]
async fn a_connector_whose_secret_is_lost_can_be_disconnected_and_connected_again() {
    let (harness, connector) = Harness::connected().await;
    lose_secrets(&harness);
    let gone = harness.disconnect(&connector).await;
    assert!(!gone.revoked);
    let note = gone.note.unwrap();
    assert!(note.contains("is missing from the vault"), "{note}");
    assert!(note.contains("couldn't be revoked"), "{note}");
    assert_eq!(gone.connector.status.status, Status::Disconnected);
    assert!(harness.wallet().await.is_empty());
    harness.sign_in(&connector).await;
    assert_eq!(harness.status(&connector).await, Status::Ready);
}

#[tokio::test]
async fn a_lost_secret_is_a_sign_in_that_is_needed_and_the_doctor_says_so() {
    let harness = Harness::new().await;
    let signed_in = harness.connect().await;
    let bearer = bearer(harness.playground.bearer_token());
    let guarded = harness.add_guarded(bearer).await;
    check_connector(&harness.cx, &guarded.id).await.unwrap();
    lose_secrets(&harness);
    for (connector, way_on) in [(&signed_in, "Sign in again."), (&guarded, "Enter it again")] {
        let check = check_connector(&harness.cx, &connector.id).await.unwrap();
        let failed = check.steps.iter().find(|it| it.state == CheckState::Failed);
        let failed = failed.unwrap();
        let problem = failed.problem.as_ref().unwrap();
        assert_eq!(
            (failed.name.as_str(), problem.code),
            ("sign_in", Code::AuthNeeded)
        );
        assert!(problem.hint.as_ref().unwrap().starts_with(way_on));
        let status = check.connector.status.status;
        assert_eq!(status, Status::NeedsAuthorization);
    }
    let wallet = harness.wallet().await;
    let entry = wallet.iter().find(|entry| entry.kind == WalletKind::Bearer);
    let token = Secret::new(harness.playground.bearer_token());
    let (entry, secret) = (&entry.unwrap().id, WalletSecret::Bearer { token });
    let replaced = replace_wallet_secret(&harness.cx, entry, secret).await;
    replaced.unwrap();
    let check = check_connector(&harness.cx, &guarded.id).await.unwrap();
    assert_eq!(check.connector.status.status, Status::Ready);
}

#[tokio::test]
async fn a_vault_whose_key_is_lost_is_put_aside_at_the_users_word_alone() {
    let (mut harness, connector) = Harness::connected().await;
    let early = set_vault_aside(&harness.cx, true).await.unwrap_err();
    assert_eq!(early.code(), Code::UsageInvalid, "nothing is lost");
    harness.cx.close().await;
    harness.keychain.lose_entries();
    harness.restart().await;
    let asked = set_vault_aside(&harness.cx, false).await.unwrap_err();
    assert_eq!(asked.code(), Code::ConfirmationNeeded);
    let file = harness.cx.paths().data.join("vault.json");
    assert!(file.exists());
    let before = fs::read(&file).unwrap();

    let status = set_vault_aside(&harness.cx, true).await.unwrap();
    assert_eq!(status.state, VaultState::Empty);
    let aside = fs::read(harness.cx.paths().data.join("vault.aside-1.json")).unwrap();
    assert_eq!(aside, before, "nothing is thrown away");
    let needy = harness.connector(&connector.id).await.status;
    assert_eq!(needy.status, Status::NeedsAuthorization);
    assert_eq!(needy.code, Some(Code::AuthNeeded));

    harness.sign_in(&connector).await;
    assert_eq!(vault_status(&harness.cx).await.state, VaultState::Ready);
    assert_eq!(text_of(&harness.echo(&connector).await), "hi");
}

/// Removes the vault file, which a restored home folder may lack.
fn lose_secrets(harness: &Harness) {
    fs::remove_file(harness.cx.paths().data.join("vault.json")).unwrap();
}
