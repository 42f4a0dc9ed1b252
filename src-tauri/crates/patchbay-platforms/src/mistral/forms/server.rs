//! The source of an authorization server's metadata.

use schemars::{JsonSchema, Schema};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::Field;
use crate::actions::humanize;
use crate::mistral::operations::server_metadata::ServerMetadata;

/// Which server gives out tokens; most services tell it themselves.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(super) enum AuthorizationServer {
    #[schemars(title = "Automatic")]
    Discover,
    #[schemars(title = "Metadata URL")]
    Url(Address),
    #[schemars(title = "Manual", transform = draw)]
    Given(Box<ServerMetadata>),
}

#[derive(Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Address {
    #[schemars(title = "Address", url)]
    url: String,
}

impl AuthorizationServer {
    /// The metadata, and its URL.
    pub(super) fn wire(given: Field<Self>) -> (Field<ServerMetadata>, Field<String>) {
        match given.value() {
            Some(Self::Given(metadata)) => (Field::Value(*metadata), Field::Absent),
            Some(Self::Url(address)) => (Field::Absent, Field::Value(address.url)),
            Some(Self::Discover) | None => (Field::Absent, Field::Absent),
        }
    }
}

/// The same of a way to sign in, which takes no address.
#[derive(Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(super) enum ServerOfMethod {
    #[schemars(title = "Automatic")]
    Discover,
    #[schemars(title = "Manual", transform = draw)]
    Given(Box<ServerMetadata>),
}

impl ServerOfMethod {
    pub(super) fn wire(given: Field<Self>) -> Field<ServerMetadata> {
        match given.value() {
            Some(Self::Given(metadata)) => Field::Value(*metadata),
            Some(Self::Discover) | None => Field::Absent,
        }
    }

    /// The metadata for a method that has `known`. The platform may know more about the server than the form shows, so it is
    /// sent only if it changes; null clears it.
    pub(super) fn change(known: &Field<Self>, given: Field<Self>) -> Field<ServerMetadata> {
        let is_given = |server: &Field<Self>| matches!(server, Field::Value(Self::Given(_)));
        if given == *known {
            Field::Absent
        } else if is_given(known) && !is_given(&given) {
            Field::Null
        } else {
            Self::wire(given)
        }
    }

    /// The metadata stored by the platform, without members that the form does not have.
    pub(super) fn known(server: &Map<String, Value>) -> Field<Self> {
        let fits = |name: &str, value: &Value| {
            let mut alone = json!({"issuer": "", "token_endpoint": ""});
            alone[name] = value.clone();
            ServerMetadata::deserialize(&alone).is_ok()
        };
        let members = server.iter().filter(|(name, value)| fits(name, value));
        let members = members.map(|(name, value)| (name.clone(), value.clone()));
        let read = serde_json::from_value(members.collect());
        read.map_or(Field::Absent, |metadata| {
            Field::Value(Self::Given(metadata))
        })
    }
}

/// Members that are always shown; the others are advanced.
const MAIN: [&str; 4] = [
    "issuer",
    "token_endpoint",
    "authorization_endpoint",
    "registration_endpoint",
];

/// Adds titles to the members.
pub(super) fn draw(schema: &mut Schema) {
    let properties = schema.get_mut("properties").and_then(Value::as_object_mut);
    for (name, member) in properties.into_iter().flatten() {
        if name == "kind" {
            continue;
        }
        member["title"] = humanize(name.trim_start_matches("x_")).into();
        match MAIN.contains(&name.as_str()) {
            true => member["format"] = json!("uri"),
            false => member["x-advanced"] = json!(true),
        }
    }
}
