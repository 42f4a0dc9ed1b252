//! Agent Stack.

use async_trait::async_trait;
use patchbay_http::CallOptions;
use patchbay_model::Secret;
use patchbay_platforms::{Error, hosted};
use patchbay_tests::{Adapter, Line, Stage, from_environment};
use serde_json::{Map, Value};

/// Every key of `config` that the contract has.
const KEYS: [&str; 9] = [
    "ambient",
    "auth_token",
    "base_suffix",
    "context_id",
    "env",
    "from_env",
    "scale_timeout_to",
    "show_headers",
    "unreachable",
];

/// Agent Stack's lines.
pub(crate) struct AgentStack;

#[async_trait]
impl Adapter for AgentStack {
    fn platform(&self) -> &'static str {
        "agentstack"
    }

    fn token(&self, config: &Map<String, Value>) -> String {
        token(config).unwrap_or_default().to_owned()
    }

    async fn run(&self, line: &Line, stage: &Stage) -> Result<Value, Error> {
        if let Some(key) = line.config.keys().find(|key| !KEYS.contains(&key.as_str())) {
            return Err(Error::NotSupported(format!("the config key {key}")));
        }
        let agentstack = hosted(patchbay_model::Platform::Agentstack)
            .ok_or_else(|| Error::NotSupported("Agent Stack".to_owned()))?;
        let suffix = line.setting("base_suffix").unwrap_or_default();
        let base_url = Value::from(format!("{}{suffix}", stage.base_url));
        let mut environment = match line.config.get("env") {
            Some(Value::Object(environment)) => environment.clone(),
            _ => Map::new(),
        };
        let from_env = line.config.get("from_env") == Some(&Value::Bool(true));
        if from_env {
            let variable = environment.entry("PLATFORM_URL");
            variable.or_insert_with(|| base_url.clone());
        }
        let (mut settings, mut secrets) = from_environment(agentstack.fields, &environment);
        if !from_env {
            settings.insert("base_url".to_owned(), base_url);
        }
        if let Some(token) = token(&line.config) {
            settings.insert("auth".to_owned(), "bearer".into());
            secrets.insert("token".to_owned(), Secret::new(token));
        }
        let platform = (agentstack.sign_in)(stage.sign_in(settings, secrets))?;
        let (operation, arguments) = operation(line);
        platform
            .call(operation, arguments.into(), &CallOptions::default())
            .await
    }
}

/// The token, given as text or wrapped; an empty one is none.
fn token(config: &Map<String, Value>) -> Option<&str> {
    let token = config.get("auth_token")?;
    let token = token.as_str().or_else(|| token["secret"].as_str());
    token.filter(|token| !token.is_empty())
}

/// The name and the arguments: the limit of a wait is an argument.
fn operation(line: &Line) -> (&str, Map<String, Value>) {
    let mut arguments = line.args.clone();
    let is_wait = line.op.starts_with("wait_for_");
    if let Some(limit) = line.config.get("scale_timeout_to").filter(|_| is_wait) {
        arguments.insert("limit_s".to_owned(), limit.clone());
    }
    (&line.op, arguments)
}
