//! Changing connectors.
//!
//! Source: Cohere contract, section 3, "UpdateConnector".

use async_trait::async_trait;
use patchbay_http::CallOptions;
use patchbay_model::{ConnectorSettings, Form, Json, RemoteId};
use serde_json::{Map, Value, json};

use super::arguments::One;
use super::wire::Connector;
use super::{Cohere, client, forms};
use crate::form::{Members, at_fields};
use crate::operations::arguments;
use crate::{Error, Settings};

#[async_trait]
impl Settings for Cohere {
    async fn settings(
        &self,
        id: &RemoteId,
        options: &CallOptions,
    ) -> Result<ConnectorSettings, Error> {
        let connector = self.known(id, options).await?;
        let form = form(&connector);
        let native = self.mapped(connector).native;
        Ok(ConnectorSettings { form, native })
    }

    async fn change_settings(
        &self,
        id: &RemoteId,
        mut changes: Map<String, Value>,
        options: &CallOptions,
    ) -> Result<(), Error> {
        // What is cleared depends on how it signs in now.
        let connector = self.known(id, options).await?;
        forms::put_authentication(&mut changes, Some(&connector))?;
        self.update(id, changes, options).await
    }
}

impl Cohere {
    pub(super) async fn known(
        &self,
        id: &RemoteId,
        options: &CallOptions,
    ) -> Result<Connector, Error> {
        let one = One {
            id: id.as_str().to_owned(),
        };
        Ok(client::get(&self.api, &one, options).await?.connector)
    }

    /// Sends what is to be another, where that is anything.
    pub(super) async fn update(
        &self,
        id: &RemoteId,
        mut changes: Map<String, Value>,
        options: &CallOptions,
    ) -> Result<(), Error> {
        if changes.is_empty() {
            return Ok(());
        }
        changes.insert("id".to_owned(), id.as_str().into());
        let update = arguments(changes.into())?;
        let changed = client::update(&self.api, &update, options).await;
        changed
            .map(drop)
            .map_err(|error| at_fields(error, |path, _| forms::place(path)))
    }
}

fn form(connector: &Connector) -> Form {
    let kind = forms::kind(connector);
    let members = Members::default().needs("name", forms::name());
    let schema = forms::with_common(members, forms::authentication(Some(kind))).closed();
    let mut values = json!({
        "name": connector.text("name").unwrap_or(connector.id()),
        "active": connector.is_active(),
        "continue_on_failure": connector.goes_on(),
        "authentication": forms::signs_in(connector),
    });
    if let Some(url) = connector.text("url") {
        values["url"] = url.into();
    }
    let excludes = connector.member("excludes").and_then(Value::as_array);
    if let Some(excludes) = excludes.filter(|list| !list.is_empty()) {
        let words = excludes.iter().filter(|word| word.is_string());
        values["excludes"] = words.cloned().collect();
    }
    Form {
        schema: Json(schema),
        values: Json(values),
        kept: forms::kept(kind).map(str::to_owned).into_iter().collect(),
    }
}

#[cfg(test)]
mod tests;
