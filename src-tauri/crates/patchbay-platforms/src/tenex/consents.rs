//! Consents on the page that 10ex names, and the pages that nobody has stood before yet.
//!
//! Source: 10ex contract, section 3, `start_oauth` and "Polling" (assumed).

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use patchbay_http::{CallOptions, Retries};
use patchbay_model::{RemoteId, Timestamp};
use serde_json::{Map, Value};
use url::Url;

use super::arguments::StartOauth;
use super::{Tenex, mapping, one};
use crate::capabilities::no_choices;
use crate::{ConsentState, Consents, Error, StartedConsent};

/// Pages by connector, from the creation of one until its consent is decided on.
#[derive(Default)]
pub(super) struct Waiting(Mutex<HashMap<String, Page>>);

/// A page that was named when a connector was made.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Page {
    provider: String,
    page: Url,
    until: Timestamp,
}

impl Waiting {
    /// Keeps the page of a new connector.
    pub(super) fn keep(&self, id: &str, provider: &str, page: Url, until: Timestamp) {
        let page = Page {
            provider: provider.to_owned(),
            page,
            until,
        };
        self.lock().insert(id.to_owned(), page);
    }

    /// The page of a connector, while it is good.
    fn of(&self, id: &str, now: Timestamp) -> Option<Page> {
        let mut pages = self.lock();
        pages.retain(|_, page| now < page.until);
        pages.get(id).cloned()
    }

    /// A connector whose consent is decided on, or that is gone.
    pub(super) fn forget(&self, id: &str) {
        self.lock().remove(id);
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Page>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Consents for Tenex {
    /// A new connector has its page already. It is asked for once more only to have the browser end at
    /// `redirect`; where that is refused because one is under way, the page it has is as good.
    async fn start_consent(
        &self,
        id: &RemoteId,
        redirect: Option<&Url>,
        choices: &Map<String, Value>,
        options: &CallOptions,
    ) -> Result<StartedConsent, Error> {
        no_choices(choices)?;
        let waiting = self.waiting.of(id.as_str(), self.now());
        let provider = match &waiting {
            Some(page) if redirect.is_none() => return Ok(self.kept(page)),
            Some(page) => page.provider.clone(),
            // A consent is for a provider; naming the connector makes it one of connecting again.
            None => {
                let connector = self.client.get(&one(id), options).await?;
                connector.provider().to_owned()
            }
        };
        let which = StartOauth {
            provider,
            role: None,
            connector_id: Some(id.as_str().to_owned()),
            return_url: redirect.map(Url::to_string),
        };
        match (self.start(&which, options).await, waiting) {
            (Ok((started, lives)), _) => {
                self.waiting.forget(id.as_str());
                Ok(self.started(started.redirect_url, lives))
            }
            (Err(Error::Conflict(_)), Some(page)) => Ok(self.kept(&page)),
            (Err(error), _) => Err(error),
        }
    }

    async fn consent_state(
        &self,
        id: &RemoteId,
        options: &CallOptions,
    ) -> Result<ConsentState, Error> {
        // Whoever polls comes back by itself.
        let once = CallOptions {
            retries: Some(Retries::Times(0)),
            ..options.clone()
        };
        let grant = self.client.get_status(&one(id), &once).await?;
        let state = mapping::consent(&grant, &self.client.table.states);
        if state != ConsentState::Waiting {
            self.waiting.forget(id.as_str());
        }
        if state == ConsentState::Given {
            self.findings.forget(id.as_str());
        }
        Ok(state)
    }
}

impl Tenex {
    fn started(&self, page: Url, lives: Duration) -> StartedConsent {
        StartedConsent {
            page: Some(page),
            lives: Some(lives),
            poll_every: self.client.table.poll_interval,
        }
    }

    fn kept(&self, page: &Page) -> StartedConsent {
        let left = page.until.instant() - self.now().instant();
        self.started(
            page.page.clone(),
            Duration::try_from(left).unwrap_or_default(),
        )
    }
}
