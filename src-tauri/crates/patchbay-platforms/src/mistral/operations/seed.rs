//! What the older surface has alone, or otherwise.

pub mod activation;
pub mod connectors;
pub mod credentials;

use patchbay_http::RetryClass;
use patchbay_model::RemoteId;

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
use crate::Contract;
use crate::mistral::Mistral;
use crate::mistral::wire::Acknowledgement;
use crate::operations::on_connector;

on_connector! { Mistral, connector_id: RemoteId = "Id of the connector." =>
    /// Share with the workspace (can't be undone).
    ///
    /// Source: Mistral contract, section 9.
    Share(Contract::irreversible("share").retry(RetryClass::Freely)) -> Acknowledgement:
        |id, client| super::sharing::Share { connector_id: id.clone() }.request(client);
}
