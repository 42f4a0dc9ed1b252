//! Members of Airbyte's responses that Patchbay uses. The contract requires few of them, and one of an undocumented type
//! must not make the others unreadable.
//!
//! Source: Airbyte contract, sections 2, 3 and 5.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use patchbay_http::Answer;
use patchbay_http::text::{non_empty, read_json};
use patchbay_model::{RemoteId, Secret};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value, json};
use serde_with::apply;

use crate::output::LosslessOutput;
use crate::{Error, Members, Output, Parsed, Result, lenient, output};

/// The response of the token exchange.
#[derive(Clone, Debug, Deserialize)]
pub struct ExchangedToken {
    pub access_token: Secret,
    /// Lifetime in seconds.
    #[serde(default, deserialize_with = "seconds")]
    pub expires_in: Option<u64>,
}

/// Whole seconds; a negative number counts as zero.
fn seconds<'de, D: Deserializer<'de>>(from: D) -> Result<Option<u64>, D::Error> {
    let seconds = match Value::deserialize(from)? {
        Value::String(text) => text.trim().parse().ok(),
        other => other.as_f64(),
    };
    // Casting a float saturates, and turns negative numbers and NaN into zero.
    Ok(seconds.map(|seconds: f64| seconds as u64))
}

/// A token for one workspace, or for the platform's widget.
#[derive(Clone, Debug, Deserialize)]
pub struct NewToken {
    pub token: Option<Secret>,
}

/// What a token can access.
#[apply(Option<String> => #[serde(default, deserialize_with = "lenient::text")])]
#[derive(Clone, Debug, Deserialize)]
pub struct TokenInfo {
    pub organization_id: Option<String>,
    pub workspace_id: Option<String>,
    pub workspace_name: Option<String>,
}

/// A connector, as listed or in detail. Its id is normalized to text in the JSON too.
#[apply(Option<String> => #[serde(default, deserialize_with = "lenient::text")])]
#[derive(Clone, Debug, Deserialize)]
pub struct Connector {
    #[serde(deserialize_with = "lenient::id")]
    pub id: RemoteId,
    pub name: Option<String>,
    pub created_at: Option<String>,
    pub updated_at: Option<String>,
    /// In lists.
    #[serde(default, deserialize_with = "lenient::known_object")]
    summarized_source_template: Option<Template>,
    /// In details.
    #[serde(default, deserialize_with = "lenient::known_object")]
    source_template: Option<Template>,
    #[serde(default, deserialize_with = "lenient::known_object")]
    pub replication_config: Option<Map<String, Value>>,
    /// Entities that can be read and written; empty if unknown.
    #[serde(default, deserialize_with = "lenient::each")]
    pub entities: Vec<Entity>,
}

/// The kind of a connector.
#[apply(Option<String> => #[serde(default, deserialize_with = "lenient::text")])]
#[derive(Clone, Debug, Deserialize)]
pub struct Template {
    /// Display name, for example `GitHub`.
    pub name: Option<String>,
    /// The slug.
    pub connector_name: Option<String>,
    actor_definition_id: Option<String>,
    source_definition_id: Option<String>,
    /// Whether it supports direct access, replication, or both.
    pub mode: Option<String>,
    /// Which of these is used.
    pub runtime_mode: Option<String>,
}

/// Something that a connector reads or writes.
#[derive(Clone, Debug, Deserialize)]
pub struct Entity {
    #[serde(deserialize_with = "lenient::word")]
    pub entity: String,
    #[serde(default, deserialize_with = "lenient::each")]
    pub modes: Vec<String>,
}

impl Connector {
    /// The kind, which lists and details name differently.
    pub fn template(&self) -> Option<&Template> {
        let summarized = self.summarized_source_template.as_ref();
        summarized.or(self.source_template.as_ref())
    }

    /// Display name of the kind.
    pub fn kind(&self) -> Option<&str> {
        self.template()?.name.as_deref()
    }

    /// The slug of the kind, or else its lowercase name with dashes.
    pub fn slug(&self) -> Option<String> {
        let slug = self.template()?.connector_name.as_deref();
        slug.map(str::to_lowercase)
            .or_else(|| Some(self.kind()?.to_lowercase().replace(' ', "-")))
    }

    pub fn definition_id(&self) -> Option<&str> {
        let template = self.template()?;
        let id = template.actor_definition_id.as_deref();
        id.or(template.source_definition_id.as_deref())
    }
}

impl Members for Connector {
    fn normalize(&self, json: &mut Value) {
        json["id"] = self.id.as_str().into();
    }
}

/// The connectors of a workspace.
#[derive(Clone, Debug)]
pub struct Connectors(pub Vec<Parsed<Connector>>);

