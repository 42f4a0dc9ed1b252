//! Cohere.

use std::time::Duration;

use async_trait::async_trait;
use patchbay_http::{Backoff, CallOptions, Jitter, Retries, RetryAfterRules, RetryPolicy};
use patchbay_platforms::{Error, Platform};
use patchbay_tests::{Adapter, Line, Stage, find_platform, from_environment};
use serde_json::{Map, Value, json};

/// Every key of `config` that the contract has.
const KEYS: &str = "
    additional_body_parameters additional_headers additional_query_parameters all_pages api_key client_name
    env max_retries retry_remote_protocol_errors server_url_suffix show_headers timeout timeout_in_seconds
    unreachable
";

/// The key of a line that says nothing about it.
const KEY: &str = "test-key";

/// What a line adds to the address.
const SUFFIX: &str = "server_url_suffix";

/// Cohere's lines.
pub(crate) struct Cohere;

#[async_trait]
impl Adapter for Cohere {
    fn platform(&self) -> &'static str {
        "cohere"
    }

    fn token(&self, config: &Map<String, Value>) -> String {
        let from_environment = || {
            let environment = config.get("env")?;
            ["CO_API_KEY", "COHERE_API_KEY"]
                .into_iter()
                .find_map(|name| environment[name].as_str())
        };
        match config.get("api_key") {
            Some(Value::String(key)) => key.clone(),
            Some(_) => from_environment().unwrap_or_default().to_owned(),
            None => KEY.to_owned(),
        }
    }

    async fn run(&self, line: &Line, stage: &Stage) -> Result<Value, Error> {
        line.check_keys(KEYS)?;
        let cohere = find_platform(patchbay_model::Platform::Cohere)?;
        let (mut settings, mut secrets) = from_environment(cohere.fields, &line.object("env"));
        let has_suffix = line
            .setting(SUFFIX)
            .is_some_and(|suffix| !suffix.is_empty());
        // An address that the environment names is one of the recorder, too.
        if !settings.contains_key("base_url") || has_suffix {
            let base_url = stage.account_url(line, SUFFIX);
            settings.insert("base_url".to_owned(), base_url);
        }
        if let Some(name) = line.config.get("client_name") {
            settings.insert("client_name".to_owned(), name.clone());
        }
        if let Some(key) = line.secret("api_key", KEY) {
            secrets.insert("api_key".to_owned(), key);
        }
        let platform = stage.sign_in(cohere, settings, secrets)?;
        let options = options(line);
        if line.is_set("all_pages") {
            return all_pages(&*platform, line, &options).await;
        }
        platform
            .call(&line.op, Value::Object(line.args.clone()), &options)
            .await
    }
}

fn options(line: &Line) -> CallOptions {
    // The second is the official client's other name for it.
    let seconds = ["timeout", "timeout_in_seconds"]
        .into_iter()
        .find_map(|name| line.number(name));
    let most = line.config.get("max_retries").and_then(Value::as_u64);
    let most = most.and_then(|most| u32::try_from(most).ok());
    let on_lost = line.is_set("retry_remote_protocol_errors");
    CallOptions {
        timeout: seconds.map(Duration::from_secs_f64),
        retries: if on_lost {
            Some(Retries::Policy(retries_of_the_lost(most.unwrap_or(2))))
        } else {
            most.map(Retries::Times)
        },
        headers: line.headers("additional_headers"),
        query: line.pairs("additional_query_parameters"),
        body: Map::from_iter(line.pairs("additional_body_parameters")),
        ..CallOptions::default()
    }
}

/// The contract's policy, and lost connections besides.
///
/// Source: Cohere contract, section 6.
fn retries_of_the_lost(max_retries: u32) -> RetryPolicy {
    RetryPolicy {
        max_retries,
        statuses: vec![408..=408, 429..=429, 500..=u16::MAX],
        backoff: Backoff {
            first: Duration::from_secs(1),
            factor: 2.0,
            longest: Duration::from_secs(60),
            jitter: Jitter::Around(0.1),
        },
        max_retry_after: Duration::from_secs(60),
        retry_after_rules: RetryAfterRules {
            whole_seconds: true,
            ..RetryAfterRules::default()
        },
        honor_ratelimit_reset: true,
        max_elapsed: None,
        on_connect: true,
        on_lost: true,
    }
}

/// The loop of a caller: until a page is shorter than asked for, or the total is reached.
///
/// Source: Cohere contract, section 5.
async fn all_pages(
    platform: &dyn Platform,
    line: &Line,
    options: &CallOptions,
) -> Result<Value, Error> {
    let mut arguments = line.args.clone();
    let limit = arguments.get("limit").and_then(Value::as_u64).unwrap_or(30);
    let (mut pages, mut ids) = (0, Vec::new());
    loop {
        arguments.insert("offset".to_owned(), ids.len().into());
        let page = Value::Object(arguments.clone());
        let page = platform.call("list", page, options).await?;
        let connectors = page["connectors"].as_array().cloned().unwrap_or_default();
        pages += 1;
        ids.extend(connectors.iter().map(|connector| connector["id"].clone()));
        let total = page["total_count"].as_f64();
        let is_all = total.is_some_and(|total| ids.len() as f64 >= total);
        // A limit of zero never advances.
        if connectors.is_empty() || (connectors.len() as u64) < limit || is_all {
            return Ok(json!({"pages": pages, "ids": ids}));
        }
    }
}
