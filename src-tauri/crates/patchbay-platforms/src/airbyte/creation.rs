//! Making connectors from the platform's definitions.
//!
//! Source: Airbyte contract, section 3, `create` and `definitions`.

use async_trait::async_trait;
use patchbay_http::{CallOptions, text};
use patchbay_model::{Definition, Form, Json, clean_text};
use serde_json::{Map, Value, json};

use super::spec::Spec;
use super::{Airbyte, mapping, oauth, wire};
use crate::acts::plain;
use crate::form::{self, Members};
use crate::{Creation, Error, ProviderOAuth, RemoteConnector, operations};

/// Members of the form, each of the request's body.
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

#[async_trait]
impl Creation for Airbyte {
    async fn list_definitions(&self, options: &CallOptions) -> Result<Vec<Definition>, Error> {
        let answer = self.client()?.list_definitions(None, options).await?;
        let all = answer["definitions"].as_array().into_iter().flatten();
        Ok(all.filter_map(definition).collect())
    }

    async fn creation_form(&self, definition: &str, options: &CallOptions) -> Result<Form, Error> {
        let client = self.client()?;
        let (told, workspaces) = futures::future::join(
            client.get_definition(definition, options),
            client.list_workspaces(None, Some("active"), options),
        )
        .await;
        let told = told?;
        // Without the list a person types the name.
        let workspaces = workspaces.unwrap_or_default();
        let spec = Spec::read(&told);
        let mut values = json!({"workspace_name": self.workspace});
        if let Some(name) = name_of(&told) {
            values["name"] = name.into();
        }
        Ok(Form {
            values: Json(values),
            ..form::empty(schema(&spec, self.workspace_member(&workspaces)))
        })
    }

    async fn create_connector(
        &self,
        definition: &str,
        values: Map<String, Value>,
        options: &CallOptions,
    ) -> Result<RemoteConnector, Error> {
        let given = values.clone();
        let mut values = values;
        values.retain(|_, value| !is_empty(value));
        values.insert("definition_id".to_owned(), definition.into());
        let arguments = operations::arguments(Value::Object(values))?;
        let created = self.create(arguments, options).await;
        let created = created
            .map_err(|error| form::at_fields(error, |path, words| place(path, words, &given)))?;
        let connector = wire::Connector::read(created)
            .ok_or_else(|| Error::Protocol("the created connector has no id".to_owned()))?;
        let state = self.remembered.state(connector.id());
        Ok(mapping::connector(connector, state))
    }

    async fn oauth_app(
        &self,
        definition: &str,
        options: &CallOptions,
    ) -> Result<Option<ProviderOAuth>, Error> {
        let told = self.client()?.get_definition(definition, options).await?;
        Ok(oauth::provider(&told, &Spec::read(&told)))
    }
}

impl Airbyte {
    /// The workspaces to choose from, the account's among them; any name where none are known.
    fn workspace_member(&self, workspaces: &[Value]) -> Value {
        let help = "Where the connector lives; the workspace has to exist.";
        let names = workspaces
            .iter()
            .filter_map(|each| text::filled(&each["name"]));
        let mut names: Vec<&str> = names.collect();
        if names.is_empty() {
            return form::text("Workspace", help);
        }
        if !names.contains(&self.workspace.as_str()) {
            names.insert(0, &self.workspace);
        }
        form::choice(
            "Workspace",
            help,
            names.into_iter().map(|name| (name, name)),
        )
    }
}

/// A definition of sources; destinations are none.
fn definition(item: &Value) -> Option<Definition> {
    let id = text::filled(&item["sourceDefinitionId"])?;
    let level = text::filled(&item["supportLevel"]).filter(|level| *level != "none");
    Some(Definition {
        id: id.to_owned(),
        title: clean_text(text::filled(&item["name"]).unwrap_or(id), 200),
        description: (item["custom"] == true).then(|| "Made by your organization".to_owned()),
        category: level.map(plain),
        endpoint: None,
        endpoint_field: None,
        // What the provider's consent gives is part of the credentials.
        has_consent: Some(false),
    })
}

fn name_of(told: &Value) -> Option<String> {
    let name = told
        .pointer("/definition/name")
        .or_else(|| told.get("name"))?;
    Some(clean_text(text::filled(name)?, 200))
}

