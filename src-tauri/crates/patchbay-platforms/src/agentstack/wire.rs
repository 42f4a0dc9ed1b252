//! Agent Stack's responses. The contract requires few members, and one of an undocumented type must not make the others
//! unreadable. Unknown members are kept.
//!
//! Source: Agent Stack contract, section 2.

use patchbay_http::text::non_empty;
use patchbay_http::{Answer, Path, SecretNames, redact_members};
use schemars::JsonSchema;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

use crate::{Error, Members, Output, Parsed, Result, output};

/// Never connected.
pub const CREATED: &str = "created";

/// Tools can be used.
pub const CONNECTED: &str = "connected";

/// The platform gave up or was told to disconnect.
pub const DISCONNECTED: &str = "disconnected";

/// A consent is required.
pub const AUTH_REQUIRED: &str = "auth_required";

pub type Connector = Parsed<ConnectorMembers>;

/// Required members of a connector.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct ConnectorMembers {
    pub id: String,
    pub url: String,
    pub state: String,
}

impl Members for ConnectorMembers {
    /// Names in `metadata` are chosen by the user, so none of them marks a secret.
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
    pub fn by_id(id: impl Into<String>) -> Self {
        Self::Id(id.into())
    }

    /// The id of the connector.
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

    /// The connector, if it was given whole.
    ///
    /// # Errors
    /// [`Error::Usage`] when the object is not a connector.
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

    /// The path of the connector.
    ///
    /// # Errors
    /// [`Error::Usage`] when the id cannot be a path segment.
    pub(super) fn path(&self) -> Result<Path> {
        connectors().value("connector", self.id()?)
    }
}

pub(super) fn connectors() -> Path {
    Path::new("/api/v1/connectors")
}

/// A requested consent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AuthRequest<'a> {
    /// `code`, or an unsupported kind of sign-in.
    pub kind: &'a str,
    pub authorization_endpoint: Option<&'a str>,
}

impl Connector {
    pub fn is_connected(&self) -> bool {
        self.state == CONNECTED
    }

    /// Whether it runs on the platform, which goes on after a deletion.
    pub fn has_workload(&self) -> bool {
        self.url.starts_with("mcp+stdio:") && self.state != CREATED
    }

    pub fn metadata(&self, key: &str) -> Option<&str> {
        non_empty(self.json.get("metadata")?.get(key)?)
    }

    /// Metadata other than name and description.
    pub fn notes(&self) -> impl Iterator<Item = (&str, &str)> {
        let metadata = self.json.get("metadata").and_then(Value::as_object);
        let notes = metadata.into_iter().flatten();
        let notes = notes.filter(|(name, _)| !matches!(name.as_str(), "name" | "description"));
        notes.filter_map(|(name, words)| Some((name.as_str(), non_empty(words)?)))
    }

    /// The consent that is pending, if any.
    pub fn auth_request(&self) -> Option<AuthRequest<'_>> {
        let request = self.json.get("auth_request")?.as_object()?;
        Some(AuthRequest {
            kind: request.get("type").and_then(non_empty).unwrap_or("code"),
            authorization_endpoint: request.get("authorization_endpoint").and_then(non_empty),
        })
    }
}

/// A server that the platform knows.
pub type Preset = Parsed<PresetMembers>;

/// Required members of a preset.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct PresetMembers {
    pub url: String,
}

impl Members for PresetMembers {
    /// Presets are public.
    fn redact(_: &mut Value, _: &SecretNames) {}
}

impl Preset {
    pub fn metadata(&self, key: &str) -> Option<&str> {
        non_empty(self.json.get("metadata")?.get(key)?)
    }

    /// All texts in its metadata, if there are any.
    pub fn texts(&self) -> Option<Map<String, Value>> {
        let mut texts = self.json.get("metadata")?.as_object()?.clone();
        texts.retain(|_, text| text.is_string());
        (!texts.is_empty()).then_some(texts)
    }
}

/// All connectors or presets; there are no further pages.
#[derive(Clone, Debug, PartialEq)]
pub struct Page<T> {
    pub items: Vec<T>,
    /// All other members.
    rest: Map<String, Value>,
}

impl<T: Members> Output for Page<Parsed<T>> {
    /// Null counts as an empty list.
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

/// Whether two ids are equal: the platform accepts any spelling of a UUID and returns its own.
pub(super) fn same_id(one: &str, other: &str) -> bool {
    plain_id(one) == plain_id(other)
}

/// Normalizes the spelling of a UUID.
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
