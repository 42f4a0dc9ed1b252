//! Changing settings on Cohere: seen before they are sent, also where somebody else changed them meanwhile.

use patchbay_testkit::fakes::FakeCohere;
use serde_json::{Value, json};

use super::stage::{KEY, Stage};
use crate::accessibility::assert_no_faults;

#[test]
fn switches_are_reviewed_and_only_what_changed_is_sent() {
    let stage = stage();
    let window = &stage.window;
    window.press("switch", "Active: *");
    window.press("switch", "Continue if it fails: *");
    window.press("button", "Review changes");
    let review = ("dialog", "Change tickets");
    for words in [
        "Active",
        "Continue if it fails",
        "Before: true After: false",
        "Before: false After: true",
    ] {
        window.see_text_in(review, words);
    }
    assert_no_faults(window, "the review");
    window.press_in(review, "button", "Save 2 changes");
    window.see_text("Settings changed");
    let changed = json!({ "active": false, "continue_on_failure": true });
    assert_eq!(stage.last_sent("PATCH", ""), changed);
    window.see_text("Off");

    window.press("tab", "Overview");
    window.press("switch", "Active");
    window.wait_until("it to be on", || shown(&stage, "active") == true);
    window.press("switch", "Continue if it fails");
    window.wait_until("it to stop", || {
        shown(&stage, "continue_on_failure") == false
    });
    stage.finish();
}

#[test]
fn what_was_changed_elsewhere_is_noticed_and_kept_where_it_was_not_touched() {
    let stage = stage();
    let window = &stage.window;
    window.fill("Name", "tickets of ours");
    change_elsewhere(&stage, "name", json!("tickets of theirs"));
    change_elsewhere(&stage, "continue_on_failure", json!(true));
    window.press("button", "Review changes");
    window.see_text("Someone else changed: Name, Continue if it fails");
    window.see_text("tickets of theirs");
    assert_no_faults(window, "a conflict");
    window.press("button", "Back to editing");
    assert_eq!(window.value("Name"), "tickets of ours");

    window.press("button", "Review changes");
    window.press("button", "Save anyway");
    window.see_text("Settings changed");
    assert_eq!(
        stage.last_sent("PATCH", ""),
        json!({ "name": "tickets of ours" })
    );
    assert_eq!(shown(&stage, "continue_on_failure"), true);
    stage.finish();
}

#[test]
fn what_is_changed_elsewhere_during_the_review_is_not_gone_over_unseen() {
    let stage = stage();
    let window = &stage.window;
    window.fill("Name", "tickets of ours");
    window.press("button", "Review changes");
    window.see("button", "Save 1 change");
    change_elsewhere(&stage, "name", json!("tickets of theirs"));
    window.press("button", "Save 1 change");
    window.see_text("Someone else changed: Name");
    assert_eq!(shown(&stage, "name"), "tickets of theirs");
    window.press("button", "Discard mine and reload");
    window.see_gone("dialog", "*");
    window.wait_until("theirs in the form", || {
        window.value("Name") == "tickets of theirs"
    });
    stage.finish();
}

/// The settings of a search service, open.
fn stage() -> Stage<FakeCohere> {
    let stage = Stage::signed_in(FakeCohere::new(KEY), "Cohere");
    let values = json!({
        "name": "tickets", "url": "https://search.example/", "authentication": { "kind": "none" },
    });
    stage.create("search", values, json!({}));
    stage.window.press("tab", "Settings");
    stage.window.see("textbox", "Name");
    stage
}

/// As somebody does in the platform's own console.
fn change_elsewhere(stage: &Stage<FakeCohere>, member: &str, value: Value) {
    let member = member.to_owned();
    stage.with(move |cohere| cohere.connectors[0].insert(member, value));
}

/// What Cohere has for the connector.
fn shown(stage: &Stage<FakeCohere>, member: &str) -> Value {
    let found = stage.with(|cohere| cohere.connectors[0].get(member).cloned());
    found.unwrap_or_default()
}
