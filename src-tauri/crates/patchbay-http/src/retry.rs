//! Which failures are retried, and after how long.

use std::ops::RangeInclusive;
use std::time::Duration;

use http::HeaderMap;
use patchbay_model::Timestamp;

use super::retry_after::{self, RetryAfterRules};
use crate::{Error, Unreachable};

/// Whether a request may be retried after a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RetryClass {
    /// Never, since it would take effect twice.
    Never,
    /// After 429 only, which means that the platform did nothing.
    WhenRateLimited,
    /// Whenever the retry policy allows it.
    Freely,
}

/// Which failures are retried, how often, and after which waits.
#[derive(Clone, Debug, PartialEq)]
pub struct RetryPolicy {
    /// Maximum number of retries after the first attempt.
    pub max_retries: u32,
    /// Ranges of statuses that are retried.
    pub statuses: Vec<RangeInclusive<u16>>,
    /// Waits if the response asks for none.
    pub backoff: Backoff,
    /// Maximum of the wait that a response asks for (`retry-after-ms`, `retry-after`); zero to ignore these headers.
    pub max_retry_after: Duration,
    /// How these headers are parsed.
    pub retry_after_rules: RetryAfterRules,
    /// Whether `x-ratelimit-reset` (unix seconds) is used if these headers are missing.
    pub honor_ratelimit_reset: bool,
    /// No retries once this time has passed since the first attempt.
    pub max_elapsed: Option<Duration>,
    /// Whether failures to connect are retried.
    pub on_connect: bool,
    /// Whether connections that were lost after sending are retried.
    pub on_lost: bool,
}

/// Exponential backoff: `first × factor^n`, at most `longest`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Backoff {
    /// Wait before the first retry.
    pub first: Duration,
    /// Growth from one wait to the next.
    pub factor: f64,
    /// Maximum wait.
    pub longest: Duration,
    /// Random variation of each wait.
    pub jitter: Jitter,
}

/// Random variation of a wait.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Jitter {
    /// Longer or shorter by up to this fraction.
    Around(f64),
    /// Longer by up to this fraction.
    Above(f64),
    /// Longer by up to this time, before the maximum applies.
    Added(Duration),
}

impl RetryPolicy {
    /// Retries nothing.
    pub const NEVER: Self = Self {
        max_retries: 0,
        statuses: Vec::new(),
        backoff: Backoff {
            first: Duration::from_secs(1),
            factor: 2.0,
            longest: Duration::from_secs(60),
            jitter: Jitter::Around(0.1),
        },
        max_retry_after: Duration::from_secs(60),
        retry_after_rules: RetryAfterRules {
            whole_seconds: false,
            zero_millis_count: false,
            only_when_busy: false,
        },
        honor_ratelimit_reset: false,
        max_elapsed: None,
        on_connect: false,
        on_lost: false,
    };

    /// Retries nothing unless a call asks for it.
    pub fn on_request() -> Self {
        Self {
            statuses: vec![429..=429, 500..=500, 502..=504],
            retry_after_rules: RetryAfterRules {
                only_when_busy: true,
                ..RetryAfterRules::default()
            },
            ..Self::NEVER
        }
    }

    /// Whether this failure is retried.
    pub(super) fn should_retry(&self, error: &Error, repeat: RetryClass) -> bool {
        if let Error::Unreachable { how, .. } = error {
            let is_retried = match how {
                Unreachable::Refused
                | Unreachable::Dns
                | Unreachable::NoRoute
                | Unreachable::Proxy
                | Unreachable::ProxyRefused => self.on_connect,
                Unreachable::Lost => self.on_lost,
                // The user has waited for as long as a connection may take.
                Unreachable::NoAnswer
                | Unreachable::Tls
                | Unreachable::CertificateNeeded
                | Unreachable::ProxySignIn => false,
            };
            return is_retried && repeat == RetryClass::Freely;
        }
        let Some(refusal) = error.refusal() else {
            return false;
        };
        let is_listed = self
            .statuses
            .iter()
            .any(|range| range.contains(&refusal.status));
        // A success of unexpected form has a status, too, and would be the same at the next attempt.
        let is_refused = !matches!(error, Error::UnexpectedAnswer { .. });
        is_refused
            && is_listed
            && match repeat {
                RetryClass::Never => false,
                RetryClass::WhenRateLimited => refusal.status == 429,
                RetryClass::Freely => true,
            }
    }

    /// How long to wait before retry `n`, counted from zero.
    pub(super) fn wait(&self, n: u32, answer: &HeaderMap, now: Timestamp, chance: f64) -> Duration {
        let requested = retry_after::requested_wait(answer, now, self.retry_after_rules)
            .filter(|wait| !wait.is_zero());
        if let Some(requested) = requested
            && !self.max_retry_after.is_zero()
        {
            return requested.min(self.max_retry_after);
        }
        if self.honor_ratelimit_reset
            && let Some(reset) = retry_after::reset(answer, now)
        {
            return reset.min(self.max_retry_after).mul_f64(1.0 + 0.2 * chance);
        }
        self.backoff.wait(n, chance)
    }
}

impl Backoff {
    fn wait(&self, n: u32, chance: f64) -> Duration {
        let longest = self.longest.as_secs_f64();
        let grown = self.first.as_secs_f64() * self.factor.powf(f64::from(n));
        let seconds = match self.jitter {
            Jitter::Around(share) => grown.min(longest) * (1.0 + share * (2.0 * chance - 1.0)),
            Jitter::Above(share) => grown.min(longest) * (1.0 + share * chance),
            Jitter::Added(most) => (grown + most.as_secs_f64() * chance).min(longest),
        };
        Duration::try_from_secs_f64(seconds).unwrap_or(self.longest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waits(backoff: Backoff, chance: f64) -> Vec<f64> {
        (0..8)
            .map(|n| backoff.wait(n, chance).as_secs_f64())
            .collect()
    }

    /// Source: Cohere contract, section 6; 10ex contract, section 2; Mistral contract, section 7.
    #[test]
    fn waits_follow_each_contracts_formula() {
        let cohere = RetryPolicy::NEVER.backoff;
        assert_eq!(
            waits(cohere, 0.5),
            [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 60.0, 60.0]
        );
        assert_eq!(waits(cohere, 0.0)[1], 1.8);

        let tenex = Backoff {
            jitter: Jitter::Above(0.25),
            ..cohere
        };
        assert_eq!(waits(tenex, 0.0)[..3], [1.0, 2.0, 4.0]);
        assert_eq!(waits(tenex, 1.0)[7], 75.0);

        let mistral = Backoff {
            first: Duration::from_millis(500),
            factor: 1.5,
            longest: Duration::from_secs(2),
            jitter: Jitter::Added(Duration::from_secs(1)),
        };
        assert_eq!(waits(mistral, 0.0)[..3], [0.5, 0.75, 1.125]);
        assert_eq!(waits(mistral, 1.0)[2], 2.0);
    }

    #[test]
    fn a_wait_never_overflows() {
        let backoff = Backoff {
            factor: 1e300,
            ..RetryPolicy::NEVER.backoff
        };
        assert_eq!(backoff.wait(u32::MAX, 0.5), Duration::from_secs(60));
    }
}
