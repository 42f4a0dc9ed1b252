//! Members of Cohere's responses that Patchbay uses. The contract requires few of them, and one of an undocumented type
//! must not make the others unreadable.
//!
//! Source: Cohere contract, section 3.

use patchbay_model::RemoteId;
use serde::Deserialize;
use serde_json::Value;
use serde_with::apply;

use crate::{Raw, lenient};

/// A registered connector.
#[apply(Option<String> => #[serde(default, deserialize_with = "lenient::text")])]
#[derive(Clone, Debug, Deserialize)]
pub struct Connector {
    pub id: RemoteId,
    /// Unlike the others, it must be text.
    #[serde_with(skip_apply)]
    pub name: Option<String>,
    pub description: Option<String>,
    pub url: Option<String>,
    pub organization_id: Option<String>,
    pub created_at: Option<String>,
    pub updated_at: Option<String>,
    #[serde(default, deserialize_with = "lenient::each")]
    pub excludes: Vec<String>,
    /// `oauth`, `service_auth`, or an unknown word.
    pub auth_type: Option<String>,
    #[serde(default, deserialize_with = "lenient::known_object")]
    pub oauth: Option<OAuth>,
    /// `valid`, `expired`, or an unknown word; `None` if the user has not authorized it.
    pub auth_status: Option<String>,
    #[serde(default, deserialize_with = "lenient::flag")]
    active: Option<bool>,
    #[serde(default, deserialize_with = "lenient::flag")]
    continue_on_failure: Option<bool>,
}

/// The OAuth app of a connector, without its secret.
#[apply(Option<String> => #[serde(default, deserialize_with = "lenient::text")])]
#[derive(Clone, Debug, Default, Deserialize)]
pub struct OAuth {
    pub client_id: Option<String>,
    pub authorize_url: Option<String>,
    pub token_url: Option<String>,
    pub scope: Option<String>,
}

/// One page of connectors.
#[derive(Clone, Debug, Deserialize)]
pub struct Page {
    #[serde(deserialize_with = "lenient::objects")]
    pub connectors: Vec<Connector>,
    /// Total over all pages.
    #[serde(default, deserialize_with = "lenient::known")]
    pub total_count: Option<f64>,
}

/// The response of create, get and update.
#[derive(Clone, Debug, Deserialize)]
pub struct Envelope {
    #[serde(deserialize_with = "lenient::object")]
    pub connector: Connector,
}

#[derive(Clone, Debug, Deserialize)]
pub struct AuthorizationPage {
    #[serde(default, deserialize_with = "lenient::text")]
    pub redirect_url: Option<String>,
}

/// The response of a search service.
#[derive(Clone, Debug, Deserialize)]
pub struct SearchResults {
    pub results: Vec<Value>,
}

impl Raw<Envelope> {
    /// The connector, with its own JSON.
    pub fn connector(mut self) -> (Connector, Value) {
        (self.value.connector, self.json["connector"].take())
    }
}

impl Connector {
    /// The name, or else the id.
    pub fn shown_name(&self) -> &str {
        let name = self.name.as_deref().filter(|name| !name.is_empty());
        name.unwrap_or(self.id.as_str())
    }

    pub fn is_active(&self) -> bool {
        self.active.unwrap_or(true)
    }

    pub fn continues_on_failure(&self) -> bool {
        self.continue_on_failure.unwrap_or(false)
    }

    /// Whether each user authorizes it individually.
    pub fn has_oauth(&self) -> bool {
        self.oauth.is_some() || self.auth_type.as_deref() == Some("oauth")
    }
}

#[cfg(test)]
mod tests;
