//! Airbyte Agents' abilities.

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use futures::future::join;
use patchbay_http::CallOptions;
use patchbay_model::{
    Abilities, ConnectorSettings, Definition, FieldProblem, Form, Json, PlatformLook, RemoteId,
    TileColours,
};
use serde_json::{Map, Value};

use super::client::{Airbyte, client};
use super::forms;
use super::mapping;
use super::operations::{
    Check, CreateConnector, DeleteConnector, GetDefinition, ListConnectors, ListDefinitions,
    ListWorkspaces, OPERATIONS, UpdateConnector, WaitForDeletion,
};
use super::quirks::oauth;
use super::quirks::spec::Spec;
use super::quirks::tools;
use super::wire::{Connector, Connectors as ConnectorList, DefinitionDetail};
use crate::account::{ALLOW_PLAIN_HTTP, text_setting};
use crate::capabilities::offers;
use crate::form::map_field_pointers;
use crate::hosted::{HOSTED_ABILITIES, Rules};
use crate::operations::{AnyClient, Operation, arguments};
use crate::{
    AccountField, Connectors, Creation, Error, HostedPlatform, OperationEntry, Parsed, Platform,
    ProviderOAuth, Raw, RemoteConnector, Result, SavedObservations, Settings,
};

pub(crate) const AIRBYTE: HostedPlatform = HostedPlatform {
    abilities: Abilities {
        has_pages: true,
        ..HOSTED_ABILITIES
    },
    // Without an application, only a token works.
    secret_for: |settings| match text_setting(settings, "client_id") {
        Some(_) => Some("client_secret"),
        None => Some("token"),
    },
    rules: Rules {
        kind_of: mapping::kind_of,
        effect_of: tools::effect_of,
        unlisted_tool: tools::documented_tool,
    },
    ..HostedPlatform::new(
        patchbay_model::Platform::Airbyte,
        PlatformLook {
            title: "Airbyte",
            initials: "Ab",
            creates: "Airbyte data sources",
            sign_in: Some("Client ID and secret, or token"),
            light: TileColours::new("#ece6f3", "#5a4380"),
            dark: TileColours::new("#30283f", "#c3aee6"),
        },
        FIELDS,
        || OPERATIONS,
        |account| Ok(Arc::new(client(&account)?)),
    )
};

/// Source: Airbyte contract, section 10.
const FIELDS: &[AccountField] = &[
    AccountField::new(
        "client_id",
        "Client ID",
        "From an application in your organization settings",
    )
    .unless("token")
    .sign_in_method("Client ID")
    .variables(&["AIRBYTE_CLIENT_ID"]),
    AccountField::new(
        "client_secret",
        "Client secret",
        "From the same application",
    )
    .secret()
    .unless("token")
    .sign_in_method("Client ID")
    .variables(&["AIRBYTE_CLIENT_SECRET"]),
    AccountField::new("token", "Token", "An access token")
        .secret()
        .sign_in_method("Token"),
    AccountField::new(
        "organization_id",
        "Organization",
        "UUID, if you belong to several organizations",
    )
    .variables(&["AIRBYTE_ORGANIZATION_ID"])
    .advanced(),
    AccountField::new("workspace_name", "Workspace", "Default: default"),
    AccountField::new("base_url", "Base URL", "Only for a custom address")
        .variables(&["SDK_DEV_ADP_API_HOST"])
        .advanced(),
    ALLOW_PLAIN_HTTP,
];

/// Time after which the deletion of a connector that is still listed is taken for failed.
const DELETION_LIMIT: Duration = Duration::from_secs(3600);

impl Airbyte {
    /// Workspaces other than the account's own in which connectors were created from here.
    fn other_workspaces(&self) -> BTreeSet<String> {
        let others = self.observations.each(|found| found.workspace.clone());
        others
            .into_iter()
            .flatten()
            .filter(|name| *name != self.workspace)
            .collect()
    }

    async fn definition(&self, id: &str, options: &CallOptions) -> Result<Raw<DefinitionDetail>> {
        let definition_id = id.to_owned();
        GetDefinition { definition_id }.run(self, options).await
    }

    fn map_connector(&self, native: Parsed<Connector>) -> RemoteConnector {
        let mut found = self.observations.of(native.id.as_str());
        let now = self.api.clock.now();
        found.leaving_since = found
            .leaving_since
            .filter(|since| now < *since + DELETION_LIMIT);
        mapping::connector(native, &found)
    }
}

#[async_trait]
impl Platform for Airbyte {
    fn operations(&self) -> &'static [OperationEntry] {
        OPERATIONS
    }

    fn client(&self) -> &AnyClient {
        self
    }

    /// Lists the account's own workspace.
    ///
    /// Source: Airbyte contract, section 1, "Organization".
    async fn check(&self, options: &CallOptions) -> Result<()> {
        let mut listed = ListConnectors::default().run(self, options).await;
        if let Err(Error::Invalid(refusal)) = &mut listed
            && let Some(text) = &refusal.text
            && text.contains("specify target organization")
        {
            refusal.fields.push(FieldProblem {
                path: "/organization_id".to_owned(),
                message: "required, as you belong to several".to_owned(),
            });
        }
        listed.map(drop)
    }

    fn observations(&self) -> Option<&dyn SavedObservations> {
        Some(&self.observations)
    }

    offers! {
        connectors: Connectors, tools: Tools, creation: Creation, settings: Settings, details:
        Details,
    }
}

