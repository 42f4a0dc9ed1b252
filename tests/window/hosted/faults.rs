//! Accounts that are slow, limited, broken, signed out or down: what the window shows, and what it keeps.

use patchbay_testkit::fakes::{Answer, FakeMistral, Fault, FaultKind};
use serde_json::json;

use super::stage::{KEY, Stage, TOKEN};
use crate::accessibility::in_both_themes;
use crate::support::{Window, keys};

/// A connector on Mistral whose row is in the list.
fn stage() -> Stage<FakeMistral> {
    let stage = Stage::new(FakeMistral::new(KEY));
    stage.sign_in("Mistral", |window| window.fill("API key*", KEY));
    let values = json!({
        "name": "wiki", "description": "The wiki", "server": "https://wiki.example/mcp",
        "auth_methods": [{ "kind": "none" }],
    });
    stage.create("mcp", values, json!({}));
    stage
}

/// Has the accounts asked again, and waits until the list's head and the sidebar say how that went.
fn refresh(window: &Window, output: &str, sign: &str) {
    window.go_to("Connectors");
    window.press("button", "Refresh*");
    window.wait_until(&format!("{output:?} in the list's head"), || {
        window.look("group", "Accounts").is_some() && window.text().contains(output)
    });
    if !sign.is_empty() {
        window.see("link", &format!("Mistral, {sign}"));
    }
    // What was known is shown all the same.
    window.see("row", "wiki, *");
}

#[test]
fn an_account_in_trouble_is_named_with_its_code_and_its_connectors_stay() {
    let stage = stage();
    let window = &stage.window;
    let limited =
        Answer::json(429, &json!({ "detail": "too many requests" })).with("retry-after", "3600");
    stage.fake.set_fault(Fault::answer(limited));
    refresh(window, "platform.rate_limited", "slow");
    assert_eq!(in_both_themes(window, "limited"), Vec::<String>::new());

    stage
        .fake
        .set_fault(Fault::answer(Answer::page("Down for maintenance")));
    refresh(window, "platform.answer", "failing");
    assert!(!window.source().contains("Down for maintenance"));

    stage.fake.set_fault(Fault::always(FaultKind::Silence));
    refresh(window, "no response for", "slow");
    assert_eq!(in_both_themes(window, "slow"), Vec::<String>::new());
    window.press("button", "Stop");
    window.see_gone("button", "Stop");

    stage.fake.set_fault(None);
    stage.over();
}

#[test]
fn a_key_that_was_lost_is_changed_where_the_window_says_so() {
    let stage = stage();
    let window = &stage.window;
    stage
        .fake
        .with(|mistral| mistral.keys = vec![TOKEN.to_owned()]);
    refresh(window, "signed out", "signed out");
    assert_eq!(in_both_themes(window, "signed out"), Vec::<String>::new());
    window.press("button", "Sign in");
    window.see("heading", "Mistral");
    window.fill("API key*", "a-key-that-is-wrong-7788");
    window.press_in(("main", "*"), "button", "Replace key");
    window.see_text("platform.signed_out");
    assert_eq!(window.value("API key*"), "a-key-that-is-wrong-7788");
    window.fill("API key*", TOKEN);
    window.press_in(("main", "*"), "button", "Replace key");
    window.wait_until("the field to be empty", || {
        window.value("API key*").is_empty()
    });
    window.see("link", "Mistral");
    refresh(window, "1 account up to date", "");
    stage.over();
}

#[test]
fn what_was_typed_stays_while_the_platform_cannot_take_it() {
    let stage = stage();
    let window = &stage.window;
    window.press("tab", "Settings");
    window.fill("Description*", "The wiki of everybody");
    let limited =
        Answer::json(429, &json!({ "detail": "too many requests" })).with("retry-after", "3600");
    stage.fake.set_fault(Fault::answer(limited));
    window.press("button", "Review changes");
    window.see_text("platform.rate_limited");
    window.press("button", "Back to editing");
    assert_eq!(window.value("Description*"), "The wiki of everybody");

    window.press("button", "Add account");
    window.press("button", "Mistral*");
    window.fill("API key*", KEY);
    window.press_in(("dialog", "*"), "button", "Advanced");
    window.fill("Base URL*", stage.fake.url());
    window.fill("Name", "Another");
    stage
        .fake
        .set_fault(Fault::answer(Answer::page("Down for maintenance")));
    window.press_in(("dialog", "Add Mistral account"), "button", "Add account*");
    window.see_text("platform.answer");
    assert_eq!(window.value("Name"), "Another");
    assert_eq!(window.value("API key*"), KEY);
    assert_eq!(
        in_both_themes(window, "account refused"),
        Vec::<String>::new()
    );
    stage.fake.set_fault(None);
    window.press_in(("dialog", "Add Mistral account"), "button", "Add account*");
    window.see_text("Another added");
    window.go_to("Another");

    window.press("button", "Create connector*");
    window.press("row", "MCP server, *");
    window.fill("Name", "wiki_two");
    window.fill("Description", "Another wiki");
    window.fill("Server URL", "https://wiki.example/two");
    stage
        .fake
        .set_fault(Fault::always(FaultKind::Cut).on(|seen| seen.method == "POST"));
    window.keys(&[keys::CONTROL, keys::ENTER]);
    window.see("alert", "*");
    assert_eq!(window.value("Description"), "Another wiki");
    assert_eq!(window.value("Server URL"), "https://wiki.example/two");
    stage.fake.set_fault(None);
    window.keys(&[keys::CONTROL, keys::ENTER]);
    window.see("dialog", "Sign in to wiki_two");
    stage.over();
}

#[test]
fn a_platform_that_is_gone_leaves_what_was_known() {
    let stage = stage();
    let Stage {
        window,
        fake,
        harness,
    } = stage;
    assert_eq!(fake.faults(), Vec::<String>::new());
    drop(fake);
    refresh(&window, "couldn't load", "failing");
    window.press("button", "Open account");
    window.see("heading", "Mistral");
    window.press("button", "Test sign-in*");
    window.see("alert", "*");
    assert_eq!(in_both_themes(&window, "down"), Vec::<String>::new());
    assert!(!window.crossed().contains(KEY), "a secret came back");
    window.quit();
    drop(harness);
}
