//! The token of an application, obtained for its id and secret, and renewed before it expires.
//!
//! Source: Airbyte contract, section 2.

use std::time::Duration;

use async_trait::async_trait;
use patchbay_http::text::read_json;
use patchbay_http::{Api, CachedToken, CallOptions, Path, Request, bearer};
use patchbay_model::Secret;
use serde_json::json;

use crate::airbyte::wire::ExchangedToken;
use crate::token_cache::TokenCache;
use crate::{BoxError, Error, Headers, Result, TokenSource};

const EXPIRY_MARGIN_SECS: u64 = 60;

/// Lifetime of a token if the response does not contain one.
const DEFAULT_LIFETIME_SECS: u64 = 840;

/// The token of one application in one organization.
pub(crate) struct ApplicationToken {
    /// Without credentials, with the header of the organization.
    api: Api,
    client_id: String,
    client_secret: Secret,
    cache: TokenCache,
}

impl ApplicationToken {
    pub(crate) fn new(api: Api, client_id: String, client_secret: Secret) -> Self {
        Self {
            api,
            client_id,
            client_secret,
            cache: TokenCache::keeping_rejected(),
        }
    }

    /// Whether it belongs to that application in the organization of `api`.
    pub(crate) fn is_of(&self, api: &Api, id: &str, secret: &Secret) -> bool {
        self.api.headers == api.headers
            && self.client_id == id
            && self.client_secret.expose() == secret.expose()
    }

    async fn request_token(&self) -> Result<(Headers, Duration)> {
        let secret = self.client_secret.expose();
        let body = json!({"client_id": self.client_id, "client_secret": secret});
        let request = Request::post(Path::new("/api/v1/account/applications/token"))
            .json(&body)?
            .secret(self.client_secret.clone());
        let answer = self.api.send(request, &CallOptions::default()).await?;
        let token = read_json(&answer.body).map(serde_json::from_value::<ExchangedToken>);
        let token = token
            .and_then(Result::ok)
            .filter(|token| !token.access_token.is_empty());
        let token = token.ok_or_else(|| answer.unexpected("no access_token received"))?;
        let valid_for = token.expires_in.map_or(DEFAULT_LIFETIME_SECS, |seconds| {
            seconds.saturating_sub(EXPIRY_MARGIN_SECS)
        });
        Ok((bearer(&token.access_token), Duration::from_secs(valid_for)))
    }
}

#[async_trait]
impl TokenSource for ApplicationToken {
    fn cached_headers(&self) -> Option<Headers> {
        self.cache.get(self.api.clock.now())
    }

    async fn headers(&self) -> Result<Headers, BoxError> {
        let request = self.request_token();
        self.cache.get_or_request(&*self.api.clock, request).await
    }

    fn offer(&self, cached: &CachedToken) {
        let headers = bearer(&cached.token);
        let now = self.api.clock.now();
        self.cache.offer(headers, cached.good_until, now);
    }

    async fn on_unauthorized(
        &self,
        sent: &[(String, Secret)],
        _challenge: Option<String>,
    ) -> Result<bool, BoxError> {
        Ok(self.cache.reject(sent))
    }
}

/// For an account without credentials.
pub(crate) struct NoCredentials;

impl NoCredentials {
    pub(crate) fn error() -> Error {
        Error::Usage("enter a client ID and secret, or a token".to_owned())
    }
}

#[async_trait]
impl TokenSource for NoCredentials {
    async fn headers(&self) -> Result<Headers, BoxError> {
        Err(Box::new(Self::error()))
    }
}
