//! Finds the only connector of a kind.
//!
//! Source: Airbyte contract, section 3, `connect`, the sentences on Patchbay.

use patchbay_http::{Api, CallOptions};
use patchbay_model::{RemoteId, clean_text};

use super::connectors::ListConnectors;
use super::exactly_one;
use crate::airbyte::client::Airbyte;
use crate::airbyte::wire::{Connector, Connectors, uuid};
use crate::client::without_extras;
use crate::{Operation, Output, Result};

impl Airbyte {
    /// Finds the only connector of a kind in a workspace, by slug or id of the definition.
    ///
    /// # Errors
    /// [`Error::NoneFound`](crate::Error::NoneFound), also for an unknown slug; [`Error::ManyFound`](crate::Error::ManyFound).
    pub(super) async fn find_kind(
        &self,
        api: &Api,
        kind: &str,
        workspace: &str,
        options: &CallOptions,
    ) -> Result<Connector> {
        let request = ListConnectors::of_workspace(Some(workspace)).request(self)?;
        let answer = api.send(request, options).await?;
        let Connectors(all) = Connectors::read(&answer, ListConnectors::CONTRACT.name)?;
        let all = all.into_iter().map(|one| one.value);
        let found = all.filter(|connector| is_of_kind(connector, kind));
        let (kind, workspace) = (clean_text(kind, 200), clean_text(workspace, 200));
        exactly_one(
            found,
            "connector",
            format!("{kind} in workspace {workspace}"),
        )
    }

    /// The id of that connector, which is cached.
    pub(super) async fn id_of_kind(
        &self,
        kind: &str,
        workspace: &str,
        options: &CallOptions,
    ) -> Result<RemoteId> {
        // In quotes, so that no other pair has the same key.
        let key = format!("{:?} in {workspace:?}", kind.to_lowercase());
        if let Some(id) = self.known_ids.of(&key) {
            return Ok(id);
        }
        let options = &without_extras(options);
        let found = self.find_kind(&self.api, kind, workspace, options).await?;
        let known = Some(found.id.clone());
        self.known_ids.note(&key, |id| *id = known);
        Ok(found.id)
    }
}

fn is_of_kind(connector: &Connector, kind: &str) -> bool {
    match uuid(kind) {
        Some(kind) => connector.definition_id().and_then(uuid) == Some(kind),
        None => connector.slug() == Some(kind.to_lowercase()),
    }
}
