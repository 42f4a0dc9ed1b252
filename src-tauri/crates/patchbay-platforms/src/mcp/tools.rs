//! Parses tools; a malformed one does not affect the others.

use std::collections::HashSet;
use std::sync::Arc;

use patchbay_http::text;
use patchbay_model::{Json, Tool, ToolEffect, clean_text};
use rmcp::model::{ListToolsResult, Tool as RmcpTool};
use serde_json::{Map, Value};

use super::{non_empty_line, non_empty_lines};
use crate::icon;

const TITLE_LIMIT: usize = 200;
const DESCRIPTION_LIMIT: usize = 20_000;

/// Adds the tools of one page of `tools/list` to `tools`. One that is malformed, or has the name of an earlier one, is
/// left out (R30).
pub(crate) fn read_page(mut page: Value, seen: &mut HashSet<String>, tools: &mut Vec<Tool>) {
    let Some(Value::Array(entries)) = page.get_mut("tools").map(Value::take) else {
        return;
    };
    for mut entry in entries {
        match tool(&mut entry) {
            Some(tool) if seen.insert(tool.name.clone()) => tools.push(tool),
            _ => tracing::warn!(
                tool = clean_text(entry["name"].as_str().unwrap_or_default(), TITLE_LIMIT),
                "hid a malformed or repeated tool"
            ),
        }
    }
}

/// The part of a page that rmcp needs: names, and the schemas of tools with parameters in headers (`x-mcp-header`).
pub(super) fn for_rmcp(page: &Value) -> ListToolsResult {
    let entries = page["tools"].as_array().into_iter().flatten();
    let tools = entries.filter_map(|entry| {
        let (name, schema) = (name(entry)?.to_owned(), schema(entry)?);
        let schema = Some(schema).filter(|schema| has_header(schema));
        let schema = schema.cloned().unwrap_or_default();
        Some(RmcpTool::new_with_raw(name, None, Arc::new(schema)))
    });
    ListToolsResult::with_all_items(tools.collect())
}

/// Removes the tools that rmcp rejected from a page of `tools/list`: those with an invalid `x-mcp-header` must not be
/// used.
///
/// Source: MCP 2026-07-28, "Custom Headers from Tool Parameters".
pub(super) fn retain_accepted(page: &mut Value, accepted: &[RmcpTool]) {
    let Some(Value::Array(tools)) = page.get_mut("tools") else {
        return;
    };
    // rmcp keeps the order, so one pass over both lists finds what is missing.
    let mut accepted = accepted.iter().peekable();
    tools.retain(|entry| {
        let (Some(name), Some(schema)) = (name(entry), schema(entry)) else {
            return true;
        };
        let has_headers = has_header(schema);
        let is_same =
            |tool: &&RmcpTool| tool.name == name && (!has_headers || *tool.input_schema == *schema);
        let is_accepted = accepted.next_if(is_same).is_some();
        if !is_accepted {
            tracing::warn!(
                tool = clean_text(name, TITLE_LIMIT),
                "hid a tool whose headers break the rules"
            );
        }
        is_accepted
    });
}

fn name(entry: &Value) -> Option<&str> {
    text::non_empty(entry.get("name")?)
}

fn schema(entry: &Value) -> Option<&Map<String, Value>> {
    entry.get("inputSchema")?.as_object()
}

/// Whether an input schema has parameters in headers (`x-mcp-header`), at any depth.
pub fn names_headers(schema: &Value) -> bool {
    match schema {
        Value::Object(members) => has_header(members),
        Value::Array(items) => items.iter().any(names_headers),
        _ => false,
    }
}

fn has_header(members: &Map<String, Value>) -> bool {
    members.contains_key("x-mcp-header") || members.values().any(names_headers)
}

