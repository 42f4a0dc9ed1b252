//! One secret of the wallet that this computer and three platforms have: rotated in one go, the place that
//! refused tried again from Home, all of it taken back, and at last deleted.

use patchbay_testkit::fakes::{
    Answer, Fake, FakeCohere, FakeMistral, FakeTenex, Fault, RecordedRequest,
};
use patchbay_testkit::{find_leaks, leaks_in};
use serde_json::{Value, json};

use super::stage::{KEY, Stage, TOKEN, wiki};
use crate::accessibility::assert_no_faults;
use crate::support::seed::ask;

const FIRST: &str = "everywhere-first-8Rk2vNq5Wd";

/// What the secret is called in the wallet.
const ENTRY: &str = "Shared token";

/// The platforms beside Cohere.
struct Others {
    mistral: Fake<FakeMistral>,
    tenex: Fake<FakeTenex>,
}

#[test]
fn a_new_secret_goes_everywhere_and_the_place_that_refused_is_tried_again_from_home() {
    let stage = Stage::new(FakeCohere::new(KEY));
    let others = set_up(&stage);
    let window = &stage.window;
    // The Playground lets this one in, so that the connector of this computer tells whether it has it.
    let new = stage.harness.playground.bearer_token().to_owned();

    open(&stage);
    window.press("button", "Rotate…");
    window.see_text("Used in 4 places");
    window.see_text("Reads from wallet");
    window.see_text("Personal credential · default");
    window.fill("Token", &new);
    assert_no_faults(window, "four places");
    others.tenex.set_fault(refusal());
    window.press_in(("dialog", "Rotate *"), "button", "Rotate");
    window.see_text("2 of 3 updated");
    window.see_text("Failed");
    window.see_text("The provider refuses this key");
    window.see_text("1 not updated");
    assert_no_faults(window, "one refused");
    assert_eq!(at_cohere(&stage.fake), new);
    assert_eq!(at_mistral(&others.mistral), new);

    window.press_in(("dialog", "Rotate *"), "button", "Close");
    window.go_to("Home");
    window.see_text("Finish rotating Shared token");
    window.see_text("1 place still uses the old credential");
    others.tenex.set_fault(None);
    window.press("button", "Retry, Shared token");
    window.see_text("Updated everywhere");
    window.see_gone("button", "Retry, Shared token");
    assert_eq!(at_tenex(&others.tenex), new);

    stage.open_connector("Guarded");
    window.press("button", "Check");
    window.see_text("Ready");
    finish(stage, others, &[FIRST, &new]);
}

#[test]
fn a_rotation_is_taken_back_everywhere_and_deleting_says_what_would_break() {
    let stage = Stage::new(FakeCohere::new(KEY));
    let others = set_up(&stage);
    let window = &stage.window;
    open(&stage);
    window.press("button", "Rotate…");
    window.fill("Token", TOKEN);
    window.press_in(("dialog", "Rotate *"), "button", "Rotate");
    window.see_text("3 of 3 updated");
    assert_eq!(at_cohere(&stage.fake), TOKEN);
    assert_eq!(at_mistral(&others.mistral), TOKEN);
    assert_eq!(at_tenex(&others.tenex), TOKEN);

    // On the way back one place refuses, and is tried again like on the way there.
    others.tenex.set_fault(refusal());
    window.press_in(("dialog", "Rotate *"), "button", "Roll back");
    window.see_text("1 not updated");
    assert_eq!(at_cohere(&stage.fake), FIRST);
    assert_eq!(at_mistral(&others.mistral), FIRST);
    others.tenex.set_fault(None);
    window.press_in(("dialog", "Rotate *"), "button", "Retry 1*");
    window.see_text("Rolled back everywhere");
    assert_eq!(at_tenex(&others.tenex), FIRST);
    window.press_in(("dialog", "Rotate *"), "button", "Finish*");
    window.see_text("Rotation of Shared token rolled back");

    open(&stage);
    window.press("button", "Delete");
    window.see("alertdialog", "Delete Shared token?");
    window.see_text_in(("list", "Stops working"), "Guarded");
    for title in ["docs · Cohere", "wiki · Mistral", "Apollo · 10ex"] {
        window.see_text_in(("list", "Keeps a copy"), title);
    }
    assert_no_faults(window, "deleting");
    window.press("button", "Cancel");
    window.see_gone("alertdialog", "Delete Shared token?");
    open(&stage);
    window.press("button", "Delete");
    window.press("button", "Delete anyway");
    window.see_text("No saved credentials");
    window.go_to("Home");
    window.see_text("Guarded needs sign-in");
    finish(stage, others, &[FIRST, TOKEN]);
}

