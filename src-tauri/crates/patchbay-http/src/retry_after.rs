//! How long a response asks to wait before a retry.

use std::time::Duration;

use http::HeaderMap;
use http::header::RETRY_AFTER;
use patchbay_model::Timestamp;
use time::OffsetDateTime;

/// Differences in how the platforms' own clients parse the headers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RetryAfterRules {
    /// Whether fractions of seconds are invalid.
    pub whole_seconds: bool,
    /// Whether `retry-after-ms: 0` takes precedence over `retry-after`, as other numbers of milliseconds do.
    pub zero_millis_count: bool,
    /// Whether they count with 429 and 503 only, as some send them with every response.
    pub only_when_busy: bool,
}

impl RetryAfterRules {
    /// Whether the headers of a response with that status count.
    pub(super) fn apply_to(self, status: u16) -> bool {
        !self.only_when_busy || matches!(status, 429 | 503)
    }
}

/// How long a response asks to wait, as most clients parse it.
pub fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    requested_wait(headers, now, RetryAfterRules::default())
}

/// The wait in `retry-after-ms`, or else in `retry-after`: milliseconds, seconds with or without a fraction, or an
/// HTTP date relative to `now`. A time in the past is zero.
///
/// Source: RFC 9110, section 10.2.3; Cohere contract, section 6; Mistral contract, section 7.
pub(super) fn requested_wait(
    headers: &HeaderMap,
    now: Timestamp,
    rules: RetryAfterRules,
) -> Option<Duration> {
    let millis = text(headers, "retry-after-ms")
        .and_then(|text| text.parse::<f64>().ok())
        .filter(|millis| *millis > 0.0 || (*millis == 0.0 && rules.zero_millis_count));
    if let Some(millis) = millis {
        return Duration::try_from_secs_f64(millis / 1000.0).ok();
    }
    let text = text(headers, RETRY_AFTER.as_str())?;
    match text.parse::<f64>() {
        Ok(_) if rules.whole_seconds && text.parse::<i64>().is_err() => None,
        Ok(seconds) if seconds < 0.0 => Some(Duration::ZERO),
        Ok(seconds) => Duration::try_from_secs_f64(seconds).ok(),
        Err(_) => {
            let date = OffsetDateTime::from(httpdate::parse_http_date(text).ok()?);
            Some(Duration::try_from(date - now.instant()).unwrap_or_default())
        }
    }
}

/// The time until `x-ratelimit-reset` (unix seconds); `None` if it is in the past.
pub(super) fn reset(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let at = text(headers, "x-ratelimit-reset")?.parse::<f64>().ok()?;
    let now = now.instant().unix_timestamp_nanos() as f64 / 1e9;
    Duration::try_from_secs_f64(at - now)
        .ok()
        .filter(|wait| !wait.is_zero())
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok().map(str::trim)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Timestamp {
        Timestamp::parse("2026-10-21T07:27:30Z").unwrap()
    }

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()))
            .collect()
    }

    #[test]
    fn every_form_is_understood() {
        let read = |pairs, reading| {
            requested_wait(&headers(pairs), now(), reading).map(|wait| wait.as_millis())
        };
        let of = |pairs| read(pairs, RetryAfterRules::default());
        assert_eq!(of(&[("retry-after", "7")]), Some(7000));
        assert_eq!(of(&[("retry-after", " 1.5 ")]), Some(1500));
        assert_eq!(
            of(&[("retry-after", "Wed, 21 Oct 2026 07:28:00 GMT")]),
            Some(30_000)
        );
        assert_eq!(
            of(&[("retry-after", "Wednesday, 21-Oct-26 07:28:00 GMT")]),
            Some(30_000)
        );
        assert_eq!(
            of(&[("retry-after", "Wed Oct 21 07:28:00 2026")]),
            Some(30_000)
        );
        assert_eq!(
            of(&[("retry-after", "9"), ("retry-after-ms", "250")]),
            Some(250)
        );
        assert_eq!(
            of(&[("retry-after", "9"), ("retry-after-ms", "0")]),
            Some(9000)
        );
        let official = RetryAfterRules {
            whole_seconds: true,
            zero_millis_count: true,
            ..RetryAfterRules::default()
        };
        let of = |pairs| read(pairs, official);
        assert_eq!(
            of(&[("retry-after", "9"), ("retry-after-ms", "0")]),
            Some(0)
        );
        assert_eq!(
            of(&[("retry-after", "9"), ("retry-after-ms", "-1")]),
            Some(9000)
        );
        assert_eq!(of(&[("retry-after", "1.5")]), None);
        assert_eq!(
            of(&[("retry-after", "Wed, 21 Oct 2026 07:28:00 GMT")]),
            Some(30_000)
        );
    }

    #[test]
    fn the_past_is_zero_and_nonsense_is_nothing() {
        let of = |value| {
            requested_wait(
                &headers(&[("retry-after", value)]),
                now(),
                RetryAfterRules::default(),
            )
        };
        assert_eq!(of("Wed, 21 Oct 2026 07:00:00 GMT"), Some(Duration::ZERO));
        assert_eq!(of("-3"), Some(Duration::ZERO));
        for nonsense in ["soon", "", "NaN", "inf", "1e400"] {
            assert_eq!(of(nonsense), None, "{nonsense}");
        }
    }

    #[test]
    fn a_reset_counts_while_it_lies_ahead() {
        let at = |value| reset(&headers(&[("x-ratelimit-reset", value)]), now());
        assert_eq!(at("1792567660").map(|wait| wait.as_secs()), Some(10));
        assert_eq!(at("1792567000"), None);
    }
}
