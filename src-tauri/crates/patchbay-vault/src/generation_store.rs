//! Where the number of the newest file is noted when no keychain can.

use async_trait::async_trait;

/// Notes, outside of `vault.json`, the number of the newest file of a vault, for vaults that a passphrase
/// protects; for others the keychain does it, beside the data key. It is no secret.
#[async_trait]
pub trait GenerationStore: Send + Sync {
    /// The number noted last for that vault; `None` when there is none, or it cannot be read.
    async fn read(&self, vault: &str) -> Option<u64>;

    /// Notes a number. One that cannot be noted leaves the one before, which only means that less is noticed.
    async fn write(&self, vault: &str, generation: u64);
}
