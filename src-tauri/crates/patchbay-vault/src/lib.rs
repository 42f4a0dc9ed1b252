//! Patchbay's secrets: one encrypted file, its data key in the system keychain.
//!
//! Every secret is a record of `vault.json`, sealed with XChaCha20-Poly1305 under one random data key.
//! That key lies in the system keychain as a single small entry (so there is one prompt, not one for
//! each token, and no size limit of keychain items), or is wrapped by a passphrase that the user chose.
//! Which of the two is written in the file, and never changes without the user's word.
//!
//! Any number of tasks and processes may use one folder at once: a change holds a lock file, re-reads,
//! and replaces the file atomically, so a kill at any instant leaves the old or the new state. A file, or a
//! record of it, that is older than the one saved last is noticed, and used only at the user's word.
//!
//! The crate refuses to know what a secret is for: names come from its callers. It opens no window and
//! asks for nothing itself; the keychain of the system may ask the user for its own password.
//! Start reading at [`Vault`].

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

pub use error::Error;
pub use generation_store::GenerationStore;
pub use keychain::{Behavior, Keychain, KeychainError, MemoryKeychain, Presence, SystemKeychain};
pub use name::SecretName;
pub use vault::{Saved, SpaceReservation, Vault};
