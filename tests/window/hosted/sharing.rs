//! Who may use a connector on Mistral: with whom it is shared, and at which of three levels it is on.

use patchbay_testkit::fakes::FakeMistral;
use serde_json::json;

use super::stage::{KEY, Stage};

const LEVELS: [(&str, &str); 3] = [
    ("Your organization", "organization"),
    ("Your workspace", "workspace"),
    ("You", "user"),
];

#[test]
fn sharing_and_taking_back_are_confirmed_with_what_cannot_be_undone() {
    let stage = stage(false);
    let window = &stage.window;
    window.press("switch", "Share with the workspace");
    window.see("dialog", "Share?");
    window.see_text("Only its creator can undo this.");
    window.press("button", "Cancel");
    window.see_gone("dialog", "*");
    assert_eq!(visibility(&stage), "private");

    for level in ["workspace", "organization"] {
        let switch = format!("Share with the {level}");
        window.press("switch", &switch);
        window.press_in(("dialog", "Share?"), "button", "Share");
        window.see_gone("dialog", "*");
        let shared = || stage.with(|mistral| mistral.connectors[0].shared.clone());
        window.wait_until("it to be shared", || shared() == [level]);

        window.press("switch", &switch);
        window.see("alertdialog", "Stop sharing?");
        window.see_text("sign-ins are deleted and don't come back");
        assert!(!window.text().contains("set this up again"));
        window.press_in(("alertdialog", "Stop sharing?"), "button", "Stop sharing");
        window.see_gone("alertdialog", "*");
        window.wait_until("it to be taken back", || shared().is_empty());
        assert_eq!(visibility(&stage), "private");
    }
    stage.finish();
}

#[test]
fn it_is_switched_on_and_off_for_each_level() {
    let stage = stage(false);
    let window = &stage.window;
    for (group, level) in LEVELS {
        window.press("button", "Turn on for…");
        window.press("menuitem", group);
        window.wait_until("it to be on", || is_on(&stage, level));
        window.press("button", "Turn off for…");
        window.press("menuitem", group);
        window.see_text("Turns it off for");
        window.press_in(("alertdialog", "Turn off?"), "button", "Turn off");
        window.see_gone("alertdialog", "*");
        window.wait_until("it to be off", || !is_on(&stage, level));
    }
    // What was done here is known from here.
    window.press("switch", "You");
    window.wait_until("it to be on", || is_on(&stage, "user"));
    stage.finish();
}

#[test]
fn the_older_surface_asks_how_tools_may_be_used_and_shares_for_good() {
    let stage = stage(true);
    let window = &stage.window;
    window.press("button", "Turn on for…");
    window.press("menuitem", "Your workspace");
    let asked = ("dialog", "Turn on?");
    window.see(asked.0, asked.1);
    window.see_text("Your workspace");
    window.enter("Include tools", "search");
    window.fill("Exclude tools", "erase");
    window.press("button", "Add Ask before running");
    window.press_in(("group", "Ask before*"), "radio", "By effect");
    window.press("switch", "Read only*");
    window.press_in(asked, "button", "Turn on");
    window.see_gone(asked.0, asked.1);
    window.wait_until("it to be on", || is_on(&stage, "workspace"));
    let configuration = json!({
        "include": ["search"], "exclude": ["erase"], "requires_confirmation": { "read_only": true },
    });
    assert_eq!(stage.last_sent("POST", "activate"), configuration);

    window.press("button", "Share with the workspace");
    let asked = ("alertdialog", "Share with the workspace?");
    window.see(asked.0, asked.1);
    window.see_text("You can't undo this.");
    assert_eq!(window.focus().1, "Cancel");
    window.press_in(asked, "button", "Share with the workspace");
    window.see_text("Share with the workspace done");
    window.see_gone("button", "Share with the workspace");
    assert_eq!(visibility(&stage), "shared_workspace");
    stage.finish();
}

/// A connector of one's own, its page open, on either surface.
fn stage(seed: bool) -> Stage<FakeMistral> {
    let mut mistral = FakeMistral::new(KEY);
    mistral.seed = seed;
    let stage = Stage::new(mistral);
    stage.sign_in("Mistral", |window| {
        window.fill("API key*", KEY);
        if seed {
            window.choose("*API version*", "seed");
        }
    });
    let mut values = json!({
        "name": "wiki", "description": "The wiki", "server": "https://wiki.example/mcp",
    });
    if !seed {
        values["auth_methods"] = json!([{ "kind": "none" }]);
    }
    stage.create("mcp", values, json!({}));
    stage.window.see("region", "On Mistral");
    stage
}

fn visibility(stage: &Stage<FakeMistral>) -> String {
    let word = stage.with(|mistral| mistral.connectors[0].shown["visibility"].clone());
    word.as_str().unwrap_or_default().to_owned()
}

fn is_on(stage: &Stage<FakeMistral>, level: &str) -> bool {
    let active = stage.with(|mistral| mistral.connectors[0].active.clone());
    active.iter().any(|other| other == level)
}
