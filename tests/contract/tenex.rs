//! 10ex.

use async_trait::async_trait;
use patchbay_http::CallOptions;
use patchbay_model::Platform;
use patchbay_platforms::Error;
use patchbay_tests::{Adapter, Line, Stage, find_platform, from_environment};
use serde_json::{Map, Value};

const KEY: &str = "tnx_abc12345_s3cret";

/// 10ex's lines.
pub(crate) struct Tenex;

#[async_trait]
impl Adapter for Tenex {
    fn platform(&self) -> &'static str {
        "tenex"
    }

    fn token(&self, config: &Map<String, Value>) -> String {
        match config.get("token") {
            None => KEY.to_owned(),
            Some(token) => token.as_str().unwrap_or_default().to_owned(),
        }
    }

    async fn run(&self, line: &Line, stage: &Stage) -> Result<Value, Error> {
        let tenex = find_platform(Platform::Tenex)?;
        let (mut settings, mut secrets) = from_environment(tenex.fields, &line.object("env"));
        settings
            .entry("base_url")
            .or_insert_with(|| stage.base_url.clone().into());
        let mut routes = Map::new();
        for (name, value) in &line.config {
            if let Some(operation) = name.strip_prefix("routes.") {
                routes.insert(operation.to_owned(), value.clone());
            } else if tenex.fields.iter().any(|field| field.name == name) {
                settings.insert(name.clone(), value.clone());
            } else if !matches!(name.as_str(), "env" | "token" | "unreachable") {
                return Err(Error::NotSupported(format!("the config key {name}")));
            }
        }
        if !routes.is_empty() {
            settings.insert("routes".to_owned(), Value::Object(routes));
        }
        if let Some(token) = line.secret("token", KEY) {
            secrets.insert("api_key".to_owned(), token);
        }
        let platform = stage.sign_in(tenex, settings, secrets)?;
        let arguments = Value::Object(line.args.clone());
        let options = CallOptions::default();
        platform.call(&line.op, arguments, &options).await
    }
}
