//! Listing, looking at and deleting connectors.

use std::time::Duration;

use async_trait::async_trait;
use patchbay_http::CallOptions;
use patchbay_model::RemoteId;
use serde_json::{Map, Value};

use super::arguments::{self, given};
use super::client::{Client, Workspace};
use super::{Airbyte, lookup, mapping, wire};
use crate::operations::arguments as read;
use crate::{Connectors, Error, RemoteConnector};

/// How long a deletion is waited for.
const DELETION: Duration = Duration::from_secs(300);

/// Waits between two looks at the list while a deletion runs.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

impl Airbyte {
    /// `list_connectors`: items as sent, with `connector_type` of the kind's name.
    pub(super) async fn list(
        &self,
        arguments: Value,
        options: &CallOptions,
    ) -> Result<Value, Error> {
        let arguments: arguments::ListConnectors = read(arguments)?;
        let client = self.client()?;
        let name = given(arguments.workspace_name);
        let id = given(arguments.workspace_id);
        let place = match (&name, &id) {
            (Some(_), Some(_)) => {
                return Err(Error::Usage(
                    "give workspace_name or workspace_id, not both".to_owned(),
                ));
            }
            (None, Some(id)) => Workspace::Id(id),
            (name, None) => Workspace::Named(name.as_deref().unwrap_or(&self.workspace)),
        };
        let definition = given(arguments.definition_id);
        let all = client
            .list_connectors(&place, definition.as_deref(), options)
            .await?;
        Ok(all.into_iter().map(summary).collect())
    }

    /// `create_connector`: the detail.
    pub(super) async fn create(
        &self,
        arguments: arguments::CreateConnector,
        options: &CallOptions,
    ) -> Result<Value, Error> {
        let client = self.client()?;
        let workspace_name =
            given(arguments.workspace_name).unwrap_or_else(|| self.workspace.clone());
        let body = wire::Create {
            name: given(arguments.name).unwrap_or_else(|| format!("connector-{workspace_name}")),
            workspace_name,
            definition_id: given(arguments.definition_id),
            connector_type: given(arguments.connector_type),
            source_template_id: given(arguments.source_template_id),
            credentials: arguments.credentials,
            replication_config: arguments.replication_config,
            server_side_oauth_secret_id: given(arguments.server_side_oauth_secret_id),
            environment: arguments.environment,
            entities: arguments.entities,
            selected_connection_template_tags: arguments.selected_connection_template_tags,
            selected_connection_template_tags_mode: given(
                arguments.selected_connection_template_tags_mode,
            ),
        };
        let kinds = [
            &body.definition_id,
            &body.connector_type,
            &body.source_template_id,
        ];
        if kinds.into_iter().all(Option::is_none) {
            return Err(Error::Usage("definition_id is missing".to_owned()));
        }
        let detail = client.create_connector(&body, options).await?;
        Ok(Value::Object(detail.into_json()))
    }

    /// `get_connector`: the id, without a request when it is given.
    pub(super) async fn get(
        &self,
        arguments: arguments::GetConnector,
        options: &CallOptions,
    ) -> Result<Value, Error> {
        let client = self.client()?;
        let id = match (given(arguments.connector_id), given(arguments.name)) {
            (Some(id), None) => id,
            (None, Some(kind)) => {
                let place = Workspace::Named(&self.workspace);
                let all = client.list_connectors(&place, None, options).await?;
                lookup::only(&all, &kind, &self.workspace)?.id().to_owned()
            }
            _ => {
                return Err(Error::Usage("give either connector_id or name".to_owned()));
            }
        };
        Ok(serde_json::json!({"connector_id": id}))
    }

    /// `update_connector`: the detail.
    pub(super) async fn update(
        &self,
        arguments: arguments::UpdateConnector,
        options: &CallOptions,
    ) -> Result<Value, Error> {
        let body = wire::Update {
            name: given(arguments.name),
            replication_config: arguments.replication_config,
            entities: arguments.entities,
        };
        let client = self.client()?;
        let detail = client
            .update_connector(&arguments.connector_id, &body, options)
            .await?;
        Ok(Value::Object(detail.into_json()))
    }

    /// `check`: the platform's answer, which is remembered as how the connector is.
    pub(super) async fn check(&self, id: &str, options: &CallOptions) -> Result<Value, Error> {
        let client = self.client()?;
        let answer = client.check(id, options).await?;
        self.remembered
            .note_check(id, &answer, client.clock().now());
        Ok(answer)
    }

