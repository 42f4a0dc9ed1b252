//! Where the key of the secrets lies, and beginning anew when it is lost.

use serde_json::json;

use super::terminal::{Terminal, snapshot_settings};

const TOKEN: &str = "token-6e5d4c3b2a10";

/// A terminal with a saved credential.
async fn terminal() -> Terminal {
    let terminal = Terminal::new().await;
    let add = ["credential", "add", "mine", "--kind", "bearer"];
    terminal.run_with(&add, TOKEN).await.succeeded();
    terminal
}

#[tokio::test(flavor = "multi_thread")]
async fn a_vault_that_is_not_lost_is_not_put_aside() {
    let terminal = terminal().await;
    let refused = terminal.run(&["vault", "reset", "--yes"]).await;
    snapshot_settings().bind(|| insta::assert_snapshot!(refused.transcript()));
    let status = terminal.run(&["vault", "status", "--json"]).await;
    assert_eq!(status.document()["state"], "locked");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_vault_that_cannot_be_read_is_put_aside_at_the_users_word_alone() {
    let terminal = terminal().await;
    let data = terminal.home.path().join("patchbay/data");
    let damaged = "what is left of it";
    std::fs::write(data.join("vault.json"), damaged).unwrap();

    let asked = terminal.run(&["vault", "reset"]).await;
    snapshot_settings().bind(|| insta::assert_snapshot!(asked.transcript()));
    assert!(data.join("vault.json").exists());

    let done = terminal.does("vault reset --yes --json").await;
    assert_eq!(done.document()["state"], "empty");
    let aside = std::fs::read_to_string(data.join("vault.aside-1.json")).unwrap();
    assert_eq!(aside, damaged, "nothing is thrown away");

    terminal.does("vault passphrase").await;
    let replace = ["credential", "replace", "mine", "--from", "-"];
    terminal.run_with(&replace, TOKEN).await.succeeded();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_passphrase_that_nobody_knows_any_more_is_a_lost_key() {
    let terminal = terminal().await;
    let with = async |passphrase: Option<&str>, words: &[&str]| {
        let mut command = terminal.command(words);
        match passphrase {
            Some(passphrase) => command.env("TEST_PASSPHRASE", passphrase),
            None => command.env_remove("PATCHBAY_PASSPHRASE"),
        };
        terminal.finish(command, "").await
    };
    let set_aside = ["vault", "reset", "--json"];
    for passphrase in [Some("not the one it was"), None] {
        let asked = with(passphrase, &set_aside).await;
        assert_eq!(asked.failure()["code"], "confirmation_needed");
    }
    let done = with(None, &[&set_aside[..], &["--yes"]].concat()).await;
    assert_eq!(done.document()["state"], json!("empty"));
}
