//! Peculiarities of Airbyte: tokens of applications, actions as tools, downloads, and specifications of kinds.

pub(super) mod download;
pub(super) mod identities;
pub(super) mod oauth;
pub(super) mod spec;
pub(super) mod token;
pub(super) mod tools;
