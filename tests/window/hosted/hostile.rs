//! Each platform with texts that mean harm in all that a page shows of it.

use patchbay_testkit::fakes::{
    Answer, FakeAgentStack, FakeAirbyte, FakeCohere, FakeMistral, FakePlatform, FakeTenex, KINDS,
};
use serde_json::{Value, json};

use super::stage::{KEY, Stage, TOKEN};
use crate::support::Window;
use crate::support::seed::ask;

/// What a page would run, open or turn round, were it more than text.
const HARM: &str = "<img src=x onerror=\"document.title='ran'\">\u{202e}\u{1b}[31m[go](javascript:alert(1)) cmd://touch";

/// The members of an answer that people read.
const READ: &str =
    "title description display_name label message text summary instructions error reason";

#[test]
fn texts_of_mistral_are_words_and_nothing_else() {
    let stage = Stage::new(FakeMistral::new(KEY));
    harm(&stage, None);
    stage.sign_in("Mistral", |window| window.fill("API key*", KEY));
    let wiki = json!({
        "name": "wiki", "description": "The wiki", "server": "https://wiki.example/mcp",
        "protocol": "mcp", "auth_methods": [{ "method_type": "none" }],
    });
    let tool = ("echo", json!({ "text": "hello" }));
    walk(stage, "Mistral", ("create", wiki), tool);
}

#[test]
fn texts_of_cohere_are_words_and_nothing_else() {
    let stage = Stage::new(FakeCohere::new(KEY));
    harm(&stage, None);
    stage.sign_in("Cohere", |window| window.fill("API key*", KEY));
    let url = format!("{}/search", stage.fake.url());
    let service = json!({ "type": "bearer", "token": TOKEN });
    let creates = json!({ "name": "Intranet", "url": url, "service_auth": service });
    let tool = ("search", json!({ "query": "tea" }));
    walk(stage, "Cohere", ("create", creates), tool);
}

#[test]
fn texts_of_agent_stack_are_words_and_nothing_else() {
    let stage = Stage::new(FakeAgentStack::new());
    harm(&stage, None);
    stage.sign_in("Agent Stack", |_| {});
    let server = stage.harness.playground.open_url();
    let creates = json!({ "url": server, "metadata": { "name": "play", "description": "A play" } });
    let tool = ("echo", json!({ "message": "hello" }));
    walk(stage, "Agent Stack", ("create", creates), tool);
}

#[test]
fn texts_of_airbyte_are_words_and_nothing_else() {
    let stage = Stage::new(FakeAirbyte::new("client-1", KEY));
    harm(&stage, None);
    stage.sign_in("Airbyte", |window| {
        window.fill("Client ID*", "client-1");
        window.fill("Client secret*", KEY);
    });
    let creates = json!({
        "name": "repos", "definition_id": KINDS[0].0, "credentials": { "token": TOKEN },
        "replication_config": { "repositories": ["ada/tea"] },
    });
    let tool = ("issues.list", json!({}));
    walk(stage, "Airbyte", ("create_connector", creates), tool);
}

#[test]
fn texts_of_10ex_are_words_and_nothing_else() {
    let stage = Stage::new(FakeTenex::new(KEY));
    harm(&stage, Some("name"));
    stage.sign_in("10ex", |window| window.fill("API key*", KEY));
    let creates = json!({ "provider": "apollo", "api_key": TOKEN, "name": "Apollo" });
    let tool = ("test", json!({}));
    walk(stage, "10ex", ("submit_byok", creates), tool);
}

/// Adds harm to every text that people read in every answer from now on, and to `also`.
fn harm<H: FakePlatform>(stage: &Stage<H>, also: Option<&'static str>) {
    stage.fake.tamper(move |_, answer: &mut Answer| {
        if let Ok(mut json) = serde_json::from_slice::<Value>(&answer.body) {
            add_harm(&mut json, also);
            answer.body = json.to_string().into_bytes();
        }
    });
}

