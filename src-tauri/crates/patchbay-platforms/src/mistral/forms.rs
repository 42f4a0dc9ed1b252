//! Parts of forms that creating and changing share, and their way to the wire.
//!
//! Source: Mistral contract, sections 3, 9 and 10.

pub(super) mod methods;
mod pointers;

use serde_json::{Map, Value, json};

use super::quirks::surface::Surface;
use crate::Error;
use crate::form::{Members, secret, text};
use crate::variants::{kind_of, lines, list, one_of, url, variant};

pub(super) use self::pointers::place;

/// Names of connectors and of credentials.
///
/// Source: Mistral contract, section 10.
const NAME_PATTERN: &str = "^[A-Za-z0-9_-]{1,64}$";

/// The longest server URL.
const SERVER_LIMIT: u32 = 2083;

/// The longest title.
const TITLE_LIMIT: u32 = 255;

/// Schema of a name.
pub(super) fn name(title: &str, description: &str) -> Value {
    json!({
        "type": "string", "title": title, "description": description, "pattern": NAME_PATTERN,
        "maxLength": 64,
    })
}

/// Refuses a name that the platform would refuse.
///
/// # Errors
/// [`Error::Usage`] with the rule.
pub(super) fn check_name(name: &str) -> Result<(), Error> {
    let is_allowed = |sign: char| sign.is_ascii_alphanumeric() || matches!(sign, '_' | '-');
    if (1..=64).contains(&name.len()) && name.chars().all(is_allowed) {
        return Ok(());
    }
    Err(Error::Usage(
        "a name has 1 to 64 letters, digits, _ and -".to_owned(),
    ))
}

/// Schema of a title.
pub(super) fn title(description: &str) -> Value {
    json!({
        "type": "string", "title": "Title", "description": description, "maxLength": TITLE_LIMIT,
    })
}

/// The members that both creating and changing begin with.
pub(super) fn basics() -> Members {
    let server = json!({
        "type": "string", "title": "Server", "format": "uri", "minLength": 1,
        "maxLength": SERVER_LIMIT, "description": "Absolute URL of the service.",
    });
    Members::default()
        .needs(
            "name",
            name(
                "Name",
                "What models and programs call it: letters, digits, _ and -.",
            ),
        )
        .with("title", title("Name for people."))
        .needs(
            "description",
            lines("Description", "What it is for; models read it too."),
        )
        .needs("server", server)
}

/// Schema of a picture.
pub(super) fn icon() -> Value {
    url("Icon", "Absolute URL of a picture.")
}

/// Schema of advice to models.
pub(super) fn prompt() -> Value {
    lines("System prompt", "Advice to the models that use it.")
}

/// Headers whose values are kept secret, by name.
pub(super) fn secret_headers(title: &str, description: &str) -> Value {
    let header = Members::default()
        .needs("name", text("Name", "Name of the header."))
        .with("value", secret("Value", "It is never shown again."));
    list(title, description, header.closed())
}

/// Headers whose values anybody may see, by name.
pub(super) fn plain_headers(title: &str, description: &str) -> Value {
    let header = Members::default()
        .needs("name", text("Name", "Name of the header."))
        .needs("value", text("Value", "What is sent."));
    list(title, description, header.closed())
}

/// An app registered with an authorization server.
pub(super) fn app(members: Members) -> Members {
    members
        .needs("client_id", text("Client ID", "Id of the app."))
        .with(
            "client_secret",
            secret("Client secret", "Secret of the app, where it has one."),
        )
        .with(
            "client_scopes",
            list(
                "Scopes",
                "What to ask for; left empty, what the server offers.",
                json!({"type": "string"}),
            ),
        )
}

/// Where what the authorization server says of itself comes from.
///
/// The older surface always wants the page on which people consent.
pub(super) fn authorization_server(has_url: bool, surface: Surface) -> Value {
    let mut variants = vec![variant("discover", "Found by itself", |members| members)];
    if has_url {
        let address = url("Address", "Where the authorization server says it.");
        variants.push(variant("url", "At an address", |members| {
            members.needs("url", address)
        }));
    }
    variants.push(variant("given", "Typed in", |members| {
        metadata(members, surface)
    }));
    one_of(
        "Authorization server",
        "Which server gives out tokens; most services tell it themselves.",
        variants,
    )
}

