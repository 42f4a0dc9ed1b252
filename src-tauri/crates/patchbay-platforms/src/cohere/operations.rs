//! The documented operations of Cohere's connectors. Members of a body are sent in the order of the fields.
//!
//! Source: Cohere contract, sections 2, 3 and 6.

#![warn(missing_docs)]

pub(super) mod test_search;

use patchbay_http::{Path, Request, RetryClass, SecretArgument};
use patchbay_model::RemoteId;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_with::apply;

pub use self::test_search::TestSearch;
use super::wire::{AuthorizationPage, Envelope, Page};
use crate::operations::{Contract, Operation, OperationEntry, on_connector, operations};
use crate::{Client, Error, Field, Raw, Result};

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

/// List connectors, newest first (one page).
///
/// Source: Cohere contract, section 2.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct List {
    /// Page size, 0 to 100. Default: 30
    pub limit: Option<i64>,
    /// How many to skip. Default: 0
    pub offset: Option<i64>,
}

impl Operation for List {
    const CONTRACT: Contract = Contract::read("list");
    type Output = Raw<Page>;

    fn request(&self, _: &Client) -> Result<Request> {
        Ok(Request::get(connectors())
            .query_if("limit", self.limit)
            .query_if("offset", self.offset))
    }
}

/// Create a connector (calls its URL once).
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
    /// Search URL. Cohere calls it once to verify; nothing is created if that fails.
    pub url: String,
    /// Result fields not shown to the model
    pub excludes: Field<Vec<String>>,
    /// OAuth app each user signs in with; not with `service_auth`
    pub oauth: Field<OAuth>,
    /// Used in chats. Default: true
    pub active: Field<bool>,
    /// Answer without it if it fails. Default: false
    pub continue_on_failure: Field<bool>,
    /// One token for everyone; not with `oauth`
    pub service_auth: Field<ServiceAuth>,
}

impl Operation for Create {
    const CONTRACT: Contract = Contract::write("create").retry(RetryClass::WhenRateLimited);
    type Output = Raw<Envelope>;

    fn request(&self, _: &Client) -> Result<Request> {
        refuse_both(&self.oauth, &self.service_auth)?;
        Request::post(connectors()).json(self)
    }
}

on_connector! { Client, id: RemoteId = "Id of the connector." =>
    /// Get a connector.
    ///
    /// Source: Cohere contract, section 2.
    Get(Contract::read("get")) -> Raw<Envelope>: |id, _| Ok(Request::get(connector(id)?));
    /// Delete a connector, its credentials and sign-ins.
    ///
    /// Source: Cohere contract, section 2.
    Delete(Contract::irreversible("delete").retry(RetryClass::Freely)) -> Value:
        |id, _| Ok(Request::delete(connector(id)?)),
        noting |id, client, _| client.observations.forget(id.as_str());
}

/// Update a connector.
///
/// Source: Cohere contract, section 2.
#[apply(Field<_> => #[serde(default, skip_serializing_if = "Field::is_absent")])]
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Update {
    /// Id of the connector.
    #[serde(skip_serializing)]
    pub id: RemoteId,
    /// New name
    pub name: Field<String>,
    /// New URL
    pub url: Field<String>,
    /// Result fields not shown to the model
    pub excludes: Field<Vec<String>>,
    /// OAuth app each user signs in with; not with `service_auth`
    pub oauth: Field<OAuth>,
    /// Used in chats
    pub active: Field<bool>,
    /// Answer without it if it fails
    pub continue_on_failure: Field<bool>,
    /// One token for everyone; not with `oauth`
    pub service_auth: Field<ServiceAuth>,
}

impl Operation for Update {
    const CONTRACT: Contract = Contract::write("update").retry(RetryClass::Freely);
    type Output = Raw<Envelope>;

    fn request(&self, _: &Client) -> Result<Request> {
        refuse_both(&self.oauth, &self.service_auth)?;
        Request::patch(connector(&self.id)?).json(self)
    }

    /// The last test was of what it was before.
    fn observe(&self, client: &Client, _: &Self::Output) {
        client
            .observations
            .update(self.id.as_str(), |found| found.test = None);
    }
}

/// Get the sign-in page.
///
/// Source: Cohere contract, section 2.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OAuthAuthorize {
    /// Id of the connector.
    pub id: RemoteId,
    /// Where the browser returns. Default: a page of Cohere
    pub after_token_redirect: Option<String>,
}

impl Operation for OAuthAuthorize {
    const CONTRACT: Contract =
        Contract::write("o_auth_authorize").retry(RetryClass::WhenRateLimited);
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
    /// From your OAuth app
    #[schemars(title = "Client ID")]
    pub client_id: Field<String>,
    /// You can't view it again
    #[schemars(title = "Client secret", length(min = 1))]
    pub client_secret: Field<SecretArgument>,
    /// Where users sign in
    #[schemars(title = "Authorization URL", url)]
    pub authorize_url: Field<String>,
    /// Token endpoint
    #[schemars(title = "Token URL", url)]
    pub token_url: Field<String>,
    /// Separate with spaces
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
        (Field::Value(_), Field::Value(_)) => {
            Err(Error::Usage("use either oauth or service_auth".to_owned()))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests;
