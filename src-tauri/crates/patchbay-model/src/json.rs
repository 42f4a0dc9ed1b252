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

/// The strings and numbers in a value at any depth, as text.
pub fn json_texts(json: &Value) -> Vec<String> {
    let (mut waiting, mut texts) = (vec![json], Vec::new());
    while let Some(value) = waiting.pop() {
        match value {
            Value::String(text) => texts.push(text.clone()),
            Value::Number(number) => texts.push(number.to_string()),
            other => waiting.extend(json_parts(other)),
        }
    }
    texts
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

/// Replaces every part that is neither a list nor an object.
pub fn map_leaves(json: Value, map: &impl Fn(Value) -> Value) -> Value {
    match json {
        Value::Array(items) => items.into_iter().map(|it| map_leaves(it, map)).collect(),
        Value::Object(members) => members
            .into_iter()
            .map(|(name, member)| (name, map_leaves(member, map)))
            .collect(),
        leaf => map(leaf),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn texts_are_found_at_any_depth() {
        let mut found = json_texts(&json!({ "a": ["b", { "c": 7 }], "d": null, "e": true }));
        found.sort();
        assert_eq!(found, ["7", "b"]);
    }

    #[test]
    fn debug_tells_nothing_of_what_is_in_it() {
        let json = Json(json!({ "pin": "hunter2", "hunter3": ["hunter4"] }));
        assert_eq!(format!("{json:?}"), "<2 members>");
        assert_eq!(format!("{:?}", Json(json!("hunter2"))), "<text>");
        assert_eq!(format!("{:?}", Json(json!(["hunter2"]))), "<1 items>");
    }
}
