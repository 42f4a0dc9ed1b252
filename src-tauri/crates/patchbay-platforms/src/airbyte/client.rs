//! One account's client: the way to Airbyte, whom calls act as, and what was found out here about its connectors.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use patchbay_http::Api;
use patchbay_model::RemoteId;

use super::mapping::Observation;
use super::quirks::identities::Identities;
use super::quirks::token::NoCredentials;
use crate::observations::Observations;
use crate::{AccountConfig, NoToken, Result};

const BASE_URL: &str = "https://api.airbyte.ai";

const WORKSPACE: &str = "default";

/// One account: its operations are called with it.
pub struct Airbyte {
    pub(super) api: Api,
    pub(super) identities: Identities,
    /// Name of the workspace whose connectors are shown.
    pub(super) workspace: String,
    pub(super) known_ids: KnownIds,
    pub(super) observations: Observations<Observation>,
}

impl AsRef<Api> for Airbyte {
    fn as_ref(&self) -> &Api {
        &self.api
    }
}

/// The client of an account. One without credentials can still call an operation that brings its own; all others are
/// refused.
pub fn client(account: &AccountConfig) -> Result<Airbyte> {
    let base = account.text("base_url")?.unwrap_or(BASE_URL);
    let anonymous = Api {
        secrets: account.secrets.values().cloned().collect(),
        ..account.api(base, Arc::new(NoToken))?
    };
    let identities = Identities::new(account, anonymous)?;
    let workspace = account.text("workspace_name")?.unwrap_or(WORKSPACE);
    Ok(Airbyte {
        api: identities.account_api(),
        identities,
        workspace: workspace.to_owned(),
        known_ids: KnownIds::default(),
        observations: Observations::default(),
    })
}

impl Airbyte {
    /// That workspace, the account's unless given.
    pub(super) fn workspace_or<'a>(&'a self, given: &'a Option<String>) -> &'a str {
        given.as_deref().unwrap_or(&self.workspace)
    }

    /// Refuses an account without credentials where nothing has to be sent.
    pub(super) fn check_credentials(&self) -> Result<()> {
        match self.identities.has_credentials() {
            true => Ok(()),
            false => Err(NoCredentials::error()),
        }
    }

    /// The workspace of a connector.
    pub(super) fn workspace_of(&self, id: &RemoteId) -> String {
        let found = self.observations.of(id.as_str());
        found.workspace.unwrap_or_else(|| self.workspace.clone())
    }

    /// A connector that is gone.
    pub(super) fn forget(&self, id: &RemoteId) {
        self.observations.forget(id.as_str());
        self.known_ids.forget(id);
    }
}

/// Ids that were looked up, by name of the workspace and by kind in lower case.
#[derive(Default)]
pub(super) struct KnownIds(Mutex<HashMap<(String, String), RemoteId>>);

impl KnownIds {
    /// A connector that is gone.
    pub(super) fn forget(&self, id: &RemoteId) {
        self.lock().retain(|_, known| known != id);
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, HashMap<(String, String), RemoteId>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
