//! What no other platform has: a relay to MCP servers, and the sessions with them.

pub(super) mod inflate;
pub(super) mod relay;
pub(super) mod resources;
pub(super) mod sessions;
pub(super) mod tools;
