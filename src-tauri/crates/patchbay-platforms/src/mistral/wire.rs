//! What Mistral answers, of either surface, read tolerantly.
//!
//! Only what the contract requires has to be there. Answers stay JSON: members that are known are brought
//! into their one form in place, with a reader for each that Patchbay looks at. Members that we do not
//! know, and values that do not fit, are kept as they came.
//!
//! Source: Mistral contract, sections 4 and 9.

#![expect(missing_docs, reason = "the members are the contract's own")]

mod lenient;
mod shape;
mod shapes;

use std::time::Duration;

use patchbay_http::Answer;
use patchbay_model::Timestamp;
use serde_json::{Map, Value};

use self::shape::Shape;
use crate::{Error, Output, Result};

/// A value of the documented form, or whatever was sent in its place.
#[derive(Clone, Debug, PartialEq)]
pub enum Kept<T> {
    /// As documented.
    Read(T),
    /// Of another form.
    AsSent(Value),
}

impl<T> Kept<T> {
    /// The value, where it is as documented.
    pub fn read(&self) -> Option<&T> {
        match self {
            Self::Read(value) => Some(value),
            Self::AsSent(_) => None,
        }
    }
}

/// A connector.
#[derive(Clone, Debug, PartialEq)]
pub struct Connector(Map<String, Value>);

impl Connector {
    pub fn id(&self) -> &str {
        self.text("id").unwrap_or_default()
    }

    pub fn name(&self) -> &str {
        self.text("name").unwrap_or_default()
    }

    pub fn description(&self) -> &str {
        self.text("description").unwrap_or_default()
    }

    /// `created_at` or `modified_at`.
    pub fn moment(&self, member: &str) -> Option<Timestamp> {
        lenient::moment(self.0.get(member)?)
    }

    /// A member that is text.
    pub fn text(&self, member: &str) -> Option<&str> {
        self.0.get(member)?.as_str()
    }

    /// A member that is yes or no, `active` of which only the older surface has.
    pub fn flag(&self, member: &str) -> Option<bool> {
        self.0.get(member)?.as_bool()
    }

    /// A member as it came.
    pub fn member(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }

    /// Levels that block it, in the platform's words.
    pub fn blocked_by(&self) -> Vec<&str> {
        let words = self.0.get("blocked_by").and_then(Value::as_array);
        let words = words.and_then(|words| words.iter().map(Value::as_str).collect());
        words.unwrap_or_default()
    }

    /// Ways to sign in.
    pub fn methods(&self) -> impl Iterator<Item = AuthMethod<'_>> {
        items(&self.0, "supported_auth_methods").filter_map(AuthMethod::of)
    }

    /// Credentials of the connection.
    pub fn credentials(&self) -> impl Iterator<Item = Credential<'_>> {
        items(&self.0, "connection_credentials").filter_map(Credential::of)
    }

    /// The connector with those members as well, where it came without.
    pub fn completed_by(&self, more: &Map<String, Value>) -> Self {
        let mut members = self.0.clone();
        for (name, member) in more {
            if members.get(name).is_none_or(Value::is_null) {
                members.insert(name.clone(), member.clone());
            }
        }
        Self(members)
    }

    pub fn to_json(&self) -> Value {
        Value::Object(self.0.clone())
    }
}

impl TryFrom<Value> for Connector {
    type Error = String;

    fn try_from(json: Value) -> Result<Self, String> {
        object(json, &shapes::CONNECTOR).map(Self)
    }
}

/// A connector as an answer of its own: what carries a protocol but is none that we know is kept.
#[derive(Clone, Debug, PartialEq)]
pub struct OneConnector(pub Kept<Connector>);

impl TryFrom<Value> for OneConnector {
    type Error = String;

    fn try_from(json: Value) -> Result<Self, String> {
        let Value::Object(mut members) = json else {
            return Err("it is no object".to_owned());
        };
        let is_tagged = members.get("protocol").is_some_and(Value::is_string);
        match shapes::CONNECTOR.fit(&mut members) {
            Ok(()) => Ok(Self(Kept::Read(Connector(members)))),
            Err(_) if is_tagged => Ok(Self(Kept::AsSent(Value::Object(members)))),
            Err(what) => Err(what),
        }
    }
}

