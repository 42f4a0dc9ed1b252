//! What Mistral answers, of either surface, read tolerantly.
//!
//! Only what the contract requires has to be there. Members that we do not know, and values that do not
//! fit, are kept as they came.
//!
//! Source: Mistral contract, sections 4 and 9.

mod lenient;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};

pub(super) use self::lenient::{Flag, Kept, Moment, Number};

/// A connector.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
pub(super) struct Connector {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) description: String,
    pub(super) created_at: Moment,
    pub(super) modified_at: Moment,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) protocol: Option<Kept<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) title: Option<Kept<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) server: Option<Kept<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) visibility: Option<Kept<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) private_tool_execution: Option<Kept<Flag>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) supports_mcp: Option<Kept<Flag>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) mistral: Option<Kept<Flag>>,
    /// Older surface only: whether it is switched on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) active: Option<Kept<Flag>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) is_authenticated: Option<Kept<Flag>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) blocked_by: Option<Kept<Vec<String>>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) supported_auth_methods: Option<Kept<Vec<Kept<AuthMethod>>>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) connection_credentials: Option<Kept<Vec<Kept<Credential>>>>,
    #[serde(flatten)]
    pub(super) more: Map<String, Value>,
}

/// A connector as an answer of its own: what carries a protocol but is none that we know is kept.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(transparent)]
pub(super) struct OneConnector(pub(super) Kept<Connector>);

impl<'de> Deserialize<'de> for OneConnector {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let members = Map::deserialize(deserializer)?;
        let is_tagged = members.get("protocol").is_some_and(Value::is_string);
        match serde_json::from_value(Value::Object(members.clone())) {
            Ok(connector) => Ok(Self(Kept::Read(connector))),
            Err(_) if is_tagged => Ok(Self(Kept::AsSent(Value::Object(members)))),
            Err(error) => Err(D::Error::custom(error)),
        }
    }
}

/// A page of connectors.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
pub(super) struct PaginatedConnectors {
    #[serde(deserialize_with = "lenient::objects")]
    pub(super) items: Vec<Kept<Connector>>,
    pub(super) pagination: Pagination,
    #[serde(flatten)]
    more: Map<String, Value>,
}

/// Where a list goes on.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
pub(super) struct Pagination {
    page_size: Number,
    /// Absent, null and empty all mean that there is no more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) next_cursor: Option<String>,
    #[serde(flatten)]
    more: Map<String, Value>,
}

/// A way to sign in.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
pub(super) struct AuthMethod {
    pub(super) method_type: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    headers: Option<Kept<Vec<Kept<AuthHeader>>>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    has_default_credentials: Option<Kept<Flag>>,
    #[serde(flatten)]
    pub(super) more: Map<String, Value>,
}

impl AuthMethod {
    /// Headers that one has to give.
    pub(super) fn asked_headers(&self) -> impl Iterator<Item = &AuthHeader> {
        let headers = self.headers.as_ref().and_then(Kept::read);
        headers.into_iter().flatten().filter_map(Kept::read)
    }
}

/// A header that one has to give to sign in.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
pub(super) struct AuthHeader {
    pub(super) name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    is_required: Option<Kept<Flag>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    is_secret: Option<Kept<Flag>>,
    #[serde(flatten)]
    more: Map<String, Value>,
}

impl AuthHeader {
    /// Whether it has to be given; said where it is not so.
    pub(super) fn is_required(&self) -> bool {
        is_on(&self.is_required)
    }

    /// Whether its value is secret; said where it is not so.
    pub(super) fn is_secret(&self) -> bool {
        is_on(&self.is_secret)
    }
}

fn is_on(flag: &Option<Kept<Flag>>) -> bool {
    let flag = flag.as_ref().and_then(Kept::read);
    flag.is_none_or(|flag| flag.0)
}

/// The credentials of one level.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
pub(super) struct Credentials {
    #[serde(deserialize_with = "lenient::list")]
    pub(super) credentials: Vec<Kept<Credential>>,
    #[serde(flatten)]
    more: Map<String, Value>,
}

/// What is known of credentials; their values never come back.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
pub(super) struct Credential {
    pub(super) name: String,
    pub(super) authentication_type: String,
    /// `user`, `workspace`, `org`, `system`, or another word.
    pub(super) scope: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) status: Option<Kept<CredentialStatus>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) is_default: Option<Kept<Flag>>,
    #[serde(flatten)]
    pub(super) more: Map<String, Value>,
}

/// How credentials are.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
pub(super) struct CredentialStatus {
    /// `valid`, `invalid`, `error`, or another word.
    pub(super) status_type: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) last_checked_at: Option<Kept<Moment>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) error_http_code: Option<Kept<Number>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) error_message: Option<Kept<String>>,
    #[serde(flatten)]
    more: Map<String, Value>,
}

/// A page on which a person signs in.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
pub(super) struct AuthUrl {
    pub(super) auth_url: String,
    /// How long it is good for, in seconds.
    pub(super) ttl: Number,
    #[serde(flatten)]
    more: Map<String, Value>,
}

/// An acknowledgement.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
pub(super) struct Message {
    message: String,
    #[serde(flatten)]
    more: Map<String, Value>,
}

/// What a tool answered. Whether it failed is in `metadata.mcp_meta.isError`.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
pub(super) struct ToolResult {
    #[serde(deserialize_with = "lenient::list")]
    pub(super) content: Vec<Value>,
    #[serde(flatten)]
    pub(super) more: Map<String, Value>,
}

/// Tools, each as it came.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(transparent)]
pub(super) struct ToolList(#[serde(deserialize_with = "lenient::list")] pub(super) Vec<Value>);

/// Ways to sign in.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(transparent)]
pub(super) struct AuthMethods(
    #[serde(deserialize_with = "lenient::list")] pub(super) Vec<Kept<AuthMethod>>,
);

#[cfg(test)]
mod tests;
