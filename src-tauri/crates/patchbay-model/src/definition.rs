//! Kinds of connectors that can be made with a click, and the forms for making and changing them.

use serde::{Deserialize, Serialize};
use specta::Type;

use crate::Json;

/// A kind of connector that an account can create.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Definition {
    /// Its name on its platform: a slug, an address or a UUID.
    pub id: String,
    /// Name for people.
    pub title: String,
    /// What it is for, cleaned.
    pub description: Option<String>,
    /// What it belongs to, such as `email`, in the platform's own word.
    pub category: Option<String>,
    /// Absolute URL of the service, where the definition names it.
    pub endpoint: Option<String>,
    /// JSON pointer to the member of its form that takes the address of an MCP server; `None` where an
    /// address cannot be chosen. "Also create on…" fills it.
    pub endpoint_field: Option<String>,
    /// Whether a person signs in on a page after it was created, as far as is known before.
    pub has_consent: Option<bool>,
}

/// A form for people, drawn from JSON Schema 2020-12, members in the order of its `properties`.
///
/// Beside the standard's own words a schema may say `writeOnly` (a secret: it is never in `values`) and
/// `x-advanced` (folded away until asked for).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Form {
    /// JSON Schema of the values, an object.
    pub schema: Json,
    /// What stands in it at first: an object without secrets.
    pub values: Json,
    /// JSON pointers to secrets that the platform has and does not tell.
    pub kept: Vec<String>,
}

/// The settings of a connector as its platform has them now.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ConnectorSettings {
    /// The form, filled with what is set.
    pub form: Form,
    /// The platform's own JSON of the connector, without secrets: what a change is compared with.
    pub native: Json,
}

/// A member that differs between two JSON values.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Difference {
    /// JSON pointer to it, empty for the whole.
    pub path: String,
    /// What was there; `None` when it was not.
    pub before: Option<Json>,
    /// What is there now; `None` when it is gone.
    pub after: Option<Json>,
}
