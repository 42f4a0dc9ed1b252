//! The forms for connectors on the older surface.
//!
//! Source: Mistral contract, section 9.

use patchbay_model::{Form, RemoteId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use serde_with::apply;

use super::server::AuthorizationServer;
use super::{Basics, NamedSecret, map, secret_headers, secrets_by_name};
use crate::form::{self, drop_alternative, drop_member};
use crate::mistral::operations::authentication::AuthData;
use crate::mistral::operations::seed::{Create, Update};
use crate::mistral::wire::Connector;
use crate::{Field, Result};

/// A connector as people describe it, or what is to be another of it; null clears.
#[apply(Field<_> => #[serde(default, skip_serializing_if = "Field::is_absent")])]
#[derive(Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Profile {
    #[serde(flatten)]
    basics: Basics,
    #[schemars(title = "Visible to", extend("default" = "private", "oneOf" = [
        {"const": "private", "title": "Only you"},
        {"const": "shared_workspace", "title": "Workspace"},
        {"const": "shared_org", "title": "Organization"},
        {"const": "shared_global", "title": "Everyone"},
    ]))]
    visibility: Field<String>,
    /// For services that don't register apps automatically.
    #[schemars(title = "OAuth app")]
    oauth_app: Field<App>,
    /// Sent with each request. Replaces all current ones.
    #[schemars(title = "Headers", extend("x-advanced" = true))]
    headers: Field<Vec<NamedSecret>>,
    /// Extra connection settings
    #[schemars(title = "Connection settings", extend("x-advanced" = true))]
    connection_config: Field<Map<String, Value>>,
    /// Replaces all current ones
    #[schemars(title = "Secret connection settings", extend("x-advanced" = true))]
    connection_secrets: Field<Vec<NamedSecret>>,
    /// Usually detected automatically
    #[schemars(title = "Authorization server", extend("x-advanced" = true))]
    authorization_server: Field<AuthorizationServer>,
}

/// The app with which people sign in.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum App {
    #[schemars(title = "Keep current")]
    Kept,
    #[schemars(title = "Automatic")]
    Discover,
    #[schemars(title = "Your own app")]
    Given(AuthData),
    #[schemars(title = "Automatic")]
    None,
}

impl App {
    /// Nothing is sent for an app that is kept or detected.
    fn wire(given: Field<Self>) -> Field<AuthData> {
        match given.value() {
            Some(Self::Given(app)) => Field::Value(app),
            Some(Self::None) => Field::Null,
            Some(Self::Kept | Self::Discover) | None => Field::Absent,
        }
    }
}

impl Profile {
    pub(crate) fn creation_form() -> Form {
        let mut form = form::new(&Self::default());
        for name in ["connection_config", "connection_secrets"] {
            drop_member(&mut form, name);
        }
        for kind in ["kept", "none"] {
            drop_alternative(&mut form, "oauth_app", kind);
        }
        // This surface requires the authorization endpoint.
        let servers = &mut form.schema.0["properties"]["authorization_server"]["oneOf"];
        for server in servers.as_array_mut().into_iter().flatten() {
            if server["properties"]["kind"]["const"] == "given"
                && let Some(Value::Array(required)) = server.get_mut("required")
            {
                required.push("authorization_endpoint".into());
            }
        }
        form
    }

    pub(crate) fn settings_form(connector: &Connector) -> Form {
        let mut form = form::new(&Self {
            basics: connector.into(),
            oauth_app: Field::Value(App::Kept),
            connection_config: connector.connection_config.clone().into(),
            ..Self::default()
        });
        for name in ["visibility", "authorization_server"] {
            drop_member(&mut form, name);
        }
        drop_alternative(&mut form, "oauth_app", "discover");
        form::relax_required(&mut form.schema.0, &form.values);
        form
    }

    /// # Errors
    /// [`Error::Usage`](crate::Error::Usage) for headers that are duplicate or lack a value.
    pub(crate) fn create(self) -> Result<Create> {
        let (server, server_url) = AuthorizationServer::wire(self.authorization_server);
        Ok(Create {
            name: self.basics.name.value().unwrap_or_default(),
            description: self.basics.description.value().unwrap_or_default(),
            server: self.basics.server.value().unwrap_or_default(),
            title: self.basics.title,
            icon_url: self.basics.icon_url,
            visibility: self.visibility.value(),
            headers: map(self.headers, secret_headers)?,
            auth_data: App::wire(self.oauth_app),
            oauth2_server_metadata: server,
            oauth2_server_metadata_url: server_url,
            system_prompt: self.basics.system_prompt,
        })
    }

    pub(crate) fn update(self, id: &RemoteId) -> Result<Update> {
        let secrets = |list| {
            let secrets: Map<String, Value> = secrets_by_name(list)?.into_iter().collect();
            Ok(secrets.into())
        };
        Ok(Update {
            connector_id: id.clone(),
            title: self.basics.title,
            name: self.basics.name,
            description: self.basics.description,
            icon_url: self.basics.icon_url,
            system_prompt: self.basics.system_prompt,
            connection_config: self.connection_config,
            connection_secrets: map(self.connection_secrets, secrets)?,
            server: self.basics.server,
            headers: map(self.headers, secret_headers)?,
            auth_data: App::wire(self.oauth_app),
        })
    }
}
