//! Arbitrary JSON, `unknown` in TypeScript.

use std::ops::{Deref, DerefMut};

use serde::{Deserialize, Serialize};
use serde_json::Value;
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
