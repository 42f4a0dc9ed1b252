//! What is stored of an authorization: tokens, and all that is needed to renew and revoke them.

use std::time::Duration;

use patchbay_model::{OauthGrant, Secret, Timestamp};
use serde::ser::SerializeStruct as _;
use serde::{Deserialize, Serialize, Serializer};
use url::Url;

use crate::{ClientIdentity, Deviations, Discovery, Error, Pending, TokenAuth};

/// A token response.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Tokens {
    /// Access token, for `Authorization: Bearer`.
    pub access_token: Secret,
    /// Refresh token; the previous one if the provider sent none.
    pub refresh_token: Option<Secret>,
    /// Granted scopes; the requested ones if the provider does not name them.
    pub scopes: Vec<String>,
    /// Lifetime of the access token from now; `None` if the provider does not state it.
    pub expires_in: Option<Duration>,
    /// OpenID Connect ID token; used by [`OAuthClient::find_user`] only.
    pub(crate) id_token: Option<Secret>,
}

/// What is stored of an authorization. Kept in the vault only, as the text of [`Grant::to_secret`].
#[derive(Clone, Debug, Deserialize)]
#[non_exhaustive]
pub struct Grant {
    /// The MCP server that the tokens are for.
    pub server: Url,
    /// Issuer of the authorization server, plain text.
    pub issuer: String,
    /// The protected resource, exactly as published.
    pub resource: String,
    /// Where tokens are renewed.
    pub token_endpoint: Url,
    /// Where tokens are revoked, if anywhere.
    pub revocation_endpoint: Option<Url>,
    /// Client id to which the tokens were issued.
    pub client_id: String,
    /// Client secret, if there is one.
    pub client_secret: Option<Secret>,
    /// How the client authenticates at the token endpoint.
    pub auth_method: TokenAuth,
    /// Access token, for `Authorization: Bearer` on the origin of `server` only.
    pub access_token: Secret,
    /// Refresh token, if there is one.
    pub refresh_token: Option<Secret>,
    /// Granted scopes.
    pub scopes: Vec<String>,
    /// When the access token expires; `None` if unknown.
    pub expires_at: Option<Timestamp>,
    /// When the access token was issued.
    pub obtained_at: Timestamp,
    /// Whether the consent page was forced; the next one has to be too, or no refresh token is issued.
    #[serde(default)]
    pub insisted_on_consent: bool,
    /// Grant type with which it was obtained, and is renewed.
    #[serde(default)]
    pub kind: OauthGrant,
    /// Deviations of its provider from the standards.
    #[serde(default)]
    pub deviations: Deviations,
}

impl Grant {
    /// The grant of a completed authorization; the tokens were issued `now`.
    pub fn new(
        discovery: &Discovery,
        client: &ClientIdentity,
        pending: &Pending,
        tokens: Tokens,
        now: Timestamp,
    ) -> Self {
        Self {
            insisted_on_consent: pending.forces_consent,
            kind: OauthGrant::AuthorizationCode,
            ..Self::for_client(discovery, client, tokens, now)
        }
    }

    /// The grant of an app that signed in as itself; the tokens were issued `now`.
    pub fn for_client(
        discovery: &Discovery,
        client: &ClientIdentity,
        tokens: Tokens,
        now: Timestamp,
    ) -> Self {
        Self {
            server: discovery.server.clone(),
            issuer: discovery.issuer.clone(),
            resource: discovery.resource.clone(),
            token_endpoint: discovery.token_endpoint.clone(),
            revocation_endpoint: discovery.revocation_endpoint.clone(),
            client_id: client.id().to_owned(),
            client_secret: client.secret().cloned(),
            auth_method: client.token_auth(discovery),
            access_token: tokens.access_token,
            refresh_token: tokens.refresh_token,
            scopes: tokens.scopes,
            expires_at: tokens.expires_in.map(|lifetime| now + lifetime),
            obtained_at: now,
            insisted_on_consent: false,
            kind: OauthGrant::ClientCredentials,
            deviations: discovery.deviations.clone(),
        }
    }

    /// Whether the access token can be renewed without a person.
    pub fn is_renewable(&self) -> bool {
        self.refresh_token.is_some() || self.kind == OauthGrant::ClientCredentials
    }

    /// The same grant with renewed tokens, issued `now`.
    #[must_use]
    pub fn renew(self, tokens: Tokens, now: Timestamp) -> Self {
        Self {
            access_token: tokens.access_token,
            refresh_token: tokens.refresh_token,
            scopes: tokens.scopes,
            expires_at: tokens.expires_in.map(|lifetime| now + lifetime),
            obtained_at: now,
            ..self
        }
    }

    /// Whether the access token may be sent to that address: only the origin of its server.
    pub fn allows_url(&self, url: &Url) -> bool {
        self.server.origin() == url.origin()
    }

