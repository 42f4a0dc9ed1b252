//! Actions on entities, as tools.
//!
//! The platform lists the entities of a connector, but neither their actions nor the parameters of these. So there is a tool
//! `entity.action` for each action to be expected of an entity, and a tool `execute` for any action on any entity.
//!
//! Source: Airbyte contract, section 3, `get`, `inspect` and `execute`.

use std::collections::BTreeMap;
use std::time::Instant;

use async_trait::async_trait;
use patchbay_http::CallOptions;
use patchbay_model::{
    Content, Explain, Json, RemoteId, SentRequest, Tool, ToolEffect, ToolResult, clean_text,
};
use serde_json::{Map, Value};

use super::download::DOWNLOAD;
use crate::actions::humanize;
use crate::airbyte::client::Airbyte;
use crate::airbyte::operations::{Execute, Inspect};
use crate::airbyte::wire::{self, Connector, Envelope, File, Inspection, Reply};
use crate::mcp::CallOutcome;
use crate::operations::{arguments, parameters};
use crate::{Error, Operation, Result, ToolRequest, Tools};

/// The tool for any action on any entity.
const ANY_ACTION_TOOL: &str = "execute";

const SEARCH: &str = "context_store_search";

/// Arguments that are given by the tool's connector.
const CONNECTOR_ARGUMENTS: [&str; 3] =
    ["connector_id", "connector_definition_id", "workspace_name"];

/// Arguments that are given by the tool's name.
const ACTION_ARGUMENTS: [&str; 2] = ["entity", "action"];

#[async_trait]
impl Tools for Airbyte {
    async fn list_tools(&self, id: &RemoteId, options: &CallOptions) -> Result<Vec<Tool>> {
        let connector = self.find(id, options).await?.value;
        let connector_id = id.clone();
        let inspected = match (Inspect { connector_id }).run(self, options).await {
            Ok(inspected) => inspected.value,
            // A list without its other entities would seem complete.
            Err(error) if may_answer_later(&error) => return Err(error),
            // Not every kind can be inspected, which only adds entities.
            Err(error) => {
                tracing::debug!(kind = error.kind(), "a connector could not be inspected");
                Inspection::default()
            }
        };
        Ok(tools(&connector, &inspected))
    }

    async fn call_tool(
        &self,
        request: ToolRequest<'_>,
        options: &CallOptions,
    ) -> Result<CallOutcome> {
        let execute = execute(request)?;
        let started = Instant::now();
        let executed = execute.send(self, options).await?;
        let wait = started.elapsed();
        let result = match executed.reply {
            Reply::Envelope(envelope) => envelope_result(envelope),
            Reply::File(file) => file_result(&file),
        };
        Ok(CallOutcome {
            result,
            status: Some(executed.status),
            wait,
            bytes: executed.bytes,
        })
    }

    async fn plan_call(
        &self,
        request: ToolRequest<'_>,
        options: &CallOptions,
    ) -> Result<SentRequest> {
        execute(request)?.plan(self, options).await
    }

    /// Adds the cursor in the result to the parameters. One that was sent already would give the same page again.
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
        if params.get("cursor").is_some_and(|sent| sent == cursor) {
            return None;
        }
        params.insert("cursor".to_owned(), cursor.into());
        let mut next = arguments.clone();
        next.insert("params".to_owned(), Value::Object(params));
        Some(next)
    }
}

/// Whether the failure of an inspection says nothing about the connector. Kinds that can't be inspected answer with 500.
fn may_answer_later(error: &Error) -> bool {
    let is_of_account = matches!(error, Error::Cancelled | Error::Unauthorized { .. });
    is_of_account || (error.is_retryable() && error.status() != Some(500))
}

fn tools(connector: &Connector, inspected: &Inspection) -> Vec<Tool> {
    let mut all = vec![tool(
        ANY_ACTION_TOOL,
        "Any action on any entity",
        ToolEffect::Destructive,
    )];
    for (entity, actions) in entities(connector, inspected) {
        for action in actions {
            let name = format!("{entity}.{action}");
            all.push(tool(
                &name,
                &words_of(entity, action),
                action_effect(action),
            ));
        }
    }
    all
}

/// The actions of each entity according to its modes; reading if it has none.
fn entities<'a>(
    connector: &'a Connector,
    inspected: &'a Inspection,
) -> BTreeMap<&'a str, Vec<&'static str>> {
    let searchable = searchable(inspected);
    let mut modes: BTreeMap<&str, &[String]> = BTreeMap::new();
    modes.extend(searchable.iter().map(|entity| (*entity, &[][..])));
    let described = connector.entities.iter();
    modes.extend(described.map(|each| (each.entity.as_str(), each.modes.as_slice())));
    let actions = |(entity, modes): (&'a str, &[String])| {
        let has = |mode: &str| modes.iter().any(|each| each == mode);
        let mut actions = Vec::new();
        if modes.is_empty() || has("read") {
            actions.extend(["list", "get"]);
        }
        if has("write") {
            actions.extend(["create", "update", "delete"]);
        }
        if searchable.contains(&entity) {
            actions.push(SEARCH);
        }
        (entity, actions)
    };
    modes.into_iter().map(actions).collect()
}

