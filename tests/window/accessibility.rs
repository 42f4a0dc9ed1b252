//! Accessibility of every page and layer.

use serde_json::{Value, json};

use crate::support::seed::{self, ask, run_request};
use crate::support::{Harness, Window, axe, keys};

/// Controls, headings, fields and credentials that are cut off at the left or right, and tabs that are too low to use.
const CUT_OFF: &str = r#"
    const lost = [];
    if (document.documentElement.scrollWidth > innerWidth + 1) lost.push('the page scrolls sideways');
    for (const element of document.querySelectorAll('button, a[href], input, textarea, h1, h2, [role=radio], [role=tab], [class*="_credential_"]')) {
      const { left, right, width } = element.getBoundingClientRect();
      const style = getComputedStyle(element);
      if (width < 2 || style.visibility !== 'visible' || element.closest('[aria-hidden=true], [inert]')) continue;
      if (left < -1 || right > innerWidth + 1) lost.push(element.outerHTML.slice(0, 200));
    }
    for (const { offsetHeight, parentElement } of document.querySelectorAll('[role=tabpanel]')) {
      const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
      if (parentElement.parentElement.matches('main') && offsetHeight < 10 * rem) lost.push(`a tab is ${offsetHeight} high`);
    }
    return lost;"#;

#[test]
fn axe_finds_no_fault_with_any_page_or_layer_in_light_and_dark() {
    let (harness, window) = Harness::started();
    let mut faults = in_both_themes(&window, "first launch");
    fill(&harness, &window);
    visit_pages(&window, |window, page| {
        faults.extend(in_both_themes(window, page))
    });
    visit_layers(&harness, &window, |window, layer| {
        faults.extend(in_both_themes(window, layer))
    });
    assert!(faults.is_empty(), "{}", faults.join("\n\n"));
    window.quit();
}

#[test]
fn axe_finds_no_fault_where_there_is_no_keychain_in_light_and_dark() {
    let harness = Harness::new();
    let window = harness.start_without_keychain();
    window.go_to("Credentials");
    window.press("button", "Add credential");
    for kind in ["Headers", "OAuth app", "Token"] {
        window.press_in(("dialog", "Add credential"), "radio", kind);
        let faults = in_both_themes(&window, &format!("saving: {kind}"));
        assert!(faults.is_empty(), "{}", faults.join("\n\n"));
    }
    window.fill("Name*", "Token");
    window.fill("Token", "pg-secret-token-5555");
    window.press_in(("dialog", "Add credential"), "button", "Save");
    window.see_text("vault.no_keychain");
    let mut faults = in_both_themes(&window, "saving where nothing can be saved");
    window.keys(&[keys::ESCAPE]);
    window.press("button", "Discard");
    window.see("button", "Use a passphrase");
    faults.extend(in_both_themes(&window, "no keychain"));
    window.press("button", "Use a passphrase");
    window.see("button", "Set passphrase");
    faults.extend(in_both_themes(&window, "choosing a passphrase"));
    window.fill("Passphrase", "correct horse battery");
    window.fill("Repeat passphrase", "another horse battery");
    window.press("button", "Set passphrase");
    faults.extend(in_both_themes(&window, "two different passphrases"));
    window.fill("Repeat passphrase", "correct horse battery");
    window.press("button", "Set passphrase");
    window.see_gone("button", "Set passphrase");
    window.quit();

    let window = harness.start_without_keychain();
    window.go_to("Credentials");
    window.see_text("Vault locked");
    faults.extend(in_both_themes(&window, "locked by a passphrase"));
    window.fill("Passphrase", "wrong horse battery");
    window.press("button", "Unlock");
    window.wait_until("a word about the passphrase", || {
        window.text().to_lowercase().contains("wrong passphrase")
    });
    faults.extend(in_both_themes(&window, "a wrong passphrase"));
    assert!(faults.is_empty(), "{}", faults.join("\n\n"));
    window.quit();
}

#[test]
fn nothing_is_cut_off_in_a_small_window_with_text_of_double_size() {
    let (harness, window) = Harness::started();
    fill(&harness, &window);
    make_small_with_large_text(&window);
    let mut lost = Vec::new();
    let mut look = |window: &Window, what: &str| lost.extend(cut_off(window, what));
    visit_pages(&window, &mut look);
    visit_layers(&harness, &window, &mut look);
    assert!(lost.is_empty(), "{}", lost.join("\n"));
    window.quit();
}

/// Doubles the text size in the smallest window.
pub(crate) fn make_small_with_large_text(window: &Window) {
    window.press("button", "Settings");
    window.press_in(("radiogroup", "Text size"), "radio", "200 %");
    window.resize(880, 560);
    window.wait_until("the small window", || {
        window.script("return innerWidth", &[]) == 880
    });
}

