//! Creating and changing connectors.
//!
//! Source: Mistral contract, sections 3 and 9.

use async_trait::async_trait;
use patchbay_http::CallOptions;
use patchbay_model::{ConnectorSettings, Definition, Form, RemoteId};
use serde_json::{Map, Value};

use super::SECRET_NAMES;
use crate::client::without_extras;
use crate::form::map_field_pointers;
use crate::mistral::forms::{profile, seed};
use crate::mistral::operations::connectors::Protocol;
use crate::mistral::quirks::pointers::form_pointer;
use crate::mistral::quirks::surface::Surface;
use crate::mistral::{Mistral, mapping};
use crate::operations::arguments;
use crate::{Creation, Error, Operation, RemoteConnector, Result, Settings};

/// Id, title and description. `http` is offered although the public API refuses it at times, because it says so itself.
const DEFINITIONS: [(&str, &str, &str); 2] = [
    ("mcp", "MCP server", "Use an MCP server's tools in Mistral"),
    (
        "http",
        "HTTP service",
        "Use an HTTP service in Mistral (not in every workspace)",
    ),
];

impl Mistral {
    /// The older surface creates connectors of MCP servers only.
    fn protocol_of(&self, definition: &str) -> Result<Protocol> {
        match (definition, self.surface) {
            ("mcp", _) => Ok(Protocol::Mcp),
            ("http", Surface::Current) => Ok(Protocol::Http),
            _ => Err(Error::Usage(format!(
                "this API version of Mistral can't create {definition:?}"
            ))),
        }
    }
}

#[async_trait]
impl Creation for Mistral {
    async fn list_definitions(&self, _: &CallOptions) -> Result<Vec<Definition>> {
        let all = DEFINITIONS.into_iter();
        let offered = all.filter(|(id, ..)| self.protocol_of(id).is_ok());
        let definition = |(id, title, description): (&str, &str, &str)| Definition {
            id: id.to_owned(),
            title: title.to_owned(),
            description: Some(description.to_owned()),
            endpoint_field: Some("/server".to_owned()),
            ..Definition::default()
        };
        Ok(offered.map(definition).collect())
    }

    async fn creation_form(&self, definition: &str, _: &CallOptions) -> Result<Form> {
        self.protocol_of(definition)?;
        Ok(match self.surface {
            Surface::Current => profile::Profile::creation_form(),
            Surface::Seed => seed::Profile::creation_form(),
        })
    }

    async fn create_connector(
        &self,
        definition: &str,
        values: Map<String, Value>,
        options: &CallOptions,
    ) -> Result<RemoteConnector> {
        let protocol = self.protocol_of(definition)?;
        let values = Value::Object(values);
        let made = match self.surface {
            Surface::Current => {
                let profile: profile::Profile = arguments(values.clone())?;
                profile.create(protocol)?.run(self, options).await
            }
            Surface::Seed => {
                let profile: seed::Profile = arguments(values.clone())?;
                profile.create()?.run(self, options).await
            }
        };
        let made = map_field_pointers(made, |path, _| form_pointer(&values, path))?.known()?;
        if mapping::user_data(&made, &SECRET_NAMES).is_empty() {
            // Whether the user has to sign in is known only by another request. Until one succeeds, each list tries again.
            let options = without_extras(options);
            return Ok(match self.find_known(&made.value.id, &options).await {
                Ok(found) => self.map_connector(&found),
                Err(_) => self.map_listed_connector(&made).0,
            });
        }
        Ok(self.map_connector(&made))
    }
}

#[async_trait]
impl Settings for Mistral {
    async fn settings(&self, id: &RemoteId, options: &CallOptions) -> Result<ConnectorSettings> {
        let connector = self.find_known(id, options).await?;
        let form = match self.surface {
            Surface::Current => profile::Profile::settings_form(&connector.value),
            Surface::Seed => seed::Profile::settings_form(&connector.value),
        };
        let native = self.map_connector(&connector).native;
        Ok(ConnectorSettings { form, native })
    }

    async fn change_settings(
        &self,
        id: &RemoteId,
        changes: Map<String, Value>,
        options: &CallOptions,
    ) -> Result<()> {
        let changes = Value::Object(changes);
        let changed = match self.surface {
            Surface::Current => {
                let profile: profile::Profile = arguments(changes.clone())?;
                // Every update must repeat the protocol.
                let connector = self.find_known(id, options).await?;
                let update = profile.update(id, &connector.value)?;
                update.run(self, options).await
            }
            Surface::Seed => {
                let profile: seed::Profile = arguments(changes.clone())?;
                profile.update(id)?.run(self, options).await
            }
        };
        map_field_pointers(changed, |path, _| form_pointer(&changes, path)).map(drop)
    }
}

#[cfg(test)]
mod tests;
