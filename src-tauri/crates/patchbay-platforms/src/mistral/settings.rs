//! Changing connectors.
//!
//! Source: Mistral contract, section 3, "UpdateConnector", and section 9.

use async_trait::async_trait;
use patchbay_http::CallOptions;
use patchbay_model::{ConnectorSettings, Form, Json, RemoteId};
use serde_json::{Map, Value, json};

use super::Mistral;
use super::creation::put_seed_app;
use super::forms::{self, methods, place};
use super::operations::{connectors::Update, seed};
use super::quirks::surface::Surface;
use super::wire::Connector;
use crate::form::{Members, at_fields, secret, text};
use crate::operations::arguments;
use crate::variants::{list, one_of, variant};
use crate::{Error, Operation, Settings};

#[async_trait]
impl Settings for Mistral {
    async fn settings(
        &self,
        id: &RemoteId,
        options: &CallOptions,
    ) -> Result<ConnectorSettings, Error> {
        let connector = self.find_known(id, options).await?;
        let form = match self.surface {
            Surface::Current => current_form(&connector),
            Surface::Seed => seed_form(&connector),
        };
        let native = self.mapped(&connector).native;
        Ok(ConnectorSettings { form, native })
    }

    async fn change_settings(
        &self,
        id: &RemoteId,
        changes: Map<String, Value>,
        options: &CallOptions,
    ) -> Result<(), Error> {
        let given = Value::Object(changes.clone());
        let changed = match self.surface {
            Surface::Current => self.change_current(id, changes, options).await,
            Surface::Seed => self.change_seed(id, changes, options).await,
        };
        changed.map_err(|error| at_fields(error, |path, _| place(&given, path)))
    }
}

impl Mistral {
    async fn change_current(
        &self,
        id: &RemoteId,
        mut changes: Map<String, Value>,
        options: &CallOptions,
    ) -> Result<(), Error> {
        // What it speaks is no change, and has to be said with every one.
        let connector = self.find_known(id, options).await?;
        if let Some(given) = changes.remove("auth_methods") {
            let known = methods::from_wire(connector.methods());
            let given = methods::to_wire(given, &known)?;
            changes.insert("auth_methods".to_owned(), given);
        }
        changes.insert("protocol".to_owned(), protocol(&connector).into());
        changes.insert("connector_id".to_owned(), id.as_str().into());
        let change: Update = arguments(changes.into())?;
        change.run(self, options).await.map(drop)
    }

    async fn change_seed(
        &self,
        id: &RemoteId,
        mut changes: Map<String, Value>,
        options: &CallOptions,
    ) -> Result<(), Error> {
        put_seed_app(&mut changes);
        methods::put_headers(&mut changes)?;
        if let Some(Value::Array(secrets)) = changes.remove("connection_secrets") {
            let secrets = forms::header_map(secrets.into())?;
            changes.insert("connection_secrets".to_owned(), secrets.into());
        }
        changes.insert("connector_id".to_owned(), id.as_str().into());
        let change: seed::Update = arguments(changes.into())?;
        change.run(self, options).await.map(drop)
    }
}

/// What a connector speaks; where the platform does not tell, it is MCP.
fn protocol(connector: &Connector) -> &str {
    match connector.text("protocol") {
        Some("http") => "http",
        _ => "mcp",
    }
}

fn current_form(connector: &Connector) -> Form {
    let members = forms::basics().with("auth_methods", methods::known_methods());
    let members = match protocol(connector) {
        "http" => members,
        _ => members.with("system_prompt", forms::prompt()),
    };
    let shown = methods::from_wire(connector.methods());
    let kept = methods::kept(connector.methods(), &shown);
    let schema = members.folds("icon_url", forms::icon()).closed();
    let mut values = basics(connector, &schema);
    values["auth_methods"] = shown.into();
    Form {
        schema: Json(schema),
        values: Json(values),
        kept,
    }
}

fn seed_form(connector: &Connector) -> Form {
    let app = one_of(
        "OAuth app",
        "The app with which people sign in.",
        vec![
            variant("kept", "As it is", |members| members),
            variant("given", "Another app", forms::app),
            variant("none", "None of your own", |members| members),
        ],
    );
    let config = json!({
        "type": "object", "title": "Connection settings",
        "description": "Settings of the connection that the service wants.",
    });
    let pair = Members::default()
        .needs("name", text("Name", "Name of the setting."))
        .with("value", secret("Value", "It is never shown again."));
    let secrets = list(
        "Secret connection settings",
        "Put in place of all that were given before.",
        pair.closed(),
    );
    let headers = forms::secret_headers("Headers", "Put in place of all that were given before.");
    let schema = forms::basics()
        .with("system_prompt", forms::prompt())
        .with("oauth_app", app)
        .folds("icon_url", forms::icon())
        .folds("headers", headers)
        .folds("connection_config", config)
        .folds("connection_secrets", secrets)
        .closed();
    let mut values = basics(connector, &schema);
    values["oauth_app"] = json!({"kind": "kept"});
    if let Some(config @ Value::Object(_)) = connector.member("connection_config") {
        values["connection_config"] = config.clone();
    }
    Form {
        schema: Json(schema),
        values: Json(values),
        kept: Vec::new(),
    }
}

/// The plain members that the form has and the platform tells.
fn basics(connector: &Connector, schema: &Value) -> Value {
    let told = [
        "name",
        "title",
        "description",
        "server",
        "system_prompt",
        "icon_url",
    ];
    let told = told.into_iter().filter_map(|name| {
        let text = connector.text(name).filter(|text| !text.is_empty())?;
        schema["properties"].get(name)?;
        Some((name.to_owned(), Value::from(text)))
    });
    Value::Object(told.collect())
}

#[cfg(test)]
mod tests;
