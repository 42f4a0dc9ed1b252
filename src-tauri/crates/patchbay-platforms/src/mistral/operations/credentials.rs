//! Credentials that Mistral keeps for a connector, at three levels.
//!
//! Source: Mistral contract, sections 2 and 3.

use std::collections::BTreeMap;

use patchbay_http::{CallOptions, Request, RetryClass, SecretArgument};
use patchbay_model::RemoteId;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_with::apply;

use super::levels::{AtLevel, at_levels};
use super::parameters::{credentials_path, default_false};
use super::scope::Scope;
use crate::mistral::Mistral;
use crate::mistral::wire::{Acknowledgement, Credentials, Object};
use crate::operations::on_connector;
use crate::{Contract, Field, Operation, Result};

/// Which credentials of a level to list.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(inline)]
pub struct CredentialFilter {
    /// Id or name of the connector.
    pub connector_id_or_name: RemoteId,
    /// Only those of this kind, such as `bearer`.
    pub auth_type: Option<String>,
    /// Whether to tell the default only.
    #[serde(default = "default_false")]
    pub fetch_default: Option<bool>,
}

impl CredentialFilter {
    /// All that a connector has.
    pub fn all_of(connector: &RemoteId) -> Self {
        Self {
            connector_id_or_name: connector.clone(),
            auth_type: None,
            fetch_default: default_false(),
        }
    }
}

impl AtLevel for CredentialFilter {
    const CONTRACTS: [Contract; 3] = [
        Contract::read("list_organization_credentials"),
        Contract::read("list_workspace_credentials"),
        Contract::read("list_user_credentials"),
    ];
    type Output = Object<Credentials>;

    fn request_at(&self, _: &Mistral, scope: Scope) -> Result<Request> {
        let path = credentials_path(&self.connector_id_or_name, scope)?;
        Ok(Request::get(path)
            .query_if("auth_type", self.auth_type.as_ref())
            .query_if("fetch_default", self.fetch_default))
    }
}

at_levels!(
    CredentialFilter,
    "Lists the ",
    "'s credentials for a connector",
    "2",
    ListOrganizationCredentials,
    ListWorkspaceCredentials,
    ListUserCredentials
);

/// Credentials to be kept or changed.
#[apply(Field<_> => #[serde(default, skip_serializing_if = "Field::is_absent")])]
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(inline)]
pub struct CredentialInput {
    /// Id or name of the connector.
    #[serde(skip_serializing)]
    pub connector_id_or_name: RemoteId,
    /// Whose they are.
    #[serde(skip_serializing)]
    pub consumer_scope: Scope,
    /// Their name.
    pub name: String,
    /// Their name for people.
    pub title: Field<String>,
    /// Whether they are used where none are named.
    pub is_default: Field<bool>,
    /// What they are made of.
    pub credentials: Field<CredentialValues>,
}

/// What credentials are made of.
#[apply(Field<_> => #[serde(default, skip_serializing_if = "Field::is_absent")])]
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CredentialValues {
    /// An app that signs in as itself.
    pub oauth: Field<ClientCredentials>,
    /// Values of headers by their names.
    pub headers: Field<BTreeMap<String, SecretArgument>>,
    /// A token.
    pub bearer_token: Field<SecretArgument>,
}

/// An app that signs in as itself.
#[apply(Field<_> => #[serde(default, skip_serializing_if = "Field::is_absent")])]
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ClientCredentials {
    /// Its id.
    pub client_id: String,
    /// Always this one.
    #[serde(default)]
    pub grant_type: ClientCredentialsGrant,
    /// Its secret.
    pub client_secret: Field<SecretArgument>,
    /// Its certificate.
    pub client_certificate: Field<SecretArgument>,
    /// The key of the certificate.
    pub client_private_key: Field<SecretArgument>,
}

/// The one grant of an app that signs in as itself.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ClientCredentialsGrant {
    /// RFC 6749, section 4.4.
    #[default]
    ClientCredentials,
}

impl CredentialInput {
    fn path(&self) -> Result<patchbay_http::Path> {
        credentials_path(&self.connector_id_or_name, self.consumer_scope)
    }
}

/// Create credentials.
///
/// Source: Mistral contract, section 2.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline)]
pub struct CreateCredentials(pub CredentialInput);

impl Operation<Mistral> for CreateCredentials {
    const CONTRACT: Contract = Contract::write("create_credentials");
    type Output = Acknowledgement;

    fn request(&self, _: &Mistral) -> Result<Request> {
        Request::post(self.0.path()?).json(&self.0)
    }

    fn observe(&self, client: &Mistral, _: &Acknowledgement) {
        client.forget_tool_list(&self.0.connector_id_or_name);
    }
}

/// Update credentials.
///
/// Source: Mistral contract, section 2.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline)]
pub struct UpdateCredentials(pub CredentialInput);

impl Operation<Mistral> for UpdateCredentials {
    const CONTRACT: Contract = Contract::write("update_credentials").retry(RetryClass::Freely);
    type Output = Acknowledgement;

    fn request(&self, _: &Mistral) -> Result<Request> {
        Request::patch(self.0.path()?).json(&self.0)
    }

    fn observe(&self, client: &Mistral, _: &Acknowledgement) {
        client.forget_tool_list(&self.0.connector_id_or_name);
    }
}

/// Delete credentials.
///
/// Source: Mistral contract, section 2.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DeleteCredentials {
    /// Id or name of the connector.
    pub connector_id_or_name: RemoteId,
    /// Whose they are.
    pub consumer_scope: Scope,
    /// Their name.
    pub credentials_name: String,
}

impl Operation<Mistral> for DeleteCredentials {
    const CONTRACT: Contract =
        Contract::irreversible("delete_credentials").retry(RetryClass::Freely);
    type Output = Acknowledgement;

    fn request(&self, _: &Mistral) -> Result<Request> {
        let all = credentials_path(&self.connector_id_or_name, self.consumer_scope)?;
        let path = all.value("credentials_name", &self.credentials_name)?;
        Ok(Request::delete(path))
    }

    fn observe(&self, client: &Mistral, _: &Acknowledgement) {
        client.forget_tool_list(&self.connector_id_or_name);
    }
}

on_connector! { Mistral, connector_id_or_name: RemoteId = "Id or name of the connector." =>
    /// Delete all your credentials.
    ///
    /// Source: Mistral contract, section 2.
    DeleteAllUserCredentials(Contract::irreversible("delete_all_user_credentials").retry(RetryClass::Freely))
        -> Acknowledgement: |id, _| Ok(Request::delete(credentials_path(id, Scope::User)?)),
        noting |id, client, _| client.forget_tool_list(id);
}
