//! The application token: exchanged for id and secret, kept, and exchanged anew before it lapses.
//!
//! Source: Airbyte contract, section 2.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use futures::FutureExt;
use patchbay_model::{Secret, Timestamp};

use super::client;
use crate::http::{Api, CachedToken, CallOptions};
use crate::token_source::bearer;
use crate::{BoxError, Error, Headers, TokenSource};

/// How long before its end a token is no longer used.
const MARGIN: u64 = 60;

/// How long a token is used when the platform does not say how long it lives.
const USUAL: u64 = 840;

/// What a token is made of.
pub(super) enum Credentials {
    /// Id and secret of an application.
    Application {
        client_id: String,
        client_secret: Secret,
    },
    /// A token made elsewhere.
    Pasted(Secret),
}

/// The tokens of one identity, shared by all of its calls.
pub(super) struct Tokens {
    credentials: Credentials,
    /// Held while credentials are exchanged: whoever waits for it takes what comes out.
    turn: tokio::sync::Mutex<()>,
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    token: Option<Arc<Held>>,
    /// The last one that was answered with 401, so that a caller cannot bring it back.
    refused: Option<Secret>,
}

/// A token that is kept, and the header that it is sent in.
struct Held {
    token: CachedToken,
    headers: Headers,
}

impl Held {
    fn new(token: CachedToken) -> Self {
        Self {
            headers: bearer(&token.token),
            token,
        }
    }
}

/// A token for one request.
enum Given {
    /// Older than this request, so that a new one may help.
    Kept(Arc<Held>),
    Fresh(Headers),
}

impl Tokens {
    pub(super) fn new(credentials: Credentials) -> Arc<Self> {
        Arc::new(Self {
            credentials,
            turn: tokio::sync::Mutex::default(),
            kept: Mutex::default(),
        })
    }

    /// Whether these are the tokens of that application.
    pub(super) fn are_of(&self, id: &str, secret: &str) -> bool {
        matches!(&self.credentials, Credentials::Application { client_id, client_secret }
            if client_id == id && client_secret.expose() == secret)
    }

    /// Whether this is a token made elsewhere.
    pub(super) fn are_pasted(&self) -> bool {
        matches!(self.credentials, Credentials::Pasted(_))
    }

    async fn give(&self, exchange: &Api, options: &CallOptions) -> Result<Given, Error> {
        let (client_id, client_secret) = match &self.credentials {
            Credentials::Pasted(token) => {
                return Ok(Given::Fresh(bearer(token)));
            }
            Credentials::Application {
                client_id,
                client_secret,
            } => (client_id, client_secret),
        };
        match self.good(exchange.clock.now(), options.cached_token.as_ref()) {
            Some(held) => Ok(Given::Kept(held)),
            // Boxed, as it is by far larger than what nearly every call takes.
            None => {
                let exchanged = self.exchanged(exchange, client_id, client_secret, options);
                exchanged.boxed().await
            }
        }
    }

    /// A new token, unless somebody else got one meanwhile.
    async fn exchanged(
        &self,
        exchange: &Api,
        client_id: &str,
        client_secret: &Secret,
        options: &CallOptions,
    ) -> Result<Given, Error> {
        let _turn = self.turn.lock().await;
        if let Some(held) = self.good(exchange.clock.now(), None) {
            return Ok(Given::Kept(held));
        }
        let fresh = client::exchange(exchange, client_id, client_secret, options).await?;
        let lives = fresh
            .expires_in
            .map_or(USUAL, |seconds| seconds.saturating_sub(MARGIN));
        let good_until = exchange.clock.now() + Duration::from_secs(lives);
        let held = Arc::new(Held::new(CachedToken {
            token: fresh.access_token,
            good_until,
        }));
        let headers = Headers::clone(&held.headers);
        self.lock().token = Some(held);
        Ok(Given::Fresh(headers))
    }

    /// The kept token while it is good, else the caller's own.
    fn good(&self, now: Timestamp, offered: Option<&CachedToken>) -> Option<Arc<Held>> {
        let mut kept = self.lock();
        let is_good = |token: &CachedToken| now < token.good_until;
        if !kept.token.as_ref().is_some_and(|held| is_good(&held.token)) {
            let was_refused = |token: &CachedToken| {
                kept.refused.as_ref().map(Secret::expose) == Some(token.token.expose())
            };
            kept.token = offered
                .filter(|token| is_good(token) && !was_refused(token))
                .map(|token| Arc::new(Held::new(token.clone())));
        }
        kept.token.clone()
    }

    /// Lets go of a token that was refused, unless it has been replaced meanwhile.
    fn refuse(&self, refused: &Held) {
        let refused = &refused.token.token;
        let mut kept = self.lock();
        kept.token
            .take_if(|held| held.token.token.expose() == refused.expose());
        kept.refused = Some(refused.clone());
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The credentials of one call. It remembers which token that call was given, so that a late 401 of an
/// old token does not cost a newer one.
pub(super) struct CallTokens<'a> {
    tokens: &'a Tokens,
    exchange: &'a Api,
    options: &'a CallOptions,
    /// The token that it was given, where that was kept from before.
    given: Mutex<Option<Arc<Held>>>,
}

impl<'a> CallTokens<'a> {
    pub(super) fn new(tokens: &'a Tokens, exchange: &'a Api, options: &'a CallOptions) -> Self {
        Self {
            tokens,
            exchange,
            options,
            given: Mutex::default(),
        }
    }

    fn given(&self) -> MutexGuard<'_, Option<Arc<Held>>> {
        self.given.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl TokenSource for CallTokens<'_> {
    async fn headers(&self) -> Result<Headers, BoxError> {
        let given = self.tokens.give(self.exchange, self.options).await;
        let given = given.map_err(|error| Box::new(error) as BoxError)?;
        Ok(match given {
            Given::Kept(held) => {
                let headers = Headers::clone(&held.headers);
                *self.given() = Some(held);
                headers
            }
            Given::Fresh(headers) => headers,
        })
    }

    async fn refused(
        &self,
        _sent: &[(String, Secret)],
        _challenge: Option<String>,
    ) -> Result<bool, BoxError> {
        let given = self.given().take();
        if let Some(held) = &given {
            self.tokens.refuse(held);
        }
        Ok(given.is_some())
    }
}
