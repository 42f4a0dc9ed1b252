//! Where no keychain answers.

use crate::support::{Desk, keys};

#[test]
fn without_a_keychain_a_passphrase_protects_the_vault_and_is_asked_for_at_the_next_start() {
    let desk = Desk::new();
    let window = desk.start_without_keychain();
    window.go_to("Credentials");
    window.press("button", "Save a credential");
    window.fill("Name*", "Token");
    window.fill("Token", "pg-secret-token-2222");
    window.press_in(("dialog", "Save a credential"), "button", "Save");
    window.see_text("vault.no_keychain");
    window.keys(&[keys::ESCAPE]);
    window.press("button", "Choose a passphrase instead");
    window.fill("Passphrase", "correct horse battery");
    window.fill("Passphrase once more", "correct horse battery");
    window.press("button", "Protect the vault");
    window.press("button", "Save a credential");
    window.fill("Name*", "Token");
    window.fill("Token", "pg-secret-token-2222");
    window.press_in(("dialog", "Save a credential"), "button", "Save");
    window.see("row", "Token, *");
    window.quit();

    let window = desk.start_without_keychain();
    window.go_to("Credentials");
    window.see_text("The vault is locked");
    window.fill("Passphrase", "wrong horse battery");
    window.press("button", "Unlock");
    window.wait_until("a word about the passphrase", || {
        window.text().to_lowercase().contains("passphrase is not")
    });
    window.fill("Passphrase", "correct horse battery");
    window.press("button", "Unlock");
    window.see("row", "Token, *");
    window.wait_until("the vault to open", || {
        !window.text().contains("The vault is locked")
    });
    window.quit();
}
