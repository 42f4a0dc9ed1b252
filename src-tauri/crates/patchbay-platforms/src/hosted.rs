//! What there is to say of a hosted platform, for all alike.

use std::sync::Arc;

use patchbay_http::SecretNames;
use patchbay_model::{Abilities, PlatformLook, Tool, ToolEffect};
use serde_json::{Map, Value};

use crate::{AccountConfig, AccountField, OperationEntry, Platform, Result};

/// A hosted platform: what it is called, what one needs to sign in, and what it can do.
#[derive(Clone, Copy, Debug)]
pub struct HostedPlatform {
    /// Which one.
    pub platform: patchbay_model::Platform,
    /// What it is called, and how its tile looks.
    pub look: PlatformLook,
    /// What can be done with its connectors.
    pub abilities: Abilities,
    /// Whether its wire is not public and its contract an assumption of ours.
    pub is_assumed: bool,
    /// What one needs to sign in, in the order of the form.
    pub fields: &'static [AccountField],
    /// Name of the secret field that an account with these settings signs in with; `None` where it needs
    /// none.
    pub secret_for: fn(&Map<String, Value>) -> Option<&'static str>,
    /// Every documented operation, whichever account may call it.
    pub operations: fn() -> &'static [OperationEntry],
    /// The account field that decides which operations an account may call, and those by its settings; `None` where
    /// all accounts have all of them.
    pub operations_by: Option<(&'static str, OperationsOf)>,
    /// What is known of its connectors and tools without asking it.
    pub rules: Rules,
    /// Signs in; sends nothing yet.
    pub sign_in: fn(AccountConfig) -> Result<Arc<dyn Platform>>,
}

/// The operations that an account with these settings may call.
pub type OperationsOf = fn(&Map<String, Value>) -> &'static [OperationEntry];

/// What is known of the connectors and tools of a platform without asking it.
#[derive(Clone, Copy, Debug)]
pub struct Rules {
    /// The word by which its documents call the kind of a connector, out of the connector's own JSON; `None` where
    /// they have none.
    pub kind_of: fn(&Value) -> Option<String>,
    /// What a tool does with these arguments, where that says more than the tool alone.
    pub effect_of: fn(&Tool, &Map<String, Value>) -> ToolEffect,
    /// A tool that its documents have and that no connector has to list; `None` where there is none of that name.
    pub unlisted_tool: fn(&str) -> Option<Tool>,
}

/// Of most platforms no more is known than what they tell.
const NO_RULES: Rules = Rules {
    kind_of: |_| None,
    effect_of: |tool, _| tool.effect,
    unlisted_tool: |_| None,
};

/// What can be done with the connectors of this computer.
pub(crate) const LOCAL_ABILITIES: Abilities = Abilities {
    has_accounts: false,
    takes_mcp_servers: true,
    configured_here: true,
    signs_in_here: true,
    reports_status: false,
    deletes_for_good: false,
    has_visibility: false,
    keeps_credentials: false,
    names_credentials: false,
    has_consent_form: false,
    has_details: false,
    has_pages: false,
    has_resources: true,
};

/// What every hosted platform does alike; what only some do is left out.
pub(crate) const HOSTED_ABILITIES: Abilities = Abilities {
    has_accounts: true,
    takes_mcp_servers: false,
    configured_here: false,
    signs_in_here: false,
    reports_status: true,
    deletes_for_good: true,
    has_visibility: true,
    has_details: true,
    has_resources: false,
    ..LOCAL_ABILITIES
};

/// Names of members that are secret wherever a platform might repeat them: those that its operations take as secrets,
/// those that its accounts are signed in with, and those of tokens.
pub(crate) fn secret_names(operations: &[OperationEntry], fields: &[AccountField]) -> SecretNames {
    let arguments = operations.iter().map(OperationEntry::parameters);
    let fields = fields.iter().filter(|field| field.is_secret);
    SecretNames::new(arguments, fields.map(|field| field.name))
}

impl HostedPlatform {
    /// One that does what every hosted platform does, and whose accounts sign in with the secret `api_key`.
    pub(crate) const fn new(
        platform: patchbay_model::Platform,
        look: PlatformLook,
        fields: &'static [AccountField],
        operations: fn() -> &'static [OperationEntry],
        sign_in: fn(AccountConfig) -> Result<Arc<dyn Platform>>,
    ) -> Self {
        Self {
            platform,
            look,
            abilities: HOSTED_ABILITIES,
            is_assumed: false,
            fields,
            secret_for: |_| Some("api_key"),
            operations,
            operations_by: None,
            rules: NO_RULES,
            sign_in,
        }
    }

    /// The operations that an account with these settings may call; known without its secrets, and the same as
    /// [`Platform::operations`] once it is signed in to.
    pub fn operations_of(&self, settings: &Map<String, Value>) -> &'static [OperationEntry] {
        match self.operations_by {
            Some((_, operations_of)) => operations_of(settings),
            None => (self.operations)(),
        }
    }

    /// The account field on which it depends what an account can call; `None` where all can call the same.
    pub fn operations_field(&self) -> Option<&'static AccountField> {
        let (name, _) = self.operations_by?;
        self.fields.iter().find(|field| field.name == name)
    }
}
