//! Hosted platforms in the window, each before a platform of its own on this computer: signing in, and
//! everything that is done with a connector from its page.

mod arranging;
mod catalogue;
mod changing;
mod connecting;
mod creating;
mod example;
mod faults;
mod faults_at_work;
mod faults_beside;
mod hostile;
mod icons;
mod keyboard;
mod looks;
mod many;
mod roles;
mod rotating;
mod rotating_everywhere;
mod sharing;
mod sources;
mod stage;

use patchbay_testkit::fakes::{FakeCohere, FakeMistral};
use serde_json::json;

use self::stage::{KEY, Stage, TOKEN, secret, wiki};
use crate::accessibility::assert_no_faults;
use crate::support::seed::follow;

#[test]
fn mistral_is_signed_in_to_switched_shared_and_given_a_credential() {
    let stage = Stage::signed_in(FakeMistral::new(KEY), "Mistral");
    let id = stage.create("mcp", wiki("bearer"), json!({}));
    let window = &stage.window;

    window.see("region", "On Mistral");
    window.press("button", "Turn on for…");
    window.press("menuitem", "Your organization");
    window.see_text("Turn on done");
    let active = |level: &str| {
        let level = level.to_owned();
        stage.with(move |mistral| mistral.connectors[0].active.contains(&level))
    };
    window.wait_until("the organization to have it", || active("organization"));

    window.press("tab", "Credentials");
    window.press_in(("region", "Personal"), "button", "Add credential");
    window.fill("Token*", TOKEN);
    assert_no_faults(window, "a credential");
    window.press_in(("dialog", "Add credential"), "button", "Save");
    window.see_gone("dialog", "Add credential");
    window.see_text("bearer");
    assert_eq!(
        stage.with(|mistral| mistral.connectors[0].credentials.len()),
        1
    );

    window.press("tab", "Settings");
    window.fill("Description*", "The wiki of everybody");
    window.press("button", "Review changes");
    window.see_text("The wiki of everybody");
    assert_no_faults(window, "review");
    window.press("button", "Save 1 change");
    window.see_text("Settings changed");
    let told = stage.with(|mistral| mistral.connectors[0].shown["description"].clone());
    assert_eq!(told, "The wiki of everybody");

    window.press("tab", "Overview");
    window.press("button", "Check*");
    stage.wait_for_status(&id, "ready");
    window.press("tab", "Tools*");
    window.press("row", "echo*");
    window.fill("text", "hello");
    window.press("button", "Run");
    window.see("region", "Result");
    window.see_text("hello");
    stage.finish();
}

#[test]
fn cohere_is_switched_off_and_on_and_signed_in_on_its_page() {
    let stage = Stage::signed_in(FakeCohere::new(KEY), "Cohere");
    let values = json!({
        "name": "tickets", "url": "https://search.example/",
        "authentication": {
            "kind": "oauth", "client_id": "app", "authorize_url": "https://id.example/authorize",
            "token_url": "https://id.example/token", "scope": "read",
        },
    });
    let secrets = json!({ "/authentication/client_secret": secret(TOKEN) });
    let id = stage.create("search", values, secrets);
    let window = &stage.window;

    window.press("switch", "Active");
    stage.wait_for_status(&id, "disabled");
    window.press("switch", "Active");
    window.wait_until("it to be on", || stage.status(&id) != "disabled");

    window.press("button", "Sign in*");
    follow(&stage.harness, &stage.harness.opened_page());
    window.see_text("Signed in to tickets");
    stage.wait_for_status(&id, "ready");
    stage.finish();
}
