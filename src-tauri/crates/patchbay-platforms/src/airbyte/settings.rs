//! What can be changed of a connector.
//!
//! Source: Airbyte contract, section 3, `get`, `PUT`.

use async_trait::async_trait;
use patchbay_http::CallOptions;
use patchbay_model::{ConnectorSettings, Form, Json, RemoteId};
use serde_json::{Map, Value, json};

use super::creation::{entities, place};
use super::spec::Spec;
use super::wire::Connector;
use super::{Airbyte, arguments};
use crate::form::{self, Members};
use crate::{Error, Settings, operations};

#[async_trait]
impl Settings for Airbyte {
    async fn settings(
        &self,
        id: &RemoteId,
        options: &CallOptions,
    ) -> Result<ConnectorSettings, Error> {
        let client = self.client()?;
        let detail = client.get_connector_detail(id.as_str(), options).await?;
        let mut spec = detail.template_spec();
        if spec.replication.is_none()
            && let Some(definition) = detail.definition_id()
            && let Ok(told) = client.get_definition(definition, options).await
        {
            spec = Spec::read(&told);
        }
        Ok(shown(detail, &spec))
    }

    async fn change_settings(
        &self,
        id: &RemoteId,
        mut changes: Map<String, Value>,
        options: &CallOptions,
    ) -> Result<(), Error> {
        let given = changes.clone();
        for (name, value) in &mut changes {
            if value.is_null() {
                // The platform keeps what is left out, and clears by emptiness.
                *value = match name.as_str() {
                    "entities" => json!([]),
                    "replication_config" => json!({}),
                    _ => return Err(Error::Usage(format!("{name} cannot be taken away"))),
                };
            }
        }
        changes.insert("connector_id".to_owned(), id.as_str().into());
        let changes: arguments::UpdateConnector = operations::arguments(Value::Object(changes))?;
        let changed = self.update(changes, options).await;
        changed
            .map(drop)
            .map_err(|error| form::at_fields(error, |path, words| place(path, words, &given)))
    }
}

fn shown(detail: Connector, spec: &Spec) -> ConnectorSettings {
    let name = json!({"type": "string", "title": "Name", "minLength": 1});
    let schema = Members::default()
        .with("name", name)
        .with("replication_config", spec.replication())
        .with("entities", entities())
        .closed();
    let native = Value::Object(detail.into_json());
    let mut values = Map::new();
    for name in ["name", "replication_config", "entities"] {
        if let Some(value) = native.get(name).filter(|value| !value.is_null()) {
            values.insert(name.to_owned(), value.clone());
        }
    }
    ConnectorSettings {
        form: Form {
            values: Json(Value::Object(values)),
            ..form::empty(schema)
        },
        native: Json(native),
    }
}
