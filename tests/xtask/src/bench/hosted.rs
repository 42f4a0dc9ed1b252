//! Clients of the hosted platforms, beside bare reqwest and the official clients;
//! `tests/benches/hosted` measures.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use serde_json::Value;

use super::{Goal, Outcome, program};
use crate::{
    shell,
    system::{self, Need},
};

/// The official clients that the contracts were recorded with.
const SDKS: [&str; 4] = [
    "mistralai==3.7.0",
    "cohere==7.3.1",
    "agentstack-sdk==0.7.1",
    "airbyte-agent-sdk==0.1.380",
];

/// Calls per second beside bare reqwest with serde, or rmcp where MCP is spoken; a line for each call of
/// each platform, one after the other and 32 at once.
pub(super) fn calls() -> Result<Vec<Outcome>> {
    let outcome = |(number, detail)| Outcome {
        bench: "hosted_calls",
        kind: "ratio",
        number,
        unit: "times the calls per second of the bare client",
        goal: Goal::AtLeast(0.75),
        detail,
    };
    measure("calls", outcome)
}

/// Processor time per call beside the official clients, a line for each call that both have; none
/// without `with_sdks`, which installs them for this once.
pub(super) fn cpu(with_sdks: bool) -> Result<Vec<Outcome>> {
    if !with_sdks {
        shell::log(
            "hosted_cpu is left out: it compares with the official clients, which --with-sdks installs \
             from PyPI into a throw-away virtual environment.",
        );
        return Ok(Vec::new());
    }
    system::prepare(Need::Sdks)?;
    let environment = tempfile::tempdir()?;
    let python = install(environment.path())?;
    let python = python.to_str().context("a path that is no text")?;
    let outcome = |(number, detail): (f64, Value)| Outcome {
        bench: "hosted_cpu",
        kind: "ratio",
        number,
        unit: "times less processor time per call than the official client",
        goal: Goal::AtLeast(cpu_goal(&detail["platform"])),
        detail,
    };
    let lines = run_bench_program(&["cpu", python])?;
    Ok(lines.into_iter().map(outcome).collect())
}

fn cpu_goal(platform: &Value) -> f64 {
    match platform.as_str() {
        Some("mistral") => 15.0,
        Some("agentstack") => 100.0,
        _ => 5.0,
    }
}

/// Processor time of connecting to an Airbyte connector by its slug in a cold process.
pub(super) fn connect() -> Result<Vec<Outcome>> {
    let outcome = |(number, detail)| Outcome {
        bench: "airbyte_connect",
        kind: "value",
        number,
        unit: "ms of processor time",
        goal: Goal::AtMost(50.0),
        detail,
    };
    measure("connect", outcome)
}

/// Memory of listing 10,000 connectors over 100 pages, a line for each platform that has pages.
pub(super) fn many() -> Result<Vec<Outcome>> {
    let outcome = |(number, detail)| Outcome {
        bench: "hosted_many",
        kind: "value",
        number,
        unit: "MiB above idle",
        goal: Goal::Below(64.0),
        detail,
    };
    measure("many", outcome)
}

fn measure(what: &str, outcome: impl Fn((f64, Value)) -> Outcome) -> Result<Vec<Outcome>> {
    let lines = run_bench_program(&[what])?;
    Ok(lines.into_iter().map(outcome).collect())
}

/// Builds the program that measures and runs it with these arguments.
fn run_bench_program(arguments: &[&str]) -> Result<Vec<(f64, Value)>> {
    let results = program::results("hosted", arguments)?;
    results.into_iter().map(split_number).collect()
}

/// A measured number and what belongs to it.
fn split_number(mut detail: Value) -> Result<(f64, Value)> {
    let members = detail.as_object_mut().context("a result is no object")?;
    let number = members.remove("ratio").or_else(|| members.remove("value"));
    let number = number.and_then(|number| number.as_f64());
    let number = number.context("the program measured no number")?;
    Ok((number, detail))
}

/// Installs the official clients into `environment` and gives its interpreter.
fn install(environment: &Path) -> Result<PathBuf> {
    let programs = system::make_python_environment(environment)?;
    shell::run(system::pip_install(&programs).args(SDKS))?;
    Ok(programs.join("python"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_its_number_and_the_rest() {
        let line = serde_json::json!({"ratio": 0.95, "platform": "cohere"});
        let (number, detail) = split_number(line).expect("a line");
        assert!((number - 0.95).abs() < f64::EPSILON);
        assert_eq!(detail, serde_json::json!({"platform": "cohere"}));
    }

    #[test]
    fn every_platform_has_the_goal_of_its_client() {
        assert_eq!(cpu_goal(&"agentstack".into()), 100.0);
        assert_eq!(cpu_goal(&"airbyte".into()), 5.0);
    }
}
