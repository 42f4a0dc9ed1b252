//! What platforms can do beyond listing, each before a fake of itself: create, change, keep credentials,
//! and the actions of their details.
#![expect(clippy::unwrap_used, reason = "these are tests")]

mod agentstack;
mod airbyte;
mod support;
mod tenex;
