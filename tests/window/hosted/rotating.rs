//! A secret of the wallet that two connectors of a platform have: rotated in one go, and retried where a
//! place was not reached.

use patchbay_testkit::fakes::{Answer, Fake, FakeCohere, Fault};
use serde_json::{Value, json};

use super::stage::{KEY, Stage, TOKEN};
use crate::accessibility::assert_no_faults;
use crate::support::seed::ask;

const FIRST: &str = "wallet-first-5Tn8qLw2Xz";
const TAKEN_BACK: &str = "wallet-third-9Vb4sKp7Yc";

#[test]
fn a_rotation_says_what_each_place_made_of_it_and_retries_what_was_not_reached() {
    let stage = Stage::signed_in(FakeCohere::new(KEY), "Cohere");
    let window = &stage.window;
    let token = json!({ "name": "Search token", "secret": { "kind": "bearer", "token": FIRST } });
    let entry = ask(window, "add_wallet_entry", json!({ "request": token }));
    for name in ["one", "two"] {
        let values = json!({
            "name": name, "url": format!("https://{name}.example/search"),
            "authentication": { "kind": "service_auth", "type": "bearer" },
        });
        let from_wallet = json!({ "kind": "entry", "entry": entry["id"] });
        stage.create(
            "search",
            values,
            json!({ "/authentication/token": from_wallet }),
        );
    }

    window.go_to("Credentials");
    window.press("row", "Search token, *");
    window.see("dialog", "Search token");
    window.see("list", "Used by");
    assert_no_faults(window, "an entry with places");
    window.press("button", "Rotate…");
    window.see("dialog", "Rotate *");
    window.fill("Token", TOKEN);
    assert_no_faults(window, "rotating");
    let broken = Answer::json(500, &json!({ "message": "internal error" }));
    let to_two = Fault::answer(broken)
        .on(|seen| seen.method == "PATCH" && seen.path.iter().any(|part| part.starts_with("two")));
    stage.set_fault(to_two);
    window.press_in(("dialog", "Rotate *"), "button", "Rotate");
    window.see_text("1 of 2 updated");
    window.see_text("platform.failed");
    window.see_text("1 not updated");
    assert_no_faults(window, "half rotated");
    assert_eq!(last_tokens(&stage.fake), [TOKEN, TOKEN]);

    stage.set_fault(None);
    window.press_in(("dialog", "Rotate *"), "button", "Retry 1*");
    window.see_text("2 of 2 updated");
    window.press_in(("dialog", "Rotate *"), "button", "Finish*");
    window.see_text("Search token rotated");

    // Another one, which is taken back everywhere.
    window.press("row", "Search token, *");
    window.press("button", "Rotate…");
    window.fill("Token", TAKEN_BACK);
    window.press_in(("dialog", "Rotate *"), "button", "Rotate");
    window.see_text("2 of 2 updated");
    stage.fake.clear_log();
    window.press_in(("dialog", "Rotate *"), "button", "Roll back");
    window.see_text("Rotation of Search token rolled back");
    assert_eq!(last_tokens(&stage.fake), [TOKEN, TOKEN]);
    for secret in [FIRST, TAKEN_BACK] {
        window.assert_unseen(secret);
    }
    stage.finish();
}

/// The tokens that were sent last to be kept.
fn last_tokens(fake: &Fake<FakeCohere>) -> Vec<String> {
    let log = fake.log();
    let sent = log.iter().filter(|seen| seen.method == "PATCH");
    let mut tokens: Vec<String> = sent
        .filter_map(|seen| {
            let body: Value = serde_json::from_slice(&seen.body).ok()?;
            Some(body["service_auth"]["token"].as_str()?.to_owned())
        })
        .collect();
    tokens.split_off(tokens.len().saturating_sub(2))
}
