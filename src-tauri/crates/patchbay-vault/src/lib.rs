//! Patchbay's secrets: one encrypted file with its data key in the system keychain.
//!
//! Every secret is a record of `vault.json`, sealed with XChaCha20-Poly1305 under one random data key. That key is a
//! single small entry of the system keychain (so there is one prompt instead of one per token, and no size limit of
//! keychain items), or is wrapped by a passphrase. The file says which of the two, and only the user can change that.
//!
//! Any number of tasks and processes may use one folder at once: a change holds a lock file, reads the file again and
//! replaces it atomically, so that a kill at any time leaves the old or the new state. A file or record that is older
//! than the one saved last is detected, and only used after the user accepted it.
//!
//! The crate does not know what a secret is for: callers choose the names. It shows no prompts, but the system keychain
//! may ask the user for its password. Start reading at [`Vault`].

mod blocking;
mod error;
mod file;
mod generation_store;
mod key;
mod keychain;
mod lock;
mod name;
mod passphrase;
mod stamp;
mod vault;

pub use error::{Error, NO_KEYCHAIN_HINT};
pub use generation_store::GenerationStore;
pub use keychain::{Behavior, Keychain, KeychainError, MemoryKeychain, Presence, SystemKeychain};
pub use name::SecretName;
pub use vault::{Saved, SpaceReservation, Vault};
