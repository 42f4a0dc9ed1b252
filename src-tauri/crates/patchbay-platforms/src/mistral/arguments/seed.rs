//! Arguments that only the older surface has, or has otherwise.
//!
//! Source: Mistral contract, section 9.

use std::collections::BTreeMap;

use patchbay_http::SecretArgument;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::parts::{AuthData, Metadata};
use crate::{Error, Field};

/// A connector to be registered.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::mistral) struct Create {
    /// Its name: letters, digits, `_` and `-`, at most 64.
    name: String,
    /// What it is for.
    description: String,
    /// Absolute URL of the service.
    server: String,
    /// Name for people.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    title: Field<String>,
    /// Absolute URL of a picture.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    icon_url: Field<String>,
    /// Who can use it: `private`, `shared_workspace`, `shared_org` or `shared_global`.
    #[serde(skip_serializing_if = "Option::is_none")]
    visibility: Option<String>,
    /// Headers that are sent to the service.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    headers: Field<BTreeMap<String, SecretArgument<Value>>>,
    /// The app registered with the authorization server.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    auth_data: Field<AuthData>,
    /// What the authorization server says of itself.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    oauth2_server_metadata: Field<Metadata>,
    /// Where the authorization server says it, in place of the former.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    oauth2_server_metadata_url: Field<String>,
    /// Advice to the models that use it.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    system_prompt: Field<String>,
}

impl Create {
    /// Checks what the types cannot say.
    ///
    /// # Errors
    /// [`Error::Usage`] when the authorization server is described without its authorization endpoint.
    pub(in crate::mistral) fn check(&self) -> Result<(), Error> {
        match &self.oauth2_server_metadata {
            Field::Value(metadata) if !metadata.has_authorization_endpoint() => Err(Error::Usage(
                "oauth2_server_metadata needs authorization_endpoint".to_owned(),
            )),
            _ => Ok(()),
        }
    }
}

/// What is to change of a connector; null clears.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::mistral) struct Update {
    /// Id of the connector.
    #[serde(skip_serializing)]
    pub(in crate::mistral) connector_id: String,
    /// Name for people.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    title: Field<String>,
    /// Its name.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    name: Field<String>,
    /// What it is for.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    description: Field<String>,
    /// Absolute URL of a picture.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    icon_url: Field<String>,
    /// Advice to the models that use it.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    system_prompt: Field<String>,
    /// Settings of the connection.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    connection_config: Field<Map<String, Value>>,
    /// Secret settings of the connection.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    connection_secrets: Field<SecretArgument<Map<String, Value>>>,
    /// Absolute URL of the service.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    server: Field<String>,
    /// Headers that are sent to the service.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    headers: Field<BTreeMap<String, SecretArgument<Value>>>,
    /// The app registered with the authorization server.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    auth_data: Field<AuthData>,
}

/// Which connectors to list.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::mistral) struct List {
    /// Narrows the list.
    #[serde(default)]
    pub(in crate::mistral) query_filters: Option<Filters>,
    /// Where to go on: `next_cursor` of the page before.
    #[serde(default)]
    pub(in crate::mistral) cursor: Option<String>,
    /// How many at most, 1 to 1000; 100 when absent.
    #[serde(default)]
    pub(in crate::mistral) page_size: Field<i64>,
}

/// Narrows a list of connectors.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::mistral) struct Filters {
    /// Those that are, or are not, switched on.
    #[serde(default)]
    pub(in crate::mistral) active: Option<bool>,
}

/// One connector to look at.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::mistral) struct Get {
    /// Id or name of the connector.
    pub(in crate::mistral) connector_id_or_name: String,
    /// Whether to tell how the user stands to it.
    #[serde(default)]
    pub(in crate::mistral) fetch_user_data: Field<bool>,
    /// Whether to tell how the customer stands to it.
    #[serde(default)]
    pub(in crate::mistral) fetch_customer_data: Field<bool>,
}

/// A page on which a person signs in to a connector.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::mistral) struct AuthUrl {
    /// Id or name of the connector.
    pub(in crate::mistral) connector_id_or_name: String,
    /// Where the browser should end.
    #[serde(default)]
    pub(in crate::mistral) app_return_url: Option<String>,
    /// How to sign in, such as `oauth2` or `github_app`.
    #[serde(default)]
    pub(in crate::mistral) method_type: Option<String>,
    /// Name of the credentials to be kept.
    #[serde(default)]
    pub(in crate::mistral) credentials_name: Option<String>,
    /// Whether to install the GitHub app first.
    #[serde(default)]
    pub(in crate::mistral) github_installation_link: Field<bool>,
}

/// A connector to be switched on, and how its tools may be used.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::mistral) struct Activate {
    /// Id of the connector.
    #[serde(skip_serializing)]
    pub(in crate::mistral) connector_id: String,
    /// Tools that ask before they run.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    requires_confirmation: Field<ToolChoice>,
    /// Tools that never ask.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    skip_confirmation: Field<ToolChoice>,
    /// The only tools there are.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    include: Field<Vec<String>>,
    /// Tools that there are not.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    exclude: Field<Vec<String>>,
}

/// Some of the tools: by name, by what they do, or by both.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
#[serde(untagged)]
enum ToolChoice {
    /// By name.
    Names(Vec<String>),
    /// Several choices joined.
    Joined(Joined),
    /// By what they do.
    Effect(ByEffect),
}

/// Several choices joined by `type`.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Joined {
    /// How they are joined.
    r#type: Joint,
    /// The choices.
    expressions: Vec<ToolChoice>,
}

/// How choices are joined.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Joint {
    /// Tools in all of them.
    And,
    /// Tools in any of them.
    Or,
}

/// Tools by what they do.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ByEffect {
    /// Whether they change nothing; null for either.
    #[serde(deserialize_with = "Option::deserialize")]
    #[schemars(required)]
    read_only: Option<bool>,
}

/// The tools of a connector.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::mistral) struct ListTools {
    /// Id or name of the connector.
    pub(in crate::mistral) connector_id_or_name: String,
    /// Which page, counted from 1.
    #[serde(default)]
    pub(in crate::mistral) page: Field<i64>,
    /// How many at most; 100 when absent.
    #[serde(default)]
    pub(in crate::mistral) page_size: Field<i64>,
    /// Whether to ask the service anew.
    #[serde(default)]
    pub(in crate::mistral) refresh: Field<bool>,
    /// Whether to shorten them.
    #[serde(default)]
    pub(in crate::mistral) pretty: Field<bool>,
    /// Name of the credentials to ask with.
    #[serde(default)]
    pub(in crate::mistral) credentials_name: Option<String>,
}

/// Credentials to be kept, in place of those of the same name.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::mistral) struct Credentials {
    /// Id or name of the connector.
    #[serde(skip_serializing)]
    pub(in crate::mistral) connector_id_or_name: String,
    /// Their name.
    name: String,
    /// Whether they are used where none are named.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    is_default: Field<bool>,
    /// What they are made of.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    credentials: Field<Values>,
}

/// What credentials are made of.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Values {
    /// A token of an authorization server with what belongs to it.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    oauth: Field<SecretArgument<Map<String, Value>>>,
    /// Values of headers by their names.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    headers: Field<BTreeMap<String, SecretArgument>>,
    /// A token.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    bearer_token: Field<SecretArgument>,
    /// Number of an installation of the GitHub app.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    github_installation_id: Field<String>,
}

/// Credentials to be deleted.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::mistral) struct DeleteCredentials {
    /// Id or name of the connector.
    pub(in crate::mistral) connector_id_or_name: String,
    /// Their name.
    pub(in crate::mistral) credentials_name: String,
}
