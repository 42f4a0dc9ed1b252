//! The arguments of each operation; what is sent of them is sent as it stands here, in this order.

use patchbay_http::SecretArgument;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Field;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct List {
    /// Most connectors of the page, 0 to 100; left out: 30.
    pub(super) limit: Option<i64>,
    /// How many to pass over, newest first; left out: none.
    pub(super) offset: Option<i64>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct One {
    /// Id of the connector.
    pub(super) id: String,
}

#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Create {
    /// Name for people; the id is made from it.
    pub(super) name: String,
    /// What it is for.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub(super) description: Field<String>,
    /// Absolute URL that Cohere asks; it is asked once now, and nothing is made when that fails.
    pub(super) url: String,
    /// Members of its results that are kept from the prompt.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub(super) excludes: Field<Vec<String>>,
    /// The OAuth app with which each user consents; not together with `service_auth`.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub(super) oauth: Field<OAuth>,
    /// Whether it is asked at all; left out: true.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub(super) active: Field<bool>,
    /// Whether a chat goes on without it when it fails; left out: false.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub(super) continue_on_failure: Field<bool>,
    /// One token for everybody; not together with `oauth`.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub(super) service_auth: Field<ServiceAuth>,
}

#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Update {
    /// Id of the connector.
    #[serde(skip_serializing)]
    pub(super) id: String,
    /// New name; left out: as it is.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub(super) name: Field<String>,
    /// New URL; left out: as it is.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub(super) url: Field<String>,
    /// Members of its results that are kept from the prompt; left out: as they are.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub(super) excludes: Field<Vec<String>>,
    /// The OAuth app with which each user consents; not together with `service_auth`.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub(super) oauth: Field<OAuth>,
    /// Whether it is asked at all; left out: as it is.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub(super) active: Field<bool>,
    /// Whether a chat goes on without it when it fails; left out: as it is.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub(super) continue_on_failure: Field<bool>,
    /// One token for everybody; not together with `oauth`.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub(super) service_auth: Field<ServiceAuth>,
}

/// An OAuth app.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct OAuth {
    /// Its id.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub(super) client_id: Field<String>,
    /// Its secret; Cohere never gives it back.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub(super) client_secret: Field<SecretArgument>,
    /// Page on which users consent.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub(super) authorize_url: Field<String>,
    /// Where codes become tokens.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub(super) token_url: Field<String>,
    /// Scopes to ask for, separated by spaces.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub(super) scope: Field<String>,
}

/// A token that Cohere sends in the `Authorization` header.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ServiceAuth {
    /// What stands before it: `bearer`, `basic`, or `noscheme` for nothing.
    #[serde(rename = "type")]
    pub(super) kind: String,
    /// The token; Cohere never gives it back.
    pub(super) token: SecretArgument,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Authorize {
    /// Id of the connector.
    pub(super) id: String,
    /// Absolute URL at which the browser ends; left out: a page of Cohere's.
    pub(super) after_token_redirect: Option<String>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct TestSearch {
    /// Id of the connector.
    pub(super) id: String,
    /// What to search for.
    pub(super) query: String,
    /// Token for the connector's own service, where it wants one: Cohere does not give back the one it has.
    pub(super) service_auth: Option<ServiceAuth>,
}
