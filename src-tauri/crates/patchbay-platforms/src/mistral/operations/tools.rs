//! Listing and running the tools of a connector.

use patchbay_http::{CallOptions, Request};
use patchbay_model::RemoteId;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::parameters::{by_ref, default_false, default_page_size};
use crate::mistral::Mistral;
use crate::mistral::wire::{Items, Tool, ToolAnswer};
use crate::{Contract, Field, Operation, Result};

/// List tools.
///
/// Source: Mistral contract, sections 2 and 9.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ListTools {
    /// Id or name of the connector.
    pub connector_id_or_name: RemoteId,
    /// Which page; only the older clients ask, for 1 when absent.
    #[serde(default)]
    pub page: Field<i64>,
    /// How many at most; 100 when absent.
    #[serde(default = "default_page_size")]
    pub page_size: Option<i64>,
    /// Whether to ask the service anew.
    #[serde(default = "default_false")]
    pub refresh: Option<bool>,
    /// Whether to shorten them.
    #[serde(default = "default_false")]
    pub pretty: Option<bool>,
    /// Name of the credentials to ask with.
    pub credentials_name: Option<String>,
}

impl ListTools {
    /// Those of a connector, as many as a page holds.
    pub fn of(connector: &RemoteId, page_size: i64) -> Self {
        Self {
            connector_id_or_name: connector.clone(),
            page: Field::Absent,
            page_size: Some(page_size),
            refresh: default_false(),
            pretty: default_false(),
            credentials_name: None,
        }
    }
}

impl Operation<Mistral> for ListTools {
    const CONTRACT: Contract = Contract::read("list_tools");
    type Output = Items<Tool>;

    fn request(&self, client: &Mistral) -> Result<Request> {
        let path = by_ref(&self.connector_id_or_name)?.then("/tools");
        Ok(Request::get(path)
            .query_if("page", client.surface.seed_default(self.page, 1))
            .query_if("page_size", self.page_size)
            .query_if("refresh", self.refresh)
            .query_if("pretty", self.pretty)
            .query_if("credentials_name", self.credentials_name.as_ref()))
    }

    /// Notes what it means for the connector.
    async fn run(&self, client: &Mistral, options: &CallOptions) -> Result<Items<Tool>> {
        let listed = self.send(client, options).await;
        client.record_tool_list(&self.connector_id_or_name, &listed);
        listed
    }
}

/// Run a tool.
///
/// Source: Mistral contract, section 2.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CallTool {
    /// Id or name of the connector.
    #[serde(skip_serializing)]
    pub connector_id_or_name: RemoteId,
    /// Name of the tool.
    #[serde(skip_serializing)]
    pub tool_name: String,
    /// Name of the credentials to run it with.
    #[serde(skip_serializing)]
    pub credentials_name: Option<String>,
    /// What goes into it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub arguments: Option<Map<String, Value>>,
}

impl Operation<Mistral> for CallTool {
    const CONTRACT: Contract = Contract::write("call_tool");
    type Output = ToolAnswer;

    fn request(&self, _: &Mistral) -> Result<Request> {
        let path = by_ref(&self.connector_id_or_name)?
            .then("/tools")
            .value("tool_name", &self.tool_name)?
            .then("/call");
        Request::post(path)
            .query_if("credentials_name", self.credentials_name.as_ref())
            .json(self)
    }
}
