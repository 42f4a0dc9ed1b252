//! Hostile servers, used through the operations as the app uses them.

use std::collections::BTreeMap;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures::{StreamExt as _, stream};
use patchbay_model::{
    Authorization, AuthorizationState, Code, Connector, Explain as _, Json, Problem, Redirect,
};
use patchbay_ops::{
    Error, cancel_authorization, check_connector, disconnect_connector, fill_prompt,
    fill_resource_template, inspect_address, list_prompts, list_resources, list_tools,
    read_resource, refresh_tools, run_tool, wait_for_authorization,
};
use patchbay_testkit::find_leaks;
use serde_json::{Map, Value, json};
use url::Url;

use super::Exchange;
use crate::payload::{self, Payload, places_of_text};
use crate::sample::some_of;
use crate::support::{Harness, request};
use crate::traps::{Traps, assert_inert};

/// Number of concurrent sessions; each mostly waits for sockets and a file.
const CONCURRENCY: usize = 4;

/// How long a way may take on a busy computer. Without an end is what would be wrong; how long it takes is
/// measured elsewhere.
pub(crate) const TIMEOUT: Duration = Duration::from_secs(90);

/// The redirect URI.
const CALLBACK: &str = "/callback";

/// What a session showed. Its steps may fail.
#[derive(Default)]
pub(super) struct JourneyResult {
    problems: Vec<Problem>,
    /// All text for people.
    shown: Vec<String>,
}

impl JourneyResult {
    fn record<T>(&mut self, step: Result<T, Error>) -> Option<T> {
        step.map_err(|error| self.problems.push(error.problem()))
            .ok()
    }

    fn shows(&mut self, text: impl Into<Option<String>>) {
        self.shown.extend(text.into());
    }
}

/// Goes from an address to runs, a refresh, and back.
pub(super) async fn run_journey(harness: &Harness) -> JourneyResult {
    let mut journey = JourneyResult::default();
    let url = harness.playground.url();
    if let Some(found) = journey.record(inspect_address(&harness.cx, url.as_str()).await) {
        journey.shows(found.title);
        journey.shows(found.warning);
        journey.problems.extend(found.problem);
        if let Some(server) = found.server {
            journey.shows(server.instructions.map(|text| text.replace('\n', " ")));
            journey.shows(server.name);
        }
    }
    let connector = harness.add().await;
    let outcome = sign_in(harness, &connector).await;
    journey.problems.extend(outcome.problem);
    if outcome.state != AuthorizationState::Authorized {
        return journey;
    }
    offers(harness, &connector, &mut journey).await;
    calls(harness, &connector, &mut journey).await;
    // The access token has lapsed by then.
    harness.clock.advance(Duration::from_secs(3600));
    calls(harness, &connector, &mut journey).await;
    if let Some(check) = journey.record(check_connector(&harness.cx, &connector.id).await) {
        let problems = check.steps.into_iter().filter_map(|step| step.problem);
        journey.problems.extend(problems);
    }
    journey.record(disconnect_connector(&harness.cx, &connector.id).await);
    journey
}

/// Signs in, or cancels when the browser ends on a page that leads nowhere.
async fn sign_in(harness: &Harness, connector: &Connector) -> Authorization {
    let pending = harness.start(connector, Redirect::Loopback).await;
    let outcome = tokio::select! {
        outcome = wait_for_authorization(&harness.cx, &pending.id) => Some(outcome),
        ended = harness.browser.ended(1) => {
            if ended.at.path() != CALLBACK {
                cancel_authorization(&harness.cx, &pending.id).await.unwrap();
            }
            None
        }
    };
    match outcome {
        Some(outcome) => outcome.unwrap(),
        None => wait_for_authorization(&harness.cx, &pending.id)
            .await
            .unwrap(),
    }
}

