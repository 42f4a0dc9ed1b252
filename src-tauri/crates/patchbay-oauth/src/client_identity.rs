//! The OAuth client that Patchbay is at an authorization server.

use patchbay_model::{OauthDeviation, Secret, Timestamp, has_user_info};
use serde::{Deserialize, Serialize};
use serde_json::json;
use url::Url;

use crate::trace::now;
use crate::{Discovery, Error};

/// Path of the callback; all others are not found.
pub const CALLBACK_PATH: &str = "/callback";

/// Whether that is a redirect to a [`LoopbackListener`](crate::LoopbackListener).
pub(crate) fn is_loopback_redirect(url: &Url) -> bool {
    url.scheme() == "http"
        && matches!(url.host_str(), Some("127.0.0.1" | "localhost" | "[::1]"))
        && url.path() == CALLBACK_PATH
        && !has_user_info(url)
}

/// The OAuth client that Patchbay is at an authorization server.
///
/// In MCP's order of preference: an OAuth app of the user's own, our metadata document if the server supports that,
/// dynamic registration.
#[derive(Clone, Debug, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ClientIdentity {
    /// An OAuth app that the user created at the provider.
    PreRegistered {
        /// Client id.
        id: String,
        /// Client secret, for apps that have one.
        secret: Option<Secret>,
    },
    /// The address of our metadata document is the client id.
    MetadataDocument {
        /// Absolute https URL.
        url: Url,
    },
    /// Registered by [`OAuthClient::register`](crate::OAuthClient::register).
    Dynamic {
        /// The authorization server that issued it; it is sent to no other.
        issuer: String,
        /// Client id.
        id: String,
        /// Client secret, if one was issued.
        secret: Option<Secret>,
        /// How the client authenticates at the token endpoint.
        auth_method: TokenAuth,
        /// The registered redirects.
        redirect_uris: Vec<Url>,
        /// When the secret expires; `None` for never.
        secret_expires_at: Option<Timestamp>,
    },
}

/// How a client authenticates at the token endpoint (RFC 6749, section 2.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum TokenAuth {
    /// Not at all: a public client, protected by PKCE.
    #[serde(rename = "none")]
    None,
    /// Secret in the body.
    #[serde(rename = "client_secret_post")]
    Post,
    /// Secret in the `Authorization` header.
    #[serde(rename = "client_secret_basic")]
    Basic,
}

impl TokenAuth {
    const ALL: [Self; 3] = [Self::None, Self::Post, Self::Basic];

    /// Its name on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Post => "client_secret_post",
            Self::Basic => "client_secret_basic",
        }
    }

    pub(crate) fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|method| method.as_str() == word)
    }

    fn is_in(self, supported: &[String]) -> bool {
        supported.iter().any(|word| word == self.as_str())
    }

    /// How a client with a secret authenticates, given the methods that the server supports. The default is the
    /// header (RFC 8414, section 2).
    pub(crate) fn with_secret(supported: Option<&[String]>) -> Self {
        match supported {
            Some(all) if Self::Post.is_in(all) && !Self::Basic.is_in(all) => Self::Post,
            _ => Self::Basic,
        }
    }

    /// The method to register with, given those that the server supports: without a secret if possible or if it names
    /// none, since a desktop app cannot keep a secret from its owner.
    pub(crate) fn to_register(supported: Option<&[String]>) -> Self {
        let supported = supported.unwrap_or_default();
        let mut all = Self::ALL.into_iter();
        all.find(|method| method.is_in(supported))
            .unwrap_or(Self::None)
    }
}

impl ClientIdentity {
    /// The client id as it is sent.
    pub fn id(&self) -> &str {
        match self {
            Self::PreRegistered { id, .. } | Self::Dynamic { id, .. } => id,
            Self::MetadataDocument { url } => url.as_str(),
        }
    }

    /// The client secret, if there is one.
    pub fn secret(&self) -> Option<&Secret> {
        match self {
            Self::PreRegistered { secret, .. } | Self::Dynamic { secret, .. } => secret.as_ref(),
            Self::MetadataDocument { .. } => None,
        }
    }

