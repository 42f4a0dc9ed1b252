//! Instants as RFC 3339 text.

use serde::{Deserialize, Serialize};
use specta::Type;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// An instant in UTC; travels as RFC 3339 text, for example `2026-11-20T08:41:07.25Z`.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Type,
)]
#[serde(transparent)]
pub struct Timestamp(
    #[serde(with = "time::serde::rfc3339")]
    #[specta(type = String)]
    OffsetDateTime,
);

impl Timestamp {
    /// Creates a timestamp in UTC.
    pub fn new(instant: OffsetDateTime) -> Self {
        Self(instant.to_offset(time::UtcOffset::UTC))
    }

    /// Creates a timestamp from milliseconds since 1970-01-01T00:00:00Z; `None` outside the years of RFC 3339.
    pub fn from_unix_millis(millis: i64) -> Option<Self> {
        OffsetDateTime::from_unix_timestamp_nanos(i128::from(millis) * 1_000_000)
            .ok()
            .filter(|instant| (0..=9999).contains(&instant.year()))
            .map(Self::new)
    }

    /// Returns milliseconds since 1970-01-01T00:00:00Z, negative before it.
    pub fn unix_millis(self) -> i64 {
        i64::try_from(self.0.unix_timestamp_nanos() / 1_000_000).unwrap_or(i64::MAX)
    }

    /// Parses RFC 3339 text; `None` if it is invalid.
    pub fn parse(text: &str) -> Option<Self> {
        OffsetDateTime::parse(text, &Rfc3339).ok().map(Self::new)
    }

    /// Returns the instant as a type of the `time` crate.
    pub fn instant(self) -> OffsetDateTime {
        self.0
    }
}

impl std::fmt::Display for Timestamp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0.format(&Rfc3339).map_err(|_| std::fmt::Error)?)
    }
}

impl std::ops::Add<std::time::Duration> for Timestamp {
    type Output = Self;

    fn add(self, duration: std::time::Duration) -> Self {
        Self(self.0.saturating_add(span(duration)))
    }
}

impl std::ops::Sub<std::time::Duration> for Timestamp {
    type Output = Self;

    fn sub(self, duration: std::time::Duration) -> Self {
        Self(self.0.saturating_sub(span(duration)))
    }
}

/// Converts a duration, saturating.
fn span(duration: std::time::Duration) -> time::Duration {
    time::Duration::try_from(duration).unwrap_or(time::Duration::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn millis_and_text_agree() {
        let at = Timestamp::from_unix_millis(1_792_567_650_250).unwrap();
        assert_eq!(Timestamp::parse(&at.to_string()), Some(at));
        assert_eq!(at.unix_millis(), 1_792_567_650_250);
    }

    #[test]
    fn other_offsets_are_turned_to_utc() {
        let at = Timestamp::parse("2026-11-20T10:00:00+02:00").unwrap();
        assert_eq!(at.to_string(), "2026-11-20T08:00:00Z");
    }
}
