//! OAuth against a real authorization server on loopback, over real sockets.

#![allow(
    clippy::unwrap_used,
    reason = "functions around the tests fail the test that calls them"
)]

mod authority;
mod callback_listener;
mod deviations;
mod discovery;
mod registration;
mod round_trip;
mod tokens;
