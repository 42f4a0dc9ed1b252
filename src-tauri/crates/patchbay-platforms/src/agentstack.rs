//! Agent Stack connectors: MCP servers whose tokens the platform stores, and a relay to them.
//!
//! [`client`] creates the client of an account, with which the types of [`operations`] are called. Tools are
//! called over MCP through the relay, which is available as a raw stream too.
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