impl Output for Connectors {
    fn read(answer: &Answer, _: &str) -> Result<Self> {
        let missing = || answer.unexpected("missing field `data`");
        let list = answer.object()?.get_mut("data").map(Value::take);
        let items = output::items(list.ok_or_else(missing)?, answer)?.into_iter();
        let items = items.map(|item| Parsed::of_answer(item, answer));
        Ok(Self(items.collect::<Result<_>>()?))
    }

    /// Adds the member that the contract promises to callers.
    fn into_json(self) -> Value {
        let items = self.0.into_iter().map(|Parsed { mut json, value }| {
            json["connector_type"] = value.kind().into();
            json
        });
        items.collect()
    }
}

/// A connector that was looked up.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FoundConnector {
    pub connector_id: RemoteId,
}

/// The only connector of a kind.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Connection {
    pub connector_id: RemoteId,
    /// `None` when the id was given.
    pub definition_id: Option<String>,
    pub workspace_name: String,
    pub organization_id: Option<String>,
}

impl LosslessOutput for FoundConnector {}
impl LosslessOutput for Connection {}

/// A job that deletes a connector.
#[derive(Clone, Debug)]
pub struct DeletionJob(Map<String, Value>);

impl Output for DeletionJob {
    /// An empty response is valid too.
    fn read(answer: &Answer, _: &str) -> Result<Self> {
        let mut job = match answer.json_or_null()? {
            Value::Object(job) => job,
            _ => Map::new(),
        };
        job.entry("job_id").or_insert(Value::Null);
        Ok(Self(job))
    }

    fn into_json(self) -> Value {
        self.0.into()
    }
}

#[derive(Clone, Debug, Default, Deserialize)]
pub struct Inspection {
    #[serde(default, deserialize_with = "lenient::known_object")]
    pub context_store_readiness: Option<Readiness>,
    #[serde(default, deserialize_with = "lenient::each")]
    pub warnings: Vec<String>,
}

/// Entities of a connector in the context store.
#[derive(Clone, Debug, Deserialize)]
pub struct Readiness {
    #[serde(default, deserialize_with = "lenient::each")]
    pub supported_context_store_entities: Vec<StoredEntity>,
    #[serde(default, deserialize_with = "lenient::known")]
    pub configured_cache_entities: Option<Vec<StoredEntity>>,
}

#[derive(Clone, Debug, Deserialize)]
pub struct StoredEntity {
    #[serde(default, deserialize_with = "lenient::text")]
    pub entity: Option<String>,
    #[serde(default, deserialize_with = "lenient::flag")]
    pub ready_for_search: Option<bool>,
}

/// The result of checking a connector's credentials.
#[apply(Option<String> => #[serde(default, deserialize_with = "lenient::text")])]
#[derive(Clone, Debug, Default, Deserialize)]
pub struct CheckResult {
    pub status: Option<String>,
    pub error_message: Option<String>,
    pub failure_reason: Option<String>,
    #[serde(default)]
    pub entity_check_results: Value,
}

#[derive(Clone, Debug, Deserialize)]
pub struct Definitions {
    #[serde(default, deserialize_with = "lenient::list")]
    pub definitions: Vec<Value>,
}

/// A kind of connector; destinations have no `source_definition_id`.
#[apply(Option<String> => #[serde(default, deserialize_with = "lenient::text")])]
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Definition {
    pub source_definition_id: Option<String>,
    pub name: Option<String>,
    #[serde(default, deserialize_with = "lenient::known")]
    pub custom: Option<bool>,
    pub support_level: Option<String>,
}

/// A kind of connector with the specification of its credentials.
#[derive(Clone, Debug, Deserialize)]
pub struct DefinitionDetail {
    #[serde(default, deserialize_with = "lenient::text")]
    name: Option<String>,
    #[serde(default, deserialize_with = "lenient::known_object")]
    definition: Option<Definition>,
}

impl DefinitionDetail {
    pub fn name(&self) -> Option<&str> {
        let named = self
            .definition
            .as_ref()
            .and_then(|inner| inner.name.as_deref());
        named.or(self.name.as_deref())
    }
}

#[derive(Clone, Debug, Deserialize)]
pub struct WorkspacePage {
    #[serde(deserialize_with = "lenient::list")]
    pub data: Vec<Value>,
    /// URL of the next page; `None` at the end.
    #[serde(default, deserialize_with = "lenient::text")]
    pub next: Option<String>,
}

/// The response of an action.
#[derive(Debug)]
pub struct Executed {
    /// HTTP status, 200 to 299.
    pub status: u16,
    /// Size of the answer's body, after decompression.
    pub bytes: u64,
    pub reply: Reply,
}

