//! Entities and their actions, as tools.
//!
//! The platform describes which entities a connector has, and not which actions each of them knows nor
//! with which parameters. So there is a tool for what can be expected of each entity, named
//! `entity.action`, and one, `execute`, for any action of any entity.
//!
//! Source: Airbyte contract, section 3, `get`, `inspect` and `execute`.

use std::collections::BTreeMap;
use std::time::Instant;

use async_trait::async_trait;
use patchbay_http::{Answer, CallOptions, PlannedRequest, text};
use patchbay_model::{Content, Explain, Json, RemoteId, Tool, ToolEffect, ToolResult, clean_text};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::arguments;
use super::execute::{self, Reply};
use super::wire::{self, Connector};
use super::{Airbyte, download};
use crate::mcp::CallOutcome;
use crate::{Error, Tools, operations};

/// The tool for any action of any entity.
const ANY: &str = "execute";

const SEARCH: &str = "context_store_search";

/// The arguments of a tool of one entity and action.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct OneAction {
    /// Arguments of the action; `cursor` for the next page.
    params: Option<Map<String, Value>>,
    /// Only these fields, as dotted paths.
    select_fields: Option<Vec<String>>,
    /// All but these fields, as dotted paths.
    exclude_fields: Option<Vec<String>>,
    /// Whether long values come whole; left out: true.
    skip_truncation: Option<bool>,
    /// What it is for, at most 512 characters.
    intent: Option<String>,
}

/// The arguments of the tool for any action.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct AnyAction {
    /// What it is about, for example `customers`.
    entity: String,
    /// What to do: `list`, `get`, `create`, `update`, `delete`, `search`, `api_search`, `download`,
    /// `context_store_search` or `context_store_sql_query`, as far as the connector knows it.
    action: String,
    /// Arguments of the action; `cursor` for the next page.
    params: Option<Map<String, Value>>,
    /// Only these fields, as dotted paths.
    select_fields: Option<Vec<String>>,
    /// All but these fields, as dotted paths.
    exclude_fields: Option<Vec<String>>,
    /// Whether long values come whole; left out: true.
    skip_truncation: Option<bool>,
    /// What it is for, at most 512 characters.
    intent: Option<String>,
}

#[async_trait]
impl Tools for Airbyte {
    async fn list_tools(&self, id: &RemoteId, options: &CallOptions) -> Result<Vec<Tool>, Error> {
        let client = self.client()?;
        let detail = client.get_connector_detail(id.as_str(), options).await?;
        let inspected = match client.inspect(id.as_str(), options).await {
            Ok(inspected) => inspected,
            Err(error @ (Error::Cancelled | Error::Unauthorized { .. })) => return Err(error),
            // It only adds to what the detail tells.
            Err(error) => {
                tracing::debug!(kind = error.kind(), "a connector could not be inspected");
                Value::Null
            }
        };
        Ok(tools(&detail, &inspected))
    }

    async fn call_tool(
        &self,
        id: &RemoteId,
        tool: &str,
        arguments: Map<String, Value>,
        options: &CallOptions,
    ) -> Result<CallOutcome, Error> {
        let body = action(tool, arguments)?;
        let (is_download, request) = (execute::is_download(&body), json!(body));
        let began = Instant::now();
        let answer = self.run(id.as_str(), &body, options).await?;
        let wait = began.elapsed();
        let reply = execute::reply(is_download, &answer)?;
        Ok(CallOutcome {
            request,
            status: Some(answer.status),
            wait,
            bytes: answer.body.len() as u64,
            ..outcome(reply, &answer)
        })
    }

    async fn plan_call(
        &self,
        id: &RemoteId,
        tool: &str,
        arguments: Map<String, Value>,
        options: &CallOptions,
    ) -> Result<PlannedRequest, Error> {
        let body = action(tool, arguments)?;
        self.client()?.plan_execute(id.as_str(), &body, options)
    }

