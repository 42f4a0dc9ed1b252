//! Airbyte Agents: connectors of a workspace whose entities are read and written by actions.
//!
//! [`client`] signs in, and the types of [`operations`] are called with what it gives.
//!
//! Source: Airbyte contract.

mod client;
mod details;
mod forms;
mod mapping;
pub mod operations;
mod platform;
mod quirks;
pub mod wire;

pub use client::{Airbyte, client};
pub(crate) use platform::AIRBYTE;
