//! 10ex connectors. Their wire is not public: what this module speaks is an assumption, and its routes
//! and words are settings of the account.
//!
//! [`client`] signs in, and the types of [`operations`] are called with what it gives.
//!
//! Source: 10ex contract.

mod client;
mod details;
mod forms;
mod mapping;
pub mod operations;
mod platform;
mod quirks;
pub mod wire;

pub use client::Tenex;
pub(crate) use platform::TENEX;
pub use platform::client;
