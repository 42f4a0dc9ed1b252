//! The same failures as the command line tells them: code, exit status, and nothing kept.

use patchbay_testkit::fakes::{
    Answer, FakeAgentStack, FakeAirbyte, FakeCohere, FakeMistral, FakePlatform, FakeTenex, Fault,
    FaultKind, RecordedRequest,
};
use serde_json::{Value, json};

use super::super::support::Fixture;
use super::{KEY, is_no_exchange};
use crate::cli::terminal::words;

/// The failure, the code that it has, and the exit status.
fn table() -> Vec<(FaultKind, &'static str, i32)> {
    let answer = |answer| FaultKind::Answer(Box::new(answer));
    let said = |status| {
        let body = json!({ "detail": format!("no: {KEY}") });
        answer(Answer::json(status, &body))
    };
    let page = |status| answer(Answer::text(status, "text/html", "<html>oh</html>"));
    let half = Answer::text(200, "application/json", "{\"items\": [{");
    let fields = json!({ "detail": [
        { "loc": ["body", "name"], "msg": format!("bad {KEY}"), "type": "value_error" },
    ]});
    vec![
        (said(401), "platform.signed_out", 3),
        (said(403), "auth.forbidden", 4),
        (said(404), "not_found", 6),
        (said(409), "conflict", 1),
        (said(422), "platform.invalid", 1),
        (answer(Answer::json(422, &fields)), "platform.invalid", 1),
        (said(429), "platform.rate_limited", 1),
        (page(500), "platform.failed", 1),
        (page(200), "platform.answer", 1),
        (answer(half), "platform.answer", 1),
        (FaultKind::Silence, "timed_out", 3),
        (FaultKind::Cut, "network.unreachable", 7),
    ]
}

/// Calls two operations, one that reads and one that writes, before each failure.
async fn assert_failures<H: FakePlatform>(
    fixture: &Fixture<H>,
    read: (&str, Value),
    write: (&str, Value),
) {
    for (operation, arguments) in [read, write] {
        let arguments = arguments.to_string();
        for (what, code, exit) in table() {
            let fake = &fixture.fake;
            fake.clear_log();
            fake.set_fault(Fault::always(what).on(is_no_exchange));
            let call = ["api", "acc", operation, "--args", &arguments];
            let options = words("--timeout 1 --retries 0 --json --yes");
            let done = fixture.run(&[&call[..], &options].concat()).await;
            let (failure, transcript) = (done.failure(), done.transcript());
            assert_eq!(failure["code"], code, "{transcript}");
            assert_eq!(done.code, exit, "{transcript}");
            assert!(failure["message"].is_string(), "{transcript}");
            let has_hint = failure["hint"].is_string();
            assert!(has_hint || code == "platform.answer", "{transcript}");
            let writes = |seen: &&RecordedRequest| seen.writes() && is_no_exchange(seen);
            let count = fake.log().iter().filter(writes).count();
            // A token that was refused did nothing: only then may the call be made again.
            let most = if code == "platform.signed_out" { 2 } else { 1 };
            assert!(count <= most, "{operation} {code}");
        }
    }
    fixture.fake.set_fault(None);
    fixture.assert_clean();
}

/// An account that cannot be reached is not kept.
async fn assert_not_saved<H: FakePlatform>(
    fixture: &Fixture<H>,
    platform: &str,
    more: &[&str],
    input: &str,
) {
    let tls = fixture.fake.url().replacen("http:", "https:", 1);
    for (base, code) in [
        ("https://patchbay.invalid", "network.dns"),
        (tls.as_str(), "network.tls"),
    ] {
        let add = format!("account add {platform} --from - --base-url {base} --json");
        let add = [&words(&add)[..], more].concat();
        let done = fixture.run_with(&add, input).await;
        assert_eq!(done.failure()["code"], code, "{}", done.transcript());
        assert_eq!(done.code, 7, "{}", done.transcript());
    }
    let kept = fixture.json("account list").await;
    assert_eq!(kept.as_array().unwrap().len(), 2, "{kept}");
}

#[tokio::test(flavor = "multi_thread")]
async fn cohere() {
    let fixture = Fixture::new(FakeCohere::new(KEY), &[KEY]).await;
    fixture.signed_in("cohere", &[], KEY).await;
    assert_not_saved(&fixture, "cohere", &[], KEY).await;
    let made = json!({ "name": "Docs", "url": "https://docs.example/" });
    assert_failures(&fixture, ("list", json!({})), ("create", made)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn mistral() {
    let fixture = Fixture::new(FakeMistral::new(KEY), &[KEY]).await;
    fixture.signed_in("mistral", &[], KEY).await;
    assert_not_saved(&fixture, "mistral", &[], KEY).await;
    let made = json!({
        "name": "wiki", "description": "d", "server": "https://wiki.example/", "protocol": "mcp",
    });
    assert_failures(&fixture, ("list", json!({})), ("create", made)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn airbyte() {
    let fixture = Fixture::new(FakeAirbyte::new("cid-1", KEY), &[KEY]).await;
    let settings = ["--set", "client_id=cid-1"];
    fixture.signed_in("airbyte", &settings, KEY).await;
    assert_not_saved(&fixture, "airbyte", &settings, KEY).await;
    let id = "5f0c1e00-0000-4000-8000-000000000001";
    let run = json!({ "connector_id": id, "entity": "issues", "action": "create" });
    assert_failures(&fixture, ("list_connectors", json!({})), ("execute", run)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn tenex() {
    let fixture = Fixture::new(FakeTenex::new(KEY), &[KEY]).await;
    fixture.signed_in("tenex", &[], KEY).await;
    assert_not_saved(&fixture, "tenex", &[], KEY).await;
    let start = json!({ "provider": "gmail" });
    assert_failures(&fixture, ("list", json!({})), ("start_oauth", start)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn agent_stack() {
    let mut fake = FakeAgentStack::new();
    fake.tokens = vec![KEY.to_owned()];
    let fixture = Fixture::new(fake, &[KEY]).await;
    let settings = ["--set", "auth=bearer"];
    fixture.signed_in("agentstack", &settings, KEY).await;
    assert_not_saved(&fixture, "agentstack", &settings, KEY).await;
    let made = json!({ "url": "https://wiki.example/mcp" });
    assert_failures(&fixture, ("list", json!({})), ("create", made)).await;
}
