//! The registry entry of a hosted platform.

use std::sync::Arc;

use patchbay_http::SecretNames;
use patchbay_model::{Abilities, PlatformLook, Tool, ToolEffect};
use serde_json::{Map, Value};

use crate::{AccountConfig, AccountField, OperationEntry, Platform, Result};

#[derive(Clone, Copy, Debug)]
pub struct HostedPlatform {
    pub platform: patchbay_model::Platform,
    pub look: PlatformLook,
    pub abilities: Abilities,
    /// Whether its API is undocumented, so that its contract is an assumption.
    pub is_assumed: bool,
    /// Fields of an account, in the order of the form.
    pub fields: &'static [AccountField],
    /// Name of the secret field with which an account with these settings signs in, if it needs one.
    pub secret_for: fn(&Map<String, Value>) -> Option<&'static str>,
    /// Documented operations of all kinds of accounts.
    pub operations: fn() -> &'static [OperationEntry],
    /// The account field that decides which operations an account may call, and a function from settings to those
    /// operations; `None` if all accounts may call all of them.
    pub operations_by: Option<(&'static str, OperationsOf)>,
    pub rules: Rules,
    /// Creates the client of an account without sending anything.
    pub sign_in: fn(AccountConfig) -> Result<Arc<dyn Platform>>,
}

/// Returns the operations that an account with these settings may call.
pub type OperationsOf = fn(&Map<String, Value>) -> &'static [OperationEntry];

/// Facts about the connectors and tools of a platform that need no request.
#[derive(Clone, Copy, Debug)]
pub struct Rules {
    /// Extracts the documented name of a connector's kind from its native JSON.
    pub kind_of: fn(&Value) -> Option<String>,
    /// Effect of a tool call with these arguments.
    pub effect_of: fn(&Tool, &Map<String, Value>) -> ToolEffect,
    /// Finds a documented tool that connectors need not list.
    pub unlisted_tool: fn(&str) -> Option<Tool>,
}

const NO_RULES: Rules = Rules {
    kind_of: |_| None,
    effect_of: |tool, _| tool.effect,
    unlisted_tool: |_| None,
};

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
    run_seconds: 60,
};

/// Abilities that all hosted platforms share. They answer a run only at its end.
///
/// Source: Mistral and Airbyte contracts, section 1, time-out.
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
    run_seconds: 300,
    ..LOCAL_ABILITIES
};

/// Names of members to redact in every response: secret arguments of operations, secret fields of accounts, and those
/// of tokens.
pub(crate) fn secret_names(operations: &[OperationEntry], fields: &[AccountField]) -> SecretNames {
    let arguments = operations.iter().map(OperationEntry::parameters);
    let fields = fields.iter().filter(|field| field.is_secret);
    SecretNames::new(arguments, fields.map(|field| field.name))
}

impl HostedPlatform {
    /// A platform with the common abilities, whose accounts sign in with the secret `api_key`.
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

    /// The operations that an account with these settings may call; the same as [`Platform::operations`], but known without
    /// signing in.
    pub fn operations_of(&self, settings: &Map<String, Value>) -> &'static [OperationEntry] {
        match self.operations_by {
            Some((_, operations_of)) => operations_of(settings),
            None => (self.operations)(),
        }
    }

    /// The account field that decides which operations an account may call, if there is one.
    pub fn operations_field(&self) -> Option<&'static AccountField> {
        let (name, _) = self.operations_by?;
        self.fields.iter().find(|field| field.name == name)
    }
}
