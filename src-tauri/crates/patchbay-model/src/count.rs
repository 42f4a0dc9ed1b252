//! Formats numbers of things and sizes.

use std::fmt::Display;

/// Formats `1 tool` or `3 tools`; `noun` is the singular.
pub fn count<N: Display + PartialEq + From<u8>>(number: N, noun: &str) -> String {
    let ending = if number == N::from(1) { "" } else { "s" };
    format!("{number} {noun}{ending}")
}

/// Formats a size in bytes as `1.5 MB`.
pub fn megabytes(bytes: u64) -> String {
    format!("{:.1} MB", bytes as f64 / 1e6)
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

    #[test]
    fn sizes_have_one_digit_behind_the_point() {
        assert_eq!(megabytes(1_540_000), "1.5 MB");
    }
}
