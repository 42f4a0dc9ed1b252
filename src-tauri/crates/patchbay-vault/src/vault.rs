//! The vault: what a caller can do with secrets.

mod edit;
mod open;
mod protect;
mod status;
mod unsaved;

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use patchbay_files::Draft;
use patchbay_model::Secret;

use crate::blocking::blocking;
use crate::file::{self, VaultFile};
use crate::key::{DataKey, Purpose, VaultId};
use crate::keychain::bounded::CallThreads;
use crate::lock::lock;
use crate::{Error, GenerationStore, Keychain, SecretName};

use edit::{Edit, SavedFile};
use open::KeyRequest;
use unsaved::UnsavedSecrets;
pub use unsaved::{Saved, SpaceReservation};

/// How long a keychain is waited for; enough to type a password into its window.
const KEYCHAIN_LIMIT: Duration = Duration::from_secs(20);
/// So often a write starts over because the vault was put aside and begun anew in between.
const MAX_ATTEMPTS: u32 = 3;

/// The secrets of one data folder. Clones share the data key, which is read once.
#[derive(Clone)]
pub struct Vault(Arc<Inner>);

struct Inner {
    folder: PathBuf,
    keychain: Arc<dyn Keychain>,
    threads: CallThreads,
    /// The data key, once it was obtained.
    held: Mutex<Option<CachedKey>>,
    /// The reading of the data key that is under way.
    key_request: Mutex<Option<KeyRequest>>,
    unsaved: Mutex<UnsavedSecrets>,
    marks: OnceLock<Arc<dyn GenerationStore>>,
    /// Whether the keychain is noting a number.
    is_recording: AtomicBool,
}

/// A data key and the vault it belongs to.
#[derive(Clone)]
struct CachedKey {
    vault: VaultId,
    key: Arc<DataKey>,
    /// The number of the newest file that is known of.
    newest: Arc<AtomicU64>,
}

impl CachedKey {
    fn new(vault: VaultId, key: Arc<DataKey>) -> Self {
        Self {
            vault,
            key,
            newest: Arc::default(),
        }
    }

    fn newest(&self) -> u64 {
        self.newest.load(Ordering::SeqCst)
    }

