//! The client of one account, with its sessions with MCP servers behind Agent Stack.

use patchbay_http::Api;

use super::mapping::Observation;
use super::quirks::sessions::Sessions;
use super::wire::{ConnectorRef, plain_id};
use crate::observations::Observations;

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
    pub(super) fn note(&self, id: &str, change: impl FnOnce(&mut Observation)) {
        self.observations.note(&plain_id(id), change);
    }

    /// Forgets session and observations of a connector that was deleted or disconnected.
    pub(super) fn forget(&self, which: &ConnectorRef) {
        if let Ok(id) = which.id() {
            self.sessions.forget(id);
            self.observations.forget(&plain_id(id));
        }
    }
}
