//! Forms for 10ex's connectors, according to what their providers are assumed to require.
//!
//! Source: 10ex contract, section 3, `Provider` (assumed).

use patchbay_http::SecretArgument;
use patchbay_model::{Form, Json, RemoteId, clean_text};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::operations::{StartOauth, SubmitByok, Update};
use super::wire::{Connector, KeyField, Provider};
use crate::Field;
use crate::actions::humanize;
use crate::form::{self, Members};

/// Documented roles; each provider lists those that it supports.
const ROLES: [&str; 5] = ["source", "sink", "both", "primary_source", "crm_sink"];

/// Roles that only one connector can have; assigning one takes it from another connector.
pub(super) const EXCLUSIVE_ROLES: [&str; 2] = ["primary_source", "crm_sink"];

/// How a connector is made.
#[derive(Deserialize, JsonSchema)]
#[serde(tag = "auth_type", rename_all = "snake_case")]
pub(super) enum NewConnector {
    #[schemars(title = "Browser sign-in")]
    Oauth(Consent),
    #[schemars(title = "Your API key")]
    Byok(NewKey),
}

/// A connector that lives by a consent.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Consent {
    #[schemars(title = "Role")]
    role: Option<String>,
}

/// A connector that lives by a key.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewKey {
    /// You can't view it again
    #[schemars(title = "API key", length(min = 1))]
    api_key: SecretArgument,
    /// Such as a sender alias
    #[schemars(title = "Settings")]
    settings: Option<Map<String, Value>>,
    /// Display name
    #[schemars(title = "Name")]
    name: Option<String>,
    #[schemars(title = "Role")]
    role: Option<String>,
}

/// Another key for a connector that is there.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Key {
    /// You can't view it again
    #[schemars(title = "API key", length(min = 1))]
    pub(super) api_key: SecretArgument,
    /// Such as a sender alias
    #[schemars(title = "Settings")]
    settings: Option<Map<String, Value>>,
}

impl Consent {
    pub(super) fn start(self, provider: &str) -> StartOauth {
        StartOauth {
            provider: provider.to_owned(),
            role: non_empty(self.role),
            ..StartOauth::default()
        }
    }
}

impl NewKey {
    pub(super) fn submit(self, provider: &str) -> SubmitByok {
        let (api_key, settings) = (self.api_key, self.settings);
        SubmitByok {
            name: non_empty(self.name),
            role: non_empty(self.role),
            ..Key { api_key, settings }.submit(provider.to_owned(), None)
        }
    }
}

impl Key {
    pub(super) fn submit(self, provider: String, connector: Option<RemoteId>) -> SubmitByok {
        SubmitByok {
            provider,
            api_key: self.api_key,
            name: None,
            role: None,
            settings: self.settings.filter(|settings| !settings.is_empty()),
            connector_id: connector,
            secrets: Vec::new(),
        }
    }
}

fn non_empty(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.is_empty())
}

/// The form for creating a connector, by the methods consent and key.
pub(super) fn creation(provider: &Provider, methods: (bool, bool)) -> Form {
    let schema = match methods {
        (true, true) => form::schema_of::<NewConnector>(),
        (true, false) => form::schema_of::<Consent>(),
        (false, _) => form::schema_of::<NewKey>(),
    };
    form::empty(of_provider(schema, provider))
}

/// The form for replacing the key of a connector.
pub(super) fn key(connector: &Connector, provider: &Provider) -> Form {
    let settings = connector.json.get("settings").and_then(Value::as_object);
    let settings = settings.filter(|settings| !settings.is_empty());
    let values = settings.map(|settings| ("settings".to_owned(), Value::from(settings.clone())));
    Form {
        values: Json(values.into_iter().collect()),
        kept: vec!["/api_key".to_owned()],
        ..form::empty(of_provider(form::schema_of::<Key>(), provider))
    }
}

/// The form for changing a connector, without its key, which is a credential.
pub(super) fn settings(connector: &Connector, provider: &Provider) -> Form {
    let text = |member: &str| match connector.json.get(member) {
        Some(Value::String(text)) => Field::Value(text.clone()),
        _ => Field::Absent,
    };
    let is_primary = connector.json.get("is_primary") == Some(&Value::Bool(true));
    let settings = match connector.json.get("settings") {
        Some(Value::Object(settings)) => settings.clone(),
        _ => Map::new(),
    };
    let documented = documented_settings(provider, &settings);
    let mut form = form::new(&Update {
        id: connector.id.clone(),
        name: text("name"),
        role: text("role"),
        is_primary: Field::Value(is_primary),
        enabled: Field::Value(connector.status != "disabled"),
        settings: Field::Value(settings),
    });
    form::drop_member(&mut form, "id");
    let members = &mut form.schema.0["properties"];
    members["role"]["oneOf"] = role_options(provider, connector.text("role"));
    members["settings"] = settings_schema(key_fields(provider).1);
    for (name, schema) in documented {
        let known = &mut members["settings"]["properties"];
        if known.get(name).is_none() {
            known[name] = schema;
        }
    }
    // Stored settings that are not returned need not be entered again.
    members["settings"]
        .as_object_mut()
        .and_then(|settings| settings.shift_remove("required"));
    form
}

/// Maps a pointer into the request body to one into the form's values.
pub(super) fn form_pointer(path: &str) -> String {
    match path.split('/').nth(1) {
        // Not in the form.
        Some("provider" | "connector_id") => String::new(),
        _ => path.to_owned(),
    }
}

