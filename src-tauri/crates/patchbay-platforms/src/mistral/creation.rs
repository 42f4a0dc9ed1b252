//! Registering connectors.
//!
//! Source: Mistral contract, section 3, "CreateConnector", and section 9.

use async_trait::async_trait;
use patchbay_http::CallOptions;
use patchbay_model::{Definition, Form};
use serde_json::{Map, Value};

use super::Mistral;
use super::forms::{self, methods, place};
use super::operations::{connectors::Create, seed};
use super::quirks::surface::Surface;
use crate::form::{Members, at_fields, choice, empty};
use crate::operations::arguments;
use crate::variants::{map, one_of, variant};
use crate::{Creation, Error, Operation, RemoteConnector};

/// What the platform refuses on its public address at times is offered all the same: it says so itself.
const DEFINITIONS: [(&str, &str, &str); 2] = [
    (
        "mcp",
        "MCP server",
        "Lends the tools of an MCP server to Mistral's models.",
    ),
    (
        "http",
        "HTTP service",
        "Lends an HTTP service to Mistral's models; not every workspace may create one.",
    ),
];

const VISIBILITIES: [(&str, &str); 4] = [
    ("private", "You alone"),
    ("shared_workspace", "Your workspace"),
    ("shared_org", "Your organization"),
    ("shared_global", "Everyone"),
];

#[async_trait]
impl Creation for Mistral {
    async fn list_definitions(&self, _options: &CallOptions) -> Result<Vec<Definition>, Error> {
        let all = self.definitions().iter();
        let definition = |(id, title, description): &(&str, &str, &str)| Definition {
            id: (*id).to_owned(),
            title: (*title).to_owned(),
            description: Some((*description).to_owned()),
            category: None,
            endpoint: None,
            endpoint_field: Some("/server".to_owned()),
            has_consent: None,
        };
        Ok(all.map(definition).collect())
    }

    async fn creation_form(&self, definition: &str, _options: &CallOptions) -> Result<Form, Error> {
        self.check_definition(definition)?;
        Ok(empty(match self.surface {
            Surface::Current => current_form(),
            Surface::Seed => seed_form(),
        }))
    }

    async fn create_connector(
        &self,
        definition: &str,
        values: Map<String, Value>,
        options: &CallOptions,
    ) -> Result<RemoteConnector, Error> {
        self.check_definition(definition)?;
        let given = Value::Object(values.clone());
        let made = match self.surface {
            Surface::Current => {
                let body: Create = arguments(current_body(values, definition)?)?;
                body.run(self, options).await
            }
            Surface::Seed => {
                let body: seed::Create = arguments(seed_body(values)?)?;
                body.run(self, options).await
            }
        };
        let made = made.map_err(|error| at_fields(error, |path, _| place(&given, path)))?;
        Ok(self.mapped(&made.known()?))
    }
}

impl Mistral {
    /// The older surface makes connectors of MCP servers only.
    fn definitions(&self) -> &'static [(&'static str, &'static str, &'static str)] {
        match self.surface {
            Surface::Current => &DEFINITIONS,
            Surface::Seed => &DEFINITIONS[..1],
        }
    }

    fn check_definition(&self, definition: &str) -> Result<(), Error> {
        let mut all = self.definitions().iter();
        if all.any(|(id, ..)| *id == definition) {
            return Ok(());
        }
        Err(Error::Usage(format!(
            "this surface of Mistral creates no {definition:?}"
        )))
    }
}

fn current_form() -> Value {
    let headers = map(
        "Headers",
        "Sent to the service with each request; anyone who sees the connector may see them.",
    );
    visibility(forms::basics(), &VISIBILITIES[..3])
        .with("auth_methods", methods::new_methods())
        .with("system_prompt", forms::prompt())
        .folds("icon_url", forms::icon())
        .folds("headers", headers)
        .folds(
            "global_headers",
            forms::plain_headers("Headers for everyone", "Sent whoever uses the connector."),
        )
        .folds(
            "secret_global_headers",
            forms::secret_headers(
                "Secret headers for everyone",
                "Sent whoever uses the connector, and never shown again.",
            ),
        )
        .folds(
            "authorization_server",
            forms::authorization_server(true, Surface::Current),
        )
        .closed()
}

fn seed_form() -> Value {
    let app = one_of(
        "OAuth app",
        "The app with which people sign in, where the service does not register one by itself.",
        vec![
            variant("discover", "None of your own", |members| members),
            variant("given", "Your own app", forms::app),
        ],
    );
    visibility(forms::basics(), &VISIBILITIES)
        .with("oauth_app", app)
        .with("system_prompt", forms::prompt())
        .folds("icon_url", forms::icon())
        .folds(
            "headers",
            forms::secret_headers("Headers", "Sent to the service with each request."),
        )
        .folds(
            "authorization_server",
            forms::authorization_server(true, Surface::Seed),
        )
        .closed()
}

fn visibility(members: Members, words: &[(&str, &str)]) -> Members {
    let mut schema = choice("Visibility", "Who can use it.", words.iter().copied());
    schema["default"] = "private".into();
    members.with("visibility", schema)
}

/// Values of the form as the body of the wire.
fn current_body(mut body: Map<String, Value>, definition: &str) -> Result<Value, Error> {
    if let Some(given) = body.remove("auth_methods") {
        body.insert("auth_methods".to_owned(), methods::to_wire(given, &[])?);
    }
    forms::put_global_headers(&mut body)?;
    forms::put_authorization_server(&mut body);
    body.insert("protocol".to_owned(), definition.into());
    Ok(body.into())
}

fn seed_body(mut body: Map<String, Value>) -> Result<Value, Error> {
    put_seed_app(&mut body);
    methods::put_headers(&mut body)?;
    forms::put_authorization_server(&mut body);
    Ok(body.into())
}

/// Turns the choice of an app into the member of the wire; what is kept, or found, is not sent.
pub(super) fn put_seed_app(body: &mut Map<String, Value>) {
    let Some(Value::Object(mut app)) = body.remove("oauth_app") else {
        return;
    };
    match app.remove("kind").as_ref().and_then(Value::as_str) {
        Some("given") => body.insert("auth_data".to_owned(), app.into()),
        Some("none") => body.insert("auth_data".to_owned(), Value::Null),
        _ => None,
    };
}

#[cfg(test)]
mod tests;
