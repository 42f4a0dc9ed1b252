//! Journeys through Patchbay against the Playground: real sockets, real files, real processes.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a helper that fails fails its test"
)]
#![expect(clippy::print_stdout, reason = "processes of one test talk through it")]

mod cli;
mod connectors;
mod consent;
mod hostile;
mod lost;
mod outside_text;
mod platforms;
mod references;
mod refresh;
mod secrets;
mod support;
mod vault;
mod way_through;
