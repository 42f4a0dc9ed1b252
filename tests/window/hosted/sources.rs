//! A source on Airbyte, from the form of its kind to the end of its deletion.

use std::net::{Ipv4Addr, TcpListener};

use patchbay_oauth::DEFAULT_PORT;
use patchbay_playground::{CONFIDENTIAL_CLIENT_ID, CONFIDENTIAL_CLIENT_SECRET};
use patchbay_testkit::fakes::FakeAirbyte;
use serde_json::{Value, json};

use super::stage::{KEY, Stage, TOKEN};
use crate::support::{Window, display, keys};

#[test]
fn a_source_is_created_checked_run_downloaded_from_and_deleted() {
    let stage = Stage::new(FakeAirbyte::new("client-1", KEY));
    // Still there when it is looked for twice: the deletion takes a few seconds.
    stage.with(|airbyte| airbyte.lingers = 2);
    sign_in(&stage);
    create(&stage);
    check(&stage);
    read_pages(&stage);
    download(&stage);
    delete(&stage);
    stage.finish();
}

#[test]
fn a_refresh_token_is_had_from_the_provider_by_an_app_of_ones_own() {
    let stage = Stage::new(FakeAirbyte::new("client-1", KEY));
    let at = |path: &str| stage.harness.playground.at(path).to_string();
    let provider = (at("/auth/authorize"), at("/auth/token"));
    // Only an MCP server has tokens made for it alone.
    stage
        .harness
        .configure(|switches| switches.require_resource = false);
    stage.with(|airbyte| airbyte.github = provider);
    sign_in(&stage);
    let window = &stage.window;
    window.press("button", "Create connector*");
    window.press("row", "GitHub, *");
    window.fill("Name", "tea");
    window.enter("Repositories", "ada/tea");
    window.press("button", "Set up");
    window.fill("Client ID*", CONFIDENTIAL_CLIENT_ID);
    window.fill("Client secret*", CONFIDENTIAL_CLIENT_SECRET);
    window.fill("Scopes", "read");
    // An app of one's own has one registered port, at which a journey of another session may wait for its answer.
    stage.harness.wait_for("the port of the sign-in", || {
        TcpListener::bind((Ipv4Addr::LOCALHOST, DEFAULT_PORT)).ok()
    });
    window.press("button", "Sign in");
    let browser = stage.harness.browser();
    browser.allow(&stage.harness.opened_page());
    // The key acts on the way out that has the focus, not on the form beneath.
    window.wait_until("the focus on the way on", || window.focus().1 == "Back");
    window.keys(&[keys::CONTROL, keys::ENTER]);
    window.see_text("Signed in");
    assert_eq!(stage.with(|airbyte| airbyte.connectors.len()), 0);
    window.keys(&[keys::CONTROL, keys::ENTER]);
    window.see("heading", "tea");
    let credentials = stage.last_sent("POST", "connectors")["credentials"].clone();
    assert_eq!(credentials["option_title"], "OAuth Credentials");
    assert_eq!(credentials["client_id"], CONFIDENTIAL_CLIENT_ID);
    assert_eq!(credentials["client_secret"], CONFIDENTIAL_CLIENT_SECRET);
    let refresh = credentials["refresh_token"].as_str().expect("a token");
    assert!(!refresh.is_empty() && !window.crossed().contains(refresh));
    stage.finish();
}

fn sign_in(stage: &Stage<FakeAirbyte>) {
    stage.sign_in("Airbyte", |window| {
        window.fill("Client ID*", "client-1");
        window.fill("Client secret*", KEY);
    });
}

