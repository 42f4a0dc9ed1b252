//! The status of the vault.

use serde::{Deserialize, Serialize};
use specta::Type;

use crate::Problem;

/// What protects the key of the vault, and whether secrets can be read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct VaultStatus {
    /// What protects the key; `None` before the first secret.
    pub backend: Option<VaultBackend>,
    /// Whether secrets can be read now.
    pub state: VaultState,
    /// Why they cannot be read.
    pub problem: Option<Problem>,
}

/// What protects the key of the vault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum VaultBackend {
    /// The system keychain.
    Keychain,
    /// A passphrase.
    Passphrase,
}

/// Whether secrets can be read now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum VaultState {
    /// No secret was saved yet.
    Empty,
    /// Secrets can be read and written.
    Ready,
    /// The keychain or the passphrase has to be unlocked first.
    Locked,
    /// The keychain does not respond, denies access, or lost the key.
    Unavailable,
}
