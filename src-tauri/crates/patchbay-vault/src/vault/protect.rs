//! Protection of the data key by passphrase or keychain, and changing between them.

use std::sync::Arc;

use patchbay_model::Secret;

use super::{CachedKey, Edit, Inner, SavedFile, Vault};
use crate::blocking::blocking;
use crate::file::{self, Protection, VaultFile};
use crate::key::{DataKey, VaultId};
use crate::lock::{FolderLock, lock, lock_blocking};
use crate::passphrase::Wrapped;
use crate::{Error, Presence};

impl Vault {
    /// Protects the vault with a passphrase from now on. The secrets stay as they are; the key is deleted from the
    /// keychain if possible.
    ///
    /// # Errors
    /// [`Error::EmptyPassphrase`]; as for [`Vault::read`], since the vault has to be open.
    pub async fn choose_passphrase(&self, passphrase: Secret) -> Result<(), Error> {
        if passphrase.is_empty() {
            return Err(Error::EmptyPassphrase);
        }
        let held = match self.load().await? {
            Some(file) => Some(self.obtain_key(&file).await?),
            None => None,
        };
        let known = held.as_ref().map_or(0, CachedKey::newest);
        let lock = lock(&self.0.folder).await?;
        let inner = self.0.clone();
        let (former, saved) =
            blocking(move || wrap(&inner, &lock, held, known, &passphrase)).await?;
        self.record_generation(saved).await;
        if let Some(entry) = former {
            self.forget(entry).await;
        }
        Ok(())
    }

    /// Unlocks a passphrase-protected vault for the rest of the process.
    ///
    /// # Errors
    /// [`Error::WrongPassphrase`], [`Error::NoPassphrase`].
    pub async fn unlock(&self, passphrase: Secret) -> Result<(), Error> {
        let file = self.load().await?.ok_or(Error::NoPassphrase)?;
        let newest = match self.0.marks.get() {
            Some(marks) => marks.read(file.vault.as_str()).await,
            None => None,
        };
        let inner = self.0.clone();
        blocking(move || {
            let Protection::Passphrase { wrapped, .. } = &file.protection else {
                return Err(Error::NoPassphrase);
            };
            let key = wrapped
                .unwrap_with(&file.vault, &passphrase)
                .map_err(|detail| file::damaged_error(&inner.folder, detail))?
                .ok_or(Error::WrongPassphrase)?;
            if !file.is_opened_by(&key) {
                return Err(file::damaged_error(
                    &inner.folder,
                    "the check does not open",
                ));
            }
            inner.cache_key(&file.vault, Arc::new(key), newest.unwrap_or_default());
            Ok(())
        })
        .await
    }

    /// Protects the vault with the system keychain from now on. The vault has to be unlocked. At first use the key is
    /// created in the keychain.
    pub async fn use_keychain(&self) -> Result<(), Error> {
        let held = self.obtain_or_create_key().await?;
        let file = self.load().await?.ok_or(Error::Busy)?;
        if file.protection.entry().is_some() {
            return Ok(());
        }
        self.give_to_keychain(held, None).await
    }

    /// Restores the key in a keychain that lost it while this process held it, since all secrets would be lost with it.
    /// Does nothing when the keychain does not answer.
    pub(super) async fn restore_lost_entry(&self) -> Result<(), Error> {
        let Some(file) = self.load().await? else {
            return Ok(());
        };
        let (Some(entry), Some(held)) = (file.protection.entry(), self.find_cached_key(&file))
        else {
            return Ok(());
        };
        let entry = entry.to_owned();
        match self.find_presence(entry.clone(), true).await {
            Ok(Presence::Missing) => {
                tracing::warn!("the system keychain lost the key of the secrets; it is given back");
                self.give_to_keychain(held, Some(entry)).await
            }
            _ => Ok(()),
        }
    }

    /// Saves the key in the keychain, in place of the entry `former`, or of a passphrase if `None`.
    async fn give_to_keychain(&self, held: CachedKey, former: Option<String>) -> Result<(), Error> {
        let inner = self.0.clone();
        let job = move || {
            let entry = inner.store_key(&held.key)?;
            let moved = move_to_keychain(&inner, &held, former.as_deref(), &entry);
            if moved.is_err() {
                inner.forget(&entry);
            }
            moved
        };
        let saved = self.0.threads.run(job).await?;
        self.record_generation(saved).await;
        Ok(())
    }

    /// Deletes the key from the keychain, where it would bypass the passphrase. Errors are only logged, since the vault
    /// is protected by the passphrase already.
    async fn forget(&self, entry: String) {
        let inner = self.0.clone();
        let forgotten = self.0.threads.run(move || {
            inner.forget(&entry);
            Ok(())
        });
        if let Err(error) = forgotten.await {
            tracing::warn!(%error, "the former key may stay in the system keychain");
        }
    }
}

/// Wraps the key of the vault, or a new one at first use. Returns the keychain entry that is no longer needed. Blocks.
fn wrap(
    inner: &Inner,
    lock: &FolderLock,
    held: Option<CachedKey>,
    known: u64,
    passphrase: &Secret,
) -> Result<(Option<String>, SavedFile), Error> {
    let protect = |vault: &VaultId, key: &DataKey| {
        Protection::passphrase(vault, key, Wrapped::new(key, vault, passphrase)?)
    };
    match (file::load(&inner.folder)?, held) {
        (Some(file), Some(held)) if held.opens(&file) => {
            let mut edit = Edit::of(&inner.folder, file, &held.key)?;
            if edit.generation() < known {
                let file = file::path(&inner.folder);
                return Err(Error::RolledBack { file });
            }
            let protection = protect(&held.vault, &held.key)?;
            let former = std::mem::replace(&mut edit.file.protection, protection);
            let saved = inner.save(lock, edit, &held, None)?;
            Ok((former.entry().map(str::to_owned), saved))
        }
        (None, None) => {
            let (vault, key) = (VaultId::random()?, Arc::new(DataKey::random()?));
            let protection = protect(&vault, &key)?;
            let held = CachedKey::new(vault.clone(), key);
            let file = VaultFile::new(vault, protection);
            let edit = Edit::of(&inner.folder, file, &held.key)?;
            let saved = inner.save(lock, edit, &held, None)?;
            inner.cache_key(&held.vault, Arc::clone(&held.key), saved.generation);
            Ok((None, saved))
        }
        // Another process created or reset the vault at the same time.
        _ => Err(Error::Busy),
    }
}

fn move_to_keychain(
    inner: &Inner,
    held: &CachedKey,
    former: Option<&str>,
    entry: &str,
) -> Result<SavedFile, Error> {
    let lock = lock_blocking(&inner.folder)?;
    let file = file::load(&inner.folder)?
        .filter(|file| held.opens(file) && file.protection.entry() == former)
        .ok_or(Error::Busy)?;
    let mut edit = Edit::of(&inner.folder, file, &held.key)?;
    edit.file.protection = Protection::keychain(&held.vault, &held.key, entry.to_owned())?;
    inner.save(&lock, edit, held, None)
}
