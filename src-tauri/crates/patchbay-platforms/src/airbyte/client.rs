//! The client of one account.

use std::sync::Arc;

use patchbay_http::{Api, RetryPolicy};
use patchbay_model::RemoteId;

use super::mapping::Observation;
use super::quirks::identities::Identities;
use super::quirks::token::NoCredentials;
use crate::observations::Observations;
use crate::{AccountConfig, NoToken, Result};

const BASE_URL: &str = "https://api.airbyte.ai";

const WORKSPACE: &str = "default";

pub struct Airbyte {
    pub(super) api: Api,
    pub(super) identities: Identities,
    /// Name of the workspace whose connectors are shown.
    pub(super) workspace: String,
    /// Ids that were looked up, by kind and workspace.
    pub(super) known_ids: Observations<Option<RemoteId>>,
    pub(super) observations: Observations<Observation>,
}

impl AsRef<Api> for Airbyte {
    fn as_ref(&self) -> &Api {
        &self.api
    }
}

/// The client of an account. Without credentials, it can only call operations that bring their own.
pub fn client(account: &AccountConfig) -> Result<Airbyte> {
    let base = account.text("base_url")?.unwrap_or(BASE_URL);
    let anonymous = Api {
        secrets: account.secrets.values().cloned().collect(),
        retries: RetryPolicy::on_request(),
        ..account.api(base, Arc::new(NoToken))?
    };
    let identities = Identities::new(account, anonymous)?;
    let workspace = account.text("workspace_name")?.unwrap_or(WORKSPACE);
    Ok(Airbyte {
        api: identities.account_api(),
        identities,
        workspace: workspace.to_owned(),
        known_ids: Observations::default(),
        observations: Observations::default(),
    })
}

impl Airbyte {
    pub(super) fn workspace_or<'a>(&'a self, given: &'a Option<String>) -> &'a str {
        given.as_deref().unwrap_or(&self.workspace)
    }

    /// Rejects an account without credentials before an operation that may send nothing.
    pub(super) fn check_credentials(&self) -> Result<()> {
        match self.identities.has_credentials() {
            true => Ok(()),
            false => Err(NoCredentials::error()),
        }
    }

    pub(super) fn workspace_of(&self, id: &RemoteId) -> String {
        let found = self.observations.of(id.as_str());
        found.workspace.unwrap_or_else(|| self.workspace.clone())
    }

    /// Forgets a deleted connector.
    pub(super) fn forget(&self, id: &RemoteId) {
        self.observations.forget(id.as_str());
        self.forget_lookups(id);
    }

    /// Forgets which kinds the connector was looked up for.
    pub(super) fn forget_lookups(&self, id: &RemoteId) {
        self.known_ids.retain(|_, known| known.as_ref() != Some(id));
    }
}
