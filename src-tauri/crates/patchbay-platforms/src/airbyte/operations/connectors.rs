//! Connectors of a workspace.
//!
//! Source: Airbyte contract, section 3.

use std::time::Duration;

use patchbay_http::{CallOptions, Request, RetryClass, SecretArgument};
use patchbay_model::RemoteId;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use serde_with::apply;

use super::{connector, connectors, empty_as_none};
use crate::airbyte::client::Airbyte;
use crate::airbyte::mapping::CheckRecord;
use crate::airbyte::quirks::identities::Caller;
use crate::airbyte::wire::{
    CheckResult, Connection, Connector, Connectors, DeletionJob, FoundConnector, Inspection,
    same_id,
};
use crate::client::{seconds, sleep};
use crate::operations::{Contract, Operation, on_connector};
use crate::{Error, Field, Parsed, Raw, Result};

const DELETION_TIMEOUT: Duration = Duration::from_secs(300);

/// Pauses between polls of the list while a deletion runs.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// List all connectors of a workspace.
///
/// Source: Airbyte contract, section 3, list.
#[apply(Option<String> => #[serde(
    default, deserialize_with = "empty_as_none", skip_serializing_if = "Option::is_none"
)])]
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ListConnectors {
    /// Workspace name. Default: the account's
    pub workspace_name: Option<String>,
    /// Workspace id, instead of its name
    pub workspace_id: Option<String>,
    /// Only connectors of this type, a UUID
    pub definition_id: Option<String>,
}

impl ListConnectors {
    /// Lists the workspace with that name, or the account's.
    pub(in crate::airbyte) fn of_workspace(name: Option<&str>) -> Self {
        Self {
            workspace_name: name.map(str::to_owned),
            ..Self::default()
        }
    }
}

impl Operation<Airbyte> for ListConnectors {
    const CONTRACT: Contract = Contract::read("list_connectors");
    type Output = Connectors;

    fn request(&self, client: &Airbyte) -> Result<Request> {
        let request = Request::get(connectors());
        let request = match (&self.workspace_name, &self.workspace_id) {
            (Some(_), Some(_)) => {
                let words = "use either workspace_name or workspace_id";
                return Err(Error::Usage(words.to_owned()));
            }
            (None, Some(id)) => request.query("workspace_id", id),
            (name, None) => request.query("workspace_name", client.workspace_or(name)),
        };
        Ok(request.query_if("definition_id", self.definition_id.as_deref()))
    }
}

/// Create a connector (credentials not verified).
///
/// Source: Airbyte contract, section 3, create.
#[apply(
    Option<_> => #[serde(skip_serializing_if = "Option::is_none")],
    Option<String> => #[serde(default, deserialize_with = "empty_as_none")],
)]
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateConnector {
    /// Default: connector-{workspace}
    #[schemars(title = "Name")]
    pub name: Option<String>,
    /// Connector type, by the id of its definition (a UUID)
    pub definition_id: Option<String>,
    /// Connector type, by its slug such as `github`
    pub connector_type: Option<String>,
    /// UUID, if there are several templates
    #[schemars(title = "Template", extend("x-advanced" = true))]
    pub source_template_id: Option<String>,
    /// Existing workspace. Default: the account's
    #[schemars(title = "Workspace")]
    pub workspace_name: Option<String>,
    /// Credentials of the type, such as `{"personal_access_token": "…"}`, with `option_title` where
    /// there are several options. Not verified until you check the connector.
    #[schemars(title = "Credentials")]
    pub credentials: Option<SecretArgument<Map<String, Value>>>,
    /// Required settings, such as `{"repositories": ["owner/repo"]}`
    #[schemars(title = "Settings")]
    pub replication_config: Option<Map<String, Value>>,
    /// Secret of an OAuth sign-in stored by Airbyte, instead of credentials
    pub server_side_oauth_secret_id: Option<String>,
    /// JSON
    #[schemars(title = "Environment", extend("x-advanced" = true))]
    pub environment: Option<Map<String, Value>>,
    /// Default: all entities of this type
    #[schemars(title = "Entities", extend("x-advanced" = true))]
    pub entities: Option<Vec<Entity>>,
    /// Template tags
    #[schemars(title = "Tags", extend("uniqueItems" = true, "x-advanced" = true))]
    pub selected_connection_template_tags: Option<Vec<String>>,
    /// Any or all tags
    #[schemars(title = "Match", extend("x-advanced" = true, "oneOf" = [
        {"const": "any", "title": "Any"},
        {"const": "all", "title": "All"},
    ]))]
    pub selected_connection_template_tags_mode: Option<String>,
}

/// Something that a connector reads or writes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Entity {
    /// Name, such as `customers`
    #[schemars(title = "Entity", length(min = 1))]
    pub entity: String,
    /// Default: all
    #[schemars(title = "Modes", extend("uniqueItems" = true))]
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub modes: Field<Vec<Mode>>,
}

