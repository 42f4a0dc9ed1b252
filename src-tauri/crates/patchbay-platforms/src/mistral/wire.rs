//! Responses of Mistral's two surfaces, read leniently.
//!
//! Only members that the contract requires must be present. A response stays JSON: known members are normalized in place,
//! and typed views are read from the result. Unknown members, and values that don't fit, are kept unchanged.
//!
//! Source: Mistral contract, sections 4 and 9.

mod lenient;
mod shape;
mod shapes;

use std::marker::PhantomData;
use std::time::Duration;

use patchbay_http::{Answer, SecretNames};
use patchbay_model::{RemoteId, Timestamp};
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use serde_with::apply;

use self::shape::Shape;
use crate::lenient::{each, each_object, known, known_object, true_by_default, yes};
use crate::{Error, Output, Result};

/// The members of a normalized object that Patchbay uses.
pub trait Shaped: DeserializeOwned + Send {
    #[doc(hidden)]
    const SHAPE: Shape;
}

/// A normalized object, beside the members that Patchbay uses.
#[derive(Clone, Debug, PartialEq)]
pub struct Object<T> {
    pub json: Value,
    pub value: T,
}

impl<T: Shaped> Object<T> {
    /// # Errors
    /// The unchanged JSON, and what is missing or wrong.
    pub(super) fn of(json: Value) -> Result<Self, (Value, String)> {
        let Value::Object(mut members) = json else {
            return Err((json, "not an object".to_owned()));
        };
        let fits = T::SHAPE.normalize(&mut members);
        let json = Value::Object(members);
        let other = |_| "unknown format".to_owned();
        match fits.and_then(|()| T::deserialize(&json).map_err(other)) {
            Ok(value) => Ok(Self { json, value }),
            Err(what) => Err((json, what)),
        }
    }
}

/// Errors name the operation and the missing or unexpected member, but no value.
fn read<T>(
    answer: &Answer,
    operation: &str,
    of: impl FnOnce(Value) -> Result<T, String>,
) -> Result<T> {
    of(answer.json()?).map_err(|what| answer.unexpected(format!("{operation}: {what}")))
}

/// Removes texts that are secret by their name. A header says itself whether it is one, and a masked value isn't.
fn redact(value: &mut Value, names: &SecretNames) {
    match value {
        Value::Object(members) => {
            let is_public = members.get("is_secret") == Some(&Value::Bool(false));
            members.retain(|name, member| {
                redact(member, names);
                let is_masked = |text: &str| text.chars().all(|sign| sign == '*');
                let is_shown = |text| (is_public && name == "value") || is_masked(text);
                !names.contains(name) || member.as_str().is_none_or(is_shown)
            });
        }
        Value::Array(items) => items.iter_mut().for_each(|item| redact(item, names)),
        _ => {}
    }
}

impl<T: Shaped> Object<T> {
    /// Reads a response as it is; [`Output::read`] removes secrets.
    fn read_whole(answer: &Answer, operation: &str) -> Result<Self> {
        read(answer, operation, |json| {
            Self::of(json).map_err(|(_, what)| what)
        })
    }
}

impl<T: Shaped> Output for Object<T> {
    fn read(answer: &Answer, operation: &str) -> Result<Self> {
        let mut object = Self::read_whole(answer, operation)?;
        redact(&mut object.json, answer.secret_names);
        Ok(object)
    }

    fn into_json(self) -> Value {
        self.json
    }
}

/// A list whose items are normalized one by one; those that don't fit stay unchanged.
#[derive(Clone, Debug, PartialEq)]
pub struct Items<T> {
    pub json: Vec<Value>,
    kind: PhantomData<T>,
}

impl<T: Shaped> Items<T> {
    /// Null counts as an empty list.
    fn of(json: Value) -> Result<Self, String> {
        let mut json = match json {
            Value::Array(items) => items,
            Value::Null => Vec::new(),
            _ => return Err("not a list".to_owned()),
        };
        T::SHAPE.normalize_each(&mut json);
        Ok(Self {
            json,
            kind: PhantomData,
        })
    }

