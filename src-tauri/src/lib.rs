//! draft
#![allow(warnings)]
mod bindings; mod commands; mod preferences;
mod updater { pub(crate) fn is_configured() -> bool { false } }
pub fn run() {}
