//! Recorded requests, and checks of them against a contract.

use std::collections::BTreeMap;

use bytes::Bytes;
use serde_json::{Map, Value};

/// A request that a fake received.
#[derive(Clone, Debug)]
pub struct RecordedRequest {
    /// Method in upper case.
    pub method: String,
    /// Parts of the path, percent-decoded.
    pub path: Vec<String>,
    /// Query, decoded, in order.
    pub query: Vec<(String, String)>,
    /// Headers, names in lower case.
    pub headers: BTreeMap<String, String>,
    pub body: Bytes,
}

impl RecordedRequest {
    /// Method and parts of the path, for a `match`.
    pub fn route(&self) -> (&str, Vec<&str>) {
        let parts = self.path.iter().map(String::as_str).collect();
        (self.method.as_str(), parts)
    }

    /// A header by its name in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(String::as_str)
    }

    /// The first value of a query parameter.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        let mut query = self.query.iter();
        let found = query.find(|(given, _)| given == name);
        found.map(|(_, value)| value.as_str())
    }

    /// Whether the method may change something.
    pub fn writes(&self) -> bool {
        self.method != "GET"
    }

    /// Allows only these query parameters, each once, in this order.
    pub(super) fn check_query(&self, allowed: &str) -> Result<(), String> {
        let mut left = allowed.split(' ');
        for (name, _) in &self.query {
            if !left.any(|allowed| allowed == name) {
                return Err(format!("query parameter {name} has no place there"));
            }
        }
        Ok(())
    }

    /// Allows no body and no header that announces one, but `content-length: 0` with a method that usually has one.
    pub(super) fn check_no_body(&self) -> Result<(), String> {
        if !self.body.is_empty() {
            return Err("a body where there is none".to_owned());
        }
        if let Some(kind) = self.header("content-type") {
            return Err(format!("content-type {kind} without a body"));
        }
        let wanted = matches!(self.method.as_str(), "POST" | "PUT");
        match self.header("content-length") {
            Some("0") => Ok(()),
            None if !wanted => Ok(()),
            other => Err(format!("content-length {other:?} without a body")),
        }
    }

    /// A JSON object with the members that `shape` names: words as `name:kind`, a kind being `text`,
    /// `bool`, `int`, `list`, `object` or `any`; with `!` behind it when it has to be there, and with `?`
    /// when it may be null.
    pub(super) fn object(&self, shape: &str) -> Result<Map<String, Value>, String> {
        let (body, shape) = (self.members()?, kinds(shape));
        if let Some(name) = body.keys().find(|name| !shape.contains_key(name.as_str())) {
            return Err(format!("member {name} has no place there"));
        }
        for (name, kind) in &shape {
            fits(name, kind, body.get(*name))?;
        }
        Ok(body)
    }

    /// The same of a platform that ignores what it does not know and takes what is missing for null.
    pub(super) fn known_members(&self, shape: &str) -> Result<Map<String, Value>, String> {
        let mut body = self.members()?;
        let known = kinds(shape).into_iter().map(|(name, kind)| {
            let value = body.remove(name);
            fits(name, kind, value.as_ref())?;
            Ok((name.to_owned(), value.unwrap_or_default()))
        });
        known.collect()
    }

    fn members(&self) -> Result<Map<String, Value>, String> {
        match self.header("content-type") {
            Some("application/json") => {}
            other => return Err(format!("content-type {other:?} with a JSON body")),
        }
        let body: Value = serde_json::from_slice(&self.body).map_err(|error| error.to_string())?;
        match body {
            Value::Object(body) => Ok(body),
            _ => Err("the body is no object".to_owned()),
        }
    }
}

fn kinds(shape: &str) -> BTreeMap<&str, &str> {
    let words = shape.split_whitespace();
    words.filter_map(|word| word.split_once(':')).collect()
}

fn fits(name: &str, kind: &str, value: Option<&Value>) -> Result<(), String> {
    let (is_needed, may_be_null) = (kind.contains('!'), kind.contains('?'));
    let plain = kind.trim_end_matches(['!', '?']);
    let is_right = match (plain, value) {
        (_, None) => !is_needed,
        (_, Some(Value::Null)) => may_be_null || plain == "any",
        ("text", Some(value)) => value.is_string(),
        ("bool", Some(value)) => value.is_boolean(),
        ("int", Some(value)) => value.is_i64(),
        ("list", Some(value)) => value.is_array(),
        ("object", Some(value)) => value.is_object(),
        (other, Some(_)) => other == "any",
    };
    if is_right {
        Ok(())
    } else {
        Err(format!("member {name} is no {kind}"))
    }
}
