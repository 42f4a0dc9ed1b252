//! A tool whose input has every shape a form must cope with.

use std::sync::Arc;

use rmcp::model::{CallToolResult, JsonObject};
use rmcp::{tool, tool_router};
use serde_json::{Value, json};

use super::Tools;

#[tool_router(router = shape_tools, vis = "pub(crate)")]
impl Tools {
    #[tool(
        title = "Try every input",
        description = "Takes inputs of many shapes and answers with exactly what arrived. It checks nothing.",
        input_schema = input_schema(),
        output_schema = output_schema(),
        annotations(read_only_hint = true, idempotent_hint = true, open_world_hint = false)
    )]
    fn shapes(&self, arguments: JsonObject) -> CallToolResult {
        CallToolResult::structured(json!({ "received": arguments }))
    }
}

fn object(value: Value) -> Arc<JsonObject> {
    match value {
        Value::Object(object) => Arc::new(object),
        _ => Arc::default(),
    }
}

fn output_schema() -> Arc<JsonObject> {
    object(json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "properties": {
            "received": { "type": "object", "description": "The arguments as they arrived" }
        },
        "required": ["received"],
    }))
}

/// Written by hand: a derived schema would show what the generator knows, not what servers send.
fn input_schema() -> Arc<JsonObject> {
    object(json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "properties": {
            "title": {
                "type": "string", "title": "Title", "description": "Between 1 and 40 signs",
                "minLength": 1, "maxLength": 40
            },
            "priority": { "type": "string", "enum": ["low", "normal", "high"], "default": "normal" },
            "size": {
                "title": "Size",
                "oneOf": [
                    { "const": "s", "title": "Small" },
                    { "const": "m", "title": "Medium" },
                    { "const": "l", "title": "Large" }
                ]
            },
            "amount": { "type": "integer", "minimum": 1, "maximum": 99, "default": 1 },
            "ratio": {
                "type": "number", "exclusiveMinimum": 0, "maximum": 1, "multipleOf": 0.05,
                "description": "Above 0, at most 1, in steps of 0.05"
            },
            "urgent": { "type": "boolean", "default": false },
            "nickname": { "type": ["string", "null"], "description": "Text, or null for none" },
            "parent": {
                "anyOf": [{ "$ref": "#/$defs/reference" }, { "type": "null" }],
                "description": "A reference, or null"
            },
            "due": { "type": "string", "format": "date" },
            "at": { "type": "string", "format": "date-time" },
            "email": { "type": "string", "format": "email" },
            "homepage": { "type": "string", "format": "uri" },
            "code": {
                "type": "string", "pattern": "^[A-Z]{2}-[0-9]{3}$",
                "description": "Two capitals, a dash and three digits", "examples": ["AB-123"]
            },
            "version": { "const": 2, "description": "Always 2" },
            "tags": {
                "type": "array", "items": { "type": "string", "minLength": 1 },
                "uniqueItems": true, "maxItems": 5
            },
            "days": {
                "type": "array", "uniqueItems": true,
                "items": { "type": "string", "enum": ["mon", "tue", "wed", "thu", "fri"] }
            },
            "grid": {
                "type": "array", "description": "Rows of numbers",
                "items": { "type": "array", "items": { "type": "number" }, "minItems": 2, "maxItems": 3 }
            },
            "pair": {
                "type": "array", "description": "A name and a number",
                "prefixItems": [{ "type": "string" }, { "type": "integer" }],
                "items": false, "minItems": 2
            },
            "contact": { "$ref": "#/$defs/contact" },
            "address": { "$ref": "#/$defs/address" },
            "people": {
                "type": "array", "minItems": 1, "items": { "$ref": "#/$defs/person" }
            },
            "tree": { "$ref": "#/$defs/node" },
            "labels": {
                "type": "object", "description": "Names of your choice with text",
                "additionalProperties": { "type": "string" }
            },
            "anything": { "description": "Any JSON" }
        },
        "required": ["title", "priority", "contact"],
        "additionalProperties": false,
        "$defs": {
            "reference": {
                "type": "object",
                "properties": { "id": { "type": "integer", "minimum": 1 } },
                "required": ["id"]
            },
            "contact": {
                "title": "Contact",
                "oneOf": [
                    {
                        "title": "By mail", "type": "object",
                        "properties": {
                            "kind": { "const": "mail" },
                            "email": { "type": "string", "format": "email" }
                        },
                        "required": ["kind", "email"]
                    },
                    {
                        "title": "By phone", "type": "object",
                        "properties": {
                            "kind": { "const": "phone" },
                            "number": { "type": "string", "pattern": "^\\+?[0-9 ]{5,20}$" }
                        },
                        "required": ["kind", "number"]
                    }
                ]
            },
            "address": {
                "type": "object", "title": "Address",
                "properties": {
                    "street": { "type": "string" },
                    "city": { "type": "string" },
                    "country": { "type": "string", "minLength": 2, "maxLength": 2 }
                },
                "required": ["city", "country"]
            },
            "person": {
                "type": "object",
                "properties": {
                    "name": { "type": "string" },
                    "age": { "type": ["integer", "null"], "minimum": 0 },
                    "addresses": { "type": "array", "items": { "$ref": "#/$defs/address" } }
                },
                "required": ["name"]
            },
            "node": {
                "type": "object", "description": "A tree: each child is such a node again",
                "properties": {
                    "value": { "type": "string" },
                    "children": { "type": "array", "items": { "$ref": "#/$defs/node" } }
                },
                "required": ["value"]
            }
        }
    }))
}
