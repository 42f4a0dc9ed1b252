//! Finds the one connector of a kind.
//!
//! Source: Airbyte contract, section 3, `connect`, the sentences on Patchbay.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use patchbay_http::{Api, CallOptions};
use patchbay_model::{RemoteId, clean_text};
use serde_json::Map;

use crate::airbyte::operations::ListConnectors;
use crate::airbyte::platform::Airbyte;
use crate::airbyte::wire::{Connector, Connectors};
use crate::{Error, Operation, Output, Result};

/// Ids that were looked up, by name of the workspace and by kind in lower case.
#[derive(Default)]
pub(in crate::airbyte) struct KnownIds(Mutex<HashMap<(String, String), RemoteId>>);

impl KnownIds {
    /// A connector that is gone.
    pub(in crate::airbyte) fn forget(&self, id: &RemoteId) {
        self.lock().retain(|_, known| known != id);
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<(String, String), RemoteId>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Airbyte {
    /// The one connector of a kind in a workspace, by slug or id of the definition.
    ///
    /// # Errors
    /// [`Error::NoneFound`] also for a slug that nobody knows; [`Error::ManyFound`].
    pub(in crate::airbyte) async fn find_kind(
        &self,
        api: &Api,
        kind: &str,
        workspace: &str,
        options: &CallOptions,
    ) -> Result<Connector> {
        let request = ListConnectors::of_workspace(Some(workspace)).request(self)?;
        let answer = api.send(request, options).await?;
        let Connectors(all) = Connectors::read(&answer, ListConnectors::NAME)?;
        only(all.into_iter().map(|one| one.connector), kind, workspace)
    }

    /// The id of that connector, looked up once and then kept.
    ///
    /// # Errors
    /// As [`Self::find_kind`].
    pub(in crate::airbyte) async fn id_of_kind(
        &self,
        kind: &str,
        workspace: &str,
        options: &CallOptions,
    ) -> Result<RemoteId> {
        let key = (workspace.to_owned(), kind.to_lowercase());
        if let Some(id) = self.known_ids.lock().get(&key) {
            return Ok(id.clone());
        }
        // What the caller adds to query and body belongs to the action.
        let options = CallOptions {
            query: Vec::new(),
            body: Map::new(),
            ..options.clone()
        };
        let found = self.find_kind(&self.api, kind, workspace, &options).await?;
        self.known_ids.lock().insert(key, found.id.clone());
        Ok(found.id)
    }
}

fn only(
    connectors: impl Iterator<Item = Connector>,
    wanted: &str,
    workspace: &str,
) -> Result<Connector> {
    let found = connectors.filter(|connector| is_of_kind(connector, wanted));
    let name = format!(
        "{} in workspace {}",
        clean_text(wanted, 200),
        clean_text(workspace, 200)
    );
    one(found, "connector", name)
}

/// The one that was found by a name.
///
/// # Errors
/// [`Error::NoneFound`], [`Error::ManyFound`].
pub(in crate::airbyte) fn one<T>(
    mut found: impl Iterator<Item = T>,
    what: &str,
    name: String,
) -> Result<T> {
    match (found.next(), found.count()) {
        (Some(one), 0) => Ok(one),
        (None, _) => Err(Error::NoneFound(format!("{what} {name}"))),
        (Some(_), more) => Err(Error::ManyFound {
            name,
            count: more + 1,
        }),
    }
}

fn is_of_kind(connector: &Connector, wanted: &str) -> bool {
    match uuid(wanted) {
        Some(wanted) => connector.definition_id().and_then(uuid) == Some(wanted),
        None => connector.slug() == Some(wanted.to_lowercase()),
    }
}

/// Whether two ids are the same; the platform may spell a UUID in another way than the caller.
pub(in crate::airbyte) fn same_id(one: &str, other: &str) -> bool {
    one == other || uuid(one).is_some_and(|one| uuid(other) == Some(one))
}

/// The number that a UUID stands for, in whatever spelling.
fn uuid(text: &str) -> Option<u128> {
    let digits: String = text.chars().filter(|sign| *sign != '-').collect();
    let is_long = digits.len() == 32 && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    is_long.then(|| u128::from_str_radix(&digits, 16).ok())?
}

#[cfg(test)]
mod tests;