/// The outcome of an action.
#[derive(Debug)]
pub enum Reply {
    Envelope(Envelope),
    File(File),
}

impl Executed {
    pub(super) fn of(answer: &Answer, reply: Reply) -> Self {
        Self {
            status: answer.status,
            bytes: answer.body.len() as u64,
            reply,
        }
    }

    /// Returns the failure reported by the platform, if any, as error.
    pub(super) fn success(self) -> Result<Self> {
        match self.reply {
            Reply::Envelope(Envelope {
                failure: Some(failure),
                ..
            }) => Err(*failure),
            _ => Ok(self),
        }
    }
}

impl Output for Executed {
    fn read(answer: &Answer, _: &str) -> Result<Self> {
        let envelope = Envelope::read(answer).ok_or_else(|| match answer.json() {
            Ok(_) => answer.unexpected("no result"),
            Err(error) => error,
        })?;
        Ok(Self::of(answer, Reply::Envelope(envelope)))
    }

    fn into_json(self) -> Value {
        match self.reply {
            Reply::Envelope(envelope) => envelope.into_json(),
            Reply::File(file) => file.into_json(),
        }
    }
}

/// A downloaded file.
#[derive(Clone, Debug, PartialEq)]
pub struct File {
    pub content_type: Option<String>,
    /// Never a path.
    pub filename: Option<String>,
    pub bytes: Bytes,
}

impl File {
    pub(super) fn base64(&self) -> String {
        BASE64_STANDARD.encode(&self.bytes)
    }

    pub(super) fn into_json(self) -> Value {
        json!({
            "bytes_base64": self.base64(),
            "content_type": self.content_type,
            "filename": self.filename,
        })
    }
}

/// The response of an action other than a download.
#[derive(Debug)]
pub struct Envelope {
    pub result: Value,
    pub connector_metadata: Value,
    /// A failure reported by the platform.
    pub failure: Option<Box<Error>>,
    /// All other members, `status` among them.
    rest: Map<String, Value>,
}

impl Envelope {
    /// `None` unless it is an object with a `result` or a failure.
    pub(super) fn read(answer: &Answer) -> Option<Self> {
        let Value::Object(mut rest) = read_json(&answer.body)? else {
            return None;
        };
        let result = rest.shift_remove("result");
        let has_failed = matches!(status(&rest), Some("error" | "failed"));
        (has_failed || result.is_some()).then(|| Self {
            result: result.unwrap_or_default(),
            connector_metadata: rest.shift_remove("connector_metadata").unwrap_or_default(),
            failure: has_failed.then(|| Box::new(answer.failed())),
            rest,
        })
    }

    /// Whether it has a status, which a JSON file does not.
    pub(super) fn has_status(&self) -> bool {
        status(&self.rest).is_some()
    }

    /// The cursor of the next page; `None` at the end.
    pub fn next_cursor(&self) -> Option<&str> {
        next_cursor(&self.connector_metadata)
    }

    /// The JSON for callers: `success`, `data`, `error`, `meta`, and all other members.
    pub(super) fn into_json(self) -> Value {
        let mut json = self.rest;
        for (member, value) in [
            ("success", self.failure.is_none().into()),
            ("data", self.result),
            ("error", Value::Null),
            ("meta", self.connector_metadata),
        ] {
            json.insert(member.to_owned(), value);
        }
        json.into()
    }
}

fn status(members: &Map<String, Value>) -> Option<&str> {
    members.get("status")?.as_str()
}

/// The cursor of the next page in a `connector_metadata`; `None` at the end.
pub(super) fn next_cursor(page: &Value) -> Option<&str> {
    let goes_on = ["has_next_page", "hasNextPage", "has_more", "hasMore"]
        .into_iter()
        .find_map(|member| page[member].as_bool())
        .unwrap_or(true);
    let cursor = ["end_cursor", "endCursor", "next_cursor", "nextCursor"]
        .into_iter()
        .find_map(|member| non_empty(&page[member]));
    cursor.filter(|_| goes_on)
}

/// Whether two ids are equal; the platform may spell a UUID differently than the caller.
pub(super) fn same_id(one: &str, other: &str) -> bool {
    one == other || uuid(one).is_some_and(|one| uuid(other) == Some(one))
}

/// Parses a UUID in any spelling.
pub(super) fn uuid(text: &str) -> Option<u128> {
    let digits: String = text.chars().filter(|sign| *sign != '-').collect();
    let is_long = digits.len() == 32 && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    is_long.then(|| u128::from_str_radix(&digits, 16).ok())?
}

#[cfg(test)]
mod tests;