    /// The items that have the documented form.
    pub fn values(&self) -> Vec<T> {
        let objects = self.json.iter().filter(|item| item.is_object());
        objects
            .filter_map(|item| T::deserialize(item).ok())
            .collect()
    }
}

impl<T: Shaped> Output for Items<T> {
    fn read(answer: &Answer, operation: &str) -> Result<Self> {
        let mut items = read(answer, operation, Self::of)?;
        for item in &mut items.json {
            redact(item, answer.secret_names);
        }
        Ok(items)
    }

    fn into_json(self) -> Value {
        self.json.into()
    }
}

#[apply(
    Option<_> => #[serde(default, deserialize_with = "known")],
    Vec<_> => #[serde(default, deserialize_with = "each_object")],
)]
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Connector {
    pub id: RemoteId,
    pub name: String,
    pub description: String,
    pub created_at: Timestamp,
    pub modified_at: Timestamp,
    pub title: Option<String>,
    pub server: Option<String>,
    pub icon_url: Option<String>,
    pub system_prompt: Option<String>,
    /// `mcp`, `http`, or another word.
    pub protocol: Option<String>,
    pub visibility: Option<String>,
    /// A word on the current surface, a number on the older one.
    #[serde(default)]
    #[serde_with(skip_apply)]
    pub owner_type: Value,
    pub owner_id: Option<String>,
    /// Only the older surface has it.
    pub active: Option<bool>,
    pub is_authenticated: Option<bool>,
    pub mistral: Option<bool>,
    pub private_tool_execution: Option<bool>,
    pub connection_config: Option<Map<String, Value>>,
    /// Levels that block it, in the platform's words.
    #[serde(default, deserialize_with = "each")]
    #[serde_with(skip_apply)]
    pub blocked_by: Vec<String>,
    #[serde(rename = "supported_auth_methods")]
    pub methods: Vec<AuthMethod>,
    #[serde(rename = "connection_credentials")]
    pub credentials: Vec<Credential>,
    #[serde(rename = "connection_preferences")]
    pub preferences: Vec<Preference>,
}

/// Tool settings of a level.
#[apply(Option<_> => #[serde(default, deserialize_with = "known")])]
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Preference {
    pub consumer_type: Option<String>,
    pub tool_configuration: Option<ToolConfiguration>,
}

#[apply(Option<_> => #[serde(
    default, deserialize_with = "known", skip_serializing_if = "Option::is_none"
)])]
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ToolConfiguration {
    pub include: Option<Vec<String>>,
    pub exclude: Option<Vec<String>>,
    pub requires_confirmation: Option<ToolChoice>,
    pub skip_confirmation: Option<ToolChoice>,
}

/// Some of the tools: by name, by what they do, or by both.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum ToolChoice {
    /// By name.
    Names(Vec<String>),
    /// Several choices joined.
    Joined(Joined),
    /// By what they do.
    Effect(ByEffect),
}

/// Several choices joined by `type`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Joined {
    /// How they are joined.
    pub r#type: Joint,
    /// The choices.
    pub expressions: Vec<ToolChoice>,
}

/// How choices are joined.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Joint {
    /// Tools in all of them.
    And,
    /// Tools in any of them.
    Or,
}

/// Tools by what they do.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ByEffect {
    /// Whether they change nothing; null for either.
    #[serde(deserialize_with = "Option::deserialize")]
    #[schemars(required)]
    pub read_only: Option<bool>,
}

impl Object<Connector> {
    /// Adds members that it lacks.
    pub fn with_members(&self, more: &Map<String, Value>) -> Self {
        let mut json = self.json.clone();
        for (name, member) in more {
            if json[name].is_null() {
                json[name] = member.clone();
            }
        }
        Self::of(json).unwrap_or_else(|_| self.clone())
    }
}

