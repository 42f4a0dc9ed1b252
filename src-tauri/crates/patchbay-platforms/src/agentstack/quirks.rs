//! Peculiarities of Agent Stack: a relay to MCP servers, and sessions with them.

pub(super) mod inflate;
pub(super) mod relay;
pub(super) mod resources;
pub(super) mod sessions;
pub(super) mod tools;
