//! What comes over 10ex's wire, as far as it is assumed.
//!
//! Connectors are kept whole, as JSON, with a reader for each member that Patchbay looks at: words and
//! members that are not known are kept, and never cost the rest.
//!
//! Source: 10ex contract, section 3.

use patchbay_http::text::filled;
use patchbay_http::{Answer, without_secrets};
use serde_json::{Map, Value, json};
use url::Url;

use super::SECRET_NAMES;
use super::table::Table;
use crate::Error;

/// A configured connector.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Connector(Map<String, Value>);

/// A page of connectors or providers.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Page<T> {
    pub(super) items: Vec<T>,
    /// Where to go on; `None` at the end.
    pub(super) next_cursor: Option<String>,
    pub(super) total: Value,
}

/// A consent that was started.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Started {
    /// The connector by which its state is asked for, where the answer names it.
    pub(super) connector_id: Option<String>,
    pub(super) redirect_url: Url,
    pub(super) state: Value,
    pub(super) expires_at: Value,
}

/// How far a consent is.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Grant {
    pub(super) status: String,
    json: Map<String, Value>,
}

/// What a test read found.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Tested {
    pub(super) is_ok: bool,
    json: Map<String, Value>,
}

impl Connector {
    /// Reads the connector of an answer, without secrets.
    ///
    /// # Errors
    /// [`Error::UnexpectedAnswer`] without `id`, `provider` or `status`.
    pub(super) fn read(answer: &Answer) -> Result<Self, Error> {
        let json = body(answer)?;
        Self::from_json(json).map_err(|what| answer.unexpected(what))
    }

    fn from_json(json: Value) -> Result<Self, &'static str> {
        let Value::Object(mut json) = json else {
            return Err("a connector is no object");
        };
        let is_text = |member: &str| json.get(member).is_some_and(Value::is_string);
        for (member, missing) in [
            ("provider", "a connector has no provider"),
            ("status", "a connector has no status"),
        ] {
            if !is_text(member) {
                return Err(missing);
            }
        }
        if !is_text("id") {
            let id = id(json.get("id")).ok_or("a connector has no id")?;
            json.insert("id".to_owned(), id.into());
        }
        Ok(Self(json))
    }

    /// One whose consent was started and that cannot be read yet.
    pub(super) fn pending(id: &str, provider: &str) -> Self {
        let members = [("id", id), ("provider", provider), ("status", "pending")];
        let members = members.map(|(name, text)| (name.to_owned(), Value::from(text)));
        Self(Map::from_iter(members))
    }

    pub(super) fn id(&self) -> &str {
        self.needed("id")
    }

    pub(super) fn provider(&self) -> &str {
        self.needed("provider")
    }

    pub(super) fn status(&self) -> &str {
        self.needed("status")
    }

    /// A member without which there is no connector.
    fn needed(&self, member: &str) -> &str {
        self.0
            .get(member)
            .and_then(Value::as_str)
            .unwrap_or_default()
    }

    /// A member that is text and not empty.
    pub(super) fn text(&self, member: &str) -> Option<&str> {
        filled(self.0.get(member)?)
    }

    /// The words of its error.
    pub(super) fn error(&self) -> Option<&str> {
        filled(self.0.get("error")?.get("message")?)
    }

    pub(super) fn into_json(self) -> Value {
        Value::Object(self.0)
    }
}

impl Page<Connector> {
    /// Reads a page of connectors.
    ///
    /// # Errors
    /// [`Error::UnexpectedAnswer`] without a list of items, or when one of them is unreadable.
    pub(super) fn read(answer: &Answer, table: &Table) -> Result<Self, Error> {
        let page = Page::<Value>::read_any(answer, table)?;
        let read = |item| Connector::from_json(item);
        let items: Result<_, _> = page.items.into_iter().map(read).collect();
        Ok(Self {
            items: items.map_err(|what| answer.unexpected(what))?,
            next_cursor: page.next_cursor,
            total: page.total,
        })
    }

    pub(super) fn into_json(self) -> Value {
        let items = self.items.into_iter().map(Connector::into_json);
        page(items.collect(), self.next_cursor, self.total)
    }
}

impl Page<Value> {
    /// Reads a page of anything; null is one without items.
    ///
    /// # Errors
    /// [`Error::UnexpectedAnswer`] without a list of items.
    pub(super) fn read_any(answer: &Answer, table: &Table) -> Result<Self, Error> {
        let mut json = body(answer)?;
        let items = match json.get_mut(&table.items_key).map(Value::take) {
            Some(Value::Array(items)) => items,
            Some(Value::Null) => Vec::new(),
            Some(_) => return Err(answer.unexpected(format!("{} is no list", table.items_key))),
            None => return Err(answer.unexpected(format!("{} is missing", table.items_key))),
        };
        Ok(Self {
            items,
            next_cursor: id(json.get(&table.cursor_key)).filter(|cursor| !cursor.is_empty()),
            total: json["total"].take(),
        })
    }

