//! The whole way: paste an address, sign in, run a tool, find it again, and once more after a restart.

use std::path::Path;

use crate::support::harness::binary;
use crate::support::{Harness, Window};

#[test]
fn an_address_pasted_into_an_empty_home_becomes_tools_that_run_and_stay_signed_in() {
    let harness = Harness::new();
    let browser = harness.browser();
    let window = harness.start();
    window.see("heading", "Add your first connector");
    paste_address(&harness, &window);
    window.press("button", "Add and sign in");
    browser.allow(&harness.opened_page());
    browser.see("You can close this page and return to Patchbay");
    use_tools_and_restart(&harness, window);
}

#[test]
fn a_link_of_the_apps_own_scheme_finishes_the_sign_in() {
    let harness = Harness::new();
    let browser = harness.browser();
    let window = harness.start();
    sign_in_by_link(&harness, &window);
    browser.allow(&harness.opened_page());
    // What a desktop does with a link: it asks who registered for the scheme.
    wait_for_handler(&harness);
    harness.run(Path::new("gio"), &["open", &browser.deep_link()]);
    use_tools_and_restart(&harness, window);
}

#[test]
fn a_second_start_hands_its_link_to_the_first_and_ends() {
    let harness = Harness::new();
    let browser = harness.browser();
    let window = harness.start();
    sign_in_by_link(&harness, &window);
    browser.allow(&harness.opened_page());
    let link = browser.deep_link();
    harness.run(&binary("PATCHBAY_DESKTOP_BIN"), &[&link]);
    window.see_text("Signed in to Patchbay Playground");
    // Another use of the same link finishes nothing and breaks nothing.
    harness.run(&binary("PATCHBAY_DESKTOP_BIN"), &[&link]);
    window.see_text("auth.callback");
    window.quit();
}

fn paste_address(harness: &Harness, window: &Window) {
    window.enter(
        "Address of an MCP server",
        harness.playground.url().as_str(),
    );
    window.see("region", "Found");
}

fn sign_in_by_link(harness: &Harness, window: &Window) {
    paste_address(harness, window);
    window.press("button", "Advanced");
    window.press("radio", "patchbay:// link");
    window.press("button", "Add and sign in");
}

/// The app registers for its scheme on a thread of its own.
fn wait_for_handler(harness: &Harness) {
    let applications = harness.home().join("home/.local/share/applications");
    harness.wait_for("the handler of the scheme", || {
        std::fs::read_to_string(applications.join("mimeapps.list"))
            .or_else(|_| std::fs::read_to_string(harness.home().join("home/.config/mimeapps.list")))
            .ok()
            .filter(|list| list.contains("x-scheme-handler/patchbay"))
    });
}

/// From the end of a sign-in: its tools, a run, the history, and all of it again after a restart.
fn use_tools_and_restart(harness: &Harness, window: Window) {
    window.see_text("Signed in to Patchbay Playground");
    window.press("button", "View tools");
    window.press("row", "echo, Read-only");
    echo(&window, "Hello from the window");
    window.go_to("Runs");
    window.see("row", "echo, Done, *");
    window.quit();

    let consents = harness.playground.consents_shown();
    let window = harness.start();
    window.see_text("All good");
    window.go_to("Tools");
    window.press("row", "echo, Read-only, *");
    echo(&window, "Hello again");
    assert!(!harness.opened_any(), "the browser was opened again");
    assert_eq!(harness.playground.consents_shown(), consents);
    window.quit();
}

fn echo(window: &Window, message: &str) {
    window.see("heading", "echo");
    window.fill("message", message);
    window.run_tool();
    window.see_text(message);
}
