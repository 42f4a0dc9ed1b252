//! The official conformance suite of MCP, with Patchbay's operations as the client under test.
//!
//! The client is the example `conformance` of the package `patchbay-tests`. Known failures and
//! their reasons are listed in `tests/conformance/known-failures.yml`; a listed scenario that passes fails the run
//! too, so that the list stays true.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context as _, Result};

use crate::{cargo, paths, shell, system, test_counts::TestCounts};

/// The suite on npm.
const SUITE: &str = "@modelcontextprotocol/conformance@0.2.0-alpha.12";

/// The version of Node for the suite where the system's is too old.
const NODE: &str = "22.23.3";

/// Supported revisions of the protocol, one of each era.
pub(crate) const REVISIONS: [&str; 2] = ["2026-07-28", "2025-11-25"];

pub(crate) struct Suite {
    node: PathBuf,
    program: PathBuf,
    client: PathBuf,
}

impl Suite {
    /// Installs the suite into the build folder, and builds the client.
    pub(crate) fn prepare() -> Result<Self> {
        shell::run(cargo::linted(&["build"]).args(["--example", "conformance"]))?;
        let folder = paths::target().join("conformance");
        fs::create_dir_all(&folder)?;
        let program = folder.join("node_modules/@modelcontextprotocol/conformance/dist/index.js");
        if !program.exists() {
            install(&folder, SUITE)?;
        }
        Ok(Self {
            node: node(&folder)?,
            program,
            client: client(),
        })
    }

    /// Runs all client scenarios of `revision` and counts them.
    pub(crate) fn run(&self, revision: &str) -> Result<TestCounts> {
        let mut command = Command::new(&self.node);
        command
            .current_dir(paths::root())
            .arg(&self.program)
            .arg("client")
            .arg("--command")
            .arg(&self.client)
            .args(["--requirements", revision])
            .args([
                "--expected-failures",
                "tests/conformance/known-failures.yml",
            ]);
        shell::log(format_args!("$ {}", shell::describe(&command)));
        let output = command.output().context("could not start the suite")?;
        let said = String::from_utf8_lossy(&output.stdout);
        let (_, summary) = said
            .split_once("=== SUITE SUMMARY ===")
            .with_context(|| format!("the suite has no summary: {said}"))?;
        shell::print_result(summary.trim());
        let mut totals = count(summary);
        if !output.status.success() {
            // A scenario failed that is not known to fail, or one that is known to fail passed.
            totals.failed = totals.failed.max(1);
        }
        Ok(totals)
    }
}

/// Number of passed scenarios, and of failed ones that are not known to fail.
fn count(summary: &str) -> TestCounts {
    let unexpected = summary.split_once("Unexpected failures (");
    let failed = unexpected.map_or(0, |(_, list)| {
        let lines = list.lines().skip(1);
        lines
            .take_while(|line| line.trim_start().starts_with('✗'))
            .count()
    });
    let passed = summary.lines().filter(|line| line.starts_with('✓'));
    TestCounts {
        passed: u32::try_from(passed.count()).unwrap_or(u32::MAX),
        failed: u32::try_from(failed).unwrap_or(u32::MAX),
        ..TestCounts::default()
    }
}

/// Node 22 or newer: the system's, or one in `folder`.
fn node(folder: &Path) -> Result<PathBuf> {
    if system::node_major().is_some_and(|major| major >= 22) {
        return Ok("node".into());
    }
    // The package that `node` on npm installs; it is prebuilt and needs no install script.
    let package = system::node_package();
    let program = folder
        .join("node_modules")
        .join(&package)
        .join("bin/node")
        .with_extension(env::consts::EXE_EXTENSION);
    if !program.exists() {
        install(folder, &format!("{package}@{NODE}"))?;
    }
    Ok(program)
}

fn install(folder: &Path, package: &str) -> Result<()> {
    let mut npm = system::npm();
    npm.current_dir(folder)
        .args(["install", "--save-exact", "--no-audit", "--no-fund"])
        .args(["--prefix", "."]);
    shell::run(npm.arg(package))
}

fn client() -> PathBuf {
    let program = paths::target().join("debug/examples/conformance");
    program.with_extension(env::consts::EXE_EXTENSION)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_known_to_fail_counts_neither_way() {
        let summary = "\n✓ initialize: 2 passed, 0 failed\n✗ elicitation: 0 passed, 6 failed\n\
            ✓ tools_call: 2 passed, 0 failed\n✗ auth/x: 1 passed, 1 failed\n\nTotal: 5 passed, 7 failed\n\n\
            \u{1b}[33mExpected failures (in baseline):\u{1b}[0m\n  ~ elicitation\n\n\
            \u{1b}[31mUnexpected failures (not in baseline):\u{1b}[0m\n  ✗ auth/x\n\nmore ✗ words\n";
        let counted = TestCounts {
            passed: 2,
            failed: 1,
            ..TestCounts::default()
        };
        assert_eq!(count(summary), counted);
        assert_eq!(count("\n✓ initialize: 2 passed, 0 failed\n").failed, 0);
    }
}
