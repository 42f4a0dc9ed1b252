//! Ways to sign in, as a readable choice and as the wire has them.
//!
//! Source: Mistral contract, section 3, "AuthMethodInput" and the patch form of an update.

use serde_json::{Map, Value, json};

use super::super::quirks::surface::Surface;
use super::super::wire::AuthMethod;
use super::{
    app, authorization_server, header_map, metadata, plain_headers, put_authorization_server,
    put_global_headers, secret_headers,
};
use crate::Error;
use crate::form::{Members, choice, secret, text};
use crate::variants::{flag, kind_of, list, one_of, variant};

/// Ways to sign in to a new connector.
pub(in crate::mistral) fn new_methods() -> Value {
    methods(
        "How people sign in to the service; left empty, Mistral asks the service itself.",
        fresh(|members| members),
    )
}

/// Ways to sign in to a connector that there is: the same, and those it has already.
pub(in crate::mistral) fn known_methods() -> Value {
    let mut variants = fresh(global_headers);
    variants.push(variant("oauth2", "OAuth as it is set up", |members| {
        let members = members
            .with(
                "client_id",
                text(
                    "Client ID",
                    "Only to put another app in place of the present one.",
                ),
            )
            .with(
                "client_secret",
                secret("Client secret", "Left empty, the present one stays."),
            )
            .with("headers", asked_headers())
            .folds(
                "authorization_server",
                authorization_server(false, Surface::Current),
            );
        global_headers(members)
    }));
    variants.push(variant("other", "Another way as it is set up", |members| {
        let word = text("Method", "Mistral's word for it, such as github_app.");
        global_headers(
            members
                .needs("method_type", word)
                .with("headers", asked_headers()),
        )
    }));
    methods("How people sign in to the service.", variants)
}

fn methods(description: &str, variants: Vec<Value>) -> Value {
    let item = one_of("Way to sign in", "One of the ways there are.", variants);
    list("Authentication", description, item)
}

fn fresh(more: impl Fn(Members) -> Members) -> Vec<Value> {
    let ways = [
        ("client_secret_post", "In the body"),
        ("client_secret_basic", "In a header"),
        ("private_key_jwt", "With a signed statement"),
    ];
    vec![
        variant("bearer", "Token", |members| {
            more(members.with("headers", asked_headers()))
        }),
        variant("none", "No sign-in", |members| {
            more(members.with("headers", asked_headers()))
        }),
        variant("oauth_app", "OAuth with your own app", |members| {
            app(members).with("headers", asked_headers()).folds(
                "authorization_server",
                authorization_server(false, Surface::Current),
            )
        }),
        variant("client_credentials", "Client credentials", |members| {
            let how = choice(
                "How the app shows who it is",
                "What the token endpoint expects.",
                ways,
            );
            let mut server = metadata(Members::default(), Surface::Current).closed();
            server["title"] = "Authorization server".into();
            server["description"] = "Which server gives out tokens.".into();
            members
                .needs("token_endpoint_auth_method", how)
                .needs("authorization_server", server)
                .with("headers", asked_headers())
        }),
    ]
}

/// Headers that one has to give to sign in.
fn asked_headers() -> Value {
    let header = Members::default()
        .needs("name", text("Name", "Name of the header."))
        .with(
            "is_required",
            flag("Required", "Whether everyone has to give it.", true),
        )
        .with(
            "is_secret",
            flag("Secret", "Whether its value is hidden.", true),
        );
    list(
        "Headers to ask for",
        "Headers whose values each credential brings along.",
        header.closed(),
    )
}

fn global_headers(members: Members) -> Members {
    members
        .folds(
            "global_headers",
            plain_headers("Headers for everyone", "Sent whoever uses the connector."),
        )
        .folds(
            "secret_global_headers",
            secret_headers(
                "Secret headers for everyone",
                "Sent whoever uses it, never shown again.",
            ),
        )
}

/// Ways to sign in as the wire has them. `known` are those that the platform has now: what is kept secret
/// there and not given anew stays as it is.
///
/// # Errors
/// [`Error::Usage`] when a header is there twice, or secret headers change without all their values.
pub(in crate::mistral) fn to_wire(methods: Value, known: &[Value]) -> Result<Value, Error> {
    let Value::Array(methods) = methods else {
        return Ok(methods);
    };
    let write = |method| match method {
        Value::Object(method) => {
            let is_it = |other: &&Value| {
                ["kind", "method_type"]
                    .iter()
                    .all(|name| other.get(*name) == method.get(*name))
            };
            let before = known.iter().find(is_it);
            one_to_wire(method, before).map(Value::from)
        }
        other => Ok(other),
    };
    let written: Result<Vec<Value>, Error> = methods.into_iter().map(write).collect();
    written.map(Value::from)
}

