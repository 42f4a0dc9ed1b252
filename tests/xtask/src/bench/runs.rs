//! The pages of a history of a million runs; `tests/benches/runs.rs` measures.

use anyhow::{Context as _, Result};
use serde_json::json;

use super::{Outcome, program};

const OPENED_GOAL_MS: f64 = 100.0;
const SEARCHED_GOAL_MS: f64 = 50.0;

/// Milliseconds until the first page of the history is read, and that of the slowest search.
///
/// # Errors
/// When the program that measures does not compile, or finds nothing.
pub(super) fn search() -> Result<Vec<Outcome>> {
    let found = program::result("runs", &[])?;
    let number = |of: &str| found[of].as_f64().with_context(|| format!("no {of}"));
    let (opened, searched) = (number("openedMs")?, number("searchedMs")?);
    Ok(vec![
        Outcome {
            bench: "runs_open",
            kind: "value",
            number: opened,
            unit: "ms for the first page",
            goal: "<= 100",
            met: opened <= OPENED_GOAL_MS,
            detail: json!({ "runs": found["runs"], "failedMs": found["failedMs"] }),
        },
        Outcome {
            bench: "runs_search",
            kind: "value",
            number: searched,
            unit: "ms for the first page of the slowest search",
            goal: "<= 50",
            met: searched <= SEARCHED_GOAL_MS,
            detail: found["searches"].clone(),
        },
    ])
}
