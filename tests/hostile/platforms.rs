//! Hosted platforms whose answers mean harm: each of the five, at each of its answers, in each of its texts.
//!
//! The peers are the fakes that hold Patchbay to the contracts, with one answer changed.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use futures::{StreamExt as _, stream};
use patchbay_model::{AccountId, Explain as _, Json, Platform, Problem, Secret};
use patchbay_ops::{
    AddAccount, CallOperation, Error, SecretInput, StartAuthorization, add_account, call_operation,
    cancel_authorization, check_connector, connector_details, connector_settings, creation_form,
    disconnect_connector, list_account_definitions, list_connectors, list_platform_credentials,
    list_tools, refresh_tools, run_tool, start_authorization, sync_account, test_account,
    wait_for_authorization,
};
use patchbay_testkit::fakes::{
    Answer, Fake, FakeAgentStack, FakeAirbyte, FakeCohere, FakeMistral, FakePlatform, FakeTenex,
    KINDS, RecordedRequest,
};
use patchbay_testkit::{find_leaks, leaks_in};
use serde_json::{Value, json};
use url::Url;

use crate::payload::{self, places_of_text};
use crate::sample::some_of;
use crate::server::TIMEOUT;
use crate::support::{self, Harness, sign_in_request};
use crate::traps::{Traps, assert_inert};

/// How many ways are gone at once.
const CONCURRENCY: usize = 4;

const SECRET: &str = "tnx_abc12345_s3cret90ab";

/// A platform that says when to come again: never.
const FOREVER: &str = "a limit for ever";

/// A platform that says again what it was sent.
const REPEATS: &str = "an error that repeats what it was sent";

