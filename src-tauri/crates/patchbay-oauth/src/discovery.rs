//! What is known of how to sign in to an MCP server.

use patchbay_http::Reach;
use patchbay_model::OauthDeviation;
use url::Url;

use crate::scopes::union;
use crate::{Deviations, Error, OAuthClient};

/// How to sign in to an MCP server, every address and claim checked.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Discovery {
    /// The server that was asked, without fragment.
    pub server: Url,
    /// Where this comes from.
    pub source: DiscoverySource,
    /// The protected resource exactly as published; sent as `resource` with every request, unless a person chose
    /// otherwise. Empty where there is none: then nothing is sent.
    pub resource: String,
    /// Name of the resource for people, cleaned.
    pub resource_name: Option<String>,
    /// The authorization server, compared as plain text and never normalized.
    pub issuer: String,
    /// Where the user consents; `None` for a grant without a browser.
    pub authorization_endpoint: Option<Url>,
    /// Where codes become tokens.
    pub token_endpoint: Url,
    /// Where programs register, if anywhere.
    pub registration_endpoint: Option<Url>,
    /// Where tokens are given back, if anywhere.
    pub revocation_endpoint: Option<Url>,
    /// Where the provider tells who signed in, if it does so on a host that has the tokens anyway.
    pub userinfo_endpoint: Option<Url>,
    /// Scopes to ask for at first: those of the challenge, else those of the resource, else none;
    /// with `offline_access` where the authorization server wants that for refresh tokens.
    pub initial_scopes: Vec<String>,
    /// All scopes that the authorization server knows, as far as it says.
    pub scopes_supported: Vec<String>,
    /// Ways in which a client may prove itself at the token endpoint; `None` when it is not said.
    pub token_auth_methods: Option<Vec<String>>,
    /// Whether every callback has to carry `iss` (RFC 9207).
    pub iss_required: bool,
    /// Whether an https address may stand as client id, with our own metadata behind it.
    pub supports_metadata_document: bool,
    /// Where this provider differs from the standards.
    pub deviations: Deviations,
    pub(crate) reach: Reach,
}

/// Where a [`Discovery`] comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DiscoverySource {
    /// The server's protected resource metadata named the authorization server.
    ResourceMetadata,
    /// The server has none, but its own host publishes authorization server metadata (MCP 2025-03-26).
    ServerMetadata,
    /// The server publishes nothing: `/authorize`, `/token` and `/register` are guessed, and whether it
    /// honours PKCE is unknown. The user has to be told before the browser opens.
    LegacyEndpointFallback,
    /// Nobody was asked: a person or a platform named the endpoints of a provider that is no MCP server's.
    Given,
}

impl OAuthClient {
    /// How to sign in to a provider whose endpoints are known from elsewhere. There is no protected
    /// resource, no registration, and no issuer but the host of the page. `reach` says where they may lie.
    ///
    /// # Errors
    ///
    /// [`Error::NotHttps`], [`Error::UnsafeUrl`] when an endpoint must not be used.
    pub fn discovery_from_endpoints(
        &self,
        authorization_endpoint: Url,
        token_endpoint: Url,
        scopes: Vec<String>,
        reach: Reach,
    ) -> Result<Discovery, Error> {
        reach.check_url("authorization endpoint", &authorization_endpoint)?;
        reach.check_url("token endpoint", &token_endpoint)?;
        Ok(Discovery {
            server: authorization_endpoint.clone(),
            source: DiscoverySource::Given,
            resource: String::new(),
            resource_name: None,
            issuer: authorization_endpoint.origin().ascii_serialization(),
            authorization_endpoint: Some(authorization_endpoint),
            token_endpoint,
            registration_endpoint: None,
            revocation_endpoint: None,
            userinfo_endpoint: None,
            initial_scopes: scopes,
            scopes_supported: Vec::new(),
            token_auth_methods: Some(vec!["client_secret_post".to_owned()]),
            iss_required: false,
            supports_metadata_document: false,
            deviations: Deviations::default(),
            reach,
        })
    }
}

impl Discovery {
    /// What is sent as `resource`.
    pub(crate) fn sent_resource(&self) -> Option<&str> {
        sent_resource(&self.resource, &self.deviations)
    }

    /// The same with more scopes to register and ask for: what the connector's settings name, or what a
    /// step-up challenges for.
    #[must_use]
    pub fn with_scopes(mut self, scopes: &[String]) -> Self {
        self.initial_scopes = union(&self.initial_scopes, scopes);
        self
    }
}

/// What is sent as `resource` (RFC 8707); `None` where there is none, or a person chose to send none.
pub(crate) fn sent_resource<'a>(resource: &'a str, deviations: &Deviations) -> Option<&'a str> {
    let is_sent = !resource.is_empty() && !deviations.has(OauthDeviation::NoResource);
    is_sent.then_some(resource)
}