/// What is cut off on the page `what`.
pub(crate) fn cut_off(window: &Window, what: &str) -> Vec<String> {
    let found = window.script(CUT_OFF, &[]);
    let found = found.as_array().into_iter().flatten();
    found.map(|one| format!("{what}: {one}")).collect()
}

/// Asserts that axe-core finds no violation on the page, in light and dark.
#[track_caller]
pub(crate) fn assert_no_faults(window: &Window, what: &str) {
    assert_eq!(in_both_themes(window, what), Vec::<String>::new());
}

/// Violations that axe-core finds on the page, in light and dark.
pub(crate) fn in_both_themes(window: &Window, what: &str) -> Vec<String> {
    const SET: &str = "Object.assign(document.documentElement.dataset, { theme: arguments[0], motion: 'reduced' });";
    const SETTLED: &str = "await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
        await Promise.allSettled(document.getAnimations().filter((one) => one.effect.getComputedTiming().iterations !== Infinity).map((one) => one.finished));";
    let mut faults = Vec::new();
    for theme in ["light", "dark"] {
        window.script(SET, &[json!(theme)]);
        window.script_async(SETTLED, &[]);
        faults.extend(axe::violations(window, &format!("{what}, {theme}")));
    }
    faults
}

/// A window with a bit of everything: connectors that are ready and that wait, runs, a saved token.
fn fill(harness: &Harness, window: &Window) {
    let connector = seed::open_connector(harness, window);
    seed::draft(harness, window, "loopback");
    let request = run_request(&connector, "weather", json!({ "city": "Oslo" }));
    ask(window, "run_tool", request);
    let token =
        json!({ "name": "Token", "secret": { "kind": "bearer", "token": "pg-token-3333" } });
    let saved = window.invoke("add_wallet_entry", json!({ "request": token }));
    saved.unwrap_or_else(|problem: Value| panic!("{problem:#}"));
}

fn visit_pages(window: &Window, mut look: impl FnMut(&Window, &str)) {
    for page in [
        "Home",
        "Connectors",
        "Tools",
        "Runs",
        "Credentials",
        "Catalog",
    ] {
        window.go_to(page);
        look(window, page);
    }
    window.go_to("Tools");
    window.fill("Find a tool", "shapes");
    window.press("row", "shapes, *");
    window.see("heading", "shapes");
    look(window, "a tool");
    window.go_to("Connectors");
    window.press("row", "Open playground, *");
    for tab in ["Overview", "Tools", "Runs", "Settings"] {
        window.press("tab", &format!("{tab}*"));
        look(window, tab);
    }
    window.press("button", "Settings");
    window.see("heading", "Settings");
    look(window, "settings");
}

fn visit_layers(harness: &Harness, window: &Window, mut look: impl FnMut(&Window, &str)) {
    window.open_adding();
    look(window, "adding");
    window.enter("Address or command", harness.playground.url().as_str());
    window.see("region", "Found");
    window.press("button", "Advanced");
    look(window, "the review");
    window.keys(&[keys::ESCAPE]);
    window.press("button", "*, Playground");
    harness.opened_page();
    window.see("button", "Open browser again");
    look(window, "a sign-in");
    window.press("button", "Cancel sign-in");
    window.see_text("Sign-in cancelled");
    look(window, "the end of a sign-in");
    window.press("button", "Close");
    window.keys(&[keys::CONTROL, "k"]);
    window.see("dialog", "Search or run a command");
    look(window, "the palette");
    window.keys(&[keys::ESCAPE]);
    window.see_gone("dialog", "Search or run a command");
    window.press("button", "Keyboard shortcuts");
    window.see("dialog", "Keyboard shortcuts");
    look(window, "all keys");
    window.keys(&[keys::ESCAPE]);
    window.see_gone("dialog", "Keyboard shortcuts");
    window.go_to("Credentials");
    window.press("row", "Token, *");
    window.see("region", "Used by");
    look(window, "a credential");
    window.press("button", "Delete");
    window.see("alertdialog", "Delete Token?");
    look(window, "deleting");
    window.press("button", "Cancel");
    window.go_to("Tools");
    window.fill("Find a tool", "delete_note");
    window.press("row", "delete_note, *");
    window.fill("id", "7");
    // The driver does not scroll to a button below the window; its shortcut works from the form.
    window.keys(&[keys::CONTROL, keys::ENTER]);
    window.see("alertdialog", "Delete a note*");
    look(window, "confirming a tool that deletes");
    window.press("button", "Cancel");
}
