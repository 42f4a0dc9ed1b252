//! Airbyte Agents: connectors of a workspace, with actions that read and write entities.
//!
//! [`client`] creates the client of an account, with which the types of [`operations`] are called.
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
