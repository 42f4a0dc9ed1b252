//! Mistral's lines.
//!
//! Source: Mistral contract, section 12.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use patchbay_http::{Backoff, CallOptions, Jitter, Retries, RetryAfterRules, RetryPolicy};
use patchbay_platforms::{Error, Platform};
use patchbay_tests::{Adapter, Line, Stage, find_platform, from_environment};
use serde_json::{Map, Value, json};

/// The key of a line that says nothing about it.
const KEY: &str = "test-key";

pub(crate) struct Mistral;

#[async_trait]
impl Adapter for Mistral {
    fn platform(&self) -> &'static str {
        "mistral"
    }

    fn token(&self, config: &Map<String, Value>) -> String {
        let given = config.get("api_key").and_then(Value::as_str);
        given.unwrap_or(KEY).to_owned()
    }

    async fn run(&self, line: &Line, stage: &Stage) -> Result<Value, Error> {
        let client = sign_in(line, stage)?;
        let options = options(line);
        let mut args = Value::Object(line.args.clone());
        if !line.is_set("follow_cursor") {
            return client.call(&line.op, args, &options).await;
        }
        let (mut pages, mut names) = (0, Vec::new());
        loop {
            let page = client.call(&line.op, args.clone(), &options).await?;
            pages += 1;
            let items = page["items"].as_array().into_iter().flatten();
            names.extend(items.map(|item| item["name"].clone()));
            match page["pagination"]["next_cursor"].as_str() {
                Some(next) if !next.is_empty() => args["cursor"] = Value::from(next),
                _ => return Ok(json!({"pages": pages, "names": names})),
            }
        }
    }
}

fn sign_in(line: &Line, stage: &Stage) -> Result<Arc<dyn Platform>, Error> {
    let mistral = find_platform(patchbay_model::Platform::Mistral)?;
    let (mut settings, mut secrets) = from_environment(mistral.fields, &line.object("env"));
    // A file that the environment names goes before a key that it holds.
    if settings.contains_key("token_file") {
        secrets.remove("api_key");
    }
    if let Some(key) = line.secret("api_key", KEY) {
        secrets.insert("api_key".to_owned(), key);
    }
    let base_url = stage.account_url(line, "server_url_suffix");
    settings.insert("base_url".to_owned(), base_url);
    let version = line.sdk.as_deref().and_then(|sdk| sdk.rsplit('/').next());
    if version.is_some_and(|version| version.starts_with("2.")) {
        settings.insert("surface".to_owned(), "seed".into());
    }
    stage.sign_in(mistral, settings, secrets)
}

fn options(line: &Line) -> CallOptions {
    let number = |value: &Value| value.as_f64().unwrap_or_default();
    let timeout = line.number("timeout_ms");
    let timeout = timeout.or_else(|| line.number("client_timeout_ms"));
    let retries = line.config.get("retries");
    let retries = retries.or_else(|| line.config.get("client_retries"));
    let policy = |retries: &Value| RetryPolicy {
        max_retries: u32::MAX,
        statuses: vec![429..=429, 500..=500, 502..=504],
        backoff: Backoff {
            first: millis(number(&retries["initial_interval_ms"])),
            factor: number(&retries["exponent"]),
            longest: millis(number(&retries["max_interval_ms"])),
            jitter: Jitter::Added(Duration::from_secs(1)),
        },
        retry_after_rules: RetryAfterRules {
            zero_millis_count: true,
            ..RetryAfterRules::default()
        },
        max_elapsed: Some(millis(number(&retries["max_elapsed_ms"]))),
        ..RetryPolicy::NEVER
    };
    let retries = retries.filter(|retries| retries.is_object()).map(policy);
    CallOptions {
        timeout: timeout.map(millis),
        retries: retries.map(Retries::Policy),
        headers: line.headers("http_headers"),
        ..CallOptions::default()
    }
}

fn millis(millis: f64) -> Duration {
    Duration::try_from_secs_f64(millis / 1000.0).unwrap_or_default()
}