/// A secret in the wallet, and four connectors that were given it.
fn set_up(stage: &Stage<FakeCohere>) -> Others {
    let window = &stage.window;
    let others = Others {
        mistral: stage.start_fake(FakeMistral::new(KEY)),
        tenex: stage.start_fake(FakeTenex::new(KEY)),
    };
    let token = json!({ "name": ENTRY, "secret": { "kind": "bearer", "token": FIRST } });
    let entry = ask(window, "add_wallet_entry", json!({ "request": token }));
    let from_wallet = json!({ "kind": "entry", "entry": entry["id"] });
    let guarded = json!({
        "url": stage.harness.playground.bearer_url(), "name": null, "title": "Guarded",
        "authentication": { "kind": "bearer", "token": from_wallet },
    });
    ask(window, "add_connector", json!({ "request": guarded }));

    let with_key = |window: &crate::support::Window| window.fill("API key*", KEY);
    stage.sign_in("Cohere", with_key);
    stage.sign_in_at(others.mistral.url(), "Mistral", with_key);
    stage.sign_in_at(others.tenex.url(), "10ex", with_key);
    let search = json!({
        "name": "docs", "url": "https://docs.example/search",
        "authentication": { "kind": "service_auth", "type": "bearer" },
    });
    let secrets = json!({ "/authentication/token": from_wallet });
    stage.create_on(&stage.account("Cohere"), "search", search, secrets);
    let key = json!({ "/api_key": from_wallet });
    let named = json!({ "name": "Apollo" });
    stage.create_on(&stage.account("10ex"), "apollo", named, key);
    let wiki = wiki("bearer");
    let wiki = stage.create_on(&stage.account("Mistral"), "mcp", wiki, json!({}));
    let credential = json!({
        "connector": wiki["id"], "level": "user", "name": "default", "isDefault": true,
        "values": { "credential": { "kind": "bearer" } },
        "secrets": { "/credential/bearer_token": from_wallet },
    });
    let saved = json!({ "request": credential });
    ask(window, "save_platform_credential", saved);
    others
}

/// Opens the sheet of the secret.
fn open(stage: &Stage<FakeCohere>) {
    stage.window.go_to("Credentials");
    stage.window.press("row", "Shared token, *");
    stage.window.see("list", "Used by");
}

/// 10ex takes no key.
fn refusal() -> Fault {
    let refused = json!({ "detail": "the provider refuses this key", "code": "invalid_key" });
    Fault::answer(Answer::json(400, &refused)).on(submits_key)
}

fn submits_key(seen: &RecordedRequest) -> bool {
    seen.method == "POST" && seen.path.last().is_some_and(|last| last == "byok")
}

/// The token that Cohere was given last.
fn at_cohere(fake: &Fake<FakeCohere>) -> String {
    let sent = last_body(&fake.log(), |seen| seen.method == "PATCH");
    text(&sent["service_auth"]["token"])
}

/// The key that 10ex was given last, for the connector that it has.
fn at_tenex(fake: &Fake<FakeTenex>) -> String {
    let sent = last_body(&fake.log(), submits_key);
    let known = fake.with(|tenex| tenex.connectors[0]["id"].clone());
    assert_eq!(sent["connector_id"], known);
    text(&sent["api_key"])
}

/// The token that Mistral keeps.
fn at_mistral(fake: &Fake<FakeMistral>) -> String {
    let kept = fake.with(|mistral| mistral.connectors[0].credentials.clone());
    assert_eq!(kept.len(), 1, "{kept:?}");
    text(&kept[0].1["credentials"]["bearer_token"])
}

fn last_body(log: &[RecordedRequest], fits: fn(&RecordedRequest) -> bool) -> Value {
    let sent = log.iter().rev().find(|seen| fits(seen));
    let sent = sent.expect("something was sent");
    serde_json::from_slice(&sent.body).expect("JSON was sent")
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// The end: no platform was sent anything that its contract does not allow, and the secrets are nowhere
/// but there.
fn finish(stage: Stage<FakeCohere>, others: Others, secrets: &[&str]) {
    let Others { mistral, tenex } = others;
    assert_eq!(mistral.faults(), Vec::<String>::new());
    assert_eq!(tenex.faults(), Vec::<String>::new());
    let secrets: Vec<String> = secrets.iter().map(|&secret| secret.to_owned()).collect();
    let (crossed, page) = (stage.window.crossed(), stage.window.source());
    assert!(crossed.contains(ENTRY), "no IPC was recorded");
    let mut leaks = leaks_in("what crossed to the page", crossed.as_bytes(), &secrets);
    leaks.extend(leaks_in("the page", page.as_bytes(), &secrets));
    leaks.extend(find_leaks(stage.harness.home(), &secrets).expect("the home is read"));
    let places: Vec<_> = leaks.iter().map(|leak| (&leak.place, leak.form)).collect();
    assert!(leaks.is_empty(), "{places:#?}");
    stage.finish();
}