    /// Serializes the grant with its secrets as JSON, for the vault.
    pub fn to_secret(&self) -> Secret {
        #[expect(
            clippy::expect_used,
            reason = "all members are text, lists of text and times"
        )]
        let text = serde_json::to_string(&Stored(self)).expect("a grant is valid JSON");
        Secret::new(text)
    }

    /// Parses the text of [`to_secret`](Self::to_secret).
    ///
    /// # Errors
    /// [`Error::Damaged`] for any other text.
    pub fn from_secret(text: &Secret) -> Result<Self, Error> {
        serde_json::from_str(text.expose()).map_err(|_| Error::Damaged)
    }
}

/// Serializes a grant; a separate type, so that [`Grant`] itself cannot be serialized by accident.
struct Stored<'a>(&'a Grant);

impl Serialize for Stored<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let grant = self.0;
        let mut stored = serializer.serialize_struct("Grant", 16)?;
        stored.serialize_field("server", &grant.server)?;
        stored.serialize_field("issuer", &grant.issuer)?;
        stored.serialize_field("resource", &grant.resource)?;
        stored.serialize_field("token_endpoint", &grant.token_endpoint)?;
        stored.serialize_field("revocation_endpoint", &grant.revocation_endpoint)?;
        stored.serialize_field("client_id", &grant.client_id)?;
        let client_secret = grant.client_secret.as_ref().map(Secret::expose);
        stored.serialize_field("client_secret", &client_secret)?;
        stored.serialize_field("auth_method", &grant.auth_method)?;
        stored.serialize_field("access_token", grant.access_token.expose())?;
        let refresh_token = grant.refresh_token.as_ref().map(Secret::expose);
        stored.serialize_field("refresh_token", &refresh_token)?;
        stored.serialize_field("scopes", &grant.scopes)?;
        stored.serialize_field("expires_at", &grant.expires_at)?;
        stored.serialize_field("obtained_at", &grant.obtained_at)?;
        stored.serialize_field("insisted_on_consent", &grant.insisted_on_consent)?;
        stored.serialize_field("kind", &grant.kind)?;
        stored.serialize_field("deviations", &grant.deviations)?;
        stored.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grant() -> Grant {
        Grant {
            server: Url::parse("https://mcp.example/mcp").unwrap(),
            issuer: "https://as.example".to_owned(),
            resource: "https://mcp.example/mcp".to_owned(),
            token_endpoint: Url::parse("https://as.example/token").unwrap(),
            revocation_endpoint: None,
            client_id: "me".to_owned(),
            client_secret: Some(Secret::new("cl13nt")),
            auth_method: TokenAuth::Basic,
            access_token: Secret::new("4ccess"),
            refresh_token: Some(Secret::new("r3fresh")),
            scopes: vec!["read".to_owned()],
            expires_at: Timestamp::from_unix_millis(1_000),
            obtained_at: Timestamp::from_unix_millis(0).unwrap(),
            insisted_on_consent: true,
            kind: OauthGrant::AuthorizationCode,
            deviations: Deviations::default(),
        }
    }

    #[test]
    fn grants_survive_the_vault() {
        let back = Grant::from_secret(&grant().to_secret()).unwrap();
        assert_eq!(back.access_token.expose(), "4ccess");
        assert_eq!(back.refresh_token.as_ref().unwrap().expose(), "r3fresh");
        assert_eq!(back.client_secret.as_ref().unwrap().expose(), "cl13nt");
        assert_eq!(back.expires_at, Timestamp::from_unix_millis(1_000));
        assert_eq!(back.to_secret().expose(), grant().to_secret().expose());
    }

    #[test]
    fn grants_of_older_versions_did_not_insist_on_consent() {
        let kept = grant().to_secret();
        let newer = r#","insisted_on_consent":true,"kind":"authorization_code","deviations":[]"#;
        let older = kept.expose().replace(newer, "");
        assert_ne!(older, kept.expose());
        let back = Grant::from_secret(&Secret::new(older)).unwrap();
        assert!(!back.insisted_on_consent);
        assert_eq!(back.kind, OauthGrant::AuthorizationCode);
    }

    #[test]
    fn debug_shows_no_secret() {
        let shown = format!("{:?}", grant());
        assert!(
            !["cl13nt", "4ccess", "r3fresh"]
                .iter()
                .any(|secret| shown.contains(secret))
        );
    }

    #[test]
    fn a_token_goes_to_its_own_origin_only() {
        let may = |url: &str| grant().allows_url(&Url::parse(url).unwrap());
        assert!(may("https://mcp.example/other"));
        for other in [
            "https://mcp.example:8443/mcp",
            "http://mcp.example/mcp",
            "https://a.mcp.example/mcp",
        ] {
            assert!(!may(other), "{other}");
        }
    }
}
