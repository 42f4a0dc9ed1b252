//! A minimal platform for tests, and a template for others. Its contract is its fake in `patchbay-testkit`.
//!
//! [`client`] creates the client of an account, with which the types of [`operations`] are called.

mod details;
mod mapping;
pub mod operations;
mod platform;
pub mod wire;

pub(crate) use platform::EXAMPLE;
pub use platform::client;
