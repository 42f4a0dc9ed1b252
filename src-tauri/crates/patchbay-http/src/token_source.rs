//! Credentials, obtained for each request.

use std::sync::Arc;

use async_trait::async_trait;
use patchbay_model::Secret;

use crate::{BoxError, CachedToken, Error};

/// Headers with secrets, as name and value; shared by all requests.
pub type Headers = Arc<[(String, Secret)]>;

/// Supplies the credentials of a connection; this crate stores none.
///
/// Its headers are sent to the origin of the connection's own address and nowhere else.
#[async_trait]
pub trait TokenSource: Send + Sync {
    /// The headers to send now, if they are available without waiting.
    fn cached_headers(&self) -> Option<Headers> {
        None
    }

    /// Obtains the headers to send now; empty for none.
    ///
    /// # Errors
    /// Why there are no credentials; the request is not sent then.
    async fn headers(&self) -> Result<Headers, BoxError> {
        Ok(self.cached_headers().unwrap_or_default())
    }

    /// Offers a token of an earlier exchange, to be used unless the source has a better one.
    fn offer(&self, _: &CachedToken) {}

    /// Names of the headers that [`TokenSource::headers`] returns, for a dry run. Obtains nothing.
    fn header_names(&self) -> Vec<String> {
        vec!["authorization".to_owned()]
    }

    /// Called when the server responded with 401 to the headers `sent`, with its `WWW-Authenticate`. Meanwhile
    /// [`TokenSource::headers`] may have returned other headers for another request.
    ///
    /// Returns whether the credentials were renewed, so that the request is to be sent once more.
    ///
    /// # Errors
    /// Why they could not be renewed; the request fails with it.
    async fn on_unauthorized(
        &self,
        _sent: &[(String, Secret)],
        _challenge: Option<String>,
    ) -> Result<bool, BoxError> {
        Ok(false)
    }
}

/// Obtains the credentials of a request; cached ones without waiting.
///
/// # Errors
/// [`Error::Credential`] if the source fails.
pub async fn credentials(tokens: &dyn TokenSource) -> Result<Headers, Error> {
    match tokens.cached_headers() {
        Some(headers) => Ok(headers),
        None => tokens.headers().await.map_err(Error::credential),
    }
}

/// Makes an attempt with the current credentials, and a second one if the first was refused with 401 and they could be
/// renewed. `challenge` returns the `WWW-Authenticate` of such a refusal, and `None` for any other outcome.
///
/// # Errors
/// Those of `attempt`; [`Error::Credential`] if the source fails.
pub async fn with_reauthentication<T, F>(
    tokens: &dyn TokenSource,
    attempt: impl Fn(Headers) -> F,
    challenge: impl Fn(&T) -> Option<Option<String>>,
) -> Result<T, Error>
where
    F: Future<Output = Result<T, Error>>,
{
    let sent = credentials(tokens).await?;
    let first = attempt(sent.clone()).await?;
    let Some(challenge) = challenge(&first) else {
        return Ok(first);
    };
    let renewed = tokens.on_unauthorized(&sent, challenge).await;
    match renewed.map_err(Error::credential)? {
        true => drop(first),
        false => return Ok(first),
    }
    attempt(credentials(tokens).await?).await
}

/// No credentials.
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

/// An `Authorization: Bearer` header.
pub fn bearer(key: &Secret) -> Headers {
    authorization(Secret::new(format!("Bearer {}", key.expose())))
}

/// An `Authorization` header with that value.
pub fn authorization(value: Secret) -> Headers {
    Arc::new([("authorization".to_owned(), value)])
}

/// The same headers for every request, such as the key of an account. They cannot be renewed after a 401.
pub struct FixedHeaders(Headers);

impl FixedHeaders {
    /// One header.
    pub fn new(name: &str, value: Secret) -> Self {
        Self(Arc::new([(name.to_owned(), value)]))
    }

    /// An `Authorization: Bearer` header.
    pub fn bearer(key: &Secret) -> Self {
        Self(bearer(key))
    }

    /// Any headers.
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
