//! Changes of the file.

use std::path::Path;

use patchbay_files::Draft;

use super::{CachedKey, Inner};
use crate::Error;
use crate::file::{self, VaultFile};
use crate::key::{DataKey, Purpose, Sealed};
use crate::lock::FolderLock;
use crate::stamp::Stamp;

/// The file during a change, with its stamp.
pub(crate) struct Edit {
    pub(crate) file: VaultFile,
    stamp: Stamp,
}

impl Edit {
    pub(crate) fn of(folder: &Path, file: VaultFile, key: &DataKey) -> Result<Self, Error> {
        let stamp = file.stamp(folder, key)?;
        Ok(Self { file, stamp })
    }

    /// Seals a secret and stores it under `name`.
    pub(crate) fn put(&mut self, held: &CachedKey, name: &str, secret: &[u8]) -> Result<(), Error> {
        let purpose = Purpose::Record(name);
        let sealed = held.key.seal(&self.file.vault, purpose, secret)?;
        self.stamp.note(name, &sealed);
        self.file.records.insert(name.to_owned(), sealed);
        Ok(())
    }

    pub(crate) fn record(&self, name: &str) -> Option<&Sealed> {
        self.file.records.get(name)
    }

    /// Makes this the newest file, although a newer generation was known.
    pub(crate) fn accept(&mut self, newest: u64) {
        let generation = self.stamp.generation.max(newest);
        self.stamp = Stamp::of(generation, &self.file.records);
    }

    pub(crate) fn generation(&self) -> u64 {
        self.stamp.generation
    }
}

/// A file that was saved, for [`super::Vault::record_generation`].
pub(super) struct SavedFile {
    pub(super) vault: String,
    pub(super) in_keychain: bool,
    pub(super) generation: u64,
}

impl Inner {
    /// Saves the file as the next generation.
    pub(super) fn save(
        &self,
        lock: &FolderLock,
        edit: Edit,
        held: &CachedKey,
        reservation: Option<Draft>,
    ) -> Result<SavedFile, Error> {
        let Edit {
            mut file,
            mut stamp,
        } = edit;
        stamp.advance(&file.records);
        file.put_stamp(&stamp, &held.key)?;
        file::save(&self.folder, lock, &file, reservation)?;
        // Only now, as reads from here on return this file or a newer one.
        held.raise_newest(stamp.generation);
        Ok(SavedFile {
            vault: file.vault.as_str().to_owned(),
            in_keychain: file.protection.entry().is_some(),
            generation: stamp.generation,
        })
    }
}
