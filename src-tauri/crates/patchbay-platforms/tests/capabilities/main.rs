//! What platforms can do beyond listing, each before a fake of itself: create, change, keep credentials,
//! and the acts of their particulars.
#![expect(clippy::unwrap_used, reason = "these are tests")]

mod agentstack;
mod airbyte;
mod support;
mod tenex;
