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
        exactly_one_of_kind(all.into_iter().map(|one| one.value), kind, workspace)
    }

    /// The id of that connector, which is cached.
    pub(super) async fn id_of_kind(
        &self,
        kind: &str,
        workspace: &str,
        options: &CallOptions,
    ) -> Result<RemoteId> {
        let key = (workspace.to_owned(), kind.to_lowercase());
        if let Some(id) = self.known_ids.lock().get(&key) {
            return Ok(id.clone());
        }
        let options = &without_extras(options);
        let found = self.find_kind(&self.api, kind, workspace, options).await?;
        self.known_ids.lock().insert(key, found.id.clone());
        Ok(found.id)
    }
}

fn exactly_one_of_kind(
    connectors: impl Iterator<Item = Connector>,
    kind: &str,
    workspace: &str,
) -> Result<Connector> {
    let found = connectors.filter(|connector| is_of_kind(connector, kind));
    let name = format!(
        "{} in workspace {}",
        clean_text(kind, 200),
        clean_text(workspace, 200)
    );
    exactly_one(found, "connector", name)
}

fn is_of_kind(connector: &Connector, kind: &str) -> bool {
    match uuid(kind) {
        Some(kind) => connector.definition_id().and_then(uuid) == Some(kind),
        None => connector.slug() == Some(kind.to_lowercase()),
    }
}

#[cfg(test)]
mod tests;