/// What may be done with an entity.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline, extend("oneOf" = [
    {"const": "read", "title": "Read"},
    {"const": "write", "title": "Write"},
]))]
pub struct Mode(pub String);

impl Operation<Airbyte> for CreateConnector {
    /// Never retried: a duplicate would make the slug ambiguous.
    const CONTRACT: Contract = Contract::write("create_connector");
    type Output = Parsed<Connector>;

    fn request(&self, client: &Airbyte) -> Result<Request> {
        let kinds = [
            &self.definition_id,
            &self.connector_type,
            &self.source_template_id,
        ];
        if kinds.into_iter().all(Option::is_none) {
            return Err(Error::Usage("definition_id is required".to_owned()));
        }
        let workspace = client.workspace_or(&self.workspace_name);
        let name = self.name.clone();
        Request::post(connectors()).json(&Self {
            name: Some(name.unwrap_or_else(|| format!("connector-{workspace}"))),
            workspace_name: Some(workspace.to_owned()),
            ..self.clone()
        })
    }

    /// Connectors of the account's own workspace are listed anyway.
    fn observe(&self, client: &Airbyte, made: &Parsed<Connector>) {
        let workspace = client.workspace_or(&self.workspace_name);
        if workspace != client.workspace {
            client.observations.note(made.id.as_str(), |found| {
                found.workspace = Some(workspace.to_owned());
            });
        }
    }
}

/// Get a connector id by slug.
///
/// Source: Airbyte contract, section 3, get.
#[apply(Option<_> => #[serde(
    default, deserialize_with = "empty_as_none", skip_serializing_if = "Option::is_none"
)])]
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GetConnector {
    /// Connector id; skips the lookup
    pub connector_id: Option<RemoteId>,
    /// Slug of its type, such as `github`, if the workspace has one of that type
    pub name: Option<String>,
}

impl Operation<Airbyte> for GetConnector {
    const CONTRACT: Contract = Contract::read("get_connector");
    type Output = FoundConnector;

    async fn run(&self, client: &Airbyte, options: &CallOptions) -> Result<FoundConnector> {
        client.check_credentials()?;
        let connector_id = match (&self.connector_id, &self.name) {
            (Some(id), None) => id.clone(),
            (None, Some(kind)) => {
                let found = client.find_kind(&client.api, kind, &client.workspace, options);
                found.await?.id
            }
            _ => return Err(Error::Usage("use either connector_id or name".to_owned())),
        };
        Ok(FoundConnector { connector_id })
    }
}

on_connector! { Airbyte, connector_id: RemoteId = "Id of the connector, a UUID." =>
    /// Get a connector with template, settings and entities.
    ///
    /// Source: Airbyte contract, section 3, get, REST.
    GetConnectorDetail(Contract::read("get_connector_detail")) -> Parsed<Connector>:
        |id, _| Ok(Request::get(connector(id)?));
    /// Show contents and search support.
    ///
    /// Source: Airbyte contract, section 3, inspect.
    Inspect(Contract::read("inspect")) -> Raw<Inspection>:
        |id, _| Ok(Request::get(connector(id)?.then("/inspect")));
    /// Test a connector's credentials.
    ///
    /// Source: Airbyte contract, section 3, check.
    Check(Contract::read("check").retry(RetryClass::Never)) -> Raw<CheckResult>:
        |id, _| Ok(Request::post(connector(id)?.then("/check"))),
        noting |id, client, result| {
            let now = client.api.clock.now();
            client.observations.note(id.as_str(), |found| {
                let before = found.check.take();
                found.check = Some(CheckRecord::after(before, &result.value, now));
            });
        };
    /// Start deleting a connector (returns a job).
    ///
    /// Source: Airbyte contract, section 3, delete.
    DeleteConnector(Contract::irreversible("delete_connector")) -> DeletionJob:
        |id, _| Ok(Request::delete(connector(id)?)),
        noting |id, client, _| {
            let now = client.api.clock.now();
            client.observations.note(id.as_str(), |found| found.leaving_since = Some(now));
        };
}

impl Airbyte {
    pub(in crate::airbyte) async fn find(
        &self,
        id: &RemoteId,
        options: &CallOptions,
    ) -> Result<Parsed<Connector>> {
        let connector_id = id.clone();
        GetConnectorDetail { connector_id }.run(self, options).await
    }
}

/// Update name, settings or entities.
///
/// Source: Airbyte contract, section 3, get, PUT.
#[apply(Option<_> => #[serde(default, skip_serializing_if = "Option::is_none")])]
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateConnector {
    /// Id of the connector, a UUID.
    #[serde(skip_serializing)]
    pub connector_id: RemoteId,
    /// New name
    #[schemars(title = "Name", length(min = 1))]
    #[serde(deserialize_with = "empty_as_none")]
    pub name: Option<String>,
    /// Settings. Default: unchanged
    #[schemars(title = "Settings")]
    pub replication_config: Option<Map<String, Value>>,
    /// Default: unchanged. An empty list resets to all
    #[schemars(title = "Entities")]
    pub entities: Option<Vec<Entity>>,
}

