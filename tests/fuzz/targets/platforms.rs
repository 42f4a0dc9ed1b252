//! Answers of the hosted platforms, and arguments of their operations. The seeds are recorded traces.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use patchbay_http::{AddressPolicy, CallOptions, Clients, Clock, Retries};
use patchbay_model::{Level, Platform, RemoteId, Secret, Timestamp};
use patchbay_platforms::{AccountConfig, ConsentRequest, ToolRequest, hosted};
use serde_json::{Map, Value, json};

use super::{Taker, choice, runtime};
use crate::peer::{Answer, Peer, PeerRequest};

macro_rules! platforms {
    ($($start:ident $seeds:ident $platform:ident $settings:tt;)*) => {
        $(
            pub(super) fn $seeds() -> Vec<Vec<u8>> {
                seeds(stringify!($start))
            }

            pub(super) fn $start() -> Taker {
                start(Platform::$platform, stringify!($start), json!($settings))
            }
        )*
    };
}

platforms! {
    mistral mistral_seeds Mistral {};
    cohere cohere_seeds Cohere {};
    agentstack agentstack_seeds Agentstack { "auth": "bearer" };
    airbyte airbyte_seeds Airbyte { "client_id": "cid-1" };
    tenex tenex_seeds Tenex {};
}

/// Arguments of every operation, as recorded.
type Calls = Vec<(&'static str, Value)>;

fn trace_lines(platform: &str) -> Vec<Value> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("contract/traces");
    let names = [
        format!("{platform}.wire.jsonl"),
        format!("{platform}.more.wire.jsonl"),
    ];
    let texts = names.map(|name| std::fs::read_to_string(folder.join(name)).unwrap());
    let lines = texts.iter().flat_map(|text| text.lines());
    lines
        .filter_map(|line| serde_json::from_str(line).ok())
        .collect()
}

/// The recorded answers.
fn seeds(platform: &str) -> Vec<Vec<u8>> {
    let mut seeds = Vec::new();
    for line in trace_lines(platform) {
        let exchanges = line["exchanges"].as_array().cloned().unwrap_or_default();
        for answer in exchanges
            .iter()
            .chain([&line])
            .map(|one| &one["response"]["body"])
        {
            if answer.is_object() || answer.is_array() {
                seeds.push(answer.to_string().into_bytes());
            }
        }
    }
    assert!(seeds.len() > 5, "{platform} has traces");
    seeds.sort();
    seeds.dedup();
    seeds
}

/// Time passes only when somebody waits for it, and then at once.
#[derive(Default)]
struct FastForwardClock(AtomicI64);

#[async_trait]
impl Clock for FastForwardClock {
    fn now(&self) -> Timestamp {
        let waited = self.0.load(Ordering::SeqCst);
        Timestamp::from_unix_millis(1_700_000_000_000 + waited).unwrap()
    }

    async fn sleep(&self, duration: Duration) {
        // No more than a year, so that no wait leaves the calendar.
        let millis = i64::try_from(duration.as_millis()).unwrap_or(i64::MAX);
        self.0
            .fetch_add(millis.min(31_536_000_000), Ordering::SeqCst);
        tokio::task::yield_now().await;
    }

    fn chance(&self) -> f64 {
        0.5
    }
}

