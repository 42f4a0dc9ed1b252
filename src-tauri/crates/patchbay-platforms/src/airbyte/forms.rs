//! Forms for Airbyte's connectors: arguments of operations, with the credentials and settings that a kind of connector
//! specifies.
//!
//! Source: Airbyte contract, section 3, `create`, `definitions` and `get`.

use patchbay_http::text;
use patchbay_model::{Form, RemoteId, clean_text, pointer};
use schemars::JsonSchema;
use serde_json::{Map, Value, json};

use super::operations::{CreateConnector, Entity, Mode, UpdateConnector};
use super::quirks::spec::Spec;
use super::wire::{Connector, DefinitionDetail};
use crate::operations::arguments;
use crate::{Error, Field, Raw, Result, form};

/// Members of the creation form, and of the request body.
const MEMBERS: [&str; 8] = [
    "name",
    "workspace_name",
    "credentials",
    "replication_config",
    "environment",
    "entities",
    "source_template_id",
    "selected_connection_template_tags",
];

/// The form for creating a connector.
pub(super) fn creation(
    definition: &Raw<DefinitionDetail>,
    workspace: &str,
    workspaces: &[Value],
) -> Form {
    let spec = Spec::read(&definition.json);
    let name = definition.value.name().map(|name| clean_text(name, 200));
    let mut form = form::new(&CreateConnector {
        name,
        workspace_name: Some(workspace.to_owned()),
        ..CreateConnector::default()
    });
    // The definition determines the kind, and credentials are entered.
    for member in [
        "definition_id",
        "connector_type",
        "server_side_oauth_secret_id",
    ] {
        form::drop_member(&mut form, member);
    }
    let (credentials, replication) = (spec.credentials(), spec.replication());
    let mut required = vec!["workspace_name"];
    if spec.needs_credentials() {
        required.push("credentials");
    }
    if replication.get("required").is_some() {
        required.push("replication_config");
    }
    form.schema.0["required"] = json!(required);
    let members = &mut form.schema.0["properties"];
    members["workspace_name"] = workspace_choice(workspace, workspaces);
    members["credentials"] = credentials;
    members["replication_config"] = replication;
    if spec.replication.is_none() {
        members["replication_config"]["x-advanced"] = true.into();
    }
    form
}

/// A choice of workspaces including the account's own; free text if none are known.
fn workspace_choice(own: &str, workspaces: &[Value]) -> Value {
    let help = "Existing workspace";
    let names = workspaces.iter();
    let mut names: Vec<&str> = names
        .filter_map(|each| text::non_empty(&each["name"]))
        .collect();
    if names.is_empty() {
        return form::text("Workspace", help);
    }
    if !names.contains(&own) {
        names.insert(0, own);
    }
    form::choice(
        "Workspace",
        help,
        names.into_iter().map(|name| (name, name)),
    )
}

/// The form for changing a connector.
pub(super) fn settings(connector: Connector, spec: &Spec) -> Form {
    let entities = connector.entities.into_iter().map(|each| Entity {
        entity: each.entity,
        modes: match each.modes.is_empty() {
            true => Field::Absent,
            false => Field::Value(each.modes.into_iter().map(Mode).collect()),
        },
    });
    let entities: Vec<Entity> = entities.collect();
    let mut form = form::new(&UpdateConnector {
        connector_id: connector.id,
        name: connector.name,
        replication_config: connector.replication_config,
        entities: (!entities.is_empty()).then_some(entities),
    });
    form::drop_member(&mut form, "connector_id");
    let mut replication = spec.replication();
    // Stored settings that are not returned need not be entered again.
    form::relax_required(&mut replication, &form.values["replication_config"]);
    spare_secrets(&mut replication);
    form.schema.0["properties"]["replication_config"] = replication;
    form
}

/// Lets secrets be left out, which the platform keeps.
fn spare_secrets(schema: &mut Value) {
    let is_secret = |name: &Value, properties: &Value| {
        let property = name.as_str().and_then(|name| properties.get(name));
        property.is_some_and(|property| property["writeOnly"] == true)
    };
    if let Some(members) = schema.as_object_mut() {
        let properties = members.get("properties").cloned().unwrap_or_default();
        if let Some(Value::Array(required)) = members.get_mut("required") {
            required.retain(|name| !is_secret(name, &properties));
        }
        members.values_mut().for_each(spare_secrets);
    } else if let Some(items) = schema.as_array_mut() {
        items.iter_mut().for_each(spare_secrets);
    }
}

/// # Errors
/// [`Error::Usage`] when the changes do not fit, or clear a required member.
pub(super) fn update(id: &RemoteId, mut changes: Map<String, Value>) -> Result<UpdateConnector> {
    for (name, value) in changes.iter_mut().filter(|(_, value)| value.is_null()) {
        // The platform keeps absent members; empty values clear them.
        *value = match name.as_str() {
            "entities" => json!([]),
            "replication_config" => json!({}),
            _ => return Err(Error::Usage(format!("{name} can't be cleared"))),
        };
    }
    changes.insert("connector_id".to_owned(), id.as_str().into());
    arguments(changes.into())
}

/// What tools may read and write.
#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is looked at")]
pub(super) struct EntityChoice {
    /// Default: all entities of this type
    #[schemars(title = "Entities")]
    entities: Vec<Entity>,
}

/// Whether a value counts as absent.
pub(super) fn is_blank(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(members) => members.is_empty(),
        _ => false,
    }
}

/// Maps a pointer into the request body to one into the form's values.
pub(super) fn form_pointer(path: &str, words: &str, given: &Map<String, Value>) -> String {
    let missing = words
        .split_once("required property '")
        .and_then(|(_, rest)| rest.split_once('\''))
        .map(|(name, _)| pointer::escape(name));
    let path = path
        .strip_prefix("/connection_configuration")
        .or_else(|| path.strip_prefix("/source_config"))
        .unwrap_or(path);
    let first = path.split('/').nth(1).unwrap_or_default();
    let holds = |member: &str| {
        let inner = given.get(member);
        inner.is_some_and(|inner| inner.get(first).is_some())
    };
    let within = match (first, missing.is_some()) {
        ("", true) => "/replication_config".to_owned(),
        ("", false) if words.contains("auth scheme") => "/credentials".to_owned(),
        ("", false) => String::new(),
        (first, _) if MEMBERS.contains(&first) => path.to_owned(),
        _ if holds("credentials") => format!("/credentials{path}"),
        _ if holds("replication_config") => format!("/replication_config{path}"),
        _ => path.to_owned(),
    };
    match missing {
        Some(missing) if !within.ends_with(&format!("/{missing}")) => format!("{within}/{missing}"),
        _ => within,
    }
}

#[cfg(test)]
mod tests;
