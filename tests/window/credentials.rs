//! The wallet: saving, replacing and deleting, and what depends on an entry.

use crate::support::{Desk, keys};

#[test]
fn an_entry_is_saved_used_replaced_and_deleted() {
    let desk = Desk::new();
    let window = desk.start();
    window.go_to("Credentials");
    window.see_text("Nothing saved yet");
    window.press("button", "Save a credential");
    window.fill("Name*", "Guard token");
    window.fill("Token", "pg-old-token-1111");
    window.press_in(("dialog", "Save a credential"), "button", "Save");
    window.see("row", "Guard token, *unused*");

    // A connector that uses it fails, because the token is the wrong one.
    window.go_to("Home");
    window.press("button", "Add a connector*");
    window.fill("Address", desk.playground.bearer_url().as_str());
    window.keys(&[keys::ENTER]);
    window.see("region", "Found");
    window.press("radio", "Token");
    window.press("radio", "From the wallet");
    window.choose("*Saved token*", "Guard token");
    window.fill("Title", "Guarded");
    window.press("button", "Add connector");
    window.see("button", "Enter key");

    // Replaced once, it works wherever it is used.
    window.go_to("Credentials");
    window.press("row", "Guard token, *used in 1 place,*");
    window.see("region", "Used by");
    window.fill("Token", desk.playground.bearer_token());
    window.press("button", "Replace");
    window.see_text("Guard token replaced");
    assert_eq!(window.value("Token"), "");
    window.press("button", "Guarded*");
    window.press("button", "Check");
    window.see_text("Ready");

    window.go_to("Credentials");
    window.press("row", "Guard token, *");
    window.press("button", "Delete");
    window.see("alertdialog", "Delete Guard token?");
    window.see_text("These stop working");
    window.press("button", "Delete anyway");
    window.see_text("Nothing saved yet");
    window.quit();
}