/// Adapts the schema of a form, or of each of its alternatives, to the provider.
fn of_provider(mut schema: Value, provider: &Provider) -> Value {
    if let Some(Value::Array(options)) = schema.get_mut("oneOf") {
        for option in options {
            *option = of_provider(option.take(), provider);
        }
        return schema;
    }
    let (label, fields) = key_fields(provider);
    let needs_settings = fields.iter().any(|field| field.required);
    for (name, member) in schema["properties"].as_object_mut().into_iter().flatten() {
        match name.as_str() {
            "api_key" => member["title"] = label.clone().into(),
            "role" => member["oneOf"] = role_options(provider, None),
            "settings" => {
                *member = settings_schema(fields.clone());
                if fields.is_empty() {
                    member["x-advanced"] = true.into();
                }
            }
            _ => {}
        }
    }
    if needs_settings
        && schema["properties"].get("settings").is_some()
        && let Some(Value::Array(required)) = schema.get_mut("required")
    {
        required.push("settings".into());
    }
    schema
}

/// The title of a provider. A name that is its code in capitals, such as `GMAIL`, is replaced.
pub(super) fn title(provider: &Provider) -> String {
    let code = &provider.provider;
    let name = provider.name.as_deref().map(|name| clean_text(name, 200));
    name.filter(|name| !is_uppercase_code(name, code))
        .unwrap_or_else(|| humanize(code))
}

/// A short name, such as `IBM`, is an abbreviation.
fn is_uppercase_code(name: &str, code: &str) -> bool {
    name.chars().count() > 4 && name != code && *name == code.to_uppercase()
}

/// Roles that a provider supports, and the current one.
pub(super) fn roles(provider: &Provider, current: Option<&str>) -> Vec<String> {
    let mut roles = match provider.roles.as_slice() {
        [] => ROLES.map(str::to_owned).to_vec(),
        roles => roles.to_vec(),
    };
    if let Some(current) = current
        && !roles.iter().any(|role| role == current)
    {
        roles.push(current.to_owned());
    }
    roles
}

fn role_options(provider: &Provider, current: Option<&str>) -> Value {
    let roles = roles(provider, current);
    let titles: Vec<String> = roles.iter().map(|role| role_title(role)).collect();
    let words = roles.iter().map(String::as_str);
    form::options(words.zip(titles.iter().map(String::as_str)))
}

pub(super) fn role_title(role: &str) -> String {
    match role {
        "both" => "Source and sink".to_owned(),
        "primary_source" => "Primary data source".to_owned(),
        "crm_sink" => "CRM sink".to_owned(),
        other => humanize(other),
    }
}

/// The label of the key, and the other fields that a provider requires.
fn key_fields(provider: &Provider) -> (String, Vec<KeyField>) {
    let mut fields = provider.byok_fields.clone();
    fields.retain(|field| !field.name.is_empty());
    let named = fields.iter().position(|field| field.name == "api_key");
    let key = named.or_else(|| fields.iter().position(|field| field.secret));
    let label = key.map(|place| label(&fields.remove(place)));
    (label.unwrap_or_else(|| "API key".to_owned()), fields)
}

fn label(field: &KeyField) -> String {
    let label = field.label.as_deref().map(|label| clean_text(label, 200));
    let label = label.filter(|label| !label.is_empty());
    label.unwrap_or_else(|| humanize(&field.name))
}

/// The schema of the settings beside the key, which may have unknown members too.
fn settings_schema(fields: Vec<KeyField>) -> Value {
    let mut members = Members::default();
    for field in fields {
        let label = label(&field);
        let schema = match field.secret {
            true => form::secret(&label, "You can't view it again"),
            false => json!({"type": "string", "title": label}),
        };
        members = match field.required {
            true => members.required(&field.name, schema),
            false => members.optional(&field.name, schema),
        };
    }
    let mut schema = members.build();
    schema["title"] = "Settings".into();
    schema["description"] = "Such as a sender alias".into();
    schema
}

/// The documented settings of the provider's category. A stored one that has another type than assumed gets no field.
///
/// Source: 10ex contract, section 1, "Settings" (documented; their names are assumed).
fn documented_settings(
    provider: &Provider,
    kept: &Map<String, Value>,
) -> Vec<(&'static str, Value)> {
    let all = [
        ("sender_alias", "email", "Sender alias", false),
        ("default_labels", "email", "Default labels", true),
        ("ad_account_id", "ads", "Ad account ID", false),
    ];
    let category = provider.category.as_deref();
    let fits = |value: &Value, is_list: bool| match value {
        Value::Array(items) => is_list && items.iter().all(Value::is_string),
        value => !is_list && value.is_string(),
    };
    all.into_iter()
        .filter(|(_, of, ..)| category.is_none_or(|category| category == *of))
        .filter(|(name, .., is_list)| kept.get(*name).is_none_or(|kept| fits(kept, *is_list)))
        .map(|(name, _, title, is_list)| {
            let schema = match is_list {
                true => json!({"type": "array", "title": title, "items": {"type": "string"}}),
                false => json!({"type": "string", "title": title}),
            };
            (name, schema)
        })
        .collect()
}

/// Secrets among the given settings.
pub(super) fn secrets<'a>(provider: &Provider, settings: &'a Map<String, Value>) -> Vec<&'a str> {
    let names = secret_settings(provider).into_iter();
    names
        .filter_map(|name| settings.get(&name)?.as_str())
        .collect()
}

/// Names of the settings that are secrets.
pub(super) fn secret_settings(provider: &Provider) -> Vec<String> {
    let (_, fields) = key_fields(provider);
    let secrets = fields.into_iter().filter(|field| field.secret);
    secrets.map(|field| field.name).collect()
}

#[cfg(test)]
mod tests;
