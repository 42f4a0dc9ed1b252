//! What is kept of a consent: tokens, and all that is needed to renew and revoke them.

use patchbay_model::{OauthGrant, Secret, Timestamp};
use serde::{Deserialize, Serialize};
use url::Url;

use crate::token::ClientAuthentication;
use crate::{ClientIdentity, Deviations, Discovery, Error, Pending, TokenAuth, Tokens};

/// What is kept of a consent. Lives in the vault only, as the text of [`Grant::to_secret`].
#[derive(Clone, Debug, Deserialize)]
#[non_exhaustive]
pub struct Grant {
    /// The MCP server it was obtained for.
    pub server: Url,
    /// The authorization server, plain text.
    pub issuer: String,
    /// The protected resource, exactly as published.
    pub resource: String,
    /// Where it is renewed.
    pub token_endpoint: Url,
    /// Where it is given back, if anywhere.
    pub revocation_endpoint: Option<Url>,
    /// The program it was given to.
    pub client_id: String,
    /// That program's secret.
    pub client_secret: Option<Secret>,
    /// How the program proves itself.
    pub auth_method: TokenAuth,
    /// For `Authorization: Bearer`, on the origin of `server` only.
    pub access_token: Secret,
    /// For the next refresh.
    pub refresh_token: Option<Secret>,
    /// Granted scopes.
    pub scopes: Vec<String>,
    /// When the access token lapses; `None` when nobody knows.
    pub expires_at: Option<Timestamp>,
    /// When the access token was given.
    pub obtained_at: Timestamp,
    /// Whether the consent that gave it was insisted on; the next one has to be too, or the refresh token is lost.
    #[serde(default)]
    pub insisted_on_consent: bool,
    /// As whom it was obtained, and is renewed.
    #[serde(default)]
    pub kind: OauthGrant,
    /// Where its provider differs from the standards.
    #[serde(default)]
    pub deviations: Deviations,
}

impl Grant {
    /// The grant of a consent that is done; the tokens were given `now`.
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

    /// The grant of an app that signed in as itself; the tokens were given `now`.
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
            expires_at: tokens.expires_in.map(|lasts| now + lasts),
            obtained_at: now,
            insisted_on_consent: false,
            kind: OauthGrant::ClientCredentials,
            deviations: discovery.deviations.clone(),
        }
    }

    /// Whether another access token can be had without a person.
    pub fn is_renewable(&self) -> bool {
        self.refresh_token.is_some() || self.kind == OauthGrant::ClientCredentials
    }

    /// The same grant with renewed tokens, given `now`.
    #[must_use]
    pub fn renew(self, tokens: Tokens, now: Timestamp) -> Self {
        Self {
            access_token: tokens.access_token,
            refresh_token: tokens.refresh_token,
            scopes: tokens.scopes,
            expires_at: tokens.expires_in.map(|lasts| now + lasts),
            obtained_at: now,
            ..self
        }
    }

    /// Whether the access token may be sent there: to the origin of its server and nowhere else.
    pub fn allows_url(&self, url: &Url) -> bool {
        self.server.origin() == url.origin()
    }

    /// JSON text for the vault: the one way out for the secrets within.
    pub fn to_secret(&self) -> Secret {
        #[expect(
            clippy::expect_used,
            reason = "all members are text, lists of text and times"
        )]
        let text = serde_json::to_string(&Written::from(self)).expect("a grant is valid JSON");
        Secret::new(text)
    }

    /// Reads what [`to_secret`](Self::to_secret) wrote.
    ///
    /// # Errors
    ///
    /// [`Error::Damaged`] when the text is anything else.
    pub fn from_secret(text: &Secret) -> Result<Self, Error> {
        serde_json::from_str(text.expose()).map_err(|_| Error::Damaged)
    }

    pub(crate) fn client_authentication(&self) -> ClientAuthentication<'_> {
        ClientAuthentication {
            id: &self.client_id,
            secret: self.client_secret.as_ref(),
            method: self.auth_method,
        }
    }
}

/// A grant as it is written; kept apart so that [`Grant`] itself cannot be serialized by accident.
#[derive(Serialize)]
struct Written<'a> {
    server: &'a Url,
    issuer: &'a str,
    resource: &'a str,
    token_endpoint: &'a Url,
    revocation_endpoint: Option<&'a Url>,
    client_id: &'a str,
    client_secret: Option<&'a str>,
    auth_method: TokenAuth,
    access_token: &'a str,
    refresh_token: Option<&'a str>,
    scopes: &'a [String],
    expires_at: Option<Timestamp>,
    obtained_at: Timestamp,
    insisted_on_consent: bool,
    kind: OauthGrant,
    deviations: &'a Deviations,
}

impl<'a> From<&'a Grant> for Written<'a> {
    fn from(grant: &'a Grant) -> Self {
        Self {
            server: &grant.server,
            issuer: &grant.issuer,
            resource: &grant.resource,
            token_endpoint: &grant.token_endpoint,
            revocation_endpoint: grant.revocation_endpoint.as_ref(),
            client_id: &grant.client_id,
            client_secret: grant.client_secret.as_ref().map(Secret::expose),
            auth_method: grant.auth_method,
            access_token: grant.access_token.expose(),
            refresh_token: grant.refresh_token.as_ref().map(Secret::expose),
            scopes: &grant.scopes,
            expires_at: grant.expires_at,
            obtained_at: grant.obtained_at,
            insisted_on_consent: grant.insisted_on_consent,
            kind: grant.kind,
            deviations: &grant.deviations,
        }
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
