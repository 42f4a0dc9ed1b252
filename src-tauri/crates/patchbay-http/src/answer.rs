//! What a platform answered with success.

use crate::json;
use bytes::Bytes;
use futures::stream::{BoxStream, StreamExt};
use http::HeaderMap;
use patchbay_model::Secret;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::error_response;
use crate::Error;
use crate::redact::{SecretNames, redact_given};
use crate::text::JSON_LIMITS;

const OTHER_SHAPE: &str = "unknown format";

/// A success, read as a whole.
#[derive(Clone, Default)]
pub struct Answer {
    /// HTTP status, 200 to 299.
    pub status: u16,
    /// Headers as sent.
    pub headers: HeaderMap,
    /// Body, after decompression.
    pub body: Bytes,
    /// Secrets that the request gave; what is read of the body comes without them.
    pub given: Vec<Secret>,
    /// Names of members that are secret in it.
    pub secret_names: &'static SecretNames,
}

/// A success whose body comes piece by piece.
pub struct StreamedAnswer {
    /// HTTP status, 200 to 299.
    pub status: u16,
    /// Headers as sent.
    pub headers: HeaderMap,
    /// The pieces as they come; ends after the first error.
    pub pieces: BoxStream<'static, Result<Bytes, Error>>,
}

impl Answer {
    /// Reads the body as JSON, whatever its content type says, without the secrets that were given.
    ///
    /// # Errors
    /// [`Error::UnexpectedAnswer`] when it is something else; [`Error::Exceeded`] when it is more than is
    /// read.
    pub fn json(&self) -> Result<Value, Error> {
        let mut json = json::parse(&self.body, JSON_LIMITS).map_err(|error| match error {
            json::Error::Exceeded(limit) => Error::Exceeded(limit),
            json::Error::NotJson => self.unexpected(match self.body.is_empty() {
                true => "empty",
                false => "not JSON",
            }),
        })?;
        if !self.given.is_empty() {
            redact_given(&mut json, &self.given_texts());
        }
        Ok(json)
    }

    fn given_texts(&self) -> Vec<&str> {
        self.given.iter().map(Secret::expose).collect()
    }

    /// Reads the body as a JSON object.
    ///
    /// # Errors
    /// As [`Answer::json`].
    pub fn object(&self) -> Result<Map<String, Value>, Error> {
        match self.json()? {
            Value::Object(members) => Ok(members),
            _ => Err(self.unexpected(OTHER_SHAPE)),
        }
    }

    /// Reads the body as JSON of that shape.
    ///
    /// # Errors
    /// As [`Answer::json`].
    pub fn json_as<T: DeserializeOwned>(&self) -> Result<T, Error> {
        serde_json::from_value(self.json()?).map_err(|_| self.unexpected(OTHER_SHAPE))
    }

    /// The body of an operation that only acknowledges: empty is null.
    ///
    /// # Errors
    /// [`Error::UnexpectedAnswer`] when there is a body and it is no JSON.
    pub fn json_or_null(&self) -> Result<Value, Error> {
        if self.body.trim_ascii().is_empty() {
            return Ok(Value::Null);
        }
        self.json()
    }

    /// The error of a success that does not hold what was documented; `what` is wrong with it. Values of
    /// the body stay out of it: a token in an unforeseen place would be shown and kept.
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

    /// The error of a success whose envelope says that it failed.
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
    /// What is left of the body, to its end.
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
