//! The documented operations of Agent Stack's connectors, a type each.
//!
//! Source: Agent Stack contract, sections 1 and 3.

mod wait;

use std::time::Duration;

use patchbay_http::{CallOptions, Path, Repeat, Request, SecretArgument};
use schemars::JsonSchema;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value};

pub use self::wait::{WaitForDeletion, WaitForState};
use super::platform::{AgentStack, CONSENT_LIVES};
pub use super::quirks::relay::Mcp;
use super::wire::{AUTH_REQUIRED, Connector, Item, Page, Preset};
use crate::operations::{Operation, OperationEntry, operations};
use crate::{Effect, Error, Result};

/// Every operation by name.
pub(super) static OPERATIONS: &[OperationEntry] = operations![
    Create,
    List,
    Get,
    Refresh,
    Delete,
    Connect,
    Disconnect,
    Presets,
    WaitForState,
    WaitForDeletion,
    Mcp,
];

/// The platform waits so long for a server that accepts and never answers, and then says so; a little
/// more lets it be heard.
///
/// Source: Agent Stack contract, section 3, `connect`.
const CONNECT_LIMIT: Duration = Duration::from_secs(330);

/// A connector, by its id or whole as an operation answered it.
#[derive(Clone, Debug, JsonSchema)]
#[serde(untagged)]
pub enum Which {
    /// Its id, a UUID.
    Id(String),
    /// The whole connector.
    Whole(Map<String, Value>),
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
    /// By its id.
    pub fn by_id(id: impl Into<String>) -> Self {
        Self::Id(id.into())
    }

    /// The id.
    ///
    /// # Errors
    /// [`Error::Usage`] for an object without one.
    pub fn id(&self) -> Result<&str> {
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
    pub(super) fn whole(&self) -> Result<Option<Connector>> {
        match self {
            Self::Id(_) => Ok(None),
            Self::Whole(connector) => {
                let mut json = Value::Object(connector.clone());
                Connector::redact(&mut json);
                let read = serde_json::from_value(json);
                let words = || "the connector has no id, url or state".to_owned();
                read.map(Some).map_err(|_| Error::Usage(words()))
            }
        }
    }

    /// Its path.
    ///
    /// # Errors
    /// [`Error::Usage`] when the id cannot be a path segment.
    pub(super) fn path(&self) -> Result<Path> {
        all().value("connector", self.id()?)
    }
}

fn all() -> Path {
    Path::new("/api/v1/connectors")
}

/// Registers a connector for an MCP server, filled in from a preset of its URL.
///
/// All five members are sent, absent ones as null.
///
/// Source: Agent Stack contract, section 3.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Create {
    /// URL of the MCP server: http, https, or a preset's own scheme.
    pub url: String,
    /// Id of an OAuth app; left out: the preset's, or one that the platform registers.
    pub client_id: Option<String>,
    /// Secret of that app; only together with its id.
    pub client_secret: Option<SecretArgument>,
    /// Texts to keep with it, such as `name` and `description`; left out: the preset's.
    pub metadata: Option<Map<String, Value>>,
    /// Whether a preset of the same URL fills in what is left out; left out: true.
    #[serde(default = "yes")]
    pub match_preset: bool,
}

fn yes() -> bool {
    true
}

impl Operation<AgentStack> for Create {
    const NAME: &'static str = "create";
    const EFFECT: Effect = Effect::Write;
    const RETRY: Repeat = Repeat::Never;
    type Output = Connector;

    fn request(&self, _: &AgentStack) -> Result<Request> {
        Request::post(all()).json(self)
    }

    async fn run(&self, client: &AgentStack, options: &CallOptions) -> Result<Connector> {
        let created = self.send(client, options).await;
        created.map_err(|error| match error {
            Error::Conflict(refusal) => Error::AlreadyThere {
                name: None,
                refusal,
            },
            error => error,
        })
    }
}

/// Lists all of your connectors at once.
///
/// There is no second page, whatever `next_page_token` says.
///
/// Source: Agent Stack contract, section 3.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct List {}

impl Operation<AgentStack> for List {
    const NAME: &'static str = "list";
    const EFFECT: Effect = Effect::Read;
    const RETRY: Repeat = Repeat::Freely;
    type Output = Page<Connector>;

    fn request(&self, _: &AgentStack) -> Result<Request> {
        Ok(Request::get(all()))
    }
}

/// Shows a connector.
///
/// Source: Agent Stack contract, section 3.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Get {
    /// The connector.
    pub connector: Which,
}

