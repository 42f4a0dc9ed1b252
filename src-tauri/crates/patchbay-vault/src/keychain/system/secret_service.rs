//! The Secret Service of the session bus: GNOME Keyring, KWallet, KeePassXC and others.
//!
//! Uses the store behind `keyring` directly, since `keyring` caches a failed first connection and a store caches one
//! that hangs. Queries the service itself where the store cannot distinguish states.

use std::collections::HashMap;
use std::sync::Arc;

use keyring::Error;
use keyring_core::Entry;
use keyring_core::api::CredentialStoreApi;
use secret_service::blocking::SecretService;
use secret_service::{EncryptionType, Error as ServiceError};
use zbus_secret_service_keyring_store::Store;
use zeroize::Zeroizing;

use crate::keychain::{KeychainError, MARK, Presence, SERVICE};

// Labels that the keychain's window shows.
const LABEL: &str = "Patchbay vault key";
const MARK_LABEL: &str = "Patchbay vault version";

/// An encrypted connection.
pub(super) struct Connection(Arc<Store>);

impl Connection {
    pub(super) fn open() -> Result<Self, KeychainError> {
        Ok(Self(Store::new().map_err(explain)?))
    }

    pub(super) fn read(&self, user: &str) -> Result<Option<Zeroizing<Vec<u8>>>, KeychainError> {
        let entry = self.entry(user)?;
        if let Some(key) = secret(&entry)? {
            return Ok(Some(key));
        }
        match find_presence(user)? {
            Presence::Missing => Ok(None),
            // A locked KWallet shows no entries at all, so unlock it first.
            Presence::Locked | Presence::There => {
                unlock_default()?;
                secret(&entry)
            }
        }
    }

    pub(super) fn write(&self, user: &str, key: &[u8]) -> Result<(), KeychainError> {
        self.entry(user)?.set_secret(key).map_err(explain)
    }

    pub(super) fn delete(&self, user: &str) -> Result<(), KeychainError> {
        match self.entry(user)?.delete_credential() {
            Ok(()) | Err(Error::NoEntry) => Ok(()),
            Err(error) => Err(explain(error)),
        }
    }

    fn entry(&self, user: &str) -> Result<Entry, KeychainError> {
        let label = match user.starts_with(MARK) {
            true => MARK_LABEL,
            false => LABEL,
        };
        let label = HashMap::from([("label", label)]);
        let built = self.0.build(SERVICE, user, Some(&label));
        built.map_err(explain)
    }
}

pub(super) fn find_presence(user: &str) -> Result<Presence, KeychainError> {
    // No secret is transferred, so the session needs no encryption.
    let service = SecretService::connect(EncryptionType::Plain).map_err(classify)?;
    let attributes = HashMap::from([("service", SERVICE), ("username", user)]);
    let found = service.search_items(attributes).map_err(classify)?;
    if !found.unlocked.is_empty() {
        return Ok(Presence::There);
    }
    if !found.locked.is_empty() {
        return Ok(Presence::Locked);
    }
    // Without a default collection the service only looks empty.
    let collection = service.get_default_collection().map_err(classify)?;
    match collection.is_locked().map_err(classify)? {
        true => Ok(Presence::Locked),
        false => Ok(Presence::Missing),
    }
}

fn secret(entry: &Entry) -> Result<Option<Zeroizing<Vec<u8>>>, KeychainError> {
    match entry.get_secret() {
        Ok(key) => Ok(Some(Zeroizing::new(key))),
        Err(Error::NoEntry) => Ok(None),
        Err(error) => Err(explain(error)),
    }
}

/// Unlocks the default collection. Prompts the user and waits forever.
fn unlock_default() -> Result<(), KeychainError> {
    let service = SecretService::connect(EncryptionType::Plain).map_err(classify)?;
    let collection = service.get_default_collection().map_err(classify)?;
    collection.unlock().map_err(classify)
}

fn explain(error: Error) -> KeychainError {
    match error {
        Error::NoStorageAccess(source) | Error::PlatformFailure(source) => {
            match source.downcast::<ServiceError>() {
                Ok(error) => classify(*error),
                Err(other) => KeychainError::Failed(other.to_string()),
            }
        }
        // These messages contain entries or bytes.
        Error::Ambiguous(_) => KeychainError::Failed("several keychain entries found".to_owned()),
        Error::BadEncoding(_) | Error::BadDataFormat(..) => {
            KeychainError::Failed("malformed keychain entry".to_owned())
        }
        other => KeychainError::Failed(other.to_string()),
    }
}

fn classify(error: ServiceError) -> KeychainError {
    match error {
        ServiceError::Locked | ServiceError::Prompt | ServiceError::PromptDisconnected => {
            KeychainError::Locked
        }
        ServiceError::Unavailable => KeychainError::Absent(error.to_string()),
        // No default collection is set up.
        ServiceError::NoResult => KeychainError::Absent("no default keyring".to_owned()),
        ServiceError::Zbus(error) => classify_bus(&error),
        ServiceError::ZbusFdo(error) => classify_standard(&error),
        other => KeychainError::Failed(other.to_string()),
    }
}

fn classify_bus(error: &zbus::Error) -> KeychainError {
    use zbus::Error as Bus;
    match error {
        Bus::FDO(standard) => classify_standard(standard),
        Bus::MethodError(name, words, _) => {
            let words = words.as_deref().unwrap_or(name.as_str());
            classify_name(name.as_str(), words)
        }
        Bus::Address(_)
        | Bus::InputOutput(_)
        | Bus::Connection(..)
        | Bus::Handshake(_)
        | Bus::InterfaceNotFound => KeychainError::Absent(error.to_string()),
        other => KeychainError::Failed(other.to_string()),
    }
}

fn classify_standard(error: &zbus::fdo::Error) -> KeychainError {
    use zbus::DBusError as _;
    match error {
        zbus::fdo::Error::ZBus(error) => classify_bus(error),
        named => classify_name(
            named.name().as_str(),
            named.description().unwrap_or_default(),
        ),
    }
}

/// Source: D-Bus specification, "Message bus messages"; Secret Service API, "Errors".
fn classify_name(name: &str, words: &str) -> KeychainError {
    let words = words.to_owned();
    match name {
        "org.freedesktop.Secret.Error.IsLocked" => KeychainError::Locked,
        "org.freedesktop.DBus.Error.AccessDenied" | "org.freedesktop.DBus.Error.AuthFailed" => {
            KeychainError::Denied(words)
        }
        "org.freedesktop.DBus.Error.ServiceUnknown"
        | "org.freedesktop.DBus.Error.NameHasNoOwner"
        | "org.freedesktop.DBus.Error.NoReply"
        | "org.freedesktop.DBus.Error.NoServer"
        | "org.freedesktop.DBus.Error.Disconnected"
        | "org.freedesktop.DBus.Error.TimedOut"
        | "org.freedesktop.Secret.Error.NoSession" => KeychainError::Absent(words),
        spawn if spawn.starts_with("org.freedesktop.DBus.Error.Spawn.") => {
            KeychainError::Absent(words)
        }
        _ => KeychainError::Failed(words),
    }
}
