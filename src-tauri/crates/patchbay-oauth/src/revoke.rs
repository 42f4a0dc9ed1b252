//! Token revocation.
//!
//! Source: RFC 7009, section 2.

use patchbay_http::{Reach, host_of};
use patchbay_model::Secret;
use url::Url;

use crate::token::{SecretForm, oauth_error};
use crate::{Error, Grant, OAuthClient, Trace};

const WHAT: &str = "revocation endpoint";

/// Outcome of a revocation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Revocation {
    /// The provider revoked the tokens.
    Revoked,
    /// The provider offers no revocation: the tokens expire by themselves, and the user can end the access in the
    /// provider's own settings.
    NotOffered,
}

impl OAuthClient {
    /// Revokes the refresh token, then the access token, even if the provider refuses the former.
    ///
    /// # Errors
    /// [`Error::Refused`], [`Error::Failed`] and network errors; the tokens may still work then.
    pub async fn revoke(&self, grant: &Grant, trace: &dyn Trace) -> Result<Revocation, Error> {
        let Some(endpoint) = &grant.revocation_endpoint else {
            return Ok(Revocation::NotOffered);
        };
        let revoke = |token, kind| self.revoke_token(grant, endpoint, token, kind, trace);
        let refresh = match &grant.refresh_token {
            Some(token) => revoke(token, "refresh_token").await,
            None => Ok(()),
        };
        if !matches!(refresh, Ok(()) | Err(Error::Refused { .. })) {
            return refresh.map(|()| Revocation::Revoked);
        }
        let access = revoke(&grant.access_token, "access_token").await;
        refresh?;
        match access {
            // Some providers revoke refresh tokens only; the access token becomes invalid with it, or soon after.
            Err(Error::Refused {
                error: Some(error), ..
            }) if error == "unsupported_token_type" && grant.refresh_token.is_some() => {}
            access => access?,
        }
        Ok(Revocation::Revoked)
    }

    async fn revoke_token(
        &self,
        grant: &Grant,
        endpoint: &Url,
        token: &Secret,
        kind: &str,
        trace: &dyn Trace,
    ) -> Result<(), Error> {
        let form = [("token", token.expose()), ("token_type_hint", kind)];
        let SecretForm { request, secrets } =
            grant.client_authentication().request(endpoint, &form);
        let note = Some(format!("Revoke {}", kind.replace('_', " ")));
        let reach = Reach::of(&grant.server);
        let answer = self.send(WHAT, request, note, &reach, trace).await?;
        answer.ensure_decided()?;
        if answer.status.is_success() {
            return Ok(());
        }
        let refusal = oauth_error(&answer, &secrets);
        Err(Error::Refused {
            host: host_of(endpoint),
            status: answer.status.as_u16(),
            error: refusal.error,
            detail: refusal.detail,
        })
    }
}
