//! Helpers for tests of forms.

use patchbay_model::Form;
use serde_json::{Map, Value};

pub(crate) fn members(value: Value) -> Map<String, Value> {
    serde_json::from_value(value).unwrap()
}

/// Asserts that the form's schema is valid and the values fit it.
pub(crate) fn assert_fits(form: &Form, values: &Value) {
    let validator = jsonschema::options()
        .should_validate_formats(true)
        .build(&form.schema)
        .unwrap();
    let problems: Vec<String> = validator
        .iter_errors(values)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert_eq!(problems, Vec::<String>::new(), "{values}");
}

/// Adds members to those of an object, or replaces them.
pub(crate) fn with_members(mut values: Value, more: Value) -> Value {
    for (name, value) in members(more) {
        values[name] = value;
    }
    values
}