async fn offers(harness: &Harness, connector: &Connector, journey: &mut JourneyResult) {
    let (cx, id) = (&harness.cx, &connector.id);
    journey.record(refresh_tools(cx, id).await);
    for tool in journey
        .record(list_tools(cx, Some(id)).await)
        .into_iter()
        .flatten()
    {
        journey.shows(tool.tool.title);
    }
    let resources = journey.record(list_resources(cx, id).await);
    for resource in resources.into_iter().flatten() {
        journey.shows(resource.name);
        journey.shows(resource.title);
        let filled = match resource.variables {
            None => Some(resource.uri),
            Some(variables) => {
                let values = variables.into_iter().map(|one| (one.name, json!("x")));
                let values = Json(values.collect::<Map<_, _>>().into());
                journey.record(fill_resource_template(&resource.uri, values))
            }
        };
        if let Some(uri) = filled {
            journey.record(read_resource(cx, id, &uri).await);
        }
    }
    let prompts = journey.record(list_prompts(cx, id).await);
    for prompt in prompts.into_iter().flatten() {
        journey.shows(prompt.title);
        let name = Json(json!({ "name": "Ada" }));
        if let Some(filled) = journey.record(fill_prompt(cx, id, &prompt.name, name).await) {
            journey.shows(filled.description);
        }
    }
}

async fn calls(harness: &Harness, connector: &Connector, journey: &mut JourneyResult) {
    for (tool, arguments) in [("echo", json!({ "message": "m" })), ("crash", json!({}))] {
        let call = request(&connector.id, tool, arguments);
        if let Some(run) = journey.record(run_tool(&harness.cx, call, |_| {}).await) {
            journey.problems.extend(run.summary.problem);
        }
    }
}

/// Checks what has to hold after every session, whatever was sent.
#[track_caller]
pub(super) fn assert_harmless(
    case: &str,
    harness: &Harness,
    traps: &Traps,
    journey: &JourneyResult,
) {
    let secrets = harness.playground.secrets();
    traps.assert_quiet(case, &secrets, &harness.playground.log());
    for page in harness.browser.opened() {
        assert!(may_be_opened(&page), "{case}: opened {page}");
    }
    let leaks = find_leaks(harness.home.path(), &secrets).unwrap();
    assert!(leaks.is_empty(), "{case}: {leaks:?}");
    for problem in &journey.problems {
        let output = [
            Some(&problem.message),
            problem.hint.as_ref(),
            problem.detail.as_ref(),
        ];
        for text in output.into_iter().flatten() {
            assert_inert(case, text);
            let told = secrets.iter().find(|secret| text.contains(*secret));
            assert!(told.is_none(), "{case}: {told:?} in {problem:?}");
            assert!(
                text.len() < 20_000,
                "{case}: {} bytes in {problem:?}",
                text.len()
            );
        }
    }
    for text in &journey.shown {
        assert_inert(case, text);
    }
}

fn may_be_opened(page: &Url) -> bool {
    matches!(page.scheme(), "http" | "https")
        && page.username().is_empty()
        && page.password().is_none()
}

/// Goes the way with one answer changed by `change`, and looks at what came of it.
pub(super) async fn try_answer(
    case: String,
    exchange: Exchange,
    traps: Arc<Traps>,
    change: impl Fn(&mut patchbay_playground::Reply) + Send + Sync + 'static,
) {
    let harness = Harness::new().await;
    let changed = exchange.tamper(&harness.playground, change);
    let journey = tokio::time::timeout(TIMEOUT, run_journey(&harness)).await;
    let journey = journey.unwrap_or_else(|_| panic!("{case}: it took more than {TIMEOUT:?}"));
    assert!(changed.load(Ordering::SeqCst) > 0, "{case}: never reached");
    assert_harmless(&case, &harness, &traps, &journey);
    // The same server works again once it behaves.
    harness.playground.clear_tamper();
    harness.clock.advance(Duration::from_secs(3600));
    if exchange == Exchange::Registration {
        // Under which id a program is known stays the server's own affair.
        let open = harness.add_open().await;
        refresh_tools(&harness.cx, &open.id).await.unwrap();
        return;
    }
    let connector = harness.add().await;
    let outcome = harness.sign_in(&connector).await;
    assert_eq!(
        outcome.state,
        AuthorizationState::Authorized,
        "{case}: {outcome:?}"
    );
}