impl Operation<Airbyte> for UpdateConnector {
    const CONTRACT: Contract = Contract::write("update_connector");
    type Output = Parsed<Connector>;

    fn request(&self, _: &Airbyte) -> Result<Request> {
        Request::put(connector(&self.connector_id)?).json(self)
    }
}

/// Wait until a connector is deleted.
///
/// Source: Airbyte contract, section 3, delete.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WaitForDeletion {
    /// Connector that is being deleted
    pub connector_id: RemoteId,
    /// Workspace name. Default: the account's
    #[serde(
        default,
        deserialize_with = "empty_as_none",
        skip_serializing_if = "Option::is_none"
    )]
    pub workspace_name: Option<String>,
    /// Timeout in seconds. Default: 300
    #[schemars(range(min = 0))]
    pub limit_s: Option<f64>,
}

impl Operation<Airbyte> for WaitForDeletion {
    const CONTRACT: Contract = Contract::read("wait_for_deletion");
    type Output = ();

    /// Polls the list with increasing pauses. Transient failures are ignored.
    async fn run(&self, client: &Airbyte, options: &CallOptions) -> Result<()> {
        let limit = self.limit()?;
        let clock = &client.api.clock;
        let (ends, mut pause) = (clock.now() + limit, FIRST_PAUSE);
        loop {
            let mut wait = pause;
            match self.is_listed(client, options).await {
                Ok(false) => {
                    client.forget(&self.connector_id);
                    return Ok(());
                }
                Ok(true) => {}
                Err(error) if !error.is_retryable() => return Err(error),
                Err(Error::RateLimited { retry_after, .. }) => {
                    wait = retry_after.unwrap_or_default().max(pause);
                }
                Err(_) => {}
            }
            if clock.now() + wait >= ends {
                return Err(Error::TimedOut { after: limit });
            }
            sleep(&client.api, wait, options).await?;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }
}

impl WaitForDeletion {
    fn limit(&self) -> Result<Duration> {
        if self.connector_id == RemoteId::default() {
            return Err(Error::Usage("connector_id is required".to_owned()));
        }
        seconds("limit_s", self.limit_s, DELETION_TIMEOUT)
    }

    async fn is_listed(&self, client: &Airbyte, options: &CallOptions) -> Result<bool> {
        let list = ListConnectors::of_workspace(self.workspace_name.as_deref());
        let Connectors(all) = list.run(client, options).await?;
        let id = self.connector_id.as_str();
        Ok(all.iter().any(|one| same_id(one.id.as_str(), id)))
    }
}

/// Find a connector by slug.
///
/// Source: Airbyte contract, section 3, connect.
#[apply(
    Option<_> => #[serde(skip_serializing_if = "Option::is_none")],
    Option<String> => #[serde(default, deserialize_with = "empty_as_none")],
    Option<RemoteId> => #[serde(default, deserialize_with = "empty_as_none")],
)]
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Connect {
    /// Slug of the connector type, such as `github`, or its id
    pub slug: String,
    /// Connector id; skips the lookup
    pub connector_id: Option<RemoteId>,
    /// Workspace name. Default: the account's
    pub workspace_name: Option<String>,
    /// Organization, a UUID. Default: the account's
    pub organization_id: Option<String>,
    /// Client ID of another application
    pub client_id: Option<String>,
    /// Its secret.
    pub client_secret: Option<SecretArgument>,
}

impl Operation<Airbyte> for Connect {
    const CONTRACT: Contract = Contract::read("connect");
    type Output = Connection;

    async fn run(&self, client: &Airbyte, options: &CallOptions) -> Result<Connection> {
        if self.slug.is_empty() {
            return Err(Error::Usage("slug is required".to_owned()));
        }
        let other = client.identities.of(self.caller())?;
        let api = other.as_ref().unwrap_or(&client.api);
        let workspace = client.workspace_or(&self.workspace_name);
        let (id, definition) = match &self.connector_id {
            Some(id) => (id.clone(), None),
            None => {
                let found = client.find_kind(api, &self.slug, workspace, options);
                let found = found.await?;
                let definition = found.definition_id().map(str::to_owned);
                (found.id, definition)
            }
        };
        Ok(Connection {
            connector_id: id,
            definition_id: definition,
            workspace_name: workspace.to_owned(),
            organization_id: client
                .identities
                .organization_of(self.caller())
                .map(str::to_owned),
        })
    }
}

impl Connect {
    fn caller(&self) -> Caller<'_> {
        Caller {
            client_id: self.client_id.as_deref(),
            client_secret: self.client_secret.as_ref(),
            organization_id: self.organization_id.as_deref(),
        }
    }
}