#[async_trait]
impl Connectors for Airbyte {
    async fn list_connectors(&self, options: &CallOptions) -> Result<Vec<RemoteConnector>> {
        let before = self.observations.ids();
        let ConnectorList(mut all) = ListConnectors::default().run(self, options).await?;
        for workspace in self.other_workspaces() {
            let list = ListConnectors::of_workspace(Some(&workspace));
            match list.run(self, options).await {
                Ok(ConnectorList(more)) => all.extend(more),
                // The workspace was deleted, or is not the account's any more.
                Err(Error::NotFound(_) | Error::Forbidden { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        let ids: HashSet<&str> = all.iter().map(|one| one.id.as_str()).collect();
        self.observations.retain_listed(&before, &ids);
        Ok(all.into_iter().map(|one| self.map_connector(one)).collect())
    }

    /// First has the platform check the connector, since nothing else reports its status; that may take minutes, in which
    /// the connector may change.
    async fn find_connector(
        &self,
        id: &RemoteId,
        options: &CallOptions,
    ) -> Result<RemoteConnector> {
        let connector_id = id.clone();
        Check { connector_id }.run(self, options).await?;
        self.read_connector(id, options).await
    }

    async fn read_connector(
        &self,
        id: &RemoteId,
        options: &CallOptions,
    ) -> Result<RemoteConnector> {
        Ok(self.map_connector(self.find(id, options).await?))
    }

    async fn delete_connector(&self, id: &RemoteId, options: &CallOptions) -> Result<()> {
        self.start_deletion(id, options).await?;
        self.finish_deletion(id, options).await
    }

    async fn start_deletion(&self, id: &RemoteId, options: &CallOptions) -> Result<()> {
        let connector_id = id.clone();
        let delete = DeleteConnector { connector_id };
        delete.run(self, options).await.map(drop)
    }

    async fn finish_deletion(&self, id: &RemoteId, options: &CallOptions) -> Result<()> {
        let wait = WaitForDeletion {
            connector_id: id.clone(),
            workspace_name: self.observations.of(id.as_str()).workspace,
            ..WaitForDeletion::default()
        };
        match wait.run(self, options).await {
            waited @ (Ok(()) | Err(Error::Cancelled | Error::TimedOut { .. })) => waited,
            // The workspace was deleted, too, or its list is refused. The deletion was not.
            Err(_) => {
                self.forget(id);
                Ok(())
            }
        }
    }
}

/// Source: Airbyte contract, section 3, `create` and `definitions`.
#[async_trait]
impl Creation for Airbyte {
    async fn list_definitions(&self, options: &CallOptions) -> Result<Vec<Definition>> {
        let all = ListDefinitions::default().run(self, options).await?;
        let all = all.value.definitions.into_iter();
        let read = all.filter_map(|item| serde_json::from_value(item).ok());
        Ok(read.filter_map(mapping::definition).collect())
    }

    async fn creation_form(&self, definition: &str, options: &CallOptions) -> Result<Form> {
        let (definition, workspaces) = join(
            self.definition(definition, options),
            ListWorkspaces::active(None).all(self, options),
        )
        .await;
        // Without the list, the user types the name.
        let workspaces = workspaces.unwrap_or_default();
        Ok(forms::creation(&definition?, &self.workspace, &workspaces))
    }

    async fn create_connector(
        &self,
        definition: &str,
        values: Map<String, Value>,
        options: &CallOptions,
    ) -> Result<RemoteConnector> {
        let mut given = values.clone();
        given.retain(|_, value| !forms::is_blank(value));
        given.insert("definition_id".to_owned(), definition.into());
        let create: CreateConnector = arguments(given.into())?;
        let made = create.run(self, options).await;
        let made = map_field_pointers(made, |path, words| {
            forms::form_pointer(path, words, &values)
        })?;
        Ok(self.map_connector(made))
    }

    async fn oauth_app(
        &self,
        definition: &str,
        options: &CallOptions,
    ) -> Result<Option<ProviderOAuth>> {
        let definition = self.definition(definition, options).await?.json;
        Ok(oauth::provider(&definition, &Spec::read(&definition)))
    }
}

/// Source: Airbyte contract, section 3, `get`, `PUT`.
#[async_trait]
impl Settings for Airbyte {
    async fn settings(&self, id: &RemoteId, options: &CallOptions) -> Result<ConnectorSettings> {
        let found = self.find(id, options).await?;
        let mut spec = Spec::read(&found.json["source_template"]);
        if spec.replication.is_none()
            && let Some(definition) = found.definition_id()
            && let Ok(definition) = self.definition(definition, options).await
        {
            spec = Spec::read(&definition.json);
        }
        Ok(ConnectorSettings {
            form: forms::settings(found.value, &spec),
            native: Json(found.json),
        })
    }

    async fn change_settings(
        &self,
        id: &RemoteId,
        changes: Map<String, Value>,
        options: &CallOptions,
    ) -> Result<()> {
        let update: UpdateConnector = forms::update(id, changes.clone())?;
        let changed = update.run(self, options).await;
        map_field_pointers(changed, |path, words| {
            forms::form_pointer(path, words, &changes)
        })
        .map(drop)
    }
}

#[cfg(test)]
pub(super) mod tests;
