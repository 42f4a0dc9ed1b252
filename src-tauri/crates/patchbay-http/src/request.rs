//! A request for one documented operation.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderValue, Method};
use patchbay_model::{Secret, debug_fields};
use serde::Serialize;
use serde_json::Value;

use super::Path;
use super::options::query_pairs;
use super::retry::RetryClass;
use crate::Error;
use crate::secret_argument::reveal_secrets;

static ANYTHING: HeaderValue = HeaderValue::from_static("application/json, */*;q=0.9");

/// A request. All of it is validated before any of it is sent. `Debug` leaves out what may contain secrets.
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
    /// Serialized JSON.
    Json(Bytes),
    Bytes {
        content_type: Option<String>,
        bytes: Bytes,
    },
}

debug_fields! { Request: method, path, repeat }

impl Request {
    /// A request without query and body. A `GET` may be retried freely, any other never.
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

    /// A `GET`, which may be retried freely.
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

    /// Appends a query parameter if there is a value.
    #[must_use]
    pub fn query_if(self, name: &str, value: Option<impl ToString>) -> Self {
        match value {
            Some(value) => self.query(name, value),
            None => self,
        }
    }

    /// Appends JSON as query parameters: a list repeats its name, an object gives `name[key]`, and null is left out.
    #[must_use]
    pub fn query_json(mut self, name: &str, value: &Value) -> Self {
        self.query.extend(query_pairs(name, value));
        self
    }

    /// Sets the `Accept` header; by default any type is accepted, preferably JSON.
    #[must_use]
    pub fn accept(mut self, types: &'static HeaderValue) -> Self {
        self.accept = types;
        self
    }

    /// Adds a header.
    #[must_use]
    pub fn header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    /// Sets a JSON body. Its [secret arguments](crate::SecretArgument) are redacted in the response, as by
    /// [`Request::secret`].
    ///
    /// # Errors
    /// [`Error::Usage`] if it cannot be serialized.
    pub fn json(mut self, body: &impl Serialize) -> Result<Self, Error> {
        let mut written = Vec::new();
        let (outcome, secrets) = reveal_secrets(|| serde_json::to_writer(&mut written, body));
        outcome.map_err(|error| Error::Usage(format!("couldn't encode the body: {error}")))?;
        self.body = Body::Json(written.into());
        self.secrets.extend(secrets);
        Ok(self)
    }

    /// Adds a secret header.
    #[must_use]
    pub fn secret_header(mut self, name: &str, value: &str) -> Self {
        self.secrets.push(Secret::new(value));
        self.secret_headers
            .push((name.to_owned(), Secret::new(value)));
        self
    }

    /// Sets a raw body.
    #[must_use]
    pub fn bytes(mut self, content_type: Option<&str>, bytes: impl Into<Bytes>) -> Self {
        self.body = Body::Bytes {
            content_type: content_type.map(str::to_owned),
            bytes: bytes.into(),
        };
        self
    }

    /// Sets whether it may be retried.
    #[must_use]
    pub fn repeat(mut self, repeat: RetryClass) -> Self {
        self.repeat = repeat;
        self
    }

    /// Sets a time limit in place of the account's.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// Names a secret in the body, which is redacted in the response.
    #[must_use]
    pub fn secret(mut self, secret: Secret) -> Self {
        self.secrets.push(secret);
        self
    }

    /// Sends it without credentials, as the request that exchanges them.
    #[must_use]
    pub fn anonymous(mut self) -> Self {
        self.is_anonymous = true;
        self
    }
}
