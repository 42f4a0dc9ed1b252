//! Storage of generation numbers for vaults without a keychain.

use async_trait::async_trait;

/// Stores the generation number of passphrase-protected vaults outside of `vault.json`. For others it is in the
/// keychain beside the data key. It is not secret.
#[async_trait]
pub trait GenerationStore: Send + Sync {
    /// Returns the last number of a vault; `None` when there is none or it cannot be read.
    async fn read(&self, vault: &str) -> Option<u64>;

    /// Stores a number. On an error the previous one stays, so that a rollback may go undetected.
    async fn write(&self, vault: &str, generation: u64);
}
