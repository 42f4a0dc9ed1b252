//! Keeping and deleting credentials, an operation for each level.
//!
//! Source: Mistral contract, section 9.

use std::collections::BTreeMap;

use patchbay_http::{CallOptions, Request, RetryClass, SecretArgument};
use patchbay_model::RemoteId;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use serde_with::apply;

use crate::mistral::Mistral;
use crate::mistral::operations::levels::{AtLevel, at_levels};
use crate::mistral::operations::parameters::credentials_path;
use crate::mistral::operations::scope::Scope;
use crate::mistral::quirks::surface::Surface;
use crate::mistral::wire::Acknowledgement;
use crate::{Contract, Error, Field, Operation, Result};

/// Credentials to be kept, in place of those of the same name.
#[apply(Field<_> => #[serde(default, skip_serializing_if = "Field::is_absent")])]
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(inline)]
pub struct CredentialInput {
    /// Id or name of the connector.
    #[serde(skip_serializing)]
    pub connector_id_or_name: RemoteId,
    /// Their name.
    pub name: String,
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
    /// A token of an authorization server with what belongs to it.
    pub oauth: Field<SecretArgument<Map<String, Value>>>,
    /// Values of headers by their names.
    pub headers: Field<BTreeMap<String, SecretArgument>>,
    /// A token.
    pub bearer_token: Field<SecretArgument>,
    /// Number of an installation of the GitHub app.
    pub github_installation_id: Field<String>,
}

impl AtLevel for CredentialInput {
    const CONTRACTS: [Contract; 3] = [
        Contract::write("create_or_update_organization_credentials"),
        Contract::write("create_or_update_workspace_credentials"),
        Contract::write("create_or_update_user_credentials"),
    ];
    type Output = Acknowledgement;

    fn request_at(&self, _: &Mistral, scope: Scope) -> Result<Request> {
        Request::post(credentials_path(&self.connector_id_or_name, scope)?).json(self)
    }

    /// On the current surface that only creates, and what is there is updated by another request.
    fn request_after(
        &self,
        refused: &Error,
        client: &Mistral,
        scope: Scope,
    ) -> Result<Option<Request>> {
        match (refused, client.surface) {
            (Error::Conflict(_), Surface::Current) => {
                let path = credentials_path(&self.connector_id_or_name, scope)?;
                Request::patch(path).json(self).map(Some)
            }
            _ => Ok(None),
        }
    }

    fn observe_at(&self, client: &Mistral, _: Scope) {
        client.forget_tool_list(&self.connector_id_or_name);
    }
}

at_levels!(
    CredentialInput,
    "Save ",
    " credentials",
    "9",
    CreateOrUpdateOrganizationCredentials,
    CreateOrUpdateWorkspaceCredentials,
    CreateOrUpdateUserCredentials
);

/// Credentials to be deleted.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(inline)]
pub struct NamedCredentials {
    /// Id or name of the connector.
    pub connector_id_or_name: RemoteId,
    /// Their name.
    pub credentials_name: String,
}

impl AtLevel for NamedCredentials {
    const CONTRACTS: [Contract; 3] = [
        Contract::irreversible("delete_organization_credentials").retry(RetryClass::Freely),
        Contract::irreversible("delete_workspace_credentials").retry(RetryClass::Freely),
        Contract::irreversible("delete_user_credentials").retry(RetryClass::Freely),
    ];
    type Output = Acknowledgement;

    fn request_at(&self, _: &Mistral, scope: Scope) -> Result<Request> {
        let all = credentials_path(&self.connector_id_or_name, scope)?;
        let path = all.value("credentials_name", &self.credentials_name)?;
        Ok(Request::delete(path))
    }

    fn observe_at(&self, client: &Mistral, _: Scope) {
        client.forget_tool_list(&self.connector_id_or_name);
    }
}

at_levels!(
    NamedCredentials,
    "Delete ",
    " credentials",
    "9",
    DeleteOrganizationCredentials,
    DeleteWorkspaceCredentials,
    DeleteUserCredentials
);
