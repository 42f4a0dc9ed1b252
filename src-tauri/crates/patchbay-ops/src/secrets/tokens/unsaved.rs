//! Renewed tokens that could not be saved: used from memory, and saved as soon as possible.

use std::sync::atomic::Ordering;
use std::time::Duration;

use patchbay_model::WalletEntry;
use patchbay_vault::SecretName;

use super::Tokens;
use crate::events::Event;
use crate::need::Need;

/// First pause between two attempts; each is twice the previous one.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const MAX_PAUSE: Duration = Duration::from_secs(60);

impl Tokens {
    /// Tries to save the token of an entry that is in memory only.
    pub(super) async fn save_unsaved(&self, entry: &WalletEntry) {
        let vault = &self.0.deps.vault;
        let name = SecretName::wallet(&entry.id);
        if !vault.unsaved().iter().any(|(unsaved, _)| *unsaved == name) {
            return;
        }
        match vault.save_unsaved().await {
            Ok(()) => self.emit_wallet_changed(),
            Err(error) => tracing::warn!(%error, "a renewed token still could not be saved"),
        }
    }

    /// Reports that a renewed token could not be saved, and starts to retry.
    pub(super) fn emit_unsaved(&self, entry: &WalletEntry, error: &patchbay_vault::Error) {
        tracing::error!(%error, entry = %entry.id, "a renewed token could not be saved");
        let need = Need::unsaved(entry, error, self.now());
        drop(self.0.deps.events.send(Event::NeedArose {
            need: Box::new(need),
        }));
        self.emit_wallet_changed();
        if self.0.is_retrying.swap(true, Ordering::SeqCst) {
            return;
        }
        let tokens = self.clone();
        self.0.deps.tasks.spawn(async move {
            tokens.retry().await;
            tokens.0.is_retrying.store(false, Ordering::SeqCst);
        });
    }

    async fn retry(&self) {
        let vault = &self.0.deps.vault;
        let mut pause = FIRST_PAUSE;
        while !vault.unsaved().is_empty() {
            tokio::select! {
                // `Context::close` makes the last attempt.
                () = self.0.deps.shutdown.cancelled() => return,
                () = tokio::time::sleep(pause) => {}
            }
            if vault.save_unsaved().await.is_ok() {
                self.emit_wallet_changed();
            }
            pause = (pause * 2).min(MAX_PAUSE);
        }
    }

    fn emit_wallet_changed(&self) {
        // Nobody may be listening, as on the command line.
        drop(self.0.deps.events.send(Event::WalletChanged));
    }
}
