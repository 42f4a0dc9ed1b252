//! Secrets that cannot be obtained twice and could not be saved.
//!
//! A rotated token is useless once its successor is lost. So disk space is reserved before the successor is requested,
//! and one that cannot be saved nevertheless is used from memory until it can.

use std::collections::BTreeMap;

use patchbay_files::Draft;
use patchbay_model::Secret;

use super::{Inner, Vault};
use crate::blocking::blocking;
use crate::key::Sealed;
use crate::lock::lock;
use crate::{Error, SecretName, file};

/// Additional bytes for a sealed secret: encoding, its entry in the stamp, and concurrent changes.
const ALLOWANCE: usize = 16 * 1024;

/// A secret that is in memory only.
pub(super) struct Unsaved {
    secret: Secret,
    /// The record that it replaces. If the file has another one, somebody saved a newer secret, which wins.
    former: Option<Sealed>,
    error: Error,
}

/// Secrets that are in memory only, by name.
pub(super) type UnsavedSecrets = BTreeMap<SecretName, Unsaved>;

/// Reserved disk space for a secret that is about to be obtained. Dropping it releases the space.
pub struct SpaceReservation {
    vault: Vault,
    name: SecretName,
    former: Option<Sealed>,
    draft: Draft,
}

/// Outcome of [`SpaceReservation::save`].
#[derive(Debug)]
#[must_use]
pub enum Saved {
    OnDisk,
    /// In the memory of this process only, until [`Vault::save_unsaved`] succeeds.
    InMemory(Error),
}

impl Vault {
    /// Reserves disk space for a secret of about `bytes` bytes, so that it can be saved even if the disk is full by
    /// then. The vault has to exist.
    ///
    /// # Errors
    /// [`Error::File`] when there is not enough space or the folder is not writable.
    pub async fn reserve_space(
        &self,
        name: &SecretName,
        bytes: usize,
    ) -> Result<SpaceReservation, Error> {
        let lock = lock(&self.0.folder).await?;
        let (vault, name) = (self.clone(), name.clone());
        blocking(move || {
            let folder = &vault.0.folder;
            let file = file::load(folder)?;
            let former = file.and_then(|mut file| file.records.remove(name.as_str()));
            let draft = file::reserve_space(folder, &lock, 2 * bytes + ALLOWANCE)?;
            Ok(SpaceReservation {
                vault,
                name,
                former,
                draft,
            })
        })
        .await
    }

    /// Returns the names of the secrets that are in memory only, and why.
    pub fn unsaved(&self) -> Vec<(SecretName, Error)> {
        let unsaved = self.0.unsaved.lock();
        let unsaved = unsaved.iter();
        unsaved
            .map(|(name, it)| (name.clone(), it.error.clone()))
            .collect()
    }

    /// Tries again to save the secrets that are in memory only. Fails for the first one that cannot be saved.
    pub async fn save_unsaved(&self) -> Result<(), Error> {
        let names: Vec<_> = self.0.unsaved.lock().keys().cloned().collect();
        for name in names {
            let Some((secret, former)) = self.0.unsaved_secret(&name) else {
                continue;
            };
            let saving = self.change(None, {
                let (name, secret) = (name.clone(), secret.clone());
                move |edit, held| {
                    if edit.record(name.as_str()) != former.as_ref() {
                        return Ok(());
                    }
                    edit.put(held, name.as_str(), secret.expose().as_bytes())
                }
            });
            match saving.await {
                Ok(()) => self.0.forget_unsaved(&name, &secret),
                Err(error) => {
                    if let Some(unsaved) = self.0.unsaved.lock().get_mut(&name) {
                        unsaved.error = error.clone();
                    }
                    return Err(error);
                }
            }
        }
        Ok(())
    }

    /// Returns a secret that is in memory only, unless somebody saved another one since.
    pub(super) async fn read_unsaved(&self, name: &SecretName) -> Option<Secret> {
        let (secret, former) = self.0.unsaved_secret(name)?;
        let stands = match self.load().await {
            Ok(Some(mut file)) => file.records.remove(name.as_str()),
            // Without a file there is no other secret; Windows reports a missing folder as an error.
            Ok(None) | Err(_) => return Some(secret),
        };
        if stands == former {
            return Some(secret);
        }
        self.0.forget_unsaved(name, &secret);
        None
    }
}

impl SpaceReservation {
    /// Saves the secret into the reserved space, or keeps it in memory if that fails.
    pub async fn save(self, secret: &Secret) -> Saved {
        let Self {
            vault,
            name,
            former,
            draft,
        } = self;
        match vault.put(Some(draft), &name, secret).await {
            Ok(()) => Saved::OnDisk,
            Err(error) => {
                let unsaved = Unsaved {
                    secret: secret.clone(),
                    former,
                    error: error.clone(),
                };
                vault.0.unsaved.lock().insert(name, unsaved);
                Saved::InMemory(error)
            }
        }
    }
}

impl Inner {
    fn unsaved_secret(&self, name: &SecretName) -> Option<(Secret, Option<Sealed>)> {
        let unsaved = self.unsaved.lock();
        let unsaved = unsaved.get(name)?;
        Some((unsaved.secret.clone(), unsaved.former.clone()))
    }

    /// Drops a secret from memory, unless it was replaced meanwhile.
    fn forget_unsaved(&self, name: &SecretName, secret: &Secret) {
        let mut unsaved = self.unsaved.lock();
        let is_same = |it: &Unsaved| it.secret.expose() == secret.expose();
        if unsaved.get(name).is_some_and(is_same) {
            unsaved.remove(name);
        }
    }
}
