//! Registering, listing, looking at and changing connectors, as the older surface has it.

use std::collections::BTreeMap;

use patchbay_http::{Request, RetryClass, SecretArgument};
use patchbay_model::RemoteId;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use serde_with::apply;

use crate::mistral::Mistral;
use crate::mistral::operations::authentication::AuthData;
use crate::mistral::operations::parameters::{all, by_id, default_page_size};
use crate::mistral::operations::server_metadata::ServerMetadata;
use crate::mistral::wire::{LenientConnector, PaginatedConnectors};
use crate::{Contract, Error, Field, Operation, Result};

/// Create a connector.
///
/// Source: Mistral contract, section 9.
#[apply(Field<_> => #[serde(default, skip_serializing_if = "Field::is_absent")])]
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Create {
    /// Its name: letters, digits, `_` and `-`, at most 64.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// Absolute URL of the service.
    pub server: String,
    /// Name for people.
    pub title: Field<String>,
    /// Absolute URL of a picture.
    pub icon_url: Field<String>,
    /// Who can use it: `private`, `shared_workspace`, `shared_org` or `shared_global`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub visibility: Option<String>,
    /// Headers that are sent to the service.
    pub headers: Field<BTreeMap<String, SecretArgument<Value>>>,
    /// The app registered with the authorization server.
    pub auth_data: Field<AuthData>,
    /// What the authorization server says of itself.
    pub oauth2_server_metadata: Field<ServerMetadata>,
    /// Where the authorization server says it, in place of the former.
    pub oauth2_server_metadata_url: Field<String>,
    /// Advice to the models that use it.
    pub system_prompt: Field<String>,
}

impl Operation<Mistral> for Create {
    const CONTRACT: Contract = Contract::write("create");
    type Output = LenientConnector;

    fn request(&self, _: &Mistral) -> Result<Request> {
        match &self.oauth2_server_metadata {
            Field::Value(server) if !matches!(server.authorization_endpoint, Field::Value(_)) => {
                Err(Error::Usage(
                    "oauth2_server_metadata requires authorization_endpoint".to_owned(),
                ))
            }
            _ => Request::post(all()).json(&WithProtocol::of(self)),
        }
    }
}

/// List connectors (one page).
///
/// Source: Mistral contract, section 9.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct List {
    /// Narrows the list.
    pub query_filters: Option<Filters>,
    /// Where to go on: `next_cursor` of the page before.
    pub cursor: Option<String>,
    /// How many at most, 1 to 1000; 100 when absent.
    #[serde(default = "default_page_size")]
    pub page_size: Option<i64>,
}

/// Narrows a list of connectors.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Filters {
    /// Those that are, or are not, switched on.
    pub active: Option<bool>,
}

impl Operation<Mistral> for List {
    const CONTRACT: Contract = Contract::read("list");
    type Output = PaginatedConnectors;

    fn request(&self, _: &Mistral) -> Result<Request> {
        let filters = self.query_filters;
        Ok(Request::get(all())
            .query_if("active", filters.and_then(|it| it.active))
            .query_if("cursor", self.cursor.as_ref())
            .query_if("page_size", self.page_size))
    }
}

/// Update a connector (null clears a field).
///
/// Source: Mistral contract, section 9.
#[apply(Field<_> => #[serde(default, skip_serializing_if = "Field::is_absent")])]
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Update {
    /// Id of the connector.
    #[serde(skip_serializing)]
    pub connector_id: RemoteId,
    /// Name for people.
    pub title: Field<String>,
    /// Its name.
    pub name: Field<String>,
    /// What it is for.
    pub description: Field<String>,
    /// Absolute URL of a picture.
    pub icon_url: Field<String>,
    /// Advice to the models that use it.
    pub system_prompt: Field<String>,
    /// Settings of the connection.
    pub connection_config: Field<Map<String, Value>>,
    /// Secret settings of the connection.
    pub connection_secrets: Field<SecretArgument<Map<String, Value>>>,
    /// Absolute URL of the service.
    pub server: Field<String>,
    /// Headers that are sent to the service.
    pub headers: Field<BTreeMap<String, SecretArgument<Value>>>,
    /// The app registered with the authorization server.
    pub auth_data: Field<AuthData>,
}

impl Operation<Mistral> for Update {
    const CONTRACT: Contract = Contract::write("update").retry(RetryClass::Freely);
    type Output = LenientConnector;

    fn request(&self, _: &Mistral) -> Result<Request> {
        Request::patch(by_id(&self.connector_id)?).json(&WithProtocol::of(self))
    }

    fn observe(&self, client: &Mistral, _: &LenientConnector) {
        client.forget_tool_list(&self.connector_id);
    }
}

/// A body with the member that is no argument, and always sent.
#[derive(Serialize)]
struct WithProtocol<'a, T> {
    #[serde(flatten)]
    body: &'a T,
    protocol: &'static str,
}

impl<'a, T> WithProtocol<'a, T> {
    fn of(body: &'a T) -> Self {
        Self {
            body,
            protocol: "mcp",
        }
    }
}
