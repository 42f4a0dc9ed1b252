//! Schemas of forms: put together in the order in which they are drawn, and the pointers of a refusal
//! brought to their fields.

#[cfg(test)]
pub(crate) mod filled_in;

use patchbay_model::{Form, Json};
use serde_json::{Map, Value, json};

use crate::{Error, Refusal};

/// An object's members, in order.
#[derive(Default)]
pub(crate) struct Members {
    properties: Map<String, Value>,
    required: Vec<String>,
}

impl Members {
    /// A member that may be left out.
    pub(crate) fn with(mut self, name: &str, schema: Value) -> Self {
        self.properties.insert(name.to_owned(), schema);
        self
    }

    /// A member that has to be there.
    pub(crate) fn needs(mut self, name: &str, schema: Value) -> Self {
        self.required.push(name.to_owned());
        self.with(name, schema)
    }

    /// A member that is folded away until it is asked for.
    pub(crate) fn folds(self, name: &str, mut schema: Value) -> Self {
        schema["x-advanced"] = Value::Bool(true);
        self.with(name, schema)
    }

    /// The schema of an object with these members and no others.
    pub(crate) fn closed(self) -> Value {
        let mut schema = self.open();
        schema["additionalProperties"] = Value::Bool(false);
        schema
    }

    /// The schema of an object with these members, and perhaps others.
    pub(crate) fn open(self) -> Value {
        let mut schema = json!({ "type": "object", "properties": self.properties });
        if !self.required.is_empty() {
            schema["required"] = json!(self.required);
        }
        schema
    }
}

/// Text of one line.
pub(crate) fn text(title: &str, description: &str) -> Value {
    json!({"type": "string", "title": title, "description": description})
}

/// Text that is never shown again, and not empty.
pub(crate) fn secret(title: &str, description: &str) -> Value {
    json!({
        "type": "string", "title": title, "description": description, "minLength": 1,
        "writeOnly": true,
    })
}

/// One of several words, each with its title.
pub(crate) fn choice<'a>(
    title: &str,
    description: &str,
    words: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> Value {
    let words = words.into_iter();
    let options: Vec<Value> = words
        .map(|(word, title)| json!({"const": word, "title": title}))
        .collect();
    json!({"type": "string", "title": title, "description": description, "oneOf": options})
}

/// A form in which nothing stands yet and nothing is kept.
pub(crate) fn empty(schema: Value) -> Form {
    Form {
        schema: Json(schema),
        values: Json(json!({})),
        kept: Vec::new(),
    }
}

/// Brings the fields of a refusal to those of a form: `place` gets pointer and words of each, and gives
/// the pointer into the form's values.
pub(crate) fn at_fields(error: Error, place: impl Fn(&str, &str) -> String) -> Error {
    let moved = |mut refusal: Box<Refusal>| {
        for field in &mut refusal.fields {
            field.path = place(&field.path, &field.message);
        }
        refusal
    };
    match error {
        Error::Invalid(refusal) => Error::Invalid(moved(refusal)),
        Error::Conflict(refusal) => Error::Conflict(moved(refusal)),
        Error::NotFound(refusal) => Error::NotFound(moved(refusal)),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use patchbay_model::FieldProblem;

    use super::*;

    #[test]
    fn members_keep_their_order_and_say_which_have_to_be_there() {
        let schema = Members::default()
            .needs("url", text("URL", "Where."))
            .with("name", text("Name", "What."))
            .folds("key", secret("Key", "Which."))
            .closed();
        let properties = schema["properties"].as_object().unwrap();
        assert!(properties.keys().eq(["url", "name", "key"]));
        assert_eq!(schema["required"], json!(["url"]));
        assert_eq!(schema["additionalProperties"], false);
        assert_eq!(schema["properties"]["key"]["x-advanced"], true);
        assert_eq!(schema["properties"]["key"]["writeOnly"], true);
        assert!(Members::default().open().get("required").is_none());
    }

    #[test]
    fn the_fields_of_a_refusal_find_their_place_in_the_form() {
        let refused = Error::Invalid(Box::new(Refusal {
            fields: vec![FieldProblem {
                path: "/body".to_owned(),
                message: "no".to_owned(),
            }],
            ..Refusal::default()
        }));
        let moved = at_fields(refused, |path, words| format!("{path}/{words}"));
        assert_eq!(moved.refusal().unwrap().fields[0].path, "/body/no");
        let other = at_fields(Error::Cancelled, |_, _| String::new());
        assert_eq!(other.kind(), "cancelled");
    }
}
