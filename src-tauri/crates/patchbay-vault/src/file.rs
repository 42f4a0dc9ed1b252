//! The file `vault.json`.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use patchbay_files::{Draft, remove_leftovers, rename, sync_folder};
use serde::{Deserialize, Serialize};

use crate::Error;
use crate::key::{DataKey, Purpose, Sealed, VaultId};
use crate::lock::FolderLock;
use crate::passphrase::Wrapped;
use crate::stamp::Stamp;

const FILE: &str = "vault.json";
/// The format version that is written, and the newest that is read. Version 1 had no stamp.
const VERSION: u32 = 2;
/// Maximum size of the file: thousands of secrets take a tenth of it.
const MAX_MIB: u64 = 16;
/// The text that is sealed as the check.
const CHECK: &[u8] = b"this is the key";

#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct VaultFile {
    version: u32,
    pub(crate) vault: VaultId,
    pub(crate) protection: Protection,
    /// The sealed [`Stamp`]; none in version 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    stamp: Option<Sealed>,
    /// Sealed secrets by name.
    pub(crate) records: BTreeMap<String, Sealed>,
}

/// How the data key is protected. Whether a key is the right one is tested by opening `check`.
#[derive(Clone, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Protection {
    Keychain {
        check: Sealed,
        /// Name of the keychain entry. It is in the file, so that two data folders never share a key and a restored
        /// folder finds its own.
        entry: String,
    },
    Passphrase {
        check: Sealed,
        wrapped: Wrapped,
    },
}

impl Protection {
    pub(crate) fn keychain(vault: &VaultId, key: &DataKey, entry: String) -> Result<Self, Error> {
        let check = key.seal(vault, Purpose::Check, CHECK)?;
        Ok(Self::Keychain { check, entry })
    }

    pub(crate) fn passphrase(
        vault: &VaultId,
        key: &DataKey,
        wrapped: Wrapped,
    ) -> Result<Self, Error> {
        let check = key.seal(vault, Purpose::Check, CHECK)?;
        Ok(Self::Passphrase { check, wrapped })
    }

    /// The keychain entry, if the key is there.
    pub(crate) fn entry(&self) -> Option<&str> {
        match self {
            Self::Keychain { entry, .. } => Some(entry),
            Self::Passphrase { .. } => None,
        }
    }

    fn check_mut(&mut self) -> &mut Sealed {
        match self {
            Self::Keychain { check, .. } | Self::Passphrase { check, .. } => check,
        }
    }

    fn check(&self) -> &Sealed {
        match self {
            Self::Keychain { check, .. } | Self::Passphrase { check, .. } => check,
        }
    }
}

impl VaultFile {
    pub(crate) fn new(vault: VaultId, protection: Protection) -> Self {
        Self {
            version: VERSION,
            vault,
            protection,
            stamp: None,
            records: BTreeMap::new(),
        }
    }

    /// Returns the stamp; generation 0 for a file without one.
    pub(crate) fn stamp(&self, folder: &Path, key: &DataKey) -> Result<Stamp, Error> {
        let Some(sealed) = &self.stamp else {
            return Ok(Stamp::of(0, &self.records));
        };
        key.open(&self.vault, Purpose::Stamp, sealed)
            .and_then(|text| Stamp::from_json(&text))
            .ok_or_else(|| damaged_error(folder, "the stamp does not open"))
    }

    pub(crate) fn put_stamp(&mut self, stamp: &Stamp, key: &DataKey) -> Result<(), Error> {
        self.stamp = Some(key.seal(&self.vault, Purpose::Stamp, &stamp.to_json())?);
        self.version = VERSION;
        Ok(())
    }

    /// Whether `key` is the data key of this vault.
    pub(crate) fn is_opened_by(&self, key: &DataKey) -> bool {
        key.open(&self.vault, Purpose::Check, self.protection.check())
            .is_some_and(|words| words.as_slice() == CHECK)
    }

    /// Seals the check again, so that the saved file differs from the previous one.
    pub(crate) fn renew_check(&mut self, key: &DataKey) -> Result<(), Error> {
        *self.protection.check_mut() = key.seal(&self.vault, Purpose::Check, CHECK)?;
        Ok(())
    }
}

