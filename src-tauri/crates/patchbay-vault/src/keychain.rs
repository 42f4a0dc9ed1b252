//! Where a data key can lie: the system's keychain, or memory in tests.

pub(crate) mod bounded;
mod memory;
mod system;

use std::ffi::OsStr;
use std::path::Path;

use zeroize::Zeroizing;

pub use memory::{Behavior, MemoryKeychain};
pub use system::SystemKeychain;

/// The name under which Patchbay's entries stand in a keychain. macOS shows it to people: in its list, and
/// when it asks whether the other of our two programs may have the entry too.
pub(crate) const SERVICE: &str = if cfg!(target_os = "macos") {
    "Patchbay"
} else {
    "io.patchbay.desktop"
};

/// A keychain that keeps small secrets by name.
///
/// Every call may block, even without limit while the user is asked for a password: the vault calls
/// them on threads of their own and lets go after its time limit.
pub trait Keychain: Send + Sync {
    /// The entry called `user`; `None` when the keychain answers and there is none.
    ///
    /// # Errors
    /// [`KeychainError`], as for all calls.
    fn read(&self, user: &str) -> Result<Option<Zeroizing<Vec<u8>>>, KeychainError>;

    /// Creates or replaces the entry called `user`.
    ///
    /// # Errors
    /// [`KeychainError`], as for all calls.
    fn write(&self, user: &str, key: &[u8]) -> Result<(), KeychainError>;

    /// Removes the entry called `user`; it may be missing.
    ///
    /// # Errors
    /// [`KeychainError`], as for all calls.
    fn delete(&self, user: &str) -> Result<(), KeychainError>;

    /// Looks for the entry called `user` without asking the user for anything.
    ///
    /// # Errors
    /// [`KeychainError`], as for all calls.
    fn find_presence(&self, user: &str) -> Result<Presence, KeychainError>;

    /// The number that was noted last for that vault, see [`Keychain::write_generation`].
    ///
    /// # Errors
    /// [`KeychainError`], as for all calls.
    fn read_generation(&self, vault: &str) -> Result<Option<u64>, KeychainError> {
        let noted = self.read(&mark(vault))?;
        let number = noted.and_then(|text| std::str::from_utf8(&text).ok()?.parse().ok());
        Ok(number)
    }

    /// Notes how new the newest file of that vault is, in an entry beside that of its key: the key itself is
    /// never written again for it. Asks the user for nothing: a keychain that is locked notes nothing.
    ///
    /// # Errors
    /// [`KeychainError`], as for all calls.
    fn write_generation(&self, vault: &str, generation: u64) -> Result<(), KeychainError> {
        let user = mark(vault);
        if self.find_presence(&user)? == Presence::Locked {
            return Ok(());
        }
        self.write(&user, generation.to_string().as_bytes())
    }
}

/// What the entries of [`Keychain::write_generation`] begin with.
const MARK: &str = "newest file of vault ";

/// The entry of a vault's mark. macOS asks before a program reads or changes what another made, so each of ours has
/// an entry of its own there, and knows of the files that it wrote or opened itself.
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

/// What can be told of an entry without asking the user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// It is there, and as far as can be told it can be read.
    There,
    /// The keychain answers and does not have it.
    Missing,
    /// It may be there, but the keychain is locked.
    Locked,
}

/// Why a keychain did not do what it was asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeychainError {
    /// None answers, or none is set up, in this session.
    #[error("no keychain answers: {0}")]
    Absent(String),
    /// It is locked, and was not unlocked when the user was asked.
    #[error("the keychain is locked")]
    Locked,
    /// It, or the user, refused.
    #[error("the keychain refused: {0}")]
    Denied(String),
    /// Anything else.
    #[error("the keychain failed: {0}")]
    Failed(String),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_have_marks_of_their_own_where_they_may_not_share_one() {
        let app = mark_of("v1", Some("patchbay-desktop"));
        assert_ne!(app, mark_of("v1", Some("patchbay")));
        assert!(app.starts_with(MARK));
        assert_eq!(mark("v1").contains("known to"), cfg!(target_os = "macos"));
    }
}