    fn raise_newest(&self, generation: u64) {
        self.newest.fetch_max(generation, Ordering::SeqCst);
    }

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
            threads: CallThreads::new(limit),
            held: Mutex::default(),
            key_request: Mutex::default(),
            unsaved: Mutex::default(),
            marks: OnceLock::new(),
            is_recording: AtomicBool::new(false),
        }))
    }

    /// Sets where the number of the newest file is recorded while a passphrase protects the vault; can be called once.
    pub fn set_generation_store(&self, marks: Arc<dyn GenerationStore>) {
        // A second call changes nothing: two stores would each know half.
        drop(self.0.marks.set(marks));
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
        self.change(None, |edit, held| edit.file.renew_check(&held.key))
            .await?;
        let saved = self.load().await?;
        let opens = |file: &VaultFile| {
            self.find_cached_key(file)
                .is_some_and(|held| file.is_opened_by(&held.key))
        };
        if !saved.as_ref().is_some_and(opens) {
            return Err(self.damaged_error("write check failed"));
        }
        self.restore_lost_entry().await
    }

    /// The secret called `name`; `None` when there is none, which needs no key.
    ///
    /// # Errors
    /// [`Error::KeyLost`], [`Error::PassphraseNeeded`], [`Error::Damaged`], [`Error::TooNew`],
    /// [`Error::RolledBack`], [`Error::RecordRolledBack`], [`Error::NotPlain`], [`Error::File`], and those of
    /// the keychain.
    pub async fn read(&self, name: &SecretName) -> Result<Option<Secret>, Error> {
        if let Some(secret) = self.read_unsaved(name).await {
            return Ok(Some(secret));
        }
        let is_there = |file: &VaultFile| file.records.contains_key(name.as_str());
        let Some(file) = self.load().await?.filter(is_there) else {
            return Ok(None);
        };
        let Some((file, held)) = self.newest(file).await? else {
            return Ok(None);
        };
        let Some(sealed) = file.records.get(name.as_str()) else {
            return Ok(None);
        };
        let opened = held
            .key
            .open(&file.vault, Purpose::Record(name.as_str()), sealed)
            .ok_or_else(|| self.damaged_error(format!("the secret {name} does not open")))?;
        let stamp = file.stamp(&self.0.folder, &held.key)?;
        if !stamp.is_latest(name.as_str(), sealed) {
            return Err(self.record_rolled_back(name.as_str()));
        }
        let text = std::str::from_utf8(&opened)
            .map_err(|_| self.damaged_error(format!("the secret {name} is not text")))?;
        Ok(Some(Secret::new(text)))
    }

    /// The file and its key, the file read anew where a newer one is known of; `None` when there is none any
    /// more.
    async fn newest(&self, mut file: VaultFile) -> Result<Option<(VaultFile, CachedKey)>, Error> {
        let mut known: Option<(VaultId, u64)> = None;
        loop {
            let held = self.obtain_key(&file).await?;
            let found = file.stamp(&self.0.folder, &held.key)?.generation;
            if known
                .as_ref()
                .is_some_and(|(vault, known)| *vault == file.vault && found < *known)
            {
                return Err(self.rolled_back());
            }
            if found >= held.newest() {
                held.raise_newest(found);
                return Ok(Some((file, held)));
            }
            // Another task or process may have saved it since: what is read from here on is as new as that.
            known = Some((file.vault.clone(), held.newest()));
            match self.load().await? {
                Some(again) => file = again,
                None => return Ok(None),
            }
        }
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
        let saved = self.change(None, {
            let name = name.clone();
            move |edit, held| edit.put(held, name.as_str(), secret.expose().as_bytes())
        });
        saved.await?;
        self.0.unsaved().remove(&name);
        Ok(())
    }

    /// Removes the secret called `name`; says whether there was one. Needs no key, so it works while the
    /// vault is locked.
    ///
    /// # Errors
    /// [`Error::Damaged`], [`Error::TooNew`], [`Error::File`], [`Error::Busy`].
    pub async fn remove(&self, name: &SecretName) -> Result<bool, Error> {
        let was_unsaved = self.0.unsaved().remove(name).is_some();
        let has_it = |file: &VaultFile| file.records.contains_key(name.as_str());
        if !self.load().await?.as_ref().is_some_and(has_it) {
            return Ok(was_unsaved);
        }
        let (inner, name) = (self.0.clone(), name.clone());
        let lock = lock(&inner.folder).await?;
        let (removed, saved) = blocking(move || {
            let Some(mut file) = file::load(&inner.folder)? else {
                return Ok((false, None));
            };
            if file.records.remove(name.as_str()).is_none() {
                return Ok((false, None));
            }
            let held = inner.cached_key().clone().filter(|held| held.opens(&file));
            let saved = match held {
                Some(held) => {
                    let edit = Edit::of(&inner.folder, file, &held.key)?;
                    Some(inner.save(&lock, edit, &held, None)?)
                }
                None => {
                    file::save(&inner.folder, &lock, &file, None)?;
                    None
                }
            };
            Ok((true, saved))
        })
        .await?;
        if let Some(saved) = saved {
            self.record_generation(saved).await;
        }
        Ok(removed || was_unsaved)
    }

    /// Looks whether the file, and each secret in it, is the one that was saved last. A vault without a file is
    /// as new as can be.
    ///
    /// # Errors
    /// [`Error::RolledBack`], [`Error::RecordRolledBack`]; otherwise as [`Vault::read`].
    pub async fn check_age(&self) -> Result<(), Error> {
        let Some(file) = self.load().await? else {
            return Ok(());
        };
        let Some((file, held)) = self.newest(file).await? else {
            return Ok(());
        };
        let stamp = file.stamp(&self.0.folder, &held.key)?;
        let mut records = file.records.iter();
        match records.find(|(name, sealed)| !stamp.is_latest(name, sealed)) {
            Some((name, _)) => Err(self.record_rolled_back(name)),
            None => Ok(()),
        }
    }

    /// Takes the file as it is for the newest there is: the way on where a backup was restored. Only ever at
    /// the user's word.
    ///
    /// # Errors
    /// As [`Vault::write`].
    pub async fn accept_older(&self) -> Result<(), Error> {
        let accept = |edit: &mut Edit, _: &CachedKey, known| {
            edit.accept(known);
            Ok(())
        };
        self.change_regardless_of_age(None, accept).await
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
            *inner.cached_key() = None;
            Ok(aside)
        })
        .await
    }

    /// Runs `edit` on the newest file, under the lock, with the data key that belongs to it, and saves it, into
    /// `reservation` where some was made; the key is created if there is none yet.
    async fn change<T: Send + 'static>(
        &self,
        reservation: Option<Draft>,
        edit: impl FnOnce(&mut Edit, &CachedKey) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let rolled_back = self.rolled_back();
        self.change_regardless_of_age(reservation, move |file, held, known| {
            if file.generation() < known {
                return Err(rolled_back);
            }
            edit(file, held)
        })
        .await
    }

    /// As [`Vault::change`], however old the file is; `edit` hears the number of the newest one that is known.
    async fn change_regardless_of_age<T: Send + 'static>(
        &self,
        reservation: Option<Draft>,
        edit: impl FnOnce(&mut Edit, &CachedKey, u64) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        for _ in 0..MAX_ATTEMPTS {
            let held = self.obtain_or_create_key().await?;
            // Asked before the file is read, which is as new as that then.
            let known = held.newest();
            let lock = lock(&self.0.folder).await?;
            let Some(file) = self.load().await?.filter(|file| held.opens(file)) else {
                continue;
            };
            let inner = self.0.clone();
            let changing = blocking(move || {
                let mut file = Edit::of(&inner.folder, file, &held.key)?;
                let done = edit(&mut file, &held, known)?;
                Ok((done, inner.save(&lock, file, &held, reservation)?))
            });
            let (done, saved) = changing.await?;
            self.record_generation(saved).await;
            return Ok(done);
        }
        Err(Error::Busy)
    }

    /// Notes outside of the folder how new the file is. That it cannot be noted is no reason to fail: less is
    /// noticed then.
    async fn record_generation(&self, saved: SavedFile) {
        let SavedFile {
            vault,
            in_keychain,
            generation,
        } = saved;
        if !in_keychain {
            if let Some(marks) = self.0.marks.get() {
                marks.write(&vault, generation).await;
            }
            return;
        }
        // A keychain that hangs is not waited for at every change.
        if self.0.is_recording.swap(true, Ordering::SeqCst) {
            return;
        }
        let inner = self.0.clone();
        let noted = self.0.threads.run_briefly(move || {
            let noted = inner.keychain.write_generation(&vault, generation);
            inner.is_recording.store(false, Ordering::SeqCst);
            noted.map_err(|error| Error::keychain(error, true))
        });
        if let Err(error) = noted.await {
            tracing::warn!(%error, "the keychain did not note how new the saved secrets are");
        }
    }

    async fn load(&self) -> Result<Option<VaultFile>, Error> {
        let inner = self.0.clone();
        blocking(move || file::load(&inner.folder)).await
    }

    fn rolled_back(&self) -> Error {
        Error::RolledBack {
            file: file::path(&self.0.folder),
        }
    }

    fn record_rolled_back(&self, name: &str) -> Error {
        Error::RecordRolledBack {
            file: file::path(&self.0.folder),
            name: name.to_owned(),
        }
    }

    fn damaged_error(&self, detail: impl Into<String>) -> Error {
        file::damaged_error(&self.0.folder, detail)
    }
}

impl Inner {
    fn cached_key(&self) -> MutexGuard<'_, Option<CachedKey>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps `key` for the rest of the process; a file of the number `newest` is known of.
    fn cache_key(&self, vault: &VaultId, key: Arc<DataKey>, newest: u64) -> CachedKey {
        let mut held = self.cached_key();
        // What this process knows already stays known.
        let known = held.as_ref().filter(|held| held.vault == *vault);
        let known = known.map(|held| Arc::clone(&held.newest));
        let fresh = CachedKey {
            newest: known.unwrap_or_default(),
            ..CachedKey::new(vault.clone(), key)
        };
        fresh.raise_newest(newest);
        *held = Some(fresh.clone());
        fresh
    }
}

impl std::fmt::Debug for Vault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Vault").field(&self.0.folder).finish()
    }
}

#[cfg(test)]
mod tests;
