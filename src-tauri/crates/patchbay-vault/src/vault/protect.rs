//! What keeps the data key: passphrase or keychain, and the way from one to the other.

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
    /// From now on `passphrase` opens the vault: at first use in place of a keychain, or in place of
    /// what opened it so far. The secrets stay as they are; a key in the keychain is removed from there
    /// as far as the keychain lets it.
    ///
    /// # Errors
    /// [`Error::EmptyPassphrase`]; those of [`Vault::read`], because a vault has to be open before it
    /// changes its lock; [`Error::Busy`].
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

    /// Opens a vault that has a passphrase, for the rest of the process.
    ///
    /// # Errors
    /// [`Error::WrongPassphrase`], [`Error::NoPassphrase`], [`Error::Damaged`], [`Error::TooNew`],
    /// [`Error::File`].
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

    /// From now on the system keychain keeps the data key of this vault, which has to be unlocked. At
    /// first use the key is created there.
    ///
    /// # Errors
    /// [`Error::PassphraseNeeded`] and those of [`Vault::probe`].
    pub async fn use_keychain(&self) -> Result<(), Error> {
        let held = self.obtain_or_create_key().await?;
        let file = self.load().await?.ok_or(Error::Busy)?;
        if file.protection.entry().is_some() {
            return Ok(());
        }
        self.give_to_keychain(held, None).await
    }

    /// Gives the key back to a keychain that lost it while this process held it: what is saved from now
    /// on would be lost with it. A keychain that cannot be asked now is left alone.
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

    /// Lets the keychain keep the key in place of `former`: an entry, or `None` for a passphrase.
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

    /// The passphrase protects nothing from whoever can open the keychain while the key lies there too.
    /// It is no reason to fail, though: the vault is the passphrase's already.
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

/// Wraps the key of the vault, or a new one at first use. Answers with the keychain entry that is not
/// needed any more. Computes, and blocks.
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
        // Somebody began, or put aside, a vault in this very moment.
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
