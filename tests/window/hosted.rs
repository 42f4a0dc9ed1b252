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
mod rotating_everywhere;
mod sharing;
mod sources;
mod stage;

use patchbay_testkit::fakes::FakeCohere;
use serde_json::json;

use self::stage::{KEY, Stage, TOKEN, secret};
use crate::support::seed::follow;

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
