//! Schemas of forms: put together in the order in which they are drawn, and the pointers of a refusal
//! brought to their fields.

#[cfg(test)]
pub(crate) mod test_support;

use patchbay_model::{Form, Json, SECRET_MARK};
use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde::Serialize;
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
    pub(crate) fn optional(mut self, name: &str, schema: Value) -> Self {
        self.properties.insert(name.to_owned(), schema);
        self
    }

    /// A member that has to be there.
    pub(crate) fn required(mut self, name: &str, schema: Value) -> Self {
        self.required.push(name.to_owned());
        self.optional(name, schema)
    }

    /// The schema of an object with these members and no others.
    pub(crate) fn build_strict(self) -> Value {
        let mut schema = self.build();
        schema["additionalProperties"] = Value::Bool(false);
        schema
    }

    /// The schema of an object with these members, and perhaps others.
    pub(crate) fn build(self) -> Value {
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
    json!({"type": "string", "title": title, "description": description, "oneOf": options(words)})
}

/// Words to choose from, each with its title.
pub(crate) fn options<'a>(words: impl IntoIterator<Item = (&'a str, &'a str)>) -> Value {
    let words = words.into_iter();
    let options = words.map(|(word, title)| json!({"const": word, "title": title}));
    options.collect()
}

/// The form of a type with its current values. A stored secret of the selected alternative is never shown and need not
/// be given again, nor need the members beside it that are not shown either.
pub(crate) fn of<T: Serialize + JsonSchema>(values: &T) -> Form {
    let mut form = new(values);
    relax(&mut form.schema.0, &form.values, "", &mut form.kept);
    form
}

/// The form of a type, with values to begin with: nothing is there yet.
pub(crate) fn new<T: Serialize + JsonSchema>(values: &T) -> Form {
    // A type of ours can be written as JSON, but for secrets, which never stand in one that is shown.
    let values = serde_json::to_value(values).unwrap_or_default();
    Form {
        values: Json(strip_null(values)),
        ..empty(schema_of::<T>())
    }
}

/// The schema of a type as people are shown it.
pub(crate) fn schema_of<T: JsonSchema>() -> Value {
    let settings =
        SchemaSettings::draft2020_12().with(|settings| settings.inline_subschemas = true);
    let schema = settings.into_generator().into_root_schema_for::<T>();
    let mut schema = sanitize_schema(schema.to_value());
    for keyword in ["$schema", "title", "description"] {
        schema.as_object_mut().map(|schema| schema.remove(keyword));
    }
    schema
}

/// What is there.
fn strip_null(value: Value) -> Value {
    match value {
        Value::Object(members) => members
            .into_iter()
            .filter(|(_, member)| !member.is_null())
            .map(|(name, member)| (name, strip_null(member)))
            .collect(),
        other => other,
    }
}

/// Leaves a member out of a form.
pub(crate) fn drop_member(form: &mut Form, name: &str) {
    for members in [&mut form.schema.0["properties"], &mut form.values.0] {
        members
            .as_object_mut()
            .and_then(|members| members.shift_remove(name));
    }
    if let Some(Value::Array(required)) = form.schema.0.get_mut("required") {
        required.retain(|each| each != name);
    }
}

/// Leaves an alternative of a member out of a form.
pub(crate) fn drop_alternative(form: &mut Form, member: &str, kind: &str) {
    if let Some(options) = form.schema.0["properties"][member]["oneOf"].as_array_mut() {
        options.retain(|option| option["properties"]["kind"]["const"] != kind);
    }
}

/// The schema as people are shown it: an optional member is not nullable as well, and a choice names the type of its
/// alternatives if they share one.
fn sanitize_schema(mut schema: Value) -> Value {
    match &mut schema {
        Value::Array(items) => items
            .iter_mut()
            .for_each(|item| *item = sanitize_schema(item.take())),
        Value::Object(members) => {
            for (keyword, part) in members.iter_mut() {
                match (keyword.as_str(), part) {
                    // Under these stand names of members, which are no keywords.
                    ("dependentRequired", _) => {}
                    ("properties", Value::Object(parts)) => parts
                        .values_mut()
                        .for_each(|part| *part = sanitize_schema(part.take())),
                    (_, part) => *part = sanitize_schema(part.take()),
                }
            }
            if let Some(Value::Array(types)) = members.get_mut("type") {
                types.retain(|each| each != "null");
                if let [only] = types.as_mut_slice() {
                    members["type"] = only.take();
                }
            }
            if let Some(Value::Array(options)) = members.get_mut("anyOf") {
                options.retain(|option| option["type"] != "null");
                if let [Value::Object(only)] = options.as_mut_slice() {
                    let only = std::mem::take(only);
                    members.remove("anyOf");
                    for (name, value) in only {
                        members.entry(name).or_insert(value);
                    }
                }
            }
            if let Some(Value::Array(options)) = members.get("oneOf")
                && let Some(kind @ Value::String(_)) = options.first().map(|option| &option["type"])
                && options.iter().all(|option| option["type"] == *kind)
            {
                let kind = kind.clone();
                members.entry("type").or_insert(kind);
            }
            members.remove(SECRET_MARK);
            if let Some(Value::String(words)) = members.get_mut("description") {
                *words = words.replace('\n', " ");
            }
        }
        _ => {}
    }
    schema
}

