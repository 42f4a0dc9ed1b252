//! The keychain of the operating system, through `keyring`.

#[cfg(any(test, target_os = "macos", target_os = "windows"))]
mod failures;
#[cfg(any(target_os = "macos", target_os = "windows"))]
#[path = "system/native.rs"]
mod store;
#[cfg(all(
    unix,
    not(any(target_os = "macos", target_os = "ios", target_os = "android"))
))]
#[path = "system/secret_service.rs"]
mod store;

use zeroize::Zeroizing;

use self::store::Connection;
use super::{KeyEntry, Keychain, KeychainError, Presence, generation_of, mark};

/// The keychain of the operating system: Keychain Services on macOS, the Credential Manager on Windows, the Secret
/// Service elsewhere. Each call connects again, so that a keychain that starts later is found.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemKeychain;

impl Keychain for SystemKeychain {
    fn read(&self, user: &str) -> Result<Option<Zeroizing<Vec<u8>>>, KeychainError> {
        Connection::open()?.read(user)
    }

    fn write(&self, user: &str, key: &[u8]) -> Result<(), KeychainError> {
        Connection::open()?.write(user, key)
    }

    fn delete(&self, user: &str) -> Result<(), KeychainError> {
        Connection::open()?.delete(user)
    }

    fn find_presence(&self, user: &str) -> Result<Presence, KeychainError> {
        store::find_presence(user)
    }

    /// Connects once for both: a connection to a Secret Service takes longer than reading.
    fn read_key(&self, user: &str, vault: &str) -> Result<Option<KeyEntry>, KeychainError> {
        let connection = Connection::open()?;
        let key = connection.read(user)?;
        Ok(key.map(|key| KeyEntry {
            key,
            generation: connection.read(&mark(vault)).map(generation_of),
        }))
    }
}
