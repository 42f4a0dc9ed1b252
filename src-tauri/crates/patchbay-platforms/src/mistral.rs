//! Mistral connectors: MCP servers and HTTP services that Mistral's models use, on either surface of its
//! API.
//!
//! [`client`] signs in, and the types of [`operations`] are called with what it gives.
//!
//! Source: Mistral contract.

mod details;
mod forms;
mod mapping;
pub mod operations;
mod platform;
mod quirks;
pub mod wire;

pub(crate) use platform::MISTRAL;
pub use platform::{Mistral, client};
