//! The operations of the assumed contract. Their routes are settings of the account
//! ([`Table`](super::quirks::table::Table)).
//!
//! Source: 10ex contract, sections 2, 3 and 6.

#![warn(missing_docs)]

use std::collections::HashSet;
use std::time::Duration;

use patchbay_http::{CallOptions, Request, Retries, SecretArgument};
use patchbay_model::{RemoteId, Secret, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use serde_with::apply;

use super::client::Tenex;
use super::quirks::table::members;
use super::wire::{Connector, Grant, Page, Started, Tested};
use crate::client::{sleep, until};
use crate::operations::{Contract, Operation, OperationEntry, on_connector, operations};
use crate::{Error, Field, Output, Raw, Result};

/// Every operation by name.
pub(super) static OPERATIONS: &[OperationEntry] = operations![
    ListProviders,
    List,
    ListAll,
    Get,
    StartOauth,
    GetStatus,
    WaitForGrant,
    SubmitByok,
    Update,
    Disable,
    Enable,
    Refresh,
    Revoke,
    Test,
    Delete,
];

/// Assumed maximum size of a page.
pub(super) const PAGE_SIZE: i64 = 200;

/// Longer lists are truncated.
const MAX_PAGES: usize = 100;

/// List providers (one page).
///
/// Source: 10ex contract, section 3 (assumed: 10ex publishes no reference of its routes).
#[apply(Option<_> => #[serde(skip_serializing_if = "Option::is_none")])]
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ListProviders {
    /// Most providers of the page, at most 200; left out: 50.
    pub limit: Option<i64>,
    /// Where to go on: `next_cursor` of the page before.
    pub cursor: Option<String>,
    /// Only this category, for example `email`, `ads`, `crm`.
    pub category: Option<String>,
}

impl Operation<Tenex> for ListProviders {
    const CONTRACT: Contract = Contract::read("list_providers");
    type Output = Page<Value>;

    fn request(&self, client: &Tenex) -> Result<Request> {
        client.table.list_request(Self::CONTRACT.name, self)
    }

    async fn send(&self, client: &Tenex, options: &CallOptions) -> Result<Page<Value>> {
        client
            .table
            .parse_page(&client.send_by_route(self, options).await?)
    }
}

/// List connectors (one page).
///
/// Source: 10ex contract, section 3 (assumed: 10ex publishes no reference of its routes).
#[apply(Option<_> => #[serde(skip_serializing_if = "Option::is_none")])]
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(inline)]
pub struct List {
    /// Only this provider, for example `gmail`.
    pub provider: Option<String>,
    /// Only this role, for example `source`, `sink`, `both`.
    pub role: Option<String>,
    /// Only this status, for example `connected`, `needs_reauth`.
    pub status: Option<String>,
    /// Most connectors of a page, at most 200; left out: 50.
    pub limit: Option<i64>,
    /// Where to go on: `next_cursor` of the page before.
    pub cursor: Option<String>,
}

impl Operation<Tenex> for List {
    const CONTRACT: Contract = Contract::read("list");
    type Output = Page<Connector>;

    fn request(&self, client: &Tenex) -> Result<Request> {
        client
            .table
            .without_mcp()?
            .list_request(Self::CONTRACT.name, self)
    }

    async fn send(&self, client: &Tenex, options: &CallOptions) -> Result<Page<Connector>> {
        let asked = client.table.parameters(self);
        let answer = client.send_by_route_or_tool(self, "list_connectors", asked, options);
        client.table.parse_page(&answer.await?)
    }
}

/// List all connectors (up to 100 pages).
///
/// With the last total given; ends where a cursor repeats.
///
/// Source: 10ex contract, section 6 (assumed; made of other operations by Patchbay).
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline)]
pub struct ListAll(pub List);

impl Operation<Tenex> for ListAll {
    const CONTRACT: Contract = Contract::read("list_all");
    type Output = Value;