/// Parses a tool; its schemas are moved out of the entry.
///
/// Source: MCP 2026-07-28, `Tool`, `ToolAnnotations`; MCP 2025-11-25, `ToolExecution`.
fn tool(entry: &mut Value) -> Option<Tool> {
    let name = name(entry)?.to_owned();
    schema(entry)?;
    let input_schema = Json(entry["inputSchema"].take());
    let output_schema = match entry.get_mut("outputSchema") {
        None | Some(Value::Null) => None,
        Some(schema @ Value::Object(_)) => Some(Json(schema.take())),
        Some(_) => return None,
    };
    let annotations = &entry["annotations"];
    let flag = |key: &str| annotations.get(key).and_then(Value::as_bool);
    let title = entry["title"].as_str().or(annotations["title"].as_str());
    Some(Tool {
        name,
        title: title.and_then(|title| non_empty_line(title, TITLE_LIMIT)),
        description: entry["description"]
            .as_str()
            .and_then(|text| non_empty_lines(text, DESCRIPTION_LIMIT)),
        input_schema,
        output_schema,
        effect: match (flag("readOnlyHint"), flag("destructiveHint")) {
            (Some(true), _) => ToolEffect::Read,
            (_, Some(true)) => ToolEffect::Destructive,
            _ => ToolEffect::Write,
        },
        idempotent: flag("idempotentHint") == Some(true),
        open_world: flag("openWorldHint") != Some(false),
        icon: icon::choose_from_mcp(&entry["icons"]),
        needs_task: entry["execution"]["taskSupport"] == "required",
        may_be_task: entry["execution"]["taskSupport"] == "optional",
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(tools: Value) -> Vec<Tool> {
        let mut read = Vec::new();
        read_page(json!({"tools": tools}), &mut HashSet::new(), &mut read);
        read
    }

    #[test]
    fn a_malformed_tool_hides_itself_only() {
        let tools = read(json!([
            {"name": "a", "inputSchema": {"type": "object"}},
            {"name": 7, "inputSchema": {}},
            {"name": "", "inputSchema": {}},
            {"name": "no-schema"},
            {"name": "b", "inputSchema": "object"},
            {"name": "c", "inputSchema": {}, "outputSchema": 3},
            "tool",
            null,
            {"name": "a", "inputSchema": {"type": "object", "again": true}},
            {"name": "d", "inputSchema": {"type": "object"}}
        ]));
        let names: Vec<&str> = tools.iter().map(|tool| tool.name.as_str()).collect();
        assert_eq!(names, ["a", "d"]);
    }

    #[test]
    fn schemas_pass_unchanged_and_words_are_cleaned() {
        let schema = json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "$defs": {"a": {"$anchor": "x"}},
            "if": {"const": 1}, "unevaluatedProperties": false, "x-own": [1.5, null]
        });
        let tools = read(json!([{
            "name": "x\n\u{1b}[2J", "title": "T\u{202e}", "description": "one\n\u{7}two",
            "inputSchema": schema, "outputSchema": schema,
            "icons": [{"src": "https://mcp.example/x.png"}]
        }]));
        assert_eq!(tools[0].name, "x\n\u{1b}[2J");
        assert_eq!(tools[0].title.as_deref(), Some("T"));
        assert_eq!(tools[0].description.as_deref(), Some("one\ntwo"));
        assert_eq!(tools[0].input_schema, Json(schema.clone()));
        assert_eq!(tools[0].output_schema, Some(Json(schema)));
        let icon = tools[0].icon.as_deref();
        assert_eq!(icon, Some("https://mcp.example/x.png"));
    }

    #[test]
    fn only_what_says_so_is_a_task() {
        let tasks = |execution: Value| {
            let tools = json!([{"name": "a", "inputSchema": {}, "execution": execution}]);
            let tool = &read(tools)[0];
            (tool.needs_task, tool.may_be_task)
        };
        assert_eq!(tasks(json!({"taskSupport": "required"})), (true, false));
        assert_eq!(tasks(json!({"taskSupport": "optional"})), (false, true));
        for other in [
            json!({"taskSupport": "forbidden"}),
            json!({"taskSupport": true}),
            json!({}),
            json!("required"),
            Value::Null,
        ] {
            assert_eq!(tasks(other), (false, false));
        }
    }

    #[test]
    fn what_is_not_annotated_writes() {
        let effect = |annotations: Value| {
            read(json!([{"name": "a", "inputSchema": {}, "annotations": annotations}]))[0].effect
        };
        assert_eq!(effect(json!({})), ToolEffect::Write);
        assert_eq!(effect(json!({"readOnlyHint": false})), ToolEffect::Write);
        assert_eq!(effect(json!({"destructiveHint": false})), ToolEffect::Write);
        assert_eq!(
            effect(json!({"destructiveHint": true})),
            ToolEffect::Destructive
        );
        assert_eq!(
            effect(json!({"readOnlyHint": true, "destructiveHint": true})),
            ToolEffect::Read
        );
    }
}
