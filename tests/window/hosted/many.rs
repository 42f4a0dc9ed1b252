//! Several connectors of several accounts at once: checked, turned off and on, deleted, brought back.

use patchbay_playground::Consent;
use patchbay_testkit::fakes::{Answer, Fake, FakeCohere, FakeMistral, Fault};
use serde_json::{Value, json};

use super::stage::{KEY, Stage, wiki};
use crate::accessibility::assert_no_faults;
use crate::support::seed::{self, OPEN};
use crate::support::{Harness, Window, keys};

const PICKED: (&str, &str) = ("group", "Selected connectors");

#[test]
fn picked_connectors_are_checked_and_what_is_not_well_stays_picked() {
    let (stage, mistral) = set_up();
    let window = &stage.window;
    pick_all(window, 4);
    assert_no_faults(window, "picked");
    window.press_in(PICKED, "button", "Check*");
    window.see_text("1 selected, 1 failed");
    window.see("row", "Open playground, Ready, *OK");
    window.see("row", "docs, Ready, *OK");
    window.see("row", "tickets, Ready, *OK");
    window.see("row", "wiki, Needs sign-in, *");
    assert_no_faults(window, "one is not well");
    window.keys(&[keys::ESCAPE]);
    window.see_gone(PICKED.0, PICKED.1);

    // Its key lies with its platform, and is entered there: the row leads to it as Home does.
    window.press("button", "Enter key, wiki");
    window.see("region", "Personal");
    window.go_to("Home");
    window.press("button", "Enter key, wiki");
    window.see("tab", "Credentials");
    window.press_in(("region", "Personal"), "button", "Add credential");
    window.see("dialog", "Add credential");
    finish(stage, mistral);
}

#[test]
fn picked_connectors_are_turned_off_where_that_is_one_thing_and_on_again() {
    let (stage, mistral) = set_up();
    let window = &stage.window;
    pick_all(window, 4);
    window.press_in(PICKED, "button", "Turn off*");
    window.see_text("1 selected, 1 failed");
    window.see("row", "wiki, *Open it to choose a level");
    for title in [OPEN, "docs", "tickets"] {
        window.see("row", &format!("{title}, Off, *"));
    }
    assert_eq!(active(&stage.fake), [false, false]);
    window.keys(&[keys::ESCAPE]);
    pick_all(window, 4);
    window.press_in(PICKED, "button", "Turn on*");
    window.see("row", "docs, *Turned on");
    window.wait_until("both to be on at Cohere", || {
        active(&stage.fake) == [true, true]
    });
    window.see("row", "Open playground, *Turned on");
    finish(stage, mistral);
}

#[test]
fn picked_connectors_are_deleted_and_those_of_this_computer_come_back() {
    let (stage, mistral) = set_up();
    let window = &stage.window;
    for title in [OPEN, "docs", "tickets"] {
        pick(window, title);
    }
    window.see_text("3 selected");
    window.keys(&[keys::BACKSPACE]);
    window.see("alertdialog", "Delete 3 connectors?");
    window.see_text("1 connector on this computer can be restored with Undo");
    assert_no_faults(window, "deleting");
    window.keys(&[keys::ESCAPE]);
    window.see_gone("alertdialog", "Delete 3 connectors?");
    assert_eq!(stage.with(|cohere| cohere.connectors.len()), 2);

    // One of them cannot be deleted now: it stays, with the reason, and is picked still.
    let broken = Answer::json(500, &json!({ "message": "internal error" }));
    let at_tickets = Fault::answer(broken).on(|seen| {
        seen.method == "DELETE" && seen.path.iter().any(|part| part.starts_with("tickets"))
    });
    stage.set_fault(at_tickets);
    window.press_in(PICKED, "button", "Delete*");
    window.press_in(
        ("alertdialog", "Delete 3 connectors?"),
        "button",
        "Delete 3 connectors",
    );
    window.see_text("1 selected, 1 failed");
    window.see_text("1 connector removed");
    window.see_gone("row", "docs, *");
    window.see_gone("row", "Open playground, *");
    window.press("button", "Undo");
    window.see("row", "Open playground, Ready, *");
    window.see("row", "tickets, *");
    let left = stage.with(|cohere| {
        let names = cohere.connectors.iter().map(|one| one["name"].clone());
        names.collect::<Vec<_>>()
    });
    assert_eq!(left, ["tickets"]);

    stage.set_fault(None);
    window.press_in(PICKED, "button", "Delete*");
    window.press("button", "Delete 1 connector");
    window.see_gone("row", "tickets, *");
    assert!(stage.with(|cohere| cohere.connectors.is_empty()));
    finish(stage, mistral);
}

