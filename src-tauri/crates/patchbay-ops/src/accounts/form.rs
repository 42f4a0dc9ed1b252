//! Sign-in forms of platforms.

use patchbay_model::{Form, Json, Platform};
use patchbay_platforms::{AccountField, HostedPlatform, hosted};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use specta::Type;

use crate::error::Error;

/// Sign-in form of a platform.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PlatformForm {
    pub platform: Platform,
    pub title: String,
    /// Whether the platform's API is only assumed, not documented.
    pub is_assumed: bool,
    pub fields: Vec<PlatformField>,
}

/// One field of a [`PlatformForm`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PlatformField {
    /// Name in [`AddAccount::settings`](crate::AddAccount::settings) or `secrets`.
    pub name: String,
    pub title: String,
    /// What the value is, or where to get it.
    pub help: String,
    pub is_secret: bool,
    pub is_required: bool,
    /// Another field whose value makes this one optional.
    pub unless: Option<String>,
    /// The sign-in method that the field belongs to, if the user chooses one of several.
    pub sign_in_method: Option<String>,
    /// Whether only few users need the field.
    pub is_advanced: bool,
    /// Environment variable of this process that holds the value, as the platform's own clients name it, for use as
    /// `env://NAME`.
    pub variable: Option<String>,
    /// Allowed values; empty for any.
    pub choices: Vec<String>,
    /// Form of the value, if it is a JSON object; `None` for plain text.
    pub form: Option<Form>,
}

/// Lists the sign-in forms of all hosted platforms.
pub fn list_platforms() -> Vec<PlatformForm> {
    patchbay_platforms::HOSTED.iter().map(form_of).collect()
}

/// Returns the name of the secret field that an account with these settings signs in with; `None` if it needs none.
pub fn secret_for(platform: Platform, settings: &Json) -> Option<&'static str> {
    let none = Map::new();
    let settings = settings.0.as_object().unwrap_or(&none);
    hosted(platform).and_then(|hosted| (hosted.secret_for)(settings))
}

fn form_of(hosted: &HostedPlatform) -> PlatformForm {
    PlatformForm {
        platform: hosted.platform,
        title: hosted.look.title.to_owned(),
        is_assumed: hosted.is_assumed,
        fields: hosted.fields.iter().map(field_of).collect(),
    }
}

fn field_of(field: &AccountField) -> PlatformField {
    let is_set = |name: &&&str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    PlatformField {
        name: field.name.to_owned(),
        title: field.title.to_owned(),
        help: field.help.to_owned(),
        is_secret: field.is_secret,
        is_required: field.is_required,
        unless: field.unless.map(ToOwned::to_owned),
        sign_in_method: field.sign_in_method.map(ToOwned::to_owned),
        is_advanced: field.is_advanced,
        variable: field.variables.iter().find(is_set).map(ToString::to_string),
        choices: field.choices.iter().map(ToString::to_string).collect(),
        form: field.form.map(|form| form()),
    }
}

/// Checks that the platform has all these settings and secret fields, and that no required field is missing.
pub(crate) fn check_settings(
    hosted: &HostedPlatform,
    settings: Value,
    secrets: &[String],
) -> Result<Map<String, Value>, Error> {
    let usage = |what: String| Error::usage(what, "Check the sign-in fields of the platform.");
    let settings = match settings {
        Value::Object(settings) => settings,
        Value::Null => Map::new(),
        _ => return Err(usage("settings must be a JSON object".to_owned())),
    };
    let platform = hosted.look.title;
    let is_field = |name: &str, secret: bool| {
        let mut fields = hosted.fields.iter();
        fields.any(|field| field.name == name && field.is_secret == secret)
    };
    if let Some(name) = settings.keys().find(|name| !is_field(name, false)) {
        return Err(usage(format!("{platform} has no setting {name}")));
    }
    if let Some(name) = secrets.iter().find(|name| !is_field(name, true)) {
        return Err(usage(format!("{platform} has no secret field {name}")));
    }
    let given = |name: &str| settings.contains_key(name) || secrets.iter().any(|it| it == name);
    let is_needed = |field: &&AccountField| field.is_required && !field.unless.is_some_and(given);
    let mut needed = hosted.fields.iter().filter(is_needed);
    match needed.find(|field| !given(field.name)) {
        Some(missing) => Err(usage(format!("enter {}", missing.title))),
        None => Ok(settings),
    }
}

/// Returns the base URL in the settings, if they replace the platform's default.
pub(crate) fn base_url(settings: &Map<String, Value>) -> Option<String> {
    let base_url = settings.get("base_url").and_then(Value::as_str);
    base_url.map(ToOwned::to_owned)
}
