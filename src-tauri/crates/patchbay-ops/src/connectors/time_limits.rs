//! Time limits of connectors, and the errors that name the limit to raise.

use std::time::Duration;

use patchbay_model::{Connector, TimeLimits};
use patchbay_platforms::mcp::McpLimits;

use crate::error::{Error, TimeLimit};

/// Maximum time limit in seconds.
pub const MAX_WAIT: u32 = 86_400;

/// Checks that time limits are between a second and a day.
pub(crate) fn validate_limits(limits: TimeLimits) -> Result<TimeLimits, Error> {
    let mut chosen = [limits.connect_seconds, limits.run_seconds]
        .into_iter()
        .flatten();
    match chosen.all(|seconds| (1..=MAX_WAIT).contains(&seconds)) {
        true => Ok(limits),
        false => Err(Error::usage(
            "a time limit must be from 1 to 86400 seconds",
            "Leave it out for the default.",
        )),
    }
}

/// Returns the limits of a connection; `default` is the time to connect unless the user chose another.
pub(crate) fn limits_of(connector: &Connector, default: Duration) -> McpLimits {
    let idle = run_limit(connector).unwrap_or(McpLimits::DEFAULT.idle);
    McpLimits {
        connect: connect_limit(connector.time_limits, default),
        idle,
        total: McpLimits::DEFAULT.total.max(idle),
        ..McpLimits::DEFAULT
    }
}

pub(crate) fn connect_limit(chosen: TimeLimits, default: Duration) -> Duration {
    chosen.connect_seconds.map_or(default, seconds)
}

/// Returns the time without progress after which a run ends, if the user chose one.
pub(crate) fn run_limit(connector: &Connector) -> Option<Duration> {
    connector.time_limits.run_seconds.map(seconds)
}

fn seconds(number: u32) -> Duration {
    Duration::from_secs(number.max(1).into())
}

/// Converts a timeout to an error that names the limit to raise; returns other errors unchanged.
pub(crate) fn name_limit(error: Error, connector: &Connector, limit: TimeLimit) -> Error {
    match error {
        Error::Platform(patchbay_platforms::Error::TimedOut { after }) => Error::TooSlow {
            connector: connector.title.clone(),
            limit,
            seconds: after.as_secs(),
        },
        error => error,
    }
}