pub(crate) fn path(folder: &Path) -> PathBuf {
    folder.join(FILE)
}

pub(crate) fn damaged_error(folder: &Path, detail: impl Into<String>) -> Error {
    Error::Damaged {
        file: path(folder),
        detail: detail.into(),
    }
}

/// Reads the file, if there is one. Needs no lock, because the file is replaced atomically.
pub(crate) fn load(folder: &Path) -> Result<Option<VaultFile>, Error> {
    let path = path(folder);
    let bytes = patchbay_files::read(&path, MAX_MIB).map_err(Error::files("read", path))?;
    bytes.map(|bytes| parse(folder, &bytes)).transpose()
}

fn parse(folder: &Path, bytes: &[u8]) -> Result<VaultFile, Error> {
    /// The only part that newer formats keep.
    #[derive(Deserialize)]
    struct Version {
        version: u32,
    }
    // Only the position, since the parser's message may quote the file.
    let at = |error: serde_json::Error| {
        let (line, column) = (error.line(), error.column());
        damaged_error(
            folder,
            format!("not understood at line {line}, column {column}"),
        )
    };
    let Version { version } = serde_json::from_slice(bytes).map_err(at)?;
    if version > VERSION {
        return Err(Error::TooNew { file: path(folder) });
    }
    let file: VaultFile = serde_json::from_slice(bytes).map_err(at)?;
    if version > 1 && file.stamp.is_none() {
        return Err(damaged_error(folder, "the stamp is missing"));
    }
    Ok(file)
}

/// Replaces the file, using `reservation` if there is one. When this returns the new state survives a power failure; if
/// the process dies before, the old state stays.
pub(crate) fn save(
    folder: &Path,
    _lock: &FolderLock,
    file: &VaultFile,
    reservation: Option<Draft>,
) -> Result<(), Error> {
    let path = path(folder);
    let json = to_json(file);
    // It could not be read again, nor any other secret in it.
    if json.len() as u64 > MAX_MIB * 1024 * 1024 {
        return Err(Error::Full { limit_mib: MAX_MIB });
    }
    remove_leftovers(&path);
    let draft = match reservation {
        Some(draft) => draft,
        None => Draft::create(&path).map_err(Error::files("write", &path))?,
    };
    let replaced = draft.replace(&json);
    replaced.map_err(Error::files("write", &path))
}

/// Reserves space for the next file, for `more` bytes than the file has now.
pub(crate) fn reserve_space(
    folder: &Path,
    _lock: &FolderLock,
    more: usize,
) -> Result<Draft, Error> {
    let path = path(folder);
    remove_leftovers(&path);
    let now = fs::metadata(&path).map_or(0, |found| found.len());
    let bytes = usize::try_from(now).unwrap_or(usize::MAX);
    let draft = Draft::create(&path).and_then(|mut draft| {
        draft.reserve_space(bytes.saturating_add(more))?;
        Ok(draft)
    });
    draft.map_err(Error::files("write", &path))
}

fn to_json(file: &VaultFile) -> Vec<u8> {
    #[expect(clippy::expect_used, reason = "text keys and plain values only")]
    serde_json::to_vec_pretty(file).expect("a vault file is plain JSON")
}

/// Renames the file to a free name and returns its new path; `None` when there is no file.
pub(crate) fn set_aside(folder: &Path, _lock: &FolderLock) -> Result<Option<PathBuf>, Error> {
    let path = path(folder);
    // A dangling link counts as existing.
    if fs::symlink_metadata(&path).is_err() {
        return Ok(None);
    }
    let free = (1_u32..)
        .map(|number| folder.join(format!("vault.aside-{number}.json")))
        .find(|aside| !aside.exists());
    #[expect(
        clippy::expect_used,
        reason = "no folder holds four thousand million files"
    )]
    let aside = free.expect("some number is free");
    rename(&path, &aside).map_err(Error::file("move", &path))?;
    sync_folder(folder).map_err(Error::file("write", folder))?;
    Ok(Some(aside))
}
