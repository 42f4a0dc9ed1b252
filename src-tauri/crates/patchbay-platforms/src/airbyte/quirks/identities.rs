//! Identities of calls: the account, or an application and organization that a single call names.
//!
//! Source: Airbyte contract, sections 1, 2 and 3, `connect`.

use std::sync::Arc;

use parking_lot::Mutex;
use patchbay_http::{Api, FixedHeaders, SecretArgument};
use patchbay_model::Secret;

use super::token::{ApplicationToken, NoCredentials};
use crate::{AccountConfig, Result, TokenSource};

/// Maximum number of identities besides the account's own whose tokens are cached.
const MAX_CACHED_TOKENS: usize = 8;

/// What the platform's own client sends with every request.
///
/// Source: Airbyte contract, section 1, "constant header".
const CLIENT_HEADER: (&str, &str) = ("x-adp-agent-sdk", "airbyte-agent-sdk");

/// The credentials and the organization of an account.
pub(crate) struct Identities {
    /// Without credentials and organization.
    api: Api,
    client_id: Option<String>,
    client_secret: Option<Secret>,
    /// Takes precedence over both.
    token: Option<Secret>,
    organization_id: Option<String>,
    /// Of identities named by single calls, the latest last.
    cached_tokens: Mutex<Vec<Arc<ApplicationToken>>>,
}

/// The identity that a single call names instead of the account.
#[derive(Clone, Copy)]
pub(crate) struct Caller<'a> {
    pub(crate) client_id: Option<&'a str>,
    pub(crate) client_secret: Option<&'a SecretArgument>,
    pub(crate) organization_id: Option<&'a str>,
}

impl Identities {
    /// `api` has neither credentials nor an organization.
    pub(crate) fn new(account: &AccountConfig, api: Api) -> Result<Self> {
        let text = |name| Ok(account.text(name)?.map(str::to_owned));
        Ok(Self {
            api,
            client_id: text("client_id")?,
            client_secret: account.secret("client_secret").cloned(),
            token: account.secret("token").cloned(),
            organization_id: text("organization_id")?,
            cached_tokens: Mutex::default(),
        })
    }

    pub(crate) fn has_credentials(&self) -> bool {
        self.token.is_some() || (self.client_id.is_some() && self.client_secret.is_some())
    }

    /// The client of the account's own identity.
    pub(crate) fn account_api(&self) -> Api {
        let api = self.in_organization(self.organization_id.as_deref());
        let tokens: Arc<dyn TokenSource> = match (&self.token, &self.client_id, &self.client_secret)
        {
            (Some(token), ..) => Arc::new(FixedHeaders::bearer(token)),
            (None, Some(id), Some(secret)) => Arc::new(ApplicationToken::new(
                api.clone(),
                id.clone(),
                secret.clone(),
            )),
            _ => Arc::new(NoCredentials),
        };
        Api { tokens, ..api }
    }

    pub(crate) fn organization_of<'a>(&'a self, call: Caller<'a>) -> Option<&'a str> {
        call.organization_id.or(self.organization_id.as_deref())
    }

    /// The client of the identity that a call names; `None` if that is the account. Its token is cached.
    ///
    /// # Errors
    /// [`Error::Usage`](crate::Error::Usage) when it has no credentials.
    pub(crate) fn of(&self, call: Caller<'_>) -> Result<Option<Api>> {
        let given = call.client_secret.filter(|secret| !secret.is_empty());
        let given = given.map(|secret| secret.clone().into_secret());
        let is_own_application = call.client_id.is_none() && given.is_none();
        let organization = self.organization_of(call);
        if is_own_application && organization == self.organization_id.as_deref() {
            return match self.has_credentials() {
                true => Ok(None),
                false => Err(NoCredentials::error()),
            };
        }
        let api = self.in_organization(organization);
        if let (true, Some(token)) = (is_own_application, &self.token) {
            let tokens = Arc::new(FixedHeaders::bearer(token));
            return Ok(Some(Api { tokens, ..api }));
        }
        let id = call.client_id.or(self.client_id.as_deref());
        let secret = given.as_ref().or(self.client_secret.as_ref());
        let (id, secret) = id.zip(secret).ok_or_else(NoCredentials::error)?;
        let tokens = self.cached_token_for(&api, id, secret);
        Ok(Some(Api { tokens, ..api }))
    }

    fn cached_token_for(&self, api: &Api, id: &str, secret: &Secret) -> Arc<ApplicationToken> {
        let mut cached_tokens = self.cached_tokens.lock();
        if let Some(known) = cached_tokens
            .iter()
            .find(|other| other.is_of(api, id, secret))
        {
            return Arc::clone(known);
        }
        let new = ApplicationToken::new(api.clone(), id.to_owned(), secret.clone());
        let new = Arc::new(new);
        if cached_tokens.len() == MAX_CACHED_TOKENS {
            cached_tokens.remove(0);
        }
        cached_tokens.push(Arc::clone(&new));
        new
    }

    fn in_organization(&self, organization: Option<&str>) -> Api {
        let header = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
        let organization = organization.map(|id| ("x-organization-id", id));
        Api {
            headers: [CLIENT_HEADER]
                .into_iter()
                .chain(organization)
                .map(header)
                .collect(),
            ..self.api.clone()
        }
    }
}
