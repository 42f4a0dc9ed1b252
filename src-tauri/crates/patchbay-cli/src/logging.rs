//! Logging, if `PATCHBAY_LOG` is set.

use crate::failure::Failure;

/// Starts logging with the filter in `PATCHBAY_LOG`, such as `debug` or `patchbay_oauth=trace`.
pub(crate) fn start() -> Result<(), Failure> {
    let filter = std::env::var("PATCHBAY_LOG").ok();
    let Some(filter) = filter.filter(|text| !text.is_empty()) else {
        return Ok(());
    };
    patchbay_ops::log_to_stderr(&filter).map_err(|error| {
        Failure::usage(
            format!("invalid PATCHBAY_LOG: {error}"),
            "Use a level such as debug.",
        )
    })
}
