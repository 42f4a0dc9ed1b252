//! The commands that the web view may call: arguments in, one verb, answer out.

pub(crate) mod accounts;
pub(crate) mod app;
pub(crate) mod authorizations;
pub(crate) mod bundles;
pub(crate) mod catalogue;
pub(crate) mod certificates;
pub(crate) mod connector_settings;
pub(crate) mod connectors;
pub(crate) mod creation;
pub(crate) mod credentials;
pub(crate) mod history;
pub(crate) mod mcp_resources;
pub(crate) mod needs;
pub(crate) mod platform_credentials;
pub(crate) mod rotation;
pub(crate) mod runs;
pub(crate) mod tools;
pub(crate) mod vault;
