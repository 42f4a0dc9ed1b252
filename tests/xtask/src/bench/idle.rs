//! What 50 connections to servers on the web take while nobody uses them; `tests/benches/local` measures.

use anyhow::{Context as _, Result};
use serde_json::json;

use super::{Outcome, program};

/// Less than any list of processes shows.
const BUSY_GOAL_PERCENT: f64 = 0.05;
const MEMORY_GOAL_KIB: f64 = 200.0;

/// Processor time of all, and memory of each.
///
/// # Errors
/// When the program that measures does not compile, or a server cannot be connected.
pub(super) fn measure() -> Result<Vec<Outcome>> {
    let found = program::result("local", &["idle"])?;
    let number = |of: &str| found[of].as_f64().with_context(|| format!("no {of}"));
    let (busy, memory) = (number("percent")?, number("kibibytesEach")?);
    let detail = json!({ "servers": found["servers"], "seconds": found["seconds"] });
    Ok(vec![
        Outcome {
            bench: "idle",
            kind: "value",
            number: busy,
            unit: "% of a processor",
            goal: "< 0.05",
            met: busy < BUSY_GOAL_PERCENT,
            detail: detail.clone(),
        },
        Outcome {
            bench: "idle_memory",
            kind: "value",
            number: memory,
            unit: "KiB for each connection",
            goal: "<= 200",
            met: memory <= MEMORY_GOAL_KIB,
            detail,
        },
    ])
}
