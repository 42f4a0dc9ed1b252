//! The official conformance suite of MCP, with Patchbay's own verbs as the client that it tests.
//!
//! The client is the example `conformance` of the package `patchbay-tests`. What is known to fail, and
//! why, stands in `tests/conformance/known-failures.yml`; a scenario that passes in spite of that fails
//! the run too, so that the list stays true.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context as _, Result};

use crate::{cargo, paths, shell, system, test_counts::TestCounts};

/// The suite on npm.
const SUITE: &str = "@modelcontextprotocol/conformance@0.2.0-alpha.12";

/// The Node that the suite starts with, where the system's is older.
const NODE: &str = "22.23.3";

/// The revisions of the protocol that Patchbay speaks, one of each era.
pub(crate) const REVISIONS: [&str; 2] = ["2026-07-28", "2025-11-25"];

/// The suite, ready to be run.
pub(crate) struct Suite {
    node: PathBuf,
    program: PathBuf,
    client: PathBuf,
}

impl Suite {
    /// Installs the suite into the build folder, and builds the client.
    ///
    /// # Errors
    /// When a package cannot be downloaded, or the client does not compile.
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

    /// Runs all that `revision` requires of a client, and counts scenarios.
    ///
    /// # Errors
    /// When the suite cannot be started, or says nothing that can be counted.
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
            // Something else than the known failures failed, or one of them does not any more.
            totals.failed = totals.failed.max(1);
        }
        Ok(totals)
    }
}

/// Passed scenarios, and failed ones that are not known to fail.
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
    // The package that `node` on npm leads to; it comes ready-made, without an install script.
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