    async fn run(&self, client: &Tenex, options: &CallOptions) -> Result<Value> {
        let mut all = client.list_all(&self.0, options).await?.into_json();
        if let Some(members) = all.as_object_mut() {
            members.shift_remove("next_cursor");
        }
        Ok(all)
    }
}

impl Tenex {
    pub(super) async fn list_all(
        &self,
        list: &List,
        options: &CallOptions,
    ) -> Result<Page<Connector>> {
        let page = |cursor| {
            let page = List {
                cursor,
                ..list.clone()
            };
            async move { page.run(self, options).await }
        };
        all_pages(list.cursor.clone(), page).await
    }
}

/// Items of all pages from a cursor on, with the last known total. A repeated cursor ends the list.
pub(super) async fn all_pages<T, F: Future<Output = Result<Page<T>>>>(
    mut cursor: Option<String>,
    page: impl Fn(Option<String>) -> F,
) -> Result<Page<T>> {
    let (mut items, mut total) = (Vec::new(), Value::Null);
    let mut cursors: HashSet<String> = cursor.iter().cloned().collect();
    for _ in 0..MAX_PAGES {
        let found = page(cursor).await?;
        items.extend(found.items);
        if !found.total.is_null() {
            total = found.total;
        }
        match found.next_cursor {
            Some(next) if cursors.insert(next.clone()) => cursor = Some(next),
            _ => break,
        }
    }
    Ok(Page {
        items,
        next_cursor: None,
        total,
    })
}

on_connector! { Tenex, id: RemoteId = "Id of the connector." =>
    /// Get a connector.
    ///
    /// Source: 10ex contract, section 3 (assumed: 10ex publishes no reference of its routes).
    Get(Contract::read("get")) -> Connector: |id, client| client.table.request_on(Self::CONTRACT.name, id);
    /// Turn off.
    ///
    /// Source: 10ex contract, section 3 (assumed: 10ex publishes no reference of its routes).
    Disable(Contract::write("disable")) -> Connector:
        |id, client| client.table.request(Self::CONTRACT.name, &set_enabled(id, false)),
        noting |_, client, connector| client.forget_observation(connector);
    /// Turn on.
    ///
    /// Source: 10ex contract, section 3 (assumed: 10ex publishes no reference of its routes).
    Enable(Contract::write("enable")) -> Connector:
        |id, client| client.table.request(Self::CONTRACT.name, &set_enabled(id, true)),
        noting |_, client, connector| client.forget_observation(connector);
    /// Refresh the provider token.
    ///
    /// Source: 10ex contract, section 3 (assumed: 10ex publishes no reference of its routes).
    Refresh(Contract::write("refresh")) -> Connector:
        |id, client| client.table.request_on(Self::CONTRACT.name, id),
        noting |_, client, connector| client.forget_observation(connector);
    /// Revoke access at the provider.
    ///
    /// Source: 10ex contract, section 3 (assumed: 10ex publishes no reference of its routes).
    Revoke(Contract::destructive("revoke")) -> Connector:
        |id, client| client.table.request_on(Self::CONTRACT.name, id),
        noting |_, client, connector| client.forget_observation(connector);
    /// Test a connector.
    ///
    /// Source: 10ex contract, section 3 (assumed: 10ex publishes no reference of its routes).
    Test(Contract::read("test")) -> Raw<Tested>:
        |id, client| client.table.request_on(Self::CONTRACT.name, id),
        noting |id, client, tested| {
            let Tested { ok, message } = &tested.value;
            let words = || message.as_deref().unwrap_or("the test failed").to_owned();
            let outcome = if *ok { Ok(()) } else { Err(words()) };
            client.observations.note(id.as_str(), |found| found.test = Some(outcome));
        };
    /// Delete a connector.
    ///
    /// Source: 10ex contract, section 3 (assumed: 10ex publishes no reference of its routes).
    Delete(Contract::irreversible("delete")) -> ():
        |id, client| client.table.request_on(Self::CONTRACT.name, id),
        noting |id, client, ()| {
            client.observations.forget(id.as_str());
            client.pending_pages.forget(id.as_str());
        };
}