fn one_to_wire(
    mut method: Map<String, Value>,
    known: Option<&Value>,
) -> Result<Map<String, Value>, Error> {
    if let Some(known) = known {
        if has_kept_headers(known, &method) {
            method.remove("global_headers");
            method.remove("secret_global_headers");
        }
        // What is known of the server here may be less than what the platform knows.
        if known.get("authorization_server") == method.get("authorization_server") {
            method.remove("authorization_server");
        }
    }
    put_global_headers(&mut method)?;
    let kind = kind_of(&method).unwrap_or_default().to_owned();
    method.remove("kind");
    let (word, grant) = match kind.as_str() {
        "oauth_app" => (Some("oauth2"), Some("authorization_code")),
        "client_credentials" => (Some("oauth2"), Some("client_credentials")),
        "other" => (None, None),
        word => (Some(word), None),
    };
    if kind == "client_credentials" {
        if let Some(server) = method.remove("authorization_server") {
            method.insert("oauth2_server_metadata".to_owned(), server);
        }
    } else {
        put_authorization_server(&mut method);
    }
    match kind.as_str() {
        "oauth_app" => gather(&mut method, "auth_data"),
        "oauth2" => gather(&mut method, "oauth2_metadata_secrets"),
        _ => {}
    }
    let settled = [("method_type", word), ("grant_type", grant)];
    for (name, word) in settled {
        if let Some(word) = word {
            method.insert(name.to_owned(), word.into());
        }
    }
    Ok(method)
}

/// Puts what belongs to the app into a member of its own.
fn gather(method: &mut Map<String, Value>, name: &str) {
    let names = ["client_id", "client_secret", "client_scopes"];
    let found = names.into_iter().filter_map(|name| {
        let value = method.remove(name)?;
        Some((name.to_owned(), value))
    });
    let app: Map<String, Value> = found.collect();
    if !app.is_empty() {
        method.insert(name.to_owned(), app.into());
    }
}

/// Whether the headers for everyone are those that the platform has, so that they need not be sent: the
/// values of the secret ones are not known here.
fn has_kept_headers(known: &Value, method: &Map<String, Value>) -> bool {
    let same = |name: &str| {
        let (before, now) = (&known[name], method.get(name).unwrap_or(&Value::Null));
        let is_empty = |value: &Value| value.as_array().is_none_or(Vec::is_empty);
        before == now || (is_empty(before) && is_empty(now))
    };
    same("global_headers") && same("secret_global_headers")
}

/// The platform's ways to sign in as values of [`known_methods`]; secrets are left out.
pub(in crate::mistral) fn from_wire<'a>(
    methods: impl Iterator<Item = AuthMethod<'a>>,
) -> Vec<Value> {
    methods.map(one).collect()
}

fn one(method: AuthMethod<'_>) -> Value {
    let kind = match method.method_type() {
        known @ ("bearer" | "none" | "oauth2") => known,
        _ => "other",
    };
    let mut value = json!({ "kind": kind });
    if kind == "other" {
        value["method_type"] = method.method_type().into();
    }
    let headers = method.asked_headers().map(|header| {
        json!({
            "name": header.name(), "is_required": header.is_required(), "is_secret": header.is_secret(),
        })
    });
    let headers: Vec<Value> = headers.collect();
    if !headers.is_empty() {
        value["headers"] = headers.into();
    }
    put_known_headers(&mut value, method);
    let server = method.member("oauth2_server_metadata");
    if let (Some(Value::Object(server)), "oauth2") = (server, kind) {
        value["authorization_server"] = given_server(server);
    }
    value
}

/// What the server says of itself, as far as the form has a place for it.
fn given_server(server: &Map<String, Value>) -> Value {
    let form = metadata(Members::default(), Surface::Current).closed();
    let fits = |name: &str, value: &Value| {
        let schema = &form["properties"][name];
        match schema["type"].as_str() {
            Some("array") => value.is_array(),
            Some("boolean") => value.is_boolean(),
            Some(_) => value.is_string(),
            None => false,
        }
    };
    let known = server.iter().filter(|(name, value)| fits(name, value));
    let mut given: Map<String, Value> = known
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    given.insert("kind".to_owned(), "given".into());
    Value::Object(given)
}

fn put_known_headers(value: &mut Value, method: AuthMethod<'_>) {
    let Some(Value::Object(headers)) = method.member("global_headers") else {
        return;
    };
    let (mut plain, mut secret) = (Vec::new(), Vec::new());
    for (name, header) in headers {
        match (&header["is_secret"], &header["value"]) {
            (Value::Bool(false), Value::String(text)) => {
                plain.push(json!({"name": name, "value": text}));
            }
            _ => secret.push(json!({ "name": name })),
        }
    }
    for (member, headers) in [("global_headers", plain), ("secret_global_headers", secret)] {
        if !headers.is_empty() {
            value[member] = headers.into();
        }
    }
}

/// Pointers below `/auth_methods` to secrets that the platform has.
pub(in crate::mistral) fn kept<'a>(
    methods: impl Iterator<Item = AuthMethod<'a>>,
    values: &[Value],
) -> Vec<String> {
    let mut kept = Vec::new();
    for (place, (method, value)) in methods.zip(values).enumerate() {
        let secrets = value["secret_global_headers"].as_array();
        for header in 0..secrets.map_or(0, Vec::len) {
            kept.push(format!(
                "/auth_methods/{place}/secret_global_headers/{header}/value"
            ));
        }
        let how = method.member("token_endpoint_auth_method");
        let how = how.and_then(Value::as_str).unwrap_or_default();
        if value["kind"] == "oauth2" && how.starts_with("client_secret") {
            kept.push(format!("/auth_methods/{place}/client_secret"));
        }
    }
    kept
}

/// Headers of the older surface: a list here, a map on the wire.
///
/// # Errors
/// [`Error::Usage`] when one is there twice, or has no value.
pub(in crate::mistral) fn put_headers(body: &mut Map<String, Value>) -> Result<(), Error> {
    if let Some(list) = body.remove("headers") {
        let headers = match list {
            Value::Null => Value::Null,
            list => header_map(list)?.into(),
        };
        body.insert("headers".to_owned(), headers);
    }
    Ok(())
}
