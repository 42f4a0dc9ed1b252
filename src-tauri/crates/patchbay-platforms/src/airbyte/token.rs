//! The application token: exchanged for id and secret, kept, and exchanged anew before it lapses.
//!
//! Source: Airbyte contract, section 2.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use patchbay_http::{Api, CachedToken, CallOptions, bearer};
use patchbay_model::{Secret, Timestamp};

use super::client;
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
    Pasted(Headers),
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
    token: Option<Held>,
    /// The last one that was answered with 401, so that a caller cannot bring it back.
    refused: Option<Headers>,
}

/// A token that is kept, in the header that it is sent in.
struct Held {
    headers: Headers,
    good_until: Timestamp,
}

impl Held {
    fn new(token: &CachedToken) -> Self {
        Self {
            headers: bearer(&token.token),
            good_until: token.good_until,
        }
    }

    fn is_good(&self, now: Timestamp) -> bool {
        now < self.good_until
    }
}

/// What tells one token from another in the headers that it is sent in.
fn value(headers: &[(String, Secret)]) -> Option<&str> {
    headers.first().map(|(_, value)| value.expose())
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

    /// A token that need not be exchanged for.
    fn at_hand(&self, now: Timestamp, offered: Option<&CachedToken>) -> Option<Headers> {
        match &self.credentials {
            Credentials::Pasted(headers) => Some(headers.clone()),
            Credentials::Application { .. } => self.good(now, offered),
        }
    }

    /// A new token, unless somebody else got one meanwhile; with whether it is new.
    async fn exchanged(
        &self,
        exchange: &Api,
        options: &CallOptions,
    ) -> Result<(Headers, bool), Error> {
        let (client_id, client_secret) = match &self.credentials {
            Credentials::Pasted(headers) => return Ok((headers.clone(), false)),
            Credentials::Application {
                client_id,
                client_secret,
            } => (client_id, client_secret),
        };
        let _turn = self.turn.lock().await;
        if let Some(headers) = self.good(exchange.clock.now(), None) {
            return Ok((headers, false));
        }
        let fresh = client::exchange(exchange, client_id, client_secret, options).await?;
        let lives = fresh
            .expires_in
            .map_or(USUAL, |seconds| seconds.saturating_sub(MARGIN));
        let good_until = exchange.clock.now() + Duration::from_secs(lives);
        let held = Held::new(&CachedToken {
            token: fresh.access_token,
            good_until,
        });
        let headers = held.headers.clone();
        self.lock().token = Some(held);
        Ok((headers, true))
    }

    /// The kept token while it is good, else the caller's own.
    fn good(&self, now: Timestamp, offered: Option<&CachedToken>) -> Option<Headers> {
        let mut kept = self.lock();
        if !kept.token.as_ref().is_some_and(|held| held.is_good(now)) {
            let refused = kept.refused.as_deref().unwrap_or_default();
            let offered = offered.map(Held::new);
            kept.token =
                offered.filter(|held| held.is_good(now) && value(&held.headers) != value(refused));
        }
        kept.token.as_ref().map(|held| held.headers.clone())
    }

    /// Lets go of a token that was refused, unless it has been replaced meanwhile: a late 401 of an old one
    /// does not cost a newer one.
    fn refuse(&self, refused: &[(String, Secret)]) {
        let mut kept = self.lock();
        kept.token
            .take_if(|held| value(&held.headers) == value(refused));
        kept.refused = Some(refused.into());
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The credentials of one call.
pub(super) struct CallTokens<'a> {
    tokens: &'a Tokens,
    exchange: &'a Api,
    options: &'a CallOptions,
    /// Whether its token was made for this call.
    is_fresh: AtomicBool,
}

impl<'a> CallTokens<'a> {
    pub(super) fn new(tokens: &'a Tokens, exchange: &'a Api, options: &'a CallOptions) -> Self {
        Self {
            tokens,
            exchange,
            options,
            is_fresh: AtomicBool::new(false),
        }
    }
}

#[async_trait]
impl TokenSource for CallTokens<'_> {
    fn at_hand(&self) -> Option<Headers> {
        let now = self.exchange.clock.now();
        let headers = self.tokens.at_hand(now, self.options.cached_token.as_ref());
        self.is_fresh.store(false, Ordering::Relaxed);
        headers
    }

    async fn headers(&self) -> Result<Headers, BoxError> {
        if let Some(headers) = self.at_hand() {
            return Ok(headers);
        }
        let exchanged = self.tokens.exchanged(self.exchange, self.options).await;
        let (headers, is_fresh) = exchanged.map_err(|error| Box::new(error) as BoxError)?;
        self.is_fresh.store(is_fresh, Ordering::Relaxed);
        Ok(headers)
    }

    async fn refused(
        &self,
        sent: &[(String, Secret)],
        _challenge: Option<String>,
    ) -> Result<bool, BoxError> {
        if self.tokens.are_pasted() || self.is_fresh.load(Ordering::Relaxed) {
            return Ok(false);
        }
        self.tokens.refuse(sent);
        Ok(true)
    }
}
