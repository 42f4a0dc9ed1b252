//! Obtaining the data key: from memory, from the keychain, or created at first use.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use sha2::{Digest as _, Sha256};
use tokio::sync::watch;
use tokio::time::timeout;

use super::{CachedKey, Edit, Inner, Vault};
use crate::Error;
use crate::file::{self, Protection, VaultFile};
use crate::key::{DataKey, VaultId};
use crate::keychain::bounded::aborted_call_error;
use crate::lock::lock_blocking;

/// Age at which a pending request is considered dead and another one is started: the keychain may have been replaced
/// since.
const ABANDON_AFTER: Duration = Duration::from_secs(120);

/// Precedes what identifies the folder in the name of a keychain entry.
const PLACE: &str = " of ";

type Answer = watch::Receiver<Option<Result<CachedKey, Error>>>;

/// The one pending request to the keychain for the data key. Later callers wait for its answer instead of asking again,
/// and an answer counts even after everybody stopped waiting.
pub(super) struct KeyRequest {
    kind: KeyRequestKind,
    started: Instant,
    answer: Answer,
}

#[derive(Clone, PartialEq, Eq)]
enum KeyRequestKind {
    /// Read the key of this vault.
    Read(VaultId),
    /// Save a first key.
    Create,
}

impl KeyRequest {
    fn is_pending(&self) -> bool {
        let thread_lives = self.answer.has_changed().is_ok();
        thread_lives && self.answer.borrow().is_none() && self.started.elapsed() < ABANDON_AFTER
    }
}

impl Vault {
    pub(super) async fn obtain_key(&self, file: &VaultFile) -> Result<CachedKey, Error> {
        if let Some(held) = self.find_cached_key(file) {
            return Ok(held);
        }
        match &file.protection {
            Protection::Passphrase { .. } => Err(Error::PassphraseNeeded),
            Protection::Keychain { .. } => {
                let (inner, own) = (self.0.clone(), file.clone());
                self.ask_keychain(KeyRequestKind::Read(file.vault.clone()), move || {
                    read_key(&inner, &own)
                })
                .await
            }
        }
    }

    /// Returns the key of the current vault; creates a key in the keychain if there is none and the vault is empty.
    pub(super) async fn obtain_or_create_key(&self) -> Result<CachedKey, Error> {
        let lost = match self.load().await? {
            None => None,
            Some(file) => match self.obtain_key(&file).await {
                // Losing the key of an empty vault does no harm.
                Err(Error::KeyLost { .. }) if file.records.is_empty() => Some(file.vault),
                outcome => return outcome,
            },
        };
        let inner = self.0.clone();
        self.ask_keychain(KeyRequestKind::Create, move || {
            create_key(&inner, lost.as_ref())
        })
        .await
    }

    pub(super) fn find_cached_key(&self, file: &VaultFile) -> Option<CachedKey> {
        self.0.held.lock().clone().filter(|held| held.opens(file))
    }

    /// Whether a pending request still has no answer after the limit.
    pub(super) async fn is_waiting_for_keychain(&self, limit: Duration) -> bool {
        let pending = {
            let request = self.0.key_request.lock();
            let pending = request.as_ref().filter(|request| request.is_pending());
            pending.map(|request| request.answer.clone())
        };
        match pending {
            Some(mut answer) => timeout(limit, answer.wait_for(Option::is_some))
                .await
                .is_err(),
            None => false,
        }
    }

    /// Starts `job`, or joins a pending request of the same kind, and waits for the answer up to the time limit.
    async fn ask_keychain(
        &self,
        kind: KeyRequestKind,
        job: impl FnOnce() -> Result<CachedKey, Error> + Send + 'static,
    ) -> Result<CachedKey, Error> {
        let mut answer = self.join_key_request(kind, job)?;
        let limit = self.0.threads.limit;
        match timeout(limit, answer.wait_for(Option::is_some)).await {
            Ok(Ok(answer)) => answer.clone().unwrap_or_else(|| Err(aborted_call_error())),
            Ok(Err(_)) => Err(aborted_call_error()),
            Err(_) => Err(Error::KeychainSilent { limit }),
        }
    }

    fn join_key_request(
        &self,
        kind: KeyRequestKind,
        job: impl FnOnce() -> Result<CachedKey, Error> + Send + 'static,
    ) -> Result<Answer, Error> {
        let mut current = self.0.key_request.lock();
        if let Some(request) = current.as_ref()
            && request.kind == kind
            && request.is_pending()
        {
            return Ok(request.answer.clone());
        }
        let (sender, answer) = watch::channel(None);
        self.0.threads.start(move || {
            sender.send_replace(Some(job()));
        })?;
        *current = Some(KeyRequest {
            kind,
            started: Instant::now(),
            answer: answer.clone(),
        });
        Ok(answer)
    }
}

