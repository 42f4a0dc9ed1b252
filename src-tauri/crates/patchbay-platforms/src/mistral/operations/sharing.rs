//! Who owns a connector, and for whom it is switched on.

use patchbay_http::{Path, Request, RetryClass};
use patchbay_model::RemoteId;
use schemars::JsonSchema;
use serde::Deserialize;

use super::parameters::{by_id, for_scope};
use super::scope::Scope;
use crate::mistral::Mistral;
use crate::mistral::wire::Acknowledgement;
use crate::operations::on_connector;
use crate::{Contract, Operation, Result};

on_connector! { Mistral, connector_id: RemoteId = "Id of the connector." =>
    /// Share with the workspace.
    ///
    /// Source: Mistral contract, section 2.
    Share(Contract::write("share").retry(RetryClass::Freely)) -> Acknowledgement:
        |id, _| Ok(Request::put(with_workspace(id)?));
    /// Unshare from the workspace.
    ///
    /// Source: Mistral contract, section 2.
    Unshare(Contract::destructive("unshare").retry(RetryClass::Freely)) -> Acknowledgement:
        |id, _| Ok(Request::delete(with_workspace(id)?));
    /// Share with the organization.
    ///
    /// Source: Mistral contract, section 2.
    ShareToOrganization(Contract::write("share_to_organization").retry(RetryClass::Freely))
        -> Acknowledgement: |id, _| Ok(Request::put(with_organization(id)?));
    /// Unshare from the organization.
    ///
    /// Source: Mistral contract, section 2.
    UnshareFromOrganization(Contract::destructive("unshare_from_organization").retry(RetryClass::Freely))
        -> Acknowledgement: |id, _| Ok(Request::delete(with_organization(id)?));
}

fn with_workspace(id: &RemoteId) -> Result<Path> {
    Ok(by_id(id)?.then("/share"))
}

fn with_organization(id: &RemoteId) -> Result<Path> {
    Ok(by_id(id)?.then("/organization/share"))
}

/// Turn on for the organization, workspace or user.
///
/// Source: Mistral contract, section 2.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ActivateForConsumer {
    /// Id of the connector.
    pub connector_id: RemoteId,
    /// For whom.
    pub consumer_scope: Scope,
}

impl Operation<Mistral> for ActivateForConsumer {
    const CONTRACT: Contract = Contract::write("activate_for_consumer").retry(RetryClass::Freely);
    type Output = Acknowledgement;

    fn request(&self, _: &Mistral) -> Result<Request> {
        let path = for_scope(&self.connector_id, self.consumer_scope, "/activate")?;
        Ok(Request::post(path))
    }

    fn observe(&self, client: &Mistral, _: &Acknowledgement) {
        client.record_switch(&self.connector_id, self.consumer_scope, true);
    }
}

/// Turn off for the organization, workspace or user.
///
/// Source: Mistral contract, section 2.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DeactivateForConsumer {
    /// Id of the connector.
    pub connector_id: RemoteId,
    /// For whom.
    pub consumer_scope: Scope,
}

impl Operation<Mistral> for DeactivateForConsumer {
    const CONTRACT: Contract =
        Contract::destructive("deactivate_for_consumer").retry(RetryClass::Freely);
    type Output = Acknowledgement;

    fn request(&self, _: &Mistral) -> Result<Request> {
        let path = for_scope(&self.connector_id, self.consumer_scope, "/deactivate")?;
        Ok(Request::post(path))
    }

    fn observe(&self, client: &Mistral, _: &Acknowledgement) {
        client.record_switch(&self.connector_id, self.consumer_scope, false);
    }
}
