//! What one needs to sign in to a platform.

use patchbay_model::{Form, Json, Platform};
use patchbay_platforms::{AccountField, HostedPlatform, hosted};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use specta::Type;

use crate::error::Error;

/// What one needs to sign in to a platform, for forms.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PlatformForm {
    /// Which platform.
    pub platform: Platform,
    /// Its name for people.
    pub title: String,
    /// Whether its contract is an assumption of ours.
    pub is_assumed: bool,
    /// Its fields, in the order of the form.
    pub fields: Vec<PlatformField>,
}

/// One field of a [`PlatformForm`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PlatformField {
    /// Its name in [`AddAccount::settings`] or [`AddAccount::secrets`].
    pub name: String,
    /// What to call it.
    pub title: String,
    /// What it is, or where to get it.
    pub help: String,
    /// Whether it is secret.
    pub is_secret: bool,
    /// Whether nothing works without it.
    pub is_required: bool,
    /// Another field that makes it unneeded.
    pub unless: Option<String>,
    /// The way to sign in to which it belongs, where there are several; one is chosen.
    pub way: Option<String>,
    /// Whether few need it.
    pub is_advanced: bool,
    /// Variable of this process's environment that holds it, named as the platform's own clients do;
    /// to be used as `env://NAME`.
    pub variable: Option<String>,
    /// The values that there are, where it is one of few.
    pub choices: Vec<String>,
    /// The form to fill in, where its value is a JSON object; `None` for plain text.
    pub form: Option<Form>,
}

/// The hosted platforms, with what one needs to sign in to each.
pub fn list_platforms() -> Vec<PlatformForm> {
    patchbay_platforms::HOSTED.iter().map(form_of).collect()
}

/// Name of the secret field that an account with these settings signs in with; `None` where it needs none.
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
        way: field.way.map(ToOwned::to_owned),
        is_advanced: field.is_advanced,
        variable: field
            .variables
            .iter()
            .find(is_set)
            .map(|name| (*name).to_owned()),
        choices: field
            .choices
            .iter()
            .map(|choice| (*choice).to_owned())
            .collect(),
        form: field.form.map(|form| form()),
    }
}

/// Settings that the platform has, with all that it needs beside secrets of those names.
pub(crate) fn check_settings(
    hosted: &HostedPlatform,
    settings: Value,
    secrets: &[&str],
) -> Result<Map<String, Value>, Error> {
    let usage = |what: String| Error::Usage {
        what,
        hint: "Check the sign-in fields of the platform.".to_owned(),
    };
    let settings = match settings {
        Value::Object(settings) => settings,
        Value::Null => Map::new(),
        _ => return Err(usage("settings must be a JSON object".to_owned())),
    };
    let field = |name: &str, secret: bool| {
        let mut fields = hosted.fields.iter();
        fields.any(|field| field.name == name && field.is_secret == secret)
    };
    if let Some(name) = settings.keys().find(|name| !field(name, false)) {
        return Err(usage(format!(
            "{} has no setting {name}",
            hosted.look.title
        )));
    }
    if let Some(name) = secrets.iter().find(|name| !field(name, true)) {
        return Err(usage(format!(
            "{} has no secret field {name}",
            hosted.look.title
        )));
    }
    let given = |name: &str| settings.contains_key(name) || secrets.contains(&name);
    let is_needed = |field: &&AccountField| field.is_required && !field.unless.is_some_and(given);
    let mut needed = hosted.fields.iter().filter(is_needed);
    match needed.find(|field| !given(field.name)) {
        Some(missing) => Err(usage(format!("enter {}", missing.title))),
        None => Ok(settings),
    }
}

/// The absolute URL in place of the platform's own, where the settings name one.
pub(crate) fn base_url(settings: &Map<String, Value>) -> Option<String> {
    let base_url = settings.get("base_url").and_then(Value::as_str);
    base_url.map(ToOwned::to_owned)
}
