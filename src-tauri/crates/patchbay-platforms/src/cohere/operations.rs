//! The documented operations of Cohere's connectors, a type each. What is sent of one is sent as it stands here,
//! in this order.
//!
//! Source: Cohere contract, sections 2, 3 and 6.

use patchbay_http::{Path, Repeat, Request, SecretArgument};
use patchbay_model::RemoteId;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_with::apply;

pub use super::quirks::test_search::TestSearch;
use super::wire::{AuthorizationPage, Envelope, Page};
use crate::operations::{Operation, OperationEntry, operations};
use crate::{Client, Effect, Error, Field, Raw, Result};

/// Every operation by name.
pub(super) static OPERATIONS: &[OperationEntry] = operations![
    List,
    Create,
    Get,
    Update,
    Delete,
    OAuthAuthorize,
    TestSearch
];

/// Lists a page of connectors, newest first.
///
/// Source: Cohere contract, section 2.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct List {
    /// Most connectors of the page, 0 to 100; left out: 30.
    pub limit: Option<i64>,
    /// How many to pass over, newest first; left out: none.
    pub offset: Option<i64>,
}

impl Operation for List {
    const NAME: &'static str = "list";
    const EFFECT: Effect = Effect::Read;
    const RETRY: Repeat = Repeat::Freely;
    type Output = Raw<Page>;

    fn request(&self, _: &Client) -> Result<Request> {
        Ok(Request::get(connectors())
            .query_if("limit", self.limit)
            .query_if("offset", self.offset))
    }
}

/// Registers a connector after asking its URL once.
///
/// Source: Cohere contract, section 2.
#[apply(Field<_> => #[serde(default, skip_serializing_if = "Field::is_absent")])]
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Create {
    /// Name for people; the id is made from it.
    pub name: String,
    /// What it is for.
    pub description: Field<String>,
    /// Absolute URL that Cohere asks; it is asked once now, and nothing is made when that fails.
    pub url: String,
    /// Members of its results that are kept from the prompt.
    pub excludes: Field<Vec<String>>,
    /// The OAuth app with which each user consents; not together with `service_auth`.
    pub oauth: Field<OAuth>,
    /// Whether it is asked at all; left out: true.
    pub active: Field<bool>,
    /// Whether a chat goes on without it when it fails; left out: false.
    pub continue_on_failure: Field<bool>,
    /// One token for everybody; not together with `oauth`.
    pub service_auth: Field<ServiceAuth>,
}

impl Operation for Create {
    const NAME: &'static str = "create";
    const EFFECT: Effect = Effect::Write;
    const RETRY: Repeat = Repeat::WhenRateLimited;
    type Output = Raw<Envelope>;

    fn request(&self, _: &Client) -> Result<Request> {
        refuse_both(&self.oauth, &self.service_auth)?;
        Request::post(connectors()).json(self)
    }
}

/// Shows a connector.
///
/// Source: Cohere contract, section 2.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Get {
    /// Id of the connector.
    pub id: RemoteId,
}

impl Operation for Get {
    const NAME: &'static str = "get";
    const EFFECT: Effect = Effect::Read;
    const RETRY: Repeat = Repeat::Freely;
    type Output = Raw<Envelope>;

    fn request(&self, _: &Client) -> Result<Request> {
        Ok(Request::get(connector(&self.id)?))
    }
}

/// Changes a connector; what is left out stays as it is.
///
/// Source: Cohere contract, section 2.
#[apply(Field<_> => #[serde(default, skip_serializing_if = "Field::is_absent")])]
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Update {
    /// Id of the connector.
    #[serde(skip_serializing)]
    pub id: RemoteId,
    /// New name; left out: as it is.
    pub name: Field<String>,
    /// New URL; left out: as it is.
    pub url: Field<String>,
    /// Members of its results that are kept from the prompt; left out: as they are.
    pub excludes: Field<Vec<String>>,
    /// The OAuth app with which each user consents; not together with `service_auth`.
    pub oauth: Field<OAuth>,
    /// Whether it is asked at all; left out: as it is.
    pub active: Field<bool>,
    /// Whether a chat goes on without it when it fails; left out: as it is.
    pub continue_on_failure: Field<bool>,
    /// One token for everybody; not together with `oauth`.
    pub service_auth: Field<ServiceAuth>,
}

