//! Logs, to standard error, and only when `PATCHBAY_LOG` asks for them.

use tracing::level_filters::LevelFilter;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::failure::Failure;

/// Crates that write addresses, headers or codes into their logs below `info`.
///
/// Source: MCP pitfalls, number 8.
const TALKATIVE: [&str; 7] = [
    "rmcp",
    "hyper",
    "hyper_util",
    "reqwest",
    "h2",
    "rustls",
    "oauth2",
];

/// Starts logging with the filter in `PATCHBAY_LOG`, such as `debug` or `patchbay_oauth=trace`.
///
/// # Errors
/// When the filter cannot be understood.
pub(crate) fn start() -> Result<(), Failure> {
    let Some(filter) = std::env::var("PATCHBAY_LOG")
        .ok()
        .filter(|text| !text.is_empty())
    else {
        return Ok(());
    };
    let filter = EnvFilter::try_new(filter).map_err(|error| {
        Failure::usage(
            format!("PATCHBAY_LOG cannot be understood: {error}"),
            "Use a level such as debug, or target=level.",
        )
    })?;
    let capped = filter_fn(|metadata| {
        LevelFilter::from_level(*metadata.level()) <= LevelFilter::INFO
            || !is_talkative(metadata.target())
    });
    let lines = tracing_subscriber::fmt::layer()
        .with_writer(std::io::stderr)
        .with_ansi(false);
    tracing_subscriber::registry()
        .with(filter)
        .with(capped)
        .with(lines)
        .init();
    Ok(())
}

fn is_talkative(target: &str) -> bool {
    let root = target.split("::").next().unwrap_or_default();
    TALKATIVE.contains(&root)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_whole_name_of_the_crate_counts() {
        assert!(is_talkative("rmcp::transport::auth"));
        assert!(is_talkative("hyper"));
        assert!(!is_talkative("rmcpx"));
        assert!(!is_talkative("patchbay_oauth::token"));
    }
}
