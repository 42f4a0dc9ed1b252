//! What an authorization server says of itself: RFC 8414, and a few members of Mistral's own.
//!
//! Source: Mistral contract, section 3, "OAuthMetadata".

#![expect(missing_docs, reason = "the members are those of RFC 8414")]

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_with::apply;

use crate::Field;

/// What an authorization server says of itself.
#[apply(Field<_> => #[serde(default, skip_serializing_if = "Field::is_absent")])]
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ServerMetadata {
    /// Issuer
    pub issuer: String,
    /// Token URL
    pub token_endpoint: String,
    /// Authorization URL
    pub authorization_endpoint: Field<String>,
    /// Registration URL
    pub registration_endpoint: Field<String>,
    pub scopes_supported: Field<Vec<String>>,
    /// The one member for which null means absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub response_types_supported: Option<Vec<String>>,
    pub response_modes_supported: Field<Vec<String>>,
    pub grant_types_supported: Field<Vec<String>>,
    pub token_endpoint_auth_methods_supported: Field<Vec<String>>,
    pub token_endpoint_auth_signing_alg_values_supported: Field<Vec<String>>,
    pub service_documentation: Field<String>,
    pub ui_locales_supported: Field<Vec<String>>,
    pub op_policy_uri: Field<String>,
    pub op_tos_uri: Field<String>,
    pub revocation_endpoint: Field<String>,
    pub revocation_endpoint_auth_methods_supported: Field<Vec<String>>,
    pub revocation_endpoint_auth_signing_alg_values_supported: Field<Vec<String>>,
    pub introspection_endpoint: Field<String>,
    pub introspection_endpoint_auth_methods_supported: Field<Vec<String>>,
    pub introspection_endpoint_auth_signing_alg_values_supported: Field<Vec<String>>,
    pub code_challenge_methods_supported: Field<Vec<String>>,
    pub client_id_metadata_document_supported: Field<bool>,
    pub authorization_response_iss_parameter_supported: Field<bool>,
    pub authorization_grant_profiles_supported: Field<Vec<String>>,
    pub x_source: Field<String>,
    pub x_resource_url: Field<String>,
    pub x_scope: Field<String>,
}
