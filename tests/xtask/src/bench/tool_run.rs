//! Calls per second through the run verb, beside a bare rmcp client; `tests/benches/tool_run.rs` measures.

use anyhow::{Context as _, Result};

use super::{Outcome, program};

const GOAL: f64 = 0.8;

/// Builds the program that measures and runs it.
///
/// # Errors
/// When it does not compile, or a call fails.
pub(super) fn measure() -> Result<Outcome> {
    let mut detail = program::result("tool_run")?;
    let ratio = detail["ratio"].take();
    let ratio = ratio.as_f64().context("the program measured no ratio")?;
    if let Some(detail) = detail.as_object_mut() {
        detail.remove("ratio");
    }
    Ok(Outcome {
        bench: "tool_run",
        kind: "ratio",
        number: ratio,
        unit: "times the calls of a bare client",
        goal: ">= 0.8",
        met: ratio >= GOAL,
        detail,
    })
}
