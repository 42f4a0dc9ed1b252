//! Secrets that were obtained and cannot be had twice, while they cannot be saved.
//!
//! A rotated token is worth nothing once its successor is lost. So room for the successor is made before it
//! is asked for, and one that cannot be saved all the same stays in memory, in use, until it can.

use std::collections::BTreeMap;
use std::sync::{MutexGuard, PoisonError};

use patchbay_files::Draft;
use patchbay_model::Secret;

use super::{Inner, Vault};
use crate::blocking::blocking;
use crate::key::Sealed;
use crate::lock::lock;
use crate::{Error, SecretName, file};

/// What a sealed secret needs beyond its text: base64, its mark in the stamp, and what other changes may add
/// meanwhile.
const ALLOWANCE: usize = 16 * 1024;

/// A secret that is in memory only.
pub(super) struct Unsaved {
    secret: Secret,
    /// What stood in its place; when anything else does, somebody saved another one, which counts.
    former: Option<Sealed>,
    error: Error,
}

/// The secrets that are in memory only, by name.
pub(super) type UnsavedSecrets = BTreeMap<SecretName, Unsaved>;

/// Room on the disk for a secret that is about to be obtained. Dropping it gives the room back.
pub struct SpaceReservation {
    vault: Vault,
    name: SecretName,
    former: Option<Sealed>,
    draft: Draft,
}

/// Where a secret is after [`SpaceReservation::save`].
#[derive(Debug)]
#[must_use]
pub enum Saved {
    OnDisk,
    /// In the memory of this process alone, where it is read from until [`Vault::save_unsaved`] succeeds.
    InMemory(Error),
}

impl Vault {
    /// Makes sure that a secret of about `bytes` bytes can be saved under `name` later, even on a disk that is
    /// full by then. The vault has to exist.
    ///
    /// # Errors
    /// [`Error::File`] when there is no such room or the folder cannot be written; [`Error::Busy`],
    /// [`Error::NotPlain`], [`Error::Damaged`], [`Error::TooNew`].
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

    /// Names of the secrets that are in memory only, and why.
    pub fn unsaved(&self) -> Vec<(SecretName, Error)> {
        let unsaved = self.0.unsaved();
        let failures = unsaved
            .iter()
            .map(|(name, it)| (name.clone(), it.error.clone()));
        failures.collect()
    }

    /// Tries once more to save what is in memory only.
    ///
    /// # Errors
    /// As [`Vault::write`], for the first secret that cannot be saved; it stays in memory.
    pub async fn save_unsaved(&self) -> Result<(), Error> {
        let names: Vec<_> = self.0.unsaved().keys().cloned().collect();
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
                    if let Some(unsaved) = self.0.unsaved().get_mut(&name) {
                        unsaved.error = error.clone();
                    }
                    return Err(error);
                }
            }
        }
        Ok(())
    }

    /// The secret called `name` that is in memory only, unless somebody saved another one since.
    pub(super) async fn read_unsaved(&self, name: &SecretName) -> Option<Secret> {
        let (secret, former) = self.0.unsaved_secret(name)?;
        let stands = match self.load().await {
            Ok(Some(mut file)) => file.records.remove(name.as_str()),
            // A file that is gone, which is what Windows says where its folder is, tells of no other secret.
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
    /// Saves the secret, into the room that was made for it; what cannot be saved is kept in memory.
    pub async fn save(self, secret: &Secret) -> Saved {
        let Self {
            vault,
            name,
            former,
            draft,
        } = self;
        let saving = vault.change(Some(draft), {
            let (name, secret) = (name.clone(), secret.clone());
            move |edit, held| edit.put(held, name.as_str(), secret.expose().as_bytes())
        });
        match saving.await {
            Ok(()) => {
                vault.0.unsaved().remove(&name);
                Saved::OnDisk
            }
            Err(error) => {
                let unsaved = Unsaved {
                    secret: secret.clone(),
                    former,
                    error: error.clone(),
                };
                vault.0.unsaved().insert(name, unsaved);
                Saved::InMemory(error)
            }
        }
    }
}

impl Inner {
    pub(super) fn unsaved(&self) -> MutexGuard<'_, UnsavedSecrets> {
        self.unsaved.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn unsaved_secret(&self, name: &SecretName) -> Option<(Secret, Option<Sealed>)> {
        let unsaved = self.unsaved();
        let unsaved = unsaved.get(name)?;
        Some((unsaved.secret.clone(), unsaved.former.clone()))
    }

    /// Forgets the secret called `name`, unless a newer one is there by now.
    fn forget_unsaved(&self, name: &SecretName, secret: &Secret) {
        let mut unsaved = self.unsaved();
        let is_same = |it: &Unsaved| it.secret.expose() == secret.expose();
        if unsaved.get(name).is_some_and(is_same) {
            unsaved.remove(name);
        }
    }
}
