//! The vault: what a caller can do with secrets.

mod open;
mod protect;
mod status;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use patchbay_model::Secret;

use crate::file::{self, VaultFile};
use crate::key::{DataKey, Purpose, VaultId};
use crate::keychain::bounded::Threads;
use crate::lock::lock;
use crate::{Error, Keychain, SecretName};

use open::Flight;

/// How long a keychain is waited for; enough to type a password into its window.
const KEYCHAIN_LIMIT: Duration = Duration::from_secs(20);
/// So often a write starts over because the vault was put aside and begun anew in between.
const MOST_ATTEMPTS: u32 = 3;

/// The secrets of one data folder. Clones share the data key, which is read once.
#[derive(Clone)]
pub struct Vault(Arc<Inner>);

struct Inner {
    folder: PathBuf,
    keychain: Arc<dyn Keychain>,
    threads: Threads,
    /// The data key, once it was obtained.
    held: Mutex<Option<Held>>,
    /// The reading of the data key that is under way.
    flight: Mutex<Option<Flight>>,
}

/// A data key and the vault it belongs to.
#[derive(Clone)]
struct Held {
    vault: VaultId,
    key: Arc<DataKey>,
}

impl Held {
    /// Whether this is still the key of that file.
    fn opens(&self, file: &VaultFile) -> bool {
        self.vault == file.vault
    }
}

impl Vault {
    /// The vault in `folder`, whose data key lies in `keychain` unless the user chose a passphrase.
    /// Touches neither.
    pub fn new(folder: PathBuf, keychain: Arc<dyn Keychain>) -> Self {
        Self::with_keychain_limit(folder, keychain, KEYCHAIN_LIMIT)
    }

    /// As [`Vault::new`], with another limit for one call of the keychain than 20 seconds.
    pub fn with_keychain_limit(
        folder: PathBuf,
        keychain: Arc<dyn Keychain>,
        limit: Duration,
    ) -> Self {
        Self(Arc::new(Inner {
            folder,
            keychain,
            threads: Threads::new(limit),
            held: Mutex::default(),
            flight: Mutex::default(),
        }))
    }

    /// Shows that a secret saved now can be read again: obtains the data key, or creates it at first use
    /// in the keychain, then writes known words to the file and reads them back. A keychain that lost the
    /// key while this process holds it gets it back.
    ///
    /// Call it before a consent starts, so that no token is obtained that cannot be kept.
    ///
    /// # Errors
    /// Any [`Error`] but those of passphrases that were entered.
    pub async fn probe(&self) -> Result<(), Error> {
        self.change(|folder, lock, mut file, held| {
            file.renew_check(&held.key)?;
            file::save(folder, lock, &file)?;
            match file::load(folder)? {
                Some(saved) if saved.is_opened_by(&held.key) => Ok(()),
                _ => Err(file::damaged(folder, "what was written is not there")),
            }
        })
        .await?;
        self.restore_lost_entry().await
    }

    /// The secret called `name`; `None` when there is none, which needs no key.
    ///
    /// # Errors
    /// [`Error::KeyLost`], [`Error::PassphraseNeeded`], [`Error::Damaged`], [`Error::TooNew`],
    /// [`Error::File`], and those of the keychain.
    pub async fn read(&self, name: &SecretName) -> Result<Option<Secret>, Error> {
        let Some(file) = self.load().await? else {
            return Ok(None);
        };
        let Some(sealed) = file.records.get(name.as_str()) else {
            return Ok(None);
        };
        let held = self.held_or_obtained(&file).await?;
        let opened = held
            .key
            .open(&file.vault, Purpose::Record(name.as_str()), sealed)
            .ok_or_else(|| self.damaged(format!("the secret {name} does not open")))?;
        let text = std::str::from_utf8(&opened)
            .map_err(|_| self.damaged(format!("the secret {name} is not text")))?;
        Ok(Some(Secret::new(text)))
    }

