//! The forms for connectors on the current surface.
//!
//! Source: Mistral contract, section 3, "CreateConnector" and "UpdateConnector".

use std::collections::BTreeMap;

use patchbay_http::SecretArgument;
use patchbay_model::{Form, RemoteId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_with::apply;

use super::methods::{KNOWN_HEADERS, KNOWN_KINDS, Method, NEW_APP_KINDS};
use super::server::AuthorizationServer;
use super::{Basics, NamedSecret, NamedValue, global_headers, map};
use crate::form::{self, drop_member};
use crate::mistral::operations::authentication::AuthMethod;
use crate::mistral::operations::connectors::{Create, Protocol, Update, Visibility};
use crate::mistral::wire::Connector;
use crate::{Field, Result};

/// A connector as people describe it, or what is to be another of it; null clears.
#[apply(Field<_> => #[serde(default, skip_serializing_if = "Field::is_absent")])]
#[derive(Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Profile {
    #[serde(flatten)]
    basics: Basics,
    #[schemars(title = "Visible to", extend("default" = "private"))]
    visibility: Field<Visibility>,
    /// Default: detected from the server
    #[schemars(title = "Authentication")]
    auth_methods: Field<Vec<Method>>,
    /// Sent with each request. Visible to everyone who can see the connector.
    #[schemars(
        title = "Headers",
        with = "BTreeMap<String, String>",
        extend("x-advanced" = true)
    )]
    headers: Field<BTreeMap<String, SecretArgument<Value>>>,
    /// Sent for every user.
    #[schemars(title = "Shared headers", extend("x-advanced" = true))]
    global_headers: Field<Vec<NamedValue>>,
    /// Sent for every user, hidden.
    #[schemars(title = "Secret shared headers", extend("x-advanced" = true))]
    secret_global_headers: Field<Vec<NamedSecret>>,
    /// Usually detected automatically
    #[schemars(title = "Authorization server", extend("x-advanced" = true))]
    authorization_server: Field<AuthorizationServer>,
}

impl Profile {
    pub(crate) fn creation_form() -> Form {
        let mut form = form::new(&Self::default());
        let methods = &mut form.schema.0["properties"]["auth_methods"]["items"]["oneOf"];
        if let Value::Array(methods) = methods {
            methods.retain(|method| {
                let kind = method["properties"]["kind"]["const"].as_str();
                !kind.is_some_and(|kind| KNOWN_KINDS.contains(&kind))
            });
        }
        drop_known_headers(&mut form, |_| true);
        form
    }

    pub(crate) fn settings_form(connector: &Connector) -> Form {
        let methods = known_methods(connector);
        let numbered = connector.methods.iter().zip(&methods).enumerate();
        let kept = numbered.flat_map(|(index, (wire, method))| {
            let kept = method.kept(wire).into_iter();
            kept.map(move |below| format!("/auth_methods/{index}{below}"))
        });
        let kept = kept.collect();
        let mut form = form::new(&Self {
            basics: connector.into(),
            auth_methods: Field::Value(methods),
            ..Self::default()
        });
        for name in [
            "visibility",
            "headers",
            "global_headers",
            "secret_global_headers",
            "authorization_server",
        ] {
            drop_member(&mut form, name);
        }
        if protocol(connector) == Protocol::Http {
            drop_member(&mut form, "system_prompt");
        }
        form.schema.0["properties"]["auth_methods"]["description"] = "How people sign in.".into();
        drop_known_headers(&mut form, |kind| NEW_APP_KINDS.contains(&kind));
        form::relax_required(&mut form.schema.0, &form.values);
        form.kept = kept;
        form
    }

    /// # Errors
    /// [`Error::Usage`](crate::Error::Usage) for headers that are duplicate or lack a value.
    pub(crate) fn create(self, protocol: Protocol) -> Result<Create> {
        let (server, server_url) = AuthorizationServer::wire(self.authorization_server);
        Ok(Create {
            name: self.basics.name.value().unwrap_or_default(),
            description: self.basics.description.value().unwrap_or_default(),
            server: self.basics.server.value().unwrap_or_default(),
            headers: self.headers,
            global_headers: global_headers(self.global_headers, self.secret_global_headers)?,
            oauth2_server_metadata: server,
            oauth2_server_metadata_url: server_url,
            title: self.basics.title,
            icon_url: self.basics.icon_url,
            visibility: self.visibility.value(),
            auth_methods: wire_methods(self.auth_methods, &[])?,
            system_prompt: self.basics.system_prompt,
            protocol,
        })
    }

    pub(crate) fn update(self, id: &RemoteId, connector: &Connector) -> Result<Update> {
        Ok(Update {
            connector_id: id.clone(),
            title: self.basics.title,
            name: self.basics.name,
            description: self.basics.description,
            icon_url: self.basics.icon_url,
            server: self.basics.server,
            auth_methods: wire_methods(self.auth_methods, &known_methods(connector))?,
            // Every update must repeat it.
            protocol: protocol(connector),
            system_prompt: self.basics.system_prompt,
        })
    }
}

/// Removes the shared headers from the methods of those kinds.
fn drop_known_headers(form: &mut Form, is_meant: impl Fn(&str) -> bool) {
    let methods = &mut form.schema.0["properties"]["auth_methods"]["items"]["oneOf"];
    for method in methods.as_array_mut().into_iter().flatten() {
        let kind = method["properties"]["kind"]["const"].as_str();
        if kind.is_some_and(&is_meant)
            && let Some(members) = method["properties"].as_object_mut()
        {
            members.retain(|name, _| !KNOWN_HEADERS.contains(&name.as_str()));
        }
    }
}

fn wire_methods(methods: Field<Vec<Method>>, known: &[Method]) -> Result<Field<Vec<AuthMethod>>> {
    map(methods, |methods| {
        let is_same_length = methods.len() == known.len();
        let methods = methods.into_iter().enumerate();
        let methods = methods.map(|(index, method)| {
            let known = method.find_known(index, is_same_length, known);
            method.wire(known)
        });
        methods.collect()
    })
}

fn known_methods(connector: &Connector) -> Vec<Method> {
    connector.methods.iter().map(Method::from).collect()
}

/// Default: MCP.
fn protocol(connector: &Connector) -> Protocol {
    match connector.protocol.as_deref() {
        Some("http") => Protocol::Http,
        _ => Protocol::Mcp,
    }
}
