//! Arguments that fit an operation: what its schema requires, and what only its contract does.

use patchbay_model::Platform;
use patchbay_platforms::OperationEntry;
use serde_json::{Map, Value, json};

const ID: &str = "5f0c1e00-0000-4000-8000-000000000001";

/// The least that the operation takes.
pub(super) fn of(platform: Platform, operation: &OperationEntry) -> Value {
    let schema = operation.parameters().to_value();
    let mut arguments = least(&schema, &schema, "");
    let more = beyond(platform, operation.name);
    if let (Value::Object(arguments), Value::Object(more)) = (&mut arguments, more) {
        arguments.extend(more);
    }
    arguments
}

/// What no schema says: one of several, or a limit that keeps a wait short.
fn beyond(platform: Platform, operation: &str) -> Value {
    match (platform, operation) {
        (Platform::Airbyte, "create_connector") => json!({ "definition_id": ID }),
        (Platform::Airbyte, "get_connector") => json!({ "name": "github" }),
        (Platform::Airbyte, "connect") => json!({ "slug": "github" }),
        (Platform::Airbyte, "execute" | "execute_all") => {
            json!({ "connector_id": ID, "entity": "issues", "action": "list" })
        }
        (Platform::Airbyte, "http") => json!({ "method": "GET", "path": "/api/v1/workspaces" }),
        (Platform::Airbyte, "update_connector") => json!({ "name": "x" }),
        (Platform::Airbyte, "wait_for_deletion") => json!({ "limit_s": 3 }),
        (Platform::Mistral, "create") => json!({ "protocol": "mcp" }),
        (Platform::Tenex, "update") => json!({ "name": "x" }),
        (Platform::Tenex, "wait_for_grant") => json!({ "limit_s": 4 }),
        (Platform::Agentstack, "mcp_proxy") => json!({ "method": "POST" }),
        (Platform::Agentstack, name) if name.starts_with("wait_") => json!({ "limit_s": 3 }),
        _ => json!({}),
    }
}

fn least(schema: &Value, root: &Value, name: &str) -> Value {
    if let Some(pointer) = schema["$ref"].as_str() {
        let found = root.pointer(pointer.trim_start_matches('#'));
        return least(found.unwrap_or(&Value::Null), root, name);
    }
    for choice in ["anyOf", "oneOf", "allOf"] {
        let choices = schema[choice].as_array().into_iter().flatten();
        let mut some = choices.filter(|one| one["type"] != "null");
        if let Some(first) = some.next() {
            return least(first, root, name);
        }
    }
    if let Some(word) = schema["enum"].as_array().and_then(|words| words.first()) {
        return word.clone();
    }
    if let Some(word) = schema.get("const") {
        return word.clone();
    }
    let kind = match &schema["type"] {
        Value::Array(kinds) => kinds.first().cloned().unwrap_or_default(),
        kind => kind.clone(),
    };
    match kind.as_str() {
        Some("object") => object(schema, root),
        Some("array") => json!([]),
        Some("integer" | "number") => json!(1),
        Some("boolean") => json!(true),
        _ if name.contains("url") || name == "server" => json!("https://service.example/mcp"),
        _ if name.contains("id") || name == "connector" => json!(ID),
        _ => json!("x"),
    }
}

fn object(schema: &Value, root: &Value) -> Value {
    let required = schema["required"].as_array().into_iter().flatten();
    let members: Map<String, Value> = required
        .filter_map(Value::as_str)
        .map(|name| {
            let member = &schema["properties"][name];
            (name.to_owned(), least(member, root, name))
        })
        .collect();
    Value::Object(members)
}