    /// With the cursor that the result names, beside the parameters that there were.
    fn next_page(
        &self,
        arguments: &Map<String, Value>,
        result: &Value,
    ) -> Option<Map<String, Value>> {
        let cursor = wire::next_cursor(&result["meta"])?;
        let mut params = match arguments.get("params") {
            Some(Value::Object(params)) => params.clone(),
            _ => Map::new(),
        };
        params.insert("cursor".to_owned(), cursor.into());
        let mut next = arguments.clone();
        next.insert("params".to_owned(), Value::Object(params));
        Some(next)
    }
}

/// What can be expected of a connector, by its detail and what was found when it was inspected.
fn tools(detail: &Connector, inspected: &Value) -> Vec<Tool> {
    let mut all = vec![tool(
        ANY,
        "any action of any entity",
        ToolEffect::Destructive,
    )];
    for (entity, actions) in entities(detail, inspected) {
        for action in actions {
            let name = format!("{entity}.{action}");
            let words = format!("{action} of {}", clean_text(&entity, 100));
            all.push(tool(&name, &words, effect(action)));
        }
    }
    all
}

/// The actions of each entity: as its modes say, reading where nothing is said.
fn entities(detail: &Connector, inspected: &Value) -> BTreeMap<String, Vec<&'static str>> {
    let searchable = searchable(inspected);
    let mut modes: BTreeMap<&str, Vec<&str>> = searchable
        .iter()
        .map(|entity| (*entity, Vec::new()))
        .collect();
    modes.extend(detail.entities());
    let actions = |(entity, modes): (&str, Vec<&str>)| {
        let mut actions = Vec::new();
        if modes.is_empty() || modes.contains(&"read") {
            actions.extend(["list", "get"]);
        }
        if modes.contains(&"write") {
            actions.extend(["create", "update", "delete"]);
        }
        if searchable.contains(&entity) {
            actions.push(SEARCH);
        }
        (entity.to_owned(), actions)
    };
    modes.into_iter().map(actions).collect()
}

/// Entities that the platform's own store can search.
fn searchable(inspected: &Value) -> Vec<&str> {
    let entities = &inspected["context_store_readiness"]["supported_context_store_entities"];
    let entities = entities.as_array().into_iter().flatten();
    entities
        .filter_map(|entry| text::filled(&entry["entity"]))
        .collect()
}

fn effect(action: &str) -> ToolEffect {
    match action {
        "create" | "update" => ToolEffect::Write,
        "delete" => ToolEffect::Destructive,
        _ => ToolEffect::Read,
    }
}

fn tool(name: &str, words: &str, effect: ToolEffect) -> Tool {
    let schema = match name {
        ANY => operations::parameters::<AnyAction>(),
        _ => operations::parameters::<OneAction>(),
    };
    Tool {
        name: name.to_owned(),
        title: None,
        description: Some(format!("{words}, as far as the connector knows it")),
        input_schema: Json(schema.to_value()),
        output_schema: None,
        effect,
        idempotent: effect == ToolEffect::Read,
        open_world: true,
    }
}

/// The action that a tool stands for; one that is not listed may be known to the connector all the same.
fn action(tool: &str, arguments: Map<String, Value>) -> Result<wire::Execute, Error> {
    let arguments = Value::Object(arguments);
    if tool == ANY {
        let given: AnyAction = operations::arguments(arguments)?;
        return execute::checked(wire::Execute {
            entity: given.entity,
            action: given.action,
            params: given.params,
            select_fields: given.select_fields,
            exclude_fields: given.exclude_fields,
            skip_truncation: given.skip_truncation.unwrap_or(true),
            intent: arguments::given(given.intent),
        });
    }
    let named = tool.rsplit_once('.');
    let named = named.filter(|(entity, action)| !entity.is_empty() && !action.is_empty());
    let (entity, action) = named.ok_or_else(|| Error::ToolNotFound {
        name: clean_text(tool, 200),
    })?;
    let given: OneAction = operations::arguments(arguments)?;
    execute::checked(wire::Execute {
        entity: entity.to_owned(),
        action: action.to_owned(),
        params: given.params,
        select_fields: given.select_fields,
        exclude_fields: given.exclude_fields,
        skip_truncation: given.skip_truncation.unwrap_or(true),
        intent: arguments::given(given.intent),
    })
}

