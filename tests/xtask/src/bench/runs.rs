//! The pages of a history of a million runs; `tests/benches/runs.rs` measures.

use anyhow::{Context as _, Result};
use serde_json::json;

use super::{Goal, Outcome, program};

/// Milliseconds until the first page of the history is read, and that of the slowest search.
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
            goal: Goal::AtMost(100.0),
            detail: json!({ "runs": found["runs"], "failedMs": found["failedMs"] }),
        },
        Outcome {
            bench: "runs_search",
            kind: "value",
            number: searched,
            unit: "ms for the first page of the slowest search",
            goal: Goal::AtMost(50.0),
            detail: found["searches"].clone(),
        },
    ])
}
