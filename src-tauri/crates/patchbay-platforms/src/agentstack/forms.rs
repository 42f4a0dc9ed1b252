//! Forms for Agent Stack's connectors, and their conversion to operations.
//!
//! Source: Agent Stack contract, sections 2 and 3, `create`, `presets` and `connect`.

use patchbay_http::SecretArgument;
use patchbay_model::Form;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use serde_with::apply;

use super::operations::Create;
use super::wire::Preset;
use crate::form;

/// A connector as people describe it.
#[apply(Option<_> => #[serde(skip_serializing_if = "Option::is_none")])]
#[derive(Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("dependentRequired" = {"client_secret": ["client_id"]}))]
pub(super) struct NewConnector {
    /// As Agent Stack reaches it
    #[schemars(
        title = "URL",
        required,
        url,
        regex(pattern = "^[Hh][Tt][Tt][Pp][Ss]?://"),
        length(min = 1, max = 256)
    )]
    pub(super) url: Option<String>,
    /// Up to 16 notes. Default: the preset's
    #[schemars(title = "Metadata", extend(
        "properties" = {
            "name": {"type": "string", "title": "Name", "maxLength": 512},
            "description": {"type": "string", "title": "Description", "maxLength": 512},
        },
        "additionalProperties" = {"type": "string", "maxLength": 512},
        "propertyNames" = {"maxLength": 64},
        "maxProperties" = 16,
    ))]
    metadata: Option<Map<String, Value>>,
    /// Connects right away. Leave empty to sign in later.
    #[schemars(title = "Access token", length(min = 1))]
    access_token: Option<SecretArgument>,
    /// Your OAuth app. Default: preset or automatic
    #[schemars(title = "Client ID", extend("x-advanced" = true))]
    client_id: Option<String>,
    /// Only together with a client ID
    #[schemars(title = "Client secret", length(min = 1), extend("x-advanced" = true))]
    client_secret: Option<SecretArgument>,
    /// Fill empty fields from a preset with the same URL.
    #[schemars(title = "Use a matching preset", extend("x-advanced" = true, "default" = true))]
    match_preset: Option<bool>,
}

/// A token that the platform keeps for a connector.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct AccessToken {
    /// For the MCP server
    #[schemars(title = "Access token", length(min = 1))]
    pub(super) access_token: SecretArgument,
}

impl NewConnector {
    /// The operation that creates it, and the token to connect with.
    pub(super) fn create(self, url: String) -> (Create, Option<SecretArgument>) {
        let filled = |secret: &SecretArgument| !secret.is_empty();
        let create = Create {
            url,
            client_id: self.client_id.filter(|id| !id.is_empty()),
            client_secret: self.client_secret.filter(filled),
            metadata: self.metadata.filter(|metadata| !metadata.is_empty()),
            match_preset: self.match_preset.unwrap_or(true),
        };
        (create, self.access_token.filter(filled))
    }
}

pub(super) fn custom_form() -> Form {
    form::new(&NewConnector {
        match_preset: Some(true),
        ..NewConnector::default()
    })
}

pub(super) fn preset_form(preset: &Preset) -> Form {
    let mut form = form::new(&NewConnector {
        metadata: preset.texts(),
        match_preset: Some(true),
        ..NewConnector::default()
    });
    form::drop_member(&mut form, "url");
    // A server that the platform itself starts requires its preset.
    if preset.url.starts_with("mcp+stdio:") {
        form::drop_member(&mut form, "match_preset");
    }
    form
}

#[cfg(test)]
mod tests;
