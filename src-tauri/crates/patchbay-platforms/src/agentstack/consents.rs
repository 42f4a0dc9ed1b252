//! Consents on the page that the platform names when it cannot connect by itself.
//!
//! Source: Agent Stack contract, section 4.

use std::time::Duration;

use async_trait::async_trait;
use patchbay_http::CallOptions;
use patchbay_model::RemoteId;
use serde_json::{Map, Value};
use url::Url;

use super::operations::{Connect, Which};
use super::wire::{AUTH_REQUIRED, Connector, DISCONNECTED};
use super::{AgentStack, mapping, wait};
use crate::capabilities::{no_choices, web_page};
use crate::{ConsentState, Consents, Error, Operation, StartedConsent};

/// How long a consent is waited for; the platform does not tell.
pub(super) const LIVES: Duration = Duration::from_secs(300);

const POLL_EVERY: Duration = Duration::from_secs(1);

#[async_trait]
impl Consents for AgentStack {
    async fn start_consent(
        &self,
        id: &RemoteId,
        redirect: Option<&Url>,
        choices: &Map<String, Value>,
        options: &CallOptions,
    ) -> Result<StartedConsent, Error> {
        no_choices(choices)?;
        let connect = Connect {
            connector: Which::by_id(id.as_str()),
            redirect_url: redirect.map(Url::to_string),
            access_token: None,
        };
        let connector = connect.run(self, options).await?;
        Ok(StartedConsent {
            page: page(&connector)?,
            lives: None,
            poll_every: POLL_EVERY,
        })
    }

    async fn consent_state(
        &self,
        id: &RemoteId,
        options: &CallOptions,
    ) -> Result<ConsentState, Error> {
        let found = self.get(id.as_str(), options).await?;
        let state = mapping::consent(&found);
        if state != ConsentState::Waiting {
            self.remembered
                .note(found.id(), |known| known.consent_until = None);
        }
        Ok(state)
    }
}

/// The page on which the user consents, out of what connecting answered; `None` when it is connected.
///
/// # Errors
/// [`Error::UnsafeUrl`] when it is no web address; [`Error::GrantFailed`] when the platform gave up;
/// [`Error::NotSupported`] for a sign-in of another kind, and where there is no page.
fn page(connector: &Connector) -> Result<Option<Url>, Error> {
    match connector.state() {
        AUTH_REQUIRED => {}
        DISCONNECTED => {
            return Err(Error::GrantFailed {
                reason: wait::reason(connector),
            });
        }
        _ => return Ok(None),
    }
    let request = connector.auth_request();
    let of_kind = |kind: &str| Error::NotSupported(format!("a sign-in of kind {kind:?}"));
    let request = request.ok_or_else(|| of_kind(""))?;
    let (true, Some(page)) = (request.kind == "code", request.authorization_endpoint) else {
        return Err(of_kind(request.kind));
    };
    web_page(page, 200).map(Some)
}