fn schema(spec: &Spec, workspace: Value) -> Value {
    let is_needed = spec
        .credentials
        .as_ref()
        .is_some_and(|(_, is_needed)| *is_needed);
    let replication = spec.replication();
    let has_required = replication.get("required").is_some();
    let members = Members::default()
        .with(
            "name",
            form::text(
                "Name",
                "Left out: connector- and the name of the workspace.",
            ),
        )
        .needs("workspace_name", workspace);
    let members = match is_needed {
        true => members.needs("credentials", spec.credentials()),
        false => members.with("credentials", spec.credentials()),
    };
    let members = match (has_required, &spec.replication) {
        (true, _) => members.needs("replication_config", replication),
        (false, Some(_)) => members.with("replication_config", replication),
        (false, None) => members.folds("replication_config", replication),
    };
    members
        .folds("entities", entities())
        .folds(
            "environment",
            json!({
                "type": "object", "title": "Environment",
                "description": "Environment of the connector, as a JSON object.",
            }),
        )
        .folds(
            "source_template_id",
            form::text(
                "Template",
                "A UUID; needed when the organization has several templates for this kind.",
            ),
        )
        .folds(
            "selected_connection_template_tags",
            json!({
                "type": "array", "title": "Tags of connection templates",
                "items": {"type": "string"}, "uniqueItems": true,
            }),
        )
        .folds(
            "selected_connection_template_tags_mode",
            form::choice(
                "Tags that have to fit",
                "Whether any or all of these tags have to fit.",
                [("any", "Any of them"), ("all", "All of them")],
            ),
        )
        .closed()
}

/// What may be read and written.
pub(super) fn entities() -> Value {
    let modes = json!({
        "type": "array", "title": "Modes", "uniqueItems": true,
        "description": "Left out: what the kind of connector offers.",
        "items": {"type": "string", "oneOf": [
            {"const": "read", "title": "Read"}, {"const": "write", "title": "Write"}
        ]},
    });
    let entity = json!({"type": "string", "title": "Entity", "minLength": 1});
    json!({
        "type": "array", "title": "Entities",
        "description": "What may be read and written; none: what the kind of connector offers.",
        "items": Members::default().needs("entity", entity).with("modes", modes).closed(),
    })
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(members) => members.is_empty(),
        _ => false,
    }
}

/// Where in the form a problem of the request's body belongs.
pub(super) fn place(path: &str, words: &str, given: &Map<String, Value>) -> String {
    let missing = words
        .split_once("required property '")
        .and_then(|(_, rest)| rest.split_once('\''))
        .map(|(name, _)| name.replace('~', "~0").replace('/', "~1"));
    let path = path
        .strip_prefix("/connection_configuration")
        .or_else(|| path.strip_prefix("/source_config"))
        .unwrap_or(path);
    let first = path.split('/').nth(1).unwrap_or_default();
    let holds = |member: &str| {
        given
            .get(member)
            .is_some_and(|inner| inner.get(first).is_some())
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
mod tests {
    use super::*;

    #[test]
    fn problems_of_the_body_find_their_fields() {
        let given = json!({
            "name": "n", "credentials": {"token": "t"}, "replication_config": {"site": "s"}
        });
        let given = given.as_object().unwrap();
        let missing = "required property 'repositories' not found";
        for (path, words, expected) in [
            (
                "/replication_config",
                missing,
                "/replication_config/repositories",
            ),
            ("", missing, "/replication_config/repositories"),
            ("/name", "too long", "/name"),
            ("/token", "bad", "/credentials/token"),
            ("/site", "bad", "/replication_config/site"),
            (
                "/connection_configuration/site",
                "bad",
                "/replication_config/site",
            ),
            (
                "",
                "Credentials do not match any auth scheme. Provided keys: ['a']",
                "/credentials",
            ),
            ("", "something else", ""),
            ("/elsewhere", "bad", "/elsewhere"),
        ] {
            assert_eq!(place(path, words, given), expected, "{path} {words}");
        }
    }

    #[test]
    fn only_sources_with_an_id_are_definitions() {
        let shown = definition(&json!({
            "sourceDefinitionId": "d-1", "name": "GitHub", "supportLevel": "certified", "custom": null
        }))
        .unwrap();
        assert_eq!(shown.title, "GitHub");
        assert_eq!(shown.category.as_deref(), Some("Certified"));
        assert_eq!(
            definition(&json!({"sourceDefinitionId": null, "name": "x"})),
            None
        );
        let bare = definition(&json!({"sourceDefinitionId": "d-2", "supportLevel": "none"}));
        assert_eq!(bare.unwrap().category, None);
    }

    #[test]
    fn a_kind_that_tells_nothing_has_a_form_all_the_same() {
        let form = schema(&Spec::read(&json!({})), json!({"type": "string"}));
        let validator = jsonschema::validator_for(&form).unwrap();
        assert!(validator.is_valid(&json!({
            "workspace_name": "w", "credentials": {"any": {"thing": 1}}
        })));
        assert!(!validator.is_valid(&json!({"workspace_name": "w", "credentials": "text"})));
        assert_eq!(form["properties"]["replication_config"]["x-advanced"], true);
    }
}
