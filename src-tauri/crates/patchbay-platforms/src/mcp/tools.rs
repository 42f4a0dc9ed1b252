//! Tools, from their wire form to ours, each on its own.

use std::collections::HashSet;

use patchbay_model::{Json, Tool, ToolEffect, clean_text};
use serde_json::Value;

use crate::text;

const TITLE_LIMIT: usize = 200;
const DESCRIPTION_LIMIT: usize = 20_000;

/// Reads one page of `tools/list` into `tools`. A tool that is malformed, or named as one before,
/// hides itself only (R30).
pub(crate) fn read_page(page: &Value, seen: &mut HashSet<String>, tools: &mut Vec<Tool>) {
    for entry in entries(page) {
        match tool(entry) {
            Some(tool) if seen.insert(tool.name.clone()) => tools.push(tool),
            _ => tracing::warn!(
                tool = clean_text(&entry["name"].to_string(), TITLE_LIMIT),
                "hid a malformed or repeated tool"
            ),
        }
    }
}

/// Leaves those tools of a `tools/list` result that rmcp can read, so that it keeps their headers
/// (`x-mcp-header`) instead of giving up the whole page.
///
/// Whether anything was taken out of the JSON-RPC answer.
pub(super) fn drop_unreadable(answer: &mut Value) -> bool {
    let tools = answer.pointer_mut("/result/tools");
    let Some(tools) = tools.and_then(Value::as_array_mut) else {
        return false;
    };
    let before = tools.len();
    tools.retain(|tool| serde_json::from_value::<rmcp::model::Tool>(tool.clone()).is_ok());
    tools.len() < before
}

/// Takes out of a `tools/list` answer what rmcp took out of its own reading of it: tools whose
/// `x-mcp-header` breaks the rules must not be used. What rmcp cannot read at all it did not judge.
///
/// Source: MCP 2026-07-28, "Custom Headers from Tool Parameters".
pub(super) fn keep_accepted(answer: &mut Value, accepted: &[rmcp::model::Tool]) {
    let tools = answer.pointer_mut("/result/tools");
    let Some(tools) = tools.and_then(Value::as_array_mut) else {
        return;
    };
    // rmcp keeps the order, so that one walk over both finds what is missing.
    let mut accepted = accepted.iter().peekable();
    tools.retain(|entry| {
        let is_same = |tool: &&rmcp::model::Tool| {
            entry["name"] == *tool.name
                && entry["inputSchema"].as_object() == Some(&*tool.input_schema)
        };
        if accepted.next_if(is_same).is_some() {
            return true;
        }
        let was_judged = serde_json::from_value::<rmcp::model::Tool>(entry.clone()).is_ok();
        if was_judged {
            tracing::warn!(
                tool = clean_text(&entry["name"].to_string(), TITLE_LIMIT),
                "hid a tool whose headers break the rules"
            );
        }
        !was_judged
    });
}

/// The tools of a page, as sent.
pub(super) fn entries(page: &Value) -> &[Value] {
    page.get("tools")
        .and_then(Value::as_array)
        .map_or(&[], Vec::as_slice)
}

/// Source: MCP 2026-07-28, `Tool`, `ToolAnnotations`.
fn tool(entry: &Value) -> Option<Tool> {
    let name = entry
        .get("name")?
        .as_str()
        .filter(|name| !name.is_empty())?;
    let annotations = &entry["annotations"];
    let flag = |key: &str| annotations.get(key).and_then(Value::as_bool);
    let title = entry["title"].as_str().or(annotations["title"].as_str());
    Some(Tool {
        name: name.to_owned(),
        title: title
            .map(|title| clean_text(title, TITLE_LIMIT))
            .filter(|title| !title.is_empty()),
        description: entry["description"]
            .as_str()
            .map(|words| text::clean_lines(words, DESCRIPTION_LIMIT))
            .filter(|words| !words.is_empty()),
        input_schema: Json(
            entry
                .get("inputSchema")
                .filter(|it| it.is_object())?
                .clone(),
        ),
        output_schema: match entry.get("outputSchema") {
            None | Some(Value::Null) => None,
            Some(schema @ Value::Object(_)) => Some(Json(schema.clone())),
            Some(_) => return None,
        },
        effect: match (flag("readOnlyHint"), flag("destructiveHint")) {
            (Some(true), _) => ToolEffect::Read,
            (_, Some(true)) => ToolEffect::Destructive,
            _ => ToolEffect::Write,
        },
        idempotent: flag("idempotentHint") == Some(true),
        open_world: flag("openWorldHint") != Some(false),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(tools: Value) -> Vec<Tool> {
        let mut read = Vec::new();
        read_page(&json!({"tools": tools}), &mut HashSet::new(), &mut read);
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
            "inputSchema": schema, "outputSchema": schema
        }]));
        assert_eq!(tools[0].name, "x\n\u{1b}[2J");
        assert_eq!(tools[0].title.as_deref(), Some("T"));
        assert_eq!(tools[0].description.as_deref(), Some("one\ntwo"));
        assert_eq!(tools[0].input_schema, Json(schema.clone()));
        assert_eq!(tools[0].output_schema, Some(Json(schema)));
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