#[test]
fn picked_connectors_are_signed_in_to_one_after_the_other() {
    let harness = Harness::with(|switches| switches.consent = Consent::AllowAtOnce);
    let window = harness.start();
    for title in ["First", "Second"] {
        let request = json!({
            "url": harness.playground.url(), "name": null, "title": title,
            "authentication": {
                "kind": "oauth", "client": null, "callbackPort": null, "callbackHost": null,
                "redirect": "loopback", "scopes": [],
            },
        });
        seed::ask(&window, "add_connector", json!({ "request": request }));
    }
    window.go_to("Connectors");
    window.see("row", "Second, *");
    pick_all(&window, 2);
    window.press_in(PICKED, "button", "Connect*");
    for title in ["First", "Second"] {
        window.see("dialog", &format!("Sign in to {title}"));
        let page = harness.opened_page();
        assert!(!harness.opened_any(), "two pages at once");
        seed::follow(&harness, &page);
    }
    window.see_text("Signed in to Second");
    window.keys(&[keys::ESCAPE]);
    window.see("row", "First, Ready, *Signed in");
    window.see("row", "Second, Ready, *Signed in");
    window.quit();
}

/// A connector of this computer, two on Cohere and one on Mistral, in the list.
fn set_up() -> (Stage<FakeCohere>, Fake<FakeMistral>) {
    let stage = Stage::new(FakeCohere::new(KEY));
    let window = &stage.window;
    let mistral = stage.start_fake(FakeMistral::new(KEY));
    seed::open_connector(&stage.harness, window);
    let with_key = |window: &Window| window.fill("API key*", KEY);
    stage.sign_in("Cohere", with_key);
    stage.sign_in_at(mistral.url(), "Mistral", with_key);
    let cohere = stage.account("Cohere");
    for name in ["docs", "tickets"] {
        let values = json!({
            "name": name, "url": format!("{}/search", stage.fake.url()),
            "authentication": { "kind": "none" },
        });
        stage.create_on(&cohere, "search", values, json!({}));
    }
    let wiki = wiki("bearer");
    stage.create_on(&stage.account("Mistral"), "mcp", wiki, json!({}));
    window.go_to("Connectors");
    window.see("row", "wiki, *");
    (stage, mistral)
}

/// Picks every row with the key for it.
fn pick_all(window: &Window, number: usize) {
    window.see("grid", "Connectors");
    window.keys(&[keys::CONTROL, "a"]);
    window.see_text(&format!("{number} selected"));
}

/// Picks one row: goes to it by arrows.
fn pick(window: &Window, title: &str) {
    const CURRENT: &str =
        "return document.querySelector('[role=grid] [data-current]')?.ariaLabel ?? ''";
    let current = || window.script(CURRENT, &[]);
    let is_it = |row: &Value| {
        let name = row.as_str().unwrap_or_default();
        name.starts_with(&format!("{title}, "))
    };
    window.wait_until("the focus in the list", || window.focus().1 == "Connectors");
    window.keys(&[HOME]);
    window.wait_until("the first row", || current() != "");
    let mut row = current();
    while !is_it(&row) {
        window.keys(&[keys::DOWN]);
        window.wait_until(&format!("a row after {row}"), || current() != row);
        row = current();
    }
    window.keys(&["x"]);
}

const HOME: &str = "\u{e011}";

/// Whether chats ask each of Cohere's connectors.
fn active(fake: &Fake<FakeCohere>) -> Vec<Value> {
    fake.with(|cohere| {
        let active = cohere.connectors.iter().map(|one| one["active"].clone());
        active.collect()
    })
}

fn finish(stage: Stage<FakeCohere>, mistral: Fake<FakeMistral>) {
    assert_eq!(mistral.faults(), Vec::<String>::new());
    stage.finish();
}
