//! Peculiarities of Mistral: two API surfaces, a gateway, a key file, and observations that the API does not provide.

pub(super) mod gateway;
pub(super) mod key;
pub(super) mod observations;
pub(super) mod pointers;
pub(super) mod surface;
