//! The form of a credential, depending on the sign-in methods of the connector.
//!
//! Source: Mistral contract, sections 3 and 9.

use std::collections::BTreeMap;

use patchbay_http::SecretArgument;
use patchbay_model::Form;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};
use serde_with::apply;

use crate::form::{self, Members, drop_member, secret, text};
use crate::mistral::operations::credentials::{
    ClientCredentials, ClientCredentialsGrant, CredentialValues,
};
use crate::mistral::operations::seed::credentials::CredentialValues as SeedValues;
use crate::mistral::quirks::surface::Surface;
use crate::mistral::wire::AuthMethod;
use crate::{Error, Field, Result};

/// What one gives to save a credential.
#[apply(Field<_> => #[serde(default, skip_serializing_if = "Field::is_absent")])]
#[derive(Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewCredential {
    /// Display name
    #[schemars(title = "Title", length(max = 255))]
    pub(crate) title: Field<String>,
    #[schemars(title = "Credential", required)]
    pub(crate) credential: Option<Credential>,
}

/// What a connector signs in with.
#[derive(Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(crate) enum Credential {
    #[schemars(title = "Token")]
    Bearer(Token),
    #[schemars(title = "Headers")]
    None(Headers),
    #[schemars(title = "Client credentials")]
    ClientCredentials(App),
    #[schemars(title = "Stored token")]
    OauthToken(StoredToken),
    #[schemars(title = "GitHub app")]
    GithubApp(Installation),
}

/// Headers that a sign-in method requires; each connector names its own.
type HeaderValues = Field<BTreeMap<String, SecretArgument>>;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Headers {
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    headers: HeaderValues,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Token {
    /// Sent with each request.
    #[schemars(title = "Token", length(min = 1))]
    bearer_token: SecretArgument,
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    headers: HeaderValues,
}

#[apply(Field<_> => #[serde(default, skip_serializing_if = "Field::is_absent")])]
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct App {
    #[schemars(title = "Client ID")]
    client_id: String,
    #[schemars(title = "Client secret", length(min = 1))]
    client_secret: Field<SecretArgument>,
    /// PEM
    #[schemars(title = "Certificate", length(min = 1), extend("x-advanced" = true))]
    client_certificate: Field<SecretArgument>,
    /// PEM
    #[schemars(title = "Private key", length(min = 1), extend("x-advanced" = true))]
    client_private_key: Field<SecretArgument>,
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    headers: HeaderValues,
}

#[derive(Deserialize, JsonSchema)]
#[schemars(extend("additionalProperties" = false))]
pub(crate) struct StoredToken {
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    headers: HeaderValues,
    #[serde(flatten)]
    #[schemars(with = "TokenMembers")]
    token: SecretArgument<Map<String, Value>>,
}

// What is known of a token that an authorization server gave out.
#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is looked at")]
struct TokenMembers {
    #[schemars(title = "Access token", length(min = 1))]
    access_token: SecretArgument,
    /// Optional
    #[schemars(title = "Refresh token", length(min = 1))]
    refresh_token: Option<SecretArgument>,
    /// Default: Bearer
    #[schemars(title = "Token type", extend("x-advanced" = true))]
    token_type: Option<String>,
    #[schemars(title = "Scopes", extend("x-advanced" = true))]
    scope: Option<String>,
    #[schemars(title = "Expires in (seconds)", extend("x-advanced" = true))]
    expires_in: Option<u64>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Installation {
    /// Installation ID from GitHub
    #[schemars(title = "Installation")]
    github_installation_id: String,
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    headers: HeaderValues,
}

impl Credential {
    /// The platform's word for the sign-in method.
    pub(crate) fn word(&self) -> &'static str {
        match self {
            Self::Bearer(_) => "bearer",
            Self::None(_) => "none",
            Self::ClientCredentials(_) | Self::OauthToken(_) => "oauth2",
            Self::GithubApp(_) => "github_app",
        }
    }

    /// Converts it for the current surface, which lacks some kinds.
    pub(crate) fn wire(self) -> Result<CredentialValues> {
        let values = CredentialValues::default();
        Ok(match self {
            Self::None(Headers { headers }) => CredentialValues { headers, ..values },
            Self::Bearer(token) => CredentialValues {
                headers: token.headers,
                bearer_token: Field::Value(token.bearer_token),
                ..values
            },
            Self::ClientCredentials(app) => CredentialValues {
                headers: app.headers,
                oauth: Field::Value(ClientCredentials {
                    client_id: app.client_id,
                    grant_type: ClientCredentialsGrant::ClientCredentials,
                    client_secret: app.client_secret,
                    client_certificate: app.client_certificate,
                    client_private_key: app.client_private_key,
                }),
                ..values
            },
            Self::OauthToken(_) | Self::GithubApp(_) => return Err(wrong_surface()),
        })
    }

    /// Converts it for the older surface, which lacks some kinds.
    pub(crate) fn into_seed_wire(self) -> Result<SeedValues> {
        let values = SeedValues::default();
        Ok(match self {
            Self::None(Headers { headers }) => SeedValues { headers, ..values },
            Self::Bearer(token) => SeedValues {
                headers: token.headers,
                bearer_token: Field::Value(token.bearer_token),
                ..values
            },
            Self::OauthToken(stored) => SeedValues {
                headers: stored.headers,
                oauth: Field::Value(stored.token),
                ..values
            },
            Self::GithubApp(installation) => SeedValues {
                headers: installation.headers,
                github_installation_id: Field::Value(installation.github_installation_id),
                ..values
            },
            Self::ClientCredentials(_) => return Err(wrong_surface()),
        })
    }
}

fn wrong_surface() -> Error {
    Error::Usage("the other API version of Mistral takes this credential".to_owned())
}

/// The form for a connector with these sign-in methods.
///
/// # Errors
/// [`Error::NotSupported`] if all methods use a page.
pub(crate) fn form(surface: Surface, methods: &[AuthMethod]) -> Result<Form> {
    let mut form = form::empty(form::schema_of::<NewCredential>());
    let credential = &mut form.schema.0["properties"]["credential"];
    let all = credential["oneOf"].take();
    let alternative = |kind: &str| {
        let mut all = all.as_array().into_iter().flatten();
        let found = all.find(|each| each["properties"]["kind"]["const"] == kind);
        found.cloned().unwrap_or_default()
    };
    let mut typed = Vec::new();
    for method in methods {
        let headers = header_schema(method);
        if let Some(kind) = kind(surface, method, headers.is_some()) {
            let each = with_headers(alternative(kind), headers);
            // What fits two alternatives would fit none.
            if !typed.contains(&each) {
                typed.push(each);
            }
        }
    }
    match typed.as_mut_slice() {
        [] if !methods.is_empty() => {
            return Err(Error::NotSupported(
                "entering a credential for a connector with browser sign-in".to_owned(),
            ));
        }
        [] => *credential = with_headers(alternative("bearer"), None),
        // A single alternative is no choice.
        [only] => *credential = only.take(),
        _ => credential["oneOf"] = typed.into(),
    }
    credential["title"] = "Credential".into();
    credential["description"] = "Used to sign in.".into();
    if surface == Surface::Seed {
        drop_member(&mut form, "title");
    }
    Ok(form)
}

/// The alternative for a sign-in method; `None` if there is nothing to enter.
fn kind(surface: Surface, method: &AuthMethod, has_headers: bool) -> Option<&'static str> {
    let grant = method.grant_type.as_deref();
    match (method.method_type.as_str(), surface) {
        ("bearer", _) => Some("bearer"),
        ("none", _) => has_headers.then_some("none"),
        ("oauth2", Surface::Current) => {
            (grant != Some("authorization_code")).then_some("client_credentials")
        }
        ("oauth2", Surface::Seed) => Some("oauth_token"),
        ("github_app", Surface::Seed) => Some("github_app"),
        _ => None,
    }
}

