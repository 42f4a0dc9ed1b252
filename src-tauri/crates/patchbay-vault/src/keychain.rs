//! Keychains for the data key: the system's, or one in memory for tests.

pub(crate) mod bounded;
mod memory;
mod system;

use std::ffi::OsStr;
use std::path::Path;

use zeroize::Zeroizing;

pub use memory::{Behavior, MemoryKeychain};
pub use system::SystemKeychain;

/// Service name of Patchbay's entries. macOS shows it to the user in its list of entries, and when it asks whether the
/// other of our two programs may access an entry.
pub(crate) const SERVICE: &str = if cfg!(target_os = "macos") {
    "Patchbay"
} else {
    "io.patchbay.desktop"
};

/// A keychain that stores small secrets by name.
///
/// Every call may block, even forever while the user is asked for a password. The vault makes them on separate threads
/// and stops waiting after its time limit.
pub trait Keychain: Send + Sync {
    /// Returns the entry called `user`, if there is one.
    fn read(&self, user: &str) -> Result<Option<Zeroizing<Vec<u8>>>, KeychainError>;

    /// Creates or replaces the entry called `user`.
    fn write(&self, user: &str, key: &[u8]) -> Result<(), KeychainError>;

    /// Deletes the entry called `user`, if there is one.
    fn delete(&self, user: &str) -> Result<(), KeychainError>;

    /// Looks for the entry called `user` without any prompt.
    fn find_presence(&self, user: &str) -> Result<Presence, KeychainError>;

    /// Returns the last number of [`Keychain::write_generation`].
    fn read_generation(&self, vault: &str) -> Result<Option<u64>, KeychainError> {
        Ok(generation_of(self.read(&mark(vault))?))
    }

    /// Returns the entry of a key, if there is one, and the generation of its vault.
    fn read_key(&self, user: &str, vault: &str) -> Result<Option<KeyEntry>, KeychainError> {
        let key = self.read(user)?;
        Ok(key.map(|key| KeyEntry {
            key,
            generation: self.read_generation(vault),
        }))
    }

    /// Stores the generation of a vault in an entry beside that of its key, which is never written again. Causes no
    /// prompt: does nothing while the keychain is locked.
    fn write_generation(&self, vault: &str, generation: u64) -> Result<(), KeychainError> {
        let user = mark(vault);
        if self.find_presence(&user)? == Presence::Locked {
            return Ok(());
        }
        self.write(&user, generation.to_string().as_bytes())
    }
}

/// Prefix of the entries of [`Keychain::write_generation`].
const MARK: &str = "newest file of vault ";

/// Name of the generation entry of a vault. macOS asks the user before a program accesses an entry of another one, so
/// each of our programs has its own there, for the files that it wrote or opened itself.
fn mark(vault: &str) -> String {
    let program = std::env::current_exe()
        .ok()
        .filter(|_| cfg!(target_os = "macos"));
    let program = program.as_deref().and_then(Path::file_stem);
    mark_of(vault, program.and_then(OsStr::to_str))
}

fn mark_of(vault: &str, program: Option<&str>) -> String {
    match program {
        Some(program) => format!("{MARK}{vault} known to {program}"),
        None => format!("{MARK}{vault}"),
    }
}

fn generation_of(entry: Option<Zeroizing<Vec<u8>>>) -> Option<u64> {
    std::str::from_utf8(&entry?).ok()?.parse().ok()
}

/// The key of a vault and the vault's generation.
pub struct KeyEntry {
    pub key: Zeroizing<Vec<u8>>,
    /// `None` where none was stored.
    pub generation: Result<Option<u64>, KeychainError>,
}

/// What is known about an entry without a prompt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    There,
    Missing,
    /// The keychain is locked, so the entry may exist.
    Locked,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeychainError {
    /// No keychain answers or is set up in this session.
    #[error("no keychain answers: {0}")]
    Absent(String),
    /// The keychain is locked, and the user did not unlock it.
    #[error("the keychain is locked")]
    Locked,
    /// The keychain or the user denied access.
    #[error("the keychain refused: {0}")]
    Denied(String),
    #[error("the keychain failed: {0}")]
    Failed(String),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_have_their_own_generation_entries_on_macos() {
        let app = mark_of("v1", Some("patchbay-desktop"));
        assert_ne!(app, mark_of("v1", Some("patchbay")));
        assert!(app.starts_with(MARK));
        assert_eq!(mark("v1").contains("known to"), cfg!(target_os = "macos"));
    }
}
