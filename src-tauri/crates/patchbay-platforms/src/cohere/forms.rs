//! Forms for Cohere's connectors, and their conversion to requests.
//!
//! Source: Cohere contract, section 3.

use patchbay_http::SecretArgument;
use patchbay_model::AuthenticationMethod;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_with::apply;

use super::mapping::method;
use super::operations::{Create, OAuth, ServiceAuth, Update};
use super::wire::Connector;
use crate::{Error, Field, Result};

/// A connector as people describe it, or what is to be another of it; null clears.
#[apply(Field<_> => #[serde(default, skip_serializing_if = "Field::is_absent")])]
#[derive(Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("required" = ["name", "url"]))]
pub(super) struct Profile {
    /// Display name
    #[schemars(title = "Name", length(min = 1))]
    pub(super) name: Field<String>,
    #[schemars(title = "Description", extend("format" = "textarea"))]
    pub(super) description: Field<String>,
    /// Search URL. Cohere calls it once to verify.
    #[schemars(title = "URL", url)]
    pub(super) url: Field<String>,
    /// Result fields not shown to the model
    #[schemars(title = "Hidden fields")]
    pub(super) excludes: Field<Vec<String>>,
    /// Used in chats
    #[schemars(title = "Active", extend("default" = true))]
    pub(super) active: Field<bool>,
    /// Answer without it
    #[schemars(title = "Continue if it fails", extend("default" = false))]
    pub(super) continue_on_failure: Field<bool>,
    #[schemars(title = "Sign-in")]
    pub(super) authentication: Field<Authentication>,
}

/// The credential of a connector.
#[apply(Field<_> => #[serde(default, skip_serializing_if = "Field::is_absent")])]
#[derive(Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("required" = ["authentication"]))]
pub(super) struct Credential {
    #[schemars(title = "Sign-in")]
    authentication: Field<Authentication>,
}

/// How Cohere signs in at a connector's URL. A secret that is there is never shown, and stays when none is given.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum Authentication {
    #[schemars(title = "None")]
    None,
    #[schemars(
        title = "OAuth",
        extend("required" = ["kind", "client_id", "client_secret", "authorize_url", "token_url"])
    )]
    Oauth(OAuth),
    #[schemars(title = "Token")]
    ServiceAuth(Token),
}

/// A token for everybody. What stands before it is not told by Cohere, so that both are given together.
#[derive(Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("dependentRequired" = {"type": ["token"], "token": ["type"]}))]
pub(super) struct Token {
    /// Prefix before the token
    #[schemars(title = "Scheme", required, extend("oneOf" = [
        {"const": "bearer", "title": "Bearer"},
        {"const": "basic", "title": "Basic"},
        {"const": "noscheme", "title": "No prefix"},
    ]))]
    r#type: Option<String>,
    #[schemars(title = "Token", required, length(min = 1))]
    token: Option<SecretArgument>,
}

impl From<&Connector> for Profile {
    fn from(connector: &Connector) -> Self {
        let excludes = Some(connector.excludes.clone()).filter(|excludes| !excludes.is_empty());
        Self {
            name: Field::Value(connector.shown_name().to_owned()),
            // Can't be changed.
            description: Field::Absent,
            url: connector.url.clone().into(),
            excludes: excludes.into(),
            active: Field::Value(connector.is_active()),
            continue_on_failure: Field::Value(connector.continues_on_failure()),
            authentication: Field::Value(connector.into()),
        }
    }
}

impl From<&Connector> for Authentication {
    fn from(connector: &Connector) -> Self {
        match method(connector) {
            AuthenticationMethod::None => Self::None,
            AuthenticationMethod::Oauth => {
                let app = connector.oauth.clone().unwrap_or_default();
                Self::Oauth(OAuth {
                    client_id: app.client_id.into(),
                    client_secret: Field::Absent,
                    authorize_url: app.authorize_url.into(),
                    token_url: app.token_url.into(),
                    scope: app.scope.into(),
                })
            }
            _ => Self::ServiceAuth(Token::default()),
        }
    }
}

/// Shows an app without its secret, but no token.
impl From<&Connector> for Credential {
    fn from(connector: &Connector) -> Self {
        let authentication = match connector.into() {
            app @ Authentication::Oauth(_) => Field::Value(app),
            _ => Field::Absent,
        };
        Self { authentication }
    }
}

impl Profile {
    pub(super) fn clear_sign_in() -> Self {
        Self {
            authentication: Field::Null,
            ..Self::default()
        }
    }

    /// # Errors
    /// [`Error::Usage`] when the sign-in lacks its secret.
    pub(super) fn create(self) -> Result<Create> {
        let (oauth, service_auth) = sign_in(self.authentication, &Authentication::None)?;
        Ok(Create {
            name: self.name.value().unwrap_or_default(),
            description: self.description,
            url: self.url.value().unwrap_or_default(),
            excludes: self.excludes,
            oauth,
            active: self.active,
            continue_on_failure: self.continue_on_failure,
            service_auth,
        })
    }

    /// # Errors
    /// [`Error::Usage`] when a new sign-in lacks its secret.
    pub(super) fn update(self, connector: &Connector) -> Result<Update> {
        let (oauth, service_auth) = sign_in(self.authentication, &connector.into())?;
        Ok(Update {
            id: connector.id.clone(),
            name: self.name,
            url: self.url,
            excludes: self.excludes,
            oauth,
            active: self.active,
            continue_on_failure: self.continue_on_failure,
            service_auth,
        })
    }
}

impl Authentication {
    /// The members of a request that replaces the sign-in `now`, which is cleared if it is of another kind.
    fn into_wire(self, now: &Self) -> Result<(Field<OAuth>, Field<ServiceAuth>)> {
        let (mut oauth, mut service_auth) = match now {
            Self::None => (Field::Absent, Field::Absent),
            Self::Oauth(_) => (Field::Null, Field::Absent),
            Self::ServiceAuth(_) => (Field::Absent, Field::Null),
        };
        match self {
            Self::None => {}
            Self::Oauth(mut app) => {
                match now {
                    Self::Oauth(before) if app.scope.is_absent() && !before.scope.is_absent() => {
                        app.scope = Field::Null;
                    }
                    Self::Oauth(_) => {}
                    _ if app.client_secret.is_absent() => {
                        return Err(Error::Usage("enter the client secret".to_owned()));
                    }
                    _ => {}
                }
                oauth = Field::Value(app);
            }
            Self::ServiceAuth(Token { r#type, token }) => {
                service_auth = match (r#type, token) {
                    (Some(kind), Some(token)) => Field::Value(ServiceAuth { kind, token }),
                    (None, None) if matches!(now, Self::ServiceAuth(_)) => Field::Absent,
                    _ => return Err(Error::Usage("set scheme and token together".to_owned())),
                };
            }
        }
        Ok((oauth, service_auth))
    }
}

fn sign_in(
    requested: Field<Authentication>,
    now: &Authentication,
) -> Result<(Field<OAuth>, Field<ServiceAuth>)> {
    match requested {
        Field::Absent => Ok((Field::Absent, Field::Absent)),
        Field::Null => Authentication::None.into_wire(now),
        Field::Value(requested) => requested.into_wire(now),
    }
}

/// Maps a pointer into the request body to one into the form's values.
pub(super) fn form_pointer(path: &str) -> String {
    for member in ["/oauth", "/service_auth"] {
        match path.strip_prefix(member) {
            Some(rest) if rest.is_empty() || rest.starts_with('/') => {
                return format!("/authentication{rest}");
            }
            _ => {}
        }
    }
    path.to_owned()
}
