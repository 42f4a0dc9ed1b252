//! The command line: the real binary, as a script would use it.

pub(crate) mod terminal;

mod background;
mod catalogue;
mod documents;
// What it starts is a script.
#[cfg(unix)]
mod exec;
mod exits;
mod history;
#[cfg(target_os = "linux")]
mod inert;
mod journey;
mod mcp_resources;
#[cfg(target_os = "linux")]
mod private_memory;
// The programs are scripts, and what is left of them is looked for by process id.
#[cfg(unix)]
mod programs;
mod secrets;
mod sessions;
mod sign_in;
mod time_limits;
mod trust;
mod vault;
mod watch;
