//! Mistral's lines.
//!
//! Source: Mistral contract, section 12.

use std::collections::BTreeMap;
use std::time::Duration;

use async_trait::async_trait;
use patchbay_http::{Backoff, CallOptions, Jitter, Retries, RetryAfterRules, RetryPolicy};
use patchbay_model::{Platform, Secret};
use patchbay_platforms::{AccountConfig, Error, hosted};
use patchbay_tests::{Adapter, Line, Stage, from_environment};
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
        let mistral =
            hosted(Platform::Mistral).ok_or_else(|| Error::NotSupported("Mistral".to_owned()))?;
        let client = (mistral.sign_in)(account(line, stage))?;
        let options = options(line);
        let args = Value::Object(line.args.clone());
        if line.config.get("follow_cursor") != Some(&Value::Bool(true)) {
            return client.call(&line.op, args, &options).await;
        }
        let (mut pages, mut names) = (0, Vec::new());
        let mut args = args;
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

fn account(line: &Line, stage: &Stage) -> AccountConfig {
    let mistral = hosted(Platform::Mistral);
    let environment = line.config.get("env").and_then(Value::as_object);
    let (mut settings, mut secrets) = match (mistral, environment) {
        (Some(mistral), Some(environment)) => from_environment(mistral.fields, environment),
        _ => (Map::new(), BTreeMap::new()),
    };
    // A file that the environment names goes before a key that it holds.
    if settings.contains_key("token_file") {
        secrets.remove("api_key");
    }
    match line.config.get("api_key") {
        Some(Value::String(key)) => {
            secrets.insert("api_key".to_owned(), Secret::new(key.as_str()));
        }
        Some(_) => {}
        None => {
            secrets.insert("api_key".to_owned(), Secret::new(KEY));
        }
    }
    let suffix = line.setting("server_url_suffix").unwrap_or_default();
    settings.insert(
        "base_url".to_owned(),
        format!("{}{suffix}", stage.base_url).into(),
    );
    let sdk = line.sdk.as_deref().unwrap_or_default();
    if sdk
        .rsplit('/')
        .next()
        .is_some_and(|version| version.starts_with("2."))
    {
        settings.insert("surface".to_owned(), "seed".into());
    }
    stage.sign_in(settings, secrets)
}

fn options(line: &Line) -> CallOptions {
    let number = |value: &Value| value.as_f64().unwrap_or_default();
    let limit = |name: &str| line.config.get(name).and_then(Value::as_f64);
    let timeout = limit("timeout_ms").or_else(|| limit("client_timeout_ms"));
    let retries = line
        .config
        .get("retries")
        .or_else(|| line.config.get("client_retries"));
    CallOptions {
        timeout: timeout.map(millis),
        retries: retries
            .filter(|retries| retries.is_object())
            .map(|retries| {
                Retries::Policy(RetryPolicy {
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
                })
            }),
        headers: line.headers("http_headers"),
        ..CallOptions::default()
    }
}

fn millis(millis: f64) -> Duration {
    Duration::try_from_secs_f64(millis / 1000.0).unwrap_or_default()
}
