//! Agent Stack connectors: records of MCP servers whose tokens the platform keeps, and a relay to them.
//!
//! [`client`] signs in, and the types of [`operations`] are called with what it gives. Tools are spoken to in MCP
//! through the relay, whose bytes can also be had as they come.
//!
//! Source: Agent Stack contract.

mod client;
mod details;
mod forms;
mod mapping;
pub mod operations;
mod platform;
mod quirks;
pub mod wire;

pub use client::AgentStack;
pub(crate) use platform::AGENTSTACK;
pub use platform::client;
