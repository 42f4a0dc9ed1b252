//! Mistral connectors: MCP servers and HTTP services that Mistral's models use, with either version of its API.
//!
//! [`client`] creates the client of an account, with which the types of [`operations`] are called.
//!
//! Source: Mistral contract.

mod client;
mod details;
mod forms;
mod mapping;
pub mod operations;
mod platform;
mod quirks;
pub mod wire;

pub use client::Mistral;
pub(crate) use platform::MISTRAL;
pub use platform::client;
