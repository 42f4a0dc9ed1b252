//! The vault.

mod edit;
mod open;
mod protect;
mod status;
mod unsaved;

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use parking_lot::Mutex;
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

/// Time limit of a keychain call; enough to type a password into its window.
const KEYCHAIN_LIMIT: Duration = Duration::from_secs(20);
/// Maximum number of attempts of a change while other processes reset the vault.
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
    /// The pending request for the data key.
    key_request: Mutex<Option<KeyRequest>>,
    unsaved: Mutex<UnsavedSecrets>,
    marks: OnceLock<Arc<dyn GenerationStore>>,
    /// Whether a generation number is being written to the keychain.
    is_recording: AtomicBool,
}

/// Ends the recording of a generation number when dropped, also where it never began.
struct Recording(Arc<Inner>);

impl Drop for Recording {
    fn drop(&mut self) {
        self.0.is_recording.store(false, Ordering::SeqCst);
    }
}

/// A data key and the vault it belongs to.
#[derive(Clone)]
struct CachedKey {
    vault: VaultId,
    key: Arc<DataKey>,
    /// The highest known generation of the file.
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

    /// Whether this is the key of that file.
    fn opens(&self, file: &VaultFile) -> bool {
        self.vault == file.vault
    }
}

impl Vault {
    /// Returns the vault in `folder`, whose data key is in `keychain` unless the user chose a passphrase. Accesses
    /// neither.
    pub fn new(folder: PathBuf, keychain: Arc<dyn Keychain>) -> Self {
        Self::with_keychain_limit(folder, keychain, KEYCHAIN_LIMIT)
    }

    /// As [`Vault::new`], with another time limit of keychain calls than 20 seconds.
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

    /// Sets where the generation of the file is recorded while a passphrase protects the vault. Can be called once.
    pub fn set_generation_store(&self, marks: Arc<dyn GenerationStore>) {
        // A second call has no effect: two stores would each have only some of the numbers.
        drop(self.0.marks.set(marks));
    }

    /// Checks that a secret saved now can be read again: obtains the data key, or creates it in the keychain at first
    /// use, then writes a known text to the file and reads it back. Restores the key in a keychain that lost it while
    /// this process holds it.
    ///
    /// Call it before an authorization starts, so that no token is obtained that cannot be saved.
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

    /// Returns a secret. The key is not needed when there is none of that name.
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

    /// Obtains the key of the file, and reads the file again if a newer one is known. Returns `None` when the file no
    /// longer exists.
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
            // Another task or process may have saved a newer file since, which a read from here on must return.
            known = Some((file.vault.clone(), held.newest()));
            match self.load().await? {
                Some(again) => file = again,
                None => return Ok(None),
            }
        }
    }

    /// Saves or replaces a secret; it is on disk when this returns. At first use the data key is created in the
    /// keychain. Dropping the future does not leave a half-finished write.
    pub async fn write(&self, name: &SecretName, secret: &Secret) -> Result<(), Error> {
        self.put(None, name, secret).await
    }

    /// Saves a secret, into `reservation` if there is one.
    async fn put(
        &self,
        reservation: Option<Draft>,
        name: &SecretName,
        secret: &Secret,
    ) -> Result<(), Error> {
        let (record, secret) = (name.clone(), secret.clone());
        let saving = self.change(reservation, move |edit, held| {
            edit.put(held, record.as_str(), secret.expose().as_bytes())
        });
        saving.await?;
        self.0.unsaved.lock().remove(name);
        Ok(())
    }

    /// Removes a secret and returns whether there was one. Needs no key, so that it works while the vault is locked.
    pub async fn remove(&self, name: &SecretName) -> Result<bool, Error> {
        let was_unsaved = self.0.unsaved.lock().remove(name).is_some();
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
            let held = inner.held.lock().clone().filter(|held| held.opens(&file));
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

    /// Checks that the file and each secret in it is the one that was saved last.
    ///
    /// # Errors
    /// [`Error::RolledBack`], [`Error::RecordRolledBack`]; otherwise as for [`Vault::read`].
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

    /// Accepts the file as the newest, for example after a backup was restored. Only call this at the user's request.
    pub async fn accept_older(&self) -> Result<(), Error> {
        let accept = |edit: &mut Edit, _: &CachedKey, known| {
            edit.accept(known);
            Ok(())
        };
        self.change_regardless_of_age(None, accept).await
    }

    /// Renames the file, so that a new vault can be created after a lost key or damage, and returns its new path. Only
    /// call this at the user's request.
    pub async fn set_aside(&self) -> Result<Option<PathBuf>, Error> {
        let inner = self.0.clone();
        let lock = lock(&inner.folder).await?;
        blocking(move || {
            let aside = file::set_aside(&inner.folder, &lock)?;
            *inner.held.lock() = None;
            Ok(aside)
        })
        .await
    }

    /// Runs `edit` on the newest file under the lock and saves it, into `reservation` if there is one. Creates the data
    /// key if there is none yet.
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

    /// As [`Vault::change`], even for an older file; `edit` gets the highest known generation.
    async fn change_regardless_of_age<T: Send + 'static>(
        &self,
        reservation: Option<Draft>,
        edit: impl FnOnce(&mut Edit, &CachedKey, u64) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        for _ in 0..MAX_ATTEMPTS {
            let held = self.obtain_or_create_key().await?;
            // Before the file is read, which must not be older than this.
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

    /// Records the generation of the file outside of the folder. Errors are only logged: then a rollback may go
    /// undetected.
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
        // Do not wait for a hanging keychain at every change.
        if self.0.is_recording.swap(true, Ordering::SeqCst) {
            return;
        }
        let recording = Recording(self.0.clone());
        let noted = self.0.threads.run_briefly(move || {
            let keychain = &recording.0.keychain;
            let noted = keychain.write_generation(&vault, generation);
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
    /// Caches the key for the rest of the process; `newest` is a known generation of the file.
    fn cache_key(&self, vault: &VaultId, key: Arc<DataKey>, newest: u64) -> CachedKey {
        let mut held = self.held.lock();
        // Keep the generation that this process knows already.
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
