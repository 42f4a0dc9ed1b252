//! What can be changed of a connector.
//!
//! Source: 10ex contract, section 3, `update` (assumed).

use async_trait::async_trait;
use patchbay_http::CallOptions;
use patchbay_model::{ConnectorSettings, Form, Json, RemoteId};
use serde_json::{Map, Value, json};

use super::arguments::Update;
use super::creation::place;
use super::provider::{Provider, settings};
use super::wire::Connector;
use super::{Tenex, one};
use crate::form::{self, Members};
use crate::{Error, Settings, operations};

#[async_trait]
impl Settings for Tenex {
    async fn settings(
        &self,
        id: &RemoteId,
        options: &CallOptions,
    ) -> Result<ConnectorSettings, Error> {
        let connector = self.client.get(&one(id), options).await?;
        let provider = self.provider_of(connector.provider(), options).await;
        Ok(shown(connector, &provider))
    }

    async fn change_settings(
        &self,
        id: &RemoteId,
        mut changes: Map<String, Value>,
        options: &CallOptions,
    ) -> Result<(), Error> {
        changes.insert("id".to_owned(), id.as_str().into());
        let changes: Update = operations::arguments(Value::Object(changes))?;
        let changed = self.client.update(&changes, options).await;
        let changed = changed.map_err(|error| form::at_fields(error, |path, _| place(path)))?;
        self.changed(changed);
        Ok(())
    }
}

fn shown(connector: Connector, provider: &Provider) -> ConnectorSettings {
    let role = connector.text("role").map(str::to_owned);
    let is_on = connector.status() != "disabled";
    // The key is none of these: it is a credential.
    let mut further = settings(provider.key_fields().1);
    if let Some(schema) = further.as_object_mut() {
        // What is kept without being told cannot be asked for again.
        schema.shift_remove("required");
    }
    let is_primary = json!({
        "type": "boolean", "title": "Primary",
        "description": "Whether it is the primary one of its role; the one before is demoted.",
    });
    let enabled = json!({"type": "boolean", "title": "Enabled"});
    let schema = Members::default()
        .with("name", form::text("Name", "What to call the connector."))
        .with("role", provider.role(role.as_deref()))
        .with("is_primary", is_primary)
        .with("enabled", enabled)
        .with("settings", further)
        .closed();
    let native = connector.into_json();
    let mut values = json!({
        "enabled": is_on,
        "is_primary": native["is_primary"] == true,
        "settings": match &native["settings"] {
            Value::Object(settings) => Value::Object(settings.clone()),
            _ => json!({}),
        },
    });
    for name in ["name", "role"] {
        if native[name].is_string() {
            values[name] = native[name].clone();
        }
    }
    ConnectorSettings {
        form: Form {
            values: Json(values),
            ..form::empty(schema)
        },
        native: Json(native),
    }
}
