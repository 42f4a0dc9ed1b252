//! A platform of our own, for tests only: what a platform is at the least, and where to begin with another one.
//! Its contract is the fake of it in `patchbay-testkit`.
//!
//! [`client`] signs in, and the types of [`operations`] are called with what it gives.

mod details;
mod mapping;
pub mod operations;
mod platform;
pub mod wire;

pub(crate) use platform::EXAMPLE;
pub use platform::client;
