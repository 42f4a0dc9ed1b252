//! What to send as credentials, asked for at each request.

use std::sync::Arc;

use async_trait::async_trait;
use patchbay_model::Secret;

use crate::{BoxError, CachedToken, Error};

/// Headers with secrets, as name and value; shared, since every request takes them.
pub type Headers = Arc<[(String, Secret)]>;

/// Where the secrets of a connection come from; this crate keeps none of them.
///
/// Its headers go to the origin of the connection's own address and nowhere else.
#[async_trait]
pub trait TokenSource: Send + Sync {
    /// The headers to send now, empty for none, where they are at hand; `None` where somebody has to be asked
    /// for them.
    fn cached_headers(&self) -> Option<Headers> {
        None
    }

    /// The headers to send now, wherever they come from.
    ///
    /// # Errors
    /// Whatever keeps it from knowing them; the request is not made then.
    async fn headers(&self) -> Result<Headers, BoxError> {
        Ok(self.cached_headers().unwrap_or_default())
    }

    /// Takes a token that a caller still has from an earlier exchange, where nothing better is at hand.
    fn offer(&self, _: &CachedToken) {}

    /// Names of the headers that [`TokenSource::headers`] gives, for showing a request that is not sent;
    /// asks nobody.
    fn header_names(&self) -> Vec<String> {
        vec!["authorization".to_owned()]
    }

    /// Hears that the server answered 401 to the headers that were `sent`, with its
    /// `WWW-Authenticate` where it sent one. Meanwhile [`TokenSource::headers`] may have given others to
    /// somebody else.
    ///
    /// `true` asks for one more try with new headers; what cannot be renewed is the end of it.
    ///
    /// # Errors
    /// Whatever kept it from renewing them; the request ends with it.
    async fn on_unauthorized(
        &self,
        _sent: &[(String, Secret)],
        _challenge: Option<String>,
    ) -> Result<bool, BoxError> {
        Ok(false)
    }
}

/// The credentials of a request; cached ones are returned without waiting.
///
/// # Errors
/// [`Error::Credential`] with what keeps the source from knowing them.
pub async fn credentials(tokens: &dyn TokenSource) -> Result<Headers, Error> {
    match tokens.cached_headers() {
        Some(headers) => Ok(headers),
        None => tokens.headers().await.map_err(Error::credential),
    }
}

/// Sends no credentials.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoToken;

#[async_trait]
impl TokenSource for NoToken {
    fn cached_headers(&self) -> Option<Headers> {
        Some(Headers::default())
    }

    fn header_names(&self) -> Vec<String> {
        Vec::new()
    }
}

/// `Authorization: Bearer` with that key.
pub fn bearer(key: &Secret) -> Headers {
    authorization(Secret::new(format!("Bearer {}", key.expose())))
}

/// `Authorization` with that value.
pub fn authorization(value: Secret) -> Headers {
    Arc::new([("authorization".to_owned(), value)])
}

/// Sends the same headers with every request, such as the key of an account. A 401 is the end of it:
/// the same again would be refused again.
pub struct FixedHeaders(Headers);

impl FixedHeaders {
    /// One header.
    pub fn new(name: &str, value: Secret) -> Self {
        Self(Arc::new([(name.to_owned(), value)]))
    }

    /// `Authorization: Bearer` with that key.
    pub fn bearer(key: &Secret) -> Self {
        Self(bearer(key))
    }

    /// These headers.
    pub fn of(headers: Headers) -> Self {
        Self(headers)
    }
}

#[async_trait]
impl TokenSource for FixedHeaders {
    fn cached_headers(&self) -> Option<Headers> {
        Some(self.0.clone())
    }

    fn header_names(&self) -> Vec<String> {
        self.0.iter().map(|(name, _)| name.clone()).collect()
    }
}
