//! Forms of Cohere's connectors, and their way to the wire.
//!
//! Source: Cohere contract, section 3.

use serde_json::{Map, Value, json};

use super::wire::Connector;
use crate::Error;
use crate::form::{Members, choice, secret, text};
use crate::variants::{flag, kind_of, list, one_of, url, variant};

/// The member in which the alternatives of signing in stand.
const AUTHENTICATION: &str = "authentication";

/// What creating and changing have alike; the sign-in comes last.
pub(super) fn with_common(members: Members, authentication: Value) -> Members {
    members
        .needs(
            "url",
            url(
                "URL",
                "What Cohere asks for results; it is asked once when the connector is created.",
            ),
        )
        .with(
            "excludes",
            list(
                "Left out",
                "Members of its results that are kept from the prompt.",
                json!({"type": "string"}),
            ),
        )
        .with(
            "active",
            flag("Active", "Whether chats ask it at all.", true),
        )
        .with(
            "continue_on_failure",
            flag(
                "Continue on failure",
                "Whether a chat goes on without it when it fails.",
                false,
            ),
        )
        .with(AUTHENTICATION, authentication)
}

/// Schema of a name.
pub(super) fn name() -> Value {
    let mut schema = text("Name", "Name for people.");
    schema["minLength"] = 1.into();
    schema
}

/// How Cohere signs in at the connector's URL. `current` is how it does so now: that alternative can be
/// changed without its secret.
pub(super) fn authentication(current: Option<&str>) -> Value {
    one_of(
        "Sign-in",
        "How Cohere signs in at the URL.",
        vec![
            variant("none", "None", |members| members),
            variant("oauth", "OAuth", |members| {
                oauth(members, current == Some("oauth"))
            }),
            service(current == Some("service_auth")),
        ],
    )
}

/// An app with which each user consents.
fn oauth(members: Members, is_set: bool) -> Members {
    let key = secret("Client secret", "Secret of the app.");
    let members = members.needs("client_id", text("Client ID", "Id of the app."));
    let members = match is_set {
        true => members.with("client_secret", key),
        false => members.needs("client_secret", key),
    };
    members
        .needs(
            "authorize_url",
            url("Authorization page", "Page on which users consent."),
        )
        .needs(
            "token_url",
            url("Token address", "Where codes become tokens."),
        )
        .with(
            "scope",
            text("Scopes", "What to ask for, separated by spaces."),
        )
}

/// One token for everybody. What stands before it is not told by Cohere, so that both are given together.
fn service(is_set: bool) -> Value {
    let words = [
        ("bearer", "Bearer"),
        ("basic", "Basic"),
        ("noscheme", "Nothing"),
    ];
    let scheme = choice("Scheme", "What stands before the token.", words);
    let token = secret("Token", "Sent in the Authorization header.");
    let mut schema = variant("service_auth", "Token", |members| match is_set {
        true => members.with("type", scheme).with("token", token),
        false => members.needs("type", scheme).needs("token", token),
    });
    if is_set {
        schema["dependentRequired"] = json!({"type": ["token"], "token": ["type"]});
    }
    schema
}

/// The connector's sign-in as a value of [`authentication`], without its secret.
pub(super) fn signs_in(connector: &Connector) -> Value {
    let kind = kind(connector);
    let mut value = json!({ "kind": kind });
    if let (Some(Value::Object(app)), "oauth") = (connector.member("oauth"), kind) {
        for name in ["client_id", "authorize_url", "token_url", "scope"] {
            let text = app.get(name).and_then(Value::as_str);
            if let Some(text) = text.filter(|text| !text.is_empty()) {
                value[name] = text.into();
            }
        }
    }
    value
}

/// The alternative of [`authentication`] that a connector has.
pub(super) fn kind(connector: &Connector) -> &'static str {
    if connector.has_oauth() {
        "oauth"
    } else if connector.text("auth_type") == Some("service_auth") {
        "service_auth"
    } else {
        "none"
    }
}

/// JSON pointer to the secret of the sign-in, where there is one.
pub(super) fn kept(kind: &str) -> Option<&'static str> {
    match kind {
        "oauth" => Some("/authentication/client_secret"),
        "service_auth" => Some("/authentication/token"),
        _ => None,
    }
}

/// Turns the choice of a sign-in into the members of the wire. What the connector has `now` and is not to
/// have any more is cleared.
///
/// # Errors
/// [`Error::Usage`] when another sign-in lacks its secret.
pub(super) fn put_authentication(
    body: &mut Map<String, Value>,
    now: Option<&Connector>,
) -> Result<(), Error> {
    let Some(given) = body.remove(AUTHENTICATION) else {
        return Ok(());
    };
    let mut given = match given {
        Value::Object(given) => given,
        _ => Map::from_iter([("kind".to_owned(), "none".into())]),
    };
    let before = now.map_or("none", kind);
    let wanted = kind_of(&given).unwrap_or("none").to_owned();
    given.remove("kind");
    if before != wanted && before != "none" {
        body.insert(before.to_owned(), Value::Null);
    }
    match wanted.as_str() {
        "oauth" => {
            if before != wanted && !given.contains_key("client_secret") {
                return Err(Error::Usage("the app needs its secret".to_owned()));
            }
            let had_scope = now.is_some_and(|now| signs_in(now).get("scope").is_some());
            if had_scope && !given.contains_key("scope") {
                given.insert("scope".to_owned(), Value::Null);
            }
            body.insert(wanted, given.into());
        }
        "service_auth" if given.is_empty() && before == wanted => {}
        "service_auth" => {
            if !given.contains_key("token") || !given.contains_key("type") {
                return Err(Error::Usage(
                    "a token and what stands before it are given together".to_owned(),
                ));
            }
            body.insert(wanted, given.into());
        }
        _ => {}
    }
    Ok(())
}

/// The pointer into a form's values for one that the platform gave into the body.
pub(super) fn place(path: &str) -> String {
    let inner = ["/oauth", "/service_auth"].into_iter().find_map(|member| {
        let rest = path.strip_prefix(member)?;
        (rest.is_empty() || rest.starts_with('/')).then_some(rest)
    });
    match inner {
        Some(rest) => format!("/{AUTHENTICATION}{rest}"),
        None => path.to_owned(),
    }
}
