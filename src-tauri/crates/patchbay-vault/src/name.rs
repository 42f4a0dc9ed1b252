//! Names of secrets.

use patchbay_model::{AccountId, WalletEntryId};

/// The name of a secret in the vault, such as `wallet/7f3a`. It is not encrypted, so it must only contain ids.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SecretName(String);

impl SecretName {
    /// By convention `<noun>/<id>`.
    pub fn new(name: impl Into<String>) -> Self {
        Self(name.into())
    }

    pub fn wallet(id: &WalletEntryId) -> Self {
        Self(format!("wallet/{id}"))
    }

    pub fn account(id: &AccountId) -> Self {
        Self(format!("account/{id}"))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for SecretName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}
