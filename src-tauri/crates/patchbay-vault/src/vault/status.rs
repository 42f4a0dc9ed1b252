//! The status of the vault, without any prompt.

use std::time::Duration;

use patchbay_model::{Explain, VaultBackend, VaultState, VaultStatus};

use super::Vault;
use crate::file::{self, Protection, VaultFile};
use crate::{Error, Presence};

/// Time after which a pending request counts as waiting for the user.
const KEY_READ_TIMEOUT: Duration = Duration::from_secs(1);

impl Vault {
    /// Returns what protects the secrets and whether they can be read now.
    ///
    /// Never causes a prompt and reads no key. An empty vault has a problem when there is no keychain, so that the
    /// window can offer a passphrase.
    pub async fn status(&self) -> VaultStatus {
        match self.load().await {
            Err(error) => unusable(None, error),
            Ok(None) => self.empty().await,
            Ok(Some(file)) => match &file.protection {
                Protection::Passphrase { .. } => self.with_passphrase(&file).await,
                Protection::Keychain { entry, .. } => self.in_keychain(&file, entry.clone()).await,
            },
        }
    }

    /// Whether the passphrase has to be entered. Faster than [`Vault::status`], since it does not access the keychain.
    pub async fn needs_passphrase(&self) -> bool {
        let file = self.load().await.ok().flatten();
        file.is_some_and(|file| {
            matches!(file.protection, Protection::Passphrase { .. })
                && self.find_cached_key(&file).is_none()
        })
    }

    async fn empty(&self) -> VaultStatus {
        // Only checks whether a keychain answers, so any name will do.
        let problem = match self.find_presence("probe".to_owned(), false).await {
            Err(error @ Error::NoKeychain { .. }) => Some(error.problem()),
            _ => None,
        };
        VaultStatus {
            backend: None,
            state: VaultState::Empty,
            problem,
        }
    }

    async fn with_passphrase(&self, file: &VaultFile) -> VaultStatus {
        let backend = VaultBackend::Passphrase;
        match self.find_cached_key(file) {
            Some(_) => self.open(backend).await,
            None => unusable(Some(backend), Error::PassphraseNeeded),
        }
    }

    /// The status of a vault whose key is in memory.
    async fn open(&self, backend: VaultBackend) -> VaultStatus {
        match self.check_age().await {
            Ok(()) => ready(backend),
            Err(error) => unusable(Some(backend), error),
        }
    }

    async fn in_keychain(&self, file: &VaultFile, entry: String) -> VaultStatus {
        let backend = VaultBackend::Keychain;
        if self.is_waiting_for_keychain(KEY_READ_TIMEOUT).await {
            return unusable(Some(backend), Error::KeychainLocked);
        }
        if self.find_cached_key(file).is_some() {
            return self.open(backend).await;
        }
        match self.find_presence(entry, true).await {
            Ok(Presence::There) => ready(backend),
            Ok(Presence::Locked) => unusable(Some(backend), Error::KeychainLocked),
            Ok(Presence::Missing) if file.records.is_empty() => ready(backend),
            Ok(Presence::Missing) => {
                let file = file::path(&self.0.folder);
                unusable(Some(backend), Error::KeyLost { file })
            }
            Err(error) => unusable(Some(backend), error),
        }
    }

    /// Looks for an entry; `in_use` is as in [`Error::keychain`].
    pub(super) async fn find_presence(
        &self,
        entry: String,
        in_use: bool,
    ) -> Result<Presence, Error> {
        let inner = self.0.clone();
        let job = move || {
            let presence = inner.keychain.find_presence(&entry);
            presence.map_err(|error| Error::keychain(error, in_use))
        };
        self.0.threads.run_briefly(job).await
    }
}

fn ready(backend: VaultBackend) -> VaultStatus {
    VaultStatus {
        backend: Some(backend),
        state: VaultState::Ready,
        problem: None,
    }
}

fn unusable(backend: Option<VaultBackend>, error: Error) -> VaultStatus {
    let state = match error {
        Error::KeychainLocked | Error::KeychainSilent { .. } | Error::PassphraseNeeded => {
            VaultState::Locked
        }
        _ => VaultState::Unavailable,
    };
    VaultStatus {
        backend,
        state,
        problem: Some(error.problem()),
    }
}
