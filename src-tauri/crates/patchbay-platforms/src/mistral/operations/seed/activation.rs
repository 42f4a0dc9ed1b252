//! Switching a connector on and off, an operation for each level.
//!
//! Source: Mistral contract, sections 4 and 9.

use patchbay_http::{CallOptions, Request, RetryClass};
use patchbay_model::RemoteId;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_with::apply;

use crate::mistral::Mistral;
use crate::mistral::operations::levels::{AtLevel, at_levels};
use crate::mistral::operations::parameters::for_scope;
use crate::mistral::operations::scope::Scope;
use crate::mistral::quirks::surface::Surface;
use crate::mistral::wire::{Acknowledgement, ToolChoice};
use crate::{Contract, Error, Field, Operation, Result};

/// A connector to be switched on, and how its tools may be used.
#[apply(Field<_> => #[serde(default, skip_serializing_if = "Field::is_absent")])]
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(inline)]
pub struct Activation {
    /// Id of the connector.
    #[serde(skip_serializing)]
    pub connector_id: RemoteId,
    /// Tools that ask before they run.
    pub requires_confirmation: Field<ToolChoice>,
    /// Tools that never ask.
    pub skip_confirmation: Field<ToolChoice>,
    /// The only tools there are.
    pub include: Field<Vec<String>>,
    /// Tools that there are not.
    pub exclude: Field<Vec<String>>,
}

impl Activation {
    fn has_choice(&self) -> bool {
        let choices = [&self.requires_confirmation, &self.skip_confirmation];
        let names = [&self.include, &self.exclude];
        choices.iter().any(|choice| !choice.is_absent())
            || names.iter().any(|names| !names.is_absent())
    }
}

impl AtLevel for Activation {
    const CONTRACTS: [Contract; 3] = [
        Contract::write("activate_for_organization").retry(RetryClass::Freely),
        Contract::write("activate_for_workspace").retry(RetryClass::Freely),
        Contract::write("activate_for_user").retry(RetryClass::Freely),
    ];
    type Output = Acknowledgement;

    /// On the older surface its body is `{}` at least; the current one has none.
    fn request_at(&self, client: &Mistral, scope: Scope) -> Result<Request> {
        let request = Request::post(for_scope(&self.connector_id, scope, "/activate")?);
        match client.surface {
            Surface::Seed => request.json(self),
            Surface::Current if self.has_choice() => Err(Error::Usage(
                "the current API has no choice of tools. Set the account's API version to seed"
                    .to_owned(),
            )),
            Surface::Current => Ok(request),
        }
    }

    fn observe_at(&self, client: &Mistral, scope: Scope) {
        client.record_switch(&self.connector_id, scope, true);
    }
}

at_levels!(
    Activation,
    "Turn on for the ",
    "",
    "9",
    ActivateForOrganization,
    ActivateForWorkspace,
    ActivateForUser
);

/// A connector to be switched off.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(inline)]
pub struct Deactivation {
    /// Id of the connector.
    pub connector_id: RemoteId,
}

impl AtLevel for Deactivation {
    const CONTRACTS: [Contract; 3] = [
        Contract::destructive("deactivate_for_organization").retry(RetryClass::Freely),
        Contract::destructive("deactivate_for_workspace").retry(RetryClass::Freely),
        Contract::destructive("deactivate_for_user").retry(RetryClass::Freely),
    ];
    type Output = Acknowledgement;

    fn request_at(&self, _: &Mistral, scope: Scope) -> Result<Request> {
        let path = for_scope(&self.connector_id, scope, "/deactivate")?;
        Ok(Request::post(path))
    }

    fn observe_at(&self, client: &Mistral, scope: Scope) {
        client.record_switch(&self.connector_id, scope, false);
    }
}

at_levels!(
    Deactivation,
    "Turn off for the ",
    "",
    "9",
    DeactivateForOrganization,
    DeactivateForWorkspace,
    DeactivateForUser
);
