//! Calls per second through the run verb, beside a bare rmcp client; `tests/benches/local` measures.

use anyhow::{Context as _, Result};

use super::{Goal, Outcome, program};
use crate::servers::install;

/// Calls to a server on the web.
pub(super) fn over_http() -> Result<Outcome> {
    outcome("tool_run", &["http"])
}

/// Calls to a program: a server that nobody here wrote.
pub(super) fn over_stdio() -> Result<Outcome> {
    let server = install::npm()?.join(install::EVERYTHING);
    let server = server.to_str().context("a path that is no text")?;
    outcome("stdio_call", &["stdio", "node", server, "stdio"])
}

fn outcome(bench: &'static str, arguments: &[&str]) -> Result<Outcome> {
    let mut detail = program::result("local", arguments)?;
    let members = detail.as_object_mut().context("a result is no object")?;
    let ratio = members.remove("ratio").and_then(|ratio| ratio.as_f64());
    let ratio = ratio.context("the program measured no ratio")?;
    Ok(Outcome {
        bench,
        kind: "ratio",
        number: ratio,
        unit: "times the calls of a bare client",
        goal: Goal::AtLeast(0.8),
        detail,
    })
}
