//! The one tool of every connector: the test search.
//!
//! Cohere itself runs no connector by hand, so the connector's own URL is asked as Cohere would ask it.
//!
//! Source: as [`search`](super::search).

use std::time::Instant;

use async_trait::async_trait;
use patchbay_http::{CallOptions, PlannedRequest};
use patchbay_model::{Content, Json, RemoteId, Tool, ToolEffect, ToolResult, clean_text};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::arguments::{One, ServiceAuth, TestSearch};
use super::{Cohere, client, search};
use crate::mcp::CallOutcome;
use crate::{Error, Tools, operations};

/// Its name.
const SEARCH: &str = "search";

#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Search {
    /// What to search for.
    query: String,
    /// Token for the connector's own service, where it wants one: Cohere does not give back the one it has.
    service_auth: Option<ServiceAuth>,
}

#[async_trait]
impl Tools for Cohere {
    /// The connector is asked for, so that one that is gone has no tools.
    async fn list_tools(&self, id: &RemoteId, options: &CallOptions) -> Result<Vec<Tool>, Error> {
        client::get(&self.api, &one(id), options).await?;
        Ok(vec![Tool {
            name: SEARCH.to_owned(),
            title: Some("Test search".to_owned()),
            description: Some(
                "Asks the connector's own URL as Cohere would ask it in a chat".to_owned(),
            ),
            input_schema: Json(operations::parameters::<Search>().to_value()),
            output_schema: None,
            effect: ToolEffect::Read,
            idempotent: true,
            open_world: true,
        }])
    }

    async fn call_tool(
        &self,
        id: &RemoteId,
        tool: &str,
        arguments: Map<String, Value>,
        options: &CallOptions,
    ) -> Result<CallOutcome, Error> {
        let search = asked(id, tool, arguments)?;
        let request = json!({ "query": search.query });
        let began = Instant::now();
        let (body, answer) = self.test_search(&search, options).await?;
        let words = format!("{:#}", body["results"]);
        Ok(CallOutcome {
            result: ToolResult {
                content: vec![Content::Text { text: words }],
                structured: Some(Json(body.clone())),
                is_error: false,
            },
            request,
            answer: body,
            status: Some(answer.status),
            wait: began.elapsed(),
            bytes: answer.body.len() as u64,
        })
    }

    /// The connector is asked for, for only it knows its URL.
    async fn plan_call(
        &self,
        id: &RemoteId,
        tool: &str,
        arguments: Map<String, Value>,
        options: &CallOptions,
    ) -> Result<PlannedRequest, Error> {
        let asked = asked(id, tool, arguments)?;
        let connector = client::get(&self.api, &one(id), options).await?.connector;
        let (service, request) = search::request(&self.api, &connector, &asked)?;
        service.plan(&request, options)
    }
}

fn asked(id: &RemoteId, tool: &str, arguments: Map<String, Value>) -> Result<TestSearch, Error> {
    if tool != SEARCH {
        return Err(Error::ToolNotFound {
            name: clean_text(tool, 200),
        });
    }
    let given: Search = operations::arguments(Value::Object(arguments))?;
    Ok(TestSearch {
        id: id.as_str().to_owned(),
        query: given.query,
        service_auth: given.service_auth,
    })
}

fn one(id: &RemoteId) -> One {
    One {
        id: id.as_str().to_owned(),
    }
}
