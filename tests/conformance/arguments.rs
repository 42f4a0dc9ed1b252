//! Arguments that fit a tool's schema, where nobody is there to fill in a form.

use serde_json::{Map, Value, json};

/// An object with every required property of `schema`.
pub(crate) fn required_of(schema: &Value) -> Value {
    let properties = &schema["properties"];
    let required = schema["required"].as_array().into_iter().flatten();
    let filled = required.filter_map(Value::as_str);
    let filled = filled.map(|name| (name.to_owned(), value_of(&properties[name])));
    Value::Object(filled.collect::<Map<_, _>>())
}

/// What a form makes of arguments: a field that holds nothing is left out.
pub(crate) fn without_nulls(arguments: &Value) -> Value {
    let members = arguments.as_object().into_iter().flatten();
    let filled = members.filter(|(_, value)| !value.is_null());
    Value::Object(
        filled
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect(),
    )
}

fn value_of(schema: &Value) -> Value {
    for given in ["const", "default"] {
        if !schema[given].is_null() {
            return schema[given].clone();
        }
    }
    if let Some(first) = schema["enum"].as_array().and_then(|all| all.first()) {
        return first.clone();
    }
    let kind = match &schema["type"] {
        Value::Array(kinds) => kinds.first().unwrap_or(&Value::Null),
        kind => kind,
    };
    match kind.as_str() {
        Some("integer" | "number") => json!(1),
        Some("boolean") => json!(true),
        Some("array") => json!([]),
        Some("object") => required_of(schema),
        Some("null") => Value::Null,
        _ => json!("test"),
    }
}
