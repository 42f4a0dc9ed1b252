//! Definitions of connectors that can be created.
//!
//! Source: Airbyte contract, section 3, `definitions`.

use patchbay_http::{CallOptions, Path, Request};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use super::{empty_as_none, find_named};
use crate::airbyte::client::Airbyte;
use crate::airbyte::wire::{DefinitionDetail, Definitions};
use crate::operations::{Contract, Operation};
use crate::{Raw, Result};

fn definitions() -> Path {
    Path::new("/api/v1/integrations/definitions/sources")
}

/// List connector types.
///
/// Source: Airbyte contract, section 3, definitions.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ListDefinitions {
    /// Part of the name, in any letter case.
    #[serde(
        default,
        deserialize_with = "empty_as_none",
        skip_serializing_if = "Option::is_none"
    )]
    pub name: Option<String>,
}

impl Operation<Airbyte> for ListDefinitions {
    const CONTRACT: Contract = Contract::read("list_definitions");
    type Output = Raw<Definitions>;

    fn request(&self, _: &Airbyte) -> Result<Request> {
        Ok(Request::get(definitions()).query_if("name", self.name.as_deref()))
    }
}

/// Find a connector type by name.
///
/// Source: Airbyte contract, section 3, definitions.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FindDefinition {
    /// The whole name, in any letter case.
    pub name: String,
}

impl Operation<Airbyte> for FindDefinition {
    const CONTRACT: Contract = Contract::read("find_definition");
    type Output = Value;

    async fn run(&self, client: &Airbyte, options: &CallOptions) -> Result<Value> {
        let name = Some(self.name.clone());
        let found = ListDefinitions { name }.run(client, options).await?;
        let wanted = self.name.to_lowercase();
        let fits = |name: &str| name.to_lowercase() == wanted;
        find_named(found.value.definitions, "definition", &self.name, fits)
    }
}

/// Get a connector type and its credential form.
///
/// Source: Airbyte contract, section 3, definitions.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GetDefinition {
    /// Id of the definition, a UUID.
    pub definition_id: String,
}

impl Operation<Airbyte> for GetDefinition {
    const CONTRACT: Contract = Contract::read("get_definition");
    type Output = Raw<DefinitionDetail>;

    fn request(&self, _: &Airbyte) -> Result<Request> {
        let path = definitions().value("definition_id", &self.definition_id)?;
        Ok(Request::get(path))
    }
}
