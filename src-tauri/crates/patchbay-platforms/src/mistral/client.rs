//! The client of one account, which uses one of Mistral's API surfaces.

use std::time::Duration;

use patchbay_http::Api;
use patchbay_model::RemoteId;

use super::operations::scope::Scope;
use super::quirks::observations::{Observation, ToolListOutcome};
use super::quirks::surface::Surface;
use super::wire::{AuthUrl, Connector};
use crate::Result;
use crate::observations::Observations;

/// A longer lifetime of a sign-in page is not believed.
const MAX_PAGE_LIFETIME: Duration = Duration::from_secs(24 * 60 * 60);

pub struct Mistral {
    pub(super) api: Api,
    pub(super) surface: Surface,
    /// By id or name, depending on how a call named the connector.
    pub(super) observations: Observations<Observation>,
}

impl AsRef<Api> for Mistral {
    fn as_ref(&self) -> &Api {
        &self.api
    }
}

impl Mistral {
    pub(super) fn observed(&self, connector: &Connector) -> Observation {
        let names = [connector.id.as_str(), &connector.name];
        self.observations.of_any(names)
    }

    /// Only the older surface reports whether a connector is on.
    pub(super) fn record_switch(&self, id: &RemoteId, scope: Scope, is_on: bool) {
        if scope == Scope::User && self.surface == Surface::Current {
            self.observations
                .note(id.as_str(), |observed| observed.is_switched_off = !is_on);
        }
    }

    pub(super) fn record_page(&self, id: &RemoteId, page: &AuthUrl) {
        let valid_for = page.valid_for().map(|it| it.min(MAX_PAGE_LIFETIME));
        let until = valid_for.map(|valid_for| self.api.clock.now() + valid_for);
        self.observations.note(id.as_str(), |observed| {
            observed.page_until = until;
            observed.awaited = None;
        });
    }

    /// Forgets how the last listing of its tools ended, which says nothing after a change of its sign-in or settings.
    pub(super) fn forget_tool_list(&self, id: &RemoteId) {
        self.observations
            .update(id.as_str(), |observed| observed.tools = None);
    }

    pub(super) fn record_tool_list<T>(&self, id: &RemoteId, outcome: &Result<T>) {
        if let Some(listing) = ToolListOutcome::of(outcome) {
            self.observations
                .note(id.as_str(), |observed| observed.tools = Some(listing));
        }
    }
}
