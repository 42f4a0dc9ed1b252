//! Successful responses of a platform.

use bytes::Bytes;
use futures::stream::{BoxStream, StreamExt};
use http::HeaderMap;
use patchbay_model::Secret;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::redact::{SecretNames, redact_given};
use crate::text::JSON_LIMITS;
use crate::{Error, error_response, json};

const OTHER_SHAPE: &str = "unknown format";

/// A successful response, read to its end.
#[derive(Clone, Default)]
pub struct Answer {
    /// HTTP status, 200 to 299.
    pub status: u16,
    /// Headers as received.
    pub headers: HeaderMap,
    /// Body, after decompression.
    pub body: Bytes,
    /// Secrets of the request, which are redacted in the parsed body.
    pub given: Vec<Secret>,
    /// Names of properties that are secret in the body.
    pub secret_names: &'static SecretNames,
}

/// A successful response whose body is streamed.
pub struct StreamedAnswer {
    /// HTTP status, 200 to 299.
    pub status: u16,
    /// Headers as received.
    pub headers: HeaderMap,
    /// The pieces of the body; ends after the first error.
    pub pieces: BoxStream<'static, Result<Bytes, Error>>,
}

impl Answer {
    /// Parses the body as JSON, whatever its content type, and redacts the secrets of the request.
    ///
    /// # Errors
    /// [`Error::UnexpectedAnswer`] if it isn't JSON; [`Error::Exceeded`] if it exceeds a limit.
    pub fn json(&self) -> Result<Value, Error> {
        let mut json = json::parse(&self.body, JSON_LIMITS).map_err(|error| match error {
            json::Error::Exceeded(limit) => Error::Exceeded(limit),
            json::Error::NotJson => self.unexpected(match self.body.is_empty() {
                true => "empty",
                false => "not JSON",
            }),
        })?;
        if !self.given.is_empty() {
            let given: Vec<&str> = self.given.iter().map(Secret::expose).collect();
            redact_given(&mut json, &given);
        }
        Ok(json)
    }

    /// Parses the body as a JSON object.
    ///
    /// # Errors
    /// As [`Answer::json`].
    pub fn object(&self) -> Result<Map<String, Value>, Error> {
        match self.json()? {
            Value::Object(members) => Ok(members),
            _ => Err(self.unexpected(OTHER_SHAPE)),
        }
    }

    /// Parses the body as JSON and converts it.
    ///
    /// # Errors
    /// As [`Answer::json`].
    pub fn json_as<T: DeserializeOwned>(&self) -> Result<T, Error> {
        serde_json::from_value(self.json()?).map_err(|_| self.unexpected(OTHER_SHAPE))
    }

    /// Parses the body as JSON; an empty one, as of an operation that only acknowledges, becomes null.
    ///
    /// # Errors
    /// As [`Answer::json`].
    pub fn json_or_null(&self) -> Result<Value, Error> {
        if self.body.trim_ascii().is_empty() {
            return Ok(Value::Null);
        }
        self.json()
    }

    /// The error for a success of undocumented form; `what` says what is wrong. It contains no values of the body,
    /// since a token in an unexpected place would be shown and stored.
    pub fn unexpected(&self, what: impl Into<String>) -> Error {
        Error::UnexpectedAnswer {
            what: what.into(),
            refusal: Box::new(error_response::outline(
                self.status,
                &self.headers,
                &self.body,
                &self.given,
            )),
        }
    }

    /// The error for a success whose envelope reports a failure.
    pub fn failed(&self) -> Error {
        let (headers, body) = (self.headers.clone(), self.body.clone());
        Error::Status(Box::new(error_response::read(
            self.status,
            headers,
            body,
            &self.given,
        )))
    }
}

impl StreamedAnswer {
    /// Reads the rest of the body.
    ///
    /// # Errors
    /// [`Error::TooLarge`] beyond `most` bytes; those of the pieces.
    pub async fn read(&mut self, most: usize) -> Result<Vec<u8>, Error> {
        let mut body = Vec::new();
        while let Some(piece) = self.pieces.next().await {
            let piece = piece?;
            if body.len() + piece.len() > most {
                return Err(Error::TooLarge { limit: most as u64 });
            }
            body.extend_from_slice(&piece);
        }
        Ok(body)
    }
}

impl std::fmt::Debug for Answer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Answer")
            .field("status", &self.status)
            .field("bytes", &self.body.len())
            .finish_non_exhaustive()
    }
}
