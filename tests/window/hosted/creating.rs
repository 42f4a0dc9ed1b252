//! Creating connectors from the window: on an account, and once more on another one.

use patchbay_testkit::fakes::{FakeAgentStack, FakeCohere, FakeMistral, FakePlatform};
use serde_json::json;

use super::stage::{KEY, Stage};
use crate::accessibility::assert_no_faults;
use crate::support::keys;
use crate::support::seed::{OPEN, open_connector};

/// What the field with the focus is told to be wrong with.
const WRONG: &str = "
    const field = document.activeElement;
    if (field.getAttribute('aria-invalid') !== 'true') return null;
    const ids = (field.getAttribute('aria-describedby') ?? '').split(' ');
    return ids.map((id) => document.getElementById(id)?.innerText ?? '').join(' ');";

#[test]
fn a_field_that_the_platform_refuses_is_named_at_its_place_and_nothing_typed_is_lost() {
    let stage = Stage::signed_in(FakeMistral::new(KEY), "Mistral");
    let window = &stage.window;
    window.press("button", "Create connector*");
    window.see("grid", "Connector types");
    assert_no_faults(window, "kinds");
    window.press("row", "MCP server, *");
    window.fill("Name", "wiki");
    window.fill("Description", "The wiki");
    // An address as any other, which this platform does not take.
    window.fill("Server URL", "ftp://wiki.example/mcp");
    assert_no_faults(window, "form");
    window.keys(&[keys::CONTROL, keys::ENTER]);
    window.see_text("Input should be a valid URL");
    window.wait_until("the focus at the field", || {
        window.focus().1 == "Server URL"
    });
    let wrong = window.script(WRONG, &[]);
    assert!(
        wrong
            .as_str()
            .is_some_and(|wrong| wrong.contains("Input should be a valid URL")),
        "{wrong}"
    );
    assert_no_faults(window, "refused");

    // Closed by mistake, it is as it was left.
    window.keys(&[keys::ESCAPE]);
    window.see_gone("dialog", "Create MCP server");
    window.press("button", "Create connector*");
    window.press("row", "MCP server, *");
    window.see_text("Unsaved changes restored");
    assert_eq!(window.value("Name"), "wiki");
    assert_eq!(window.value("Description"), "The wiki");
    assert_eq!(window.value("Server URL"), "ftp://wiki.example/mcp");
    window.fill("Server URL", "https://wiki.example/mcp");
    window.keys(&[keys::CONTROL, keys::ENTER]);
    window.see("dialog", "Sign in to wiki");
    let made = stage.with(|mistral| mistral.connectors[0].shown.clone());
    assert_eq!(made["server"], "https://wiki.example/mcp");
    assert_eq!(made["description"], "The wiki");
    stage.finish();
}

#[test]
fn a_server_is_also_created_on_an_account_and_compared() {
    let stage = Stage::new(FakeAgentStack::new());
    let window = &stage.window;
    open_connector(&stage.harness, window);
    stage.sign_in("Agent Stack", |_| {});
    open_copies(&stage);
    assert_no_faults(window, "accounts");
    window.press("button", "Agent Stack*");
    window.see("dialog", "Copy Open playground to Agent Stack");
    let address = stage.harness.playground.open_url();
    window.wait_until("the address in the form", || {
        window.value("URL") == address.as_str()
    });
    window.keys(&[keys::CONTROL, keys::ENTER]);
    window.see_gone("dialog", "Copy Open playground to Agent Stack");
    let sent = stage.with(|agentstack| agentstack.connectors[0].clone());
    assert_eq!(sent["url"], json!(address));
    window.see_text("Signed in to 127.0.0.1");
    window.press("button", "Close");

    window.see("region", "On other accounts");
    window.press_in(("region", "On other accounts"), "button", OPEN);
    window.see("heading", OPEN);
    window.see_text("Setting");
    assert_no_faults(window, "copies");
    stage.finish();
}

#[test]
fn an_account_that_cannot_take_a_copy_says_so_and_is_not_chosen() {
    let stage = Stage::new(FakeCohere::new(KEY));
    let window = &stage.window;
    open_connector(&stage.harness, window);
    stage.sign_in("Cohere", |window| window.fill("API key*", KEY));
    open_copies(&stage);
    window.see("button", "Cohere*not MCP servers*");
    assert_no_faults(window, "accounts");
    // The only account, so the focus is on it.
    window.keys(&[keys::ENTER]);
    window.see("dialog", "Copy Open playground to…");
    assert!(stage.with(|cohere| cohere.connectors.is_empty()));
    stage.finish();
}

/// Opens the dialog that asks where the playground's connector is to be copied to.
fn open_copies<H: FakePlatform>(stage: &Stage<H>) {
    let window = &stage.window;
    stage.open_connector(OPEN);
    window.press_in(
        ("region", "On other accounts"),
        "button",
        "Copy to another account…",
    );
    window.see("dialog", "Copy Open playground to…");
}
