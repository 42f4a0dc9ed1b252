//! Parts of bodies that several operations share.
//!
//! Source: Mistral contract, section 3.

use std::collections::BTreeMap;

use patchbay_http::SecretArgument;
use schemars::JsonSchema;
use serde::ser::SerializeStruct;
use serde::{Deserialize, Serialize, Serializer};
use serde_json::{Map, Value};

use crate::{Error, Field};

/// What a service speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(in crate::mistral) enum Protocol {
    /// MCP.
    Mcp,
    /// Plain HTTP.
    Http,
}

/// Whose something is, as a word of the path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(in crate::mistral) enum Scope {
    /// The organization's.
    Organization,
    /// The workspace's.
    Workspace,
    /// The user's.
    User,
}

impl Scope {
    /// The word in the path.
    pub(in crate::mistral) fn as_str(self) -> &'static str {
        match self {
            Self::Organization => "organization",
            Self::Workspace => "workspace",
            Self::User => "user",
        }
    }
}

/// A header that one has to give to sign in.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::mistral) struct AuthHeader {
    /// Its name.
    name: String,
    /// Whether it has to be given.
    #[serde(default = "yes")]
    is_required: bool,
    /// Whether its value is secret.
    #[serde(default = "yes")]
    is_secret: bool,
}

/// A header that is sent whoever uses the connector.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::mistral) struct GlobalHeader {
    /// Its value.
    value: SecretArgument,
    /// Whether the value is secret.
    #[serde(default = "yes")]
    is_secret: bool,
}

impl Serialize for GlobalHeader {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut header = serializer.serialize_struct("GlobalHeader", 2)?;
        match self.is_secret {
            true => header.serialize_field("value", &self.value)?,
            // Everyone may see it, and answers show it.
            false => header.serialize_field("value", self.value.expose())?,
        }
        header.serialize_field("is_secret", &self.is_secret)?;
        header.end()
    }
}

fn yes() -> bool {
    true
}

/// A way to sign in to a service. Which members it takes depends on `method_type`, and for `oauth2` on
/// `grant_type`.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::mistral) struct AuthMethod {
    /// The app registered with the authorization server.
    #[serde(skip_serializing_if = "Option::is_none")]
    auth_data: Option<AuthData>,
    /// How a client shows who it is: `client_secret_post`, `client_secret_basic` or `private_key_jwt`.
    #[serde(skip_serializing_if = "Option::is_none")]
    token_endpoint_auth_method: Option<String>,
    /// `bearer`, `none`, `oauth2`, or another word of the platform.
    method_type: String,
    /// Headers that one has to give.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    headers: Field<Vec<AuthHeader>>,
    /// `authorization_code` or `client_credentials`.
    #[serde(skip_serializing_if = "Option::is_none")]
    grant_type: Option<String>,
    /// Only for an update: headers that are sent whoever uses the connector.
    #[serde(skip_serializing_if = "Option::is_none")]
    global_headers: Option<BTreeMap<String, GlobalHeader>>,
    /// Only for an update: what the authorization server knows the app by.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    oauth2_metadata_secrets: Field<MetadataSecrets>,
    /// What the authorization server says of itself.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    oauth2_server_metadata: Field<Metadata>,
}

impl AuthMethod {
    /// Checks that a way of a new connector has what its kind needs, and nothing that only an update
    /// takes.
    pub(super) fn check_new(&self) -> Result<(), Error> {
        let refuse = |what: &str| Err(Error::Usage(format!("auth_methods: {what}")));
        if self.global_headers.is_some() || !self.oauth2_metadata_secrets.is_absent() {
            return refuse("global_headers and oauth2_metadata_secrets are for an update only");
        }
        if self.method_type != "oauth2" {
            return Ok(());
        }
        let has_metadata = matches!(self.oauth2_server_metadata, Field::Value(_));
        match self.grant_type.as_deref() {
            Some("authorization_code") if self.auth_data.is_none() => {
                refuse("authorization_code needs auth_data")
            }
            Some("client_credentials") if self.token_endpoint_auth_method.is_none() => {
                refuse("client_credentials needs token_endpoint_auth_method")
            }
            Some("client_credentials") if !has_metadata => {
                refuse("client_credentials needs oauth2_server_metadata")
            }
            Some(_) => Ok(()),
            None => refuse("oauth2 needs grant_type"),
        }
    }
}

