//! What 50 connections to servers on the web take while nobody uses them; `tests/benches/local` measures.

use anyhow::{Context as _, Result};
use serde_json::json;

use super::{Goal, Outcome, program};

/// Processor time of all, and memory of each.
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
            goal: Goal::Below(0.05),
            detail: detail.clone(),
        },
        Outcome {
            bench: "idle_memory",
            kind: "value",
            number: memory,
            unit: "KiB for each connection",
            goal: Goal::AtMost(200.0),
            detail,
        },
    ])
}
