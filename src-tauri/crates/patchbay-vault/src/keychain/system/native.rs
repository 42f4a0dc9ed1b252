//! Keychain Services of macOS and the Credential Manager of Windows.
//!
//! Both are part of the system, so opening the store of `keyring` cannot fail.

#[cfg(target_os = "macos")]
use keyring::Entry;
use keyring::Error;
#[cfg(target_os = "windows")]
use keyring_core::Entry;
use zeroize::Zeroizing;

use super::failures;
use crate::keychain::{KeychainError, Presence, SERVICE};

/// Nothing is kept open.
pub(super) struct Connection;

impl Connection {
    pub(super) fn open() -> Result<Self, KeychainError> {
        Ok(Self)
    }

    pub(super) fn read(&self, user: &str) -> Result<Option<Zeroizing<Vec<u8>>>, KeychainError> {
        match entry(user)?.get_secret() {
            Ok(key) => Ok(Some(Zeroizing::new(key))),
            Err(Error::NoEntry) => Ok(None),
            Err(error) => Err(explain(error)),
        }
    }

    pub(super) fn write(&self, user: &str, key: &[u8]) -> Result<(), KeychainError> {
        entry(user)?.set_secret(key).map_err(explain)
    }

    pub(super) fn delete(&self, user: &str) -> Result<(), KeychainError> {
        match entry(user)?.delete_credential() {
            Ok(()) | Err(Error::NoEntry) => Ok(()),
            Err(error) => Err(explain(error)),
        }
    }
}

/// A search by attributes causes no prompt, while reading the key may.
#[cfg(target_os = "macos")]
pub(super) fn find_presence(user: &str) -> Result<Presence, KeychainError> {
    // Opens the store for the search below.
    entry(user)?;
    let wanted = std::collections::HashMap::from([("service", SERVICE), ("user", user)]);
    let found = keyring_core::Entry::search(&wanted).map_err(explain)?;
    Ok(match found.is_empty() {
        true => Presence::Missing,
        false => Presence::There,
    })
}

/// The Credential Manager causes no prompts.
#[cfg(target_os = "windows")]
pub(super) fn find_presence(user: &str) -> Result<Presence, KeychainError> {
    Ok(match Connection.read(user)? {
        Some(_) => Presence::There,
        None => Presence::Missing,
    })
}

#[cfg(target_os = "macos")]
fn entry(user: &str) -> Result<Entry, KeychainError> {
    Entry::new(SERVICE, user).map_err(explain)
}

/// Not roaming, which is the default: a key on another computer would be useless without the vault file.
#[cfg(target_os = "windows")]
fn entry(user: &str) -> Result<Entry, KeychainError> {
    // Opens the store for the next line.
    keyring::Entry::new(SERVICE, user).map_err(explain)?;
    let local = std::collections::HashMap::from([("persistence", "Local")]);
    Entry::new_with_modifiers(SERVICE, user, &local).map_err(explain)
}

fn explain(error: Error) -> KeychainError {
    match error {
        Error::NoDefaultStore => KeychainError::Absent(error.to_string()),
        // These messages may contain bytes of the entry.
        Error::BadEncoding(_) | Error::BadDataFormat(..) => {
            KeychainError::Failed("malformed keychain entry".to_owned())
        }
        Error::NoStorageAccess(source) | Error::PlatformFailure(source) => classify(&*source),
        other => KeychainError::Failed(other.to_string()),
    }
}

#[cfg(target_os = "macos")]
fn classify(source: &(dyn std::error::Error + Send + Sync + 'static)) -> KeychainError {
    let status = source
        .downcast_ref::<security_framework::base::Error>()
        .map(|error| error.code());
    failures::of_status(status, source.to_string())
}

#[cfg(target_os = "windows")]
fn classify(source: &(dyn std::error::Error + Send + Sync + 'static)) -> KeychainError {
    failures::of_words(source.to_string())
}
