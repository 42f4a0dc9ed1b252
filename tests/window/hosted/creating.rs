//! Creating connectors from the window: on an account, and once more on another one.

use patchbay_testkit::fakes::{FakeCohere, FakeMistral};

use super::stage::{KEY, Stage};
use crate::accessibility::in_both_themes;
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
    let stage = Stage::new(FakeMistral::new(KEY));
    stage.sign_in("Mistral", |window| window.fill("API key*", KEY));
    let window = &stage.window;
    window.press("button", "Create connector*");
    window.see("grid", "Connector types");
    assert_eq!(in_both_themes(window, "kinds"), Vec::<String>::new());
    window.press("row", "MCP server, *");
    window.fill("Name", "wiki");
    window.fill("Description", "The wiki");
    // An address as any other, which this platform does not take.
    window.fill("Server URL", "ftp://wiki.example/mcp");
    assert_eq!(in_both_themes(window, "form"), Vec::<String>::new());
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
    assert_eq!(in_both_themes(window, "refused"), Vec::<String>::new());

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
    let made = stage
        .fake
        .with(|mistral| mistral.connectors[0].shown.clone());
    assert_eq!(made["server"], "https://wiki.example/mcp");
    assert_eq!(made["description"], "The wiki");
    stage.over();
}

#[test]
fn a_copy_that_cannot_work_is_refused_before_anything_is_sent() {
    let stage = Stage::new(FakeCohere::new(KEY));
    let window = &stage.window;
    open_connector(&stage.desk, window);
    stage.sign_in("Cohere", |window| window.fill("API key*", KEY));
    stage.open_connector(OPEN);
    window.press_in(
        ("region", "On other accounts"),
        "button",
        "Copy to another account…",
    );
    window.see("dialog", "Copy Open playground to…");
    assert_eq!(in_both_themes(window, "accounts"), Vec::<String>::new());
    window.press("button", "Cohere*");
    window.see("dialog", "Copy Open playground to Cohere");
    window.see_text("Search services for Cohere chat, not MCP servers");
    assert!(stage.fake.with(|cohere| cohere.connectors.is_empty()));
    stage.over();
}
