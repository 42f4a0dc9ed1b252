//! Pieces that only tests use, in any crate and from any process.
//!
//! They know Patchbay's keychain trait and the platforms' wire, and not what a user can do: a test says that itself.
//! Start reading at [`fakes`], [`FolderKeychain`] and [`find_leaks`].

pub mod fakes;
mod folder_keychain;
mod leaks;

pub use folder_keychain::FolderKeychain;
pub use leaks::{Leak, find_leaks, leaks_in};