fn set_enabled(id: &RemoteId, is_on: bool) -> Update {
    Update {
        id: id.clone(),
        enabled: Field::Value(is_on),
        ..Update::default()
    }
}

impl Tenex {
    pub(super) async fn find(&self, id: &RemoteId, options: &CallOptions) -> Result<Connector> {
        Get { id: id.clone() }.run(self, options).await
    }
}

/// Start sign-in at a provider.
///
/// Source: 10ex contract, section 3 (assumed: 10ex publishes no reference of its routes).
#[apply(Option<_> => #[serde(skip_serializing_if = "Option::is_none")])]
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StartOauth {
    /// Provider to connect, for example `gmail`.
    pub provider: String,
    /// Role of the connector, for example `source`, `sink`, `both`.
    pub role: Option<String>,
    /// Connector to connect again; left out: a new one.
    pub connector_id: Option<RemoteId>,
    /// Absolute URL at which the browser should end.
    pub return_url: Option<String>,
}

impl Operation<Tenex> for StartOauth {
    const CONTRACT: Contract = Contract::write("start_oauth");
    type Output = Started;

    fn request(&self, client: &Tenex) -> Result<Request> {
        client
            .table
            .without_mcp()?
            .request(Self::CONTRACT.name, self)
    }

    async fn send(&self, client: &Tenex, options: &CallOptions) -> Result<Started> {
        let asked = members(self).0;
        let answer = client.send_by_route_or_tool(self, "start_connector_oauth", asked, options);
        client.table.parse_started(&answer.await?)
    }

    fn observe(&self, client: &Tenex, started: &Started) {
        let asked = self.connector_id.as_ref().map(RemoteId::as_str);
        if let Some(id) = started.connector_id.as_deref().or(asked) {
            let until = client.now() + client.valid_for(started);
            client
                .observations
                .note(id, |found| found.consent_until = Some(until));
        }
    }
}

/// Get sign-in status.
///
/// Source: 10ex contract, section 3 (assumed: 10ex publishes no reference of its routes).
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GetStatus {
    /// Id of the connector.
    pub id: RemoteId,
}

impl Operation<Tenex> for GetStatus {
    const CONTRACT: Contract = Contract::read("get_status");
    type Output = Grant;

    fn request(&self, client: &Tenex) -> Result<Request> {
        client
            .table
            .without_mcp()?
            .request(Self::CONTRACT.name, self)
    }

    async fn send(&self, client: &Tenex, options: &CallOptions) -> Result<Grant> {
        let asked = members(&json!({"connector_id": self.id})).0;
        let answer = client.send_by_route_or_tool(self, "get_connector_status", asked, options);
        let mut grant = Grant::read(&answer.await?, Self::CONTRACT.name)?;
        grant
            .connector_id
            .get_or_insert_with(|| self.id.to_string());
        Ok(grant)
    }
}

/// Wait for sign-in.
///
/// A look that would begin at or after the limit is not made.
///
/// Source: 10ex contract, section 6 (assumed; made of other operations by Patchbay).
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WaitForGrant {
    /// Id of the connector, as the start of the consent gave it.
    pub id: RemoteId,
    /// Seconds between two looks; left out: 2.
    pub interval_s: Option<f64>,
    /// Longest wait in seconds; left out: 300.
    pub limit_s: Option<f64>,
    /// When the consent lapses (RFC 3339), which ends the wait sooner.
    pub expires_at: Option<String>,
}

impl Operation<Tenex> for WaitForGrant {
    const CONTRACT: Contract = Contract::read("wait_for_grant");
    type Output = Grant;

