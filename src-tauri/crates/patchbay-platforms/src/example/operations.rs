//! The documented operations.

#![warn(missing_docs)]

use patchbay_http::{Path, Request, RetryClass};
use patchbay_model::RemoteId;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::wire::{Connector, Page};
use crate::operations::{Contract, Operation, OperationEntry, on_connector, operations};
use crate::{Client, Raw, Result};

/// Every operation by name.
pub(super) static OPERATIONS: &[OperationEntry] =
    operations![List, Create, Get, Delete, ListTools, CallTool];

/// List connectors.
///
/// Source: Example contract, `GET /connectors`.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct List {}

impl Operation for List {
    const CONTRACT: Contract = Contract::read("list");
    type Output = Raw<Page>;

    fn request(&self, _: &Client) -> Result<Request> {
        Ok(Request::get(connectors()))
    }
}

/// Create a connector.
///
/// Source: Example contract, `POST /connectors`.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Create {
    /// Display name
    #[schemars(title = "Name", length(min = 1))]
    pub name: String,
    /// MCP server
    #[schemars(title = "URL", url)]
    pub url: String,
}

impl Operation for Create {
    const CONTRACT: Contract = Contract::write("create").retry(RetryClass::WhenRateLimited);
    type Output = Raw<Connector>;

    fn request(&self, _: &Client) -> Result<Request> {
        Request::post(connectors()).json(self)
    }
}

on_connector! { Client, id: RemoteId = "Id of the connector." =>
    /// Get a connector.
    ///
    /// Source: Example contract, `GET /connectors/{id}`.
    Get(Contract::read("get")) -> Raw<Connector>: |id, _| Ok(Request::get(connector(id)?));
    /// Delete a connector.
    ///
    /// Source: Example contract, `DELETE /connectors/{id}`.
    Delete(Contract::irreversible("delete").retry(RetryClass::Freely)) -> ():
        |id, _| Ok(Request::delete(connector(id)?));
    /// List the tools of a connector.
    ///
    /// Source: Example contract, `GET /connectors/{id}/tools`.
    ListTools(Contract::read("list_tools")) -> Value:
        |id, _| Ok(Request::get(connector(id)?.then("/tools")));
}

/// Run a tool.
///
/// Source: Example contract, `POST /connectors/{id}/tools/{tool}`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CallTool {
    /// Id of the connector.
    pub id: RemoteId,
    /// Name of the tool.
    pub tool: String,
    /// What it takes.
    pub arguments: Map<String, Value>,
}

impl Operation for CallTool {
    const CONTRACT: Contract = Contract::write("call_tool").retry(RetryClass::WhenRateLimited);
    type Output = Raw<Value>;

    fn request(&self, _: &Client) -> Result<Request> {
        let tools = connector(&self.id)?.then("/tools");
        Request::post(tools.value("tool", &self.tool)?).json(&self.arguments)
    }
}

fn connectors() -> Path {
    Path::new("/connectors")
}

fn connector(id: &RemoteId) -> Result<Path> {
    connectors().value("id", id.as_str())
}
