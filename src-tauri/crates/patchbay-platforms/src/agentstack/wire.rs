//! What comes over Agent Stack's wire: the contract requires little of it, and a member of another type than
//! documented must not cost the rest. Members that nobody knows yet are kept.
//!
//! Source: Agent Stack contract, section 2.

#![expect(missing_docs, reason = "the members are the contract's own")]

use patchbay_http::text::non_empty;
use patchbay_http::{Answer, Path, SecretNames, redact_members};
use schemars::JsonSchema;
use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};

use crate::output::parse_documented;
use crate::{Error, Output, Result, lenient};

/// The state in which tools can be used.
pub const CONNECTED: &str = "connected";

/// The state in which nothing more comes by itself.
pub const DISCONNECTED: &str = "disconnected";

/// The state in which a person has to consent.
pub const AUTH_REQUIRED: &str = "auth_required";

/// A record of one MCP server.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Connector {
    pub id: String,
    pub url: String,
    pub state: String,
    /// All of its other members.
    #[serde(flatten)]
    pub rest: Map<String, Value>,
}

/// A connector, by its id or whole as an operation answered it.
#[derive(Clone, Debug, JsonSchema)]
#[serde(untagged)]
pub enum ConnectorRef {
    /// Its id, a UUID.
    Id(String),
    /// The whole connector.
    Whole(Map<String, Value>),
}

impl<'de> Deserialize<'de> for ConnectorRef {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Value::deserialize(deserializer)? {
            Value::String(id) => Ok(Self::Id(id)),
            Value::Object(connector) => Ok(Self::Whole(connector)),
            _ => Err(D::Error::custom("connector must be an id or an object")),
        }
    }
}

impl ConnectorRef {
    /// By its id.
    pub fn by_id(id: impl Into<String>) -> Self {
        Self::Id(id.into())
    }

    /// The id.
    ///
    /// # Errors
    /// [`Error::Usage`] for an object without one.
    pub fn id(&self) -> Result<&str> {
        match self {
            Self::Id(id) => Ok(id),
            Self::Whole(connector) => connector
                .get("id")
                .and_then(Value::as_str)
                .ok_or_else(|| Error::Usage("connector without an id".to_owned())),
        }
    }

    /// The connector itself, where it was given whole.
    ///
    /// # Errors
    /// [`Error::Usage`] when the object is no connector.
    pub(super) fn whole(&self, names: &SecretNames) -> Result<Option<Connector>> {
        match self {
            Self::Id(_) => Ok(None),
            Self::Whole(connector) => {
                let mut json = Value::Object(connector.clone());
                Connector::redact(&mut json, names);
                let read = serde_json::from_value(json);
                let words = || "connector without id, url or state".to_owned();
                read.map(Some).map_err(|_| Error::Usage(words()))
            }
        }
    }

    /// Its path.
    ///
    /// # Errors
    /// [`Error::Usage`] when the id cannot be a path segment.
    pub(super) fn path(&self) -> Result<Path> {
        connectors().value("connector", self.id()?)
    }
}

/// The path of all connectors.
pub(super) fn connectors() -> Path {
    Path::new("/api/v1/connectors")
}

/// The page on which a person consents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AuthRequest<'a> {
    /// `code`, or a kind of sign-in that came later.
    pub kind: &'a str,
    pub authorization_endpoint: Option<&'a str>,
}

impl Connector {
    /// Whether its tools can be used.
    pub fn is_connected(&self) -> bool {
        self.state == CONNECTED
    }

    /// A member that is text and not empty.
    pub fn text(&self, member: &str) -> Option<&str> {
        non_empty(self.rest.get(member)?)
    }

    /// Text that its maker wrote beside it.
    pub fn metadata(&self, key: &str) -> Option<&str> {
        non_empty(self.rest.get("metadata")?.get(key)?)
    }

    /// What its maker wrote there beside name and description, by their own names.
    pub fn notes(&self) -> impl Iterator<Item = (&str, &str)> {
        let metadata = self.rest.get("metadata").and_then(Value::as_object);
        let notes = metadata.into_iter().flatten();
        let notes = notes.filter(|(name, _)| !matches!(name.as_str(), "name" | "description"));
        notes.filter_map(|(name, words)| Some((name.as_str(), non_empty(words)?)))
    }

    /// Where a person consents, while that is waited for.
    pub fn auth_request(&self) -> Option<AuthRequest<'_>> {
        let request = self.rest.get("auth_request")?.as_object()?;
        Some(AuthRequest {
            kind: request.get("type").and_then(non_empty).unwrap_or("code"),
            authorization_endpoint: request.get("authorization_endpoint").and_then(non_empty),
        })
    }
}

impl Output for Connector {
    fn read(answer: &Answer, _: &str) -> Result<Self> {
        let mut json = answer.object()?.into();
        Self::redact(&mut json, answer.secret_names);
        parse_documented(json, answer)
    }

    fn into_json(self) -> Value {
        // Its keys are text.
        serde_json::to_value(self).unwrap_or_default()
    }
}

/// A server that the platform knows by its URL.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Preset {
    pub url: String,
    /// All of its other members.
    #[serde(flatten)]
    rest: Map<String, Value>,
}

impl Preset {
    /// Text that its keepers wrote beside it.
    pub fn metadata(&self, key: &str) -> Option<&str> {
        non_empty(self.rest.get("metadata")?.get(key)?)
    }

    /// All of these texts; `None` when there are none.
    pub fn texts(&self) -> Option<Map<String, Value>> {
        let mut texts = self.rest.get("metadata")?.as_object()?.clone();
        texts.retain(|_, text| text.is_string());
        (!texts.is_empty()).then_some(texts)
    }
}

/// What a list is of.
pub trait Item: Serialize + DeserializeOwned + Send {
    /// Takes secrets out of its JSON.
    fn redact(_json: &mut Value, _names: &SecretNames) {}
}

impl Item for Connector {
    /// Its maker named the texts in `metadata`, so no name in there tells a secret.
    fn redact(json: &mut Value, names: &SecretNames) {
        let metadata = json.get_mut("metadata").map(Value::take);
        redact_members(json, names);
        if let Some(metadata) = metadata {
            json["metadata"] = metadata;
        }
    }
}

impl Item for Preset {}

/// Connectors, or presets. The platform gives all of them at once.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound(deserialize = "T: DeserializeOwned"))]
pub struct Page<T> {
    /// Null is none.
    #[serde(deserialize_with = "lenient::list")]
    pub items: Vec<T>,
    /// All of its other members.
    #[serde(flatten)]
    rest: Map<String, Value>,
}

impl<T: Item> Output for Page<T> {
    fn read(answer: &Answer, _: &str) -> Result<Self> {
        let mut json: Value = answer.object()?.into();
        let items = json.get_mut("items").and_then(Value::as_array_mut);
        let items = items.into_iter().flatten();
        items.for_each(|item| T::redact(item, answer.secret_names));
        parse_documented(json, answer)
    }

    fn into_json(self) -> Value {
        // Its keys are text.
        serde_json::to_value(self).unwrap_or_default()
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