    async fn run(&self, client: &Tenex, options: &CallOptions) -> Result<Grant> {
        let interval = duration(self.interval_s, client.table.poll_interval)?;
        let mut limit = duration(self.limit_s, client.table.poll_limit)?;
        if let Some(end) = self.expires_at.as_deref().and_then(Timestamp::parse) {
            limit = limit.min(until(&client.api, end));
        }
        let deadline = client.now() + limit;
        let status = GetStatus {
            id: self.id.clone(),
        };
        let once = CallOptions {
            retries: Some(Retries::Times(0)),
            ..options.clone()
        };
        let states = &client.table.states;
        loop {
            let left = until(&client.api, deadline);
            if left.is_zero() {
                return Err(Error::TimedOut { after: limit });
            }
            match status.run(client, &once).await {
                Ok(grant) if states.pending.contains(&grant.status) => {}
                Ok(grant) if states.success.contains(&grant.status) => return Ok(grant),
                Ok(grant) => {
                    let reason = Some(grant.reason());
                    return Err(Error::GrantFailed { reason });
                }
                Err(Error::RateLimited { .. }) => {}
                Err(Error::Status(refusal)) if refusal.status >= 500 => {}
                Err(error) => return Err(error),
            }
            sleep(&client.api, interval.min(left), options).await?;
        }
    }
}

fn duration(seconds: Option<f64>, default: Duration) -> Result<Duration> {
    let Some(seconds) = seconds else {
        return Ok(default);
    };
    let duration = Duration::try_from_secs_f64(seconds).ok();
    let duration = duration.filter(|duration| !duration.is_zero());
    let words = "times must be seconds above 0";
    duration.ok_or_else(|| Error::Usage(words.to_owned()))
}

/// Connect a provider with an API key.
///
/// Source: 10ex contract, section 3 (assumed: 10ex publishes no reference of its routes).
#[apply(Option<_> => #[serde(skip_serializing_if = "Option::is_none")])]
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SubmitByok {
    /// Provider to connect, for example `apollo`.
    pub provider: String,
    /// The provider's API key; 10ex never gives it back.
    pub api_key: SecretArgument,
    /// Name of the connector.
    pub name: Option<String>,
    /// Role of the connector, for example `source`, `sink`, `both`.
    pub role: Option<String>,
    /// Further settings, for example `{"dataset": "prod"}`.
    pub settings: Option<Map<String, Value>>,
    /// Connector whose key is replaced; left out: a new one.
    pub connector_id: Option<RemoteId>,
    /// Those among the settings that are secret, to be taken out of what 10ex says.
    #[serde(skip)]
    pub secrets: Vec<Secret>,
}

impl Operation<Tenex> for SubmitByok {
    const CONTRACT: Contract = Contract::write("submit_byok");
    type Output = Connector;

    fn request(&self, client: &Tenex) -> Result<Request> {
        let request = client.table.request(Self::CONTRACT.name, self)?;
        Ok(self.secrets.iter().cloned().fold(request, Request::secret))
    }

    fn observe(&self, client: &Tenex, connector: &Connector) {
        client.forget_observation(connector);
    }
}

/// Update name, role, primary, settings or state.
///
/// Source: 10ex contract, section 3 (assumed: 10ex publishes no reference of its routes).
#[apply(Field<_> => #[serde(default, skip_serializing_if = "Field::is_absent")])]
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Update {
    /// Id of the connector.
    pub id: RemoteId,
    /// Display name
    #[schemars(title = "Name")]
    pub name: Field<String>,
    /// What 10ex uses it for
    #[schemars(title = "Role")]
    pub role: Field<String>,
    /// Makes it primary for its role
    #[schemars(title = "Primary")]
    pub is_primary: Field<bool>,
    /// Whether it is switched on.
    #[schemars(title = "Enabled")]
    pub enabled: Field<bool>,
    /// Such as a sender alias
    #[schemars(title = "Settings")]
    pub settings: Field<Map<String, Value>>,
}

impl Operation<Tenex> for Update {
    const CONTRACT: Contract = Contract::write("update");
    type Output = Connector;

    fn request(&self, client: &Tenex) -> Result<Request> {
        let request = client.table.request(Self::CONTRACT.name, self)?;
        match members(self).0.len() {
            // The id alone.
            1 => Err(Error::Usage("no changes given".to_owned())),
            _ => Ok(request),
        }
    }

    fn observe(&self, client: &Tenex, connector: &Connector) {
        client.forget_observation(connector);
    }
}