    /// `delete_connector`: the job that deletes it.
    pub(super) async fn start_deletion(
        &self,
        id: &str,
        options: &CallOptions,
    ) -> Result<Map<String, Value>, Error> {
        let job = self.client()?.delete_connector(id, options).await?;
        self.remembered.note_leaving(id);
        Ok(job)
    }

    /// `wait_for_deletion`: looks at the list, at once and then ever less often, until the connector is
    /// in it no more. A failure that may pass is waited out.
    pub(super) async fn wait_for_deletion(
        &self,
        id: &str,
        workspace: &str,
        limit: Duration,
        options: &CallOptions,
    ) -> Result<(), Error> {
        let client = self.client()?;
        let ends = client.clock().now() + limit;
        let mut pause = FIRST_PAUSE;
        loop {
            let mut wait = pause;
            match is_there(client, id, workspace, options).await {
                Ok(false) => {
                    self.remembered.note_gone(id);
                    return Ok(());
                }
                Ok(true) => {}
                Err(error) if !error.is_retryable() => return Err(error),
                Err(Error::RateLimited { retry_after, .. }) => {
                    wait = retry_after.unwrap_or_default().max(pause);
                }
                Err(_) => {}
            }
            if client.clock().now() + wait >= ends {
                return Err(Error::TimedOut { after: limit });
            }
            tokio::select! {
                biased;
                () = options.cancelled() => return Err(Error::Cancelled),
                () = client.clock().sleep(wait) => {}
            }
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    /// The arguments of `wait_for_deletion`.
    pub(super) async fn wait(
        &self,
        arguments: arguments::WaitForDeletion,
        options: &CallOptions,
    ) -> Result<Value, Error> {
        let limit = match arguments.limit_s {
            None => DELETION,
            Some(seconds) => Duration::try_from_secs_f64(seconds)
                .map_err(|_| Error::Usage("limit_s must be a number of seconds".to_owned()))?,
        };
        let workspace = given(arguments.workspace_name);
        let workspace = workspace.as_deref().unwrap_or(&self.workspace);
        let id = given(Some(arguments.connector_id))
            .ok_or_else(|| Error::Usage("connector_id is missing".to_owned()))?;
        self.wait_for_deletion(&id, workspace, limit, options)
            .await?;
        Ok(Value::Null)
    }
}

async fn is_there(
    client: &Client,
    id: &str,
    workspace: &str,
    options: &CallOptions,
) -> Result<bool, Error> {
    let place = Workspace::Named(workspace);
    let all = client.list_connectors(&place, None, options).await?;
    Ok(all
        .iter()
        .any(|connector| lookup::same_id(connector.id(), id)))
}

/// An item of the list with the members that the contract promises to callers.
fn summary(connector: wire::Connector) -> Value {
    let kind = connector.kind().map(str::to_owned);
    let mut json = connector.into_json();
    json.insert("connector_type".to_owned(), kind.into());
    Value::Object(json)
}

#[async_trait]
impl Connectors for Airbyte {
    async fn list_connectors(&self, options: &CallOptions) -> Result<Vec<RemoteConnector>, Error> {
        let place = Workspace::Named(&self.workspace);
        let all = self
            .client()?
            .list_connectors(&place, None, options)
            .await?;
        self.remembered.note_listed(&all);
        let shown = all.into_iter().map(|connector| {
            let state = self.remembered.state(connector.id());
            mapping::connector(connector, state)
        });
        Ok(shown.collect())
    }

    /// Looks at it and has the platform check it: nothing else tells how it is.
    async fn find_connector(
        &self,
        id: &RemoteId,
        options: &CallOptions,
    ) -> Result<RemoteConnector, Error> {
        let id = id.as_str();
        let detail = self.client()?.get_connector_detail(id, options).await?;
        self.check(id, options).await?;
        Ok(mapping::connector(detail, self.remembered.state(id)))
    }

    async fn delete_connector(&self, id: &RemoteId, options: &CallOptions) -> Result<(), Error> {
        self.start_deletion(id.as_str(), options).await?;
        self.wait_for_deletion(id.as_str(), &self.workspace, DELETION, options)
            .await
    }
}
