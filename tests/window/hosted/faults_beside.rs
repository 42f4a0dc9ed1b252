//! One account in trouble beside another that is well: neither hides nor delays the other.

use patchbay_testkit::fakes::{Fake, FakeCohere, FakeMistral, Fault, FaultKind};
use serde_json::json;

use super::stage::{KEY, Stage, down, limited, wiki};
use crate::accessibility::assert_no_faults;
use crate::support::{Harness, Window};

#[test]
fn a_silent_account_holds_up_nobody_and_two_in_trouble_are_both_told() {
    let (stage, mistral) = stage();
    let window = &stage.window;
    mistral.set_fault(Fault::always(FaultKind::Silence));
    appears_at_cohere(&stage.fake, "news");
    window.press("button", "Refresh*");
    // Cohere has answered while Mistral is still waited for.
    window.see("row", "news, *");
    window.see("row", "wiki, *");
    window.see_text("no response for");
    window.see("link", "Mistral, slow");
    window.see("link", "Cohere");
    assert_no_faults(window, "one is slow");
    window.press("button", "Stop");
    window.see_gone("button", "Stop");

    mistral.set_fault(down());
    stage.set_fault(limited("message"));
    // The turn before ends with the silence.
    window.see("button", "Refresh");
    window.press("button", "Refresh");
    window.see("link", "Mistral, failing");
    window.see("link", "Cohere, slow");
    window.press("button", "1 more");
    for code in ["platform.answer", "platform.rate_limited"] {
        window.see_text(code);
    }
    window.see("row", "news, *");
    window.see("row", "wiki, *");
    assert_no_faults(window, "two in trouble");

    mistral.set_fault(None);
    stage.set_fault(None);
    window.press("button", "Refresh");
    window.see_text("2 accounts up to date");
    assert_eq!(mistral.faults(), Vec::<String>::new());
    stage.finish();
}

#[test]
fn a_lost_key_is_told_on_home_and_the_other_account_goes_on() {
    let (stage, mistral) = stage();
    let window = &stage.window;
    mistral.with(|mistral| mistral.keys.clear());
    window.press("button", "Refresh*");
    window.see("link", "Mistral, signed out");
    window.go_to("Home");
    window.see_text("Mistral is signed out");
    window.see_text("platform.signed_out");
    assert_no_faults(window, "on Home");

    // Whoever goes on with the other account notices nothing of it.
    stage.open_connector("docs");
    window.press("switch", "Active");
    window.wait_until("it to be off", || {
        stage.with(|cohere| cohere.connectors[0]["active"] == false)
    });

    mistral.with(|mistral| mistral.keys = vec![KEY.to_owned()]);
    window.go_to("Home");
    window.press("button", "Replace key, Mistral");
    window.see("heading", "Mistral");
    window.fill("API key*", KEY);
    window.press_in(("main", "*"), "button", "Replace key");
    window.see("link", "Mistral");
    window.go_to("Home");
    window.see_gone("button", "Replace key, Mistral");
    assert_eq!(mistral.faults(), Vec::<String>::new());
    stage.finish();
}

#[test]
fn the_background_notices_a_lost_key_and_when_it_is_good_again() {
    let (stage, mistral) = stage();
    let stage = stage.restart(Harness::start_looking_fast);
    let window = &stage.window;
    window.see_text("All good");
    mistral.with(|mistral| mistral.keys.clear());
    window.see("link", "Mistral, signed out");
    window.see_text("Mistral is signed out");
    window.go_to("Connectors");
    window.see_text("platform.signed_out");
    window.see("row", "wiki, *");
    mistral.with(|mistral| mistral.keys = vec![KEY.to_owned()]);
    window.see("link", "Mistral");
    window.see_text("2 accounts up to date");
    window.go_to("Home");
    window.see_text("All good");
    assert_eq!(mistral.faults(), Vec::<String>::new());
    stage.finish();
}

/// A connector on Cohere and one on Mistral, in the list.
fn stage() -> (Stage<FakeCohere>, Fake<FakeMistral>) {
    let stage = Stage::new(FakeCohere::new(KEY));
    let mistral = stage.start_fake(FakeMistral::new(KEY));
    let with_key = |window: &Window| window.fill("API key*", KEY);
    stage.sign_in("Cohere", with_key);
    stage.sign_in_at(mistral.url(), "Mistral", with_key);
    let docs = json!({
        "name": "docs", "url": format!("{}/search", stage.fake.url()),
        "authentication": { "kind": "none" },
    });
    stage.create_on(&stage.account("Cohere"), "search", docs, json!({}));
    let wiki = wiki("none");
    stage.create_on(&stage.account("Mistral"), "mcp", wiki, json!({}));
    stage.window.go_to("Connectors");
    stage.window.see("row", "wiki, *");
    (stage, mistral)
}

/// Somebody else creates a connector.
fn appears_at_cohere(fake: &Fake<FakeCohere>, name: &str) {
    fake.with(|cohere| {
        let mut more = cohere.connectors[0].clone();
        more.insert("id".to_owned(), name.into());
        more.insert("name".to_owned(), name.into());
        cohere.connectors.push(more);
    });
}