impl From<OneConnector> for Value {
    fn from(one: OneConnector) -> Self {
        one.0.into()
    }
}

impl From<Kept<Connector>> for Value {
    fn from(kept: Kept<Connector>) -> Self {
        match kept {
            Kept::Read(connector) => Self::Object(connector.0),
            Kept::AsSent(json) => json,
        }
    }
}

impl OneConnector {
    /// The connector, where it is of a form that is known.
    ///
    /// # Errors
    /// [`Error::Protocol`] when it is of another.
    pub fn known(self) -> Result<Connector> {
        match self.0 {
            Kept::Read(connector) => Ok(connector),
            Kept::AsSent(_) => Err(Error::Protocol(
                "the connector is of a form that is not known".to_owned(),
            )),
        }
    }
}

/// A page of connectors.
#[derive(Clone, Debug, PartialEq)]
pub struct PaginatedConnectors {
    pub items: Vec<Kept<Connector>>,
    rest: Map<String, Value>,
}

impl PaginatedConnectors {
    /// Where the list goes on. Absent, null and empty all mean that there is no more.
    pub fn next_cursor(&self) -> Option<&str> {
        let cursor = self.rest.get("pagination")?.get("next_cursor")?.as_str();
        cursor.filter(|cursor| !cursor.is_empty())
    }
}

impl TryFrom<Value> for PaginatedConnectors {
    type Error = String;

    fn try_from(json: Value) -> Result<Self, String> {
        let mut rest = object(json, &shapes::PAGE)?;
        let cursor = rest["pagination"].get("next_cursor");
        if !cursor.is_none_or(Value::is_string) {
            return Err("`next_cursor` is no text".to_owned());
        }
        let items = match rest.get_mut("items").map(Value::take) {
            Some(Value::Array(items)) => items,
            _ => Vec::new(),
        };
        let items: Result<_, String> = items.into_iter().map(item).collect();
        Ok(Self {
            items: items?,
            rest,
        })
    }
}

/// A connector of a page.
fn item(json: Value) -> Result<Kept<Connector>, String> {
    match json {
        Value::Object(mut members) => Ok(match shapes::CONNECTOR.fit(&mut members) {
            Ok(()) => Kept::Read(Connector(members)),
            Err(_) => Kept::AsSent(Value::Object(members)),
        }),
        _ => Err("an item is no object".to_owned()),
    }
}

impl From<PaginatedConnectors> for Value {
    fn from(page: PaginatedConnectors) -> Self {
        let mut json = page.rest;
        let items = page.items.into_iter().map(Self::from).collect();
        json.insert("items".to_owned(), items);
        Self::Object(json)
    }
}

/// A way to sign in.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AuthMethod<'a>(&'a Map<String, Value>);

impl<'a> AuthMethod<'a> {
    fn of(json: &'a Value) -> Option<Self> {
        view(json, &shapes::AUTH_METHOD).map(Self)
    }

    pub fn method_type(self) -> &'a str {
        text(self.0, "method_type")
    }

    /// A member as it came.
    pub fn member(self, name: &str) -> Option<&'a Value> {
        self.0.get(name)
    }

    /// Headers that one has to give.
    pub fn asked_headers(self) -> impl Iterator<Item = AuthHeader<'a>> {
        let headers = items(self.0, "headers");
        headers.filter_map(|header| view(header, &shapes::AUTH_HEADER).map(AuthHeader))
    }
}

/// A header that one has to give to sign in.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AuthHeader<'a>(&'a Map<String, Value>);

impl<'a> AuthHeader<'a> {
    pub fn name(self) -> &'a str {
        text(self.0, "name")
    }

    /// Whether it has to be given; said where it is not so.
    pub fn is_required(self) -> bool {
        self.is_on("is_required")
    }

    /// Whether its value is secret; said where it is not so.
    pub fn is_secret(self) -> bool {
        self.is_on("is_secret")
    }

    fn is_on(self, member: &str) -> bool {
        self.0.get(member).and_then(Value::as_bool).unwrap_or(true)
    }
}

