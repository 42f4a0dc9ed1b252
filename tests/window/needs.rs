//! What needs the user, as Home lists it after a background check or before an expiry.

use std::time::Duration;

use patchbay_playground::{Consent, Endpoint, Failure, RefreshTokens};
use serde_json::json;

use crate::accessibility::assert_no_faults;
use crate::support::seed::{self, ask, follow};
use crate::support::{Harness, Window, keys};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

#[test]
fn a_sign_in_that_lapses_within_a_week_is_renewed_in_one_step() {
    let harness = Harness::with(|switches| {
        switches.consent = Consent::AllowAtOnce;
        switches.refresh_tokens = RefreshTokens::Never;
        switches.access_token_life = 3 * DAY;
    });
    let window = harness.start();
    seed::signed_in(&harness, &window);
    window.go_to("Home");
    window.see_text("expires soon");
    window.see_text("Used by Playground");
    assert_no_faults(&window, "lapsing");

    harness.configure(|switches| switches.access_token_life = 30 * DAY);
    window.press("button", "Renew, *");
    follow(&harness, &harness.opened_page());
    window.see_text("Signed in to Playground");
    window.keys(&[keys::ESCAPE]);
    window.see_gone("dialog", "*");
    window.see_text("All good");
    window.quit();
}

#[test]
fn a_check_that_fails_leads_to_what_fails_and_back_to_quiet() {
    let (harness, window) = Harness::started();
    seed::open_connector(&harness, &window);
    fail(&harness);
    window.go_to("Home");
    window.see_text("All good");
    window.press("button", "Check all");
    window.see_text("Open playground isn't working");
    assert_no_faults(&window, "failing");
    window.press("button", "Check, Open playground");
    window.see("heading", "Open playground");
    window.see("alert", "*");
    window.see("button", "Check again");
    mend(&harness);
    window.press("button", "Check again");
    window.see_gone("button", "Check again");
    window.go_to("Home");
    window.see_text("All good");
    window.quit();
}

#[test]
fn the_background_tells_once_what_it_finds_and_rests_when_switched_off() {
    let harness = Harness::new();
    let window = harness.start_looking_fast();
    let open = seed::open_connector(&harness, &window);
    window.go_to("Home");
    window.see_text("All good");

    fail(&harness);
    // First a message on the current page, then an item on Home as long as it applies.
    window.see("region", "Notifications");
    window.see_text("Open playground isn't working");
    window.press("button", "Dismiss");
    window.see_gone("region", "Notifications");
    look_again(&window, &open);
    look_again(&window, &open);
    assert!(
        window.look("region", "Notifications").is_none(),
        "it is told twice"
    );
    window.see("button", "Check, Open playground");
    mend(&harness);
    window.see_text("All good");
    assert!(!harness.opened_any(), "a browser was opened");

    background(&window, false);
    window.quit();
    fail(&harness);
    harness.playground.clear_log();
    let window = harness.start_looking_fast();
    for page in ["Connectors", "Tools", "Runs", "Credentials", "Home"] {
        window.go_to(page);
    }
    window.see_text("All good");
    assert_eq!(harness.playground.log().len(), 0, "it looks all the same");
    background(&window, true);
    window.go_to("Home");
    window.see_text("Open playground isn't working");
    mend(&harness);
    window.see_text("All good");
    window.quit();
}

const SWITCH: &str = "Check connectors in the background*";

fn settings(window: &Window) {
    window.press("button", "Settings");
    window.see("region", "Background");
}

/// Turns background checks on or off.
fn background(window: &Window, on: bool) {
    settings(window);
    window.press("switch", SWITCH);
    window.wait_until("the switch to be turned", || {
        ask(window, "background_checks", json!({})) == on
    });
}

/// Waits for the next check of the connector.
fn look_again(window: &Window, connector: &str) {
    let looked_at = || {
        let connector = ask(window, "find_connector", json!({ "connector": connector }));
        connector["status"]["checkedAt"].clone()
    };
    let before = looked_at();
    window.wait_until("one more look", || looked_at() != before);
}

pub(crate) fn fail(harness: &Harness) {
    harness.configure(|switches| {
        let broken = Failure::always(500, "broken");
        switches.failures.insert(Endpoint::OpenMcp, broken);
    });
}

pub(crate) fn mend(harness: &Harness) {
    harness.configure(|switches| switches.failures.clear());
}
