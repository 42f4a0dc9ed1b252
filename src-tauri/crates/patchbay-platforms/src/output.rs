//! What comes back of an operation.

use patchbay_http::{Answer, without_secrets};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::Error;

/// What can be read of an answer.
pub trait Output: Sized + Send {
    /// Reads what an operation answered, without secrets.
    ///
    /// # Errors
    /// [`Error::UnexpectedAnswer`] when it is not what is documented.
    fn read(answer: &Answer, operation: &str) -> Result<Self, Error>;

    /// The platform's own JSON, as the caller of an operation by name gets it.
    fn into_json(self) -> Value;
}

/// An answer as Patchbay understands it, beside all of it: members that nobody knows yet are kept.
#[derive(Clone, Debug)]
pub struct Raw<T> {
    /// The whole JSON object, as it came.
    pub json: Value,
    /// What Patchbay looks at.
    pub value: T,
    /// HTTP status, 200 to 299.
    pub status: u16,
    /// Size of the answer's body, after decompression.
    pub bytes: u64,
}

impl<T> Raw<T> {
    /// Each item of a member that is a list, with its own JSON.
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
    fn read(answer: &Answer, _: &str) -> Result<Self, Error> {
        let mut json = Value::Object(answer.object()?);
        without_secrets(&mut json, answer.secret_names);
        let value = T::deserialize(&json);
        Ok(Self {
            value: value.map_err(|error| answer.unexpected(reason(&error.to_string())))?,
            json,
            status: answer.status,
            bytes: answer.body.len() as u64,
        })
    }

    fn into_json(self) -> Value {
        self.json
    }
}

/// What is wrong with an answer, by the words of serde, which quote values of it.
fn reason(words: &str) -> String {
    if words.starts_with("missing field ") {
        return words.to_owned();
    }
    match words.rsplit_once(", expected ") {
        Some((_, expected)) => format!("it has something else than {expected}"),
        None => "it has another shape than documented".to_owned(),
    }
}

/// An acknowledgement, whatever it says.
impl Output for () {
    fn read(_: &Answer, _: &str) -> Result<Self, Error> {
        Ok(())
    }

    fn into_json(self) -> Value {
        Value::Null
    }
}

/// An acknowledgement: any JSON, null for an empty body.
impl Output for Value {
    fn read(answer: &Answer, _: &str) -> Result<Self, Error> {
        answer.json_or_null()
    }

    fn into_json(self) -> Value {
        self
    }
}
