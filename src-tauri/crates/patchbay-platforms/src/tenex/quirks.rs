//! Peculiarities of 10ex: an assumed API, a login, and an alternative MCP server.

pub(super) mod fields;
pub(super) mod login;
pub(super) mod mcp_path;
pub(super) mod settings;
pub(super) mod table;
pub(super) mod table_form;
