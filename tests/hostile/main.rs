//! Peers that mean harm: MCP servers, authorization servers, platforms, files, links, callbacks, and other
//! programs of this computer.
//!
//! Every place where text comes in from outside is an entry of `intake.txt`; `README.md` beside this
//! file says for each of them which rule is held by which test, and [`register`] keeps that list and that
//! table true. The cases are tables of (place, what it holds), played through the verbs as the app calls
//! them and through the command line; what must never happen is looked for after each, by [`traps`]. What faults of
//! the machine may not cost is in [`faults`].

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a helper that fails fails its test"
)]
#![expect(clippy::print_stdout, reason = "processes of one test talk through it")]

#[expect(dead_code, reason = "journeys of another binary use the rest")]
mod support;
#[path = "../e2e/cli/terminal.rs"]
#[expect(dead_code, reason = "journeys of another binary use the rest")]
mod terminal;

mod faults;
mod local;
mod misbehaving;
mod payload;
mod platforms;
mod register;
mod sample;
mod server;
mod traps;
