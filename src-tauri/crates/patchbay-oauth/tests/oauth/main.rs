//! OAuth against a real authorization server on loopback, over real sockets.

mod authority;
mod discovery;
mod loopback;
mod registration;
mod round_trip;
mod tokens;
