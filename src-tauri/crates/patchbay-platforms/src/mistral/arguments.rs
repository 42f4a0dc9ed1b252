//! Arguments of the operations of the current surface, which are also their bodies.
//!
//! Members of the path and the query are skipped when an argument is written as a body. `Field` stands
//! where null clears a value, `Option` where null is left out.
//!
//! Source: Mistral contract, sections 2 and 3.

pub(super) mod parts;
pub(super) mod seed;

use std::collections::BTreeMap;

use patchbay_http::SecretArgument;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use self::parts::{AuthMethod, CredentialValues, GlobalHeader, Metadata, Protocol, Scope};
use crate::{Error, Field};

/// One connector by its id.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ById {
    /// Id of the connector.
    pub(super) connector_id: String,
}

/// One connector by its id or name.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ByRef {
    /// Id or name of the connector.
    pub(super) connector_id_or_name: String,
}

/// A connector to be registered.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Create {
    /// Its name: letters, digits, `_` and `-`, at most 64.
    name: String,
    /// What it is for.
    description: String,
    /// Absolute URL of the service.
    server: String,
    /// Headers that are sent to the service.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    headers: Field<BTreeMap<String, SecretArgument<Value>>>,
    /// Headers that are sent whoever uses it.
    #[serde(skip_serializing_if = "Option::is_none")]
    global_headers: Option<BTreeMap<String, GlobalHeader>>,
    /// What the authorization server says of itself.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    oauth2_server_metadata: Field<Metadata>,
    /// Where the authorization server says it, in place of the former.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    oauth2_server_metadata_url: Field<String>,
    /// Name for people.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    title: Field<String>,
    /// Absolute URL of a picture.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    icon_url: Field<String>,
    /// Who can use it.
    #[serde(skip_serializing_if = "Option::is_none")]
    visibility: Option<Visibility>,
    /// How one can sign in to the service.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    auth_methods: Field<Vec<AuthMethod>>,
    /// Advice to the models that use it.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    system_prompt: Field<String>,
    /// What the service speaks.
    protocol: Protocol,
}

impl Create {
    /// Checks what the types cannot say.
    ///
    /// # Errors
    /// [`Error::Usage`] when a way to sign in lacks what it needs.
    pub(super) fn check(&self) -> Result<(), Error> {
        match &self.auth_methods {
            Field::Value(methods) => methods.iter().try_for_each(AuthMethod::check_new),
            Field::Absent | Field::Null => Ok(()),
        }
    }
}

/// Who can use a new connector.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Visibility {
    /// Everyone in the organization.
    SharedOrg,
    /// Everyone in the workspace.
    SharedWorkspace,
    /// Its owner alone.
    Private,
}

/// What is to change of a connector; null clears.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Update {
    /// Id of the connector.
    #[serde(skip_serializing)]
    pub(super) connector_id: String,
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
    /// Absolute URL of the service.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    server: Field<String>,
    /// How one can sign in to the service.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    auth_methods: Field<Vec<AuthMethod>>,
    /// What the service speaks.
    protocol: Protocol,
    /// Advice to the models that use it; not for `http`.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    system_prompt: Field<String>,
}

impl Update {
    /// Checks what the types cannot say.
    ///
    /// # Errors
    /// [`Error::Usage`] when `http` is given what it does not have.
    pub(super) fn check(&self) -> Result<(), Error> {
        if self.protocol == Protocol::Http && !self.system_prompt.is_absent() {
            return Err(Error::Usage(
                "a connector that speaks http has no system_prompt".to_owned(),
            ));
        }
        Ok(())
    }
}

/// Which connectors to list.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct List {
    /// Narrows the list.
    #[serde(default)]
    pub(super) query_filters: Option<Filters>,
    /// Where to go on: `next_cursor` of the page before.
    #[serde(default)]
    pub(super) cursor: Option<String>,
    /// How many at most, 1 to 1000; 100 when absent.
    #[serde(default)]
    pub(super) page_size: Field<i64>,
}

/// Narrows a list of connectors.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Filters {
    /// Those that do, or do not, speak MCP.
    #[serde(default)]
    pub(super) supports_mcp: Option<bool>,
}

/// One connector to look at.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Get {
    /// Id or name of the connector.
    pub(super) connector_id_or_name: String,
    /// Whether to tell how the user stands to it.
    #[serde(default)]
    pub(super) fetch_user_data: Field<bool>,
}

/// A page on which a person signs in to a connector.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct AuthUrl {
    /// Id or name of the connector.
    pub(super) connector_id_or_name: String,
    /// Where the browser should end.
    #[serde(default)]
    pub(super) app_return_url: Option<String>,
    /// How to sign in, such as `oauth2` or `github_app`.
    #[serde(default)]
    pub(super) method_type: Option<String>,
    /// Name of the credentials to be kept.
    #[serde(default)]
    pub(super) credentials_name: Option<String>,
    /// Their name for people.
    #[serde(default)]
    pub(super) credentials_title: Option<String>,
    /// Whether to install the GitHub app first.
    #[serde(default)]
    pub(super) github_installation_link: Field<bool>,
}

/// For whom to switch a connector on or off.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ForConsumer {
    /// Id of the connector.
    pub(super) connector_id: String,
    /// For whom.
    pub(super) consumer_scope: Scope,
}

/// The tools of a connector.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ListTools {
    /// Id or name of the connector.
    pub(super) connector_id_or_name: String,
    /// How many at most; 100 when absent.
    #[serde(default)]
    pub(super) page_size: Field<i64>,
    /// Whether to ask the service anew.
    #[serde(default)]
    pub(super) refresh: Field<bool>,
    /// Whether to shorten them.
    #[serde(default)]
    pub(super) pretty: Field<bool>,
    /// Name of the credentials to ask with.
    #[serde(default)]
    pub(super) credentials_name: Option<String>,
}

/// A tool to be run.
#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CallTool {
    /// Id or name of the connector.
    #[serde(skip_serializing)]
    pub(super) connector_id_or_name: String,
    /// Name of the tool.
    #[serde(skip_serializing)]
    pub(super) tool_name: String,
    /// Name of the credentials to run it with.
    #[serde(default, skip_serializing)]
    pub(super) credentials_name: Option<String>,
    /// What goes into it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) arguments: Option<Map<String, Value>>,
}

/// The credentials of one level.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ListCredentials {
    /// Id or name of the connector.
    pub(super) connector_id_or_name: String,
    /// Only those of this kind, such as `bearer`.
    #[serde(default)]
    pub(super) auth_type: Option<String>,
    /// Whether to tell the default only.
    #[serde(default)]
    pub(super) fetch_default: Field<bool>,
}

/// Credentials to be kept or changed.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Credentials {
    /// Id or name of the connector.
    #[serde(skip_serializing)]
    pub(super) connector_id_or_name: String,
    /// Whose they are.
    #[serde(skip_serializing)]
    pub(super) consumer_scope: Scope,
    /// Their name.
    name: String,
    /// Their name for people.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    title: Field<String>,
    /// Whether they are used where none are named.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    is_default: Field<bool>,
    /// What they are made of.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    credentials: Field<CredentialValues>,
}

/// Credentials to be deleted.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct DeleteCredentials {
    /// Id or name of the connector.
    pub(super) connector_id_or_name: String,
    /// Whose they are.
    pub(super) consumer_scope: Scope,
    /// Their name.
    pub(super) credentials_name: String,
}
