//! The documented operations of Mistral's connectors, a type each. What the older surface has otherwise stands in
//! [`seed`].
//!
//! Parameters of a query are absent where null is given for them, and those with a default are sent with it where
//! nothing is given.
//!
//! Source: Mistral contract, sections 1, 2 and 3.

#![warn(missing_docs)]

pub mod authentication;
pub mod authorization;
pub mod connectors;
pub mod credentials;
pub mod levels;
mod parameters;
pub(super) mod scope;
pub mod seed;
pub mod server_metadata;
pub mod sharing;
pub mod tools;

use self::authorization::{GetAuthUrl, GetAuthenticationMethods};
use self::connectors::{Create, Delete, Get, List, Update};
use self::credentials::{
    CreateCredentials, DeleteAllUserCredentials, DeleteCredentials, ListOrganizationCredentials,
    ListUserCredentials, ListWorkspaceCredentials, UpdateCredentials,
};
pub use self::scope::Scope;
use self::sharing::{
    ActivateForConsumer, DeactivateForConsumer, Share, ShareToOrganization, Unshare,
    UnshareFromOrganization,
};
use self::tools::{CallTool, ListTools};
pub use super::quirks::gateway::{GatewayHttp, GatewayMcp};
use super::quirks::surface::Surface;
use crate::operations::{OperationEntry, operations};

/// Operations of the current surface, and those that the product text names otherwise for the same endpoints.
pub(super) static CURRENT: &[OperationEntry] = operations![
    Create,
    List,
    Get,
    Update,
    Delete,
    GetAuthUrl,
    Share,
    Unshare,
    ShareToOrganization,
    UnshareFromOrganization,
    ActivateForConsumer,
    DeactivateForConsumer,
    CallTool,
    ListTools,
    GetAuthenticationMethods,
    ListOrganizationCredentials,
    ListWorkspaceCredentials,
    ListUserCredentials,
    CreateCredentials,
    UpdateCredentials,
    DeleteCredentials,
    DeleteAllUserCredentials,
    GatewayMcp,
    GatewayHttp,
    seed::ActivateForOrganization,
    seed::ActivateForWorkspace,
    seed::ActivateForUser,
    seed::DeactivateForOrganization,
    seed::DeactivateForWorkspace,
    seed::DeactivateForUser,
    seed::CreateOrUpdateOrganizationCredentials,
    seed::CreateOrUpdateWorkspaceCredentials,
    seed::CreateOrUpdateUserCredentials,
    seed::DeleteOrganizationCredentials,
    seed::DeleteWorkspaceCredentials,
    seed::DeleteUserCredentials,
];

/// Those of the older surface: the 25 operations of the product text.
pub(super) static SEED: &[OperationEntry] = operations![
    seed::Create,
    seed::List,
    GetAuthUrl,
    seed::Share,
    seed::ActivateForOrganization,
    seed::ActivateForWorkspace,
    seed::ActivateForUser,
    seed::DeactivateForOrganization,
    seed::DeactivateForWorkspace,
    seed::DeactivateForUser,
    CallTool,
    ListTools,
    GetAuthenticationMethods,
    ListOrganizationCredentials,
    ListWorkspaceCredentials,
    ListUserCredentials,
    seed::CreateOrUpdateOrganizationCredentials,
    seed::CreateOrUpdateWorkspaceCredentials,
    seed::CreateOrUpdateUserCredentials,
    seed::DeleteOrganizationCredentials,
    seed::DeleteWorkspaceCredentials,
    seed::DeleteUserCredentials,
    Get,
    seed::Update,
    Delete,
];

/// What an account of that surface can call.
pub(super) fn of(surface: Surface) -> &'static [OperationEntry] {
    match surface {
        Surface::Current => CURRENT,
        Surface::Seed => SEED,
    }
}
