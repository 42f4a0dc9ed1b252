//! Caches a token that a platform issues on request.

use std::time::Duration;

use parking_lot::Mutex;
use patchbay_http::Clock;
use patchbay_model::{Secret, Timestamp};

use crate::{BoxError, Headers, Result};

/// A token that is requested when needed, and used until it expires or is rejected.
#[derive(Default)]
pub(crate) struct TokenCache {
    /// Whether a rejected token is kept: one requested for that very call for the next call, and any other one to
    /// recognize it when it is offered again.
    keeps_rejected: bool,
    /// Held during a request for a token, whose result is used by those who wait.
    request: tokio::sync::Mutex<()>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    token: Option<Token>,
    /// The last token rejected with 401, which must not be offered again.
    rejected: Option<Headers>,
}

struct Token {
    headers: Headers,
    good_until: Timestamp,
    /// Whether it was served from the cache, so that a new token may help after a 401.
    is_used: bool,
}

impl State {
    fn valid_headers(&mut self, now: Timestamp) -> Option<Headers> {
        let token = self.token.as_mut().filter(|token| now < token.good_until)?;
        token.is_used = true;
        Some(token.headers.clone())
    }
}

impl TokenCache {
    pub(crate) fn keeping_rejected() -> Self {
        Self {
            keeps_rejected: true,
            ..Self::default()
        }
    }

    /// The cached token, unless it has expired.
    pub(crate) fn get(&self, now: Timestamp) -> Option<Headers> {
        self.state.lock().valid_headers(now)
    }

    /// The cached token, or else the one that `request` returns with its lifetime.
    pub(crate) async fn get_or_request(
        &self,
        clock: &dyn Clock,
        request: impl Future<Output = Result<(Headers, Duration)>> + Send,
    ) -> Result<Headers, BoxError> {
        let _request = self.request.lock().await;
        if let Some(headers) = self.get(clock.now()) {
            return Ok(headers);
        }
        let requested = request.await;
        let (headers, valid_for) = requested.map_err(|error| Box::new(error) as BoxError)?;
        self.state.lock().token = Some(Token {
            headers: headers.clone(),
            good_until: clock.now() + valid_for,
            is_used: false,
        });
        Ok(headers)
    }

    /// Takes a token from an earlier process, unless it is outdated.
    pub(crate) fn offer(&self, headers: Headers, good_until: Timestamp, now: Timestamp) {
        let mut state = self.state.lock();
        let rejected = state.rejected.as_deref().unwrap_or_default();
        let is_rejected = contains_token(rejected, &headers);
        if now < good_until && !is_rejected && state.valid_headers(now).is_none() {
            state.token = Some(Token {
                headers,
                good_until,
                is_used: true,
            });
        }
    }

    /// Handles a 401 to the headers that were `sent`, and returns whether a new token may help. A late 401 for an old
    /// token doesn't discard a newer one. A token requested for this very call is not replaced.
    pub(crate) fn reject(&self, sent: &[(String, Secret)]) -> bool {
        let mut state = self.state.lock();
        let rejected = state
            .token
            .take_if(|token| contains_token(sent, &token.headers));
        match rejected {
            Some(token) if !token.is_used => {
                state.token = self.keeps_rejected.then_some(token);
                false
            }
            _ => {
                state.rejected = self.keeps_rejected.then(|| sent.into());
                true
            }
        }
    }
}

fn contains_token(sent: &[(String, Secret)], headers: &Headers) -> bool {
    let mut tokens = headers.iter().map(|(_, token)| token.expose());
    tokens.all(|token| sent.iter().any(|(_, value)| value.expose() == token))
}
