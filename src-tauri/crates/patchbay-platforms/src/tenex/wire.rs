//! 10ex's responses, as assumed. Unknown words and members are kept, and must not make the others unreadable.
//!
//! Source: 10ex contract, section 3.

use patchbay_http::text::non_empty;
use patchbay_http::{Answer, redact_members};
use patchbay_model::RemoteId;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use serde_with::apply;
use url::Url;

use crate::output::{self, LosslessOutput};
use crate::{Members, Output, Parsed, Result, lenient};

/// A connector, with its id as text.
pub type Connector = Parsed<ConnectorMembers>;

/// Required members of a connector.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct ConnectorMembers {
    #[serde(deserialize_with = "lenient::id")]
    pub id: RemoteId,
    pub provider: String,
    pub status: String,
}

impl Members for ConnectorMembers {
    fn normalize(&self, json: &mut Value) {
        json["id"] = self.id.as_str().into();
    }
}

impl Connector {
    /// A connector of which only the start of its consent is known.
    pub(super) fn pending(id: RemoteId, provider: String) -> Self {
        let status = "pending".to_owned();
        let json = json!({"id": id, "provider": provider, "status": status});
        let value = ConnectorMembers {
            id,
            provider,
            status,
        };
        Self { json, value }
    }

    pub fn error(&self) -> Option<&str> {
        non_empty(self.json.get("error")?.get("message")?)
    }

    /// Whether it uses a consent instead of a key.
    pub(super) fn has_consent(&self) -> bool {
        self.text("auth_type") == Some("oauth")
    }
}

/// A page of connectors or providers.
#[derive(Clone, Debug, PartialEq)]
pub struct Page<T> {
    pub items: Vec<T>,
    /// `None` at the end.
    pub next_cursor: Option<String>,
    pub total: Value,
}

/// An item of a page.
pub trait Item: Output {
    #[doc(hidden)]
    fn of(json: Value) -> serde_json::Result<Self>;
}

impl Item for Value {
    fn of(json: Value) -> serde_json::Result<Self> {
        Ok(json)
    }
}

impl<T: Members> Item for Parsed<T> {
    fn of(json: Value) -> serde_json::Result<Self> {
        Self::of(json)
    }
}

impl<T: Item> Page<T> {
    /// Parses a page whose list may be null, without secrets.
    pub(super) fn of(mut page: Value, items: &str, cursor: &str, answer: &Answer) -> Result<Self> {
        redact_members(&mut page, answer.secret_names);
        let missing = || answer.unexpected(format!("{items} missing"));
        let items = page.get_mut(items).ok_or_else(missing)?.take();
        let items = output::items(items, answer)?.into_iter().map(T::of);
        let items = items.collect::<serde_json::Result<_>>();
        let cursor = page.get_mut(cursor).and_then(|cursor| id(cursor.take()));
        Ok(Self {
            items: items.map_err(|error| output::unexpected(answer, &error))?,
            next_cursor: cursor.filter(|cursor| !cursor.is_empty()),
            total: page["total"].take(),
        })
    }
}

impl<T: Item> Output for Page<T> {
    fn read(answer: &Answer, _: &str) -> Result<Self> {
        Self::of(answer.object()?.into(), "items", "next_cursor", answer)
    }

    fn into_json(self) -> Value {
        let items = self.items.into_iter().map(Output::into_json);
        Value::from_iter([
            ("items", items.collect()),
            ("next_cursor", self.next_cursor.into()),
            ("total", self.total),
        ])
    }
}

/// Text, or a number that becomes text.
pub(super) fn id(value: Value) -> Option<String> {
    lenient::known_id(value).ok()?
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Started {
    /// The connector by which to poll, if the response names it.
    #[serde(default, deserialize_with = "lenient::known_id")]
    pub connector_id: Option<String>,
    pub redirect_url: Url,
    #[serde(default)]
    pub state: Value,
    #[serde(default)]
    pub expires_at: Value,
}

/// The status of a consent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Grant {
    #[serde(default, deserialize_with = "lenient::known_id")]
    pub connector_id: Option<String>,
    pub status: String,
    /// All other members.
    #[serde(flatten)]
    pub rest: Map<String, Value>,
}

impl Grant {
    /// Why it failed: the platform's words, or else its status.
    pub fn reason(&self) -> String {
        let error = self.rest.get("error");
        let words = error.and_then(|error| non_empty(error.get("message")?));
        words.map_or_else(|| format!("status {}", self.status), str::to_owned)
    }

    /// Whether somebody refused, by the code of RFC 6749, section 4.1.2.1, which the platform passes on.
    pub fn is_refusal(&self) -> bool {
        let error = self.rest.get("error");
        error.is_some_and(|error| error["code"] == "access_denied")
    }
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Tested {
    pub ok: bool,
    /// The provider's words.
    #[serde(default, deserialize_with = "lenient::text")]
    pub message: Option<String>,
}

impl LosslessOutput for Started {}
impl LosslessOutput for Grant {}

/// The service behind a connector.
#[apply(
    Option<String> => #[serde(default, deserialize_with = "lenient::text")],
    Vec<String> => #[serde(default, deserialize_with = "lenient::each")],
)]
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
pub struct Provider {
    /// Identifier in requests.
    pub provider: String,
    pub name: Option<String>,
    pub category: Option<String>,
    /// `oauth`, `byok`; empty if any method may work.
    pub auth_types: Vec<String>,
    pub roles: Vec<String>,
    #[serde(default, deserialize_with = "lenient::each")]
    pub byok_fields: Vec<KeyField>,
}

/// A field to fill in for connecting with a key.
#[apply(bool => #[serde(default = "lenient::yes", deserialize_with = "lenient::true_by_default")])]
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct KeyField {
    pub name: String,
    #[serde(default, deserialize_with = "lenient::text")]
    pub label: Option<String>,
    /// By default it is, since showing a secret cannot be undone.
    pub secret: bool,
    pub required: bool,
}

impl Page<Value> {
    /// Providers that have an identifier.
    pub fn providers(self) -> impl Iterator<Item = Provider> {
        let read = self.items.into_iter().map(serde_json::from_value);
        read.filter_map(|read: serde_json::Result<Provider>| read.ok())
            .filter(|provider| !provider.provider.is_empty())
    }
}

#[cfg(test)]
mod tests;
