//! As which program Patchbay is known to an authorization server.

use patchbay_model::{OauthDeviation, Secret, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::json;
use url::Url;

use crate::loopback::is_loopback_redirect;
use crate::token::ClientAuthentication;
use crate::trace::now;
use crate::{Discovery, Error};

/// As which program Patchbay is known to an authorization server.
///
/// In the order of preference of MCP: an OAuth app of the user's own, our metadata document where the
/// server takes one, dynamic registration.
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
        /// The authorization server that gave it; no other gets to see it.
        issuer: String,
        /// Client id.
        id: String,
        /// Client secret, where one was given.
        secret: Option<Secret>,
        /// How the server wants the client to prove itself.
        auth_method: TokenAuth,
        /// The redirects that were registered.
        redirect_uris: Vec<Url>,
        /// When the secret lapses; `None` for never.
        secret_expires_at: Option<Timestamp>,
    },
}

/// How a client proves itself at the token endpoint (RFC 6749, section 2.3).
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
    /// The word for it on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Post => "client_secret_post",
            Self::Basic => "client_secret_basic",
        }
    }

    pub(crate) fn from_word(word: &str) -> Option<Self> {
        [Self::None, Self::Post, Self::Basic]
            .into_iter()
            .find(|method| method.as_str() == word)
    }

    /// How to prove oneself with a secret, given what the server offers. A server that does not say
    /// takes the header (RFC 8414, section 2).
    pub(crate) fn with_secret(offered: Option<&[String]>) -> Self {
        let offers = |method: Self| {
            offered.is_some_and(|all| all.iter().any(|word| word == method.as_str()))
        };
        match offers(Self::Post) && !offers(Self::Basic) {
            true => Self::Post,
            false => Self::Basic,
        }
    }

    /// How to ask to be registered, given what the server offers: without a secret where that is
    /// possible or nothing is said, since a program on a desk cannot keep one from its owner.
    pub(crate) fn to_register(offered: Option<&[String]>) -> Self {
        let Some(offered) = offered else {
            return Self::None;
        };
        [Self::None, Self::Post, Self::Basic]
            .into_iter()
            .find(|method| offered.iter().any(|word| word == method.as_str()))
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

    /// The client secret, where there is one.
    pub fn secret(&self) -> Option<&Secret> {
        match self {
            Self::PreRegistered { secret, .. } | Self::Dynamic { secret, .. } => secret.as_ref(),
            Self::MetadataDocument { .. } => None,
        }
    }

    /// Whether it can be used for that sign-in with that redirect. If not, register anew; an OAuth app
    /// of the user's own always passes, for only the provider knows what it was made for.
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

    /// The port of the loopback redirect that was registered, to be asked for again.
    pub fn loopback_port(&self) -> Option<u16> {
        let Self::Dynamic { redirect_uris, .. } = self else {
            return None;
        };
        redirect_uris
            .iter()
            .find(|url| is_loopback_redirect(url))
            .and_then(Url::port)
    }

    /// The client with its proof for the token endpoint of that server.
    pub(crate) fn client_authentication(&self, discovery: &Discovery) -> ClientAuthentication<'_> {
        ClientAuthentication {
            id: self.id(),
            secret: self.secret(),
            method: self.token_auth(discovery),
        }
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

    /// JSON text for the vault: the one way out for the secret within.
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

    /// Reads what [`to_secret`](Self::to_secret) wrote.
    ///
    /// # Errors
    ///
    /// [`Error::Damaged`] when the text is anything else.
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
