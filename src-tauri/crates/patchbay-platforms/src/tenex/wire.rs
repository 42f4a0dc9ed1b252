//! What comes over 10ex's wire, as far as it is assumed: words and members that are not known are kept, and
//! never cost the rest.
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

/// A configured connector, with its id as text.
pub type Connector = Parsed<ConnectorMembers>;

/// What every connector has.
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
    /// One of which nothing is known yet but that its consent was started.
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

    /// The words of its error.
    pub fn error(&self) -> Option<&str> {
        non_empty(self.json.get("error")?.get("message")?)
    }

    /// Whether it lives by a consent, and not by a key.
    pub(super) fn has_consent(&self) -> bool {
        self.text("auth_type") == Some("oauth")
    }
}

/// A page of connectors or providers.
#[derive(Clone, Debug, PartialEq)]
pub struct Page<T> {
    pub items: Vec<T>,
    /// Where to go on; `None` at the end.
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
    /// Reads a page, a JSON object whose list may be null, without secrets.
    ///
    /// # Errors
    /// [`Error::UnexpectedAnswer`](crate::Error::UnexpectedAnswer) without the list, or when an item is unreadable.
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

/// An id: text, or a number that becomes text.
pub(super) fn id(value: Value) -> Option<String> {
    lenient::known_id(value).ok()?
}

/// A consent that was started.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Started {
    /// The connector by which its state is asked for, where the answer names it.
    #[serde(default, deserialize_with = "lenient::known_id")]
    pub connector_id: Option<String>,
    pub redirect_url: Url,
    #[serde(default)]
    pub state: Value,
    #[serde(default)]
    pub expires_at: Value,
}

/// How far a consent is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Grant {
    #[serde(default, deserialize_with = "lenient::known_id")]
    pub connector_id: Option<String>,
    pub status: String,
    /// All of its other members.
    #[serde(flatten)]
    pub rest: Map<String, Value>,
}

impl Grant {
    /// Why it failed: the platform's words, else its word for the state.
    pub fn reason(&self) -> String {
        let error = self.rest.get("error");
        let words = error.and_then(|error| non_empty(error.get("message")?));
        words.map_or_else(|| format!("status {}", self.status), str::to_owned)
    }

    /// Whether somebody refused: the code of RFC 6749, section 4.1.2.1, which the platform hands on.
    pub fn is_refusal(&self) -> bool {
        let error = self.rest.get("error");
        error.is_some_and(|error| error["code"] == "access_denied")
    }
}

/// What a test read found.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Tested {
    pub ok: bool,
    /// What the provider said.
    #[serde(default, deserialize_with = "lenient::text")]
    pub message: Option<String>,
}

impl LosslessOutput for Started {}
impl LosslessOutput for Grant {}

/// The service behind a connector.
#[apply(
    Option<String> => #[serde(default, deserialize_with = "lenient::text")],
    Vec<String> => #[serde(default, deserialize_with = "lenient::texts")],
)]
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
pub struct Provider {
    /// What it is called in requests.
    pub provider: String,
    pub name: Option<String>,
    pub category: Option<String>,
    /// How it can be connected: `oauth`, `byok`. One that names no way may take any.
    pub auth_types: Vec<String>,
    pub roles: Vec<String>,
    #[serde(default, deserialize_with = "lenient::each")]
    pub byok_fields: Vec<KeyField>,
}

/// Something that a person types in to connect by a key.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct KeyField {
    pub name: String,
    #[serde(default, deserialize_with = "lenient::text")]
    pub label: Option<String>,
    #[serde(default, deserialize_with = "lenient::known")]
    secret: Option<bool>,
    #[serde(default, deserialize_with = "lenient::known")]
    required: Option<bool>,
}

impl KeyField {
    /// Whether it is one: a secret that is shown cannot be taken back.
    pub fn is_secret(&self) -> bool {
        self.secret.unwrap_or(true)
    }

    /// Whether nothing works without it.
    pub fn is_required(&self) -> bool {
        self.required.unwrap_or(true)
    }
}

impl Page<Value> {
    /// Those that have a name to be called by.
    pub fn providers(self) -> impl Iterator<Item = Provider> {
        let read = self.items.into_iter().map(serde_json::from_value);
        read.filter_map(|read: serde_json::Result<Provider>| read.ok())
            .filter(|provider| !provider.provider.is_empty())
    }
}

#[cfg(test)]
mod tests;
