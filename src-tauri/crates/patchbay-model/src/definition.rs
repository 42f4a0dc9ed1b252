//! Connector types of hosted platforms, and the forms for creating and changing connectors.

use serde::{Deserialize, Serialize};
use specta::Type;

use crate::Json;

/// A connector type that an account can create.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Definition {
    /// Its id on its platform: a slug, an address or a UUID.
    pub id: String,
    /// Display name.
    pub title: String,
    /// Its description, cleaned.
    pub description: Option<String>,
    /// Its category in the platform's own word, such as `email`.
    pub category: Option<String>,
    /// Absolute URL of the service, if known.
    pub endpoint: Option<String>,
    /// JSON pointer to the form field for the URL of an MCP server, which copying a connector fills in; `None` if there
    /// is no such field.
    pub endpoint_field: Option<String>,
    /// Whether the user signs in in a browser after it is created, if known.
    pub has_consent: Option<bool>,
}

/// A form described by JSON Schema 2020-12, with fields in the order of its `properties`.
///
/// In addition to the standard, `writeOnly` marks a secret, which is never in `values`, and `x-advanced` a field that
/// is collapsed at first.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Form {
    /// JSON Schema of the values, which are an object.
    pub schema: Json,
    /// Initial values, an object without secrets.
    pub values: Json,
    /// JSON pointers to secrets that the platform has saved and does not return.
    pub kept: Vec<String>,
}

impl Form {
    /// The `kind` of an alternative that stands for what the platform has saved and does not return.
    pub const KEPT_KIND: &str = "kept";
}

/// The settings of a connector as its platform has them now.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ConnectorSettings {
    /// The form with the current values.
    pub form: Form,
    /// The platform's own JSON of the connector, without secrets, with which changes are compared.
    pub native: Json,
}

/// A member that differs between two JSON values.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Difference {
    /// JSON pointer to it, empty for the whole.
    pub path: String,
    /// The old value; `None` if it is new.
    pub before: Option<Json>,
    /// The new value; `None` if it was removed.
    pub after: Option<Json>,
}
