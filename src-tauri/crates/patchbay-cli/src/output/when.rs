//! Times, durations and sizes as text.

use patchbay_model::{Timestamp, megabytes};

const JUST_NOW_SECONDS: i64 = 5;

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// Relative time such as `3 min ago` and `in 5 min`, or the date if it is more than a month away.
pub(crate) fn relative(at: Timestamp, now: Timestamp) -> String {
    let seconds = (now.unix_millis() - at.unix_millis()) / 1000;
    let distance = seconds.abs();
    let amount = match distance {
        0..JUST_NOW_SECONDS => return "just now".to_owned(),
        JUST_NOW_SECONDS..MINUTE => format!("{distance} s"),
        MINUTE..HOUR => format!("{} min", distance / MINUTE),
        HOUR..DAY => format!("{} h", distance / HOUR),
        _ if distance < 30 * DAY => format!("{} d", distance / DAY),
        _ => return at.instant().date().to_string(),
    };
    if seconds < 0 {
        format!("in {amount}")
    } else {
        format!("{amount} ago")
    }
}

/// A countdown: `4:59`.
pub(crate) fn countdown(until: Timestamp, now: Timestamp) -> String {
    // Rounded up, so that it ends at zero.
    let millis = (until.unix_millis() - now.unix_millis()).max(0);
    let seconds = (millis + 999) / 1000;
    format!("{}:{:02}", seconds / 60, seconds % 60)
}

/// `412 ms`, `1.5 s`, `2 min 5 s`, `3 h 5 min`.
pub(crate) fn duration(millis: u32) -> String {
    let seconds = millis / 1000;
    let minutes = seconds / 60;
    match millis {
        0..1000 => format!("{millis} ms"),
        // Above, it would be rounded to 60.0 s.
        1000..59_950 => format!("{:.1} s", f64::from(millis) / 1000.0),
        59_950..60_000 => "1 min 0 s".to_owned(),
        60_000..3_600_000 => format!("{minutes} min {} s", seconds % 60),
        _ => format!("{} h {} min", minutes / 60, minutes % 60),
    }
}

pub(crate) fn size(bytes: impl Into<u64>) -> String {
    match bytes.into() {
        bytes @ 0..1000 => format!("{bytes} B"),
        bytes @ 1000..999_950 => format!("{:.1} kB", bytes as f64 / 1e3),
        bytes => megabytes(bytes),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_unix_millis(1_700_000_000_000 + seconds * 1000).unwrap()
    }

    #[test]
    fn near_times_are_told_by_their_distance() {
        let cases = [
            (0, "just now"),
            (-59, "59 s ago"),
            (-60, "1 min ago"),
            (-3 * HOUR, "3 h ago"),
            (-49 * HOUR, "2 d ago"),
            (300, "in 5 min"),
            (-40 * DAY, "2023-10-05"),
        ];
        for (seconds, words) in cases {
            assert_eq!(relative(at(seconds), at(0)), words);
        }
    }

    #[test]
    fn a_countdown_never_runs_below_zero() {
        assert_eq!(countdown(at(299), at(0)), "4:59");
        assert_eq!(countdown(at(-1), at(0)), "0:00");
    }

    #[test]
    fn amounts_have_units() {
        assert_eq!(duration(999), "999 ms");
        assert_eq!(duration(1500), "1.5 s");
        assert_eq!(duration(59_999), "1 min 0 s");
        assert_eq!(duration(61_000), "1 min 1 s");
        assert_eq!(duration(11_100_000), "3 h 5 min");
        assert_eq!(size(120_u32), "120 B");
        assert_eq!(size(6144_u32), "6.1 kB");
        assert_eq!(size(999_999_u32), "1.0 MB");
        assert_eq!(size(5_000_000_000_u64), "5000.0 MB");
    }
}
