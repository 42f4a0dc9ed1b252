//! The wallet: saving, replacing and deleting, and what depends on an entry.

use crate::support::Harness;
use crate::support::display::{self, Key};

#[test]
fn an_entry_is_saved_used_replaced_and_deleted() {
    let (harness, window) = Harness::started();
    window.go_to("Credentials");
    window.see_text("No saved credentials");
    window.press("button", "Add credential");
    window.fill("Name*", "Guard token");
    window.fill("Token", "pg-old-token-1111");
    window.press_in(("dialog", "Add credential"), "button", "Save");
    window.see("row", "Guard token, *Not used*");

    // A connector that uses it fails, because the token is the wrong one.
    window.go_to("Home");
    window.press("button", "Add a connector*");
    window.enter(
        "Address or command",
        harness.playground.bearer_url().as_str(),
    );
    window.see("region", "Found");
    window.press("radio", "Token");
    window.press("radio", "Saved");
    window.choose("*Saved token*", "Guard token");
    window.fill("Name", "Guarded");
    window.press("button", "Add connector");
    window.see("button", "Enter key");

    // Replaced once, it works wherever it is used.
    window.go_to("Credentials");
    window.press("row", "Guard token, *Used in 1 place,*");
    window.see("region", "Used by");
    window.fill("Token", harness.playground.bearer_token());
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
    window.see_text("No saved credentials");
    window.quit();
}

#[cfg(unix)]
#[test]
fn a_program_for_a_secret_runs_when_the_dialog_of_the_system_says_so_and_not_before() {
    use std::os::unix::fs::PermissionsExt;

    const QUESTION: &str = "Allow Patchbay to run this program?";
    let harness = Harness::new();
    let (program, ran) = (harness.home().join("keys"), harness.home().join("ran"));
    let script = format!("#!/bin/sh\ntouch {}\necho pg-token-5151\n", ran.display());
    std::fs::write(&program, script).expect("a program");
    std::fs::set_permissions(&program, PermissionsExt::from_mode(0o700)).expect("its mode");
    let window = harness.start();
    window.go_to("Credentials");
    window.press("button", "Add credential");
    window.fill("Name*", "From a program");
    window.fill("Token", &format!("cmd://{}", program.display()));
    window.press("button", "Use as reference");
    window.press_in(("dialog", "Add credential"), "button", "Save");
    harness.wait_for("the question", || {
        display::close_dialog(QUESTION).then_some(())
    });
    window.see("button", "reference.not_allowed");
    assert!(!ran.exists(), "nobody allowed it");

    // The first key that is pressed blindly must not be a yes.
    window.press("button", "Allow program…");
    harness.wait_for("the question", || {
        display::press_in_dialog(QUESTION, &[Key::Space]).then_some(())
    });
    harness.wait_for("its end", || {
        display::is_dialog_gone(QUESTION).then_some(())
    });
    assert!(!ran.exists(), "the first button is no");

    window.press("button", "Allow program…");
    harness.wait_for("the question", || {
        display::press_in_dialog(QUESTION, &[Key::Tab, Key::Space]).then_some(())
    });
    window.see_text("keys allowed");
    window.see("row", "From a program, *");
    assert!(ran.exists());
    window.press("button", "Settings");
    window.see_text(&program.display().to_string());
    window.quit();
}
