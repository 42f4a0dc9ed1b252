//! The same failures as the command line tells them: code, exit status, and nothing kept.

use patchbay_testkit::fakes::{
    Answer, FakeAgentStack, FakeAirbyte, FakeCohere, FakeMistral, FakePlatform, FakeTenex, Fault,
    FaultKind, RecordedRequest,
};
use serde_json::{Value, json};

use super::super::support::Fixture;
use super::{KEY, is_no_exchange};

/// The failure, the code that it has, and the exit status.
fn table() -> Vec<(FaultKind, &'static str, i32)> {
    let said = |status| {
        let body = json!({ "detail": format!("no: {KEY}") });
        FaultKind::Answer(Box::new(Answer::json(status, &body)))
    };
    let text =
        |status, kind, body: &str| FaultKind::Answer(Box::new(Answer::text(status, kind, body)));
    let fields = json!({ "detail": [
        { "loc": ["body", "name"], "msg": format!("bad {KEY}"), "type": "value_error" },
    ]});
    vec![
        (said(401), "platform.signed_out", 3),
        (said(403), "auth.forbidden", 4),
        (said(404), "not_found", 6),
        (said(409), "conflict", 1),
        (said(422), "platform.invalid", 1),
        (
            FaultKind::Answer(Box::new(Answer::json(422, &fields))),
            "platform.invalid",
            1,
        ),
        (said(429), "platform.rate_limited", 1),
        (
            text(500, "text/html", "<html>oh</html>"),
            "platform.failed",
            1,
        ),
        (
            text(200, "text/html", "<html>oh</html>"),
            "platform.answer",
            1,
        ),
        (
            text(200, "application/json", "{\"items\": [{"),
            "platform.answer",
            1,
        ),
        (FaultKind::Silence, "timed_out", 3),
        (FaultKind::Cut, "network.unreachable", 7),
    ]
}

/// Calls two operations, one that reads and one that writes, before each failure.
async fn fails<H: FakePlatform>(fixture: &Fixture<H>, read: (&str, Value), write: (&str, Value)) {
    for (operation, arguments) in [read, write] {
        let arguments = arguments.to_string();
        for (what, code, exit) in table() {
            fixture.fake.clear_log();
            fixture
                .fake
                .set_fault(Fault::always(what).on(is_no_exchange));
            let words = [
                "api",
                "acc",
                operation,
                "--args",
                &arguments,
                "--timeout",
                "1",
                "--retries",
                "0",
                "--json",
                "--yes",
            ];
            let done = fixture.run_with(&words, "").await;
            let failure = done.failure();
            assert_eq!(
                (failure["code"].as_str(), done.code),
                (Some(code), exit),
                "{}",
                done.shown()
            );
            assert!(failure["message"].is_string(), "{}", done.shown());
            let has_hint = failure["hint"].is_string();
            assert!(has_hint || code == "platform.answer", "{}", done.shown());
            let writes = |seen: &&RecordedRequest| seen.writes() && is_no_exchange(seen);
            let log = fixture.fake.log();
            // A token that was refused did nothing: only then may the call be made again.
            let most = if code == "platform.signed_out" { 2 } else { 1 };
            assert!(
                log.iter().filter(writes).count() <= most,
                "{operation} {code}"
            );
        }
    }
    fixture.fake.set_fault(None);
    fixture.over();
}

/// An account that cannot be reached is not kept.
async fn is_not_kept<H: FakePlatform>(
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
        let add = [
            "account",
            "add",
            platform,
            "--from",
            "-",
            "--base-url",
            base,
            "--json",
        ];
        let done = fixture.run_with(&[&add[..], more].concat(), input).await;
        assert_eq!(done.failure()["code"], code, "{}", done.shown());
        assert_eq!(done.code, 7, "{}", done.shown());
    }
    let kept = fixture.json("account list").await;
    assert_eq!(kept.as_array().unwrap().len(), 2, "{kept}");
}

#[tokio::test(flavor = "multi_thread")]
async fn cohere() {
    let fixture = Fixture::new(FakeCohere::new(KEY), &[KEY]).await;
    fixture.signed_in("cohere", &[], KEY).await;
    is_not_kept(&fixture, "cohere", &[], KEY).await;
    let made = json!({ "name": "Docs", "url": "https://docs.example/" });
    fails(&fixture, ("list", json!({})), ("create", made)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn mistral() {
    let fixture = Fixture::new(FakeMistral::new(KEY), &[KEY]).await;
    fixture.signed_in("mistral", &[], KEY).await;
    is_not_kept(&fixture, "mistral", &[], KEY).await;
    let made = json!({
        "name": "wiki", "description": "d", "server": "https://wiki.example/", "protocol": "mcp",
    });
    fails(&fixture, ("list", json!({})), ("create", made)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn airbyte() {
    let fixture = Fixture::new(FakeAirbyte::new("cid-1", KEY), &[KEY]).await;
    let settings = ["--set", "client_id=cid-1"];
    fixture.signed_in("airbyte", &settings, KEY).await;
    is_not_kept(&fixture, "airbyte", &settings, KEY).await;
    let id = "5f0c1e00-0000-4000-8000-000000000001";
    let run = json!({ "connector_id": id, "entity": "issues", "action": "create" });
    fails(&fixture, ("list_connectors", json!({})), ("execute", run)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn tenex() {
    let fixture = Fixture::new(FakeTenex::new(KEY), &[KEY]).await;
    fixture.signed_in("tenex", &[], KEY).await;
    is_not_kept(&fixture, "tenex", &[], KEY).await;
    let start = json!({ "provider": "gmail" });
    fails(&fixture, ("list", json!({})), ("start_oauth", start)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn agent_stack() {
    let mut fake = FakeAgentStack::new();
    fake.tokens = vec![KEY.to_owned()];
    let fixture = Fixture::new(fake, &[KEY]).await;
    let settings = ["--set", "auth=bearer"];
    fixture.signed_in("agentstack", &settings, KEY).await;
    is_not_kept(&fixture, "agentstack", &settings, KEY).await;
    let made = json!({ "url": "https://wiki.example/mcp" });
    fails(&fixture, ("list", json!({})), ("create", made)).await;
}
