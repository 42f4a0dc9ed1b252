//! What comes over 10ex's wire, as far as it is assumed: words and members that are not known are kept, and
//! never cost the rest.
//!
//! Source: 10ex contract, section 3.

#![expect(missing_docs, reason = "the members are the contract's own")]

use patchbay_http::text::non_empty;
use patchbay_model::RemoteId;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use serde_with::apply;
use url::Url;

use crate::lenient;
use crate::output::LosslessOutput;

/// A configured connector.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Connector {
    #[serde(deserialize_with = "lenient::id")]
    pub id: RemoteId,
    pub provider: String,
    pub status: String,
    /// All of its other members.
    #[serde(flatten)]
    pub rest: Map<String, Value>,
}

impl Connector {
    /// A member that is text and not empty.
    pub fn text(&self, member: &str) -> Option<&str> {
        non_empty(self.rest.get(member)?)
    }

    /// The words of its error.
    pub fn error(&self) -> Option<&str> {
        non_empty(self.rest.get("error")?.get("message")?)
    }

    /// Whether it lives by a consent, and not by a key.
    pub(super) fn has_consent(&self) -> bool {
        self.text("auth_type") == Some("oauth")
    }
}

/// A page of connectors or providers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound(deserialize = "T: serde::de::DeserializeOwned"))]
pub struct Page<T> {
    /// Null is none.
    #[serde(deserialize_with = "lenient::list")]
    pub items: Vec<T>,
    /// Where to go on; `None` at the end.
    #[serde(default, deserialize_with = "lenient::known_id")]
    pub next_cursor: Option<String>,
    #[serde(default)]
    pub total: Value,
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

impl LosslessOutput for Connector {}
impl<T: Serialize + serde::de::DeserializeOwned + Send> LosslessOutput for Page<T> {}
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
        read.filter_map(|read: Result<Provider, _>| read.ok())
            .filter(|provider| !provider.provider.is_empty())
    }
}

#[cfg(test)]
mod tests;
