//! One documented operation with its arguments, ready to be sent.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderValue, Method};
use patchbay_model::Secret;
use serde::Serialize;
use serde_json::Value;

use super::Path;
use super::options::query_pairs;
use crate::Error;
use crate::secret_argument::reveal_secrets;

static ANYTHING: HeaderValue = HeaderValue::from_static("application/json, */*;q=0.9");

/// Whether a request may be sent again after a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RetryClass {
    /// Never: it would do something twice.
    Never,
    /// After 429 only, when the platform did nothing.
    WhenRateLimited,
    /// Whenever the retry policy says so.
    Freely,
}

/// One request. Nothing of it is sent before all of it is known to be well formed. `Debug` leaves out what
/// may hold secrets.
#[derive(Clone)]
pub struct Request {
    pub(super) method: Method,
    pub(super) path: Path,
    pub(super) query: Vec<(String, String)>,
    pub(super) accept: &'static HeaderValue,
    pub(super) headers: Vec<(String, String)>,
    pub(super) secret_headers: Vec<(String, Secret)>,
    pub(super) body: Body,
    pub(super) repeat: RetryClass,
    pub(super) timeout: Option<Duration>,
    pub(super) is_anonymous: bool,
    pub(super) secrets: Vec<Secret>,
}

#[derive(Clone)]
pub(super) enum Body {
    None,
    /// JSON as it is written.
    Json(Bytes),
    Bytes {
        content_type: Option<String>,
        bytes: Bytes,
    },
}

impl std::fmt::Debug for Request {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Request")
            .field("method", &self.method)
            .field("path", &self.path)
            .field("repeat", &self.repeat)
            .finish_non_exhaustive()
    }
}

impl Request {
    /// A request without query and body, that may be repeated freely when it is a `GET` and never
    /// otherwise.
    pub fn new(method: Method, path: Path) -> Self {
        Self {
            repeat: match method {
                Method::GET => RetryClass::Freely,
                _ => RetryClass::Never,
            },
            method,
            path,
            query: Vec::new(),
            accept: &ANYTHING,
            headers: Vec::new(),
            secret_headers: Vec::new(),
            body: Body::None,
            timeout: None,
            is_anonymous: false,
            secrets: Vec::new(),
        }
    }

    /// A `GET`, that may be repeated freely.
    pub fn get(path: Path) -> Self {
        Self::new(Method::GET, path)
    }

    /// A `POST`.
    pub fn post(path: Path) -> Self {
        Self::new(Method::POST, path)
    }

    /// A `PATCH`.
    pub fn patch(path: Path) -> Self {
        Self::new(Method::PATCH, path)
    }

    /// A `PUT`.
    pub fn put(path: Path) -> Self {
        Self::new(Method::PUT, path)
    }

    /// A `DELETE`.
    pub fn delete(path: Path) -> Self {
        Self::new(Method::DELETE, path)
    }

    /// Appends a query parameter.
    #[must_use]
    pub fn query(mut self, name: &str, value: impl ToString) -> Self {
        self.query.push((name.to_owned(), value.to_string()));
        self
    }

    /// Appends a query parameter where there is a value.
    #[must_use]
    pub fn query_if(self, name: &str, value: Option<impl ToString>) -> Self {
        match value {
            Some(value) => self.query(name, value),
            None => self,
        }
    }

    /// Appends a query parameter of free JSON: a list repeats its name, an object gives `name[key]`, and null
    /// is left out.
    #[must_use]
    pub fn query_json(mut self, name: &str, value: &Value) -> Self {
        self.query.extend(query_pairs(name, value));
        self
    }

    /// Names the types of answer that it takes, in place of any with JSON first.
    #[must_use]
    pub fn accept(mut self, types: &'static HeaderValue) -> Self {
        self.accept = types;
        self
    }

    /// Adds a header of this operation.
    #[must_use]
    pub fn header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    /// Sends a JSON body. Its [secret arguments](crate::secret_argument) are taken out of what the server
    /// says, as by [`Request::secret`].
    ///
    /// # Errors
    /// [`Error::Usage`] when it cannot be written as JSON.
    pub fn json(mut self, body: &impl Serialize) -> Result<Self, Error> {
        let mut written = Vec::new();
        let (outcome, secrets) = reveal_secrets(|| serde_json::to_writer(&mut written, body));
        outcome.map_err(|error| Error::Usage(format!("couldn't encode the body: {error}")))?;
        self.body = Body::Json(written.into());
        self.secrets.extend(secrets);
        Ok(self)
    }

    /// Sends a header that is secret.
    #[must_use]
    pub fn secret_header(mut self, name: &str, value: &str) -> Self {
        self.secrets.push(Secret::new(value));
        self.secret_headers
            .push((name.to_owned(), Secret::new(value)));
        self
    }

    /// Sends a body as it is, with a content type where there is one.
    #[must_use]
    pub fn bytes(mut self, content_type: Option<&str>, bytes: impl Into<Bytes>) -> Self {
        self.body = Body::Bytes {
            content_type: content_type.map(str::to_owned),
            bytes: bytes.into(),
        };
        self
    }

    /// Says whether it may be repeated.
    #[must_use]
    pub fn repeat(mut self, repeat: RetryClass) -> Self {
        self.repeat = repeat;
        self
    }

    /// Gives it a time limit of its own.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// Names a secret in the body, to be taken out of what the server says.
    #[must_use]
    pub fn secret(mut self, secret: Secret) -> Self {
        self.secrets.push(secret);
        self
    }

    /// Sends no credentials with it, as for the exchange of credentials itself.
    #[must_use]
    pub fn anonymous(mut self) -> Self {
        self.is_anonymous = true;
        self
    }
}