    /// Whether it can be used for that provider and redirect; if not, register again. An OAuth app of the user's own
    /// always can, since only the provider knows its redirects.
    pub fn fits(&self, discovery: &Discovery, redirect: &Url) -> bool {
        match self {
            Self::PreRegistered { .. } => true,
            Self::MetadataDocument { .. } => discovery.supports_metadata_document,
            Self::Dynamic {
                issuer,
                redirect_uris,
                secret_expires_at,
                ..
            } => {
                *issuer == discovery.issuer
                    && redirect_uris.contains(redirect)
                    && secret_expires_at.is_none_or(|at| at > now())
            }
        }
    }

    /// The port of the registered loopback redirect, to be used again.
    pub fn loopback_port(&self) -> Option<u16> {
        let Self::Dynamic { redirect_uris, .. } = self else {
            return None;
        };
        redirect_uris
            .iter()
            .find(|url| is_loopback_redirect(url))
            .and_then(Url::port)
    }

    pub(crate) fn token_auth(&self, discovery: &Discovery) -> TokenAuth {
        match self {
            Self::Dynamic { auth_method, .. } => *auth_method,
            Self::PreRegistered {
                secret: Some(_), ..
            } if discovery.deviations.has(OauthDeviation::SecretInBody) => TokenAuth::Post,
            Self::PreRegistered {
                secret: Some(_), ..
            } => TokenAuth::with_secret(discovery.token_auth_methods.as_deref()),
            Self::PreRegistered { secret: None, .. } | Self::MetadataDocument { .. } => {
                TokenAuth::None
            }
        }
    }

    /// Serializes the identity with its secret as JSON, for the vault.
    pub fn to_secret(&self) -> Secret {
        let secret = self.secret().map(Secret::expose);
        let document = match self {
            Self::PreRegistered { id, .. } => {
                json!({"kind": "pre_registered", "id": id, "secret": secret})
            }
            Self::MetadataDocument { url } => json!({"kind": "metadata_document", "url": url}),
            Self::Dynamic {
                issuer,
                id,
                auth_method,
                redirect_uris,
                secret_expires_at,
                ..
            } => json!({
                "kind": "dynamic",
                "issuer": issuer,
                "id": id,
                "secret": secret,
                "auth_method": auth_method,
                "redirect_uris": redirect_uris,
                "secret_expires_at": secret_expires_at,
            }),
        };
        Secret::new(document.to_string())
    }

    /// Parses the text of [`to_secret`](Self::to_secret).
    ///
    /// # Errors
    /// [`Error::Damaged`] for any other text.
    pub fn from_secret(text: &Secret) -> Result<Self, Error> {
        serde_json::from_str(text.expose()).map_err(|_| Error::Damaged)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offered(words: &[&str]) -> Vec<String> {
        words.iter().map(|word| (*word).to_owned()).collect()
    }

    #[test]
    fn the_method_follows_what_is_offered() {
        let post = offered(&["client_secret_post"]);
        let both = offered(&["client_secret_post", "client_secret_basic"]);
        let all = offered(&["client_secret_basic", "none"]);
        assert_eq!(TokenAuth::with_secret(None), TokenAuth::Basic);
        assert_eq!(TokenAuth::with_secret(Some(&post)), TokenAuth::Post);
        assert_eq!(TokenAuth::with_secret(Some(&both)), TokenAuth::Basic);
        assert_eq!(TokenAuth::to_register(None), TokenAuth::None);
        assert_eq!(TokenAuth::to_register(Some(&all)), TokenAuth::None);
        assert_eq!(TokenAuth::to_register(Some(&both)), TokenAuth::Post);
    }

    #[test]
    fn identities_survive_the_vault() {
        let identity = ClientIdentity::Dynamic {
            issuer: "https://as.example".to_owned(),
            id: "abc".to_owned(),
            secret: Some(Secret::new("s3cret")),
            auth_method: TokenAuth::Post,
            redirect_uris: vec![Url::parse("http://127.0.0.1:4711/callback").unwrap()],
            secret_expires_at: None,
        };
        let back = ClientIdentity::from_secret(&identity.to_secret()).unwrap();
        assert_eq!(back.id(), "abc");
        assert_eq!(back.secret().unwrap().expose(), "s3cret");
        assert_eq!(back.loopback_port(), Some(4711));
        assert!(!format!("{back:?}").contains("s3cret"));
    }

    #[test]
    fn other_text_is_damaged() {
        let read = ClientIdentity::from_secret(&Secret::new("{\"kind\":\"else\"}"));
        assert!(matches!(read, Err(Error::Damaged)));
    }
}
