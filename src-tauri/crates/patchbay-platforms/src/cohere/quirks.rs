//! What no other platform has.

mod tool;
