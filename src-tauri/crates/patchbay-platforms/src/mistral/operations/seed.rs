//! What the older surface has alone, or otherwise.
//!
//! Source: Mistral contract, section 9.

pub mod activation;
pub mod connectors;
pub mod credentials;

use patchbay_http::{Repeat, Request};
use patchbay_model::RemoteId;
use schemars::JsonSchema;
use serde::Deserialize;

pub use self::activation::{
    ActivateForOrganization, ActivateForUser, ActivateForWorkspace, DeactivateForOrganization,
    DeactivateForUser, DeactivateForWorkspace,
};
pub use self::connectors::{Create, List, Update};
pub use self::credentials::{
    CreateOrUpdateOrganizationCredentials, CreateOrUpdateUserCredentials,
    CreateOrUpdateWorkspaceCredentials, DeleteOrganizationCredentials, DeleteUserCredentials,
    DeleteWorkspaceCredentials,
};
use super::no;
use crate::mistral::Mistral;
use crate::mistral::wire::{AuthUrl, Message, Object};
use crate::operations::on_connector;
use crate::{Contract, Operation, Result};

/// Get the sign-in page.
///
/// Source: Mistral contract, section 9.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GetAuthUrl {
    /// Id or name of the connector.
    pub connector_id_or_name: RemoteId,
    /// Where the browser should end.
    pub app_return_url: Option<String>,
    /// How to sign in, such as `oauth2` or `github_app`.
    pub method_type: Option<String>,
    /// Name of the credentials to be kept.
    pub credentials_name: Option<String>,
    /// Whether to install the GitHub app first.
    #[serde(default = "no")]
    pub github_installation_link: Option<bool>,
}

impl Operation<Mistral> for GetAuthUrl {
    const CONTRACT: Contract = Contract::write("get_auth_url").retry(Repeat::Freely);
    type Output = Object<AuthUrl>;

    fn request(&self, client: &Mistral) -> Result<Request> {
        // Without a title for the credentials both surfaces ask alike.
        let alike = super::GetAuthUrl {
            connector_id_or_name: self.connector_id_or_name.clone(),
            app_return_url: self.app_return_url.clone(),
            method_type: self.method_type.clone(),
            credentials_name: self.credentials_name.clone(),
            credentials_title: None,
            github_installation_link: self.github_installation_link,
        };
        alike.request(client)
    }

    fn observe(&self, client: &Mistral, page: &Object<AuthUrl>) {
        client.note_page(&self.connector_id_or_name, &page.value);
    }
}

on_connector! { Mistral, connector_id: RemoteId = "Id of the connector." =>
    /// Share with the workspace (can't be undone).
    ///
    /// Source: Mistral contract, section 9.
    Share(Contract::irreversible("share").retry(Repeat::Freely)) -> Option<Object<Message>>:
        |id, client| super::Share { connector_id: id.clone() }.request(client);
}
