//! Running actions on entities.
//!
//! Source: Airbyte contract, section 3, `execute`.

use std::borrow::Cow;
use std::collections::HashSet;

use patchbay_http::{CallOptions, Request, StreamedAnswer};
use patchbay_model::{RemoteId, SentRequest, ToolEffect};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize, Serializer};
use serde_json::{Map, Value, json};
use serde_with::apply;

use super::{connector, empty_as_none};
use crate::airbyte::client::Airbyte;
use crate::airbyte::quirks::download::{self, DOWNLOAD};
use crate::airbyte::quirks::tools::action_effect;
use crate::airbyte::wire::{Executed, Reply};
use crate::operations::{Contract, Effect, Operation};
use crate::{Error, Output, Result};

const MAX_INTENT_CHARS: usize = 512;

const MAX_PAGES: usize = 10_000;

/// Run an action on an entity.
///
/// Source: Airbyte contract, section 3, execute.
#[apply(
    Option<_> => #[serde(skip_serializing_if = "Option::is_none")],
    Option<String> => #[serde(default, deserialize_with = "empty_as_none")],
    Option<RemoteId> => #[serde(default, deserialize_with = "empty_as_none")],
)]
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(inline)]
pub struct Execute {
    /// Id of the connector, a UUID.
    #[serde(skip_serializing)]
    pub connector_id: Option<RemoteId>,
    /// Connector type (slug or id) instead of the connector id, if the workspace has one of that
    /// type
    #[serde(skip_serializing)]
    pub connector_definition_id: Option<String>,
    /// Workspace of that connector. Default: the account's
    #[serde(skip_serializing)]
    pub workspace_name: Option<String>,
    /// Entity, such as `customers`
    pub entity: String,
    /// What to do: `list`, `get`, `create`, `update`, `delete`, `search`, `api_search`, `download`,
    /// `context_store_search` or `context_store_sql_query`, as far as the connector knows it.
    pub action: String,
    /// Arguments of the action; `cursor` for the next page.
    pub params: Option<Map<String, Value>>,
    /// Only these fields, as dotted paths.
    pub select_fields: Option<Vec<String>>,
    /// All but these fields, as dotted paths; `select_fields` wins.
    pub exclude_fields: Option<Vec<String>>,
    /// Return long values in full. Default: true
    #[serde_with(skip_apply)]
    #[serde(serialize_with = "or_true")]
    pub skip_truncation: Option<bool>,
    /// Purpose, up to 512 characters
    pub intent: Option<String>,
}

fn or_true<S: Serializer>(given: &Option<bool>, to: S) -> Result<S::Ok, S::Error> {
    given.unwrap_or(true).serialize(to)
}

impl Operation<Airbyte> for Execute {
    const CONTRACT: Contract = Contract::write("execute");
    type Output = Executed;
    /// Because of downloads.
    const IS_STREAMED: bool = true;

    fn effect(&self) -> Effect {
        match action_effect(&self.action) {
            ToolEffect::Read => Effect::Read,
            effect if effect.needs_confirmation() => Effect::Irreversible,
            _ => Self::CONTRACT.effect,
        }
    }

    fn request(&self, _: &Airbyte) -> Result<Request> {
        let intent = self.intent.as_deref().unwrap_or_default();
        if intent.chars().count() > MAX_INTENT_CHARS {
            let words = format!("intent can be at most {MAX_INTENT_CHARS} characters");
            return Err(Error::Usage(words));
        }
        let missing = || Error::Usage("connector_id is required".to_owned());
        let id = self.connector_id.as_ref().ok_or_else(missing)?;
        Request::post(connector(id)?.then("/execute")).json(self)
    }

    async fn run(&self, client: &Airbyte, options: &CallOptions) -> Result<Executed> {
        let found = self.resolve_id(client, options).await?;
        found.send(client, options).await?.success()
    }

    /// A failure reported by the platform is a result too.
    async fn send(&self, client: &Airbyte, options: &CallOptions) -> Result<Executed> {
        let request = self.request(client)?.repeat(Self::CONTRACT.retry);
        let answer = client.api.send(request, options).await;
        if let (Err(Error::NotFound(_)), Some(id)) = (&answer, &self.connector_id) {
            // It may be the record that is missing, but a looked-up id may be outdated too.
            client.forget_lookups(id);
        }
        match self.action.as_str() {
            DOWNLOAD => Ok(download::read(&answer?)),
            _ => Executed::read(&answer?, Self::CONTRACT.name),
        }
    }

    async fn stream(&self, client: &Airbyte, options: &CallOptions) -> Result<StreamedAnswer> {
        let found = self.resolve_id(client, options).await?;
        let answer = client.api.stream(found.request(client)?, options).await?;
        download::forward_unless_failed(answer).await
    }

    async fn plan(&self, client: &Airbyte, options: &CallOptions) -> Result<SentRequest> {
        let found = self.resolve_id(client, options).await?;
        client.api.plan(&found.request(client)?, options)
    }
}

impl Execute {
    /// Adds the id of the connector, which is looked up if only its kind is given.
    async fn resolve_id(&self, client: &Airbyte, options: &CallOptions) -> Result<Cow<'_, Self>> {
        let (None, Some(kind)) = (&self.connector_id, &self.connector_definition_id) else {
            return Ok(Cow::Borrowed(self));
        };
        let workspace = client.workspace_or(&self.workspace_name);
        let id = client.id_of_kind(kind, workspace, options).await?;
        Ok(Cow::Owned(Self {
            connector_id: Some(id),
            ..self.clone()
        }))
    }
}

/// Run an action on all pages.
///
/// Ends with the last page, or at a cursor that came before.
///
/// Source: Airbyte contract, section 3, execute, paging.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline)]
pub struct ExecuteAll(pub Execute);

impl Operation<Airbyte> for ExecuteAll {
    const CONTRACT: Contract = Contract::write("execute_all");
    type Output = Value;

    fn effect(&self) -> Effect {
        self.0.effect()
    }

    fn request(&self, client: &Airbyte) -> Result<Request> {
        self.0.request(client)
    }

    async fn run(&self, client: &Airbyte, options: &CallOptions) -> Result<Value> {
        let mut page = self.0.resolve_id(client, options).await?.into_owned();
        let (mut data, mut pages) = (Vec::new(), 0);
        let given = page.params.as_ref().and_then(|params| params.get("cursor"));
        let given = given.and_then(Value::as_str).map(str::to_owned);
        let mut cursors: HashSet<String> = given.into_iter().collect();
        loop {
            let executed = page.send(client, options).await?.success()?;
            let Reply::Envelope(envelope) = executed.reply else {
                return Err(Error::Usage(
                    "this action returns a file, which has no pages; use execute".to_owned(),
                ));
            };
            pages += 1;
            let next = envelope.next_cursor().map(str::to_owned);
            match envelope.result {
                Value::Array(items) => data.extend(items),
                Value::Null => {}
                other => data.push(other),
            }
            match next.filter(|next| pages < MAX_PAGES && cursors.insert(next.clone())) {
                Some(next) => {
                    let params = page.params.get_or_insert_default();
                    params.insert("cursor".to_owned(), next.into());
                }
                None => return Ok(json!({"success": true, "data": data, "pages": pages})),
            }
        }
    }
}
