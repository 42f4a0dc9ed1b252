//! Airbyte Agents.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use patchbay_http::{CachedToken, CallOptions, Clock as _};
use patchbay_model::Secret;
use patchbay_platforms::{Error, HostedPlatform, Platform};
use patchbay_tests::{Adapter, Line, Stage, find_platform, from_environment};
use serde_json::{Map, Value};

/// Every key of `config` that the contract has.
const KEYS: &str = "
    age_token_s cached_token client configure env host_suffix no_credentials scale_timeout_to show_headers
    times unreachable
";

/// How long a cached token is good.
///
/// Source: Airbyte contract, section 8.
const CACHED: Duration = Duration::from_secs(600);

/// Airbyte's lines.
pub(crate) struct Airbyte;

#[async_trait]
impl Adapter for Airbyte {
    fn platform(&self) -> &'static str {
        "airbyte"
    }

    fn token(&self, config: &Map<String, Value>) -> String {
        let cached = config.get("cached_token").and_then(Value::as_str);
        cached.unwrap_or("tok-1").to_owned()
    }

    async fn run(&self, line: &Line, stage: &Stage) -> Result<Value, Error> {
        line.check_keys(KEYS)?;
        let platform = sign_in(line, stage)?;
        let options = CallOptions {
            cached_token: cached_token(line, stage),
            ..CallOptions::default()
        };
        let Some(times) = line.config.get("times").and_then(Value::as_u64) else {
            return call(&*platform, line, &options).await;
        };
        let age = line.number("age_token_s").unwrap_or_default();
        let mut results = Vec::new();
        for n in 0..times {
            if n > 0 {
                stage.clock.advance(Duration::from_secs_f64(age));
            }
            results.push(call(&*platform, line, &options).await?);
        }
        Ok(Value::Array(results))
    }
}

/// The account of a line: the client's own settings, else process-wide ones, else the environment.
fn sign_in(line: &Line, stage: &Stage) -> Result<Arc<dyn Platform>, Error> {
    let airbyte = find_platform(patchbay_model::Platform::Airbyte)?;
    let (mut settings, mut secrets) = from_environment(airbyte.fields, &line.object("env"));
    let configured = line.object("configure");
    overlay(airbyte, &configured, &mut settings, &mut secrets);
    let mut client = Map::new();
    if !line.is_set("no_credentials") {
        client.insert("client_id".to_owned(), "cid-1".into());
        client.insert("client_secret".to_owned(), "sec-1".into());
    }
    client.extend(line.object("client"));
    overlay(airbyte, &client, &mut settings, &mut secrets);
    let base_url = settings.entry("base_url");
    base_url.or_insert_with(|| stage.account_url(line, "host_suffix"));
    stage.sign_in(airbyte, settings, secrets)
}

/// Puts stronger settings in place of weaker ones; empty text and null count as absent.
fn overlay(
    airbyte: &HostedPlatform,
    stronger: &Map<String, Value>,
    settings: &mut Map<String, Value>,
    secrets: &mut BTreeMap<String, Secret>,
) {
    let is_secret = |name: &str| {
        let mut fields = airbyte.fields.iter();
        fields.any(|field| field.is_secret && field.name == name)
    };
    for (name, value) in stronger {
        match value.as_str() {
            Some("") => {}
            None if value.is_null() => {}
            Some(text) if is_secret(name) => {
                secrets.insert(name.clone(), Secret::new(text));
            }
            _ => {
                settings.insert(name.clone(), value.clone());
            }
        }
    }
}

fn cached_token(line: &Line, stage: &Stage) -> Option<CachedToken> {
    let is_of_schema = line.source.as_deref() == Some("openapi");
    let token = line
        .setting("cached_token")
        .or_else(|| is_of_schema.then_some("tok-1"))?;
    Some(CachedToken {
        token: Secret::new(token),
        good_until: stage.clock.now() + CACHED,
    })
}

async fn call(platform: &dyn Platform, line: &Line, options: &CallOptions) -> Result<Value, Error> {
    let mut arguments = line.args.clone();
    let operation = match line.op.as_str() {
        "execute_typed" => {
            arguments.remove("slug");
            "execute"
        }
        "wait_for_deletion" => {
            let limit = line.config.get("scale_timeout_to");
            arguments.extend(limit.map(|limit| ("limit_s".to_owned(), limit.clone())));
            "wait_for_deletion"
        }
        operation => operation,
    };
    let mut result = platform
        .call(operation, Value::Object(arguments), options)
        .await?;
    Ok(match operation {
        // The record has the id of the detail alone.
        "create_connector" => result["id"].take(),
        _ => result,
    })
}
