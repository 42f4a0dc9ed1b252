//! Time limits of connectors, and the errors that name the limit to raise.

use std::time::Duration;

use patchbay_model::{Connector, TimeLimits};
use patchbay_platforms::mcp::McpLimits;

use crate::abilities::abilities;
use crate::error::{Error, TimeLimit};
use crate::processes::program_version::is_open;

/// Maximum time limit in seconds.
pub const MAX_WAIT: u32 = 86_400;

/// Time for a local program to initialize that may have to be downloaded first.
const DOWNLOAD_TIMEOUT: Duration = Duration::from_secs(600);

/// Time for a local program to initialize that was downloaded before.
const START_TIMEOUT: Duration = Duration::from_secs(60);

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

/// Returns a limit of a connector: the one that the user chose, else the default.
pub fn time_limit(connector: &Connector, limit: TimeLimit) -> Duration {
    match limit {
        TimeLimit::Connect => connect_limit(connector.time_limits, default_connect(connector)),
        TimeLimit::Run | TimeLimit::Call => run_limit(connector),
    }
}

fn default_connect(connector: &Connector) -> Duration {
    let Some(command) = &connector.command else {
        return McpLimits::DEFAULT.connect;
    };
    // What worked before may have a newer version by now.
    let is_downloaded =
        connector.server.is_some() && !is_open(&command.program, &command.arguments);
    match is_downloaded {
        true => START_TIMEOUT,
        false => DOWNLOAD_TIMEOUT,
    }
}

/// Returns the limits of a connection.
pub(crate) fn limits_of(connector: &Connector) -> McpLimits {
    let idle = run_limit(connector);
    McpLimits {
        connect: time_limit(connector, TimeLimit::Connect),
        idle,
        total: McpLimits::DEFAULT.total.max(idle),
        ..McpLimits::DEFAULT
    }
}

pub(crate) fn connect_limit(chosen: TimeLimits, default: Duration) -> Duration {
    chosen.connect_seconds.map_or(default, seconds)
}

/// Returns the time between two signs of life after which a run ends.
pub(crate) fn run_limit(connector: &Connector) -> Duration {
    let chosen = connector.time_limits.run_seconds;
    seconds(chosen.unwrap_or_else(|| abilities(connector).run_seconds))
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

#[cfg(test)]
mod tests {
    use patchbay_model::{Platform, ServerCommand, ServerFacts, Transport};

    use super::*;
    use crate::testing::{UNREACHABLE_URL, add, open_temporary};

    #[tokio::test]
    async fn a_program_that_may_be_downloaded_has_longer_to_start() {
        let (_home, cx) = open_temporary().await;
        let mut connector = add(&cx, UNREACHABLE_URL).await;
        let limit = |connector: &Connector| time_limit(connector, TimeLimit::Connect);
        assert_eq!(limit(&connector), McpLimits::DEFAULT.connect);
        let of_npx = |package: &str| ServerCommand {
            program: "npx".to_owned(),
            arguments: vec!["-y".to_owned(), package.to_owned()],
            ..ServerCommand::default()
        };
        connector.command = Some(of_npx("server@1.2.3"));
        assert_eq!(limit(&connector), DOWNLOAD_TIMEOUT, "the first time");
        connector.server = Some(ServerFacts {
            name: "server".to_owned(),
            version: "1.2.3".to_owned(),
            protocol_version: "2025-11-25".to_owned(),
            protocol_reason: None,
            transport: Transport::Stdio,
            instructions: None,
            icon: None,
        });
        assert_eq!(limit(&connector), START_TIMEOUT);
        connector.command = Some(of_npx("server"));
        assert_eq!(limit(&connector), DOWNLOAD_TIMEOUT, "a newer version");
    }

    #[tokio::test]
    async fn a_platform_has_longer_to_run_a_tool() {
        let (_home, cx) = open_temporary().await;
        let local = add(&cx, UNREACHABLE_URL).await;
        assert_eq!(run_limit(&local).as_secs(), 60);
        let mut hosted = local;
        hosted.identity.platform = Platform::Mistral;
        assert_eq!(run_limit(&hosted).as_secs(), 300);
        hosted.time_limits.run_seconds = Some(5);
        assert_eq!(run_limit(&hosted).as_secs(), 5);
    }
}
