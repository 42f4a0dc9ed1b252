//! The arguments of each operation. Text that is empty counts as not given where it may be left out.

use patchbay_http::SecretArgument;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::Field;

/// Empty text is no value.
pub(super) fn given(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.is_empty())
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct None {}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ListConnectors {
    /// Name of the workspace; left out: the account's.
    pub(super) workspace_name: Option<String>,
    /// Id of the workspace, in place of its name.
    pub(super) workspace_id: Option<String>,
    /// Only connectors of this definition, a UUID.
    pub(super) definition_id: Option<String>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CreateConnector {
    /// Name of the connector; left out: `connector-` and the workspace.
    pub(super) name: Option<String>,
    /// The kind of connector, by the id of its definition (a UUID).
    pub(super) definition_id: Option<String>,
    /// The kind of connector, by its slug such as `github`, in any letter case.
    pub(super) connector_type: Option<String>,
    /// The kind of connector, by its template (a UUID); needed when an organization has several for one kind.
    pub(super) source_template_id: Option<String>,
    /// Name of the workspace, which has to exist; left out: the account's.
    pub(super) workspace_name: Option<String>,
    /// What the kind of connector wants, for example `{"personal_access_token": "…"}`, with `option_title`
    /// where there are several ways. They are not verified now: a check tells.
    pub(super) credentials: Option<SecretArgument<Map<String, Value>>>,
    /// Required settings that are no credentials, for example `{"repositories": ["owner/repo"]}`.
    pub(super) replication_config: Option<Map<String, Value>>,
    /// Secret of an OAuth consent that the platform holds, in place of credentials.
    pub(super) server_side_oauth_secret_id: Option<String>,
    /// Environment of the connector.
    pub(super) environment: Option<Map<String, Value>>,
    /// What may be read and written; left out: what the kind of connector offers.
    pub(super) entities: Option<Vec<Entity>>,
    /// Tags of connection templates.
    pub(super) selected_connection_template_tags: Option<Vec<String>>,
    /// Whether any or all of these tags have to fit: `any` or `all`.
    pub(super) selected_connection_template_tags_mode: Option<String>,
}

/// Something that a connector reads or writes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Entity {
    /// Its name, for example `customers`.
    pub(super) entity: String,
    /// `read` and `write`; null for what the kind of connector offers.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub(super) modes: Field<Vec<String>>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct GetConnector {
    /// Id of the connector; nothing is asked then.
    pub(super) connector_id: Option<String>,
    /// Slug of its kind, such as `github`, when the workspace has one of that kind.
    pub(super) name: Option<String>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct OneConnector {
    /// Id of the connector, a UUID.
    pub(super) connector_id: String,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct UpdateConnector {
    /// Id of the connector, a UUID.
    pub(super) connector_id: String,
    /// New name; left out: as it is.
    pub(super) name: Option<String>,
    /// Settings that are no credentials; left out: as they are.
    pub(super) replication_config: Option<Map<String, Value>>,
    /// What may be read and written; left out: as it is, an empty list: nothing chosen.
    pub(super) entities: Option<Vec<Entity>>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct WaitForDeletion {
    /// Id of the connector that is being deleted.
    pub(super) connector_id: String,
    /// Name of its workspace; left out: the account's.
    pub(super) workspace_name: Option<String>,
    /// Longest wait in seconds; left out: 300.
    #[schemars(range(min = 0))]
    pub(super) limit_s: Option<f64>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Connect {
    /// Slug of the kind of connector, such as `github`, in any letter case; or the id of its definition.
    pub(super) slug: String,
    /// Id of the connector; nothing is looked up then.
    pub(super) connector_id: Option<String>,
    /// Name of the workspace; left out: the account's.
    pub(super) workspace_name: Option<String>,
    /// Organization, a UUID; left out: the account's.
    pub(super) organization_id: Option<String>,
    /// Id of an application other than the account's.
    pub(super) client_id: Option<String>,
    /// Its secret.
    pub(super) client_secret: Option<SecretArgument>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Execute {
    /// Id of the connector, a UUID.
    pub(super) connector_id: Option<String>,
    /// Kind of the connector (slug or id of its definition) in place of the connector's id, when the
    /// workspace has one of that kind.
    pub(super) connector_definition_id: Option<String>,
    /// Name of the workspace in which to look for that kind; left out: the account's.
    pub(super) workspace_name: Option<String>,
    /// What it is about, for example `customers`.
    pub(super) entity: String,
    /// What to do, for example `list`, `get`, `create`, `update`, `delete`, `search`, `download`.
    pub(super) action: String,
    /// Arguments of the action; `cursor` for the next page.
    pub(super) params: Option<Map<String, Value>>,
    /// Only these fields, as dotted paths.
    pub(super) select_fields: Option<Vec<String>>,
    /// All but these fields, as dotted paths; `select_fields` wins.
    pub(super) exclude_fields: Option<Vec<String>>,
    /// Whether long values come whole; left out: true.
    pub(super) skip_truncation: Option<bool>,
    /// What it is for, at most 512 characters.
    pub(super) intent: Option<String>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Definitions {
    /// Part of the name, in any letter case.
    pub(super) name: Option<String>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct OneDefinition {
    /// Id of the definition, a UUID.
    pub(super) definition_id: String,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NamedDefinition {
    /// The whole name, in any letter case.
    pub(super) name: String,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Workspaces {
    /// Part of the name.
    pub(super) name_contains: Option<String>,
    /// `active` or `inactive`.
    pub(super) status: Option<String>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NamedWorkspace {
    /// The whole name.
    pub(super) name: String,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct OneWorkspace {
    /// Id of the workspace, a UUID.
    pub(super) workspace_id: String,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct UpdateWorkspace {
    /// Id of the workspace, a UUID.
    pub(super) workspace_id: String,
    /// The members to change, for example `{"name": "…"}`.
    pub(super) changes: Map<String, Value>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ScopedToken {
    /// Name of the workspace, which is made when there is none; left out: the account's.
    pub(super) workspace_name: Option<String>,
    /// Region of the workspace, a UUID.
    pub(super) region_id: Option<String>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct WidgetToken {
    /// The body of the request, as the platform's documentation has it.
    pub(super) json: Option<Map<String, Value>>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Http {
    /// Method of the documented call: `GET`, `POST`, `PUT`, `PATCH` or `DELETE`.
    pub(super) method: String,
    /// Its path, from `/api/v1/` on; percent-encoded where a value holds a slash.
    pub(super) path: String,
    /// Its query: a list repeats its name, null is left out.
    pub(super) query: Option<Map<String, Value>>,
    /// Its body.
    pub(super) json: Option<Value>,
}