/// Entities that the context store can search.
fn searchable(inspected: &Inspection) -> Vec<&str> {
    let readiness = inspected.context_store_readiness.iter();
    let entities = readiness.flat_map(|readiness| &readiness.supported_context_store_entities);
    entities.filter_map(|each| each.entity.as_deref()).collect()
}

/// Effect of a documented action.
///
/// Source: Airbyte contract, section 3, `execute`.
fn documented_effect(action: &str) -> Option<ToolEffect> {
    match action {
        "list"
        | "get"
        | "search"
        | "api_search"
        | DOWNLOAD
        | SEARCH
        | "context_store_sql_query" => Some(ToolEffect::Read),
        "create" | "update" => Some(ToolEffect::Write),
        "delete" => Some(ToolEffect::Destructive),
        _ => None,
    }
}

/// An undocumented action may do anything.
pub(crate) fn action_effect(action: &str) -> ToolEffect {
    documented_effect(action).unwrap_or(ToolEffect::Destructive)
}

/// Effect of a tool call, which for `execute` depends on the action.
pub(crate) fn effect_of(tool: &Tool, arguments: &Map<String, Value>) -> ToolEffect {
    match arguments.get("action").and_then(Value::as_str) {
        Some(action) if tool.name == ANY_ACTION_TOOL => action_effect(action),
        _ => tool.effect,
    }
}

/// The tool for a documented action on an unlisted entity, which the connector may know nevertheless.
pub(crate) fn documented_tool(name: &str) -> Option<Tool> {
    let (entity, action) = name.rsplit_once('.')?;
    let effect = documented_effect(action).filter(|_| !entity.is_empty())?;
    Some(tool(name, &words_of(entity, action), effect))
}

fn words_of(entity: &str, action: &str) -> String {
    format!("{} {}", humanize(action), clean_text(entity, 100))
}

fn tool(name: &str, words: &str, effect: ToolEffect) -> Tool {
    Tool {
        name: name.to_owned(),
        description: Some(words.to_owned()),
        input_schema: Json(input_schema(name)),
        effect,
        idempotent: effect == ToolEffect::Read,
        open_world: true,
        ..Tool::default()
    }
}

/// Whether an argument of the operation is given by connector or name of the tool.
fn is_fixed(tool: &str, argument: &str) -> bool {
    CONNECTOR_ARGUMENTS.contains(&argument)
        || (tool != ANY_ACTION_TOOL && ACTION_ARGUMENTS.contains(&argument))
}

/// The schema of the remaining arguments of the operation.
fn input_schema(tool: &str) -> Value {
    let mut schema = parameters::<Execute>().to_value();
    if let Some(schema) = schema.as_object_mut() {
        schema.remove("description");
    }
    if let Some(properties) = schema["properties"].as_object_mut() {
        properties.retain(|name, _| !is_fixed(tool, name));
    }
    if let Some(required) = schema["required"].as_array_mut() {
        required.retain(|name| !name.as_str().is_some_and(|name| is_fixed(tool, name)));
    }
    schema
}

/// The operation for a tool call. The tool need not be listed.
fn execute(request: ToolRequest<'_>) -> Result<Execute> {
    let (tool, mut given) = (request.tool, request.arguments);
    if let Some(name) = given.keys().find(|name| is_fixed(tool, name)) {
        return Err(Error::Usage(format!("unknown field `{name}`")));
    }
    if tool != ANY_ACTION_TOOL {
        let named = tool.rsplit_once('.');
        let named = named.filter(|(entity, action)| !entity.is_empty() && !action.is_empty());
        let (entity, action) = named.ok_or_else(|| Error::ToolNotFound {
            name: clean_text(tool, 200),
        })?;
        given.insert("entity".to_owned(), entity.into());
        given.insert("action".to_owned(), action.into());
    }
    given.insert("connector_id".to_owned(), request.connector.as_str().into());
    arguments(given.into())
}

/// A failure reported by the platform is a result too.
fn envelope_result(envelope: Envelope) -> ToolResult {
    let (text, is_error) = match (&envelope.failure, &envelope.result) {
        (Some(failure), _) => {
            let problem = failure.problem();
            (problem.detail.unwrap_or(problem.message), true)
        }
        (None, Value::String(text)) => (text.clone(), false),
        (None, other) => (format!("{other:#}"), false),
    };
    ToolResult {
        content: vec![Content::text(text)],
        structured: Some(Json(envelope.into_json())),
        is_error,
    }
}

fn file_result(file: &File) -> ToolResult {
    let name = file.filename.as_deref().unwrap_or(DOWNLOAD);
    // These would end the name, or begin an escape.
    let escaped = [("%", "%25"), ("#", "%23"), ("?", "%3F")].into_iter();
    let name = escaped.fold(name.to_owned(), |name, (sign, escape)| {
        name.replace(sign, escape)
    });
    let content = Content::Resource {
        uri: format!("attachment:{name}"),
        mime_type: file.content_type.clone(),
        text: None,
        blob: Some(file.base64()),
        annotations: None,
    };
    ToolResult {
        content: vec![content],
        structured: None,
        is_error: false,
    }
}

#[cfg(test)]
mod tests;
