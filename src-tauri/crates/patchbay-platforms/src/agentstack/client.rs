//! One account's client: the way to Agent Stack, the sessions with the servers behind it, and what was found out here
//! about its connectors.

use patchbay_http::Api;

use super::mapping::Observation;
use super::quirks::sessions::Sessions;
use super::wire::{ConnectorRef, plain_id};
use crate::observations::Observations;

/// One account: its operations are called with it.
pub struct AgentStack {
    pub(super) api: Api,
    pub(super) observations: Observations<Observation>,
    pub(super) sessions: Sessions,
}

impl AsRef<Api> for AgentStack {
    fn as_ref(&self) -> &Api {
        &self.api
    }
}

impl AgentStack {
    /// Notes what was found out about a connector.
    pub(super) fn note(&self, id: &str, change: impl FnOnce(&mut Observation)) {
        self.observations.note(&plain_id(id), change);
    }

    /// A connector that is gone, or begins anew.
    pub(super) fn forget(&self, which: &ConnectorRef) {
        if let Ok(id) = which.id() {
            self.sessions.forget(id);
            self.observations.forget(&plain_id(id));
        }
    }
}