impl Operation<AgentStack> for Get {
    const NAME: &'static str = "get";
    const EFFECT: Effect = Effect::Read;
    const RETRY: Repeat = Repeat::Freely;
    type Output = Connector;

    fn request(&self, _: &AgentStack) -> Result<Request> {
        Ok(Request::get(self.connector.path()?))
    }
}

/// Shows a connector as it is now.
///
/// Source: Agent Stack contract, section 3.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Refresh {
    /// The connector.
    pub connector: Which,
}

impl Operation<AgentStack> for Refresh {
    const NAME: &'static str = "refresh";
    const EFFECT: Effect = Effect::Read;
    const RETRY: Repeat = Repeat::Freely;
    type Output = Connector;

    fn request(&self, _: &AgentStack) -> Result<Request> {
        Ok(Request::get(self.connector.path()?))
    }
}

/// Removes a connector with its tokens.
///
/// In whatever state it is; the platform gives its tokens back as well as it can.
///
/// Source: Agent Stack contract, section 3.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Delete {
    /// The connector.
    pub connector: Which,
}

impl Operation<AgentStack> for Delete {
    const NAME: &'static str = "delete";
    const EFFECT: Effect = Effect::Irreversible;
    const RETRY: Repeat = Repeat::Never;
    type Output = ();

    fn request(&self, _: &AgentStack) -> Result<Request> {
        Ok(Request::delete(self.connector.path()?))
    }

    fn observe(&self, client: &AgentStack, (): &()) {
        client.forget(&self.connector);
    }
}

/// Has the platform try the server; names the page on which you consent where it must.
///
/// Source: Agent Stack contract, section 3.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Connect {
    /// The connector.
    #[serde(skip_serializing)]
    pub connector: Which,
    /// Absolute URL at which the browser ends; left out: a page of the platform's.
    #[serde(serialize_with = "serialize_non_empty")]
    pub redirect_url: Option<String>,
    /// A token for the MCP server, in place of a consent. A token that the platform had is lost.
    pub access_token: Option<SecretArgument>,
}

/// Empty text is none.
fn serialize_non_empty<S: Serializer>(text: &Option<String>, to: S) -> Result<S::Ok, S::Error> {
    text.as_deref()
        .filter(|text| !text.is_empty())
        .serialize(to)
}

impl Operation<AgentStack> for Connect {
    const NAME: &'static str = "connect";
    const EFFECT: Effect = Effect::Write;
    const RETRY: Repeat = Repeat::Never;
    type Output = Connector;

    fn request(&self, _: &AgentStack) -> Result<Request> {
        Ok(Request::post(self.connector.path()?.then("/connect"))
            .json(self)?
            .timeout(CONNECT_LIMIT))
    }

    /// Notes what it means for the connector.
    async fn run(&self, client: &AgentStack, options: &CallOptions) -> Result<Connector> {
        let id = self.connector.id()?;
        client.sessions.forget(id);
        let outcome = self.send(client, options).await;
        match &outcome {
            Ok(connector) => {
                let waits = connector.state == AUTH_REQUIRED && connector.auth_request().is_some();
                let until = client.api.clock.now() + CONSENT_LIVES;
                client.note(id, |found| {
                    found.consent_until = waits.then_some(until);
                    found.connect_failure = None;
                    found.relay = None;
                });
            }
            Err(error @ Error::Status(refusal)) if matches!(refusal.status, 500 | 502 | 504) => {
                client.note(id, |found| found.fail(error.words()));
            }
            // Whatever else failed says nothing of the connector.
            Err(_) => {}
        }
        outcome
    }
}

/// Leaves the server and gives its token back.
///
/// Source: Agent Stack contract, section 3.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Disconnect {
    /// The connector.
    pub connector: Which,
}

impl Operation<AgentStack> for Disconnect {
    const NAME: &'static str = "disconnect";
    const EFFECT: Effect = Effect::Destructive;
    const RETRY: Repeat = Repeat::Never;
    type Output = Connector;

    fn request(&self, _: &AgentStack) -> Result<Request> {
        Ok(Request::post(self.connector.path()?.then("/disconnect")))
    }

    fn observe(&self, client: &AgentStack, _: &Connector) {
        client.forget(&self.connector);
    }
}

/// Lists the servers that the platform has prepared.
///
/// Source: Agent Stack contract, section 3.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Presets {}

impl Operation<AgentStack> for Presets {
    const NAME: &'static str = "presets";
    const EFFECT: Effect = Effect::Read;
    const RETRY: Repeat = Repeat::Freely;
    type Output = Page<Preset>;

    fn request(&self, _: &AgentStack) -> Result<Request> {
        Ok(Request::get(all().then("/presets")))
    }
}
