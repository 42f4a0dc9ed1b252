//! `vault.json`: what is in it, and how it is replaced.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::Error;
use crate::key::{DataKey, Purpose, Sealed, VaultId};
use crate::lock::{FolderLock, for_the_user_alone};
use crate::passphrase::Wrapped;

const FILE: &str = "vault.json";
/// The next state while it is written. One name is enough, for only the holder of the lock writes it;
/// what a kill leaves behind is overwritten by the next change.
const NEXT: &str = "vault.json.next";
/// The format this Patchbay writes, and the newest it reads.
const VERSION: u32 = 1;
/// What a right key finds in the check.
const CHECK: &[u8] = b"this is the key";

/// The whole file.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct VaultFile {
    version: u32,
    pub(crate) vault: VaultId,
    pub(crate) protection: Protection,
    /// Sealed secrets by name.
    pub(crate) records: BTreeMap<String, Sealed>,
}

/// How the data key is kept, and a seal that tells whether a key is the right one.
#[derive(Clone, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Protection {
    Keychain {
        check: Sealed,
        /// The keychain's entry. It comes from the file, so that two data folders never share a key and
        /// a restored folder finds its own.
        entry: String,
    },
    Passphrase {
        check: Sealed,
        wrapped: Wrapped,
    },
}

impl Protection {
    /// `key` lies in the keychain as `entry`.
    pub(crate) fn keychain(vault: &VaultId, key: &DataKey, entry: String) -> Result<Self, Error> {
        let check = key.seal(vault, Purpose::Check, CHECK)?;
        Ok(Self::Keychain { check, entry })
    }

    /// `key` is what a passphrase makes of `wrapped`.
    pub(crate) fn passphrase(
        vault: &VaultId,
        key: &DataKey,
        wrapped: Wrapped,
    ) -> Result<Self, Error> {
        let check = key.seal(vault, Purpose::Check, CHECK)?;
        Ok(Self::Passphrase { check, wrapped })
    }

    /// The keychain's entry, if the key lies there.
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
    /// A vault without secrets.
    pub(crate) fn new(vault: VaultId, protection: Protection) -> Self {
        Self {
            version: VERSION,
            vault,
            protection,
            records: BTreeMap::new(),
        }
    }

    /// Whether `key` is the data key of this vault.
    pub(crate) fn is_opened_by(&self, key: &DataKey) -> bool {
        key.open(&self.vault, Purpose::Check, self.protection.check())
            .is_some_and(|words| words.as_slice() == CHECK)
    }

    /// Seals the check anew, so that a saved file differs from the one before.
    pub(crate) fn renew_check(&mut self, key: &DataKey) -> Result<(), Error> {
        *self.protection.check_mut() = key.seal(&self.vault, Purpose::Check, CHECK)?;
        Ok(())
    }
}

/// Where the secrets of `folder` lie.
pub(crate) fn path(folder: &Path) -> PathBuf {
    folder.join(FILE)
}

/// A [`Error::Damaged`] of the file in `folder`.
pub(crate) fn damaged(folder: &Path, detail: impl Into<String>) -> Error {
    Error::Damaged {
        file: path(folder),
        detail: detail.into(),
    }
}

/// Reads the file; `None` when there is none. Needs no lock, for the file is only ever replaced whole.
pub(crate) fn load(folder: &Path) -> Result<Option<VaultFile>, Error> {
    let path = path(folder);
    let bytes = match fs::read(&path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(Error::file("read", path)(error)),
    };
    parse(folder, &bytes).map(Some)
}

fn parse(folder: &Path, bytes: &[u8]) -> Result<VaultFile, Error> {
    /// A newer file may differ in everything but this.
    #[derive(Deserialize)]
    struct Version {
        version: u32,
    }
    // Only the place is told: a parser's words may quote the file.
    let at = |error: serde_json::Error| {
        let (line, column) = (error.line(), error.column());
        damaged(
            folder,
            format!("not understood at line {line}, column {column}"),
        )
    };
    let Version { version } = serde_json::from_slice(bytes).map_err(at)?;
    if version > VERSION {
        return Err(Error::TooNew { file: path(folder) });
    }
    serde_json::from_slice(bytes).map_err(at)
}

/// Replaces the file. When this returns the new state survives a power cut; when the process dies
/// before, the old one is there.
pub(crate) fn save(folder: &Path, _lock: &FolderLock, file: &VaultFile) -> Result<(), Error> {
    let (path, next) = (path(folder), folder.join(NEXT));
    #[expect(clippy::expect_used, reason = "text keys and plain values only")]
    let json = serde_json::to_vec_pretty(file).expect("a vault file is plain JSON");
    write_through(&next, &json).map_err(Error::file("write", &next))?;
    fs::rename(&next, &path).map_err(Error::file("replace", &path))?;
    sync_folder(folder).map_err(Error::file("write", folder))
}

/// Moves the file to a free name beside it, and says which; `None` when there is no file.
pub(crate) fn set_aside(folder: &Path, _lock: &FolderLock) -> Result<Option<PathBuf>, Error> {
    let path = path(folder);
    if !path.exists() {
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
    fs::rename(&path, &aside).map_err(Error::file("move", &path))?;
    sync_folder(folder).map_err(Error::file("write", folder))?;
    Ok(Some(aside))
}

fn write_through(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.create(true).truncate(true).write(true);
    for_the_user_alone(&mut options);
    let mut file = options.open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// Makes a rename durable. Windows has no such call for folders and orders renames itself.
fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) {
        File::open(folder)?.sync_all()
    } else {
        Ok(())
    }
}