    /// Saves `secret` under `name`, in place of any other. When this returns it is on disk.
    ///
    /// At first use the data key is created in the keychain. A caller that goes away while this runs does
    /// not stop it half-way.
    ///
    /// # Errors
    /// As [`Vault::probe`].
    pub async fn write(&self, name: &SecretName, secret: &Secret) -> Result<(), Error> {
        let (name, secret) = (name.clone(), secret.clone());
        self.change(move |folder, lock, mut file, held| {
            let sealed = held.key.seal(
                &file.vault,
                Purpose::Record(name.as_str()),
                secret.expose().as_bytes(),
            )?;
            file.records.insert(name.as_str().to_owned(), sealed);
            file::save(folder, lock, &file)
        })
        .await
    }

    /// Removes the secret called `name`; says whether there was one. Needs no key, so it works while the
    /// vault is locked.
    ///
    /// # Errors
    /// [`Error::Damaged`], [`Error::TooNew`], [`Error::File`], [`Error::Busy`].
    pub async fn remove(&self, name: &SecretName) -> Result<bool, Error> {
        let has_it = |file: &VaultFile| file.records.contains_key(name.as_str());
        if !self.load().await?.as_ref().is_some_and(has_it) {
            return Ok(false);
        }
        let (inner, name) = (self.0.clone(), name.clone());
        let lock = lock(&inner.folder).await?;
        blocking(move || {
            let Some(mut file) = file::load(&inner.folder)? else {
                return Ok(false);
            };
            let removed = file.records.remove(name.as_str()).is_some();
            if removed {
                file::save(&inner.folder, &lock, &file)?;
            }
            Ok(removed)
        })
        .await
    }

    /// Puts the file aside under another name, so that a new vault can begin; says which, or `None` when
    /// there was no file. The way on from a lost key or a damaged file: only ever at the user's word.
    ///
    /// # Errors
    /// [`Error::File`], [`Error::Busy`].
    pub async fn set_aside(&self) -> Result<Option<PathBuf>, Error> {
        let inner = self.0.clone();
        let lock = lock(&inner.folder).await?;
        blocking(move || {
            let aside = file::set_aside(&inner.folder, &lock)?;
            *inner.held() = None;
            Ok(aside)
        })
        .await
    }

    /// Runs `edit` on the newest file, under the lock, with the data key that belongs to it; the key is
    /// created if there is none yet.
    async fn change<T: Send + 'static>(
        &self,
        edit: impl FnOnce(&Path, &crate::lock::FolderLock, VaultFile, &Held) -> Result<T, Error>
        + Send
        + 'static,
    ) -> Result<T, Error> {
        for _ in 0..MOST_ATTEMPTS {
            let held = self.held_or_created().await?;
            let lock = lock(&self.0.folder).await?;
            let Some(file) = self.load().await?.filter(|file| held.opens(file)) else {
                continue;
            };
            let inner = self.0.clone();
            return blocking(move || edit(&inner.folder, &lock, file, &held)).await;
        }
        Err(Error::Busy)
    }

    async fn load(&self) -> Result<Option<VaultFile>, Error> {
        let inner = self.0.clone();
        blocking(move || file::load(&inner.folder)).await
    }

    fn damaged(&self, detail: impl Into<String>) -> Error {
        file::damaged(&self.0.folder, detail)
    }
}

impl Inner {
    fn held(&self) -> MutexGuard<'_, Option<Held>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps `key` for the rest of the process.
    fn hold(&self, vault: &VaultId, key: Arc<DataKey>) -> Held {
        let held = Held {
            vault: vault.clone(),
            key,
        };
        *self.held() = Some(held.clone());
        held
    }
}

impl std::fmt::Debug for Vault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Vault").field(&self.0.folder).finish()
    }
}

/// Runs work on files where it may block.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Error> + Send + 'static,
) -> Result<T, Error> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
        Err(_) => Err(Error::Closing),
    }
}

#[cfg(test)]
mod tests;
