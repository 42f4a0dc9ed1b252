//! The token of an application, obtained for its id and secret, and renewed before it expires.
//!
//! Source: Airbyte contract, section 2.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use patchbay_http::text::read_json;
use patchbay_http::{Api, CachedToken, CallOptions, Path, Request, bearer};
use patchbay_model::{Secret, Timestamp};
use serde_json::json;

use crate::airbyte::wire::ExchangedToken;
use crate::{BoxError, Error, Headers, Result, TokenSource};

const EXPIRY_MARGIN_SECS: u64 = 60;

/// Lifetime of a token if the response does not tell.
const DEFAULT_LIFETIME_SECS: u64 = 840;

/// The token of one application in one organization.
pub(crate) struct ApplicationToken {
    /// Without credentials, with the header of the organization.
    api: Api,
    client_id: String,
    client_secret: Secret,
    /// Held during an exchange, whose result is used by those who wait.
    exchange: tokio::sync::Mutex<()>,
    cache: Mutex<Cache>,
}

#[derive(Default)]
struct Cache {
    token: Option<Token>,
    /// The last token rejected with 401, which must not be offered again.
    refused: Option<Headers>,
}

struct Token {
    headers: Headers,
    good_until: Timestamp,
    /// Whether it was served from the cache, so that a new token may help after a 401.
    is_used: bool,
}

impl Cache {
    fn valid_headers(&mut self, now: Timestamp) -> Option<Headers> {
        let token = self.token.as_mut().filter(|token| now < token.good_until)?;
        token.is_used = true;
        Some(token.headers.clone())
    }
}

/// The header value that contains the token.
fn value(headers: &[(String, Secret)]) -> Option<&str> {
    headers.first().map(|(_, value)| value.expose())
}

impl ApplicationToken {
    pub(crate) fn new(api: Api, client_id: String, client_secret: Secret) -> Self {
        Self {
            api,
            client_id,
            client_secret,
            exchange: tokio::sync::Mutex::default(),
            cache: Mutex::default(),
        }
    }

    /// Whether it belongs to that application in the organization of `api`.
    pub(crate) fn is_of(&self, api: &Api, id: &str, secret: &Secret) -> bool {
        self.api.headers == api.headers
            && self.client_id == id
            && self.client_secret.expose() == secret.expose()
    }

    /// Obtains a new token, unless another call did so meanwhile.
    async fn exchange(&self) -> Result<Headers> {
        let _exchange = self.exchange.lock().await;
        if let Some(headers) = self.cache().valid_headers(self.api.clock.now()) {
            return Ok(headers);
        }
        let token = self.request_token().await?;
        let valid_for = token.expires_in.map_or(DEFAULT_LIFETIME_SECS, |seconds| {
            seconds.saturating_sub(EXPIRY_MARGIN_SECS)
        });
        let headers = bearer(&token.access_token);
        self.cache().token = Some(Token {
            headers: headers.clone(),
            good_until: self.api.clock.now() + Duration::from_secs(valid_for),
            is_used: false,
        });
        Ok(headers)
    }

    async fn request_token(&self) -> Result<ExchangedToken> {
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
        token.ok_or_else(|| answer.unexpected("no access_token received"))
    }

    fn cache(&self) -> MutexGuard<'_, Cache> {
        self.cache.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl TokenSource for ApplicationToken {
    fn cached_headers(&self) -> Option<Headers> {
        self.cache().valid_headers(self.api.clock.now())
    }

    async fn headers(&self) -> Result<Headers, BoxError> {
        let exchanged = self.exchange().await;
        exchanged.map_err(|error| Box::new(error) as BoxError)
    }

    fn offer(&self, cached: &CachedToken) {
        let now = self.api.clock.now();
        let headers = bearer(&cached.token);
        let mut cache = self.cache();
        let is_refused = value(&headers) == cache.refused.as_deref().and_then(value);
        if now < cached.good_until && !is_refused && cache.valid_headers(now).is_none() {
            cache.token = Some(Token {
                headers,
                good_until: cached.good_until,
                is_used: true,
            });
        }
    }

    /// A late 401 for an old token doesn't discard a newer one. A token obtained for this very call is not replaced.
    async fn on_unauthorized(
        &self,
        sent: &[(String, Secret)],
        _challenge: Option<String>,
    ) -> Result<bool, BoxError> {
        let mut cache = self.cache();
        let kept = cache
            .token
            .take_if(|token| value(&token.headers) == value(sent));
        match kept {
            Some(token) if !token.is_used => {
                cache.token = Some(token);
                return Ok(false);
            }
            _ => cache.refused = Some(sent.into()),
        }
        Ok(true)
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
