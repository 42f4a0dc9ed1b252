//! What comes over Cohere's wire.
//!
//! Answers are kept whole, as JSON, with a reader for each member that Patchbay looks at: the contract
//! requires next to nothing of them, and a member of another type than documented must not cost the
//! rest.
//!
//! Source: Cohere contract, section 3.

use patchbay_http::{Answer, without_secrets};
use serde_json::{Map, Value};

use super::SECRET_NAMES;
use crate::Error;

/// A registered connector.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Connector(Map<String, Value>);

/// One page of connectors.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Page {
    pub(super) connectors: Vec<Connector>,
    rest: Map<String, Value>,
}

/// What create, get and update answer.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Envelope {
    pub(super) connector: Connector,
    rest: Map<String, Value>,
}

impl Connector {
    /// Reads a connector and drops secrets that should not be there.
    ///
    /// # Errors
    /// What is wrong with it.
    fn read(mut json: Value) -> Result<Self, &'static str> {
        without_secrets(&mut json, &SECRET_NAMES);
        let Value::Object(json) = json else {
            return Err("a connector is no object");
        };
        if !matches!(
            json.get("name"),
            None | Some(Value::Null | Value::String(_))
        ) {
            return Err("the name of a connector is no text");
        }
        match json.get("id") {
            Some(Value::String(_)) => Ok(Self(json)),
            Some(_) => Err("the id of a connector is no text"),
            None => Err("a connector has no id"),
        }
    }

    pub(super) fn id(&self) -> &str {
        self.0.get("id").and_then(Value::as_str).unwrap_or_default()
    }

    /// A member that is text and not empty.
    pub(super) fn text(&self, member: &str) -> Option<&str> {
        let text = self.0.get(member)?.as_str()?;
        (!text.is_empty()).then_some(text)
    }

    /// A member as it came.
    pub(super) fn member(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }

    /// Whether Cohere asks it.
    pub(super) fn is_active(&self) -> bool {
        self.flag("active").unwrap_or(true)
    }

    /// Whether a chat goes on without it when it fails.
    pub(super) fn goes_on(&self) -> bool {
        self.flag("continue_on_failure").unwrap_or(false)
    }

    /// Text counts as the official client reads it.
    fn flag(&self, member: &str) -> Option<bool> {
        match self.0.get(member)? {
            Value::Bool(flag) => Some(*flag),
            Value::String(word) => Some(word.eq_ignore_ascii_case("true") || word == "1"),
            _ => None,
        }
    }

    /// Whether each user consents to it.
    pub(super) fn has_oauth(&self) -> bool {
        self.0.get("oauth").is_some_and(Value::is_object) || self.text("auth_type") == Some("oauth")
    }

    pub(super) fn into_json(self) -> Value {
        Value::Object(self.0)
    }
}

impl Page {
    /// Reads a page; null is one without connectors.
    ///
    /// # Errors
    /// [`Error::UnexpectedAnswer`] when `connectors` is absent or no list, or one of them is unreadable.
    pub(super) fn read(answer: &Answer) -> Result<Self, Error> {
        let mut rest = answer.object()?;
        let items = match rest.get_mut("connectors").map(Value::take) {
            Some(Value::Array(items)) => items,
            Some(Value::Null) => Vec::new(),
            Some(_) => return Err(answer.unexpected("connectors is no list")),
            None => return Err(answer.unexpected("connectors is missing")),
        };
        let connectors: Result<_, _> = items.into_iter().map(Connector::read).collect();
        Ok(Self {
            connectors: connectors.map_err(|what| answer.unexpected(what))?,
            rest,
        })
    }

    /// Number of all connectors, where the platform tells.
    pub(super) fn total(&self) -> Option<f64> {
        self.rest.get("total_count")?.as_f64()
    }

    pub(super) fn into_json(self) -> Value {
        let items = self.connectors.into_iter().map(Connector::into_json);
        let mut json = self.rest;
        json.insert("connectors".to_owned(), items.collect());
        Value::Object(json)
    }
}

impl Envelope {
    /// Reads the one connector of an answer, without secrets.
    ///
    /// # Errors
    /// [`Error::UnexpectedAnswer`] when there is no `connector`, or it is unreadable.
    pub(super) fn read(answer: &Answer) -> Result<Self, Error> {
        let mut json: Value = answer.json()?;
        without_secrets(&mut json, &SECRET_NAMES);
        let Value::Object(mut rest) = json else {
            return Err(answer.unexpected("it is no object"));
        };
        let connector = rest
            .remove("connector")
            .ok_or_else(|| answer.unexpected("connector is missing"))?;
        Ok(Self {
            connector: Connector::read(connector).map_err(|what| answer.unexpected(what))?,
            rest,
        })
    }

    pub(super) fn into_json(self) -> Value {
        let mut json = self.rest;
        json.insert("connector".to_owned(), self.connector.into_json());
        Value::Object(json)
    }
}

#[cfg(test)]
mod tests;