/// The answers of a well-behaved server.
async fn good_answers() -> BTreeMap<Exchange, Value> {
    let harness = Harness::new().await;
    let found = Arc::<Mutex<BTreeMap<Exchange, Value>>>::default();
    let kept = Arc::clone(&found);
    harness.playground.tamper(move |asked, reply| {
        for exchange in Exchange::ALL {
            if exchange.is_asked(asked)
                && let Some(json) = reply.json()
            {
                kept.lock().unwrap().entry(exchange).or_insert(json);
            }
        }
    });
    let journey = run_journey(&harness).await;
    // One of its tools answers with a protocol error, which has texts too.
    let mut problems = journey.problems.iter().map(|problem| problem.code);
    assert!(
        problems.all(|code| code == Code::McpServerError),
        "a good server is no trouble: {:?}",
        journey.problems
    );
    found.lock().unwrap().clone()
}

/// Replacements for a text; those for an address are addresses.
fn worth_trying(original: &str, traps: &Traps) -> Vec<Payload> {
    let mut payloads = payload::references(traps);
    if Url::parse(original).is_ok_and(|url| url.has_host()) {
        payloads.truncate(1);
        payloads.extend(payload::addresses(traps));
    } else {
        payloads.truncate(4);
        payloads.push(payload::mixed(traps));
        payloads.push(payload::long());
    }
    payloads
}

/// Replaces each member of the answers to `exchanges` by each replacement.
async fn try_texts(exchanges: &[Exchange]) {
    let good = good_answers().await;
    let traps = Arc::new(Traps::set().await);
    let mut cases = Vec::new();
    for exchange in exchanges {
        let Some(json) = good.get(exchange) else {
            assert_eq!(*exchange, Exchange::Revocation, "only its answer is empty");
            continue;
        };
        for pointer in places_of_text(json) {
            let original = json.pointer(&pointer).and_then(Value::as_str);
            for payload in worth_trying(original.unwrap(), &traps) {
                // Where its own tokens are given out and taken back is for an authorization server to say.
                let is_its_own = matches!(&*pointer, "/token_endpoint" | "/revocation_endpoint");
                let is_address = payload.name.starts_with("another origin")
                    && !payload.name.contains("password");
                if is_its_own && is_address {
                    continue;
                }
                cases.push((*exchange, pointer.clone(), payload));
            }
        }
    }
    assert!(cases.len() > exchanges.len() * 5, "{} cases", cases.len());
    stream::iter(some_of(cases))
        .map(|(exchange, pointer, payload)| {
            let case = format!("{exchange:?} {pointer} holds {}", payload.name);
            let change = move |reply: &mut patchbay_playground::Reply| {
                let Some(mut json) = reply.json() else {
                    return;
                };
                if let Some(text) = json.pointer_mut(&pointer) {
                    *text = Value::String(payload.text.clone());
                }
                reply.set_json(&json);
            };
            tokio::spawn(try_answer(case, exchange, Arc::clone(&traps), change))
        })
        .buffer_unordered(CONCURRENCY)
        .for_each(|tried| async { tried.unwrap() })
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_text_of_metadata_is_more_than_text() {
    try_texts(&[Exchange::ResourceMetadata, Exchange::ServerMetadata]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_text_of_a_registration_is_more_than_text() {
    try_texts(&[Exchange::Registration]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_text_of_a_token_answer_is_more_than_text() {
    try_texts(&[Exchange::Token, Exchange::Refresh]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_text_of_a_handshake_is_more_than_text() {
    try_texts(&[Exchange::Handshake]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_text_of_a_tool_is_more_than_text() {
    try_texts(&[
        Exchange::ToolList,
        Exchange::ToolResult,
        Exchange::ToolError,
    ])
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_text_of_an_offer_is_more_than_text() {
    let offers = [
        Exchange::ResourceList,
        Exchange::Resource,
        Exchange::PromptList,
        Exchange::Prompt,
    ];
    try_texts(&offers).await;
}
