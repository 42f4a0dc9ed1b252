//! What no other platform has: tokens of applications, kinds that are looked up, actions, and specifications by
//! which each kind describes itself.

pub(super) mod download;
pub(super) mod identities;
pub(super) mod oauth;
pub(super) mod spec;
pub(super) mod token;
pub(super) mod tools;
