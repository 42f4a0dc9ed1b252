//! What no other platform has: two surfaces, a gateway, a key that is read from a file, and observations that the
//! wire has no place for.

pub(super) mod gateway;
pub(super) mod key;
pub(super) mod observations;
pub(super) mod pointers;
pub(super) mod surface;
