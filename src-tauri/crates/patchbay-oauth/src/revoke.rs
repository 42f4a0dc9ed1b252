//! Giving tokens back.
//!
//! Source: RFC 7009, section 2.

use patchbay_http::{Reach, host_of};
use patchbay_model::Secret;
use url::Url;

use crate::token::oauth_error;
use crate::{Error, Grant, OAuthClient, Trace};

const WHAT: &str = "revocation endpoint";

/// How a disconnect ended at the provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Revocation {
    /// The provider forgot the tokens.
    Revoked,
    /// The provider offers no way: the tokens lapse by themselves, and the user can end the access in
    /// the provider's own settings.
    NotOffered,
}

impl OAuthClient {
    /// Gives refresh and access token back, the lasting one first.
    ///
    /// # Errors
    ///
    /// [`Error::Refused`], [`Error::Failed`] and network errors; the tokens may still work then.
    pub async fn revoke(&self, grant: &Grant, trace: &dyn Trace) -> Result<Revocation, Error> {
        let Some(endpoint) = &grant.revocation_endpoint else {
            return Ok(Revocation::NotOffered);
        };
        let reach = self.network.addresses().reach(&grant.server);
        let revocation = TokenRevocation {
            client: self,
            grant,
            endpoint,
            reach,
            trace,
        };
        if let Some(token) = &grant.refresh_token {
            revocation.revoke(token, "refresh_token").await?;
        }
        match revocation.revoke(&grant.access_token, "access_token").await {
            // Some providers revoke refresh tokens only; the access token dies with it, or soon.
            Err(Error::Refused {
                error: Some(error), ..
            }) if error == "unsupported_token_type" && grant.refresh_token.is_some() => {}
            result => result?,
        }
        Ok(Revocation::Revoked)
    }
}

struct TokenRevocation<'a> {
    client: &'a OAuthClient,
    grant: &'a Grant,
    endpoint: &'a Url,
    reach: Reach,
    trace: &'a dyn Trace,
}

impl TokenRevocation<'_> {
    async fn revoke(&self, token: &Secret, kind: &str) -> Result<(), Error> {
        let form = [("token", token.expose()), ("token_type_hint", kind)];
        let request = self
            .grant
            .client_authentication()
            .request(self.endpoint, &form);
        let note = Some(format!("Revoke {}", kind.replace('_', " ")));
        let answer = self
            .client
            .send(WHAT, request, note, &self.reach, self.trace)
            .await?;
        let (host, status) = (host_of(self.endpoint), answer.status.as_u16());
        if answer.status.is_success() {
            return Ok(());
        }
        if answer.status.is_redirection() {
            return Err(Error::Redirect { host });
        }
        if answer.status.is_server_error() {
            return Err(Error::Failed { host, status });
        }
        let refusal = oauth_error(&answer);
        Err(Error::Refused {
            host,
            status,
            error: refusal.error,
            detail: refusal.detail,
        })
    }
}
