//! The client of one account, which uses one of Mistral's API surfaces.

use std::time::Duration;

use patchbay_http::{Api, Backoff, Jitter, RetryAfterRules, RetryPolicy, parse_base_url};
use patchbay_model::RemoteId;

use super::operations::scope::Scope;
use super::platform::SECRET_NAMES;
use super::quirks::key;
use super::quirks::observations::{Observation, ToolListOutcome};
use super::quirks::surface::Surface;
use super::wire::{AuthUrl, Connector};
use crate::observations::Observations;
use crate::{AccountConfig, Result};

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

/// The client of an account.
///
/// # Errors
/// [`Error::Usage`](crate::Error::Usage) when the key is empty, or a setting cannot be used.
pub fn client(account: &AccountConfig) -> Result<Mistral> {
    let surface = Surface::from_word(account.text("surface")?)?;
    let region = surface.base_url(account.text("region")?)?;
    let base = account.text("base_url")?.unwrap_or(region);
    let tokens = key::tokens(account)?;
    Ok(Mistral {
        api: Api {
            // Only one of several trailing slashes is removed (contract, section 1, "joining").
            base: parse_base_url(base)?,
            retries: retries(),
            secret_names: &SECRET_NAMES,
            ..account.api(base, tokens)?
        },
        surface,
        observations: Observations::default(),
    })
}

/// Nothing is retried unless the call requests it; then these statuses are, with the official client's default backoff.
/// `Retry-After` is honored up to a minute.
///
/// Source: Mistral contract, section 7.
fn retries() -> RetryPolicy {
    RetryPolicy {
        max_retries: 0,
        statuses: vec![429..=429, 500..=500, 502..=504],
        backoff: Backoff {
            first: Duration::from_millis(500),
            factor: 1.5,
            longest: Duration::from_secs(60),
            jitter: Jitter::Added(Duration::from_secs(1)),
        },
        max_retry_after: Duration::from_secs(60),
        retry_after_rules: RetryAfterRules {
            zero_millis_count: true,
            ..RetryAfterRules::default()
        },
        max_elapsed: Some(Duration::from_secs(3600)),
        ..RetryPolicy::NEVER
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
        let until = self.api.clock.now() + page.valid_for().min(MAX_PAGE_LIFETIME);
        self.observations.note(id.as_str(), |observed| {
            observed.page_until = Some(until);
            observed.awaited = None;
        });
    }

    pub(super) fn record_tool_list<T>(&self, id: &RemoteId, outcome: &Result<T>) {
        if let Some(listing) = ToolListOutcome::of(outcome) {
            self.observations
                .note(id.as_str(), |observed| observed.tools = Some(listing));
        }
    }
}
