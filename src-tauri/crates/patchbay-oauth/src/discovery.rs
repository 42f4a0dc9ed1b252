//! How to sign in to an MCP server.

use patchbay_http::Reach;
use patchbay_model::OauthDeviation;
use url::Url;

use crate::{Deviations, Error, OAuthClient, union};

/// The scope by which refresh tokens are requested from servers that follow OpenID.
///
/// Source: OpenID Connect Core 1.0, section 11.
pub(crate) const OFFLINE_ACCESS: &str = "offline_access";

/// How to sign in to an MCP server; every address and claim was checked.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Discovery {
    /// The MCP server, without fragment.
    pub server: Url,
    /// Where this information comes from.
    pub source: DiscoverySource,
    /// The protected resource exactly as published; sent as `resource` with every request, unless the person chose
    /// otherwise. Empty if there is none: then nothing is sent.
    pub resource: String,
    /// Display name of the resource, cleaned.
    pub resource_name: Option<String>,
    /// Issuer of the authorization server, compared as plain text and never normalized.
    pub issuer: String,
    /// Where the user consents; `None` for a grant without a browser.
    pub authorization_endpoint: Option<Url>,
    /// Where codes are exchanged for tokens.
    pub token_endpoint: Url,
    /// Where clients register, if anywhere.
    pub registration_endpoint: Option<Url>,
    /// Where tokens are revoked, if anywhere.
    pub revocation_endpoint: Option<Url>,
    /// Where the provider tells who signed in, if it does on the origin of the token endpoint.
    pub userinfo_endpoint: Option<Url>,
    /// Scopes to request at first: those of the challenge, or else those of the resource, or else none; with
    /// `offline_access` if the authorization server supports that.
    pub initial_scopes: Vec<String>,
    /// Scopes that the authorization server says it supports.
    pub scopes_supported: Vec<String>,
    /// Client authentication methods of the token endpoint; `None` if not published.
    pub token_auth_methods: Option<Vec<String>>,
    /// Whether every callback must contain `iss` (RFC 9207).
    pub iss_required: bool,
    /// Whether the https address of our metadata document can be the client id.
    pub supports_metadata_document: bool,
    /// Deviations of this provider from the standards.
    pub deviations: Deviations,
    pub(crate) reach: Reach,
}

/// Where a [`Discovery`] comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DiscoverySource {
    /// The server's protected resource metadata named the authorization server.
    ResourceMetadata,
    /// The server has no such metadata, but its host publishes authorization server metadata (MCP 2025-03-26).
    ServerMetadata,
    /// The server publishes nothing: `/authorize`, `/token` and `/register` are guessed, and whether it supports PKCE
    /// is unknown. The user has to be told before the browser opens.
    LegacyEndpointFallback,
    /// The endpoints were given by a person or a platform; the provider belongs to no MCP server.
    Given,
}

impl OAuthClient {
    /// How to sign in to a provider whose endpoints are given. There is no protected resource, no registration, and no
    /// issuer but the origin of the authorization endpoint. `reach` says which addresses the endpoints may have.
    ///
    /// # Errors
    /// [`Error::NotHttps`], [`Error::UnsafeUrl`] if an endpoint must not be used.
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
    /// The value of `resource` (RFC 8707), as [`sent_resource`] determines it.
    pub(crate) fn sent_resource(&self) -> Option<&str> {
        sent_resource(&self.resource, &self.deviations)
    }

    /// Adds scopes to register and request: those of the connector's settings, or those of a step-up challenge.
    #[must_use]
    pub fn with_scopes(mut self, scopes: &[String]) -> Self {
        self.initial_scopes = union(&self.initial_scopes, scopes);
        self
    }
}

/// The value of `resource` (RFC 8707); `None` if there is none, or the person chose to send none.
pub(crate) fn sent_resource<'a>(resource: &'a str, deviations: &Deviations) -> Option<&'a str> {
    let is_sent = !resource.is_empty() && !deviations.has(OauthDeviation::NoResource);
    is_sent.then_some(resource)
}
