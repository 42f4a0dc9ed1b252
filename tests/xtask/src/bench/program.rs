//! The programs of `tests/benches`: built and run, and what they print.

use anyhow::{Context as _, Result};
use serde_json::Value;

use crate::{
    cargo::cargo,
    shell,
    system::{self, Need},
};

/// Builds the program and runs it with these arguments; each line that it prints is one result.
pub(super) fn results(name: &str, arguments: &[&str]) -> Result<Vec<Value>> {
    system::prepare(Need::Build)?;
    let bench = || {
        let mut bench = cargo("bench");
        bench.args(["--profile", "release", "--locked"]);
        bench.args(["--package", "patchbay-tests", "--bench", name]);
        bench
    };
    shell::run(bench().arg("--no-run"))?;
    let answer = shell::read(bench().arg("--").args(arguments))?;
    let result =
        |line| serde_json::from_str(line).with_context(|| format!("no result in {line:?}"));
    answer.lines().map(result).collect()
}

/// As [`results`], of a program that has one.
pub(super) fn result(name: &str, arguments: &[&str]) -> Result<Value> {
    results(name, arguments)?
        .pop()
        .context("the program measured nothing")
}
