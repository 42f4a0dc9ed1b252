//! Sign-in on a page of Mistral or of the service behind it.
//!
//! Source: Mistral contract, section 2, `get_auth_url`, and section 13.

use std::time::Duration;

use async_trait::async_trait;
use patchbay_http::CallOptions;
use patchbay_model::{Form, RemoteId};
use url::Url;

use crate::capabilities::web_page;
use crate::mistral::forms::authorization::{self, Choices};
use crate::mistral::operations::authorization::{GetAuthUrl, GetAuthenticationMethods};
use crate::mistral::quirks::observations::ExpectedCredential;
use crate::mistral::wire::AuthMethod;
use crate::mistral::{Mistral, mapping};
use crate::operations::arguments;
use crate::{ConsentRequest, ConsentState, Consents, Operation, Result, StartedConsent};

const POLL_EVERY: Duration = Duration::from_secs(2);

impl Mistral {
    /// The sign-in methods of a connector.
    pub(super) async fn methods(
        &self,
        id: &RemoteId,
        options: &CallOptions,
    ) -> Result<Vec<AuthMethod>> {
        let methods = GetAuthenticationMethods {
            connector_id_or_name: id.clone(),
        };
        Ok(methods.run(self, options).await?.values())
    }
}

#[async_trait]
impl Consents for Mistral {
    async fn consent_form(&self, id: &RemoteId, options: &CallOptions) -> Result<Option<Form>> {
        let methods = self.methods(id, options).await?;
        Ok(Some(authorization::form(self.surface, &methods)))
    }

    async fn start_consent(
        &self,
        request: ConsentRequest<'_>,
        options: &CallOptions,
    ) -> Result<StartedConsent> {
        let id = request.connector;
        let choices: Choices = arguments(request.choices.into())?;
        choices.check()?;
        let (awaited, was_given) = match &choices.credentials_name {
            Some(name) => {
                let connector = self.find_known(id, options).await?;
                let awaited = ExpectedCredential { name: name.clone() };
                (
                    Some(awaited),
                    mapping::is_signed_in_as(&connector.value, name),
                )
            }
            None => (None, false),
        };
        let ask = GetAuthUrl {
            connector_id_or_name: id.clone(),
            app_return_url: request.redirect.map(Url::to_string),
            method_type: choices.method_type,
            credentials_name: choices.credentials_name,
            credentials_title: choices.credentials_title,
            github_installation_link: choices.github_installation_link.or(Some(false)),
        };
        let page = ask.run(self, options).await?;
        let started = StartedConsent {
            page: Some(web_page(&page.value.auth_url, 200)?),
            valid_for: page.value.valid_for(),
            was_given,
            poll_every: POLL_EVERY,
        };
        self.observations
            .note(id.as_str(), |observed| observed.awaited = awaited);
        Ok(started)
    }

    fn abandon_consent(&self, id: &RemoteId) {
        self.observations.note(id.as_str(), |observed| {
            observed.page_until = None;
            observed.awaited = None;
        });
    }

    async fn consent_state(&self, id: &RemoteId, options: &CallOptions) -> Result<ConsentState> {
        let found = self.find(id, options).await?;
        let observed = self.observations.of(id.as_str());
        let is_given = found
            .read()
            .is_some_and(|connector| match &observed.awaited {
                Some(awaited) => mapping::is_signed_in_as(&connector.value, &awaited.name),
                None => mapping::is_authenticated(&connector.value),
            });
        if is_given {
            self.forget_tool_list(id);
            return Ok(ConsentState::Given);
        }
        let until = observed.page_until;
        if until.is_some_and(|until| self.api.clock.now() >= until) {
            return Ok(ConsentState::Ended {
                reason: "the sign-in page expired".to_owned(),
                is_refusal: false,
            });
        }
        Ok(ConsentState::Waiting)
    }
}

#[cfg(test)]
mod tests;
