//! The platform's abilities.

use std::collections::HashSet;
use std::sync::{Arc, LazyLock};
use std::time::Instant;

use async_trait::async_trait;
use patchbay_http::{Api, CallOptions, FixedHeaders, SecretNames};
use patchbay_model::{Definition, Form, PlatformLook, RemoteId, SentRequest, TileColours, Tool};
use serde_json::{Map, Value};

use super::mapping;
use super::operations::{CallTool, Create, Delete, Get, List, ListTools, OPERATIONS};
use super::wire::Connector;
use crate::account::ALLOW_PLAIN_HTTP;
use crate::capabilities::offers;
use crate::hosted::secret_names;
use crate::mcp::{self, CallOutcome};
use crate::operations::{AnyClient, Operation, arguments};
use crate::{
    AccountConfig, AccountField, Client, Connectors, Creation, HostedPlatform, OperationEntry,
    Platform, Raw, RemoteConnector, Result, ToolRequest, Tools, form,
};

pub(crate) const EXAMPLE: HostedPlatform = HostedPlatform::new(
    patchbay_model::Platform::Example,
    PlatformLook {
        title: "Example",
        initials: "Ex",
        creates: "MCP servers for nobody",
        sign_in: None,
        light: TileColours::new("#e0eef2", "#1f5566"),
        dark: TileColours::new("#1c343c", "#8cc6d8"),
    },
    FIELDS,
    || OPERATIONS,
    |account| {
        let client = client(&account)?;
        Ok(Arc::new(Example { client }))
    },
);

const FIELDS: &[AccountField] = &[
    AccountField::new("api_key", "API key", "From the test that started it")
        .secret()
        .required(),
    AccountField::new("base_url", "Base URL", "Where the test started it"),
    ALLOW_PLAIN_HTTP,
];

/// Names of members that are redacted in responses.
static SECRET_NAMES: LazyLock<SecretNames> = LazyLock::new(|| secret_names(OPERATIONS, FIELDS));

pub(super) struct Example {
    client: Client,
}

/// The client of an account.
///
/// # Errors
/// [`crate::Error::Usage`] when the key is missing, or the base URL is invalid.
pub fn client(account: &AccountConfig) -> Result<Client> {
    let key = account.api_key()?;
    let base = account.text("base_url")?.unwrap_or("https://api.example");
    Ok(Client::new(Api {
        secrets: vec![key.clone()],
        secret_names: &SECRET_NAMES,
        ..account.api(base, Arc::new(FixedHeaders::bearer(key)))?
    }))
}

impl Example {
    pub(super) async fn find(
        &self,
        id: &RemoteId,
        options: &CallOptions,
    ) -> Result<(Connector, Value)> {
        let get = Get { id: id.clone() };
        let Raw { value, json, .. } = get.run(&self.client, options).await?;
        Ok((value, json))
    }
}

impl Platform for Example {
    fn operations(&self) -> &'static [OperationEntry] {
        OPERATIONS
    }

    fn client(&self) -> &AnyClient {
        &self.client
    }

    offers! { connectors: Connectors, tools: Tools, creation: Creation, details: Details }
}

#[async_trait]
impl Connectors for Example {
    async fn list_connectors(&self, options: &CallOptions) -> Result<Vec<RemoteConnector>> {
        let page = List {}.run(&self.client, options).await?;
        let each = page.each("connectors", |page| page.connectors);
        Ok(each
            .map(|(wire, native)| mapping::connector(&wire, native))
            .collect())
    }

    async fn find_connector(
        &self,
        id: &RemoteId,
        options: &CallOptions,
    ) -> Result<RemoteConnector> {
        let (wire, native) = self.find(id, options).await?;
        Ok(mapping::connector(&wire, native))
    }

    async fn delete_connector(&self, id: &RemoteId, options: &CallOptions) -> Result<()> {
        Delete { id: id.clone() }.run(&self.client, options).await
    }
}

#[async_trait]
impl Tools for Example {
    async fn list_tools(&self, id: &RemoteId, options: &CallOptions) -> Result<Vec<Tool>> {
        let list = ListTools { id: id.clone() };
        let mut tools = Vec::new();
        mcp::read_page(
            list.run(&self.client, options).await?,
            &mut HashSet::new(),
            &mut tools,
        );
        Ok(tools)
    }

    async fn call_tool(
        &self,
        request: ToolRequest<'_>,
        options: &CallOptions,
    ) -> Result<CallOutcome> {
        let call = call_of(request);
        let started = Instant::now();
        let answer = call.run(&self.client, options).await?;
        Ok(CallOutcome {
            result: mcp::tool_result(&answer.json),
            wait: started.elapsed(),
            status: Some(answer.status),
            bytes: answer.bytes,
        })
    }

    async fn plan_call(
        &self,
        request: ToolRequest<'_>,
        options: &CallOptions,
    ) -> Result<SentRequest> {
        Operation::plan(&call_of(request), &self.client, options).await
    }
}

fn call_of(request: ToolRequest<'_>) -> CallTool {
    CallTool {
        id: request.connector.clone(),
        tool: request.tool.to_owned(),
        arguments: request.arguments,
    }
}

#[async_trait]
impl Creation for Example {
    async fn list_definitions(&self, _: &CallOptions) -> Result<Vec<Definition>> {
        Ok(vec![Definition {
            id: "server".to_owned(),
            title: "MCP server".to_owned(),
            endpoint_field: Some("/url".to_owned()),
            ..Definition::default()
        }])
    }

    async fn creation_form(&self, _: &str, _: &CallOptions) -> Result<Form> {
        Ok(form::new(&Create::default()))
    }

    async fn create_connector(
        &self,
        _: &str,
        values: Map<String, Value>,
        options: &CallOptions,
    ) -> Result<RemoteConnector> {
        let create: Create = arguments(values.into())?;
        let Raw { value, json, .. } = create.run(&self.client, options).await?;
        Ok(mapping::connector(&value, json))
    }
}
