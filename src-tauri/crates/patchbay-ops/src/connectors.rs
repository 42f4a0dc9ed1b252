//! What is done with connectors: MCP servers of this computer and connectors of hosted platforms.

pub(crate) mod add;
pub(crate) mod add_program;
pub(crate) mod bundle;
pub(crate) mod check;
pub(crate) mod client_certificate;
pub(crate) mod create;
pub(crate) mod details;
pub(crate) mod deviations;
pub(crate) mod disconnect;
pub(crate) mod edit;
pub(crate) mod icon;
pub(crate) mod inspect_address;
pub(crate) mod mcp_resources;
pub(crate) mod network;
pub(crate) mod other_apps;
pub(crate) mod pasted;
mod program_title;
pub(crate) mod refresh;
pub(crate) mod related;
pub(crate) mod report;
pub(crate) mod resource_watch;
pub(crate) mod secret_variables;
pub(crate) mod settings;
pub(crate) mod start_authorization;
pub(crate) mod tool_changes;
pub(crate) mod tools;
pub(crate) mod trust;
