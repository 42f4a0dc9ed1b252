//! Outputs of operations.

use std::ops::Deref;

use patchbay_http::text::non_empty;
use patchbay_http::{Answer, SecretNames, redact_members};
use patchbay_model::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::{Error, Result, lenient};

/// The output of an operation.
pub trait Output: Sized + Send {
    /// Reads the response of an operation, without secrets.
    ///
    /// # Errors
    /// [`Error::UnexpectedAnswer`] when the response differs from the documentation.
    fn read(answer: &Answer, operation: &str) -> Result<Self>;

    /// The platform's own JSON, as returned to callers of the operation by name.
    fn into_json(self) -> Value;
}

/// A parsed response beside its whole JSON, unknown members included.
#[derive(Clone, Debug)]
pub struct Raw<T> {
    /// The whole JSON object.
    pub json: Value,
    pub value: T,
    /// HTTP status, 200 to 299.
    pub status: u16,
    /// Size of the answer's body, after decompression.
    pub bytes: u64,
}

impl<T> Raw<T> {
    /// Each item of a list member, with its own JSON.
    pub fn each<U>(
        mut self,
        member: &str,
        take: impl FnOnce(T) -> Vec<U>,
    ) -> impl Iterator<Item = (U, Value)> {
        let items = match self.json[member].take() {
            Value::Array(items) => items,
            _ => Vec::new(),
        };
        take(self.value).into_iter().zip(items)
    }
}

impl<T: DeserializeOwned + Send> Output for Raw<T> {
    fn read(answer: &Answer, _: &str) -> Result<Self> {
        let json = object(answer)?;
        Ok(Self {
            value: T::deserialize(&json).map_err(|error| unexpected(answer, &error))?,
            json,
            status: answer.status,
            bytes: answer.body.len() as u64,
        })
    }

    fn into_json(self) -> Value {
        self.json
    }
}

/// The members of a JSON object that Patchbay uses, beside the whole object, unknown members included.
#[derive(Clone, Debug, PartialEq)]
pub struct Parsed<T> {
    pub json: Value,
    pub value: T,
}

/// The members of an object that Patchbay uses.
pub trait Members: DeserializeOwned + Send {
    /// Removes secrets from the object.
    fn redact(json: &mut Value, names: &SecretNames) {
        redact_members(json, names);
    }

    /// Writes members into the object that are passed on in another form than received.
    fn normalize(&self, _json: &mut Value) {}
}

impl<T: Members> Parsed<T> {
    /// Parses a JSON object.
    pub fn of(mut json: Value) -> serde_json::Result<Self> {
        let value: T = lenient::object(&json)?;
        value.normalize(&mut json);
        Ok(Self { json, value })
    }

    /// Parses a JSON object of a response, without secrets.
    pub(crate) fn of_answer(mut json: Value, answer: &Answer) -> Result<Self> {
        T::redact(&mut json, answer.secret_names);
        Self::of(json).map_err(|error| unexpected(answer, &error))
    }
}

impl<T> Parsed<T> {
    /// A member that is non-empty text.
    pub fn text(&self, member: &str) -> Option<&str> {
        non_empty(self.json.get(member)?)
    }

    pub(crate) fn time(&self, member: &str) -> Option<Timestamp> {
        self.text(member).and_then(Timestamp::parse)
    }
}

impl<T> Deref for Parsed<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T: Members> Output for Parsed<T> {
    fn read(answer: &Answer, _: &str) -> Result<Self> {
        Self::of_answer(answer.object()?.into(), answer)
    }

    fn into_json(self) -> Value {
        self.json
    }
}

/// An output that keeps all members of the response in its type.
pub trait LosslessOutput: Serialize + DeserializeOwned + Send {}

impl<T: LosslessOutput> Output for T {
    fn read(answer: &Answer, _: &str) -> Result<Self> {
        parse_documented(object(answer)?, answer)
    }

    fn into_json(self) -> Value {
        // Its keys are text.
        serde_json::to_value(self).unwrap_or_default()
    }
}

/// The JSON object of a response, without secrets.
pub(crate) fn object(answer: &Answer) -> Result<Value> {
    let mut json = Value::Object(answer.object()?);
    redact_members(&mut json, answer.secret_names);
    Ok(json)
}

/// The items of a list; null is an empty one.
pub(crate) fn items(list: Value, answer: &Answer) -> Result<Vec<Value>> {
    match list {
        Value::Array(items) => Ok(items),
        Value::Null => Ok(Vec::new()),
        _ => Err(answer.unexpected("expected a sequence")),
    }
}

/// Parses JSON of a response.
pub(crate) fn parse_documented<T: DeserializeOwned>(json: Value, answer: &Answer) -> Result<T> {
    serde_json::from_value(json).map_err(|error| unexpected(answer, &error))
}

/// The error for a response that serde could not parse.
pub(crate) fn unexpected(answer: &Answer, error: &serde_json::Error) -> Error {
    answer.unexpected(reason(&error.to_string()))
}

/// The part of a message of serde that quotes no value of the response.
fn reason(words: &str) -> String {
    if words.starts_with("missing field ") {
        return words.to_owned();
    }
    match words.rsplit_once(", expected ") {
        Some((_, expected)) => format!("expected {expected}"),
        None => "unknown format".to_owned(),
    }
}

/// An acknowledgement, whatever it says.
impl Output for () {
    fn read(_: &Answer, _: &str) -> Result<Self> {
        Ok(())
    }

    fn into_json(self) -> Value {
        Value::Null
    }
}

/// An acknowledgement: any JSON, null for an empty body.
impl Output for Value {
    fn read(answer: &Answer, _: &str) -> Result<Self> {
        answer.json_or_null()
    }

    fn into_json(self) -> Value {
        self
    }
}
