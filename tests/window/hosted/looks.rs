//! The pages and layers of hosted platforms for people who see, hear or point in another way.

use patchbay_testkit::fakes::FakeMistral;
use serde_json::json;

use super::stage::{KEY, Stage, wiki};
use crate::accessibility::{cut_off, in_both_themes, make_small_with_large_text};
use crate::support::{Window, keys};

#[test]
fn axe_finds_no_fault_with_pages_and_layers_of_hosted_platforms() {
    let stage = Stage::new(FakeMistral::new(KEY));
    let mut faults = Vec::new();
    set_up(&stage, |window, what| {
        faults.extend(in_both_themes(window, what))
    });
    visit(&stage.window, |window, what| {
        faults.extend(in_both_themes(window, what))
    });
    assert!(faults.is_empty(), "{}", faults.join("\n\n"));
    stage.finish();
}

#[test]
fn nothing_of_hosted_platforms_is_cut_off_in_a_small_window_with_text_of_double_size() {
    let stage = Stage::new(FakeMistral::new(KEY));
    make_small_with_large_text(&stage.window);
    let mut lost = Vec::new();
    set_up(&stage, |window, what| lost.extend(cut_off(window, what)));
    visit(&stage.window, |window, what| {
        lost.extend(cut_off(window, what))
    });
    assert!(lost.is_empty(), "{}", lost.join("\n"));
    stage.finish();
}

#[test]
fn assistive_technology_is_told_what_is_what() {
    let stage = Stage::new(FakeMistral::new(KEY));
    set_up(&stage, |_, _| {});
    let window = &stage.window;
    for (role, name) in [
        ("region", "On Mistral"),
        ("button", "Turn on for…"),
        ("switch", "Share with the workspace"),
        ("tab", "Credentials"),
        ("button", "Copy to another account…"),
    ] {
        let told = window.role_and_name(role, name);
        assert_eq!(told, (role.to_owned(), name.to_owned()));
    }
    window.press("link", "Mistral");
    window.see("heading", "Mistral");
    for (role, name) in [
        ("radiogroup", "Color"),
        ("textbox", "Account name"),
        ("tab", "Account"),
    ] {
        let told = window.role_and_name(role, name);
        assert_eq!(told, (role.to_owned(), name.to_owned()));
    }
    stage.finish();
}

/// An account with a connector, whose page is open; the way there is looked at.
fn set_up(stage: &Stage<FakeMistral>, mut look: impl FnMut(&Window, &str)) {
    let window = &stage.window;
    window.press("button", "Add account");
    look(window, "platforms");
    for platform in ["Mistral", "Cohere", "Agent Stack", "Airbyte", "10ex"] {
        window.press("button", &format!("{platform}*"));
        window.see("dialog", &format!("Add {platform} account"));
        look(window, platform);
        window.press("button", "Back");
    }
    window.keys(&[keys::ESCAPE]);
    window.see_gone("dialog", "*");
    stage.sign_in("Mistral", |window| window.fill("API key*", KEY));
    stage.create("mcp", wiki("bearer"), json!({}));
    window.see("region", "On Mistral");
}

fn visit(window: &Window, mut look: impl FnMut(&Window, &str)) {
    look(window, "particulars");
    window.press("switch", "Share with the organization");
    window.see("dialog", "Share?");
    look(window, "sharing");
    window.press("button", "Cancel");
    window.press("tab", "Credentials");
    window.see("region", "Personal");
    look(window, "platform credentials");
    window.press_in(("region", "Personal"), "button", "Add credential");
    window.see("textbox", "Token*");
    look(window, "a platform credential");
    window.press("button", "Cancel");
    window.press("tab", "Settings");
    window.fill("Description*", "Another");
    look(window, "settings at the platform");
    window.press("button", "Review changes");
    window.see("list", "Changes");
    look(window, "the review");
    window.press("button", "Back to editing");
    window.press("link", "Mistral");
    window.see("heading", "Mistral");
    look(window, "an account");
    window.press("tab", "API*");
    look(window, "operations");
    window.press("tab", "Account");
    window.press("button", "Remove Mistral");
    window.see("alertdialog", "Remove Mistral?");
    look(window, "removing an account");
    window.keys(&[keys::ESCAPE]);
    window.press("button", "Create connector*");
    window.see("grid", "Connector types");
    look(window, "kinds");
    window.type_text("MCP server");
    window.keys(&[keys::ENTER]);
    window.see("textbox", "Server URL");
    look(window, "the create sheet");
    window.keys(&[keys::ESCAPE]);
    window.go_to("Catalog");
    window.see("grid", "Catalog");
    look(window, "the catalogue");
    window.go_to("Credentials");
    window.press("radio", "Platforms");
    look(window, "credentials on platforms");
}
