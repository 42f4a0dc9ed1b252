//! Credentials and settings that a kind of connector specifies.
//!
//! The contract does not define the shape of a specification. For unknown shapes, the form is free JSON.
//!
//! Source: Airbyte contract, section 3, `create` and `definitions`.

mod sanitize;

use serde_json::{Map, Value, json};

use self::sanitize::{ensure_discriminator, sanitize_schema};
use crate::form::Members;

/// Members of a specification that may contain credentials.
const CREDENTIALS: [&str; 4] = ["credentials", "auth", "authentication", "auth_config"];

/// The two object schemas of a kind of connector.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Spec {
    /// Schema of the credentials, and whether they are required.
    pub(crate) credentials: Option<(Value, bool)>,
    /// Schema of the other settings.
    pub(crate) replication: Option<Value>,
}

impl Spec {
    /// Reads the response of `get_definition`, or a connector's template.
    pub(crate) fn read(definition: &Value) -> Self {
        let Some(schema) = schema(definition) else {
            return Self {
                credentials: None,
                replication: None,
            };
        };
        let schema = sanitize_schema(schema);
        let required: Vec<&str> = required(&schema).collect();
        let mut rest = match schema.get("properties") {
            Some(Value::Object(properties)) => properties.clone(),
            _ => Map::new(),
        };
        let named = CREDENTIALS.iter().find_map(|name| {
            let found = rest.shift_remove(*name)?;
            Some((name_methods(found), required.contains(name)))
        });
        let credentials = named
            .or_else(|| only_sign_in_methods(&schema, &rest))
            .or_else(|| {
                let secrets = secrets(&mut rest);
                let is_needed = secrets.keys().any(|name| required.contains(&name.as_str()));
                (!secrets.is_empty()).then(|| (object(&schema, secrets), is_needed))
            });
        let replication = match rest.shift_remove("replication_config") {
            Some(replication) => Some(replication),
            None if rest.is_empty() => None,
            None => Some(object(&schema, rest)),
        };
        Self {
            credentials,
            replication,
        }
    }

    pub(crate) fn needs_credentials(&self) -> bool {
        matches!(self.credentials, Some((_, true)))
    }

    /// The schema of the credentials; secrets of any names if it is unknown.
    pub(crate) fn credentials(&self) -> Value {
        let mut schema = match &self.credentials {
            Some((schema, _)) => schema.clone(),
            None => {
                json!({
                    "type": "object", "writeOnly": true, "additionalProperties": {"writeOnly": true},
                    "description": "By the names that Airbyte documents for this type",
                })
            }
        };
        schema["title"] = "Credentials".into();
        schema
    }

    /// The schema of the other settings; free JSON if it is unknown.
    pub(crate) fn replication(&self) -> Value {
        let mut schema = match &self.replication {
            Some(schema) => schema.clone(),
            None => json!({"type": "object", "description": "Settings (JSON)"}),
        };
        schema["title"] = "Settings".into();
        schema
    }

    /// Object schemas of the sign-in methods.
    pub(crate) fn sign_in_methods(&self) -> Vec<&Value> {
        let Some((schema, _)) = &self.credentials else {
            return Vec::new();
        };
        match ["oneOf", "anyOf"]
            .iter()
            .find_map(|word| schema.get(word)?.as_array())
        {
            Some(methods) => methods.iter().collect(),
            None => vec![schema],
        }
    }
}

/// Finds the JSON Schema of a specification in a definition or template.
fn schema(definition: &Value) -> Option<&Value> {
    let places = [
        "/definition/spec",
        "/definition/user_config_spec",
        "/user_config_spec",
        "/spec",
        "/definition/connectionSpecification",
    ];
    let found = places.iter().filter_map(|place| definition.pointer(place));
    let inner = |spec: &Value| {
        let names = ["connectionSpecification", "connection_specification"];
        names.into_iter().find(|name| spec[*name].is_object())
    };
    let mut schemas = found.map(|spec| inner(spec).map_or(spec, |name| &spec[name]));
    schemas.find(|schema| {
        let members = ["properties", "required", "oneOf", "anyOf", "allOf", "$ref"];
        members.iter().any(|member| !schema[*member].is_null())
    })
}

/// A specification that consists of sign-in methods only.
fn only_sign_in_methods(schema: &Value, properties: &Map<String, Value>) -> Option<(Value, bool)> {
    let has_only_methods =
        properties.is_empty() && (schema["oneOf"].is_array() || schema["anyOf"].is_array());
    has_only_methods.then(|| (name_methods(schema.clone()), true))
}

/// Takes out the secret members, and the id that belongs to the secret of an OAuth app.
fn secrets(properties: &mut Map<String, Value>) -> Map<String, Value> {
    let is_secret = |property: &Value| property["writeOnly"] == true;
    let has_app = ["client_secret", "refresh_token"]
        .iter()
        .any(|name| properties.get(*name).is_some_and(is_secret));
    let (secrets, others) = std::mem::take(properties)
        .into_iter()
        .partition(|(name, property)| is_secret(property) || (has_app && name == "client_id"));
    *properties = others;
    secrets
}

/// The schema of an object with some of a schema's members.
fn object(schema: &Value, properties: Map<String, Value>) -> Value {
    let required: Vec<&str> = required(schema).collect();
    let members = properties.into_iter();
    let members = members.fold(
        Members::default(),
        |members, (name, property)| match required.contains(&name.as_str()) {
            true => members.required(&name, property),
            false => members.optional(&name, property),
        },
    );
    members.build()
}

fn required(schema: &Value) -> impl Iterator<Item = &str> {
    let names = schema["required"].as_array().into_iter().flatten();
    names.filter_map(Value::as_str)
}

/// Makes sign-in methods a choice. A single one is no choice; several get a title each, and `option_title` as discriminator
/// if they have none.
fn name_methods(mut credentials: Value) -> Value {
    let found = ["oneOf", "anyOf"]
        .into_iter()
        .find_map(|word| credentials.get_mut(word).map(Value::take));
    let Some(Value::Array(mut methods)) = found else {
        return credentials;
    };
    if let Some(credentials) = credentials.as_object_mut() {
        credentials.remove("oneOf");
        credentials.remove("anyOf");
    }
    if methods.len() == 1 && credentials.get("properties").is_none() {
        return methods.remove(0);
    }
    for (n, method) in methods.iter_mut().enumerate() {
        if method.get("title").is_none() {
            let title = &method["properties"]["option_title"]["const"];
            let title = title.as_str().map(str::to_owned);
            method["title"] = title.unwrap_or_else(|| format!("Option {}", n + 1)).into();
        }
        if method.get("properties").is_none() {
            method["properties"] = json!({});
        }
    }
    if !ensure_discriminator(&mut methods) {
        for method in &mut methods {
            let name = json!({"type": "string", "title": "Option", "const": method["title"]});
            method["properties"]["option_title"] = name;
        }
        if !ensure_discriminator(&mut methods) {
            // Two have the same title, so any that fits is taken.
            credentials["anyOf"] = Value::Array(methods);
            return credentials;
        }
    }
    credentials["oneOf"] = Value::Array(methods);
    credentials["type"] = "object".into();
    credentials
}

#[cfg(test)]
pub(crate) mod tests;
