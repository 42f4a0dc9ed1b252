//! Cohere connectors: search services of an organization that Cohere asks during a chat.
//!
//! [`client`] signs in, and the types of [`operations`] are called with what it gives.
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
