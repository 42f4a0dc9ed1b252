//! Keychains that are missing, locked, or have lost the key.

use patchbay_playground::Consent;

use crate::accessibility::in_both_themes;
use crate::support::seed;
use crate::support::{Harness, Keyring, keys};

#[test]
fn without_a_keychain_a_passphrase_protects_the_vault_and_is_asked_for_at_the_next_start() {
    let harness = Harness::new();
    let window = harness.start_without_keychain();
    window.go_to("Credentials");
    window.press("button", "Add credential");
    window.fill("Name*", "Token");
    window.fill("Token", "pg-secret-token-2222");
    window.press_in(("dialog", "Add credential"), "button", "Save");
    window.see_text("vault.no_keychain");
    window.keys(&[keys::ESCAPE]);
    window.press("button", "Discard");
    window.press("button", "Use a passphrase");
    window.fill("Passphrase", "correct horse battery");
    window.fill("Repeat passphrase", "correct horse battery");
    window.press("button", "Set passphrase");
    // Deriving a key from it takes a while.
    window.see_gone("button", "Set passphrase");
    window.press("button", "Add credential");
    window.fill("Name*", "Token");
    window.fill("Token", "pg-secret-token-2222");
    window.press_in(("dialog", "Add credential"), "button", "Save");
    window.see("row", "Token, *");
    window.quit();

    let window = harness.start_without_keychain();
    window.go_to("Credentials");
    window.see_text("Vault locked");
    window.fill("Passphrase", "wrong horse battery");
    window.press("button", "Unlock");
    window.wait_until("a word about the passphrase", || {
        window.text().to_lowercase().contains("wrong passphrase")
    });
    window.fill("Passphrase", "correct horse battery");
    window.press("button", "Unlock");
    window.see("row", "Token, *");
    window.wait_until("the vault to open", || {
        !window.text().contains("Vault locked")
    });
    window.quit();
}

#[test]
fn a_locked_keychain_is_named_keeps_what_was_typed_and_works_again() {
    let harness = Harness::with(|switches| switches.consent = Consent::AllowAtOnce);
    let mut keyring = Keyring::open(&harness);
    let window = harness.start_with(&keyring);
    seed::signed_in(&harness, &window);
    window.quit();

    keyring.lock();
    let window = harness.start_with(&keyring);
    window.run_whoami();
    window.see_text("vault.locked");
    window.go_to("Home");
    window.see("alert", "System keychain is locked*");
    assert!(!window.text().contains("All good"));
    window.go_to("Credentials");
    window.see("alert", "System keychain is locked*");
    window.see_text("Unlock it, then try again");
    window.press("button", "Add credential*");
    window.fill("Name*", "Token");
    window.fill("Token", "pg-secret-token-4444");
    window.press_in(("dialog", "Add credential"), "button", "Save");
    window.see("alert", "System keychain is locked*");
    assert_eq!(window.value("Token"), "pg-secret-token-4444");

    keyring.unlock();
    window.press_in(("dialog", "Add credential"), "button", "Save");
    window.see("row", "Token, *");
    window.see_gone("alert", "System keychain is locked*");
    window.run_whoami();
    window.see_text("lena-fischer");
    window.quit();
}

#[test]
fn a_keychain_that_lost_the_key_is_named_and_the_vault_begun_anew_at_the_users_word() {
    let harness = Harness::with(|switches| switches.consent = Consent::AllowAtOnce);
    let mut keyring = Keyring::open(&harness);
    let window = harness.start_with(&keyring);
    seed::signed_in(&harness, &window);
    window.quit();

    keyring.lose_everything();
    let window = harness.start_with(&keyring);
    window.run_whoami();
    window.see_text("vault.key_lost");
    window.go_to("Credentials");
    window.see("alert", "Vault key is missing*");
    let mut faults = in_both_themes(&window, "a key that is lost");
    let aside = harness.patchbay_home().join("data/vault.aside-1.json");
    window.press("button", "Reset vault…");
    window.see("alertdialog", "Reset the vault?");
    assert_eq!(window.focus().1, "Cancel");
    faults.extend(in_both_themes(&window, "beginning anew"));
    window.keys(&[keys::ESCAPE]);
    window.see_gone("alertdialog", "Reset the vault?");
    assert!(!aside.exists(), "nothing is done before the user's word");

    window.press("button", "Reset vault…");
    window.press("button", "Reset vault");
    // Nothing is thrown away.
    window.wait_until("the old secrets beside the new ones", || aside.exists());
    window.see_gone("alertdialog", "Reset the vault?");
    window.see_gone("alert", "Vault key is missing*");
    // The connector says what it needs, and gets it.
    window.go_to("Connectors");
    window.press("button", "*, Playground");
    seed::follow(&harness, &harness.opened_page());
    window.see_text("Signed in to Playground");
    assert!(faults.is_empty(), "{}", faults.join("\n\n"));
    window.quit();
}
