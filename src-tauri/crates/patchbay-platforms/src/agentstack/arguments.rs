//! The arguments of each operation.

use std::collections::BTreeMap;
use std::time::Duration;

use patchbay_http::SecretArgument;
use schemars::JsonSchema;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};

use super::wire::{self, CONNECTED, Item};
use crate::Error;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Nothing {}

/// What is sent to create a connector: all five members, absent ones as null.
///
/// Source: Agent Stack contract, section 3, `create`.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Create {
    /// URL of the MCP server: http, https, or a preset's own scheme.
    pub(super) url: String,
    /// Id of an OAuth app; left out: the preset's, or one that the platform registers.
    pub(super) client_id: Option<String>,
    /// Secret of that app; only together with its id.
    pub(super) client_secret: Option<SecretArgument>,
    /// Texts to keep with it, such as `name` and `description`; left out: the preset's.
    pub(super) metadata: Option<Map<String, Value>>,
    /// Whether a preset of the same URL fills in what is left out; left out: true.
    #[serde(default = "yes")]
    pub(super) match_preset: bool,
}

fn yes() -> bool {
    true
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct One {
    /// The connector.
    pub(super) connector: Which,
}

/// A connector, by its id or whole as an operation answered it.
#[derive(Clone, JsonSchema)]
#[serde(untagged)]
pub(super) enum Which {
    /// Its id, a UUID.
    Id(String),
    /// The whole connector.
    Whole(Map<String, Value>),
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Connect {
    /// The connector.
    pub(super) connector: Which,
    /// Absolute URL at which the browser ends; left out: a page of the platform's.
    pub(super) redirect_url: Option<String>,
    /// A token for the MCP server, in place of a consent. A token that the platform had is lost.
    pub(super) access_token: Option<SecretArgument>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct WaitForState {
    /// The connector.
    pub(super) connector: Which,
    /// The state to wait for; left out: `connected`.
    pub(super) state: Option<String>,
    /// Seconds from one look to the next; left out: 1.
    #[schemars(range(min = 0))]
    pub(super) poll_interval: Option<f64>,
    /// Longest wait in seconds; left out: 300.
    #[schemars(range(min = 0))]
    pub(super) limit_s: Option<f64>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct WaitForDeletion {
    /// The connector that is being deleted.
    pub(super) connector: Which,
    /// Seconds from one look to the next; left out: 1.
    #[schemars(range(min = 0))]
    pub(super) poll_interval: Option<f64>,
    /// Longest wait in seconds; left out: 30.
    #[schemars(range(min = 0))]
    pub(super) limit_s: Option<f64>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Mcp {
    /// The connector.
    pub(super) connector: Which,
    /// HTTP method; the platform relays `POST` and `GET`.
    pub(super) method: String,
    /// Headers; accept, content-type, mcp-protocol-version, mcp-session-id and last-event-id get through.
    pub(super) headers: Option<BTreeMap<String, String>>,
    /// Body as text; not together with `content_json`.
    pub(super) content: Option<String>,
    /// Body as JSON.
    pub(super) content_json: Option<Value>,
}

impl<'de> Deserialize<'de> for Which {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Value::deserialize(deserializer)? {
            Value::String(id) => Ok(Self::Id(id)),
            Value::Object(connector) => Ok(Self::Whole(connector)),
            _ => Err(D::Error::custom("a connector is an id or an object")),
        }
    }
}

impl Which {
    pub(super) fn by_id(id: impl Into<String>) -> Self {
        Self::Id(id.into())
    }

    /// The id.
    ///
    /// # Errors
    /// [`Error::Usage`] for an object without one.
    pub(super) fn id(&self) -> Result<&str, Error> {
        match self {
            Self::Id(id) => Ok(id),
            Self::Whole(connector) => connector
                .get("id")
                .and_then(Value::as_str)
                .ok_or_else(|| Error::Usage("the connector has no id".to_owned())),
        }
    }

    /// The connector itself, where it was given whole.
    ///
    /// # Errors
    /// [`Error::Usage`] when the object is no connector.
    pub(super) fn whole(&self) -> Result<Option<wire::Connector>, Error> {
        match self {
            Self::Id(_) => Ok(None),
            Self::Whole(connector) => wire::Connector::read(Value::Object(connector.clone()))
                .map(Some)
                .map_err(|what| Error::Usage(what.to_owned())),
        }
    }
}

impl WaitForState {
    pub(super) fn wanted(&self) -> &str {
        self.state.as_deref().unwrap_or(CONNECTED)
    }
}

/// A number of seconds, or what stands for it when there is none.
///
/// # Errors
/// [`Error::Usage`] when it is negative or beyond all measure.
pub(super) fn seconds(
    name: &str,
    given: Option<f64>,
    otherwise: Duration,
) -> Result<Duration, Error> {
    given.map_or(Ok(otherwise), |seconds| {
        Duration::try_from_secs_f64(seconds)
            .map_err(|_| Error::Usage(format!("{name} must be a number of seconds")))
    })
}
