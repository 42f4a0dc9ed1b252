//! Keychain Services of macOS and the Credential Manager of Windows.
//!
//! Both are part of the system: the store that `keyring` opens once cannot fail to open.

use keyring::{Entry, Error};
use zeroize::Zeroizing;

use crate::keychain::{KeychainError, Presence, SERVICE};

pub(super) fn read(user: &str) -> Result<Option<Zeroizing<Vec<u8>>>, KeychainError> {
    match entry(user)?.get_secret() {
        Ok(key) => Ok(Some(Zeroizing::new(key))),
        Err(Error::NoEntry) => Ok(None),
        Err(error) => Err(explain(error)),
    }
}

pub(super) fn write(user: &str, key: &[u8]) -> Result<(), KeychainError> {
    entry(user)?.set_secret(key).map_err(explain)
}

pub(super) fn delete(user: &str) -> Result<(), KeychainError> {
    match entry(user)?.delete_credential() {
        Ok(()) | Err(Error::NoEntry) => Ok(()),
        Err(error) => Err(explain(error)),
    }
}

/// A search for attributes never asks the user; reading the key may.
#[cfg(target_os = "macos")]
pub(super) fn look(user: &str) -> Result<Presence, KeychainError> {
    // Opens the store that the search below uses.
    entry(user)?;
    let wanted = std::collections::HashMap::from([("service", SERVICE), ("user", user)]);
    let found = keyring_core::Entry::search(&wanted).map_err(explain)?;
    Ok(match found.is_empty() {
        true => Presence::Missing,
        false => Presence::There,
    })
}

/// The Credential Manager never asks the user.
#[cfg(target_os = "windows")]
pub(super) fn look(user: &str) -> Result<Presence, KeychainError> {
    Ok(match read(user)? {
        Some(_) => Presence::There,
        None => Presence::Missing,
    })
}

fn entry(user: &str) -> Result<Entry, KeychainError> {
    Entry::new(SERVICE, user).map_err(explain)
}

fn explain(error: Error) -> KeychainError {
    match error {
        Error::NoDefaultStore => KeychainError::Absent(error.to_string()),
        // The words of these may list bytes.
        Error::BadEncoding(_) | Error::BadDataFormat(..) => {
            KeychainError::Failed("the entry is malformed".to_owned())
        }
        Error::NoStorageAccess(source) | Error::PlatformFailure(source) => classify(&*source),
        other => KeychainError::Failed(other.to_string()),
    }
}

/// Source: Apple, `SecBase.h`, result codes.
#[cfg(target_os = "macos")]
fn classify(source: &(dyn std::error::Error + Send + Sync + 'static)) -> KeychainError {
    let words = source.to_string();
    let code = source
        .downcast_ref::<security_framework::base::Error>()
        .map(|error| error.code());
    match code {
        // errSecInteractionNotAllowed, errSecInteractionRequired
        Some(-25308 | -25315) => KeychainError::Locked,
        // errSecAuthFailed, errSecUserCanceled, errSecReadOnly, errSecInvalidOwnerEdit, write permission
        Some(-25293 | -128 | -25292 | -25244 | -61) => KeychainError::Denied(words),
        // errSecNotAvailable, errSecNoSuchKeychain, errSecInvalidKeychain, errSecNoDefaultKeychain
        Some(-25291 | -25294 | -25295 | -25307) => KeychainError::Absent(words),
        _ => KeychainError::Failed(words),
    }
}

/// The store keeps the type of its error to itself, so its words are all there is. It names
/// `ERROR_NO_SUCH_LOGON_SESSION` (a session without credentials, such as a network logon), other codes
/// stand as numbers; 5 is `ERROR_ACCESS_DENIED`.
#[cfg(target_os = "windows")]
fn classify(source: &(dyn std::error::Error + Send + Sync + 'static)) -> KeychainError {
    let words = source.to_string();
    if words.ends_with("ERROR_NO_SUCH_LOGON_SESSION") {
        KeychainError::Absent(words)
    } else if words.ends_with("error code 5") {
        KeychainError::Denied(words)
    } else {
        KeychainError::Failed(words)
    }
}
