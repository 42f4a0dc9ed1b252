//! Peers that mean harm, and faults of the machine.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a helper that fails fails its test"
)]
#![expect(clippy::print_stdout, reason = "processes of one test talk through it")]

#[expect(dead_code, reason = "journeys of another binary use the rest")]
mod support;

mod faults;
