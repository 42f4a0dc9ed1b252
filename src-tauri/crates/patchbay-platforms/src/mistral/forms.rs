//! Forms for Mistral's connectors, and their conversion to requests.
//!
//! Source: Mistral contract, sections 3, 9 and 10.

pub(super) mod authorization;
pub(super) mod credential;
pub(super) mod methods;
pub(super) mod profile;
pub(super) mod seed;
pub(super) mod server;

use std::collections::BTreeMap;

use patchbay_http::SecretArgument;
use patchbay_model::Secret;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_with::apply;

use super::operations::authentication::GlobalHeader;
use super::wire::Connector;
use crate::{Error, Field, Result};

/// Valid names of connectors and credentials.
///
/// Source: Mistral contract, section 10.
const NAME_PATTERN: &str = "^[A-Za-z0-9_-]{1,64}$";

/// Rejects a name that the platform would refuse.
pub(super) fn check_name(name: &str) -> Result<()> {
    let is_allowed = |sign: char| sign.is_ascii_alphanumeric() || matches!(sign, '_' | '-');
    if (1..=64).contains(&name.len()) && name.chars().all(is_allowed) {
        return Ok(());
    }
    Err(Error::Usage("use 1–64 letters, digits, _ or -".to_owned()))
}

/// What creating and changing have in common on both surfaces.
#[apply(Field<_> => #[serde(default, skip_serializing_if = "Field::is_absent")])]
#[derive(Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("required" = ["name", "description", "server"]))]
struct Basics {
    /// Used by models: letters, digits, _ and -
    #[schemars(title = "Name", extend("pattern" = NAME_PATTERN, "maxLength" = 64))]
    name: Field<String>,
    /// Display name
    #[schemars(title = "Title", length(max = 255))]
    title: Field<String>,
    /// Also shown to models
    #[schemars(title = "Description", extend("format" = "textarea"))]
    description: Field<String>,
    #[schemars(title = "Server URL", url, length(min = 1, max = 2083))]
    server: Field<String>,
    /// Instructions for models
    #[schemars(title = "System prompt", extend("format" = "textarea"))]
    system_prompt: Field<String>,
    /// Image URL
    #[schemars(title = "Icon", url, extend("x-advanced" = true))]
    icon_url: Field<String>,
}

impl From<&Connector> for Basics {
    fn from(connector: &Connector) -> Self {
        let non_empty =
            |text: Option<&String>| text.filter(|text| !text.is_empty()).cloned().into();
        Self {
            name: non_empty(Some(&connector.name)),
            title: non_empty(connector.title.as_ref()),
            description: non_empty(Some(&connector.description)),
            server: non_empty(connector.server.as_ref()),
            system_prompt: non_empty(connector.system_prompt.as_ref()),
            icon_url: non_empty(connector.icon_url.as_ref()),
        }
    }
}

// A value that anybody may see, by its name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NamedValue {
    #[schemars(title = "Name")]
    name: String,
    #[schemars(title = "Value")]
    value: String,
}

// A value that is never shown again, by its name. One that is there and is not given anew has none.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NamedSecret {
    #[schemars(title = "Name")]
    name: String,
    /// You can't view it again
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(title = "Value", length(min = 1))]
    value: Option<SecretArgument>,
}

impl NamedSecret {
    fn into_pair(self) -> Result<(String, Secret)> {
        match self.value {
            Some(value) => Ok((self.name, value.into_secret())),
            None => Err(Error::Usage(format!("enter a value for {}", self.name))),
        }
    }
}

/// Secret values by name.
///
/// # Errors
/// [`Error::Usage`] when one is there twice, or has no value.
fn secrets_by_name(list: Vec<NamedSecret>) -> Result<BTreeMap<String, Value>> {
    let mut found = BTreeMap::new();
    for secret in list {
        let (name, value) = secret.into_pair()?;
        insert_unique(&mut found, name, Value::from(value.expose()))?;
    }
    Ok(found)
}

/// Headers of the older surface, all of which are secret.
fn secret_headers(list: Vec<NamedSecret>) -> Result<BTreeMap<String, SecretArgument<Value>>> {
    let headers = secrets_by_name(list)?.into_iter();
    Ok(headers.map(|(name, value)| (name, value.into())).collect())
}

/// Merges the two lists of shared headers; `None` if neither is given.
fn global_headers(
    plain: Field<Vec<NamedValue>>,
    secret: Field<Vec<NamedSecret>>,
) -> Result<Option<BTreeMap<String, GlobalHeader>>> {
    if plain.is_absent() && secret.is_absent() {
        return Ok(None);
    }
    let mut found = BTreeMap::new();
    for NamedValue { name, value } in plain.value().unwrap_or_default() {
        let header = GlobalHeader {
            value: Secret::new(value).into(),
            is_secret: false,
        };
        insert_unique(&mut found, name, header)?;
    }
    for secret in secret.value().unwrap_or_default() {
        let (name, value) = secret.into_pair()?;
        let header = GlobalHeader {
            value: value.into(),
            is_secret: true,
        };
        insert_unique(&mut found, name, header)?;
    }
    Ok(Some(found))
}

fn insert_unique<T>(found: &mut BTreeMap<String, T>, name: String, value: T) -> Result<()> {
    if found.contains_key(&name) {
        return Err(Error::Usage(format!("duplicate header {name}")));
    }
    found.insert(name, value);
    Ok(())
}

/// Converts the value of a member.
fn map<T, U>(member: Field<T>, convert: impl FnOnce(T) -> Result<U>) -> Result<Field<U>> {
    Ok(match member {
        Field::Absent => Field::Absent,
        Field::Null => Field::Null,
        Field::Value(value) => Field::Value(convert(value)?),
    })
}

#[cfg(test)]
mod tests;
