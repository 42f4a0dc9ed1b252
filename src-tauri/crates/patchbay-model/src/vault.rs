//! How the vault is, for windows and commands.

use serde::{Deserialize, Serialize};
use specta::Type;

use crate::Problem;

/// Where the data key of the vault lies, and whether it can be used now.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct VaultStatus {
    /// What protects the data key; `None` before the first secret.
    pub backend: Option<VaultBackend>,
    /// Whether secrets can be read now.
    pub state: VaultState,
    /// Why not.
    pub problem: Option<Problem>,
}

/// What protects the data key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum VaultBackend {
    /// The system keychain.
    Keychain,
    /// A passphrase that the user chose.
    Passphrase,
}

/// Whether secrets can be read now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum VaultState {
    /// Nothing was ever saved.
    Empty,
    /// Secrets can be read and written.
    Ready,
    /// The keychain or the passphrase has to be unlocked first.
    Locked,
    /// The keychain does not answer, refuses, or lost the key.
    Unavailable,
}