/// What is known of credentials; their values never come back.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Credential<'a>(&'a Map<String, Value>);

impl<'a> Credential<'a> {
    fn of(json: &'a Value) -> Option<Self> {
        view(json, &shapes::CREDENTIAL).map(Self)
    }

    pub fn name(self) -> &'a str {
        text(self.0, "name")
    }

    pub fn authentication_type(self) -> &'a str {
        text(self.0, "authentication_type")
    }

    /// `user`, `workspace`, `org`, `system`, or another word.
    pub fn scope(self) -> &'a str {
        text(self.0, "scope")
    }

    /// How it is, where the platform tells.
    pub fn status(self) -> Option<CredentialStatus<'a>> {
        let status = self.0.get("status")?;
        view(status, &shapes::CREDENTIAL_STATUS).map(CredentialStatus)
    }

    pub fn is_default(self) -> bool {
        self.0.get("is_default") == Some(&Value::Bool(true))
    }

    /// A member as it came.
    pub fn member(self, name: &str) -> Option<&'a Value> {
        self.0.get(name)
    }

    pub fn to_json(self) -> Value {
        Value::Object(self.0.clone())
    }
}

/// How credentials are.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CredentialStatus<'a>(&'a Map<String, Value>);

impl<'a> CredentialStatus<'a> {
    /// `valid`, `invalid`, `error`, or another word.
    pub fn status_type(self) -> &'a str {
        text(self.0, "status_type")
    }

    pub fn last_checked_at(self) -> Option<Timestamp> {
        lenient::moment(self.0.get("last_checked_at")?)
    }

    pub fn error_http_code(self) -> Option<i64> {
        self.0.get("error_http_code")?.as_i64()
    }

    pub fn error_message(self) -> Option<&'a str> {
        self.0.get("error_message")?.as_str()
    }
}

/// Declares an answer that is an object of a shape.
macro_rules! answers {
    ($($(#[$words:meta])* $name:ident: $shape:ident;)*) => {$(
        $(#[$words])*
        #[derive(Clone, Debug, PartialEq)]
        pub struct $name(Value);

        impl TryFrom<Value> for $name {
            type Error = String;

            fn try_from(json: Value) -> Result<Self, String> {
                object(json, &shapes::$shape).map(|answer| Self(Value::Object(answer)))
            }
        }

        impl From<$name> for Value {
            fn from(answer: $name) -> Self {
                answer.0
            }
        }
    )*};
}

answers! {
    /// The credentials of one level.
    Credentials: CREDENTIALS;
    /// A page on which a person signs in.
    AuthUrl: AUTH_URL;
    /// An acknowledgement.
    Message: MESSAGE;
    /// What a tool answered. Whether it failed is in `metadata.mcp_meta.isError`.
    ToolResult: TOOL_RESULT;
}

impl Credentials {
    pub fn read(&self) -> impl Iterator<Item = Credential<'_>> {
        let credentials = self.0["credentials"].as_array();
        credentials.into_iter().flatten().filter_map(Credential::of)
    }
}

impl AuthUrl {
    pub fn auth_url(&self) -> &str {
        self.0["auth_url"].as_str().unwrap_or_default()
    }

    /// How long it is good for; nothing when it is less than that.
    pub fn lives(&self) -> Duration {
        Duration::from_secs(self.0["ttl"].as_u64().unwrap_or(0))
    }
}

impl ToolResult {
    /// A member of what MCP has beside the content.
    pub fn meta(&self, member: &str) -> Option<&Value> {
        self.0.get("metadata")?.get("mcp_meta")?.get(member)
    }

    /// Whether it says that it failed, in any spelling.
    pub fn is_error(&self) -> bool {
        self.meta("isError").and_then(lenient::flag) == Some(true)
    }

    /// All of it.
    pub fn json(&self) -> &Value {
        &self.0
    }
}

/// Tools, each read by itself; what is none stays as it came.
#[derive(Clone, Debug, PartialEq)]
pub struct ToolList(pub Vec<Value>);

impl TryFrom<Value> for ToolList {
    type Error = String;

    fn try_from(json: Value) -> Result<Self, String> {
        let mut tools = list(json)?;
        shapes::TOOL.fit_each(&mut tools);
        Ok(Self(tools))
    }
}

impl From<ToolList> for Value {
    fn from(list: ToolList) -> Self {
        Self::Array(list.0)
    }
}

/// Ways to sign in.
#[derive(Clone, Debug, PartialEq)]
pub struct AuthMethods(Vec<Value>);

impl AuthMethods {
    pub fn read(&self) -> impl Iterator<Item = AuthMethod<'_>> {
        self.0.iter().filter_map(AuthMethod::of)
    }
}