    pub(super) fn into_json(self) -> Value {
        page(self.items, self.next_cursor, self.total)
    }
}

/// A page as our JSON; moved together, as `json!` would copy every item.
fn page(items: Vec<Value>, next_cursor: Option<String>, total: Value) -> Value {
    let members = [
        ("items", Value::Array(items)),
        ("next_cursor", next_cursor.into()),
        ("total", total),
    ];
    let members = members.map(|(name, value)| (name.to_owned(), value));
    Value::Object(members.into_iter().collect())
}

impl Started {
    /// Reads the start of a consent.
    ///
    /// # Errors
    /// [`Error::UnexpectedAnswer`] without a redirect URL; [`Error::UnsafeUrl`] when it is no web address.
    pub(super) fn read(answer: &Answer, table: &Table) -> Result<Self, Error> {
        let mut json = body(answer)?;
        let mut keys = table.redirect_keys.iter();
        let page = keys.find_map(|key| filled(json.get(key)?));
        let page = page.ok_or_else(|| answer.unexpected("there is no redirect URL"))?;
        let redirect_url = Url::parse(page)
            .ok()
            .filter(|page| matches!(page.scheme(), "http" | "https"))
            .ok_or(Error::UnsafeUrl {
                status: answer.status,
            })?;
        Ok(Self {
            connector_id: table.id_keys.iter().find_map(|key| id(json.get(key))),
            redirect_url,
            state: json["state"].take(),
            expires_at: json["expires_at"].take(),
        })
    }

    pub(super) fn into_json(self) -> Value {
        json!({
            "connector_id": self.connector_id,
            "redirect_url": self.redirect_url,
            "state": self.state,
            "expires_at": self.expires_at,
        })
    }
}

impl Grant {
    /// Reads how far the consent of connector `asked` is.
    ///
    /// # Errors
    /// [`Error::UnexpectedAnswer`] without `status`.
    pub(super) fn read(answer: &Answer, asked: &str) -> Result<Self, Error> {
        let Value::Object(mut json) = body(answer)? else {
            return Err(answer.unexpected("it is no object"));
        };
        let status = json.get("status").and_then(filled).map(str::to_owned);
        let of = id(json.get("connector_id")).unwrap_or_else(|| asked.to_owned());
        json.insert("connector_id".to_owned(), Value::String(of));
        Ok(Self {
            status: status.ok_or_else(|| answer.unexpected("status is missing"))?,
            json,
        })
    }

    /// Why it failed: the platform's words, else its word for the state.
    pub(super) fn reason(&self) -> String {
        let words = self
            .json
            .get("error")
            .and_then(|error| filled(error.get("message")?));
        words.map_or_else(|| format!("status {}", self.status), str::to_owned)
    }

    pub(super) fn into_json(self) -> Value {
        Value::Object(self.json)
    }
}

impl Tested {
    /// Reads what a test read found.
    ///
    /// # Errors
    /// [`Error::UnexpectedAnswer`] without `ok`.
    pub(super) fn read(answer: &Answer) -> Result<Self, Error> {
        let Value::Object(json) = body(answer)? else {
            return Err(answer.unexpected("it is no object"));
        };
        let is_ok = json.get("ok").and_then(Value::as_bool);
        Ok(Self {
            is_ok: is_ok.ok_or_else(|| answer.unexpected("ok is missing"))?,
            json,
        })
    }

    /// What the provider said.
    pub(super) fn message(&self) -> Option<&str> {
        filled(self.json.get("message")?)
    }

    pub(super) fn into_json(self) -> Value {
        Value::Object(self.json)
    }
}

/// A JSON body without secrets.
fn body(answer: &Answer) -> Result<Value, Error> {
    let mut json: Value = answer.json()?;
    // A list or a bare word would make a panic of looking a member up to take it.
    if !json.is_object() {
        return Err(answer.unexpected("it is no object"));
    }
    without_secrets(&mut json, &SECRET_NAMES);
    Ok(json)
}

/// An id: text, or a number that becomes text.
fn id(value: Option<&Value>) -> Option<String> {
    match value? {
        Value::String(id) => Some(id.clone()),
        Value::Number(id) => Some(id.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
