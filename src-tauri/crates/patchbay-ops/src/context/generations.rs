//! Generation numbers of passphrase-protected vaults, saved as settings.

use async_trait::async_trait;
use patchbay_store::Store;
use patchbay_vault::GenerationStore;

pub(crate) struct SettingsGenerations(pub(crate) Store);

#[async_trait]
impl GenerationStore for SettingsGenerations {
    async fn read(&self, vault: &str) -> Option<u64> {
        let saved = self.0.find_setting(&setting(vault)).await;
        saved.unwrap_or_else(|error| {
            tracing::warn!(%error, "how new the saved secrets were is not known");
            None
        })
    }

    async fn write(&self, vault: &str, generation: u64) {
        let raise = move |known: Option<u64>| known.unwrap_or_default().max(generation);
        if let Err(error) = self.0.change_setting(&setting(vault), raise).await {
            tracing::warn!(%error, "how new the saved secrets are was not noted");
        }
    }
}

fn setting(vault: &str) -> String {
    format!("vault.newest.{vault}")
}