fn start(platform: Platform, name: &'static str, mut settings: Value) -> Taker {
    let (peer, runtime) = (Peer::start(), runtime());
    settings["base_url"] = Value::from(peer.url.as_str());
    let secrets = ["api_key", "token", "client_secret"];
    let clients = Clients::build(AddressPolicy::default()).unwrap();
    let hosted = hosted(platform).unwrap();
    let known: Vec<&str> = hosted.fields.iter().map(|field| field.name).collect();
    let sign_in = AccountConfig {
        settings: settings.as_object().unwrap().clone(),
        secrets: secrets
            .into_iter()
            .filter(|secret| known.contains(secret))
            .map(|secret| (secret.to_owned(), Secret::new("a-secret-0123456789")))
            .collect::<BTreeMap<_, _>>(),
        clients,
        clock: Arc::<FastForwardClock>::default(),
    };
    let calls = recorded_calls(name, hosted.operations);
    Box::new(move |input| {
        let body = input.to_vec();
        peer.answers(move |asked| answer(asked, &body));
        let platform = (hosted.sign_in)(sign_in.clone()).unwrap();
        let options = CallOptions {
            timeout: Some(Duration::from_secs(2)),
            retries: Some(Retries::Times(0)),
            max_retry_wait: Some(Duration::ZERO),
            ..CallOptions::default()
        };
        let (operation, arguments) = &calls[choice(input) % calls.len()];
        // Now and then the input is what is asked for, too.
        let arguments = match serde_json::from_slice(input) {
            Ok(object @ Value::Object(_)) if choice(input).is_multiple_of(7) => object,
            _ => arguments.clone(),
        };
        runtime.block_on(async {
            drop(platform.call(operation, arguments, &options).await);
            use_abilities(&*platform, choice(input), &options).await;
        });
    })
}

fn recorded_calls(
    name: &str,
    operations: fn() -> &'static [patchbay_platforms::OperationEntry],
) -> Calls {
    let lines = trace_lines(name);
    let mut calls = Vec::new();
    for operation in operations() {
        let recorded = lines.iter().filter(|line| line["op"] == operation.name);
        let before = calls.len();
        calls.extend(
            recorded
                .take(3)
                .map(|line| (operation.name, line["args"].clone())),
        );
        if calls.len() == before {
            calls.push((operation.name, json!({})));
        }
    }
    calls
}

/// Tokens are handed out, for behind them lies everything else; the rest is the input.
fn answer(asked: &PeerRequest, body: &[u8]) -> Answer {
    let is_token = asked.path.contains("token") && asked.method == "POST";
    if is_token && !choice(body).is_multiple_of(5) {
        let token =
            json!({ "access_token": "t-0123456789", "token": "t-0123456789", "expires_in": 900 });
        return Answer::json(token.to_string());
    }
    Answer {
        status: [200, 200, 200, 201, 400, 404, 422, 500][choice(body) / 5 % 8],
        ..Answer::json(body)
    }
}

/// What the app asks of a connector, one thing for each input.
async fn use_abilities(
    platform: &dyn patchbay_platforms::Platform,
    choice: usize,
    options: &CallOptions,
) {
    let id = RemoteId::new("remote-1");
    let none = Map::new();
    match choice / 64 % 8 {
        0 => {
            if let Some(connectors) = platform.connectors() {
                drop(connectors.list_connectors(options).await);
                drop(connectors.find_connector(&id, options).await);
            }
        }
        1 => {
            if let Some(tools) = platform.tools() {
                drop(tools.list_tools(&id, options).await);
            }
        }
        2 => {
            if let Some(tools) = platform.tools() {
                let request = ToolRequest::new(&id, "echo", none);
                drop(tools.call_tool(request, options).await);
            }
        }
        3 => {
            if let Some(creation) = platform.creation() {
                drop(creation.list_definitions(options).await);
                drop(creation.creation_form("github", options).await);
            }
        }
        4 => {
            if let Some(consents) = platform.consents() {
                drop(consents.consent_form(&id, options).await);
                let request = ConsentRequest::new(&id, None, none);
                drop(consents.start_consent(request, options).await);
                drop(consents.consent_state(&id, options).await);
            }
        }
        5 => {
            if let Some(settings) = platform.settings() {
                drop(settings.settings(&id, options).await);
            }
        }
        6 => {
            if let Some(credentials) = platform.credentials() {
                drop(
                    credentials
                        .list_credentials(&id, Level::User, options)
                        .await,
                );
                drop(credentials.credential_form(&id, Level::User, options).await);
            }
        }
        _ => {
            if let Some(details) = platform.details() {
                drop(details.platform_details(&id, options).await);
            }
            drop(platform.check(options).await);
        }
    }
}
