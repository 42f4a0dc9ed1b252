//! What no other platform has: a wire that is assumed, and three ways to sign in and to ask.

pub(super) mod fields;
pub(super) mod login;
pub(super) mod mcp_path;
pub(super) mod pending_pages;
pub(super) mod settings;
pub(super) mod table;
pub(super) mod table_form;
