//! Platforms that fail in the middle of something: what was typed for a run, a credential or a change waits
//! until they can take it.

use patchbay_testkit::fakes::{Answer, FakeMistral, Fault, FaultKind};
use serde_json::json;

use super::stage::{DOWN, KEY, Stage, TOKEN, down, limited, secret, wiki};
use crate::accessibility::assert_no_faults;
use crate::support::{Window, keys};

/// A connector on Mistral that has a credential, its page open.
fn stage() -> Stage<FakeMistral> {
    let stage = Stage::signed_in(FakeMistral::new(KEY), "Mistral");
    let id = stage.create("mcp", wiki("bearer"), json!({}));
    let credential = json!({
        "connector": id, "level": "user", "name": "default", "isDefault": true,
        "values": { "credential": { "kind": "bearer" } },
        "secrets": { "/credential/bearer_token": secret(TOKEN) },
    });
    let save = json!({ "request": credential });
    crate::support::seed::ask(&stage.window, "save_platform_credential", save);
    // The step that was missing goes from the head of the page, and what stands beside it moves.
    stage.window.see_text("Not checked");
    stage
}

#[test]
fn the_arguments_of_a_run_stay_while_it_is_limited_garbled_cut_or_silent() {
    let stage = stage();
    let window = &stage.window;
    window.press("button", "Check*");
    window.press("tab", "Tools*");
    window.press("row", "echo*");
    window.fill("text", "a long thought");
    let garbled = down();
    for (fault, code) in [
        (limited("detail"), "platform.rate_limited"),
        (garbled, "platform.answer"),
        (Fault::always(FaultKind::Cut), "network.unreachable"),
    ] {
        stage.set_fault(fault);
        window.press("button", "Run");
        window.see_text(code);
        assert_eq!(window.value("text"), "a long thought", "{code}");
        assert_no_faults(window, code);
    }
    assert!(!window.source().contains(DOWN));

    stage.set_fault(Fault::always(FaultKind::Silence));
    window.press("button", "Run");
    window.see("region", "Running");
    window.keys(&[keys::CONTROL, "."]);
    window.see("status", "Cancelled*");
    assert_eq!(window.value("text"), "a long thought");

    stage.set_fault(None);
    window.run_tool();
    window.see_text("a long thought");
    stage.finish();
}

#[test]
fn a_credential_is_typed_once_however_often_the_platform_fails() {
    let stage = stage();
    let window = &stage.window;
    window.press("tab", "Credentials");
    window.press_in(("region", "Personal"), "button", "Add credential");
    window.fill("Name*", "second");
    window.fill("Token*", TOKEN);
    let broken = Answer::json(500, &json!({ "detail": "internal error" }));
    for (fault, code) in [
        (Fault::answer(broken), "platform.failed"),
        (limited("detail"), "platform.rate_limited"),
    ] {
        stage.set_fault(fault);
        window.press_in(("dialog", "Add credential"), "button", "Save");
        window.see_text(code);
        assert_eq!(window.value("Name*"), "second");
        assert_eq!(window.value("Token*"), TOKEN);
        assert_no_faults(window, code);
    }
    stage.set_fault(None);
    window.press_in(("dialog", "Add credential"), "button", "Save");
    window.see_gone("dialog", "Add credential");
    window.see_text_in(("region", "Personal"), "second");
    let kept = stage.with(|mistral| mistral.connectors[0].credentials.len());
    assert_eq!(kept, 2);
    stage.finish();
}

#[test]
fn a_change_waits_as_it_was_typed_while_the_key_is_mended() {
    let stage = stage();
    let window = &stage.window;
    window.press("tab", "Settings");
    window.fill("Description*", "The wiki of everybody");
    stage.with(|mistral| mistral.keys = vec![TOKEN.to_owned()]);
    window.press("button", "Review changes");
    window.see_text("platform.signed_out");
    assert_no_faults(window, "signed out");
    window.press("button", "Back to editing");
    assert_eq!(window.value("Description*"), "The wiki of everybody");
    window.see("link", "Mistral, signed out");
    change_key(window);

    stage.open_connector("wiki");
    window.press("tab", "Settings");
    window.see_text("Unsaved changes restored");
    assert_eq!(window.value("Description*"), "The wiki of everybody");
    window.press("button", "Review changes");
    window.press("button", "Save 1 change");
    window.see_text("Settings changed");
    let told = stage.with(|mistral| mistral.connectors[0].shown["description"].clone());
    assert_eq!(told, "The wiki of everybody");
    // What was sent is no draft any more.
    window.press("tab", "Overview");
    window.press("tab", "Settings");
    window.wait_until("the settings as they are", || {
        window.look("textbox", "Description*").is_some()
    });
    assert!(!window.text().contains("Unsaved changes restored"));
    stage.finish();
}