/// The app registered with an authorization server.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::mistral) struct AuthData {
    /// Its id.
    client_id: String,
    /// Its secret.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    client_secret: Field<SecretArgument>,
    /// What it may ask for.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    client_scopes: Field<Vec<String>>,
}

/// What an authorization server knows an app by.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::mistral) struct MetadataSecrets {
    /// Its id.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    client_id: Field<String>,
    /// Its secret.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    client_secret: Field<SecretArgument>,
    /// When the id was given, in unix seconds.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    client_id_issued_at: Field<i64>,
    /// When the secret lapses, in unix seconds.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    client_secret_expires_at: Field<i64>,
}

/// What credentials are made of.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::mistral) struct CredentialValues {
    /// An app that signs in as itself.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    oauth: Field<ClientCredentials>,
    /// Values of headers by their names.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    headers: Field<BTreeMap<String, SecretArgument>>,
    /// A token.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    bearer_token: Field<SecretArgument>,
}

/// An app that signs in as itself.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::mistral) struct ClientCredentials {
    /// Its id.
    client_id: String,
    /// Always this one.
    #[serde(default)]
    grant_type: ClientCredentialsGrant,
    /// Its secret.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    client_secret: Field<SecretArgument>,
    /// Its certificate.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    client_certificate: Field<SecretArgument>,
    /// The key of the certificate.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    client_private_key: Field<SecretArgument>,
}

/// The one grant of an app that signs in as itself.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum ClientCredentialsGrant {
    /// RFC 6749, section 4.4.
    #[default]
    ClientCredentials,
}

/// What an authorization server says of itself: RFC 8414, and a few members of Mistral's own.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
#[serde(transparent)]
#[schemars(transparent)]
pub(in crate::mistral) struct Metadata(#[schemars(with = "MetadataMembers")] Checked);

impl Metadata {
    /// Whether it names where a person consents.
    pub(in crate::mistral) fn has_authorization_endpoint(&self) -> bool {
        self.0
            .0
            .get("authorization_endpoint")
            .is_some_and(Value::is_string)
    }
}

/// Members as given, once they are known to fit [`MetadataMembers`]; written out unchanged.
#[derive(Debug, Serialize)]
#[serde(transparent)]
struct Checked(Map<String, Value>);

impl<'de> Deserialize<'de> for Checked {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut members = Map::deserialize(deserializer)?;
        serde_json::from_value::<MetadataMembers>(Value::Object(members.clone()))
            .map_err(serde::de::Error::custom)?;
        // The one member for which null means absent.
        if members.get("response_types_supported") == Some(&Value::Null) {
            members.remove("response_types_supported");
        }
        Ok(Self(members))
    }
}

/// The members that there are, and of which type.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "only what fits is looked at")]
struct MetadataMembers {
    issuer: String,
    token_endpoint: String,
    authorization_endpoint: Option<String>,
    registration_endpoint: Option<String>,
    scopes_supported: Option<Vec<String>>,
    response_types_supported: Option<Vec<String>>,
    response_modes_supported: Option<Vec<String>>,
    grant_types_supported: Option<Vec<String>>,
    token_endpoint_auth_methods_supported: Option<Vec<String>>,
    token_endpoint_auth_signing_alg_values_supported: Option<Vec<String>>,
    service_documentation: Option<String>,
    ui_locales_supported: Option<Vec<String>>,
    op_policy_uri: Option<String>,
    op_tos_uri: Option<String>,
    revocation_endpoint: Option<String>,
    revocation_endpoint_auth_methods_supported: Option<Vec<String>>,
    revocation_endpoint_auth_signing_alg_values_supported: Option<Vec<String>>,
    introspection_endpoint: Option<String>,
    introspection_endpoint_auth_methods_supported: Option<Vec<String>>,
    introspection_endpoint_auth_signing_alg_values_supported: Option<Vec<String>>,
    code_challenge_methods_supported: Option<Vec<String>>,
    client_id_metadata_document_supported: Option<bool>,
    authorization_response_iss_parameter_supported: Option<bool>,
    authorization_grant_profiles_supported: Option<Vec<String>>,
    x_source: Option<String>,
    x_resource_url: Option<String>,
    x_scope: Option<String>,
}
