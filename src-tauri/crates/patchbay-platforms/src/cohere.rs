//! Cohere connectors: search services of an organization that Cohere queries during a chat.
//!
//! [`client`] creates the client of an account, with which the types of [`operations`] are called.
//!
//! Source: Cohere contract.

mod details;
mod forms;
mod mapping;
pub mod operations;
mod platform;
mod quirks;
pub mod wire;

pub(crate) use platform::COHERE;
pub use platform::client;
