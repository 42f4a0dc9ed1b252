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

use super::{Keychain, KeychainError, Presence};

/// The keychain of the operating system: Keychain Services on macOS, the Credential Manager on Windows, the Secret
/// Service elsewhere. Each call connects again, so that a keychain that starts later is found.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemKeychain;

impl Keychain for SystemKeychain {
    fn read(&self, user: &str) -> Result<Option<Zeroizing<Vec<u8>>>, KeychainError> {
        store::read(user)
    }

    fn write(&self, user: &str, key: &[u8]) -> Result<(), KeychainError> {
        store::write(user, key)
    }

    fn delete(&self, user: &str) -> Result<(), KeychainError> {
        store::delete(user)
    }

    fn find_presence(&self, user: &str) -> Result<Presence, KeychainError> {
        store::find_presence(user)
    }
}