/// What the schema cannot know is told at its field by the platform, and nothing typed is lost.
fn create(stage: &Stage<FakeAirbyte>) {
    let window = &stage.window;
    window.press("button", "Create connector*");
    window.press("row", "GitHub, *");
    window.see("dialog", "Create GitHub");
    window.fill("Name", "tea");
    window.press("radio", "Token");
    window.fill("Token*", TOKEN);
    window.fill("Repositories", "tea");
    window.keys(&[keys::CONTROL, keys::ENTER]);
    window.see_text("'tea' does not match");
    window.wait_until("the focus at the field", || {
        window.focus().1.starts_with("Repositories")
    });
    assert_eq!(window.value("Name"), "tea");
    assert_eq!(window.value("Token*"), TOKEN);

    window.press("button", "Remove tea");
    window.fill("Repositories", "ada/tea");
    window.keys(&[keys::CONTROL, keys::ENTER]);
    window.see("heading", "tea");
    let sent = stage.last_sent("POST", "connectors");
    assert_eq!(sent["name"], "tea");
    assert_eq!(sent["workspace_name"], "default");
    let credentials = json!({ "option_title": "PAT Credentials", "token": TOKEN });
    assert_eq!(sent["credentials"], credentials);
    assert_eq!(
        sent["replication_config"],
        json!({ "repositories": ["ada/tea"] })
    );
}

fn check(stage: &Stage<FakeAirbyte>) {
    let window = &stage.window;
    let here = ("region", "Facts");
    window.see_text("Not checked");
    window.press_in(("group", "Check"), "button", "Check");
    window.see_text("Check done");
    window.see_text_in(here, "succeeded");
    window.see_text("Ready");

    // Its token is taken away at the provider, which only a check can find out.
    let revoke = |token: &'static str| {
        stage.with(|airbyte| {
            for given in airbyte.given.values_mut() {
                given["credentials"]["token"] = token.into();
            }
        });
    };
    revoke("revoked");
    window.press_in(("group", "Check"), "button", "Check");
    window.see_text_in(here, "bad credentials");
    window.see_text("Needs sign-in");
    revoke(TOKEN);
    window.press_in(("group", "Check"), "button", "Check");
    window.see_text_in(here, "succeeded");
}

fn read_pages(stage: &Stage<FakeAirbyte>) {
    let window = &stage.window;
    window.press("tab", "Tools*");
    window.press("button", "Load tools");
    window.press("row", "issues.list, *");
    window.fill("params", r#"{ "state": "open" }"#);
    run(window);
    window.see("region", "Result");
    window.press("button", "Next page");
    window.see_gone("button", "Next page");
    let sent = stage.last_sent("POST", "execute");
    let params = json!({ "state": "open", "cursor": "page-2" });
    assert_eq!(
        (&sent["entity"], &sent["action"]),
        (&json!("issues"), &json!("list"))
    );
    assert_eq!(sent["params"], params);
    let shown: Value = serde_json::from_str(&window.value("params")).expect("JSON");
    assert_eq!(shown, params);
}

/// Which actions there are is told nowhere: any can be named.
fn download(stage: &Stage<FakeAirbyte>) {
    let window = &stage.window;
    window.press("row", "execute, *");
    window.fill("entity", "issues");
    window.fill("action", "delete");
    run(window);
    window.press_in(("alertdialog", "Execute*"), "button", "Cancel");
    assert_eq!(stage.last_sent("POST", "execute")["action"], "list");
    // What only reads asks nobody.
    window.fill("action", "download");
    run(window);
    window.press("button", "Save report.csv");
    // The system asks where to, and nothing is written by whom nobody answers.
    stage.harness.wait_for("the question for a file", || {
        display::close_dialog("Save file").then_some(())
    });
    window.see("button", "Save report.csv");
    assert!(!stage.harness.home().join("home/report.csv").exists());
}

fn delete(stage: &Stage<FakeAirbyte>) {
    let window = &stage.window;
    window.press("button", "More actions");
    window.press("menuitem", "Delete from Airbyte…");
    let asked = ("alertdialog", "Delete tea from Airbyte?");
    window.press_in(asked, "button", "Delete connector");
    window.see("group", "Deleting");
    assert_eq!(stage.with(|airbyte| airbyte.connectors.len()), 1);
    window.see_gone(asked.0, asked.1);
    window.see_text("tea deleted from Airbyte");
    window.see("heading", "Connectors*");
    window.see_gone("row", "tea, *");
    assert!(stage.with(|airbyte| airbyte.connectors.is_empty()));
}

/// The button may lie below; its key works from the form.
fn run(window: &Window) {
    window.keys(&[keys::CONTROL, keys::ENTER]);
}
