//! The settings of an account, as JSON or as text from a form or command line.

use std::time::Duration;

use patchbay_model::Secret;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::{Error, Result};

/// One day.
const MAX_SECONDS: f64 = 86_400.0;

pub(crate) struct Settings<'a>(pub(crate) &'a Map<String, Value>);

impl Settings<'_> {
    /// Null and empty text count as absent.
    fn value_of(&self, name: &str) -> Option<&Value> {
        let value = self.0.get(name)?;
        (!value.is_null() && value.as_str() != Some("")).then_some(value)
    }

    pub(crate) fn text_or(&self, name: &str, default: &str) -> Result<String> {
        match self.value_of(name) {
            None => Ok(default.to_owned()),
            Some(Value::String(text)) => Ok(text.clone()),
            Some(_) => Err(invalid_setting(name, "text")),
        }
    }

    /// A JSON list, or text with commas.
    pub(crate) fn words_or(&self, name: &str, default: &[&str]) -> Result<Vec<String>> {
        let words = match self.value_of(name) {
            None => return Ok(default.iter().map(|word| (*word).to_owned()).collect()),
            Some(Value::String(text)) if !text.trim_start().starts_with('[') => {
                text.split(',').map(|word| word.trim().to_owned()).collect()
            }
            Some(_) => self.json::<Vec<String>>(name)?.unwrap_or_default(),
        };
        Ok(words)
    }

    /// Seconds above zero.
    pub(crate) fn seconds_or(&self, name: &str, default: f64) -> Result<Duration> {
        let seconds = match self.value_of(name) {
            None => Some(default),
            Some(Value::String(text)) => text.trim().parse().ok(),
            Some(other) => other.as_f64(),
        };
        seconds
            .filter(|seconds| *seconds > 0.0 && *seconds <= MAX_SECONDS)
            .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
            .ok_or_else(|| invalid_setting(name, "a number of seconds"))
    }

    /// Default: false.
    pub(crate) fn flag(&self, name: &str) -> Result<bool> {
        match self.value_of(name) {
            None => Ok(false),
            Some(Value::Bool(flag)) => Ok(*flag),
            Some(Value::String(text)) if text == "true" => Ok(true),
            Some(Value::String(text)) if text == "false" => Ok(false),
            Some(_) => Err(invalid_setting(name, "true or false")),
        }
    }

    /// JSON, also as text.
    pub(crate) fn json<T: DeserializeOwned>(&self, name: &str) -> Result<Option<T>> {
        let read = match self.value_of(name) {
            None => return Ok(None),
            Some(Value::String(text)) => serde_json::from_str(text),
            Some(json) => serde_json::from_value(json.clone()),
        };
        read.map(Some)
            .map_err(|_| invalid_setting(name, "JSON as documented"))
    }

    /// A header as `[name, value]`, or as the text `Name: value`.
    pub(crate) fn header(&self, name: &str) -> Result<Option<(String, String)>> {
        match self.value_of(name) {
            Some(Value::String(text)) if !text.trim_start().starts_with('[') => {
                let (header, value) = text
                    .split_once(':')
                    .ok_or_else(|| invalid_setting(name, "Name: value"))?;
                Ok(Some((header.trim().to_owned(), value.trim().to_owned())))
            }
            _ => self.json(name),
        }
    }

    /// Header and prefix of the token. Empty text is a valid prefix.
    pub(crate) fn credential(&self) -> Result<Credential> {
        Ok(Credential {
            header: self.text_or("auth_header", "Authorization")?,
            prefix: match self.0.get("auth_prefix") {
                None | Some(Value::Null) => "Bearer ".to_owned(),
                Some(Value::String(prefix)) => prefix.clone(),
                Some(_) => return Err(invalid_setting("auth_prefix", "text")),
            },
        })
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Credential {
    header: String,
    prefix: String,
}

impl Credential {
    pub(crate) fn header_with(&self, token: &Secret) -> (String, Secret) {
        let value = Secret::new(format!("{}{}", self.prefix, token.expose()));
        (self.header.clone(), value)
    }
}

fn invalid_setting(name: &str, what: &str) -> Error {
    Error::Usage(format!("{name} must be {what}"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_header_is_a_pair_or_a_line() {
        let pair = Some(("X-Workspace-Id".to_owned(), "ws_9".to_owned()));
        for given in [
            json!(["X-Workspace-Id", "ws_9"]),
            json!("[\"X-Workspace-Id\", \"ws_9\"]"),
            json!("X-Workspace-Id: ws_9"),
        ] {
            let settings = json!({ "workspace_header": given });
            let settings = Settings(settings.as_object().unwrap());
            assert_eq!(settings.header("workspace_header").unwrap(), pair);
        }
        let settings = json!({"workspace_header": "ws_9"});
        assert!(
            Settings(settings.as_object().unwrap())
                .header("workspace_header")
                .is_err()
        );
    }

    #[test]
    fn an_empty_prefix_sends_the_token_alone() {
        let settings = json!({"auth_header": "X-Api-Key", "auth_prefix": ""});
        let credential = Settings(settings.as_object().unwrap())
            .credential()
            .unwrap();
        let (name, value) = credential.header_with(&Secret::new("tnx_a"));
        assert_eq!((name.as_str(), value.expose()), ("X-Api-Key", "tnx_a"));
        let usual = Settings(&Map::new()).credential().unwrap();
        assert_eq!(
            usual.header_with(&Secret::new("tnx_a")).1.expose(),
            "Bearer tnx_a"
        );
    }
}
