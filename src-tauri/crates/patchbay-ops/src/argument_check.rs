//! Validation of arguments by the schema of a tool or form.

use jsonschema::JsonType;
use jsonschema::error::TypeKind;
use patchbay_model::{FieldProblem, pointer};
use serde_json::Value;

use crate::schema::{is_cheap_to_check, is_linear, terminates};
use crate::similar_names::similar_names;

/// Validates a value once; see [`ArgumentCheck`].
pub(crate) fn check_arguments(schema: &Value, arguments: &Value) -> Vec<FieldProblem> {
    ArgumentCheck::new(schema).problems(arguments)
}

/// A compiled JSON Schema (draft 2020-12 unless it names another). References to other documents are not followed. An
/// invalid schema accepts everything, and the server decides.
pub(crate) struct ArgumentCheck(Option<Ready>);

struct Ready {
    validator: jsonschema::Validator,
    /// Used to estimate the effort of a validation.
    schema: Value,
    /// Whether the effort grows with the value only, so that it need not be estimated.
    is_linear: bool,
}

impl ArgumentCheck {
    /// Compiles a schema, which takes longer than a validation.
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
            is_linear: is_linear(schema),
        }))
    }

    /// Returns what is wrong with the value; nothing when it is valid or validation would take too long.
    pub(crate) fn problems(&self, value: &Value) -> Vec<FieldProblem> {
        let ready = self.0.iter();
        let soon = ready.filter(|ready| ready.is_linear || is_cheap_to_check(&ready.schema, value));
        let errors = soon.flat_map(|ready| ready.validator.iter_errors(value));
        let schema = self.0.as_ref().map(|ready| &ready.schema);
        errors
            .map(|error| FieldProblem {
                path: pointer_of(&error),
                message: words_of(&error, schema),
            })
            .collect()
    }
}

/// Points to a missing or unknown member itself instead of its parent.
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

fn words_of(error: &jsonschema::ValidationError<'_>, schema: Option<&Value>) -> String {
    use jsonschema::error::ValidationErrorKind as Kind;
    match error.kind() {
        Kind::Required { .. } => "required".to_owned(),
        Kind::AdditionalProperties { unexpected } => {
            // Only the names of the arguments themselves are looked up.
            let own = schema.filter(|_| error.instance_path().as_str().is_empty());
            let known = own.and_then(|schema| schema["properties"].as_object());
            let known = known.into_iter().flatten().map(|(name, _)| name.as_str());
            let given = unexpected.first().map_or("", String::as_str);
            match similar_names(given, known).as_slice() {
                [] => "unknown argument".to_owned(),
                similar => format!("unknown argument, similar to {}", similar.join(", ")),
            }
        }
        Kind::Type {
            kind: TypeKind::Single(kind),
        } => format!("must be {}", type_words(*kind)),
        Kind::Type {
            kind: TypeKind::Multiple(kinds),
        } => {
            let kinds = kinds.into_iter().filter(|kind| *kind != JsonType::Null);
            let kinds: Vec<_> = kinds.map(type_words).collect();
            format!("must be {}", kinds.join(" or "))
        }
        // Masked because the value may be secret.
        _ => error.masked().to_string(),
    }
}

fn type_words(kind: JsonType) -> &'static str {
    match kind {
        JsonType::Null => "null",
        JsonType::Boolean => "true or false",
        JsonType::Integer => "a whole number",
        JsonType::Number => "a number",
        JsonType::String => "text",
        JsonType::Array => "a list",
        JsonType::Object => "an object",
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
    fn a_missing_argument_is_located_by_its_own_path() {
        let schema = json!({ "type": "object", "required": ["a/b"] });
        assert_eq!(
            problems(schema, json!({})),
            [("/a~1b".to_owned(), "required".to_owned())]
        );
    }

    #[test]
    fn a_wrong_value_is_located_without_being_repeated() {
        let schema = json!({ "properties": { "pin": { "type": "integer" } } });
        let problems = problems(schema, json!({ "pin": "hunter2" }));
        assert_eq!(problems[0].0, "/pin");
        assert!(!problems[0].1.contains("hunter2"), "{}", problems[0].1);
    }

    #[test]
    fn a_value_of_another_type_is_told_in_plain_words() {
        for (kind, expected) in [
            (json!("integer"), "must be a whole number"),
            (json!(["string", "null"]), "must be text"),
            (json!(["array", "object"]), "must be a list or an object"),
        ] {
            let schema = json!({ "properties": { "a": { "type": kind } } });
            let problems = problems(schema, json!({ "a": true }));
            assert_eq!(problems, [("/a".to_owned(), expected.to_owned())]);
        }
    }

    #[test]
    fn an_unknown_argument_is_told_with_similar_ones() {
        let schema = json!({
            "properties": { "times": {}, "text": {} }, "additionalProperties": false,
        });
        let told = |given| problems(schema.clone(), given)[0].1.clone();
        assert_eq!(
            told(json!({ "tmes": 3 })),
            "unknown argument, similar to times"
        );
        assert_eq!(told(json!({ "volume": 3 })), "unknown argument");
    }

    #[test]
    fn formats_are_validated() {
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
