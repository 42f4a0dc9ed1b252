//! What no other platform has.

pub(super) mod test_search;
