//! Clients of the hosted platforms, beside bare reqwest and the official clients;
//! `tests/benches/hosted` measures.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};
use serde_json::Value;

use super::{Outcome, program};
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

const CALLS_GOAL: f64 = 0.75;
const CONNECT_GOAL_MS: f64 = 50.0;
const MEMORY_GOAL_MIB: f64 = 64.0;

/// Calls per second beside bare reqwest with serde, or rmcp where MCP is spoken; a line for each call of
/// each platform, one after the other and 32 at once.
///
/// # Errors
/// When the program that measures does not compile, or a call fails.
pub(super) fn calls() -> Result<Vec<Outcome>> {
    let line = |line: Line| Outcome {
        bench: "hosted_calls",
        kind: "ratio",
        met: line.number >= CALLS_GOAL,
        number: line.number,
        unit: "times the calls per second of the bare client",
        goal: ">= 0.75",
        detail: line.detail,
    };
    Ok(run_bench_program(&["calls"])?
        .into_iter()
        .map(line)
        .collect())
}

/// Processor time per call beside the official clients, a line for each call that both have; none
/// without `with_sdks`, which installs them for this once.
///
/// # Errors
/// When a client cannot be installed, the program does not compile, or a call fails.
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
    let line = |line: Line| {
        let platform = line.detail["platform"].as_str().unwrap_or_default();
        let (least, goal) = cpu_goal(platform);
        Outcome {
            bench: "hosted_cpu",
            kind: "ratio",
            met: line.number >= least,
            number: line.number,
            unit: "times less processor time per call than the official client",
            goal,
            detail: line.detail,
        }
    };
    let lines = run_bench_program(&["cpu", python])?;
    Ok(lines.into_iter().map(line).collect())
}

fn cpu_goal(platform: &str) -> (f64, &'static str) {
    match platform {
        "mistral" => (15.0, ">= 15"),
        "agentstack" => (100.0, ">= 100"),
        _ => (5.0, ">= 5"),
    }
}

/// Processor time of connecting to an Airbyte connector by its slug in a cold process.
///
/// # Errors
/// As [`calls`].
pub(super) fn connect() -> Result<Vec<Outcome>> {
    let line = |line: Line| Outcome {
        bench: "airbyte_connect",
        kind: "value",
        met: line.number <= CONNECT_GOAL_MS,
        number: line.number,
        unit: "ms of processor time",
        goal: "<= 50",
        detail: line.detail,
    };
    Ok(run_bench_program(&["connect"])?
        .into_iter()
        .map(line)
        .collect())
}

/// Memory of listing 10,000 connectors over 100 pages, a line for each platform that has pages.
///
/// # Errors
/// As [`calls`].
pub(super) fn many() -> Result<Vec<Outcome>> {
    let line = |line: Line| Outcome {
        bench: "hosted_many",
        kind: "value",
        met: line.number < MEMORY_GOAL_MIB,
        number: line.number,
        unit: "MiB above idle",
        goal: "< 64",
        detail: line.detail,
    };
    Ok(run_bench_program(&["many"])?
        .into_iter()
        .map(line)
        .collect())
}

/// A measured number and what belongs to it.
struct Line {
    number: f64,
    detail: Value,
}

/// Builds the program that measures and runs it with these arguments.
fn run_bench_program(arguments: &[&str]) -> Result<Vec<Line>> {
    let results = program::results("hosted", arguments)?;
    results.into_iter().map(line).collect()
}

fn line(mut detail: Value) -> Result<Line> {
    let members = detail.as_object_mut().context("a result is no object")?;
    let number = members.remove("ratio").or_else(|| members.remove("value"));
    let number = number.and_then(|number| number.as_f64());
    Ok(Line {
        number: number.context("the program measured no number")?,
        detail,
    })
}

/// Installs the official clients into `environment` and gives its interpreter.
fn install(environment: &Path) -> Result<PathBuf> {
    let (folder, python) = system::python_tools();
    shell::run(Command::new(python).args(["-m", "venv"]).arg(environment))?;
    let python = environment.join(folder).join("python");
    let mut pip = Command::new(&python);
    shell::run(pip.args(["-m", "pip", "install", "--quiet"]).args(SDKS))?;
    Ok(python)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_its_number_and_the_rest() {
        let line = line(serde_json::json!({"ratio": 0.95, "platform": "cohere"})).expect("a line");
        assert!((line.number - 0.95).abs() < f64::EPSILON);
        assert_eq!(line.detail, serde_json::json!({"platform": "cohere"}));
    }

    #[test]
    fn every_platform_has_the_goal_of_its_client() {
        assert_eq!(cpu_goal("agentstack").1, ">= 100");
        assert_eq!(cpu_goal("airbyte").1, ">= 5");
    }
}