/// What an authorization server says of itself: RFC 8414, and members of Mistral's own.
pub(super) fn metadata(members: Members, surface: Surface) -> Members {
    let page = url("Authorization endpoint", "Page on which people consent.");
    let members = members
        .needs("issuer", url("Issuer", "The server's own name for itself."))
        .needs(
            "token_endpoint",
            url("Token endpoint", "Where codes become tokens."),
        );
    let members = match surface {
        Surface::Current => members.with("authorization_endpoint", page),
        Surface::Seed => members.needs("authorization_endpoint", page),
    };
    let members = members.with(
        "registration_endpoint",
        url("Registration endpoint", "Where apps register themselves."),
    );
    let members = LISTS.iter().fold(members, |members, name| {
        let schema = list(&worded(name), "", json!({"type": "string"}));
        members.folds(name, schema)
    });
    let members = TEXTS.iter().fold(members, |members, name| {
        members.folds(name, text(&worded(name), ""))
    });
    FLAGS.iter().fold(members, |members, name| {
        members.folds(name, json!({"type": "boolean", "title": worded(name)}))
    })
}

/// Members that are lists of words.
const LISTS: [&str; 13] = [
    "scopes_supported",
    "response_types_supported",
    "response_modes_supported",
    "grant_types_supported",
    "token_endpoint_auth_methods_supported",
    "token_endpoint_auth_signing_alg_values_supported",
    "ui_locales_supported",
    "revocation_endpoint_auth_methods_supported",
    "revocation_endpoint_auth_signing_alg_values_supported",
    "introspection_endpoint_auth_methods_supported",
    "introspection_endpoint_auth_signing_alg_values_supported",
    "code_challenge_methods_supported",
    "authorization_grant_profiles_supported",
];

/// Members that are text.
const TEXTS: [&str; 8] = [
    "service_documentation",
    "op_policy_uri",
    "op_tos_uri",
    "revocation_endpoint",
    "introspection_endpoint",
    "x_source",
    "x_resource_url",
    "x_scope",
];

/// Members that are true or false.
const FLAGS: [&str; 2] = [
    "client_id_metadata_document_supported",
    "authorization_response_iss_parameter_supported",
];

/// A member's name as words.
fn worded(name: &str) -> String {
    let words = name.trim_start_matches("x_").replace('_', " ");
    let mut signs = words.chars();
    signs
        .next()
        .map(|first| first.to_ascii_uppercase().to_string() + signs.as_str())
        .unwrap_or_default()
}

/// Turns the choice of an authorization server into the members of the wire.
pub(super) fn put_authorization_server(body: &mut Map<String, Value>) {
    let Some(Value::Object(mut server)) = body.remove("authorization_server") else {
        return;
    };
    match kind_of(&server) {
        Some("url") => {
            let address = server.remove("url").unwrap_or_default();
            body.insert("oauth2_server_metadata_url".to_owned(), address);
        }
        Some("given") => {
            server.remove("kind");
            body.insert("oauth2_server_metadata".to_owned(), server.into());
        }
        _ => {}
    }
}

/// Turns the two lists of headers that everyone sends into the one map of the wire.
///
/// # Errors
/// [`Error::Usage`] when a name is there twice, or a secret header has no value.
pub(super) fn put_global_headers(body: &mut Map<String, Value>) -> Result<(), Error> {
    let lists = [("global_headers", false), ("secret_global_headers", true)];
    let lists = lists.map(|(name, is_secret)| (body.remove(name), is_secret));
    if lists.iter().all(|(list, _)| list.is_none()) {
        return Ok(());
    }
    let mut headers = Map::new();
    for (list, is_secret) in lists {
        for (name, value) in named_values(list)? {
            let header = json!({"value": value, "is_secret": is_secret});
            if headers.insert(name.clone(), header).is_some() {
                return Err(twice(&name));
            }
        }
    }
    body.insert("global_headers".to_owned(), headers.into());
    Ok(())
}

/// A list of names with values as a map.
///
/// # Errors
/// As [`put_global_headers`].
pub(super) fn header_map(list: Value) -> Result<Map<String, Value>, Error> {
    let mut headers = Map::new();
    for (name, value) in named_values(Some(list))? {
        if headers.insert(name.clone(), value).is_some() {
            return Err(twice(&name));
        }
    }
    Ok(headers)
}

fn twice(name: &str) -> Error {
    Error::Usage(format!("the header {name} is there twice"))
}

fn named_values(list: Option<Value>) -> Result<Vec<(String, Value)>, Error> {
    let Some(Value::Array(list)) = list else {
        return Ok(Vec::new());
    };
    let read = |mut entry: Value| {
        let name = entry["name"].as_str().unwrap_or_default().to_owned();
        match entry["value"].take() {
            Value::Null => Err(Error::Usage(format!("the header {name} has no value"))),
            value => Ok((name, value)),
        }
    };
    list.into_iter().map(read).collect()
}

#[cfg(test)]
mod tests;