#[test]
fn a_silent_creation_is_told_and_what_was_typed_is_there_again() {
    let stage = stage();
    let window = &stage.window;
    open_form(window);
    window.fill("Name", "second");
    window.fill("Description", "Another wiki");
    window.fill("Server URL", "https://wiki.example/two");
    stage.set_fault(Fault::always(FaultKind::Cut).on(|seen| seen.method == "POST"));
    window.keys(&[keys::CONTROL, keys::ENTER]);
    window.see("alert", "*");
    assert_eq!(window.value("Description"), "Another wiki");
    assert_eq!(window.value("Server URL"), "https://wiki.example/two");

    let silent = Fault::always(FaultKind::Silence).on(|seen| seen.method == "POST");
    stage.set_fault(silent);
    window.keys(&[keys::CONTROL, keys::ENTER]);
    window.see("group", "Creating");
    assert_no_faults(window, "creating");
    window.keys(&[keys::ESCAPE]);
    window.see_gone("dialog", "Create MCP server");

    stage.set_fault(None);
    open_form(window);
    window.see_text("Unsaved changes restored");
    assert_eq!(window.value("Name"), "second");
    assert_eq!(window.value("Description"), "Another wiki");
    assert_eq!(window.value("Server URL"), "https://wiki.example/two");
    window.keys(&[keys::CONTROL, keys::ENTER]);
    window.see_gone("dialog", "Create MCP server");
    let there = || stage.with(|mistral| mistral.connectors.len());
    window.wait_until("it to be there once", || there() == 2);
    stage.finish();
}

#[test]
fn a_silent_sign_in_is_stopped_and_tried_again_as_it_was_typed() {
    let stage = stage();
    let window = &stage.window;
    window.press("button", "Add account");
    window.press("button", "Mistral*");
    window.fill("API key*", KEY);
    window.press_in(("dialog", "*"), "button", "Advanced");
    window.fill("Base URL*", stage.fake.url());
    window.fill("Name", "Another");
    let dialog = ("dialog", "Add Mistral account");
    stage.set_fault(down());
    window.press_in(dialog, "button", "Add account*");
    window.see_text("platform.answer");
    assert_eq!(window.value("Name"), "Another");
    assert_eq!(window.value("API key*"), KEY);
    assert_no_faults(window, "account refused");

    stage.set_fault(Fault::always(FaultKind::Silence));
    window.press_in(dialog, "button", "Add account*");
    window.see("group", "Signing in");
    assert_no_faults(window, "signing in");
    window.press("button", "Stop");
    window.see_gone("group", "Signing in");
    assert_eq!(window.value("Name"), "Another");
    assert_eq!(window.value("API key*"), KEY);
    stage.set_fault(None);
    window.press_in(dialog, "button", "Add account*");
    window.see_text("Another added");
    stage.finish();
}

/// Opens the form that creates a connector on Mistral.
fn open_form(window: &Window) {
    window.press("link", "Mistral*");
    window.see("heading", "Mistral");
    window.press("button", "Create connector*");
    window.press("row", "MCP server, *");
    window.see("dialog", "Create MCP server");
}

/// Gives the account the key that its platform takes now.
fn change_key(window: &Window) {
    window.press("link", "Mistral*");
    window.see("heading", "Mistral");
    window.fill("API key*", TOKEN);
    window.press_in(("main", "*"), "button", "Replace key");
    window.wait_until("the field to be empty", || {
        window.value("API key*").is_empty()
    });
}
