//! Sign-in methods of a connector, and their conversion to requests.
//!
//! Source: Mistral contract, section 3, "AuthMethodInput" and the patch form of an update.

use std::mem::discriminant;

use patchbay_http::SecretArgument;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_with::apply;

use super::server::{self, ServerOfMethod};
use super::{NamedSecret, NamedValue, global_headers};
use crate::mistral::operations::authentication::{
    AuthData, AuthHeader, AuthMethod, MetadataSecrets,
};
use crate::mistral::operations::server_metadata::ServerMetadata;
use crate::mistral::wire;
use crate::{Field, Result};

/// One of the ways there are.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[schemars(title = "Sign-in method")]
pub(crate) enum Method {
    #[schemars(title = "Token")]
    Bearer(Headers),
    #[schemars(title = "No sign-in")]
    None(Headers),
    #[schemars(title = "OAuth with your own app")]
    OauthApp(OwnApp),
    #[schemars(title = "Client credentials")]
    ClientCredentials(ClientCredentials),
    #[serde(rename = "oauth2")]
    #[schemars(title = "OAuth (current)")]
    Known(KnownApp),
    #[schemars(title = "Other (current)")]
    Other(Other),
}

/// Methods that only an existing connector can have.
pub(super) const KNOWN_KINDS: [&str; 2] = ["oauth2", "other"];

/// Methods whose request takes no shared headers, even for an existing connector.
pub(super) const NEW_APP_KINDS: [&str; 2] = ["oauth_app", "client_credentials"];

/// Headers that only methods of an existing connector take.
pub(super) const KNOWN_HEADERS: [&str; 2] = ["global_headers", "secret_global_headers"];

// What every way takes beside.
#[apply(Field<_> => #[serde(default, skip_serializing_if = "Field::is_absent")])]
#[derive(Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Headers {
    /// Each credential sets their values.
    #[schemars(title = "Required headers")]
    headers: Field<Vec<AuthHeader>>,
    /// Sent for every user.
    #[schemars(title = "Shared headers", extend("x-advanced" = true))]
    global_headers: Field<Vec<NamedValue>>,
    /// Sent for every user, hidden.
    #[schemars(title = "Secret shared headers", extend("x-advanced" = true))]
    secret_global_headers: Field<Vec<NamedSecret>>,
}

// An app of the user's own.
#[apply(Field<_> => #[serde(default, skip_serializing_if = "Field::is_absent")])]
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OwnApp {
    #[serde(flatten)]
    app: AuthData,
    /// Usually detected automatically
    #[schemars(title = "Authorization server", extend("x-advanced" = true))]
    authorization_server: Field<ServerOfMethod>,
    #[serde(flatten)]
    headers: Headers,
}

// An app that signs in as itself.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ClientCredentials {
    #[schemars(title = "Client authentication", extend("oneOf" = [
        {"const": "client_secret_post", "title": "Request body"},
        {"const": "client_secret_basic", "title": "Basic header"},
        {"const": "private_key_jwt", "title": "Signed JWT"},
    ]))]
    token_endpoint_auth_method: String,
    #[schemars(title = "Authorization server", transform = server::draw)]
    authorization_server: Box<ServerMetadata>,
    #[serde(flatten)]
    headers: Headers,
}

// The app that the platform knows.
#[apply(Field<_> => #[serde(default, skip_serializing_if = "Field::is_absent")])]
#[derive(Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct KnownApp {
    /// Only to replace the app
    #[schemars(title = "Client ID")]
    client_id: Field<String>,
    /// Leave empty to keep
    #[schemars(title = "Client secret", length(min = 1))]
    client_secret: Field<SecretArgument>,
    /// Usually detected automatically
    #[schemars(title = "Authorization server", extend("x-advanced" = true))]
    authorization_server: Field<ServerOfMethod>,
    #[serde(flatten)]
    headers: Headers,
}

// A way for which there is no alternative of its own.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Other {
    /// Method name, such as github_app
    #[schemars(title = "Method")]
    method_type: String,
    #[serde(flatten)]
    headers: Headers,
}

impl Method {
    /// Converts it for a request. Secrets of the method as the platform knows it that are not entered again stay unchanged.
    ///
    /// # Errors
    /// [`Error::Usage`](crate::Error::Usage) for duplicate headers, and when secret headers change without all their values.
    pub(super) fn wire(self, known: Option<&Self>) -> Result<AuthMethod> {
        let known_headers = known.map(Self::headers);
        Ok(match self {
            Self::Bearer(headers) => headers.wire("bearer", known_headers)?,
            Self::None(headers) => headers.wire("none", known_headers)?,
            Self::OauthApp(app) => AuthMethod {
                auth_data: Some(app.app),
                grant_type: Some("authorization_code".to_owned()),
                oauth2_server_metadata: ServerOfMethod::wire(app.authorization_server),
                ..app.headers.wire("oauth2", known_headers)?
            },
            Self::ClientCredentials(app) => AuthMethod {
                token_endpoint_auth_method: Some(app.token_endpoint_auth_method),
                grant_type: Some("client_credentials".to_owned()),
                oauth2_server_metadata: Field::Value(*app.authorization_server),
                ..app.headers.wire("oauth2", known_headers)?
            },
            Self::Known(app) => {
                let known = match known {
                    Some(Self::Known(known)) => known.authorization_server.clone(),
                    _ => Field::Absent,
                };
                let server = ServerOfMethod::change(&known, app.authorization_server);
                let is_the_same = app.client_id.is_absent() && app.client_secret.is_absent();
                let secrets = MetadataSecrets {
                    client_id: app.client_id,
                    client_secret: app.client_secret,
                    ..MetadataSecrets::default()
                };
                AuthMethod {
                    oauth2_metadata_secrets: match is_the_same {
                        true => Field::Absent,
                        false => Field::Value(secrets),
                    },
                    oauth2_server_metadata: server,
                    ..app.headers.wire("oauth2", known_headers)?
                }
            }
            Self::Other(other) => other.headers.wire(&other.method_type, known_headers)?,
        })
    }

