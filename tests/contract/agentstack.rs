//! Agent Stack.

use async_trait::async_trait;
use patchbay_http::CallOptions;
use patchbay_model::{Platform, Secret};
use patchbay_platforms::Error;
use patchbay_tests::{Adapter, Line, Stage, find_platform, from_environment};
use serde_json::{Map, Value};

/// Every key of `config` that the contract has.
const KEYS: &str = "
    ambient auth_token base_suffix context_id env from_env scale_timeout_to show_headers unreachable
";

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
        line.check_keys(KEYS)?;
        let agentstack = find_platform(Platform::Agentstack)?;
        let base_url = stage.account_url(line, "base_suffix");
        let mut environment = line.object("env");
        let from_env = line.is_set("from_env");
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
        let platform = stage.sign_in(agentstack, settings, secrets)?;
        let options = CallOptions::default();
        platform.call(&line.op, arguments(line), &options).await
    }
}

/// The token, given as text or wrapped; an empty one is none.
fn token(config: &Map<String, Value>) -> Option<&str> {
    let token = config.get("auth_token")?;
    let token = token.as_str().or_else(|| token["secret"].as_str());
    token.filter(|token| !token.is_empty())
}

/// The arguments; the limit of a wait is one of them.
fn arguments(line: &Line) -> Value {
    let mut arguments = line.args.clone();
    let is_wait = line.op.starts_with("wait_for_");
    if let Some(limit) = line.config.get("scale_timeout_to").filter(|_| is_wait) {
        arguments.insert("limit_s".to_owned(), limit.clone());
    }
    arguments.into()
}
