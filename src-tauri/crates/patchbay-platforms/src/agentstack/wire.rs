//! What comes over Agent Stack's wire.
//!
//! Answers are kept whole, as JSON, with a reader for each member that Patchbay looks at: the contract
//! requires little of them, and a member of another type than documented must not cost the rest.
//!
//! Source: Agent Stack contract, section 2.

use patchbay_http::text::filled;
use patchbay_http::{Answer, without_secrets};
use serde_json::{Map, Value};

use super::SECRET_NAMES;
use crate::{Error, Output};

/// The state in which tools can be used.
pub(super) const CONNECTED: &str = "connected";

/// The state in which nothing more comes by itself.
pub(super) const DISCONNECTED: &str = "disconnected";

/// The state in which a person has to consent.
pub(super) const AUTH_REQUIRED: &str = "auth_required";

/// A record of one MCP server.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Connector(Map<String, Value>);

/// The page on which a person consents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct AuthRequest<'a> {
    /// `code`, or a kind of sign-in that came later.
    pub(super) kind: &'a str,
    pub(super) authorization_endpoint: Option<&'a str>,
}

/// Connectors, or presets. The platform gives all of them at once.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Page<T> {
    pub(super) items: Vec<T>,
    rest: Map<String, Value>,
}

/// A server that the platform knows by its URL.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Preset(Map<String, Value>);

/// Something that is read out of JSON and is JSON again.
pub(super) trait Item: Sized + Send {
    /// # Errors
    /// What is wrong with it.
    fn read(json: Value) -> Result<Self, &'static str>;

    fn into_json(self) -> Value;
}

impl Connector {
    pub(super) fn id(&self) -> &str {
        self.needed("id")
    }

    pub(super) fn state(&self) -> &str {
        self.needed("state")
    }

    pub(super) fn is_connected(&self) -> bool {
        self.state() == CONNECTED
    }

    /// A member without which there is no connector.
    fn needed(&self, member: &str) -> &str {
        self.0
            .get(member)
            .and_then(Value::as_str)
            .unwrap_or_default()
    }

    /// A member that is text and not empty.
    pub(super) fn text(&self, member: &str) -> Option<&str> {
        filled(self.0.get(member)?)
    }

    /// Text that its maker wrote beside it.
    pub(super) fn metadata(&self, key: &str) -> Option<&str> {
        filled(self.0.get("metadata")?.get(key)?)
    }

    pub(super) fn auth_request(&self) -> Option<AuthRequest<'_>> {
        let request = self.0.get("auth_request")?.as_object()?;
        Some(AuthRequest {
            kind: request.get("type").and_then(filled).unwrap_or("code"),
            authorization_endpoint: request.get("authorization_endpoint").and_then(filled),
        })
    }
}

impl Output for Connector {
    fn read(answer: &Answer, operation: &str) -> Result<Self, Error> {
        let read = Item::read(answer.json()?);
        read.map_err(|what| answer.unexpected(format!("{operation}: {what}")))
    }

    fn into_json(self) -> Value {
        Item::into_json(self)
    }
}

impl Preset {
    pub(super) fn url(&self) -> &str {
        self.0
            .get("url")
            .and_then(Value::as_str)
            .unwrap_or_default()
    }

    /// Text that its keepers wrote beside it.
    pub(super) fn metadata(&self, key: &str) -> Option<&str> {
        filled(self.0.get("metadata")?.get(key)?)
    }

    /// All of these texts as an object; `None` when there are none.
    pub(super) fn texts(&self) -> Option<Value> {
        let texts = self.0.get("metadata")?.as_object()?.iter();
        let texts: Map<String, Value> = texts
            .filter(|(_, text)| text.is_string())
            .map(|(key, text)| (key.clone(), text.clone()))
            .collect();
        (!texts.is_empty()).then_some(Value::Object(texts))
    }
}

impl Item for Connector {
    fn read(mut json: Value) -> Result<Self, &'static str> {
        clean(&mut json);
        let Value::Object(json) = json else {
            return Err("a connector is no object");
        };
        for (member, missing) in [
            ("id", "a connector has no id"),
            ("state", "a connector has no state"),
            ("url", "a connector has no url"),
        ] {
            if !json.get(member).is_some_and(Value::is_string) {
                return Err(missing);
            }
        }
        Ok(Self(json))
    }

    fn into_json(self) -> Value {
        Value::Object(self.0)
    }
}

impl Item for Preset {
    fn read(json: Value) -> Result<Self, &'static str> {
        match json {
            Value::Object(json) if json.get("url").is_some_and(Value::is_string) => Ok(Self(json)),
            _ => Err("a preset has no url"),
        }
    }

    fn into_json(self) -> Value {
        Value::Object(self.0)
    }
}

/// Items that are null are none.
impl<T: Item> Output for Page<T> {
    fn read(answer: &Answer, operation: &str) -> Result<Self, Error> {
        let unexpected = |what: &str| answer.unexpected(format!("{operation}: {what}"));
        let mut rest = answer.object()?;
        let items = match rest.get_mut("items").map(Value::take) {
            Some(Value::Array(items)) => items,
            Some(Value::Null) => Vec::new(),
            Some(_) => return Err(unexpected("items is no list")),
            None => return Err(unexpected("items is missing")),
        };
        let items: Result<_, _> = items.into_iter().map(T::read).collect();
        Ok(Self {
            items: items.map_err(unexpected)?,
            rest,
        })
    }

    fn into_json(self) -> Value {
        let items = self.items.into_iter().map(T::into_json);
        let mut json = self.rest;
        json.insert("items".to_owned(), items.collect());
        Value::Object(json)
    }
}

/// Takes secrets out of a connector. Its maker named the texts in `metadata`, so no name in there tells a
/// secret.
fn clean(connector: &mut Value) {
    let metadata = connector.get_mut("metadata").map(Value::take);
    without_secrets(connector, &SECRET_NAMES);
    if let Some(metadata) = metadata {
        connector["metadata"] = metadata;
    }
}

/// Whether two ids are the same: the platform takes a UUID in any spelling and gives its own back.
pub(super) fn same_id(one: &str, other: &str) -> bool {
    plain_id(one) == plain_id(other)
}

/// An id in the one spelling that all spellings of it share.
pub(super) fn plain_id(id: &str) -> String {
    let lower = id.to_ascii_lowercase();
    let digits = lower.strip_prefix("urn:uuid:").unwrap_or(&lower);
    let digits: String = digits
        .chars()
        .filter(|sign| !matches!(sign, '-' | '{' | '}'))
        .collect();
    let is_uuid = digits.len() == 32 && digits.chars().all(|digit| digit.is_ascii_hexdigit());
    if is_uuid { digits } else { id.to_owned() }
}

#[cfg(test)]
mod tests;
