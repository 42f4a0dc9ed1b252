//! Formats numbers of things.

use std::fmt::Display;

/// Formats `1 tool` or `3 tools`; `noun` is the singular.
pub fn count<N: Display + PartialEq + From<u8>>(number: N, noun: &str) -> String {
    let ending = if number == N::from(1) { "" } else { "s" };
    format!("{number} {noun}{ending}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_is_no_plural() {
        assert_eq!(count(0_u32, "tool"), "0 tools");
        assert_eq!(count(1_usize, "account key"), "1 account key");
        assert_eq!(count(2_u64, "run"), "2 runs");
    }
}
