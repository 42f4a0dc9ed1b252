//! Calls per second through the run verb, beside a bare rmcp client; `tests/benches/tool_run.rs` measures.

use anyhow::{Context as _, Result};
use serde_json::Value;

use super::Outcome;
use crate::{
    cargo::cargo,
    shell,
    system::{self, Need},
};

const GOAL: f64 = 0.8;

const ARGUMENTS: [&str; 7] = [
    "--profile",
    "release",
    "--locked",
    "--package",
    "patchbay-tests",
    "--bench",
    "tool_run",
];

/// Builds the program that measures and runs it.
///
/// # Errors
/// When it does not compile, or a call fails.
pub(super) fn measure() -> Result<Outcome> {
    system::prepare(Need::Build)?;
    shell::run(cargo("bench").args(ARGUMENTS).arg("--no-run"))?;
    let answer = shell::read(cargo("bench").args(ARGUMENTS))?;
    let mut detail: Value =
        serde_json::from_str(&answer).with_context(|| format!("no result in {answer:?}"))?;
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