/// Collects the stored secrets of the selected alternatives; beside one, only members that are shown stay required.
fn relax(schema: &mut Value, values: &Value, pointer: &str, kept: &mut Vec<String>) {
    if let Some(options) = schema.get_mut("oneOf").and_then(Value::as_array_mut) {
        let mut options = options.iter_mut();
        let is_meant =
            |option: &&mut Value| option["properties"]["kind"]["const"] == values["kind"];
        let Some(schema) = options.find(is_meant) else {
            return;
        };
        let properties = schema["properties"].as_object().into_iter().flatten();
        let secrets = properties.filter(|(_, member)| member["writeOnly"] == true);
        let before = kept.len();
        kept.extend(secrets.map(|(name, _)| format!("{pointer}/{name}")));
        if kept.len() > before
            && let Some(Value::Array(required)) = schema.get_mut("required")
        {
            required.retain(|name| name.as_str().is_some_and(|name| values.get(name).is_some()));
        }
        return;
    }
    let properties = schema.get_mut("properties").and_then(Value::as_object_mut);
    for (name, member) in properties.into_iter().flatten() {
        if let Some(values) = values.get(name) {
            relax(member, values, &format!("{pointer}/{name}"), kept);
        }
    }
}

/// A form in which nothing stands yet and nothing is kept.
pub(crate) fn empty(schema: Value) -> Form {
    Form {
        schema: Json(schema),
        values: Json(json!({})),
        kept: Vec::new(),
    }
}

/// Maps the fields of a validation error to those of a form: `pointer` turns the pointer and words of each into a
/// pointer into the form's values.
pub(crate) fn map_field_pointers(error: Error, pointer: impl Fn(&str, &str) -> String) -> Error {
    let moved = |mut refusal: Box<Refusal>| {
        for field in &mut refusal.fields {
            field.path = pointer(&field.path, &field.message);
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
            .required("url", text("URL", "Where."))
            .optional("name", text("Name", "What."))
            .optional("key", secret("Key", "Which."))
            .build_strict();
        let properties = schema["properties"].as_object().unwrap();
        assert!(properties.keys().eq(["url", "name", "key"]));
        assert_eq!(schema["required"], json!(["url"]));
        assert_eq!(schema["additionalProperties"], false);
        assert_eq!(schema["properties"]["key"]["writeOnly"], true);
        assert!(Members::default().build().get("required").is_none());
    }

    #[derive(Serialize, JsonSchema)]
    #[serde(deny_unknown_fields)]
    struct Keys {
        /// Over two
        /// lines.
        note: Option<String>,
        /// How.
        #[schemars(title = "Key")]
        key: Option<Key>,
    }

    #[derive(Serialize, JsonSchema)]
    #[serde(tag = "kind", rename_all = "snake_case")]
    enum Key {
        #[schemars(title = "None")]
        None,
        #[schemars(title = "Own")]
        Own {
            user: String,
            #[schemars(required, extend("writeOnly" = true))]
            secret: Option<String>,
        },
    }

    #[test]
    fn a_type_is_drawn_without_null_and_with_what_stands_there() {
        let form = of(&Keys {
            note: None,
            key: Some(Key::None),
        });
        let properties = &form.schema["properties"];
        assert_eq!(
            properties["note"],
            json!({"type": "string", "description": "Over two lines."})
        );
        assert_eq!(properties["key"]["type"], "object");
        assert_eq!(properties["key"]["title"], "Key");
        assert_eq!(
            properties["key"]["oneOf"][1]["required"],
            json!(["kind", "user", "secret"])
        );
        assert_eq!(form.values.0, json!({"key": {"kind": "none"}}));
    }

    #[test]
    fn a_secret_that_is_kept_need_not_be_given_again() {
        let key = Key::Own {
            user: "ada".to_owned(),
            secret: None,
        };
        let form = of(&Keys {
            note: None,
            key: Some(key),
        });
        let own = &form.schema["properties"]["key"]["oneOf"][1];
        assert_eq!(own["required"], json!(["kind", "user"]));
        assert_eq!(form.kept, ["/key/secret"]);
        assert_eq!(form.values["key"], json!({"kind": "own", "user": "ada"}));
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
        let moved = map_field_pointers(refused, |path, words| format!("{path}/{words}"));
        assert_eq!(moved.refusal().unwrap().fields[0].path, "/body/no");
        let other = map_field_pointers(Error::Cancelled, |_, _| String::new());
        assert_eq!(other.kind(), "cancelled");
    }
}
