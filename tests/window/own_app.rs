//! The user's own OAuth app, for a provider without client registration.

use patchbay_playground::{
    APP_CLIENT_ID, CONFIDENTIAL_CLIENT_ID, CONFIDENTIAL_CLIENT_SECRET, LoopbackPort,
};

use crate::support::{Harness, Window};

/// The redirect URI that is registered at the provider.
const REDIRECT: &str = "http://127.0.0.1:27218/callback";

#[test]
fn an_app_of_ones_own_signs_in_with_the_redirect_address_that_was_shown() {
    let (harness, window) = strict_provider();
    let browser = harness.browser();
    window.see_text("doesn't register apps automatically");
    window.see_text(REDIRECT);
    window.press_in(("dialog", "Add connector"), "button", "Copy");
    window.see_text("Redirect URL copied");
    window.press("button", "Add and sign in");
    window.see_text("Enter the client ID");
    window.fill("Client ID*", APP_CLIENT_ID);
    window.fill("Name", "Own app");
    window.press("button", "Add and sign in");
    let page = harness.opened_page();
    let sent = |name: &str| {
        let found = page.query_pairs().find(|(key, _)| key == name);
        found.map(|(_, value)| value.into_owned())
    };
    assert_eq!(sent("client_id").as_deref(), Some(APP_CLIENT_ID));
    assert_eq!(sent("redirect_uri").as_deref(), Some(REDIRECT));
    browser.allow(&page);
    window.see_text("Signed in to Own app");
    assert_eq!(harness.playground.registrations(), 0);
    window.press("button", "View tools");
    window.press("row", "whoami, *");
    window.press("button", "Run");
    window.see_text("lena-fischer");

    window.go_to("Connectors");
    window.press("row", "Own app, *");
    window.press("tab", "Settings");
    window.see_text(REDIRECT);
    window.press("button", "Advanced");
    window.fill("Port", "7718");
    window.see_text("http://127.0.0.1:7718/callback");
    window.press("radio", "patchbay:// link");
    window.see_text("patchbay://oauth/callback");
    window.quit();
}

#[test]
fn an_app_with_a_secret_signs_in_and_its_secret_is_shown_nowhere() {
    let (harness, window) = strict_provider();
    let browser = harness.browser();
    window.fill("Client ID*", CONFIDENTIAL_CLIENT_ID);
    window.fill("Client secret", CONFIDENTIAL_CLIENT_SECRET);
    window.fill("Name", "Own app");
    window.press("button", "Add and sign in");
    browser.allow(&harness.opened_page());
    window.see_text("Signed in to Own app");
    window.press("button", "View tools");
    window.press("row", "whoami, *");
    window.press("button", "Run");
    window.see_text("lena-fischer");
    // A refresh needs the secret too.
    harness.playground.expire_access_tokens();
    window.press("button", "Run");
    harness.wait_for_playground("a refresh", |playground| playground.refreshes() > 0);
    // Quitting while it runs would ask first.
    window.see("region", "Result");
    window.assert_unseen(CONFIDENTIAL_CLIENT_SECRET);
    window.quit();
}

/// Opens the review of a server whose provider registers no clients and compares redirect URIs as text.
fn strict_provider() -> (Harness, Window) {
    let harness = Harness::with(|switches| {
        switches.registration = false;
        switches.client_id_documents = false;
        switches.loopback_port = LoopbackPort::Exact;
    });
    let window = harness.start();
    window.enter(
        "Address of an MCP server",
        harness.playground.url().as_str(),
    );
    window.see("region", "Found");
    (harness, window)
}