impl TryFrom<Value> for AuthMethods {
    type Error = String;

    fn try_from(json: Value) -> Result<Self, String> {
        let mut methods = list(json)?;
        shapes::AUTH_METHOD.fit_each(&mut methods);
        Ok(Self(methods))
    }
}

impl From<AuthMethods> for Value {
    fn from(methods: AuthMethods) -> Self {
        Self::Array(methods.0)
    }
}

/// What a tool answered, beside the answer as it came.
#[derive(Clone, Debug)]
pub struct ToolAnswer {
    pub result: ToolResult,
    pub answer: Answer,
}

impl Output for ToolAnswer {
    fn read(answer: &Answer, operation: &str) -> Result<Self> {
        Ok(Self {
            result: ToolResult::read(answer, operation)?,
            answer: answer.clone(),
        })
    }

    fn into_json(self) -> Value {
        self.result.0
    }
}

/// Of an acknowledgement nothing at all may have come.
impl Output for Option<Message> {
    fn read(answer: &Answer, operation: &str) -> Result<Self> {
        let is_empty = answer.body.trim_ascii().is_empty();
        (!is_empty)
            .then(|| Message::read(answer, operation))
            .transpose()
    }

    fn into_json(self) -> Value {
        self.map_or(Value::Null, Output::into_json)
    }
}

/// What is missing or odd in an answer is named with the operation, and no value is repeated.
macro_rules! outputs {
    ($($answer:ident),* $(,)?) => {$(
        impl Output for $answer {
            fn read(answer: &Answer, operation: &str) -> Result<Self> {
                let read = Self::try_from(answer.json()?);
                read.map_err(|what| answer.unexpected(format!("{operation}: {what}")))
            }

            fn into_json(self) -> Value {
                self.into()
            }
        }
    )*};
}

outputs!(
    AuthMethods,
    AuthUrl,
    Credentials,
    Message,
    OneConnector,
    PaginatedConnectors,
    ToolList,
    ToolResult,
);

fn object(json: Value, shape: &Shape) -> Result<Map<String, Value>, String> {
    let Value::Object(mut members) = json else {
        return Err("it is no object".to_owned());
    };
    shape.fit(&mut members)?;
    Ok(members)
}

/// A list; null is an empty one.
fn list(json: Value) -> Result<Vec<Value>, String> {
    match json {
        Value::Array(items) => Ok(items),
        Value::Null => Ok(Vec::new()),
        _ => Err("it is no list".to_owned()),
    }
}

/// The members of an object that has what its shape needs.
fn view<'a>(json: &'a Value, shape: &Shape) -> Option<&'a Map<String, Value>> {
    let members = json.as_object()?;
    shape.check(members).is_ok().then_some(members)
}

fn items<'a>(members: &'a Map<String, Value>, name: &str) -> impl Iterator<Item = &'a Value> {
    let items = members.get(name).and_then(Value::as_array);
    items.into_iter().flatten()
}

/// Text that the shape needs.
fn text<'a>(members: &'a Map<String, Value>, name: &str) -> &'a str {
    let text = members.get(name).and_then(Value::as_str);
    text.unwrap_or_default()
}

#[cfg(test)]
mod tests;
