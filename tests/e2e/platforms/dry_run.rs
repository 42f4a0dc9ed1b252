//! What a dry run shows is what the platform gets.

use patchbay_testkit::fakes::{
    Fake, FakeAgentStack, FakeAirbyte, FakeCohere, FakeMistral, FakePlatform, FakeTenex, KINDS,
    RecordedRequest,
};
use serde_json::{Value, json};
use url::Url;

use super::support::Fixture;
use crate::cli::terminal::words;

const SECRET: &str = "dry-run-secret-4f1e2d3c";

/// What the connection itself adds, and what only a session has.
const NOT_COMPARED: [&str; 5] = [
    "accept-encoding",
    "content-length",
    "host",
    "mcp-session-id",
    "user-agent",
];

/// Shows a run, makes sure that nothing of it was sent, runs it, and compares.
async fn shown_is_sent<H: FakePlatform>(fixture: &Fixture<H>, words: &str) {
    fixture.fake.clear_log();
    let shown = fixture.json(&format!("{words} --dry-run")).await;
    let shown = planned(&shown);
    assert_eq!(found(&fixture.fake, &shown), 0, "it was sent: {shown:#}");
    fixture.fake.clear_log();
    fixture.does(words).await;
    let log = fixture.fake.log();
    let sent: Vec<Value> = log.iter().map(as_sent).collect();
    assert_eq!(
        found(&fixture.fake, &shown),
        1,
        "{shown:#}\nnot in {sent:#?}"
    );
}

/// How many of the requests so far are this one.
fn found<H: FakePlatform>(fake: &Fake<H>, shown: &Value) -> usize {
    let log = fake.log();
    log.iter().filter(|seen| as_sent(seen) == *shown).count()
}

fn planned(shown: &Value) -> Value {
    let url = Url::parse(shown["url"].as_str().unwrap()).unwrap();
    let headers = shown["headers"].as_array().unwrap().iter();
    let headers = headers.map(|pair| {
        let [name, value] = [0, 1].map(|fixture| pair[fixture].as_str().unwrap().to_owned());
        (name, value)
    });
    let body = shown["body"].as_str().map(serde_json::from_str);
    let body: Value = body.transpose().unwrap().unwrap_or_default();
    let query: Vec<_> = url.query_pairs().into_owned().collect();
    json!({
        "method": shown["method"], "path": url.path(), "query": query,
        "headers": compared(headers), "body": body,
    })
}

fn as_sent(seen: &RecordedRequest) -> Value {
    let body = serde_json::from_slice(&seen.body).unwrap_or(Value::Null);
    json!({
        "method": seen.method, "path": format!("/{}", seen.path.join("/")), "query": seen.query,
        "headers": compared(seen.headers.clone()), "body": body,
    })
}

fn compared(headers: impl IntoIterator<Item = (String, String)>) -> Value {
    let kept = headers
        .into_iter()
        .filter(|(name, _)| !NOT_COMPARED.contains(&name.as_str()));
    let hidden = kept.map(|(name, value)| match name.as_str() {
        "authorization" => (name, "<redacted>".into()),
        _ => (name, Value::from(value)),
    });
    hidden.collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn of_mistral() {
    let fixture = Fixture::new(FakeMistral::new(SECRET), &[SECRET]).await;
    fixture.signed_in("mistral", &[], SECRET).await;
    let wiki = json!({
        "name": "wiki", "description": "The wiki", "server": "https://wiki.example/mcp",
        "protocol": "mcp", "auth_methods": [{ "method_type": "none" }],
    });
    fixture.api("create", wiki).await;
    fixture.does("connector list --refresh").await;
    fixture.does("tool list wiki").await;
    shown_is_sent(&fixture, "tool run wiki echo text=hello").await;
    fixture.assert_clean();
}

#[tokio::test(flavor = "multi_thread")]
async fn of_cohere() {
    let fixture = Fixture::new(FakeCohere::new(SECRET), &[SECRET]).await;
    fixture.signed_in("cohere", &[], SECRET).await;
    let url = format!("{}/search", fixture.fake.url());
    fixture
        .api("create", json!({ "name": "Docs", "url": url }))
        .await;
    fixture.does("connector list --refresh").await;
    fixture.does("tool list docs").await;
    shown_is_sent(&fixture, "tool run docs search query=tea").await;
    fixture.assert_clean();
}

#[tokio::test(flavor = "multi_thread")]
async fn of_agent_stack() {
    let mut stack = FakeAgentStack::new();
    stack.tokens = vec![SECRET.to_owned()];
    let fixture = Fixture::new(stack, &[SECRET]).await;
    fixture.signed_in("agentstack", &[], SECRET).await;
    let made = json!({ "url": fixture.playground.open_url(), "metadata": { "name": "play" } });
    fixture.api("create", made).await;
    fixture.does("connector list --refresh").await;
    fixture.does("connector connect play").await;
    shown_is_sent(&fixture, "tool run play echo message=hello").await;
    fixture.assert_clean();
}

#[tokio::test(flavor = "multi_thread")]
async fn of_airbyte() {
    let fixture = Fixture::new(FakeAirbyte::new("cid-1", SECRET), &[SECRET]).await;
    let input = json!({ "client_secret": SECRET }).to_string();
    let settings = words("--set client_id=cid-1 --set organization_id=org-77");
    fixture.signed_in("airbyte", &settings, &input).await;
    let made = json!({
        "name": "repos", "definition_id": KINDS[0].0, "credentials": { "token": "ghp_1" },
        "replication_config": { "repositories": ["ada/tea"] },
    });
    fixture.api("create_connector", made).await;
    fixture.does("connector list --refresh").await;
    fixture.does("connector connect repos").await;
    shown_is_sent(
        &fixture,
        r#"tool run repos issues.list params:={"cursor":"page-2"}"#,
    )
    .await;
    fixture.assert_clean();
}

#[tokio::test(flavor = "multi_thread")]
async fn of_10ex() {
    let fixture = Fixture::new(FakeTenex::new(SECRET), &[SECRET]).await;
    fixture.signed_in("tenex", &[], SECRET).await;
    let byok = json!({ "provider": "apollo", "api_key": "apollo-key", "name": "Apollo" });
    fixture.api("submit_byok", byok).await;
    fixture.does("connector list --refresh").await;
    fixture.does("tool list apollo").await;
    shown_is_sent(&fixture, "tool run apollo test").await;
    fixture.assert_clean();
}
