//! Accounts that are slow, limited, broken, signed out or down: what the window shows, and what it keeps.

use patchbay_testkit::fakes::{FakeMistral, Fault, FaultKind};
use serde_json::json;

use super::stage::{DOWN, KEY, Stage, TOKEN, down, limited, wiki};
use crate::accessibility::assert_no_faults;
use crate::support::Window;

/// A connector on Mistral whose row is in the list.
fn stage() -> Stage<FakeMistral> {
    let stage = Stage::signed_in(FakeMistral::new(KEY), "Mistral");
    stage.create("mcp", wiki("none"), json!({}));
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
    stage.set_fault(limited("detail"));
    refresh(window, "platform.rate_limited", "slow");
    assert_no_faults(window, "limited");

    stage.set_fault(down());
    refresh(window, "platform.answer", "failing");
    assert!(!window.source().contains(DOWN));

    stage.set_fault(Fault::always(FaultKind::Silence));
    refresh(window, "no response for", "slow");
    assert_no_faults(window, "slow");
    window.press("button", "Stop");
    window.see_gone("button", "Stop");

    stage.set_fault(None);
    stage.finish();
}

#[test]
fn a_key_that_was_lost_is_changed_where_the_window_says_so() {
    let stage = stage();
    let window = &stage.window;
    stage.with(|mistral| mistral.keys = vec![TOKEN.to_owned()]);
    refresh(window, "signed out", "signed out");
    assert_no_faults(window, "signed out");
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
    stage.finish();
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
    assert_no_faults(&window, "down");
    assert!(!window.crossed().contains(KEY), "a secret came back");
    window.quit();
    drop(harness);
}
