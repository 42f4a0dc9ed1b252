//! Connecting on Agent Stack, by itself and by a consent, and why a connection ended.

use patchbay_testkit::fakes::FakeAgentStack;
use serde_json::json;

use super::stage::Stage;
use crate::support::harness::binary;
use crate::support::seed::follow;

const CONNECTION: (&str, &str) = ("group", "Connection");

#[test]
fn it_is_connected_and_disconnected_and_says_why() {
    let stage = Stage::new(FakeAgentStack::new());
    let id = create(&stage);
    let window = &stage.window;
    let here = ("region", "Facts");
    window.see_text_in(here, "Created");
    window.press_in(CONNECTION, "button", "Connect");
    window.see_text("Connect done");
    window.see_text_in(here, "Connected");
    // What is connected is ready once its tools were listed.
    window.press("button", "Check*");
    stage.wait_for_status(&id, "ready");
    window.press("tab", "Tools*");
    window.press("row", "echo*");
    window.fill("message", "through the relay");
    window.run_tool();

    stage.open_connector("127.0.0.1");
    window.press_in(CONNECTION, "button", "Disconnect");
    window.see_text("revokes and deletes its token");
    window.press_in(("alertdialog", "Disconnect?"), "button", "Disconnect");
    stage.wait_for_status(&id, "disconnected");
    window.see_text_in(here, "Client request");
    window.go_to("Connectors");
    window.see("row", "127.0.0.1, Disconnected, Client request, *");

    // What the platform ended by itself has another reason, and a way on.
    stage.with(|agentstack| {
        let why = "Client error '401 Unauthorized' for url 'https://id.example/token'";
        agentstack.connectors[0].insert("disconnect_reason".to_owned(), why.into());
    });
    stage.open_connector("127.0.0.1");
    window.press("button", "Check*");
    window.see_text_in(here, "Client error '401 Unauthorized'");
    window.press_in(CONNECTION, "button", "Connect");
    window.see_text_in(here, "Connected");
    stage.finish();
}

#[test]
fn a_server_that_wants_a_consent_is_connected_by_one() {
    let (stage, id) = waiting_for_consent();
    let window = &stage.window;
    window.see_text_in(("region", "Facts"), "Auth required");
    window.press("button", "Show*");
    follow(&stage.harness, &stage.harness.opened_page());
    window.see_text("Signed in to 127.0.0.1");
    stage.wait_for_status(&id, "ready");
    stage.finish();
}

#[test]
fn the_browser_comes_back_by_a_link_where_that_is_chosen() {
    let stage = Stage::new(FakeAgentStack::new());
    let window = &stage.window;
    let browser = stage.harness.browser();
    window.press("button", "Settings");
    let choice = ("radiogroup", "Return from platforms");
    window.press_in(choice, "radio", "patchbay:// link");
    let server = stage.harness.playground.open_url().to_string();
    stage.with(|agentstack| agentstack.protected.push(server));
    let id = create(&stage);
    window.press_in(CONNECTION, "button", "Connect");
    stage.wait_for_status(&id, "authorizing");
    window.press("button", "Show*");
    browser.open(&stage.harness.opened_page());
    let redirect = stage.last_sent("POST", "connect")["redirect_url"].clone();
    let redirect = redirect.as_str().expect("an address");
    assert!(
        redirect.starts_with("patchbay://oauth/callback?"),
        "{redirect}"
    );
    let link = browser.deep_link();
    stage.harness.run(&binary("PATCHBAY_DESKTOP_BIN"), &[&link]);
    window.see_text("Signed in to 127.0.0.1");
    stage.wait_for_status(&id, "ready");

    // Beside its tools it passes on what else its server offers.
    window.press("button", "Close");
    window.press("tab", "Resources");
    window.press_in(("list", "Resources"), "button", "*playground://welcome*");
    window.see_text("Welcome to the playground.");
    window.press("tab", "Prompts");
    window.press_in(("list", "Prompts"), "button", "*greet*");
    window.fill("name*", "Ada");
    window.press("button", "Show prompt");
    window.see_text("Greet Ada.");
    stage.finish();
}

#[test]
fn a_consent_in_whose_middle_the_app_ended_goes_on_at_the_next_start() {
    let (stage, _) = waiting_for_consent();
    stage.window.press("button", "Show*");
    stage.harness.opened_page();
    stage.window.see("button", "Open browser again");
    let Stage {
        window,
        fake,
        harness,
    } = stage;
    window.kill();

    let window = harness.start();
    window.go_to("Connectors");
    window.press("row", "127.0.0.1, Signing in, *");
    window.press("button", "Show*");
    follow(&harness, &harness.opened_page());
    window.see_text("Signed in to 127.0.0.1");
    window.see_text("Ready");
    assert_eq!(fake.faults(), Vec::<String>::new());
    window.quit();
}

/// A connector that was asked to connect and whose consent waits to be shown, and its id.
fn waiting_for_consent() -> (Stage<FakeAgentStack>, String) {
    let stage = Stage::new(FakeAgentStack::new());
    let server = stage.harness.playground.open_url().to_string();
    stage.with(|agentstack| agentstack.protected.push(server));
    let id = create(&stage);
    stage.window.press_in(CONNECTION, "button", "Connect");
    stage.wait_for_status(&id, "authorizing");
    (stage, id)
}

/// A connector to the Playground for everybody, its page open.
fn create(stage: &Stage<FakeAgentStack>) -> String {
    stage.sign_in("Agent Stack", |_| {});
    let server = stage.harness.playground.open_url();
    stage.create("custom", json!({ "url": server.as_str() }), json!({}))
}
