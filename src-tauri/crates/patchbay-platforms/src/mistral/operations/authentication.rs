//! What requests say of signing in to a service.
//!
//! Source: Mistral contract, section 3.

use std::collections::BTreeMap;

use patchbay_http::SecretArgument;
use schemars::JsonSchema;
use serde::ser::SerializeStruct;
use serde::{Deserialize, Serialize, Serializer};
use serde_with::apply;

use super::server_metadata::ServerMetadata;
use crate::lenient::yes;
use crate::{Error, Field, Result};

/// A way to sign in to a service. Which members it takes depends on `method_type`, and for `oauth2` on
/// `grant_type`.
#[apply(
    Field<_> => #[serde(default, skip_serializing_if = "Field::is_absent")],
    Option<_> => #[serde(skip_serializing_if = "Option::is_none")],
)]
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AuthMethod {
    /// The app registered with the authorization server.
    pub auth_data: Option<AuthData>,
    /// How a client shows who it is: `client_secret_post`, `client_secret_basic` or `private_key_jwt`.
    pub token_endpoint_auth_method: Option<String>,
    /// `bearer`, `none`, `oauth2`, or another word of the platform.
    pub method_type: String,
    /// Headers that one has to give.
    pub headers: Field<Vec<AuthHeader>>,
    /// `authorization_code` or `client_credentials`.
    pub grant_type: Option<String>,
    /// Only for an update: headers that are sent whoever uses the connector.
    pub global_headers: Option<BTreeMap<String, GlobalHeader>>,
    /// Only for an update: what the authorization server knows the app by.
    pub oauth2_metadata_secrets: Field<MetadataSecrets>,
    /// What the authorization server says of itself.
    pub oauth2_server_metadata: Field<ServerMetadata>,
}

impl AuthMethod {
    /// Checks that a way of a new connector has what its kind needs, and nothing that only an update
    /// takes.
    pub(super) fn check_new(&self) -> Result<()> {
        let refuse = |what: &str| Err(Error::Usage(format!("auth_methods: {what}")));
        if self.global_headers.is_some() || !self.oauth2_metadata_secrets.is_absent() {
            return refuse("use global_headers and oauth2_metadata_secrets only in updates");
        }
        if self.method_type != "oauth2" {
            return Ok(());
        }
        let has_metadata = matches!(self.oauth2_server_metadata, Field::Value(_));
        match self.grant_type.as_deref() {
            Some("authorization_code") if self.auth_data.is_none() => {
                refuse("authorization_code requires auth_data")
            }
            Some("client_credentials") if self.token_endpoint_auth_method.is_none() => {
                refuse("client_credentials requires token_endpoint_auth_method")
            }
            Some("client_credentials") if !has_metadata => {
                refuse("client_credentials requires oauth2_server_metadata")
            }
            Some(_) => Ok(()),
            None => refuse("oauth2 requires grant_type"),
        }
    }
}

/// A header that one has to give to sign in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AuthHeader {
    /// Its name.
    #[schemars(title = "Name")]
    pub name: String,
    /// Everyone must set it
    #[serde(default = "yes")]
    #[schemars(title = "Required")]
    pub is_required: bool,
    /// Hidden
    #[serde(default = "yes")]
    #[schemars(title = "Secret")]
    pub is_secret: bool,
}

/// A header that is sent whoever uses the connector.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GlobalHeader {
    /// Its value.
    pub value: SecretArgument,
    /// Whether the value is secret.
    #[serde(default = "yes")]
    pub is_secret: bool,
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

/// The app registered with an authorization server.
#[apply(Field<_> => #[serde(default, skip_serializing_if = "Field::is_absent")])]
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AuthData {
    /// From your OAuth app
    #[schemars(title = "Client ID")]
    pub client_id: String,
    /// Optional
    #[schemars(title = "Client secret", length(min = 1))]
    pub client_secret: Field<SecretArgument>,
    /// Default: all offered
    #[schemars(title = "Scopes")]
    pub client_scopes: Field<Vec<String>>,
}

/// What an authorization server knows an app by.
#[apply(Field<_> => #[serde(default, skip_serializing_if = "Field::is_absent")])]
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MetadataSecrets {
    /// Its id.
    pub client_id: Field<String>,
    /// Its secret.
    pub client_secret: Field<SecretArgument>,
    /// When the id was given, in unix seconds.
    pub client_id_issued_at: Field<i64>,
    /// When the secret lapses, in unix seconds.
    pub client_secret_expires_at: Field<i64>,
}
