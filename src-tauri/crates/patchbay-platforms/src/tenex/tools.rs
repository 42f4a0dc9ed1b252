//! The one tool of every connector: the test, a light read at its provider.
//!
//! Source: 10ex contract, section 3, `test`.

use std::time::Instant;

use async_trait::async_trait;
use patchbay_http::{CallOptions, PlannedRequest};
use patchbay_model::{Content, Json, RemoteId, Tool, ToolEffect, ToolResult, clean_text};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{Tenex, one};
use crate::mcp::CallOutcome;
use crate::{Error, Tools, operations};

/// Its name, as the operation's.
const TEST: &str = "test";

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Nothing {}

#[async_trait]
impl Tools for Tenex {
    /// The connector is asked for where that is offered, so that one that is gone has no tools.
    async fn list_tools(&self, id: &RemoteId, options: &CallOptions) -> Result<Vec<Tool>, Error> {
        if self.offers("get") {
            self.client.get(&one(id), options).await?;
        }
        Ok(vec![Tool {
            name: TEST.to_owned(),
            title: Some("Test read".to_owned()),
            description: Some("Makes a light read at the provider of the connector".to_owned()),
            input_schema: Json(operations::parameters::<Nothing>().to_value()),
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
        check(tool, arguments)?;
        let began = Instant::now();
        let (tested, answer) = self.test(&one(id), options).await?;
        let is_error = !tested.is_ok;
        let verdict = if is_error { "the test failed" } else { "ok" };
        let words = tested.message().unwrap_or(verdict).to_owned();
        let json = tested.into_json();
        Ok(CallOutcome {
            result: ToolResult {
                content: vec![Content::Text { text: words }],
                structured: Some(Json(json.clone())),
                is_error,
            },
            // It has neither body nor arguments.
            request: json!({}),
            answer: json,
            status: Some(answer.status),
            wait: began.elapsed(),
            bytes: answer.body.len() as u64,
        })
    }

    async fn plan_call(
        &self,
        id: &RemoteId,
        tool: &str,
        arguments: Map<String, Value>,
        options: &CallOptions,
    ) -> Result<PlannedRequest, Error> {
        check(tool, arguments)?;
        self.client.plan_test(&one(id), options)
    }
}

fn check(tool: &str, arguments: Map<String, Value>) -> Result<(), Error> {
    if tool != TEST {
        return Err(Error::ToolNotFound {
            name: clean_text(tool, 200),
        });
    }
    let Nothing {} = operations::arguments(Value::Object(arguments))?;
    Ok(())
}
