//! Mistral connectors: MCP servers and HTTP services that Mistral's models use, on either surface of its
//! API.
//!
//! [`client`] signs in, and the types of [`operations`] are called with what it gives.
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

pub use client::{Mistral, client};
pub(crate) use platform::MISTRAL;
