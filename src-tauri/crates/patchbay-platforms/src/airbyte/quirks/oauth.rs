//! A provider's OAuth according to the specification of a kind of connector: endpoints, scopes, and which members of the
//! credentials take the tokens of the user's own app.
//!
//! The contract does not define where a specification contains endpoints and scopes, so they are searched by the names that
//! Airbyte's and OpenAPI's specifications use.
//!
//! Source: Airbyte contract, section 3, `create`: `client_id`, `client_secret`, `refresh_token`.

use patchbay_model::{has_user_info, json_parts};
use serde_json::{Map, Value};
use url::Url;

use super::spec::Spec;
use crate::ProviderOAuth;

const AUTHORIZE: [&str; 6] = [
    "consent_url",
    "authorization_url",
    "authorizationUrl",
    "authorize_url",
    "authorization_endpoint",
    "auth_url",
];

const TOKEN: [&str; 4] = [
    "access_token_url",
    "token_url",
    "tokenUrl",
    "token_endpoint",
];

/// Levels of a specification that are searched.
const MAX_DEPTH: usize = 16;

/// The OAuth of a kind of connector, from the response of `get_definition`; `None` if its credentials take no OAuth
/// token.
pub(crate) fn provider(definition: &Value, spec: &Spec) -> Option<ProviderOAuth> {
    let methods = spec.sign_in_methods().into_iter();
    let mut fields: Vec<Fields> = methods.filter_map(Fields::of).collect();
    // Prefer a refresh token to an access token.
    fields.sort_by_key(|fields| fields.refresh_token.is_none());
    let fields = fields.into_iter().next()?;
    let at = |name: String| format!("/credentials/{name}");
    Some(ProviderOAuth {
        authorize_url: url(definition, &AUTHORIZE),
        token_url: url(definition, &TOKEN),
        scopes: find(definition, 0, &|name, value| match name {
            "scope" | "scopes" => scopes(name, value),
            _ => None,
        })
        .unwrap_or_default(),
        values: Map::from_iter([("credentials".to_owned(), fields.constants)]),
        client_id_field: at(fields.client_id),
        client_secret_field: fields.client_secret.map(at),
        refresh_token_field: fields.refresh_token.map(at),
        access_token_field: fields.access_token.map(at),
    })
}

/// Names of members of a sign-in method.
struct Fields {
    client_id: String,
    client_secret: Option<String>,
    refresh_token: Option<String>,
    access_token: Option<String>,
    /// Members that select this method.
    constants: Value,
}

impl Fields {
    fn of(method: &Value) -> Option<Self> {
        let properties = method.get("properties")?.as_object()?;
        let named = |name: &str| {
            let mut names = properties.keys();
            names.find(|own| normalize(own) == name).cloned()
        };
        let fields = Self {
            client_id: named("clientid")?,
            client_secret: named("clientsecret"),
            refresh_token: named("refreshtoken"),
            access_token: named("accesstoken"),
            constants: constants(properties),
        };
        (fields.refresh_token.is_some() || fields.access_token.is_some()).then_some(fields)
    }
}

/// Makes `client_id`, `clientId` and `oauth_client_id` equal.
fn normalize(name: &str) -> String {
    let name = name.replace(['_', '-'], "").to_lowercase();
    name.strip_prefix("oauth").unwrap_or(&name).to_owned()
}

fn constants(properties: &Map<String, Value>) -> Value {
    let fixed = properties.iter();
    let fixed = fixed.filter_map(|(name, each)| Some((name.clone(), each.get("const")?.clone())));
    Value::Object(fixed.collect())
}

fn url(definition: &Value, names: &[&str]) -> Option<Url> {
    find(definition, 0, &|name, value| {
        let is_it = names.contains(&name);
        is_it.then(|| address(value.as_str()?)).flatten()
    })
}

/// The URL without its query, which varies with each consent.
fn address(text: &str) -> Option<Url> {
    let end = text.find(['?', '#']).unwrap_or(text.len());
    let (text, _) = text.split_at(end);
    if text.contains(['{', '}', ' ']) {
        return None;
    }
    let url = Url::parse(text).ok()?;
    let is_own = matches!(url.host_str(), Some("127.0.0.1" | "localhost" | "[::1]"));
    let is_safe = url.scheme() == "https" || (url.scheme() == "http" && is_own);
    (is_safe && !has_user_info(&url)).then_some(url)
}

/// Scopes as words in a text, as a list of words or `{scope}` objects, or as OpenAPI's object.
fn scopes(name: &str, value: &Value) -> Option<Vec<String>> {
    let scopes: Vec<String> = match value {
        Value::String(text) => {
            let words = text.split([' ', ',']).map(str::to_owned);
            words.filter(|word| !word.is_empty()).collect()
        }
        Value::Array(items) => {
            let words = items.iter().filter_map(|item| {
                let word = item.as_str().or_else(|| item.get("scope")?.as_str())?;
                Some(word.to_owned())
            });
            words.collect()
        }
        // A form member with this name is a schema.
        Value::Object(members) if name == "scopes" && members.values().all(Value::is_string) => {
            let is_schema = members.contains_key("type");
            members.keys().filter(|_| !is_schema).cloned().collect()
        }
        _ => Vec::new(),
    };
    let is_scope = |scope: &String| scope.chars().all(|sign| sign.is_ascii_graphic());
    (!scopes.is_empty() && scopes.iter().all(is_scope)).then_some(scopes)
}

/// Searches members depth-first, and returns the first match of `probe`; outer members take precedence.
fn find<T>(json: &Value, depth: usize, probe: &impl Fn(&str, &Value) -> Option<T>) -> Option<T> {
    if depth == MAX_DEPTH {
        return None;
    }
    let mut members = json.as_object().into_iter().flatten();
    let found = members.find_map(|(name, value)| probe(name, value));
    found.or_else(|| json_parts(json).find_map(|part| find(part, depth + 1, probe)))
}

#[cfg(test)]
mod tests;
