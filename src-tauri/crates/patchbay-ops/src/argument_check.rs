//! Whether arguments fit the schema of a tool or form.

use patchbay_model::{FieldProblem, pointer};
use serde_json::Value;

use crate::schema::{is_cheap_to_check, terminates};

/// What is wrong with a value by a JSON Schema, as [`ArgumentCheck`] says.
pub(crate) fn check_arguments(schema: &Value, arguments: &Value) -> Vec<FieldProblem> {
    ArgumentCheck::new(schema).problems(arguments)
}

/// A JSON Schema (draft 2020-12 unless it names another), ready to check values by; references to other
/// documents are not followed. One that is broken itself forbids nothing: then the server has the last
/// word.
pub(crate) struct ArgumentCheck(Option<Ready>);

struct Ready {
    validator: jsonschema::Validator,
    /// To find out how long a value would take.
    schema: Value,
}

impl ArgumentCheck {
    /// Makes a schema ready, which takes longer than a check.
    pub(crate) fn new(schema: &Value) -> Self {
        if !terminates(schema) {
            return Self(None);
        }
        let validator = jsonschema::options()
            .should_validate_formats(true)
            .build(schema);
        Self(validator.ok().map(|validator| Ready {
            validator,
            schema: schema.clone(),
        }))
    }

    /// What is wrong with the value; empty when nothing is, or when it would take too long to find out.
    pub(crate) fn problems(&self, value: &Value) -> Vec<FieldProblem> {
        let ready = self.0.iter();
        let soon = ready.filter(|ready| is_cheap_to_check(&ready.schema, value));
        let errors = soon.flat_map(|ready| ready.validator.iter_errors(value));
        errors
            .map(|error| FieldProblem {
                path: pointer_of(&error),
                message: words_of(&error),
            })
            .collect()
    }
}

/// Where the problem is to be shown: a missing or unwelcome member at itself, not at its parent.
fn pointer_of(error: &jsonschema::ValidationError<'_>) -> String {
    use jsonschema::error::ValidationErrorKind as Kind;
    let parent = error.instance_path().to_string();
    let member = match error.kind() {
        Kind::Required { property } => property.as_str().map(ToOwned::to_owned),
        Kind::AdditionalProperties { unexpected } => unexpected.first().cloned(),
        _ => None,
    };
    member.map_or(parent.clone(), |name| pointer::member(&parent, &name))
}

fn words_of(error: &jsonschema::ValidationError<'_>) -> String {
    use jsonschema::error::ValidationErrorKind as Kind;
    match error.kind() {
        Kind::Required { .. } => "required".to_owned(),
        Kind::AdditionalProperties { .. } => "unknown argument".to_owned(),
        // The value may be secret: the schema's own words say enough.
        _ => error.masked().to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn problems(schema: Value, arguments: Value) -> Vec<(String, String)> {
        check_arguments(&schema, &arguments)
            .into_iter()
            .map(|problem| (problem.path, problem.message))
            .collect()
    }

    #[test]
    fn a_missing_argument_is_shown_at_itself() {
        let schema = json!({ "type": "object", "required": ["a/b"] });
        assert_eq!(
            problems(schema, json!({})),
            [("/a~1b".to_owned(), "required".to_owned())]
        );
    }

    #[test]
    fn a_wrong_value_is_named_without_being_repeated() {
        let schema = json!({ "properties": { "pin": { "type": "integer" } } });
        let problems = problems(schema, json!({ "pin": "hunter2" }));
        assert_eq!(problems[0].0, "/pin");
        assert!(!problems[0].1.contains("hunter2"), "{}", problems[0].1);
    }

    #[test]
    fn formats_count() {
        let schema = json!({ "properties": { "mail": { "type": "string", "format": "email" } } });
        assert_eq!(problems(schema.clone(), json!({ "mail": "lena" })).len(), 1);
        assert!(problems(schema, json!({ "mail": "lena@example.com" })).is_empty());
    }

    #[test]
    fn a_broken_schema_forbids_nothing() {
        assert!(problems(json!({ "type": 7 }), json!({})).is_empty());
        assert!(problems(json!({ "$ref": "https://example.com/x" }), json!({})).is_empty());
    }
}
