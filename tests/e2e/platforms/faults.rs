//! Every operation of every platform before every kind of failure.

mod arguments;
mod command_line;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt as _;
use patchbay_http::{AddressPolicy, CallOptions, Clients};
use patchbay_model::{Explain as _, Platform, Secret};
use patchbay_platforms::{AccountConfig, Error, HOSTED, HostedPlatform, OperationEntry};
use patchbay_testkit::fakes::{
    Answer, Fake, FakeAirbyte, FakeResult, Fault, FaultKind, RecordedRequest,
};
use patchbay_tests::ReplayClock;
use serde_json::{Map, Value, json};

/// What the platforms are signed in to with, and what they say back in each refusal.
pub(super) const KEY: &str = "fault-key-3f9a2b1c8d7e";

/// A failure, and the kind of error that it has to become; several where it depends on the operation.
struct Case {
    name: &'static str,
    kinds: &'static [&'static str],
    how: How,
}

enum How {
    Fault(Fault),
    Address(&'static str),
    Tls,
}

fn cases() -> Vec<Case> {
    let status = |name, kinds, answer: Answer| Case {
        name,
        kinds,
        how: How::Fault(Fault::answer(answer)),
    };
    let said = |status| {
        Answer::json(
            status,
            &json!({ "detail": format!("no: {KEY}"), "code": "x" }),
        )
    };
    let fields = json!({ "detail": [
        { "loc": ["body", "name"], "msg": format!("bad {KEY}"), "type": "value_error" },
    ]});
    let acknowledged = &["decode", "ok"];
    vec![
        status("401", &["unauthorized"], said(401)),
        status("403", &["forbidden"], said(403)),
        status("404", &["not_found"], said(404)),
        status("409", &["conflict"], said(409)),
        status("422 list", &["invalid"], Answer::json(422, &fields)),
        status("422 text", &["invalid"], said(422)),
        status("429", &["rate_limited"], said(429)),
        status(
            "429 wait",
            &["rate_limited"],
            said(429).with("retry-after", "7"),
        ),
        status("500", &["platform"], said(500)),
        status(
            "503 page",
            &["platform"],
            Answer::text(503, "text/html", "<html>busy</html>"),
        ),
        status("page", acknowledged, Answer::page("hello")),
        status(
            "half",
            &["decode"],
            Answer::text(200, "application/json", "{\"items\": [{\"id"),
        ),
        status(
            "wrong types",
            acknowledged,
            Answer::json(
                200,
                &json!({
                    "items": 7, "connectors": 7, "connector": 7, "data": 7, "id": [], "definitions": 7,
                    "access_token": 7, "status": [], "result": null,
                }),
            ),
        ),
        Case {
            name: "silence",
            kinds: &["timeout"],
            how: How::Fault(Fault::always(FaultKind::Silence)),
        },
        Case {
            name: "cut",
            kinds: &["transport"],
            how: How::Fault(Fault::always(FaultKind::Cut)),
        },
        Case {
            name: "dns",
            kinds: &["transport"],
            how: How::Address("https://patchbay.invalid"),
        },
        Case {
            name: "tls",
            kinds: &["transport"],
            how: How::Tls,
        },
    ]
}

/// Exchanges credentials as Airbyte does, where that is asked for; everything else is in trouble.
struct Nowhere(FakeAirbyte);

impl patchbay_testkit::fakes::FakePlatform for Nowhere {
    fn answer(&mut self, seen: &RecordedRequest, base: &str) -> FakeResult {
        self.0.answer(seen, base)
    }
}

fn is_no_exchange(seen: &RecordedRequest) -> bool {
    seen.path.last().is_none_or(|last| last != "token")
}

#[tokio::test(flavor = "multi_thread")]
async fn every_operation_fails_as_it_should() {
    let clients = Clients::build(AddressPolicy::default());
    let clients = clients.unwrap();
    let all = HOSTED.iter().flat_map(|hosted| {
        let operations = (hosted.operations)().iter();
        operations.map(move |operation| (hosted, operation))
    });
    let wrong: Vec<String> = futures::stream::iter(all)
        .map(|(hosted, operation)| try_all(hosted, operation, &clients))
        .buffer_unordered(8)
        .concat()
        .await;
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Tries one operation before each failure; gives what went otherwise than it should.
async fn try_all(
    hosted: &HostedPlatform,
    operation: &OperationEntry,
    clients: &Clients,
) -> Vec<String> {
    let mut wrong = Vec::new();
    for case in cases() {
        let fake = Fake::start(Nowhere(FakeAirbyte::new("cid-1", KEY)))
            .await
            .unwrap();
        let base = match &case.how {
            How::Fault(fault) => {
                fake.set_fault(fault.clone().on(is_no_exchange));
                fake.url().to_owned()
            }
            How::Address(address) => (*address).to_owned(),
            How::Tls => fake.url().replacen("http:", "https:", 1),
        };
        // Long enough for a busy computer, and short where nothing else ends the call.
        let limit = match case.name {
            "silence" => Duration::from_secs(3),
            _ => Duration::from_secs(30),
        };
        let went = call(hosted, operation, &base, clients, limit).await;
        for problem in judge(hosted.platform, operation, &case, &went, &fake.log()) {
            let at = format!("{} {} at {}", hosted.look.title, operation.name, case.name);
            wrong.push(format!("{at}: {problem}: {went:?}"));
        }
    }
    wrong
}

async fn call(
    hosted: &HostedPlatform,
    operation: &OperationEntry,
    base: &str,
    clients: &Clients,
    limit: Duration,
) -> Result<Value, Error> {
    let (mut settings, secrets) = credentials(hosted.platform, operation.name);
    settings.insert("base_url".to_owned(), base.into());
    let signed_in = (hosted.sign_in)(AccountConfig {
        settings,
        secrets,
        clients: clients.clone(),
        clock: Arc::new(ReplayClock::start()),
    })?;
    let options = CallOptions {
        timeout: Some(limit),
        ..CallOptions::default()
    };
    let arguments = arguments::of(hosted.platform, operation);
    signed_in.call(operation.name, arguments, &options).await
}

/// Whether only Mistral's older surface has that operation.
///
/// Source: Mistral contract, section 2.
fn is_of_seed(operation: &str) -> bool {
    let levels = ["organization", "workspace", "user"];
    let of_level = |level: &str| {
        operation.ends_with(&format!("activate_for_{level}"))
            || operation == format!("delete_{level}_credentials")
    };
    operation.starts_with("create_or_update_") || levels.into_iter().any(of_level)
}

/// Whether an answer is handed on as it came, whatever its status, or nothing of a success is read.
///
/// Source: Mistral contract, section 8; Agent Stack contract, section 3; 10ex contract, section 3.
fn is_raw(platform: Platform, operation: &str, case: &str) -> bool {
    match (platform, operation) {
        (Platform::Mistral, name) => name.starts_with("gateway_"),
        (Platform::Agentstack, "mcp_proxy" | "delete") | (Platform::Tenex, "delete") => {
            case == "half"
        }
        _ => false,
    }
}

fn credentials(
    platform: Platform,
    operation: &str,
) -> (Map<String, Value>, BTreeMap<String, Secret>) {
    let (settings, secret) = match platform {
        Platform::Airbyte => (json!({ "client_id": "cid-1" }), "client_secret"),
        Platform::Agentstack => (json!({ "auth": "bearer" }), "token"),
        Platform::Mistral if is_of_seed(operation) => (json!({ "surface": "seed" }), "api_key"),
        _ => (json!({}), "api_key"),
    };
    let settings = settings.as_object().cloned().unwrap_or_default();
    let secrets = BTreeMap::from([(secret.to_owned(), Secret::new(KEY))]);
    (settings, secrets)
}

fn judge(
    platform: Platform,
    operation: &OperationEntry,
    case: &Case,
    went: &Result<Value, Error>,
    log: &[RecordedRequest],
) -> Vec<String> {
    let mut wrong = Vec::new();
    let kind = went.as_ref().err().map_or("ok", Error::kind);
    // A wait goes on through what may pass, until its own limit.
    let waited = operation.name.starts_with("wait_") && matches!(kind, "timeout" | "grant_failed");
    let is_raw = kind == "ok" && is_raw(platform, operation.name, case.name);
    if !case.kinds.contains(&kind) && !waited && !is_raw {
        wrong.push(format!("{kind} in place of {:?}", case.kinds));
    }
    if let Err(Error::RateLimited { retry_after, .. }) = went {
        let asked = (case.name == "429 wait").then(|| Duration::from_secs(7));
        if *retry_after != asked {
            wrong.push(format!("asks to wait {retry_after:?}"));
        }
    }
    if let Err(error) = went {
        let told = format!("{error:?} {:?}", error.problem());
        if told.contains(KEY) {
            wrong.push("it tells the key".to_owned());
        }
    }
    let mut writes = BTreeMap::<_, usize>::new();
    for seen in log
        .iter()
        .filter(|seen| seen.writes() && is_no_exchange(seen))
    {
        *writes.entry((&seen.method, &seen.path)).or_default() += 1;
    }
    let most = most(platform, operation.name, case.name);
    if writes.values().any(|times| *times > most) {
        wrong.push(format!("a write was sent more than {most} times"));
    }
    let needs_network = matches!(case.how, How::Fault(_));
    if needs_network && log.iter().filter(|seen| is_no_exchange(seen)).count() == 0 {
        wrong.push("nothing was sent".to_owned());
    }
    wrong
}

/// How often the contract lets a write be sent.
///
/// Source: Cohere contract, section 6; 10ex contract, section 2; Airbyte contract, section 2.
fn most(platform: Platform, operation: &str, case: &str) -> usize {
    let may_pass = case.starts_with("429") || case.starts_with('5');
    match (platform, operation) {
        (Platform::Cohere, "update" | "delete") if may_pass => 3,
        (Platform::Cohere, "create" | "o_auth_authorize") if case.starts_with("429") => 3,
        (Platform::Tenex, "test") if may_pass => 6,
        // A token that was refused did nothing; the call is made once more with a new one.
        (Platform::Airbyte, _) if case == "401" => 2,
        _ => 1,
    }
}
