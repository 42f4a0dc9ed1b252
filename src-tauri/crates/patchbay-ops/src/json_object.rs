//! JSON objects as input.

use patchbay_model::Json;
use serde_json::{Map, Value};

use crate::error::Error;

/// Returns the members of an object, or none for null. Fails for any other value.
pub(crate) fn members(Json(value): Json, what: &str) -> Result<Map<String, Value>, Error> {
    match value {
        Value::Null => Ok(Map::new()),
        Value::Object(members) => Ok(members),
        _ => Err(not_an_object(what)),
    }
}

pub(crate) fn not_an_object(what: &str) -> Error {
    Error::usage(
        format!("{what} must be a JSON object"),
        "Example: {\"name\": \"value\"}",
    )
}

/// Returns a string, number or boolean as text; `None` for other values.
pub(crate) fn scalar_text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        _ => None,
    }
}
