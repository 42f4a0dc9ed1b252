//! Durations as numbers.

use std::time::Duration;

/// Returns the whole milliseconds of a duration, at most `u32::MAX`.
pub fn millis(duration: Duration) -> u32 {
    u32::try_from(duration.as_millis()).unwrap_or(u32::MAX)
}
