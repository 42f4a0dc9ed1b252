//! How long the server of a connector is waited for, and what is said when that was too short.

use std::time::Duration;

use patchbay_model::{Connector, TimeLimits};
use patchbay_platforms::mcp::McpLimits;

use crate::error::{Error, TimeLimit};

/// The longest time that a server can be given, in seconds.
pub const MAX_WAIT: u32 = 86_400;

/// Time limits that can be kept.
///
/// # Errors
/// [`Error::Usage`] for one of nothing, or of more than a day.
pub(crate) fn validate_limits(limits: TimeLimits) -> Result<TimeLimits, Error> {
    let given = [limits.connect_seconds, limits.run_seconds];
    if given
        .into_iter()
        .flatten()
        .all(|seconds| (1..=MAX_WAIT).contains(&seconds))
    {
        return Ok(limits);
    }
    Err(Error::Usage {
        what: "a time limit must be from 1 to 86400 seconds".to_owned(),
        hint: "Leave it out for the default.".to_owned(),
    })
}

/// The limits of a connection to its server, which may take `usual` to be made unless the connector says otherwise.
pub(crate) fn limits_of(connector: &Connector, usual: Duration) -> McpLimits {
    let idle = run_limit(connector).unwrap_or(McpLimits::DEFAULT.idle);
    McpLimits {
        connect: connect_limit(connector.time_limits, usual),
        idle,
        total: McpLimits::DEFAULT.total.max(idle),
        ..McpLimits::DEFAULT
    }
}

/// How long connecting may take: as long as it usually may, unless something else was chosen.
pub(crate) fn connect_limit(chosen: TimeLimits, usual: Duration) -> Duration {
    chosen.connect_seconds.map_or(usual, seconds)
}

/// How long a run may be silent, where that was chosen.
pub(crate) fn run_limit(connector: &Connector) -> Option<Duration> {
    connector.time_limits.run_seconds.map(seconds)
}

fn seconds(number: u32) -> Duration {
    Duration::from_secs(number.max(1).into())
}

/// The same error; where the server took too long, with the limit that can be raised.
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
