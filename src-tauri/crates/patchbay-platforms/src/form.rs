//! Schemas of forms, with members in the order in which they are drawn, and mapping of error pointers to form fields.

#[cfg(test)]
pub(crate) mod test_support;

use patchbay_model::{Form, Json, SECRET_MARK};
use schemars::generate::SchemaSettings;
use schemars::transform::transform_subschemas;
use schemars::{JsonSchema, Schema};
use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::{Error, Result};

/// Builds an object schema with members in order.
#[derive(Default)]
pub(crate) struct Members {
    properties: Map<String, Value>,
    required: Vec<String>,
}

impl Members {
    pub(crate) fn optional(mut self, name: &str, schema: Value) -> Self {
        self.properties.insert(name.to_owned(), schema);
        self
    }

    pub(crate) fn required(mut self, name: &str, schema: Value) -> Self {
        self.required.push(name.to_owned());
        self.optional(name, schema)
    }

    /// Rejects further members.
    pub(crate) fn build_strict(self) -> Value {
        let mut schema = self.build();
        schema["additionalProperties"] = Value::Bool(false);
        schema
    }

    /// Allows further members.
    pub(crate) fn build(self) -> Value {
        let mut schema = json!({ "type": "object", "properties": self.properties });
        if !self.required.is_empty() {
            schema["required"] = json!(self.required);
        }
        schema
    }
}

pub(crate) fn text(title: &str, description: &str) -> Value {
    json!({"type": "string", "title": title, "description": description})
}

/// Non-empty text that is never shown again.
pub(crate) fn secret(title: &str, description: &str) -> Value {
    json!({
        "type": "string", "title": title, "description": description, "minLength": 1,
        "writeOnly": true,
    })
}

/// A choice between words, each with its title.
pub(crate) fn choice<'a>(
    title: &str,
    description: &str,
    words: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> Value {
    json!({"type": "string", "title": title, "description": description, "oneOf": options(words)})
}

/// The alternatives of a choice.
pub(crate) fn options<'a>(words: impl IntoIterator<Item = (&'a str, &'a str)>) -> Value {
    let words = words.into_iter();
    let options = words.map(|(word, title)| json!({"const": word, "title": title}));
    options.collect()
}

/// The form of a type with its current values. A stored secret of the selected alternative is never shown and need not be
/// entered again, and neither need members beside it that are not shown.
pub(crate) fn of<T: Serialize + JsonSchema>(values: &T) -> Form {
    let mut form = new(values);
    relax(&mut form.schema.0, &form.values, "", &mut form.kept);
    form
}

/// The form of a type for something new, with initial values.
pub(crate) fn new<T: Serialize + JsonSchema>(values: &T) -> Form {
    // Serialization fails for secrets only, and values that are shown contain none.
    let values = serde_json::to_value(values).unwrap_or_default();
    Form {
        values: Json(strip_null(values)),
        ..empty(schema_of::<T>())
    }
}

/// The schema of a type, prepared for display.
pub(crate) fn schema_of<T: JsonSchema>() -> Value {
    let settings =
        SchemaSettings::draft2020_12().with(|settings| settings.inline_subschemas = true);
    let mut schema = settings.into_generator().into_root_schema_for::<T>();
    sanitize_schema(&mut schema);
    for keyword in ["$schema", "title", "description"] {
        schema.remove(keyword);
    }
    schema.to_value()
}

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

/// Removes a member from a form.
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

/// Lets members without a value be left out, as the platform keeps what it does not tell.
pub(crate) fn relax_required(schema: &mut Value, values: &Value) {
    if let Some(Value::Array(required)) = schema.get_mut("required") {
        required.retain(|name| name.as_str().is_some_and(|name| values.get(name).is_some()));
    }
}

/// Removes an alternative of a member from a form.
pub(crate) fn drop_alternative(form: &mut Form, member: &str, kind: &str) {
    if let Some(options) = form.schema.0["properties"][member]["oneOf"].as_array_mut() {
        options.retain(|option| option["properties"]["kind"]["const"] != kind);
    }
}

/// Prepares a schema for display: optional members are not nullable too, and a choice has the type that all alternatives
/// share.
fn sanitize_schema(schema: &mut Schema) {
    transform_subschemas(&mut sanitize_schema, schema);
    let Some(members) = schema.as_object_mut() else {
        return;
    };
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

/// Collects pointers to the stored secrets of the selected alternatives. Beside one, only members with a value stay
/// required.
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
        if kept.len() > before {
            relax_required(schema, values);
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

pub(crate) fn empty(schema: Value) -> Form {
    Form {
        schema: Json(schema),
        values: Json(json!({})),
        kept: Vec::new(),
    }
}

/// Maps the fields of a validation error to those of a form: `pointer` turns pointer and message of each into a pointer
/// into the form's values.
pub(crate) fn map_field_pointers<T>(
    mut result: Result<T>,
    pointer: impl Fn(&str, &str) -> String,
) -> Result<T> {
    if let Err(Error::Invalid(refusal) | Error::Conflict(refusal) | Error::NotFound(refusal)) =
        &mut result
    {
        for field in &mut refusal.fields {
            field.path = pointer(&field.path, &field.message);
        }
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

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
}
