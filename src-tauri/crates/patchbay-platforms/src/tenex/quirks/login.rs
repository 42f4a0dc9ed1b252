//! Login with email and password, which returns a JWT.
//!
//! Source: 10ex contract, section 1, "JWT login".

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use http::Method;
use patchbay_http::{Api, CallOptions, Path, Request};
use patchbay_model::Secret;
use serde::Deserialize;
use serde_json::json;

use super::settings::Credential;
use crate::token_cache::TokenCache;
use crate::{BoxError, Headers, Result, TokenSource};

/// Lifetime of a JWT if the response does not contain one.
const DEFAULT_LIFETIME_SECS: u64 = 3600;

pub(crate) struct Login {
    pub(crate) api: Api,
    pub(crate) email: String,
    pub(crate) password: Secret,
    pub(crate) credential: Credential,
    pub(crate) cache: TokenCache,
}

#[derive(Deserialize)]
struct LoginResponse {
    access_token: Secret,
    expires_in: Option<u64>,
}

impl Login {
    async fn log_in(&self) -> Result<(Headers, Duration)> {
        let body = json!({"email": self.email, "password": self.password.expose()});
        let request = Request::new(Method::POST, Path::new("/api/v1/users/login"))
            .json(&body)?
            .secret(self.password.clone())
            .anonymous();
        let answer = self.api.send(request, &CallOptions::default()).await?;
        let response: LoginResponse = answer.json_as()?;
        let headers: Headers = Arc::new([self.credential.header_with(&response.access_token)]);
        let valid_for = response.expires_in.unwrap_or(DEFAULT_LIFETIME_SECS);
        Ok((headers, Duration::from_secs(valid_for)))
    }
}

#[async_trait]
impl TokenSource for Login {
    fn cached_headers(&self) -> Option<Headers> {
        self.cache.get(self.api.clock.now())
    }

    async fn headers(&self) -> Result<Headers, BoxError> {
        let request = self.log_in();
        self.cache.get_or_request(&*self.api.clock, request).await
    }

    fn header_names(&self) -> Vec<String> {
        vec![self.credential.header_with(&self.password).0]
    }

    async fn on_unauthorized(
        &self,
        sent: &[(String, Secret)],
        _challenge: Option<String>,
    ) -> Result<bool, BoxError> {
        Ok(self.cache.reject(sent))
    }
}
