//! 10ex connectors. Their API is not public: this module implements an assumption, and its routes and names are settings of
//! the account.
//!
//! [`client`] creates the client of an account, with which the types of [`operations`] are called.
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