/// A connector, or the JSON received instead of one of the documented form.
#[derive(Clone, Debug, PartialEq)]
pub enum LenientConnector {
    Read(Box<Object<Connector>>),
    Unparsed(Value),
}

impl LenientConnector {
    fn of(json: Value) -> Self {
        match Object::of(json) {
            Ok(connector) => Self::Read(Box::new(connector)),
            Err((json, _)) => Self::Unparsed(json),
        }
    }

    /// A connector that is a response of its own. Of other forms, only those tagged with a protocol are kept.
    fn of_response(json: Value) -> Result<Self, String> {
        let is_tagged = json.get("protocol").is_some_and(Value::is_string);
        match Object::of(json) {
            Ok(connector) => Ok(Self::Read(Box::new(connector))),
            Err((json, _)) if is_tagged => Ok(Self::Unparsed(json)),
            Err((_, what)) => Err(what),
        }
    }

    fn redact(&mut self, names: &SecretNames) {
        redact(
            match self {
                Self::Read(connector) => &mut connector.json,
                Self::Unparsed(json) => json,
            },
            names,
        );
    }

    pub fn read(&self) -> Option<&Object<Connector>> {
        match self {
            Self::Read(connector) => Some(connector),
            Self::Unparsed(_) => None,
        }
    }

    /// # Errors
    /// [`Error::UnexpectedAnswer`] unless it has the documented form.
    pub fn known(self) -> Result<Object<Connector>> {
        match self {
            Self::Read(connector) => Ok(*connector),
            Self::Unparsed(_) => Err(Error::unexpected("unsupported connector type")),
        }
    }
}

impl Output for LenientConnector {
    fn read(answer: &Answer, operation: &str) -> Result<Self> {
        let mut connector = read(answer, operation, Self::of_response)?;
        connector.redact(answer.secret_names);
        Ok(connector)
    }

    fn into_json(self) -> Value {
        match self {
            Self::Read(connector) => connector.json,
            Self::Unparsed(json) => json,
        }
    }
}

/// A page of connectors.
#[derive(Clone, Debug, PartialEq)]
pub struct PaginatedConnectors {
    pub items: Vec<LenientConnector>,
    page: Object<Page>,
}

/// The members of a page beside its connectors.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Page {
    pagination: Pagination,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
struct Pagination {
    next_cursor: Option<String>,
}

impl PaginatedConnectors {
    fn of(json: Value) -> Result<Self, String> {
        let mut page = Object::<Page>::of(json).map_err(|(_, what)| what)?;
        let items = match page.json["items"].take() {
            Value::Array(items) => items,
            _ => Vec::new(),
        };
        if !items.iter().all(Value::is_object) {
            return Err("an item isn't an object".to_owned());
        }
        let items = items.into_iter().map(LenientConnector::of).collect();
        Ok(Self { items, page })
    }

    /// Absent, null and empty cursors all mean that this is the last page.
    pub fn next_cursor(&self) -> Option<&str> {
        let cursor = self.page.value.pagination.next_cursor.as_deref();
        cursor.filter(|cursor| !cursor.is_empty())
    }
}

impl Output for PaginatedConnectors {
    fn read(answer: &Answer, operation: &str) -> Result<Self> {
        let mut page = read(answer, operation, Self::of)?;
        redact(&mut page.page.json, answer.secret_names);
        for connector in &mut page.items {
            connector.redact(answer.secret_names);
        }
        Ok(page)
    }

    fn into_json(self) -> Value {
        let mut json = self.page.json;
        json["items"] = self.items.into_iter().map(Output::into_json).collect();
        json
    }
}

#[apply(
    Option<_> => #[serde(default, deserialize_with = "known")],
    Vec<_> => #[serde(default, deserialize_with = "each_object")],
)]
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct AuthMethod {
    pub method_type: String,
    pub grant_type: Option<String>,
    pub token_endpoint_auth_method: Option<String>,
    /// Headers that a credential sets.
    pub headers: Vec<AuthHeader>,
    pub global_headers: Option<Map<String, Value>>,
    pub oauth2_server_metadata: Option<Map<String, Value>>,
}