impl Operation for Update {
    const NAME: &'static str = "update";
    const EFFECT: Effect = Effect::Write;
    const RETRY: Repeat = Repeat::Freely;
    type Output = Raw<Envelope>;

    fn request(&self, _: &Client) -> Result<Request> {
        refuse_both(&self.oauth, &self.service_auth)?;
        Request::patch(connector(&self.id)?).json(self)
    }
}

/// Removes a connector with its credentials and every user's consent.
///
/// Source: Cohere contract, section 2.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Delete {
    /// Id of the connector.
    pub id: RemoteId,
}

impl Operation for Delete {
    const NAME: &'static str = "delete";
    const EFFECT: Effect = Effect::Irreversible;
    const RETRY: Repeat = Repeat::Freely;
    type Output = Value;

    fn request(&self, _: &Client) -> Result<Request> {
        Ok(Request::delete(connector(&self.id)?))
    }

    fn observe(&self, client: &Client, _: &Value) {
        client.observations.forget(self.id.as_str());
    }
}

/// Asks for the page on which you consent to a connector.
///
/// Source: Cohere contract, section 2.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OAuthAuthorize {
    /// Id of the connector.
    pub id: RemoteId,
    /// Absolute URL at which the browser ends; left out: a page of Cohere's.
    pub after_token_redirect: Option<String>,
}

impl Operation for OAuthAuthorize {
    const NAME: &'static str = "o_auth_authorize";
    const EFFECT: Effect = Effect::Write;
    const RETRY: Repeat = Repeat::WhenRateLimited;
    type Output = Raw<AuthorizationPage>;

    fn request(&self, _: &Client) -> Result<Request> {
        let redirect = self.after_token_redirect.as_deref();
        let path = connector(&self.id)?.then("/oauth/authorize");
        Ok(Request::post(path).query_if("after_token_redirect", redirect))
    }

    fn observe(&self, client: &Client, _: &Self::Output) {
        client.await_consent(self.id.as_str());
    }
}

/// An OAuth app.
#[apply(Field<_> => #[serde(default, skip_serializing_if = "Field::is_absent")])]
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OAuth {
    /// Id of the app.
    #[schemars(title = "Client ID")]
    pub client_id: Field<String>,
    /// Secret of the app; Cohere never gives it back.
    #[schemars(title = "Client secret", length(min = 1))]
    pub client_secret: Field<SecretArgument>,
    /// Page on which users consent.
    #[schemars(title = "Authorization page", url)]
    pub authorize_url: Field<String>,
    /// Where codes become tokens.
    #[schemars(title = "Token address", url)]
    pub token_url: Field<String>,
    /// What to ask for, separated by spaces.
    #[schemars(title = "Scopes")]
    pub scope: Field<String>,
}

/// A token that Cohere sends in the `Authorization` header.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ServiceAuth {
    /// What stands before it: `bearer`, `basic`, or `noscheme` for nothing.
    #[serde(rename = "type")]
    pub kind: String,
    /// The token; Cohere never gives it back.
    pub token: SecretArgument,
}

fn connectors() -> Path {
    Path::new("/v1/connectors")
}

fn connector(id: &RemoteId) -> Result<Path> {
    connectors().value("id", id.as_str())
}

fn refuse_both<A, B>(oauth: &Field<A>, service_auth: &Field<B>) -> Result<()> {
    match (oauth, service_auth) {
        (Field::Value(_), Field::Value(_)) => Err(Error::Usage(
            "oauth and service_auth exclude each other".to_owned(),
        )),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests;
