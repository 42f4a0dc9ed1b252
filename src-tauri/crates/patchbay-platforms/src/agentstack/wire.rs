//! What comes over Agent Stack's wire: the contract requires little of it, and a member of another type than
//! documented must not cost the rest. Members that nobody knows yet are kept.
//!
//! Source: Agent Stack contract, section 2.

use patchbay_http::text::non_empty;
use patchbay_http::{Answer, Path, SecretNames, redact_members};
use schemars::JsonSchema;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

use crate::{Error, Members, Output, Parsed, Result, output};

/// The state in which tools can be used.
pub const CONNECTED: &str = "connected";

/// The state in which nothing more comes by itself.
pub const DISCONNECTED: &str = "disconnected";

/// The state in which a person has to consent.
pub const AUTH_REQUIRED: &str = "auth_required";

/// A record of one MCP server.
pub type Connector = Parsed<ConnectorMembers>;

/// What every record of a server has.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct ConnectorMembers {
    pub id: String,
    pub url: String,
    pub state: String,
}

impl Members for ConnectorMembers {
    /// Its maker named the texts in `metadata`, so no name in there tells a secret.
    fn redact(json: &mut Value, names: &SecretNames) {
        let metadata = json.get_mut("metadata").map(Value::take);
        redact_members(json, names);
        if let Some(metadata) = metadata {
            json["metadata"] = metadata;
        }
    }
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
                ConnectorMembers::redact(&mut json, names);
                let read = Connector::of(json);
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

    /// Text that its maker wrote beside it.
    pub fn metadata(&self, key: &str) -> Option<&str> {
        non_empty(self.json.get("metadata")?.get(key)?)
    }

    /// What its maker wrote there beside name and description, by their own names.
    pub fn notes(&self) -> impl Iterator<Item = (&str, &str)> {
        let metadata = self.json.get("metadata").and_then(Value::as_object);
        let notes = metadata.into_iter().flatten();
        let notes = notes.filter(|(name, _)| !matches!(name.as_str(), "name" | "description"));
        notes.filter_map(|(name, words)| Some((name.as_str(), non_empty(words)?)))
    }

    /// Where a person consents, while that is waited for.
    pub fn auth_request(&self) -> Option<AuthRequest<'_>> {
        let request = self.json.get("auth_request")?.as_object()?;
        Some(AuthRequest {
            kind: request.get("type").and_then(non_empty).unwrap_or("code"),
            authorization_endpoint: request.get("authorization_endpoint").and_then(non_empty),
        })
    }
}

/// A server that the platform knows by its URL.
pub type Preset = Parsed<PresetMembers>;

/// What every preset has.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct PresetMembers {
    pub url: String,
}

impl Members for PresetMembers {
    /// The platform's keepers wrote it, for everybody.
    fn redact(_: &mut Value, _: &SecretNames) {}
}

impl Preset {
    /// Text that its keepers wrote beside it.
    pub fn metadata(&self, key: &str) -> Option<&str> {
        non_empty(self.json.get("metadata")?.get(key)?)
    }

    /// All of these texts; `None` when there are none.
    pub fn texts(&self) -> Option<Map<String, Value>> {
        let mut texts = self.json.get("metadata")?.as_object()?.clone();
        texts.retain(|_, text| text.is_string());
        (!texts.is_empty()).then_some(texts)
    }
}

/// Connectors, or presets. The platform gives all of them at once.
#[derive(Clone, Debug, PartialEq)]
pub struct Page<T> {
    pub items: Vec<T>,
    /// All of its other members.
    rest: Map<String, Value>,
}

impl<T: Members> Output for Page<Parsed<T>> {
    /// Null is no items.
    fn read(answer: &Answer, _: &str) -> Result<Self> {
        let mut rest = answer.object()?;
        let missing = || answer.unexpected("missing field `items`");
        let items = rest.get_mut("items").ok_or_else(missing)?.take();
        let items = output::items(items, answer)?.into_iter();
        let items = items.map(|item| Parsed::of_answer(item, answer));
        Ok(Self {
            items: items.collect::<Result<_>>()?,
            rest,
        })
    }

    fn into_json(mut self) -> Value {
        let items = self.items.into_iter().map(Parsed::into_json);
        self.rest.insert("items".to_owned(), items.collect());
        self.rest.into()
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