/// The schema of the headers that a sign-in method requires.
fn header_schema(method: &AuthMethod) -> Option<Value> {
    let help = "Sent with each request.";
    let mut members = Members::default();
    for header in &method.headers {
        let schema = match header.is_secret {
            true => secret(&header.name, help),
            false => text(&header.name, help),
        };
        members = match header.is_required {
            true => members.required(&header.name, schema),
            false => members.optional(&header.name, schema),
        };
    }
    let mut schema = members.build_strict();
    schema["title"] = "Headers".into();
    (!method.headers.is_empty()).then_some(schema)
}

/// Replaces the headers of an alternative.
fn with_headers(mut alternative: Value, headers: Option<Value>) -> Value {
    let is_needed = headers
        .as_ref()
        .is_some_and(|it| it.get("required").is_some());
    if let Some(members) = alternative["properties"].as_object_mut() {
        members.shift_remove("headers");
        members.extend(headers.map(|headers| ("headers".to_owned(), headers)));
    }
    if is_needed && let Some(Value::Array(required)) = alternative.get_mut("required") {
        required.push("headers".into());
    }
    alternative
}

/// Maps a pointer into the request body to one into the form's values.
pub(crate) fn form_pointer(path: &str) -> String {
    match path.strip_prefix("/credentials") {
        Some(inner) => format!(
            "/credential{}",
            inner.strip_prefix("/oauth").unwrap_or(inner)
        ),
        None => path.to_owned(),
    }
}