/// How to sign in to a fake, and what to create there.
#[derive(Clone)]
struct Story {
    platform: Platform,
    settings: Value,
    secret: &'static str,
    /// An operation that makes a connector, and its arguments.
    creates: (&'static str, Value),
    /// A tool that may be called, and its arguments.
    calls: (&'static str, Value),
}

fn mistral(_: &Fake<FakeMistral>, _: &Harness) -> Story {
    Story {
        platform: Platform::Mistral,
        settings: json!({ "surface": "current" }),
        secret: "api_key",
        creates: (
            "create",
            json!({
                "name": "wiki", "description": "The wiki", "server": "https://wiki.example/mcp",
                "protocol": "mcp",
                "auth_methods": [{
                    "method_type": "oauth2", "grant_type": "authorization_code",
                    "auth_data": { "client_id": "cid", "client_secret": "app-secret-31f0c4d5e6" },
                }],
            }),
        ),
        calls: ("echo", json!({ "text": "hello" })),
    }
}

fn cohere(fake: &Fake<FakeCohere>, _: &Harness) -> Story {
    let oauth = json!({
        "client_id": "cid", "client_secret": "app-secret-80c1d2e3f4", "scope": "read",
        "authorize_url": "https://id.example/authorize", "token_url": "https://id.example/token",
    });
    Story {
        platform: Platform::Cohere,
        settings: json!({}),
        secret: "api_key",
        creates: (
            "create",
            json!({ "name": "Intranet", "url": format!("{}/search", fake.url()), "oauth": oauth }),
        ),
        calls: ("search", json!({ "query": "tea" })),
    }
}

fn agentstack_fake() -> FakeAgentStack {
    let mut fake = FakeAgentStack::new();
    fake.tokens = vec![SECRET.to_owned()];
    fake
}

fn agentstack(_: &Fake<FakeAgentStack>, harness: &Harness) -> Story {
    let server = harness.playground.open_url();
    Story {
        platform: Platform::Agentstack,
        settings: json!({ "auth": "bearer" }),
        secret: "token",
        creates: (
            "create",
            json!({ "url": server, "metadata": { "name": "play" } }),
        ),
        calls: ("echo", json!({ "message": "hello" })),
    }
}

fn airbyte(_: &Fake<FakeAirbyte>, _: &Harness) -> Story {
    Story {
        platform: Platform::Airbyte,
        settings: json!({ "client_id": "cid-1" }),
        secret: "client_secret",
        creates: (
            "create_connector",
            json!({
                "name": "repos", "definition_id": KINDS[0].0,
                "credentials": { "token": "ghp_5d6e7f8091a2b3c4" },
                "replication_config": { "repositories": ["ada/tea"] },
            }),
        ),
        calls: ("issues.list", json!({})),
    }
}

fn tenex(_: &Fake<FakeTenex>, _: &Harness) -> Story {
    Story {
        platform: Platform::Tenex,
        settings: json!({}),
        secret: "api_key",
        creates: (
            "submit_byok",
            json!({ "provider": "apollo", "api_key": "apollo-key-41f0aa77bc", "name": "Apollo" }),
        ),
        calls: ("test", json!({})),
    }
}

/// A harness with a connector on a fake platform.
struct Fixture<H> {
    harness: Harness,
    fake: Fake<H>,
    story: Story,
    problems: Vec<Problem>,
    shown: Vec<String>,
}

impl<H: FakePlatform> Fixture<H> {
    async fn new(hosted: H, story: impl FnOnce(&Fake<H>, &Harness) -> Story) -> Self {
        let harness = Harness::new().await;
        harness.browser.set_answer(support::Answer::Nothing);
        let fake = Fake::start(hosted).await.unwrap();
        let story = story(&fake, &harness);
        Self {
            harness,
            fake,
            story,
            problems: Vec::new(),
            shown: Vec::new(),
        }
    }

    fn record<T>(&mut self, step: Result<T, Error>) -> Option<T> {
        step.map_err(|error| self.problems.push(error.problem()))
            .ok()
    }

    /// Signs in, creates, looks at everything there is to look at, and goes.
    async fn run_journey(&mut self) {
        let mut settings = self.story.settings.clone();
        settings["base_url"] = Value::from(self.fake.url());
        let secret = SecretInput::New {
            secret: Secret::new(SECRET),
        };
        let request = AddAccount {
            platform: self.story.platform,
            label: None,
            settings: Json(settings),
            secrets: BTreeMap::from([(self.story.secret.to_owned(), secret)]),
        };
        let added = add_account(&self.harness.cx, request).await;
        let Some(account) = self.record(added) else {
            return;
        };
        self.call(&account.id, self.story.creates.clone()).await;
        let synced = sync_account(&self.harness.cx, &account).await;
        self.record(synced);
        self.definitions(&account.id).await;
        let listed = list_connectors(&self.harness.cx).await.unwrap();
        for connector in listed {
            self.shown.push(connector.title.clone());
            self.shown.extend(connector.status.reason.clone());
            self.look_at(&connector.id).await;
        }
        let tested = test_account(&self.harness.cx, &account.id).await;
        self.record(tested);
    }

    async fn call(&mut self, account: &AccountId, (operation, arguments): (&str, Value)) {
        let request = CallOperation {
            account: account.clone(),
            operation: operation.to_owned(),
            arguments: Json(arguments),
            confirmed: true,
            timeout_seconds: None,
            retries: Some(0),
            headers: BTreeMap::new(),
            query: Json(json!({})),
            body: Json(json!({})),
        };
        let called = call_operation(&self.harness.cx, request).await;
        self.record(called);
    }

    async fn definitions(&mut self, account: &AccountId) {
        let listed = list_account_definitions(&self.harness.cx, Some(account)).await;
        for of_account in self.record(listed).into_iter().flatten() {
            for definition in self
                .record(of_account.outcome)
                .into_iter()
                .flatten()
                .take(2)
            {
                self.shown.push(definition.title.clone());
                let form = creation_form(&self.harness.cx, account, &definition.id).await;
                self.record(form);
            }
        }
    }

    async fn look_at(&mut self, id: &patchbay_model::ConnectorId) {
        let cx = self.harness.cx.clone();
        let request = StartAuthorization {
            timeout_seconds: Some(1),
            ..sign_in_request(id)
        };
        if let Some(pending) = self.record(start_authorization(&cx, request).await) {
            // Until its page is opened, or it is over without one.
            let opened = self.harness.browser.opened().len();
            tokio::select! {
                _ = self.harness.browser.page(opened.max(1)) => {}
                _ = wait_for_authorization(&cx, &pending.id) => {}
            }
            self.record(cancel_authorization(&cx, &pending.id).await);
        }
        self.record(check_connector(&cx, id).await);
        self.record(refresh_tools(&cx, id).await);
        for tool in self
            .record(list_tools(&cx, Some(id)).await)
            .into_iter()
            .flatten()
        {
            self.shown.extend(tool.tool.title);
        }
        let (tool, arguments) = self.story.calls.clone();
        if let Some(run) =
            self.record(run_tool(&cx, support::request(id, tool, arguments), |_| {}).await)
        {
            self.problems.extend(run.summary.problem);
        }
        self.record(connector_details(&cx, id).await);
        self.record(connector_settings(&cx, id).await);
        self.record(list_platform_credentials(&cx, id).await);
        self.record(disconnect_connector(&cx, id).await);
    }

    #[track_caller]
    fn assert_harmless(&self, case: &str, traps: &Traps) {
        let secrets = vec![SECRET.to_owned()];
        traps.assert_quiet(case, &secrets, &self.harness.playground.log());
        let sent = format!("{:?}", self.fake.log());
        let variable = std::env::var(traps.variable()).unwrap();
        assert!(!sent.contains(&variable), "{case}: {sent}");
        for page in self.harness.browser.opened() {
            assert!(
                matches!(page.scheme(), "http" | "https"),
                "{case}: opened {page}"
            );
            assert!(page.username().is_empty(), "{case}: opened {page}");
        }
        let leaks = find_leaks(self.harness.home.path(), &secrets).unwrap();
        assert!(leaks.is_empty(), "{case}: {leaks:?}");
        for problem in &self.problems {
            let output = serde_json::to_string(problem).unwrap();
            let leaks = leaks_in("problem", output.as_bytes(), &secrets);
            assert!(leaks.is_empty(), "{case}: {leaks:?} in {output}");
            let texts = [
                Some(&problem.message),
                problem.hint.as_ref(),
                problem.detail.as_ref(),
            ];
            for text in texts.into_iter().flatten() {
                assert_inert(case, text);
            }
        }
        for text in &self.shown {
            assert_inert(case, text);
        }
    }
}

/// What was asked, by which the same answer of another walk is known.
fn route(seen: &RecordedRequest) -> String {
    format!("{} /{}", seen.method, seen.path.join("/"))
}

/// Changes a text at one place of one answer to everything worth trying, and looks at what comes of it.
async fn try_platform<H: FakePlatform>(
    hosted: impl Fn() -> H,
    story: impl Fn(&Fake<H>, &Harness) -> Story + Copy,
) {
    let traps = Traps::set().await;
    let good = good_answers(hosted(), story, &traps).await;
    let mut cases = Vec::new();
    for (route, json) in &good {
        for pointer in places_of_text(json) {
            let text = json.pointer(&pointer).and_then(Value::as_str).unwrap();
            let mut payloads = vec![payload::references(&traps).swap_remove(0)];
            if Url::parse(text).is_ok_and(|url| url.has_host()) {
                payloads.extend(payload::addresses(&traps));
            } else {
                payloads.push(payload::mixed(&traps));
            }
            for payload in payloads {
                cases.push((route.clone(), pointer.clone(), payload));
            }
        }
    }
    assert!(cases.len() > 20, "{} cases", cases.len());
    let (hosted, traps) = (&hosted, &traps);
    stream::iter(some_of(cases))
        .map(|(at, pointer, payload)| async move {
            let case = format!("{at} {pointer} holds {}", payload.name);
            // Whether a consent is looked at before it is cancelled is a matter of luck.
            for _ in 0..5 {
                let mut fixture = Fixture::new(hosted(), story).await;
                let changed = change_text(&fixture.fake, &at, &pointer, &payload.text);
                let walked = tokio::time::timeout(TIMEOUT, fixture.run_journey()).await;
                assert!(walked.is_ok(), "{case}: it took more than {TIMEOUT:?}");
                fixture.assert_harmless(&case, traps);
                if changed.load(Ordering::SeqCst) > 0 {
                    return;
                }
            }
            panic!("{case}: never reached");
        })
        .buffer_unordered(CONCURRENCY)
        .for_each(|()| async {})
        .await;
}

/// Puts the text in that place of each answer on that route, and counts how often.
fn change_text<H: FakePlatform>(
    fake: &Fake<H>,
    at: &str,
    fixture: &str,
    text: &str,
) -> Arc<AtomicUsize> {
    let changed = Arc::<AtomicUsize>::default();
    let count = Arc::clone(&changed);
    let [at, fixture, text] = [at, fixture, text].map(str::to_owned);
    fake.tamper(move |seen, answer| {
        if route(seen) != at {
            return;
        }
        let Ok(mut json) = serde_json::from_slice::<Value>(&answer.body) else {
            return;
        };
        if let Some(member) = json.pointer_mut(&fixture) {
            *member = Value::String(text.clone());
            count.fetch_add(1, Ordering::SeqCst);
        }
        answer.body = json.to_string().into_bytes();
    });
    changed
}

/// Each answer of a platform that means well, by what was asked.
async fn good_answers<H: FakePlatform>(
    hosted: H,
    story: impl Fn(&Fake<H>, &Harness) -> Story,
    traps: &Traps,
) -> BTreeMap<String, Value> {
    let mut fixture = Fixture::new(hosted, story).await;
    let found = Arc::<Mutex<BTreeMap<String, Value>>>::default();
    let kept = Arc::clone(&found);
    fixture.fake.tamper(move |seen, answer| {
        if let Ok(json @ (Value::Object(_) | Value::Array(_))) =
            serde_json::from_slice(&answer.body)
        {
            kept.lock().unwrap().entry(route(seen)).or_insert(json);
        }
    });
    fixture.run_journey().await;
    fixture.assert_harmless("a platform that means well", traps);
    assert_eq!(fixture.fake.faults(), Vec::<String>::new());
    let found = found.lock().unwrap().clone();
    let kinds: BTreeSet<_> = found.keys().collect();
    assert!(kinds.len() >= 3, "{kinds:?} {:?}", fixture.problems);
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn no_text_of_mistral_is_more_than_text() {
    try_platform(|| FakeMistral::new(SECRET), mistral).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_text_of_cohere_is_more_than_text() {
    try_platform(|| FakeCohere::new(SECRET), cohere).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_text_of_agent_stack_is_more_than_text() {
    try_platform(agentstack_fake, agentstack).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_text_of_airbyte_is_more_than_text() {
    try_platform(|| FakeAirbyte::new("cid-1", SECRET), airbyte).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_text_of_10ex_is_more_than_text() {
    try_platform(|| FakeTenex::new(SECRET), tenex).await;
}

/// Every answer of a platform replaced by one that is broken, huge, slow to read or a redirect.
async fn try_broken<H: FakePlatform>(
    hosted: impl Fn() -> H,
    story: impl Fn(&Fake<H>, &Harness) -> Story + Copy,
    is_wanted: fn(&str) -> bool,
) {
    let traps = Traps::set().await;
    let good = good_answers(hosted(), story, &traps).await;
    let elsewhere = traps.elsewhere();
    let mut wrongs: Vec<(&str, Answer)> = payload::bodies(b"{\"data\":[]}")
        .into_iter()
        .map(|body| {
            let mut answer = Answer::text(200, "application/json", "");
            answer.body = body.bytes;
            (body.name, answer)
        })
        .collect();
    wrongs.extend([
        ("a redirect elsewhere", Answer::redirect(elsewhere.as_str())),
        (
            "a redirect to a file",
            Answer::redirect("file:///etc/passwd"),
        ),
        (
            REPEATS,
            Answer::json(
                500,
                &json!({ "detail": SECRET, "message": format!("Bearer {SECRET} \u{1b}[2J") }),
            ),
        ),
        (
            FOREVER,
            Answer::json(429, &json!({ "message": "slow" })).with("retry-after", "99999999999"),
        ),
    ]);
    wrongs.retain(|(name, _)| is_wanted(name));
    let cases = good.keys().flat_map(|route| {
        wrongs
            .iter()
            .map(move |wrong| (route.clone(), wrong.clone()))
    });
    let (hosted, traps) = (&hosted, &traps);
    stream::iter(some_of(cases.collect()))
        .map(|(at, (name, wrong))| async move {
            let case = format!("{at} is {name}");
            let mut fixture = Fixture::new(hosted(), story).await;
            fixture.fake.tamper(move |seen, answer| {
                if route(seen) == at {
                    *answer = wrong.clone();
                }
            });
            let walked = tokio::time::timeout(TIMEOUT, fixture.run_journey()).await;
            assert!(walked.is_ok(), "{case}: it took more than {TIMEOUT:?}");
            fixture.assert_harmless(&case, traps);
        })
        .buffer_unordered(CONCURRENCY)
        .for_each(|()| async {})
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_answer_of_mistral_is_an_error_and_no_more() {
    try_broken(|| FakeMistral::new(SECRET), mistral, |_| true).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_answer_of_cohere_is_an_error_and_no_more() {
    try_broken(|| FakeCohere::new(SECRET), cohere, |name| name != REPEATS).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_answer_of_agent_stack_is_an_error_and_no_more() {
    try_broken(agentstack_fake, agentstack, |_| true).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_answer_of_airbyte_is_an_error_and_no_more() {
    try_broken(|| FakeAirbyte::new("cid-1", SECRET), airbyte, |_| true).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_answer_of_10ex_is_an_error_and_no_more() {
    try_broken(
        || FakeTenex::new(SECRET),
        tenex,
        // Its contract repeats a failure five times, after a minute each at most: longer than is waited here.
        |name| name != REPEATS && name != FOREVER,
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_key_of_an_account_that_is_repeated_in_an_error_is_not_kept() {
    try_broken(|| FakeCohere::new(SECRET), cohere, |name| name == REPEATS).await;
}
