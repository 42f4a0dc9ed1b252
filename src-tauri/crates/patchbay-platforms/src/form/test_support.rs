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

/// Whether values fit the form, formats aside.
pub(crate) fn fits(form: &Form, values: &Value) -> bool {
    jsonschema::is_valid(&form.schema, values)
}

/// Asserts that every choice has a title, and that no secret is among the values.
pub(crate) fn assert_drawable(form: &Form) {
    assert!(form.schema.is_object() && form.values.is_object());
    assert_schema_drawable(&form.schema, Some(&form.values));
}

fn assert_schema_drawable(schema: &Value, value: Option<&Value>) {
    if schema["writeOnly"] == true {
        assert_eq!(value, None, "a secret is shown");
    }
    for (name, property) in schema["properties"].as_object().into_iter().flatten() {
        assert_schema_drawable(property, value.and_then(|value| value.get(name)));
    }
    for alternative in schema["oneOf"].as_array().into_iter().flatten() {
        assert!(alternative["title"].is_string(), "no title: {alternative}");
        if alternative.get("const").is_none() {
            assert_schema_drawable(alternative, None);
        }
    }
    if schema["items"].is_object() {
        assert_schema_drawable(&schema["items"], None);
    }
}

/// Adds members to those of an object, or replaces them.
pub(crate) fn with_members(mut values: Value, more: Value) -> Value {
    for (name, value) in members(more) {
        values[name] = value;
    }
    values
}
