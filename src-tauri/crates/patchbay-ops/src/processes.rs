//! Processes of servers: what they are started with, and that none outlives us.

pub(crate) mod containers;
pub(crate) mod environment;
pub(crate) mod guard;
#[cfg(unix)]
pub(crate) mod inherited_files;
pub(crate) mod launched;
pub(crate) mod program_version;
pub(crate) mod quiet_command;