/// A header that a credential sets.
#[apply(bool => #[serde(default = "yes", deserialize_with = "true_by_default")])]
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct AuthHeader {
    pub name: String,
    pub is_required: bool,
    pub is_secret: bool,
}

/// Credentials of one level.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Credentials {
    #[serde(deserialize_with = "each_object")]
    pub credentials: Vec<Credential>,
}

/// A credential; its values are never returned.
#[apply(Option<_> => #[serde(default, deserialize_with = "known")])]
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Credential {
    pub name: String,
    pub authentication_type: String,
    /// `user`, `workspace`, `org`, `system`, or another word.
    pub scope: String,
    pub title: Option<String>,
    pub creator_id: Option<String>,
    is_default: Option<bool>,
    #[serde(default, deserialize_with = "known_object")]
    #[serde_with(skip_apply)]
    pub status: Option<CredentialStatus>,
}

impl Credential {
    pub fn is_default(&self) -> bool {
        self.is_default == Some(true)
    }
}

#[apply(Option<_> => #[serde(default, deserialize_with = "known")])]
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct CredentialStatus {
    /// `valid`, `invalid`, `error`, or another word.
    pub status_type: String,
    pub last_checked_at: Option<Timestamp>,
    pub error_http_code: Option<i64>,
    pub error_message: Option<String>,
}

/// A sign-in page.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct AuthUrl {
    pub auth_url: String,
    ttl: i64,
}

impl AuthUrl {
    /// Lifetime of the page; `None` unless it is positive.
    pub fn valid_for(&self) -> Option<Duration> {
        let seconds = u64::try_from(self.ttl).ok().filter(|ttl| *ttl > 0);
        seconds.map(Duration::from_secs)
    }
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Message {}

/// `None` for an empty body.
pub type Acknowledgement = Option<Object<Message>>;

impl Output for Acknowledgement {
    fn read(answer: &Answer, operation: &str) -> Result<Self> {
        match answer.body.trim_ascii().is_empty() {
            true => Ok(None),
            false => Object::read(answer, operation).map(Some),
        }
    }

    fn into_json(self) -> Value {
        self.map_or(Value::Null, Output::into_json)
    }
}

/// A tool, whose members are read as those of any MCP server.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Tool {}

#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct ToolResult {
    #[serde(default, deserialize_with = "known_object")]
    metadata: Option<ResultMetadata>,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
struct ResultMetadata {
    #[serde(default, deserialize_with = "known_object")]
    mcp_meta: Option<McpMeta>,
}

/// MCP's members beside the content. A failure of the tool is reported here, not at the top level.
#[apply(Option<_> => #[serde(default, deserialize_with = "known")])]
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
pub struct McpMeta {
    #[serde(rename = "isError")]
    pub is_error: Option<bool>,
    #[serde(rename = "structuredContent")]
    pub structured: Option<Value>,
}

impl ToolResult {
    pub fn meta(&self) -> McpMeta {
        let metadata = self.metadata.clone();
        let meta = metadata.and_then(|metadata| metadata.mcp_meta);
        meta.unwrap_or_default()
    }
}

/// The result of a tool, whose members have the tool's own names, beside status and size of the response.
#[derive(Clone, Debug)]
pub struct ToolAnswer {
    pub result: Object<ToolResult>,
    pub status: u16,
    pub bytes: u64,
}

impl Output for ToolAnswer {
    fn read(answer: &Answer, operation: &str) -> Result<Self> {
        Ok(Self {
            result: Object::read_whole(answer, operation)?,
            status: answer.status,
            bytes: answer.body.len() as u64,
        })
    }

    fn into_json(self) -> Value {
        self.result.json
    }
}

#[cfg(test)]
mod tests;