impl Inner {
    /// Saves `key` in the keychain under a new name, checks that it can be read, and returns the name. Blocks.
    ///
    /// The name is new because a hanging write may succeed hours later and must not overwrite anything.
    pub(super) fn store_key(&self, key: &DataKey) -> Result<String, Error> {
        let to_error = |error| Error::keychain(error, false);
        let (id, place) = (VaultId::random()?, self.place());
        let entry = format!("vault {}{PLACE}{place}", id.as_str());
        self.keychain.write(&entry, key.bytes()).map_err(to_error)?;
        match self.keychain.read(&entry).map_err(to_error)? {
            Some(kept) if kept.as_slice() == key.bytes() => Ok(entry),
            _ => Err(Error::KeychainFailed {
                detail: "keychain doesn't store entries".to_owned(),
            }),
        }
    }

    /// Identifies the folder, also before it exists.
    fn place(&self) -> String {
        let mut known = self.folder.ancestors();
        let found = known.find_map(|above| {
            let below = self.folder.strip_prefix(above).ok()?;
            Some(std::fs::canonicalize(above).ok()?.join(below))
        });
        // Joined with nothing, a path ends in a separator.
        let folder: PathBuf = found.as_deref().unwrap_or(&self.folder).iter().collect();
        let hash = Sha256::digest(folder.as_os_str().as_encoded_bytes());
        format!("{hash:x}")[..16].to_owned()
    }

    /// Deletes a keychain entry unless the file refers to it or cannot be read, or the entry was made for another
    /// folder. Blocks.
    ///
    /// A change that failed in its last step may have been saved nevertheless, so the file decides. A copied folder
    /// names the entry of the original one, which still needs it.
    pub(super) fn forget(&self, entry: &str) {
        let is_needed = match file::load(&self.folder) {
            Ok(file) => file.is_some_and(|file| file.protection.entry() == Some(entry)),
            Err(_) => true,
        };
        if is_needed {
            return;
        }
        let made_for = entry.split_once(PLACE).map(|(_, place)| place);
        if made_for.is_some_and(|place| place != self.place()) {
            tracing::warn!(
                "the key stays in the system keychain, as another data folder may use it"
            );
            return;
        }
        if let Err(error) = self.keychain.delete(entry) {
            tracing::warn!(%error, "a key that is not needed stays in the system keychain");
        }
    }
}

/// Reads the key of `file` from the keychain. Blocks.
fn read_key(inner: &Inner, file: &VaultFile) -> Result<CachedKey, Error> {
    let entry = file.protection.entry().ok_or(Error::PassphraseNeeded)?;
    let found = inner
        .keychain
        .read_key(entry, file.vault.as_str())
        .map_err(|error| Error::keychain(error, true))?;
    let (key, generation) = found
        .and_then(|found| Some((DataKey::from_bytes(&found.key)?, found.generation)))
        .filter(|(key, _)| file.is_opened_by(key))
        .ok_or_else(|| Error::KeyLost {
            file: file::path(&inner.folder),
        })?;
    let newest = generation.unwrap_or_else(|error| {
        tracing::warn!(%error, "the keychain does not tell how new the saved secrets were");
        None
    });
    Ok(inner.cache_key(&file.vault, Arc::new(key), newest.unwrap_or_default()))
}

/// Creates the first key, for a new vault or to replace the empty vault `lost`. Blocks.
///
/// The key is saved in the keychain first and without the lock, since that may take forever. A kill in between leaves
/// an unused entry. If several processes do this at once, the first to write the file wins.
fn create_key(inner: &Inner, lost: Option<&VaultId>) -> Result<CachedKey, Error> {
    let key = Arc::new(DataKey::random()?);
    let entry = inner.store_key(&key)?;
    let created = create_vault(inner, lost, key, &entry);
    if !matches!(created, Ok(CreatedVault::Ours(_))) {
        inner.forget(&entry);
    }
    match created? {
        CreatedVault::Ours(held) => Ok(held),
        CreatedVault::Theirs(file) => {
            let held = inner.held.lock().clone().filter(|held| held.opens(&file));
            held.map_or_else(|| read_key(inner, &file), Ok)
        }
    }
}

/// Whose file won when several processes created a vault at once.
enum CreatedVault {
    Ours(CachedKey),
    Theirs(VaultFile),
}

fn create_vault(
    inner: &Inner,
    lost: Option<&VaultId>,
    key: Arc<DataKey>,
    entry: &str,
) -> Result<CreatedVault, Error> {
    let lock = lock_blocking(&inner.folder)?;
    if let Some(file) = file::load(&inner.folder)? {
        let replaceable = lost == Some(&file.vault) && file.records.is_empty();
        if !replaceable {
            return Ok(CreatedVault::Theirs(file));
        }
    }
    // A new id, so that a lost key is never taken for the key of this vault.
    let vault = VaultId::random()?;
    let protection = Protection::keychain(&vault, &key, entry.to_owned())?;
    let held = CachedKey::new(vault.clone(), key);
    let file = VaultFile::new(vault, protection);
    let edit = Edit::of(&inner.folder, file, &held.key)?;
    let saved = inner.save(&lock, edit, &held, None)?;
    let held = inner.cache_key(&held.vault, held.key, saved.generation);
    Ok(CreatedVault::Ours(held))
}
