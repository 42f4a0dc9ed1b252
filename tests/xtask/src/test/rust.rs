//! The Rust tests, everywhere but in the web view.

use std::{path::PathBuf, process::Command};

use anyhow::{Context as _, Result, ensure};

use super::Report;
use crate::{
    bindings,
    cargo::{self, cargo},
    contract, paths, system, ui,
};

/// The test binary that needs a display; the part `window` runs it.
pub(super) const WINDOW_TESTS: &str = "window";

pub(super) fn run(report: &mut Report) -> Result<()> {
    ui::build()?;
    cargo::build_everything()?;
    let before = bindings::read();
    let mut tests = runner(Tests::AllButWindow)?;
    let at_once = at_once().to_string();
    for variable in ["NEXTEST_TEST_THREADS", "RUST_TEST_THREADS"] {
        tests.env(variable, &at_once);
    }
    report.run_tests("tests", with_binaries(&mut tests));
    report.run_tests("contract", &mut contract::runner());
    report.check("bindings unchanged", || {
        let before = before.context("there were no bindings before the tests")?;
        ensure!(
            bindings::read().as_ref() == Some(&before),
            "ui/src/host/bindings.ts did not fit the Rust types; it is written anew, commit it with them"
        );
        Ok(())
    });
    report.run_tests("doctests", cargo::linted(&["test"]).arg("--doc"));
    report.run_tests(
        "xtask",
        cargo("test").args(["--package", "xtask", "--locked"]),
    );
    Ok(())
}

/// How many tests run at once: half as many again as there are cores, for they wait for programs, sockets and files.
fn at_once() -> usize {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    cores + cores.div_ceil(2)
}

/// Which tests of the workspace to run.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Tests {
    /// What needs no display.
    AllButWindow,
    /// The journeys in the web view.
    Window,
}

/// What runs `tests`: nextest, or `cargo test` where that is not installed, because compiling it would take longer
/// than it saves.
pub(super) fn runner(tests: Tests) -> Result<Command> {
    if has_nextest() {
        let filter = match tests {
            Tests::AllButWindow => format!("not binary({WINDOW_TESTS})"),
            Tests::Window => format!("binary({WINDOW_TESTS})"),
        };
        let mut nextest = cargo::linted(&["nextest", "run"]);
        nextest.args(["-E", &filter]);
        return Ok(nextest);
    }
    let mut plain = cargo::linted(&["test"]);
    plain.arg("--no-fail-fast");
    match tests {
        Tests::Window => {
            plain.args(["--test", WINDOW_TESTS]);
        }
        Tests::AllButWindow => {
            plain.args(["--lib", "--bins"]);
            for name in integration_tests()? {
                plain.args(["--test", &name]);
            }
        }
    }
    Ok(plain)
}

/// What runs the journeys, in at most `shares` shares. Only nextest can share them.
pub(super) fn window_runners(shares: usize) -> Result<Vec<Command>> {
    if !has_nextest() {
        return Ok(vec![runner(Tests::Window)?]);
    }
    (1..=shares)
        .map(|share| {
            let mut runner = runner(Tests::Window)?;
            runner.args(["--partition", &format!("count:{share}/{shares}")]);
            Ok(runner)
        })
        .collect()
}

fn has_nextest() -> bool {
    system::has(cargo("nextest").arg("--version"))
}

/// The integration tests of the workspace that need no display, by the names of their binaries; traces
/// have a step of their own.
fn integration_tests() -> Result<Vec<String>> {
    let metadata = cargo::metadata()?;
    let mut names: Vec<String> = cargo::list(&metadata, "packages")
        .filter(|package| package["source"].is_null())
        .flat_map(|package| cargo::list(package, "targets"))
        .filter(|target| cargo::list(target, "kind").any(|kind| kind == "test"))
        .map(|target| cargo::text(target, "name").to_owned())
        .filter(|name| name != WINDOW_TESTS && name != contract::TEST)
        .collect();
    names.sort();
    names.dedup();
    Ok(names)
}

/// Tells tests where the programs lie that they start.
pub(super) fn with_binaries(command: &mut Command) -> &mut Command {
    with_programs(command, paths::debug_binary)
}

/// The same of programs that lie elsewhere.
pub(super) fn with_programs(command: &mut Command, program: fn(&str) -> PathBuf) -> &mut Command {
    command
        .env("PATCHBAY_DESKTOP_BIN", program("patchbay-desktop"))
        .env("PATCHBAY_CLI_BIN", program("patchbay"))
        .env("PATCHBAY_PLAYGROUND_BIN", program("patchbay-playground"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fallback_names_every_integration_test_but_the_journeys() {
        let names = integration_tests().expect("cargo lists the workspace");
        assert!(names.contains(&"e2e".to_owned()));
        assert!(!names.contains(&WINDOW_TESTS.to_owned()));
    }
}
