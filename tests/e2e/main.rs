//! End-to-end tests against the Playground, with real sockets, files and processes.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a helper that fails fails its test"
)]

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
