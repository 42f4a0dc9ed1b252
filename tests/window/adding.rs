//! Adding a connector: what is no MCP server, and the ways in without a browser.

use patchbay_playground::BEARER_HEADER;

use crate::support::{Harness, Window};

#[test]
fn what_is_no_mcp_server_is_named_with_its_code_and_nothing_typed_is_lost() {
    let (harness, window) = Harness::started();
    window.open_adding();
    let dead = format!(
        "http://127.0.0.1:{}/mcp",
        crate::support::webdriver::free_port()
    );
    let at = |path: &str| harness.playground.at(path).to_string();
    for (address, code) in [
        (at("html"), "mcp.not_a_server"),
        (at("notfound"), "mcp.not_a_server"),
        (at("error500"), "platform.failed"),
        (dead, "network.unreachable"),
        ("https://no-such-host.invalid/mcp".to_owned(), "network.dns"),
    ] {
        window.enter("Address or command", &address);
        window.see_text(code);
        if window.look("region", "Found").is_some() {
            window.press("button", "Back");
        }
        assert_eq!(window.value("Address or command"), address);
    }
    window.quit();
}

#[test]
fn a_connector_with_a_token_runs_and_shows_the_token_nowhere() {
    let (harness, window) = Harness::started();
    look_at(&window, harness.playground.bearer_url().as_str());
    window.press("radio", "Token");
    window.fill("Token", harness.playground.bearer_token());
    add_guarded(&window);
    window.assert_unseen(harness.playground.bearer_token());
    ends_with_one_credential(window);
}

#[test]
fn a_connector_with_headers_of_its_own_runs_and_shows_their_values_nowhere() {
    let (harness, window) = Harness::started();
    look_at(&window, harness.playground.bearer_url().as_str());
    window.press("radio", "Headers");
    window.press("button", "Add connector");
    window.see_text("Enter at least one header");
    window.fill("Header", BEARER_HEADER);
    window.fill("Value", harness.playground.bearer_token());
    window.press("button", "Add header");
    window.fill("Header 2", "X-Team");
    window.fill("Value 2", "blue-team-7777");
    add_guarded(&window);
    let with_both = harness.playground.count(|request| {
        request.header("x-team") == Some("blue-team-7777")
            && request.header(BEARER_HEADER) == Some(harness.playground.bearer_token())
    });
    assert!(with_both > 0);
    for secret in [harness.playground.bearer_token(), "blue-team-7777"] {
        window.assert_unseen(secret);
    }
    ends_with_one_credential(window);
}

#[test]
fn a_wrong_token_is_refused_and_can_be_replaced() {
    let (harness, window) = Harness::started();
    look_at(&window, harness.playground.bearer_url().as_str());
    window.press("radio", "Token");
    window.fill("Token", "pg-wrong-token-0000");
    window.fill("Name", "Guarded");
    window.press("button", "Add connector");
    window.press("button", "Enter key");
    window.see("tab", "Settings");
    window.quit();
}

/// Adds what was filled in, and runs a tool of it.
fn add_guarded(window: &Window) {
    window.fill("Name", "Guarded");
    window.press("button", "Add connector");
    window.see_text("Ready");
    window.run_whoami();
    window.see("region", "Result");
}

fn ends_with_one_credential(window: Window) {
    window.go_to("Credentials");
    window.see("row", "*Used in 1 place*");
    window.quit();
}

fn look_at(window: &Window, address: &str) {
    window.enter("Address of an MCP server", address);
    window.see("region", "Found");
}
