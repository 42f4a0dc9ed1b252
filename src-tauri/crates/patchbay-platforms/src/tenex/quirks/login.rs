//! Login with email and password, which returns a JWT.
//!
//! Source: 10ex contract, section 1, "JWT login".

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use http::Method;
use patchbay_http::{Api, CallOptions, Path, Request};
use patchbay_model::{Secret, Timestamp};
use serde::Deserialize;
use serde_json::json;

use super::settings::Credential;
use crate::{BoxError, Headers, Result, TokenSource};

/// Lifetime of a JWT if the response does not tell.
const DEFAULT_LIFETIME_SECS: u64 = 3600;

pub(crate) struct Login {
    pub(crate) api: Api,
    pub(crate) email: String,
    pub(crate) password: Secret,
    pub(crate) credential: Credential,
    /// Held during a login, whose result is used by those who wait.
    pub(crate) login_lock: tokio::sync::Mutex<()>,
    pub(crate) cached: Mutex<Option<Jwt>>,
}

pub(crate) struct Jwt {
    token: Secret,
    until: Timestamp,
    /// Whether it was served from the cache, so that a new login may help after a 401.
    is_used: bool,
}

#[derive(Deserialize)]
struct LoginResponse {
    access_token: Secret,
    expires_in: Option<u64>,
}

impl Login {
    async fn token(&self) -> Result<Secret> {
        if let Some(token) = self.valid_token() {
            return Ok(token);
        }
        let _turn = self.login_lock.lock().await;
        if let Some(token) = self.valid_token() {
            return Ok(token);
        }
        let body = json!({"email": self.email, "password": self.password.expose()});
        let request = Request::new(Method::POST, Path::new("/api/v1/users/login"))
            .json(&body)?
            .secret(self.password.clone())
            .anonymous();
        let answer = self.api.send(request, &CallOptions::default()).await?;
        let response: LoginResponse = answer.json_as()?;
        let valid_for = Duration::from_secs(response.expires_in.unwrap_or(DEFAULT_LIFETIME_SECS));
        let token = response.access_token;
        *self.cached() = Some(Jwt {
            token: token.clone(),
            until: self.api.clock.now() + valid_for,
            is_used: false,
        });
        Ok(token)
    }

    fn valid_token(&self) -> Option<Secret> {
        let now = self.api.clock.now();
        let mut cached = self.cached();
        let jwt = cached.as_mut().filter(|jwt| now < jwt.until)?;
        jwt.is_used = true;
        Some(jwt.token.clone())
    }

    fn cached(&self) -> MutexGuard<'_, Option<Jwt>> {
        self.cached.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl TokenSource for Login {
    async fn headers(&self) -> Result<Headers, BoxError> {
        let token = self.token().await;
        let token = token.map_err(|error| Box::new(error) as BoxError)?;
        Ok(Arc::new([self.credential.header_with(&token)]))
    }

    fn header_names(&self) -> Vec<String> {
        vec![self.credential.header_with(&self.password).0]
    }

    async fn on_unauthorized(
        &self,
        sent: &[(String, Secret)],
        _challenge: Option<String>,
    ) -> Result<bool, BoxError> {
        let mut cached = self.cached();
        let Some(jwt) = cached.as_ref() else {
            return Ok(true);
        };
        let (_, ours) = self.credential.header_with(&jwt.token);
        let was_sent = sent
            .iter()
            .any(|(_, value)| value.expose() == ours.expose());
        if !was_sent {
            return Ok(true);
        }
        // Another login after a fresh one would be refused as well.
        let may_help = jwt.is_used;
        *cached = None;
        Ok(may_help)
    }
}