/// The answer as a tool's: what says that it failed is a result too.
fn outcome(reply: Reply, answer: &Answer) -> CallOutcome {
    let (content, structured, is_error) = match reply {
        Reply::File(file) => return of_file(&file),
        Reply::Envelope(envelope) if envelope.has_failed() => {
            let problem = answer.failed().problem();
            let words = problem.detail.unwrap_or(problem.message);
            (words, Value::Object(envelope.into_outcome()), true)
        }
        Reply::Envelope(envelope) => {
            let words = match envelope.result() {
                Value::String(text) => text.clone(),
                other => format!("{other:#}"),
            };
            (words, Value::Object(envelope.into_outcome()), false)
        }
    };
    CallOutcome {
        result: ToolResult {
            content: vec![Content::Text { text: content }],
            structured: Some(Json(structured.clone())),
            is_error,
        },
        answer: structured,
        ..of_nothing()
    }
}

fn of_file(file: &download::File) -> CallOutcome {
    let name = file.filename.as_deref().unwrap_or(download::DOWNLOAD);
    let content = Content::Resource {
        uri: format!("attachment:{name}"),
        mime_type: file.content_type.clone(),
        text: None,
        blob: Some(file.base64()),
    };
    CallOutcome {
        result: ToolResult {
            content: vec![content],
            structured: None,
            is_error: false,
        },
        // The bytes are in the result; once is enough for the history.
        answer: json!({"content_type": file.content_type, "filename": file.filename}),
        ..of_nothing()
    }
}

fn of_nothing() -> CallOutcome {
    CallOutcome {
        result: ToolResult::default(),
        request: Value::Null,
        answer: Value::Null,
        status: None,
        wait: std::time::Duration::ZERO,
        bytes: 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(detail: Value, inspected: Value) -> Vec<String> {
        let detail = Connector::read(detail).unwrap();
        let tools = tools(&detail, &inspected);
        tools.into_iter().map(|tool| tool.name).collect()
    }

    #[test]
    fn entities_and_their_modes_become_tools() {
        let detail = json!({"id": "a", "entities": [
            {"entity": "customers", "modes": ["read", "write"]},
            {"entity": "charges", "modes": null},
            {"entity": "notes", "modes": ["write"]},
            {"modes": ["read"]},
        ]});
        let inspected = json!({"context_store_readiness": {
            "supported_context_store_entities": [
                {"entity": "charges", "suggested": true},
                {"entity": "refunds"},
            ],
        }});
        assert_eq!(
            names(detail, inspected),
            [
                "execute",
                "charges.list",
                "charges.get",
                "charges.context_store_search",
                "customers.list",
                "customers.get",
                "customers.create",
                "customers.update",
                "customers.delete",
                "notes.create",
                "notes.update",
                "notes.delete",
                "refunds.list",
                "refunds.get",
                "refunds.context_store_search",
            ]
        );
    }

    #[test]
    fn where_nothing_is_described_any_action_can_be_named() {
        let sparse = json!({"id": "a", "entities": null});
        assert_eq!(
            names(sparse, json!({"context_store_readiness": null})),
            ["execute"]
        );
    }

    #[test]
    fn a_tool_is_taken_apart_at_its_last_dot() {
        let given = action("crm.contacts.list", Map::new()).ok().unwrap();
        assert_eq!((&*given.entity, &*given.action), ("crm.contacts", "list"));
        for unknown in ["customers", ".list", "customers."] {
            let refused = action(unknown, Map::new()).err().unwrap();
            assert!(matches!(refused, Error::ToolNotFound { .. }), "{unknown}");
        }
    }
}