fn add_harm(json: &mut Value, also: Option<&str>) {
    match json {
        Value::Object(members) => {
            for (name, member) in members {
                let mut read = READ.split_whitespace().chain(also);
                let is_read = read.any(|known| known == name);
                match member {
                    Value::String(text) if is_read => text.push_str(HARM),
                    member => add_harm(member, also),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| add_harm(item, also)),
        _ => {}
    }
}

/// Makes a connector by that operation, runs that tool of it, and opens every page that shows something of it.
fn walk<H: FakePlatform>(
    stage: Stage<H>,
    platform: &str,
    (operation, arguments): (&str, Value),
    tool: (&str, Value),
) {
    let window = &stage.window;
    let account = stage.account(platform);
    let request = json!({
        "account": account["id"], "operation": operation, "arguments": arguments, "confirmed": true,
        "timeoutSeconds": null, "retries": null, "headers": {}, "query": {}, "body": {},
    });
    ask(window, "call_operation", json!({ "request": request }));
    ask(
        window,
        "sync_connectors",
        json!({ "each": "__CHANNEL__:0" }),
    );
    let mut seen = 0;
    let connectors = ask(window, "list_connectors", json!({}));
    let made = connectors.as_array().into_iter().flatten();
    let made: Vec<&str> = made.filter_map(|one| one["id"].as_str()).collect();
    assert!(!made.is_empty(), "{connectors}");
    for id in made {
        run(window, id, &tool);
        seen += assert_harmless(&stage, "the run");
        window.press("tab", "Raw");
        seen += assert_harmless(&stage, "what was answered");
        go(window, &format!("connectors/{id}"));
        window.see("tab", "Overview");
        for tab in ["Overview", "Tools*", "Credentials", "Settings"] {
            if window.look("tab", tab).is_some() {
                window.press("tab", tab);
                seen += assert_harmless(&stage, tab);
            }
        }
    }
    let account = account["id"].as_str().expect("an id");
    let places = [
        "",
        "connectors",
        "tools",
        "runs",
        "credentials",
        "catalogue",
    ];
    for page in places {
        go(window, page);
        seen += assert_harmless(&stage, page);
    }
    go(window, &format!("accounts/{account}"));
    seen += assert_harmless(&stage, "the account");
    assert!(seen > 0, "no page shows any of it");
    stage.finish();
}

fn run(window: &Window, connector: &str, (tool, arguments): &(&str, Value)) {
    let request = json!({
        "connector": connector, "tool": tool, "arguments": arguments, "timeoutSeconds": null,
        "confirmed": true, "origin": { "kind": "window" },
    });
    let run = ask(
        window,
        "run_tool",
        json!({ "request": request, "progress": "__CHANNEL__:0" }),
    );
    let id = run["id"].as_str().expect("an id");
    go(window, &format!("runs/{id}"));
    window.see("tab", "Raw");
}

/// Goes to a page by its address, and waits until it is drawn.
fn go(window: &Window, page: &str) {
    window.script("location.hash = '#/' + arguments[0]", &[json!(page)]);
    window.wait_until("the page", || {
        let drawn = "return location.hash === '#/' + arguments[0] && !document.querySelector('[aria-busy=true]')";
        window.script(drawn, &[json!(page)]) == true
    });
}

/// How often the page shows the words.
#[track_caller]
fn assert_harmless<H: FakePlatform>(stage: &Stage<H>, page: &str) -> usize {
    let window = &stage.window;
    let alive = "return document.querySelectorAll('img[src=x], [onerror], a[href^=javascript], a[href^=cmd]').length";
    assert_eq!(window.script(alive, &[]), 0, "{page}");
    assert_ne!(window.script("return document.title", &[]), "ran", "{page}");
    for active in ['\u{202e}', '\u{1b}'] {
        assert!(!window.text().contains(active), "{page} shows {active:?}");
    }
    assert!(!stage.harness.opened_any(), "{page} opened something");
    window.text().matches("[go](javascript:alert(1))").count()
}
