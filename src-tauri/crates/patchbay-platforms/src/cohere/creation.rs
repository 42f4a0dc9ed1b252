//! Registering connectors.
//!
//! Source: Cohere contract, section 3, "CreateConnector".

use async_trait::async_trait;
use patchbay_http::CallOptions;
use patchbay_model::{Definition, Form};
use serde_json::{Map, Value};

use super::{Cohere, client, forms};
use crate::form::{Members, at_fields, empty};
use crate::operations::arguments;
use crate::variants::lines;
use crate::{Creation, Error, RemoteConnector};

/// The one kind of connector.
const SEARCH: &str = "search";

#[async_trait]
impl Creation for Cohere {
    async fn list_definitions(&self, _options: &CallOptions) -> Result<Vec<Definition>, Error> {
        Ok(vec![Definition {
            id: SEARCH.to_owned(),
            title: "Search service".to_owned(),
            description: Some(
                "Lends the results of a search service of yours to Cohere's chat.".to_owned(),
            ),
            category: None,
            endpoint: None,
            endpoint_field: Some("/url".to_owned()),
            has_consent: None,
        }])
    }

    async fn creation_form(&self, definition: &str, _options: &CallOptions) -> Result<Form, Error> {
        check_definition(definition)?;
        let members = Members::default()
            .needs("name", forms::name())
            .with("description", lines("Description", "What it is for."));
        let members = forms::with_common(members, forms::authentication(None));
        Ok(empty(members.closed()))
    }

    async fn create_connector(
        &self,
        definition: &str,
        values: Map<String, Value>,
        options: &CallOptions,
    ) -> Result<RemoteConnector, Error> {
        check_definition(definition)?;
        let mut body = values;
        forms::put_authentication(&mut body, None)?;
        let body = arguments(body.into())?;
        let made = client::create(&self.api, &body, options).await;
        let made = made.map_err(|error| at_fields(error, |path, _| forms::place(path)))?;
        Ok(self.mapped(made.connector))
    }
}

fn check_definition(definition: &str) -> Result<(), Error> {
    if definition == SEARCH {
        return Ok(());
    }
    Err(Error::Usage(format!("Cohere creates no {definition:?}")))
}

#[cfg(test)]
mod tests;
