//! How long the server of a connector is waited for, and what is said when that was too short.

use std::time::Duration;

use patchbay_model::Connector;
use patchbay_platforms::mcp::McpLimits;

use crate::error::{Error, TimeLimit};

/// The limits of a connection to its server, which may take `usual` to be made unless the connector says otherwise.
pub(crate) fn limits_of(connector: &Connector, usual: Duration) -> McpLimits {
    let chosen = connector.time_limits;
    let idle = run_limit(connector).unwrap_or(McpLimits::DEFAULT.idle);
    McpLimits {
        connect: chosen.connect_seconds.map_or(usual, seconds),
        idle,
        total: McpLimits::DEFAULT.total.max(idle),
        ..McpLimits::DEFAULT
    }
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
