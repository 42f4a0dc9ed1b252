//! Registering, listing, looking at, changing and deleting connectors.
//!
//! Source: Mistral contract, sections 2, 3 and 6.

use std::collections::BTreeMap;

use patchbay_http::{Request, RetryClass, SecretArgument};
use patchbay_model::RemoteId;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_with::apply;

use super::authentication::{AuthMethod, GlobalHeader};
use super::parameters::{all, by_id, by_ref, default_false, default_page_size};
use super::server_metadata::ServerMetadata;
use crate::mistral::Mistral;
use crate::mistral::wire::{Acknowledgement, LenientConnector, PaginatedConnectors};
use crate::operations::on_connector;
use crate::{Contract, Error, Field, Operation, Result};

/// Create a connector.
///
/// Source: Mistral contract, section 2.
#[apply(
    Field<_> => #[serde(default, skip_serializing_if = "Field::is_absent")],
    Option<_> => #[serde(skip_serializing_if = "Option::is_none")],
)]
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Create {
    /// Its name: letters, digits, `_` and `-`, at most 64.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// Absolute URL of the service.
    pub server: String,
    /// Headers that are sent to the service.
    pub headers: Field<BTreeMap<String, SecretArgument<Value>>>,
    /// Headers that are sent whoever uses it.
    pub global_headers: Option<BTreeMap<String, GlobalHeader>>,
    /// What the authorization server says of itself.
    pub oauth2_server_metadata: Field<ServerMetadata>,
    /// Where the authorization server says it, in place of the former.
    pub oauth2_server_metadata_url: Field<String>,
    /// Name for people.
    pub title: Field<String>,
    /// Absolute URL of a picture.
    pub icon_url: Field<String>,
    /// Who can use it.
    pub visibility: Option<Visibility>,
    /// How one can sign in to the service.
    pub auth_methods: Field<Vec<AuthMethod>>,
    /// Advice to the models that use it.
    pub system_prompt: Field<String>,
    /// What the service speaks.
    pub protocol: Protocol,
}

/// Who can use a new connector.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Visibility {
    /// Its owner alone.
    #[schemars(title = "Only you")]
    Private,
    /// Everyone in the workspace.
    #[schemars(title = "Workspace")]
    SharedWorkspace,
    /// Everyone in the organization.
    #[schemars(title = "Organization")]
    SharedOrg,
}

/// What a service speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Protocol {
    /// MCP.
    Mcp,
    /// Plain HTTP.
    Http,
}

impl Operation<Mistral> for Create {
    const CONTRACT: Contract = Contract::write("create");
    type Output = LenientConnector;

    fn request(&self, _: &Mistral) -> Result<Request> {
        if let Field::Value(methods) = &self.auth_methods {
            methods.iter().try_for_each(AuthMethod::check_new)?;
        }
        Request::post(all()).json(self)
    }
}

/// List connectors (one page).
///
/// Source: Mistral contract, section 2.
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
    /// Those that do, or do not, speak MCP.
    pub supports_mcp: Option<bool>,
}

impl Operation<Mistral> for List {
    const CONTRACT: Contract = Contract::read("list");
    type Output = PaginatedConnectors;

    fn request(&self, _: &Mistral) -> Result<Request> {
        let filters = self.query_filters;
        Ok(Request::get(all())
            .query_if("supports_mcp", filters.and_then(|it| it.supports_mcp))
            .query_if("cursor", self.cursor.as_ref())
            .query_if("page_size", self.page_size))
    }
}

/// Get a connector.
///
/// Source: Mistral contract, sections 2 and 9.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Get {
    /// Id or name of the connector.
    pub connector_id_or_name: RemoteId,
    /// Whether to tell how the user stands to it.
    #[serde(default = "default_false")]
    pub fetch_user_data: Option<bool>,
    /// Whether to tell how the customer stands to it; only the older clients ask, with false when absent.
    #[serde(default)]
    pub fetch_customer_data: Field<bool>,
}

impl Operation<Mistral> for Get {
    const CONTRACT: Contract = Contract::read("get");
    type Output = LenientConnector;

    fn request(&self, client: &Mistral) -> Result<Request> {
        let path = by_ref(&self.connector_id_or_name)?;
        let customer = client.surface.seed_default(self.fetch_customer_data, false);
        Ok(Request::get(path)
            .query_if("fetch_user_data", self.fetch_user_data)
            .query_if("fetch_customer_data", customer))
    }
}

/// Update a connector (null clears a field).
///
/// Source: Mistral contract, section 2.
#[apply(Field<_> => #[serde(default, skip_serializing_if = "Field::is_absent")])]
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
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
    /// Absolute URL of the service.
    pub server: Field<String>,
    /// How one can sign in to the service.
    pub auth_methods: Field<Vec<AuthMethod>>,
    /// What the service speaks.
    pub protocol: Protocol,
    /// Advice to the models that use it; not for `http`.
    pub system_prompt: Field<String>,
}

impl Operation<Mistral> for Update {
    const CONTRACT: Contract = Contract::write("update").retry(RetryClass::Freely);
    type Output = LenientConnector;

    fn request(&self, _: &Mistral) -> Result<Request> {
        if self.protocol == Protocol::Http && !self.system_prompt.is_absent() {
            return Err(Error::Usage(
                "HTTP connectors have no system_prompt".to_owned(),
            ));
        }
        Request::patch(by_id(&self.connector_id)?).json(self)
    }

    fn observe(&self, client: &Mistral, _: &LenientConnector) {
        client.forget_tool_list(&self.connector_id);
    }
}

on_connector! { Mistral, connector_id: RemoteId = "Id of the connector." =>
    /// Delete a connector.
    ///
    /// Source: Mistral contract, section 2.
    Delete(Contract::irreversible("delete").retry(RetryClass::Freely)) -> Acknowledgement:
        |id, _| Ok(Request::delete(by_id(id)?)),
        noting |id, client, _| client.observations.forget(id.as_str());
}
