//! What a secret is filed under.

use patchbay_model::{AccountId, WalletEntryId};

/// The name of a secret in the vault, for example `wallet/7f3a`. It is stored in the clear: ids only.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SecretName(String);

impl SecretName {
    /// A name as its owner wants it; by convention `<noun>/<id>`.
    pub fn new(name: impl Into<String>) -> Self {
        Self(name.into())
    }

    /// The secret of a wallet entry.
    pub fn wallet(id: &WalletEntryId) -> Self {
        Self(format!("wallet/{id}"))
    }

    /// What an account signs in with.
    pub fn account(id: &AccountId) -> Self {
        Self(format!("account/{id}"))
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for SecretName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}
