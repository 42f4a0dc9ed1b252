//! Arbitrary JSON, `unknown` in TypeScript.

use std::ops::{Deref, DerefMut};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use specta::Type;

/// A JSON value of unknown shape. `Debug` shows only its kind, because arguments and settings may contain secrets.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize, Type)]
#[serde(transparent)]
pub struct Json(#[specta(type = specta_typescript::Unknown)] pub Value);

impl std::fmt::Debug for Json {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.0 {
            Value::Null => f.write_str("null"),
            Value::Bool(_) => f.write_str("<boolean>"),
            Value::Number(_) => f.write_str("<number>"),
            Value::String(_) => f.write_str("<text>"),
            Value::Array(items) => write!(f, "<{} items>", items.len()),
            Value::Object(members) => write!(f, "<{} members>", members.len()),
        }
    }
}

impl Deref for Json {
    type Target = Value;

    fn deref(&self) -> &Value {
        &self.0
    }
}

impl DerefMut for Json {
    fn deref_mut(&mut self) -> &mut Value {
        &mut self.0
    }
}

impl From<Value> for Json {
    fn from(value: Value) -> Self {
        Self(value)
    }
}

/// The items of a list, or the values of the members of an object.
pub fn json_parts(json: &Value) -> impl Iterator<Item = &Value> {
    let items = json.as_array().into_iter().flatten();
    let members = json.as_object().into_iter().flat_map(Map::values);
    items.chain(members)
}

/// As [`json_parts`], for changes.
pub fn json_parts_mut(json: &mut Value) -> impl Iterator<Item = &mut Value> {
    let (items, members) = match json {
        Value::Array(items) => (Some(items), None),
        Value::Object(members) => (None, Some(members)),
        _ => (None, None),
    };
    let members = members.into_iter().flat_map(Map::values_mut);
    items.into_iter().flatten().chain(members)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn debug_tells_nothing_of_what_is_in_it() {
        let json = Json(json!({ "pin": "hunter2", "hunter3": ["hunter4"] }));
        assert_eq!(format!("{json:?}"), "<2 members>");
        assert_eq!(format!("{:?}", Json(json!("hunter2"))), "<text>");
        assert_eq!(format!("{:?}", Json(json!(["hunter2"]))), "<1 items>");
    }
}