    /// Finds the method among those that the platform knows: by its position in a list of the same length, else by what is
    /// unchanged.
    pub(super) fn find_known<'a>(
        &self,
        index: usize,
        is_same_length: bool,
        known: &'a [Self],
    ) -> Option<&'a Self> {
        let alike = || known.iter().filter(|known| known.is_same_method(self));
        let at_place = known.get(index).filter(|known| known.is_same_method(self));
        let unchanged = || alike().find(|known| self.keeps(known));
        let found = match is_same_length {
            true => at_place.or_else(unchanged),
            false => unchanged().or(at_place),
        };
        found.or_else(|| alike().next())
    }

    /// Whether nothing was changed or entered.
    fn keeps(&self, known: &Self) -> bool {
        let is_same_app = match (self, known) {
            (Self::Known(app), Self::Known(known)) => {
                app.client_id.is_absent()
                    && app.client_secret.is_absent()
                    && app.authorization_server == known.authorization_server
            }
            _ => true,
        };
        is_same_app && self.headers().keeps(known.headers())
    }

    fn is_same_method(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Other(one), Self::Other(other)) => one.method_type == other.method_type,
            _ => discriminant(self) == discriminant(other),
        }
    }

    fn headers(&self) -> &Headers {
        match self {
            Self::Bearer(headers) | Self::None(headers) => headers,
            Self::OauthApp(app) => &app.headers,
            Self::ClientCredentials(app) => &app.headers,
            Self::Known(app) => &app.headers,
            Self::Other(other) => &other.headers,
        }
    }

    /// Pointers to the secrets stored by the platform.
    pub(super) fn kept(&self, method: &wire::AuthMethod) -> Vec<String> {
        let secrets = match &self.headers().secret_global_headers {
            Field::Value(secrets) => secrets.len(),
            Field::Absent | Field::Null => 0,
        };
        let mut kept: Vec<String> = (0..secrets)
            .map(|header| format!("/secret_global_headers/{header}/value"))
            .collect();
        let authentication = method.token_endpoint_auth_method.as_deref();
        let has_secret = authentication.is_some_and(|word| word.starts_with("client_secret"));
        if has_secret && matches!(self, Self::Known(_)) {
            kept.push("/client_secret".to_owned());
        }
        kept
    }
}

impl Headers {
    fn wire(self, method_type: &str, known: Option<&Self>) -> Result<AuthMethod> {
        // What the platform knows stays unless it is cleared.
        let headers = match known {
            Some(known) if self.headers.is_absent() && !known.headers.is_absent() => Field::Null,
            _ => self.headers.clone(),
        };
        let global_headers = match known {
            Some(known) if self.keeps(known) => None,
            Some(_) => {
                let given = global_headers(self.global_headers, self.secret_global_headers)?;
                Some(given.unwrap_or_default())
            }
            None => global_headers(self.global_headers, self.secret_global_headers)?,
        };
        Ok(AuthMethod {
            method_type: method_type.to_owned(),
            headers,
            global_headers,
            ..AuthMethod::default()
        })
    }

    /// Whether the shared headers are unchanged and need not be sent. The values of the secret ones are unknown here.
    fn keeps(&self, known: &Self) -> bool {
        let names = |secrets: &Field<Vec<NamedSecret>>| {
            let secrets = secrets.clone().value().unwrap_or_default().into_iter();
            let names = secrets.map(|secret| secret.value.is_none().then_some(secret.name));
            names.collect::<Option<Vec<_>>>()
        };
        let secrets = names(&self.secret_global_headers);
        let plain = |headers: &Self| headers.global_headers.clone().value().unwrap_or_default();
        secrets.is_some()
            && secrets == names(&known.secret_global_headers)
            && plain(self) == plain(known)
    }
}

impl From<&wire::AuthMethod> for Method {
    fn from(method: &wire::AuthMethod) -> Self {
        let headers = method.into();
        match method.method_type.as_str() {
            "bearer" => Self::Bearer(headers),
            "none" => Self::None(headers),
            "oauth2" => Self::Known(KnownApp {
                authorization_server: match &method.oauth2_server_metadata {
                    Some(server) => ServerOfMethod::known(server),
                    None => Field::Absent,
                },
                headers,
                ..KnownApp::default()
            }),
            word => Self::Other(Other {
                method_type: word.to_owned(),
                headers,
            }),
        }
    }
}

impl From<&wire::AuthMethod> for Headers {
    fn from(method: &wire::AuthMethod) -> Self {
        let asked = method.headers.iter().map(|header| AuthHeader {
            name: header.name.clone(),
            is_required: header.is_required,
            is_secret: header.is_secret,
        });
        let known = method.global_headers.as_ref();
        let (mut plain, mut secret) = (Vec::new(), Vec::new());
        for (name, header) in known.into_iter().flatten() {
            let name = name.clone();
            match (&header["is_secret"], &header["value"]) {
                (Value::Bool(false), Value::String(value)) => {
                    let value = value.clone();
                    plain.push(NamedValue { name, value });
                }
                _ => secret.push(NamedSecret { name, value: None }),
            }
        }
        Self {
            headers: non_empty_list(asked.collect()),
            global_headers: non_empty_list(plain),
            secret_global_headers: non_empty_list(secret),
        }
    }
}

fn non_empty_list<T>(list: Vec<T>) -> Field<Vec<T>> {
    Some(list).filter(|list| !list.is_empty()).into()
}
