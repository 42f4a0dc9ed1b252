//! Sign-ins that fail, expire or are cancelled, and how to start again.

use patchbay_playground::Consent;

use crate::support::seed::{self, SIGNED_IN};
use crate::support::{Harness, Window, keys};

#[test]
fn denied_in_the_browser_it_says_so_and_can_be_tried_again() {
    let harness = Harness::new();
    let browser = harness.browser();
    let window = harness.start();
    seed::draft(&harness, &window, "loopback");
    sign_in(&window);
    browser.deny(&harness.opened_page());
    browser.see("Access to Playground denied");
    window.see("alert", "Access denied*");
    window.see_text("auth.denied");
    window.press("button", "Try again");
    browser.allow(&harness.opened_page());
    window.see_text("Signed in to Playground");
    window.quit();
}

#[test]
fn not_finished_in_time_it_expires_and_can_be_tried_again() {
    let (harness, window) = Harness::started();
    let connector = seed::draft(&harness, &window, "loopback");
    seed::start_authorization(&window, &connector, Some(3));
    let late = harness.opened_page();
    sign_in(&window);
    window.see("progressbar", "Time left to sign in");
    window.see("alert", "Sign-in not finished*");
    window.see_text("auth.timed_out");
    // A late consent signs nobody in.
    harness.configure(|switches| switches.consent = Consent::AllowAtOnce);
    assert!(
        harness
            .runtime
            .block_on(async { reqwest::get(late).await })
            .is_err()
    );
    window.press("button", "Try again");
    seed::follow(&harness, &harness.opened_page());
    window.see_text("Signed in to Playground");
    window.quit();
}

#[test]
fn cancelled_it_leaves_a_connector_that_still_needs_it() {
    let (harness, window) = Harness::started();
    seed::draft(&harness, &window, "loopback");
    sign_in(&window);
    harness.opened_page();
    window.press("button", "Cancel sign-in");
    window.see_text("Sign-in cancelled");
    window.see("button", "Try again");
    window.press("button", "Close");
    window.see("button", "*, Playground");
    window.quit();
}

#[test]
fn hidden_it_goes_on_and_can_be_shown_again() {
    let harness = Harness::with(|switches| switches.consent = Consent::AllowAtOnce);
    let window = harness.start();
    seed::draft(&harness, &window, "loopback");
    sign_in(&window);
    let page = harness.opened_page();
    window.see("button", "Open browser again");
    window.keys(&[keys::ESCAPE]);
    window.see_gone("dialog", "Sign in to Playground");
    window.press("button", "Show, Playground");
    window.see("dialog", "Sign in to Playground");
    assert!(
        !harness.opened_any(),
        "showing it opened the browser once more"
    );
    window.press("button", "Open browser again");
    assert_eq!(harness.opened_page(), page);
    window.press("button", "Hide (sign-in continues)");
    seed::follow(&harness, &page);
    window.see("row", "Playground, Ready, *");
    window.quit();
}

#[test]
fn ended_in_the_middle_it_asks_for_another_sign_in_at_the_next_start() {
    let harness = Harness::with(|switches| switches.consent = Consent::AllowAtOnce);
    let window = harness.start();
    seed::draft(&harness, &window, "loopback");
    sign_in(&window);
    harness.opened_page();
    window.see("button", "Open browser again");
    window.kill();

    let window = harness.start();
    window.see_text("Needs attention");
    sign_in(&window);
    seed::follow(&harness, &harness.opened_page());
    window.see_text("Signed in to Playground");
    window.quit();
}

#[test]
fn the_address_the_browser_ended_on_can_be_pasted() {
    let harness = Harness::with(|switches| switches.consent = Consent::AllowAtOnce);
    let browser = harness.browser();
    let window = harness.start();
    seed::draft(&harness, &window, "deep_link");
    sign_in(&window);
    browser.open(&harness.opened_page());
    let ended_on = browser.deep_link();
    window.enter(
        "Redirect address",
        "https://example.com/callback?code=x&state=y",
    );
    window.see_text("auth.callback");
    window.enter("Redirect address", &ended_on);
    window.see_text("Signed in to Playground");
    window.quit();
}

/// Presses whatever the list of connectors offers to get one signed in.
fn sign_in(window: &Window) {
    window.go_to("Connectors");
    window.see("row", &format!("{SIGNED_IN}, *"));
    let way = ["Show", "Sign in", "Connect"].into_iter().find(|word| {
        window
            .look("button", &format!("{word}, {SIGNED_IN}"))
            .is_some()
    });
    window.press(
        "button",
        &format!("{}, {SIGNED_IN}", way.expect("a way to sign in")),
    );
    window.see("dialog", &format!("Sign in to {SIGNED_IN}"));
}
